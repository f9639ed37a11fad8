/** ARGV: id, n, nonce, key and token of the job's lease or ''. The first act of a run's job. */
export const luaStart = `
local id, n, nonce = ARGV[1], ARGV[2], ARGV[3]
local state, t = get(id, 'state'), get(id, 'line')
if not isLeased(ARGV[4], ARGV[5]) then return cjson.encode({ status = 'stale', state = state }) end
if (state ~= 'waiting' and state ~= 'running') or get(id, 'n') ~= n or headId(t) ~= id then
  return reply(t, { status = 'gone', state = state, n = number(id, 'n'), error = get(id, 'error') })
end
if state == 'waiting' and call('HGET', lineKey(t), 'paused') then return cjson.encode({ status = 'paused' }) end
local fence = call('INCR', P .. 'fence') .. '-' .. nonce
set(id, 'fence', fence)
if get(id, 'startedAt') == '' or get(id, 'startedGen') ~= get(id, 'gen') then
  set(id, 'startedAt', now, 'startedGen', get(id, 'gen'))
end
setState(id, 'running')
increment(id, 'starts')
return cjson.encode({ status = 'ok', fence = fence, record = call('HGETALL', runKey(id)), ageMs = now - number(id, 'startedAt') })
`;

/** ARGV: id, fence. Its time is up: whoever does a stage of it stops, as at a cancel, which goes before. */
export const luaTimeOut = `
local id, fence = ARGV[1], ARGV[2]
if get(id, 'state') ~= 'running' or get(id, 'fence') ~= fence then return cjson.encode({ status = 'stale' }) end
if get(id, 'cancel') == '' then set(id, 'cancel', 'timeout') end
notify(id, 'cancel')
return cjson.encode({ status = 'ok' })
`;

/** ARGV: id, fence, outcome (succeeded | failed | cancelled), error JSON, report JSON, ttl. */
export const luaFinish = `
local id, fence, outcome, ttl = ARGV[1], ARGV[2], ARGV[3], ARGV[6]
local state, t = get(id, 'state'), get(id, 'line')
if get(id, 'fence') ~= fence then return reply(t, { status = 'stale', state = state }, ttl) end
if state ~= 'running' then return reply(t, { status = 'dup', state = state }, ttl) end
if ARGV[4] ~= '' then set(id, 'error', ARGV[4]) end
if ARGV[5] ~= '' then set(id, 'report', ARGV[5]) end
if outcome == 'succeeded' then
  set(id, 'intent', '')
  call('HDEL', runKey(id), 'r:parse', 'r:extract', 'r:publish', 'error', 'cancel')
  if WHOLE[get(id, 'mode')] then raise(t, 'whole', number(id, 'first')) end
  leave(id, t, 'succeeded', ttl)
elseif get(id, 'intent') ~= '' or (outcome == 'failed' and get(id, 'onFailure') == 'hold') then
  set(id, 'heldAt', now)
  setState(id, 'held')
else
  leave(id, t, outcome, ttl)
end
return reply(t, { status = 'ok', state = get(id, 'state') }, ttl)
`;

/** ARGV: id, n, limit, error JSON for the limit, ttl. A live head whose job has ended in BullMQ gets another. */
export const luaReappoint = `
local id, n, ttl = ARGV[1], ARGV[2], ARGV[5]
local state, t = get(id, 'state'), get(id, 'line')
if (state ~= 'waiting' and state ~= 'running') or get(id, 'n') ~= n or headId(t) ~= id then
  return reply(t, { status = 'gone', state = state }, ttl)
end
if state == 'waiting' and call('HGET', lineKey(t), 'paused') then return cjson.encode({ status = 'paused' }) end
local intent = get(id, 'intent') ~= ''
-- The request of a young intent may be under way.
if intent and now - number(id, 'intentAt') < 2000 then return cjson.encode({ status = 'wait' }) end
set(id, 'fence', '')
increment(id, 'reappointed')
if number(id, 'reappointed') > tonumber(ARGV[3]) then
  set(id, 'error', ARGV[4])
  if intent or get(id, 'onFailure') == 'hold' then
    set(id, 'heldAt', now)
    setState(id, 'held')
  else
    leave(id, t, 'failed', ttl)
  end
  return reply(t, { status = 'exhausted', state = get(id, 'state') }, ttl)
end
increment(id, 'n')
setState(id, 'waiting')
return reply(t, { status = 'ok', state = 'waiting' }, ttl)
`;

/** ARGV: ttl, lines… The heads of many lines at once: a JSON list, lines without an appointable head left out. */
export const luaHeads = `
local heads = {}
for i = 2, #ARGV do
  heal(ARGV[i], ARGV[1])
  local head = headOf(ARGV[i])
  if head then table.insert(heads, head) end
end
if #heads == 0 then return '[]' end
return cjson.encode(heads)
`;
