"""The scripts of the logs: each is one step that either happens whole or not at all.

An element of a log's stream has a sealed piece and, in the clear, its facts: `kind ts edited version;` for
each entry (`s` said, `d` deleted, `m` missing in history, `r` reacted), no word of anybody; and the id of the
element of which it is what is left, if it is. Beside the stream stand

- `log-where`: `ts id` for each element that tells of a message, so that only these are opened for it;
- `log-marks`: message → what is refused of it: all when it was deleted (`inf`), else what was edited earlier;
  and `m:` message → since when it was missing in history: earlier versions are refused;
- `log-due`: elements that are older than their ids say, by when they count as having arrived;
- `log-cut`: that something older than the log keeps was left out of it.
"""

SHARED = """
local function names(prefix, name)
  local found = {name = name}
  for _, part in ipairs({'log', 'log-where', 'log-marks', 'log-due', 'log-cut', 'log-complete'}) do
    found[part] = prefix .. ':' .. part .. ':' .. name
  end
  return found
end

local function clock()
  local now = redis.call('TIME')
  return now[1] * 1000 + math.floor(now[2] / 1000)
end

local function whole(number) return string.format('%.0f', number) end

local function each(facts) return string.gmatch(facts, '(%a) (%S+) (%S+) (%S+);') end

local function micros(ts)
  local seconds, part = string.match(ts, '(%d+)%.(%d+)')
  return seconds * 1000000 + part
end

local function find(k, id)
  local element = redis.call('XRANGE', k.log, id, id)[1]
  if not element then return nil end
  return element[2][2], element[2][4] or '', element[2][6] or ''
end

local function places(k, ts)
  local found = {}
  for _, place in ipairs(redis.call('ZRANGEBYLEX', k['log-where'], '[' .. ts .. ' ', '(' .. ts .. '!')) do
    found[#found + 1] = string.match(place, ' (.*)$')
  end
  return found
end

local function put(k, piece, facts, at_ms, first_id)
  local id = redis.call('XADD', k.log, '*', 'e', piece, 'f', facts, 'o', first_id)
  for _, ts in each(facts) do redis.call('ZADD', k['log-where'], 0, ts .. ' ' .. id) end
  if at_ms < tonumber(string.match(id, '%d+')) then redis.call('ZADD', k['log-due'], at_ms, id) end
end

local function drop(k, id, facts)
  redis.call('XDEL', k.log, id)
  redis.call('ZREM', k['log-due'], id)
  for _, ts in each(facts) do redis.call('ZREM', k['log-where'], ts .. ' ' .. id) end
end

local function drop_all(k, elements)
  for _, element in ipairs(elements) do drop(k, element[1], element[2][4] or '') end
end

local function age_out(k, ttl, limit)
  local oldest = clock() - ttl * 1000
  local aged = redis.call('XRANGE', k.log, '-', whole(oldest - 1), 'COUNT', limit)
  local due = redis.call('ZRANGEBYSCORE', k['log-due'], '-inf', '(' .. whole(oldest), 'LIMIT', 0, limit)
  for _, id in ipairs(due) do
    local piece, facts = find(k, id)
    aged[#aged + 1] = {id, {'e', piece, 'f', facts}}
  end
  for _, element in ipairs(aged) do
    if (element[2][4] or '') ~= '' then redis.call('SET', k['log-cut'], '1', 'EX', ttl) end
  end
  drop_all(k, aged)
  return #aged < limit
end

local function touch(k, ttl)
  for _, part in ipairs({'log', 'log-where', 'log-marks', 'log-due', 'log-cut'}) do
    redis.call('EXPIRE', k[part], ttl)
  end
end

-- What is known to be deleted, and what was said before an edit, is refused.
local function refused(k, facts)
  local found, marks = {}, k['log-marks']
  if redis.call('EXISTS', marks) == 0 then return found end
  for kind, ts, edited, version in each(facts) do
    local mark = tonumber(redis.call('ZSCORE', marks, ts) or '0')
    local missed = tonumber(redis.call('ZSCORE', marks, 'm:' .. ts) or '0')
    local is_old = kind == 's' and (micros(edited) < mark or micros(version) < missed)
    if is_old or (kind == 'r' and mark == math.huge) then
      found[#found + 1] = table.concat({kind, ts, edited, version}, ' ') .. ';'
    end
  end
  return found
end

local function mark(k, facts)
  for kind, ts, edited, version in each(facts) do
    if kind == 'd' then
      redis.call('ZADD', k['log-marks'], 'inf', ts)
    elseif kind == 'm' then
      redis.call('ZADD', k['log-marks'], 'GT', whole(micros(version)), 'm:' .. ts)
    elseif kind == 's' and micros(edited) > 0 then
      redis.call('ZADD', k['log-marks'], 'GT', whole(micros(edited)), ts)
    end
  end
  redis.call('ZREMRANGEBYRANK', k['log-marks'], 0, -100001)
end
"""

