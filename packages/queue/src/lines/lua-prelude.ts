/**
 * Lua that every line script begins with. All keys carry the hash tag `{hf}`, so one Cluster node holds them all.
 *
 * `run:<id>` hash: the record of a run. `line:<T>` hash: paused, whole (the newest `first` of a successful whole-table
 * run), changed (the newest `first` of a run that has added or changed rows, or may have), target, sent (the newest fence
 * that has published, or may have). `line:<T>:q` zset seq → runId, live entries only; `line:<T>:p` zset priority → runId, the same entries.
 * `lines`: the non-empty lines. `state:<state>` zsets first → runId: indexes for lists. `seq`, `fence`: global counters,
 * so that an idle line may expire without a number being issued twice.
 */
export const luaPrelude = `
local P = '{hf}:'
local call = redis.call
local function runKey(id) return P .. 'run:' .. id end
local function lineKey(t) return P .. 'line:' .. t end
local function entriesKey(t) return P .. 'line:' .. t .. ':q' end
local function prioritiesKey(t) return P .. 'line:' .. t .. ':p' end
-- Anybody may have put anything under the key: what is no record has no fields.
local function get(id, field)
  local value = redis.pcall('HGET', runKey(id), field)
  return type(value) == 'string' and value or ''
end
local function set(id, ...) call('HSET', runKey(id), ...) end
local function number(id, field, default)
  local value = tonumber(get(id, field))
  return value and math.abs(value) < 2 ^ 53 and math.floor(value) or default or 0
end
local function increment(id, field) set(id, field, number(id, field) + 1) end
local function lineNumber(t, field) return tonumber(call('HGET', lineKey(t), field) or '') or 0 end
local function raise(t, field, value)
  if value > lineNumber(t, field) then call('HSET', lineKey(t), field, value) end
end

-- The server's clock: hosts of a fleet may disagree about the time.
local function nowMs()
  local t = call('TIME')
  return tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
end
local now = nowMs()

local WHOLE = { create = true, overwrite = true, createOrOverwrite = true, replace = true }
local SUPERSEDES = {
  createOrOverwrite = { create = true, overwrite = true, createOrOverwrite = true, replace = true },
  overwrite = { overwrite = true, replace = true },
  replace = { overwrite = true, replace = true },
}
local HEALS = { overwrite = true, replace = true, createOrOverwrite = true }
local LIVE = { waiting = true, running = true, held = true }
local ENDED = { succeeded = true, failed = true, cancelled = true, superseded = true }
local STATES = { waiting = true, running = true, held = true, succeeded = true, failed = true, cancelled = true, superseded = true }
-- A held run with an unknown outcome may be healed only when its request can no longer be under way.
local UNKNOWN_SETTLES_MS = 900000

local function notify(id, message) call('PUBLISH', P .. 'events:' .. id, message) end

local function setState(id, state)
  local old = get(id, 'state')
  if old == state then return end
  -- Of a state that is none it can't be told in which index it is.
  local indexes = (LIVE[old] or ENDED[old]) and { [old] = true } or STATES
  for index in pairs(indexes) do call('ZREM', P .. 'state:' .. index, id) end
  call('ZADD', P .. 'state:' .. state, number(id, 'first', number(id, 'seq')), id)
  set(id, 'state', state)
  notify(id, 'state')
end

-- Whether a job is still leased to whom it was given. One that was frozen since then must not take a fence from the one
-- who has the job now. No key: not asked.
local function isLeased(key, token) return (key or '') == '' or call('GET', key) == token end

-- The fence of a send that has taken effect, or may have: a run whose own outcome is open can't tell whose rows it sees
-- when its line has sent again since.
local function fenceNumber(fence) return tonumber(string.match(fence, '^%d+') or '') or 0 end
local function markSent(id, t) raise(t, 'sent', fenceNumber(get(id, 'intent'))) end

-- An entry's end: it leaves the line and its record begins to age.
local function leave(id, t, state, ttl)
  setState(id, state)
  set(id, 'endedAt', now)
  markSent(id, t)
  local mayHaveSent = state == 'succeeded' or get(id, 'intent') ~= '' or get(id, 'r:publish') ~= ''
  if mayHaveSent and not WHOLE[get(id, 'mode')] then raise(t, 'changed', number(id, 'first')) end
  call('ZREM', entriesKey(t), id)
  call('ZREM', prioritiesKey(t), id)
  call('EXPIRE', runKey(id), ttl)
  if call('ZCARD', entriesKey(t)) == 0 then
    call('SREM', P .. 'lines', t)
    if not call('HGET', lineKey(t), 'paused') then call('EXPIRE', lineKey(t), ttl) end
  end
end

local function enter(id, t, priority)
  local seq = call('INCR', P .. 'seq')
  set(id, 'seq', seq)
  call('ZADD', entriesKey(t), seq, id)
  call('ZADD', prioritiesKey(t), priority, id)
  call('SADD', P .. 'lines', t)
  call('PERSIST', lineKey(t))
  return seq
end

local function headId(t)
  while true do
    local id = call('ZRANGE', entriesKey(t), 0, 0)[1]
    if not id then return nil end
    if LIVE[get(id, 'state')] then return id end
    call('ZREM', entriesKey(t), id)
    call('ZREM', prioritiesKey(t), id)
    if call('ZCARD', entriesKey(t)) == 0 then call('SREM', P .. 'lines', t) end
  end
end

-- A held head ends as failed when the run directly behind it replaces the whole table anyway.
local function heal(t, ttl)
  while true do
    local pair = call('ZRANGE', entriesKey(t), 0, 1)
    if not pair[2] or get(pair[1], 'state') ~= 'held' then return end
    if not HEALS[get(pair[2], 'mode')] or get(pair[2], 'state') ~= 'waiting' then return end
    if get(pair[1], 'intent') ~= '' and now - number(pair[1], 'intentAt') < UNKNOWN_SETTLES_MS then return end
    set(pair[1], 'healedBy', pair[2])
    leave(pair[1], t, 'failed', ttl)
  end
end

-- The head that needs a job: { runId, n, priority }, or nil. Every caller adds its job: so every call heals.
local function headOf(t)
  local id = headId(t)
  if not id then return nil end
  local state = get(id, 'state')
  if state == 'held' then return nil end
  if state == 'waiting' and call('HGET', lineKey(t), 'paused') then return nil end
  local top = call('ZRANGE', prioritiesKey(t), 0, 0, 'WITHSCORES')
  return { runId = id, n = number(id, 'n'), priority = tonumber(top[2]) or 100, state = state,
    target = get(id, 'target') }
end

local function reply(t, fields, ttl)
  if t and t ~= '' then
    if ttl then heal(t, ttl) end
    fields.head = headOf(t)
  end
  return cjson.encode(fields)
end
`;
