const luaAttached = `
local id, gen, stage, fence = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local state, t = get(id, 'state'), get(id, 'line')
local live = (state == 'waiting' or state == 'running') and get(id, 'gen') == gen and headId(t) == id
local holds = live and get(id, 'f:' .. stage) == fence
`;

/**
 * ARGV: id, gen, stage, nonce, key and token of the job's lease or ''. Every execution of a stage takes a fence, so every
 * older one becomes stale.
 */
export const luaBeginStage = `${luaAttached}
if not isLeased(ARGV[5], ARGV[6]) then return cjson.encode({ status = 'stale', state = state }) end
if not live then return cjson.encode({ status = 'gone', state = state }) end
local result = get(id, 'r:' .. stage)
if result ~= '' then return cjson.encode({ status = 'done', result = result }) end
local failure = get(id, 'e:' .. stage)
if string.sub(failure, 1, #gen + 1) == gen .. ' ' then
  return cjson.encode({ status = 'failed', error = string.sub(failure, #gen + 2) })
end
local mine = call('INCR', P .. 'fence') .. '-' .. ARGV[4]
set(id, 'f:' .. stage, mine)
local intent = get(id, 'intent')
return cjson.encode({ status = 'ok', fence = mine, intent = intent, cancel = get(id, 'cancel'),
  sentSince = intent ~= '' and lineNumber(t, 'sent') > fenceNumber(intent) })
`;

/** ARGV: id, gen, stage, fence. Records the intent to send; refused to all but the newest execution. */
export const luaConfirm = `${luaAttached}
if not holds then return cjson.encode({ status = 'stale', state = state }) end
local cancel = get(id, 'cancel')
if cancel ~= '' then return cjson.encode({ status = 'cancelled', state = state, cancel = cancel }) end
set(id, 'intent', fence, 'intentAt', now)
return cjson.encode({ status = 'ok' })
`;

/** ARGV: id, gen, stage, fence. It is known that nothing was published: the intent is taken back. */
export const luaSettle = `${luaAttached}
if not holds then return cjson.encode({ status = 'stale', state = state }) end
set(id, 'intent', '')
return cjson.encode({ status = 'ok' })
`;

/** ARGV: id, gen, stage, fence, text or ''. What the stage notes down for an execution after it; refused to all but the newest. */
export const luaWriteNote = `${luaAttached}
if not holds then return cjson.encode({ status = 'stale', state = state }) end
if ARGV[5] == '' then
  call('HDEL', runKey(id), 'note:' .. stage, 'noteAt:' .. stage)
else
  set(id, 'note:' .. stage, ARGV[5], 'noteAt:' .. stage, now)
end
return cjson.encode({ status = 'ok' })
`;

/**
 * ARGV: id, stage. The note, and how long ago its last word was said: written, or for a publish permitted to be sent. By
 * the server's clock, for the one who reads it may be on another host.
 */
export const luaReadNote = `
local id, stage = ARGV[1], ARGV[2]
local note = get(id, 'note:' .. stage)
if note == '' then return cjson.encode({ status = 'none' }) end
local at = number(id, 'noteAt:' .. stage)
if stage == 'publish' then at = math.max(at, number(id, 'intentAt')) end
return cjson.encode({ status = 'ok', note = note, ageMs = math.max(0, now - at) })
`;

/**
 * ARGV: id, gen, stage, fence, result JSON or '', error JSON or ''. A published result settles the intent. `gone`: nobody
 * waits for this stage any more; `stale`: its outcome is that of a newer execution.
 */
export const luaEndStage = `${luaAttached}
if not live then return cjson.encode({ status = 'gone', state = state }) end
if not holds then return cjson.encode({ status = 'stale', state = state }) end
if ARGV[5] ~= '' then
  set(id, 'r:' .. stage, ARGV[5])
  if stage == 'publish' then
    markSent(id, t)
    set(id, 'intent', '')
  end
else
  set(id, 'e:' .. stage, gen .. ' ' .. ARGV[6])
end
return cjson.encode({ status = 'ok' })
`;