LOG_OPEN = """
-- KEYS: log, when each log was last trimmed. ARGV: ttl, name, ttl of the latter. Makes the stream, with an
-- empty element; one that is there is left as it is.
if redis.call('EXISTS', KEYS[1]) == 0 then redis.call('XADD', KEYS[1], '*', 'e', '', 'f', '') end
redis.call('EXPIRE', KEYS[1], ARGV[1])
redis.call('ZADD', KEYS[2], 'NX', redis.call('TIME')[1], ARGV[2])
redis.call('EXPIRE', KEYS[2], ARGV[3])
"""

LOG_TRIM = (
    SHARED
    + """
-- KEYS: when each log was last trimmed. ARGV: prefix, ttl, seconds between trims, limit, ttl of the key. A
-- log to which nothing is appended keeps nothing longer for that. Returns how many logs were looked at.
local now = tonumber(redis.call('TIME')[1])
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[3], 'LIMIT', 0, ARGV[4])
for _, name in ipairs(due) do
  local k = names(ARGV[1], name)
  if redis.call('EXISTS', k.log) == 0 then
    redis.call('ZREM', KEYS[1], name)
  elseif age_out(k, ARGV[2], 1000) then
    redis.call('ZADD', KEYS[1], now, name)
  end
end
if #due > 0 then redis.call('EXPIRE', KEYS[1], ARGV[5]) end
return #due
"""
)

LOG_APPEND = (
    SHARED
    + """
-- KEYS: logs. ARGV: prefix, ttl, longest, a request that is taken back or '', its ttl, a message that may
-- have to be looked at again or '', how many entries, piece and facts of each, name per log. Returns a 1 for
-- each log that is open and a 0 for each that is not; then, if the message matters, its turn, else -1.
local prefix, ttl, longest, entries = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[7])
local kept, matters = {}, 0
for i, log in ipairs(KEYS) do
  local k = names(prefix, ARGV[7 + 2 * entries + i])
  kept[i] = redis.call('EXISTS', log)
  if kept[i] == 1 then
    for n = 8, 6 + 2 * entries, 2 do
      if #refused(k, ARGV[n + 1]) == 0 then
        put(k, ARGV[n], ARGV[n + 1], math.huge, '')
        mark(k, ARGV[n + 1])
      end
    end
    age_out(k, ttl, 100)
    if redis.call('XLEN', log) > longest then
      drop_all(k, redis.call('XRANGE', log, '-', '+', 'COUNT', math.ceil(longest / 50)))
      redis.call('DEL', k['log-complete'])
    end
    touch(k, ttl)
    redis.call('ZADD', prefix .. ':log-active', clock(), k.name)
    redis.call('EXPIRE', prefix .. ':log-active', ttl)
  end
  if ARGV[6] ~= '' then
    matters = matters + kept[i] + redis.call('EXISTS', prefix .. ':numbers:' .. k.name)
  end
end
if ARGV[4] ~= '' then redis.call('SET', prefix .. ':withdrawn:' .. ARGV[4], '1', 'EX', ARGV[5]) end
kept[#KEYS + 1] = -1
if matters > 0 then
  local channel = string.match(ARGV[8 + 2 * entries], '^[^:]*:[^:]*')
  kept[#KEYS + 1] = tonumber(redis.call('HGET', prefix .. ':rechecks:' .. channel, ARGV[6]) or '0')
end
return kept
"""
)

LOG_MARK = (
    SHARED
    + """
-- ARGV: prefix, name, facts. Refuses from now on what these facts outdate. Returns those of their messages of
-- which the log tells already.
local k, found = names(ARGV[1], ARGV[2]), {}
if redis.call('EXISTS', k.log) == 0 then return found end
mark(k, ARGV[3])
for _, ts in each(ARGV[3]) do
  if #places(k, ts) > 0 then found[#found + 1] = ts end
end
return found
"""
)

