/** KEYS[1] `{hf}:lines` (names the slot). ARGV: id, line, mode, bodyHash, priority, onFailure, ttl, fields as JSON. */
export const luaSubmit = `
local id, t, mode, hash, priority, ttl = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[7]
if call('EXISTS', runKey(id)) == 1 then
  if get(id, 'bodyHash') ~= hash then return cjson.encode({ status = 'conflict' }) end
  local line = get(id, 'line')
  local rank = call('ZRANK', entriesKey(line), id)
  return reply(line, { status = 'same', state = get(id, 'state'), position = rank or 0 }, ttl)
end
local superseded = {}
local covers = SUPERSEDES[mode]
while covers do
  local last = call('ZREVRANGE', entriesKey(t), 0, 0)[1]
  if not last or not covers[get(last, 'mode')] then break end
  if get(last, 'state') ~= 'waiting' or get(last, 'intent') ~= '' then break end
  set(last, 'supersededBy', id)
  leave(last, t, 'superseded', ttl)
  table.insert(superseded, { runId = last, n = number(last, 'n') })
end
local fields = cjson.decode(ARGV[8])
for field, value in pairs(fields) do set(id, field, value) end
set(id, 'line', t, 'mode', mode, 'bodyHash', hash, 'priority', priority, 'onFailure', ARGV[6],
  'gen', 1, 'n', 1, 'submittedAt', now)
local seq = enter(id, t, priority)
set(id, 'first', seq)
local ids = {}
for _, old in ipairs(superseded) do table.insert(ids, old.runId) end
if #ids > 0 then set(id, 'supersedes', cjson.encode(ids)) end
setState(id, 'waiting')
call('HSET', lineKey(t), 'target', fields.target)
heal(t, ttl)
local out = { status = 'ok', state = get(id, 'state'), position = call('ZRANK', entriesKey(t), id) or 0 }
if #superseded > 0 then out.superseded = superseded end
return reply(t, out)
`;

/** ARGV: id, accept unknown outcome ('1'), ttl. */
export const luaCancel = `
local id, ttl = ARGV[1], ARGV[3]
local state, t = get(id, 'state'), get(id, 'line')
local fields = redis.pcall('HLEN', runKey(id))
if type(fields) ~= 'number' or fields == 0 then return cjson.encode({ status = 'unknown' }) end
if ENDED[state] then return reply(t, { status = 'ended', state = state }, ttl) end
local intent = get(id, 'intent') ~= ''
if state == 'held' and intent and ARGV[2] ~= '1' then return reply(t, { status = 'ambiguous', state = state }, ttl) end
-- Nobody executes a run whose state is none.
if state == 'held' or not LIVE[state] or (state == 'waiting' and not intent) then
  leave(id, t, 'cancelled', ttl)
  return reply(t, { status = 'cancelled', state = 'cancelled', n = number(id, 'n') }, ttl)
end
set(id, 'cancel', '1')
notify(id, 'cancel')
return reply(t, { status = 'flagged', state = state }, ttl)
`;

/** The note of a publish that was never permitted says nothing about what stands there now: others may publish meanwhile. */
const luaDropNote = `
if get(id, 'intent') == '' then call('HDEL', runKey(id), 'note:publish', 'noteAt:publish') end
`;

/** ARGV: id, ttl. A held run takes its place again; its publish stage looks first where the outcome is unknown. */
export const luaRelease = `
local id, ttl = ARGV[1], ARGV[2]
local state, t = get(id, 'state'), get(id, 'line')
if state == '' then return cjson.encode({ status = 'unknown' }) end
if state ~= 'held' then return reply(t, { status = 'not-held', state = state }, ttl) end
increment(id, 'gen')
increment(id, 'n')
call('HDEL', runKey(id), 'cancel', 'reappointed', 'error', 'progress')
${luaDropNote}
setState(id, 'waiting')
return reply(t, { status = 'ok', state = 'waiting' }, ttl)
`;

/** ARGV: id, accept unknown outcome ('1'), ttl. */
export const luaSkip = `
local id, ttl = ARGV[1], ARGV[3]
local state, t = get(id, 'state'), get(id, 'line')
if state == '' then return cjson.encode({ status = 'unknown' }) end
if state ~= 'held' then return reply(t, { status = 'not-held', state = state }, ttl) end
if get(id, 'intent') ~= '' and ARGV[2] ~= '1' then return reply(t, { status = 'ambiguous', state = state }, ttl) end
set(id, 'skipped', '1')
leave(id, t, 'failed', ttl)
return reply(t, { status = 'ok', state = 'failed' }, ttl)
`;

/** ARGV: id, force ('1'), restart ('1': finished stages run again), ttl. */
export const luaRetry = `
local id, force, ttl = ARGV[1], ARGV[2] == '1', ARGV[4]
local state, t = get(id, 'state'), get(id, 'line')
if state == '' then return cjson.encode({ status = 'unknown' }) end
if state == 'waiting' or state == 'running' then return reply(t, { status = 'live', state = state }, ttl) end
if state == 'held' then return reply(t, { status = 'held', state = state }, ttl) end
if state == 'succeeded' then return reply(t, { status = 'succeeded', state = state }, ttl) end
local first, whole = number(id, 'first'), WHOLE[get(id, 'mode')]
if not force then
  if lineNumber(t, 'whole') > first then return reply(t, { status = 'outdated', state = state }, ttl) end
  -- A whole table would take away what newer runs have put there, or will before it is its turn.
  if whole then
    if lineNumber(t, 'changed') > first then return reply(t, { status = 'would-undo', state = state }, ttl) end
    for _, other in ipairs(call('ZRANGE', entriesKey(t), 0, -1)) do
      if number(other, 'first') > first then
        return reply(t, { status = 'outdated', state = state, by = other }, ttl)
      end
    end
  end
end
call('PERSIST', runKey(id))
increment(id, 'gen')
increment(id, 'n')
call('HDEL', runKey(id), 'cancel', 'reappointed', 'error', 'endedAt', 'report', 'progress', 'supersededBy', 'healedBy', 'skipped')
if ARGV[3] == '1' then call('HDEL', runKey(id), 'r:parse', 'r:extract', 'r:publish') end
${luaDropNote}
enter(id, t, number(id, 'priority', 100))
setState(id, 'waiting')
return reply(t, { status = 'ok', state = 'waiting', position = call('ZRANK', entriesKey(t), id) or 0 }, ttl)
`;

/** ARGV: line, pause ('1') or resume ('0'), ttl, target JSON. A resumed head is appointed anew: its old job may have found the line paused. */
export const luaPauseLine = `
local t, ttl = ARGV[1], ARGV[3]
if ARGV[2] == '1' then
  call('HSET', lineKey(t), 'paused', now, 'target', ARGV[4])
  call('PERSIST', lineKey(t))
  call('SADD', P .. 'paused', t)
  return cjson.encode({ status = 'ok' })
end
call('SREM', P .. 'paused', t)
local was = redis.pcall('HDEL', lineKey(t), 'paused')
local id = headId(t)
if not id then
  if call('EXISTS', lineKey(t)) == 1 then call('EXPIRE', lineKey(t), ttl) end
  return cjson.encode({ status = 'ok' })
end
if was == 1 and get(id, 'state') == 'waiting' then increment(id, 'n') end
return reply(t, { status = 'ok' }, ttl)
`;