LOG_TOLD = (
    SHARED
    + """
-- ARGV: prefix, name, ts. Returns the elements that tell of a message: {id, piece, id, piece…}.
local k, found = names(ARGV[1], ARGV[2]), {}
for _, id in ipairs(places(k, ARGV[3])) do
  found[#found + 1] = id
  found[#found + 1] = (find(k, id))
end
return found
"""
)

LOG_WRITE = (
    SHARED
    + """
-- KEYS: log. ARGV: prefix, name, ttl, a cursor or '', whether something was left out for its age; then piece,
-- facts and age in seconds of each. Returns {the id of the last element; the cursor when others appended
-- behind it; '' when there is no log}, then the facts for which pieces were refused.
local k, cursor = names(ARGV[1], ARGV[2]), ARGV[4]
if redis.call('EXISTS', k.log) == 0 then return {''} end
local before = redis.call('XREVRANGE', k.log, '+', '-', 'COUNT', 1)[1]
local answer, now = {''}, clock()
for i = 6, #ARGV, 3 do
  local unwanted = refused(k, ARGV[i + 1])
  if #unwanted == 0 then
    put(k, ARGV[i], ARGV[i + 1], now - ARGV[i + 2] * 1000, '')
    mark(k, ARGV[i + 1])
  else
    for _, fact in ipairs(unwanted) do answer[#answer + 1] = fact end
  end
end
if ARGV[5] == '1' then redis.call('SET', k['log-cut'], '1', 'EX', ARGV[3]) end
touch(k, ARGV[3])
local last = redis.call('XREVRANGE', k.log, '+', '-', 'COUNT', 1)[1]
answer[1] = last and last[1] or '0-0'
if cursor ~= '' and before and before[1] ~= cursor then answer[1] = cursor end
return answer
"""
)

LOG_DROP = (
    SHARED
    + """
-- ARGV: prefix, name, cursor, limit. Removes the first elements up to the cursor; returns how many.
local k = names(ARGV[1], ARGV[2])
local elements = redis.call('XRANGE', k.log, '-', ARGV[3], 'COUNT', ARGV[4])
drop_all(k, elements)
return #elements
"""
)

LOG_SCRUB = (
    SHARED
    + """
-- ARGV: prefix, name, then id, hash, piece or '', facts. Puts what is left of pieces behind all others, as
-- old as it was, where nobody else has changed them; no cursor is wrong for that. Returns how many.
local k, count = names(ARGV[1], ARGV[2]), 0
for i = 3, #ARGV, 4 do
  local id = ARGV[i]
  local piece, facts, first_id = find(k, id)
  if piece and redis.sha1hex(piece) == ARGV[i + 1] then
    local at_ms = tonumber(redis.call('ZSCORE', k['log-due'], id) or string.match(id, '%d+'))
    drop(k, id, facts)
    if ARGV[i + 2] ~= '' then put(k, ARGV[i + 2], ARGV[i + 3], at_ms, first_id ~= '' and first_id or id) end
    count = count + 1
  end
end
local left_ms = redis.call('PTTL', k.log)
for _, part in ipairs({'log-where', 'log-due'}) do
  if left_ms > 0 then redis.call('PEXPIRE', k[part], left_ms) end
end
return count
"""
)

LOG_COMPLETE = """
-- KEYS: log, what is known of it. ARGV: epoch, ttl. Does nothing when the log is not open.
if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('SET', KEYS[2], ARGV[1], 'EX', ARGV[2]) end
"""

LOG_CLAIM = """
-- KEYS: logs by when something last happened. ARGV: claims, limit, seconds. Returns {log, ms, log, ms…}.
local found = {}
local all = redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')
for i = 1, #all, 2 do
  if #found >= ARGV[2] * 2 then break end
  if redis.call('SET', ARGV[1] .. ':' .. all[i], '1', 'NX', 'EX', ARGV[3]) then
    found[#found + 1] = all[i]
    found[#found + 1] = all[i + 1]
  end
end
return found
"""

LOG_SETTLE = """
-- KEYS: as above. ARGV: log, ms. Takes it out unless something happened since.
if tonumber(redis.call('ZSCORE', KEYS[1], ARGV[1]) or '-1') == tonumber(ARGV[2]) then
  redis.call('ZREM', KEYS[1], ARGV[1])
end
"""
