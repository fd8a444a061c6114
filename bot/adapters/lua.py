"""The queue's scripts: each is one step that either happens whole or not at all.

A lane is in exactly one of three places: nowhere (its inbox is empty), in its workspace's list (it waits for
a ticket), or in `claims` and `owners` (a ticket works on it). That is the lock; it needs no lease of its
own, because the engine delivers the ticket that holds it again. `team:*` is in `ring` while it has lanes.

An element of an inbox is the request's id, a line feed, and the request. Lanes begin with `team|`.
"""

SHARED = """
local function put(pool, lane, ttl)
  local team = string.match(lane, '^[^|]*')
  local lanes = pool .. ':team:' .. team
  if redis.call('RPUSH', lanes, lane) == 1 then redis.call('RPUSH', pool .. ':ring', team) end
  redis.call('EXPIRE', lanes, ttl)
  redis.call('EXPIRE', pool .. ':ring', ttl)
end
"""

ACCEPT = (
    SHARED
    + """
-- KEYS: one `seen` per key of the delivery. ARGV: pool, lane, element, seen ttl, waiting ttl.
-- Returns {1 accepted or 0 seen before, 1 when a ticket may be missing}.
local pool, lane, ttl = ARGV[1], ARGV[2], ARGV[5]
local fresh = true
for i = 1, #KEYS do
  if not redis.call('SET', KEYS[i], '1', 'NX', 'EX', ARGV[4]) then fresh = false end
end
if not fresh then return {0, redis.call('EXISTS', pool .. ':ring')} end
local inbox = pool .. ':inbox:' .. lane
local waiting = redis.call('RPUSH', inbox, ARGV[3])
redis.call('EXPIRE', inbox, ttl)
if waiting > 1 then return {1, 0} end
put(pool, lane, ttl)
return {1, 1}
"""
)

CLAIM = """
-- ARGV: pool, prefix, ticket, waiting ttl.
-- Returns nil when nothing waits, else {lane, turn, element, times begun, times failed}.
local pool, prefix, ticket, ttl = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local claims, owners, ring = pool .. ':claims', pool .. ':owners', pool .. ':ring'

local function head(lane) return redis.call('LINDEX', pool .. ':inbox:' .. lane, 0) end

local function first_free(team)
  local lanes = pool .. ':team:' .. team
  local lane = redis.call('LPOP', lanes)
  while lane and (redis.call('HEXISTS', owners, lane) == 1 or not head(lane)) do
    lane = redis.call('LPOP', lanes)
  end
  if redis.call('EXISTS', lanes) == 1 then redis.call('RPUSH', ring, team) end
  return lane
end

local function next_lane()
  local team = redis.call('LPOP', ring)
  while team do
    local lane = first_free(team)
    if lane then return lane end
    team = redis.call('LPOP', ring)
  end
end

-- A ticket that is delivered again goes on with its own lane.
local lane = redis.call('HGET', claims, ticket)
if lane and not head(lane) then
  redis.call('HDEL', claims, ticket)
  redis.call('HDEL', owners, lane)
  lane = false
end
lane = lane or next_lane()
if not lane then return nil end

local element = head(lane)
local turn = redis.call('INCR', prefix .. ':turns')
local tries = prefix .. ':tries:' .. string.match(element, '^[^\\n]*')
local begun = redis.call('HINCRBY', tries, 'begun', 1)
redis.call('HSET', claims, ticket, lane)
redis.call('HSET', owners, lane, turn)
for _, name in ipairs({claims, owners, tries, prefix .. ':turns'}) do redis.call('EXPIRE', name, ttl) end
return {lane, turn, element, begun, tonumber(redis.call('HGET', tries, 'failed') or '0')}
"""

FINISH = (
    SHARED
    + """
-- ARGV: pool, prefix, ticket, lane, turn, request id, obituary or '', dead ttl, dead limit, waiting ttl.
-- Returns -1 when another turn owns the lane, else 1 when the lane has more and needs a ticket, else 0.
local pool, prefix, ticket, lane = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
if redis.call('HGET', pool .. ':owners', lane) ~= ARGV[5] then return -1 end
local inbox = pool .. ':inbox:' .. lane
redis.call('LPOP', inbox)
redis.call('DEL', prefix .. ':tries:' .. ARGV[6])
redis.call('HDEL', pool .. ':claims', ticket)
redis.call('HDEL', pool .. ':owners', lane)
if ARGV[7] ~= '' then
  redis.call('LPUSH', prefix .. ':dead', ARGV[7])
  redis.call('LTRIM', prefix .. ':dead', 0, ARGV[9] - 1)
  redis.call('EXPIRE', prefix .. ':dead', ARGV[8])
end
if redis.call('EXISTS', inbox) == 0 then return 0 end
put(pool, lane, ARGV[10])
return 1
"""
)

PUT_BACK = """
-- ARGV: pool, prefix, ticket, lane, turn, request id, next ticket, waiting ttl.
-- Counts a failure and hands the lane to the next ticket. Returns the failures, or -1 for a stale turn.
local pool, lane = ARGV[1], ARGV[4]
if redis.call('HGET', pool .. ':owners', lane) ~= ARGV[5] then return -1 end
local tries = ARGV[2] .. ':tries:' .. ARGV[6]
local failed = redis.call('HINCRBY', tries, 'failed', 1)
redis.call('EXPIRE', tries, ARGV[8])
redis.call('HDEL', pool .. ':claims', ARGV[3])
redis.call('HSET', pool .. ':claims', ARGV[7], lane)
redis.call('HSET', pool .. ':owners', lane, redis.call('INCR', ARGV[2] .. ':turns'))
return failed
"""

WAITING = """
-- ARGV: pool. Returns how many lanes wait for a ticket.
local count = 0
for _, team in ipairs(redis.call('LRANGE', ARGV[1] .. ':ring', 0, -1)) do
  count = count + redis.call('LLEN', ARGV[1] .. ':team:' .. team)
end
return count
"""

COMMIT_BOARD = """
-- KEYS: board. ARGV: version it was read at, board, ttl. Returns 1 when stored, 0 when somebody was faster.
if (redis.call('HGET', KEYS[1], 'version') or '0') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'version', ARGV[1] + 1, 'board', ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[3])
return 1
"""

MINT = """
-- KEYS: numbers. ARGV: ttl, ts…  Numbers are never reused: the hash only grows while it lives.
local numbers = {}
local last = redis.call('HLEN', KEYS[1])
for i = 2, #ARGV do
  local number = redis.call('HGET', KEYS[1], ARGV[i])
  if not number then
    last = last + 1
    number = last
    redis.call('HSET', KEYS[1], ARGV[i], number)
  end
  numbers[i - 1] = tonumber(number)
end
redis.call('EXPIRE', KEYS[1], ARGV[1])
return numbers
"""

LOG_OPEN = """
-- KEYS: log, when each log was last trimmed. ARGV: field, ttl, name, ttl of the latter. Makes the stream,
-- with an empty element; one that is there is left as it is.
if redis.call('EXISTS', KEYS[1]) == 0 then redis.call('XADD', KEYS[1], '*', ARGV[1], '') end
redis.call('EXPIRE', KEYS[1], ARGV[2])
redis.call('ZADD', KEYS[2], 'NX', redis.call('TIME')[1], ARGV[3])
redis.call('EXPIRE', KEYS[2], ARGV[4])
"""

LOG_TRIM = """
-- KEYS: when each log was last trimmed. ARGV: prefix, ttl, seconds between trims, limit, ttl of the key. A
-- log to which nothing is appended keeps nothing longer for that. Returns how many logs were looked at.
local now = tonumber(redis.call('TIME')[1])
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[3], 'LIMIT', 0, ARGV[4])
for _, name in ipairs(due) do
  local log = ARGV[1] .. ':log:' .. name
  if redis.call('EXISTS', log) == 1 then
    redis.call('XTRIM', log, 'MINID', string.format('%.0f', (now - ARGV[2]) * 1000))
    redis.call('ZADD', KEYS[1], now, name)
  else
    redis.call('ZREM', KEYS[1], name)
  end
end
if #due > 0 then redis.call('EXPIRE', KEYS[1], ARGV[5]) end
return #due
"""

LOG_APPEND = """
-- KEYS: logs. ARGV: prefix, field, piece, ttl, longest, a request that is taken back or '', its ttl, name per
-- log. Returns a 1 for each log that is open and a 0 for each that is not.
local prefix, ttl, kept = ARGV[1], ARGV[4], {}
local now = redis.call('TIME')
local now_ms = now[1] * 1000 + math.floor(now[2] / 1000)
local oldest, longest = string.format('%.0f', now_ms - ttl * 1000), tonumber(ARGV[5])
for i, log in ipairs(KEYS) do
  kept[i] = 0
  if redis.call('XADD', log, 'NOMKSTREAM', '*', ARGV[2], ARGV[3]) then
    kept[i] = 1
    redis.call('XTRIM', log, 'MINID', oldest)
    if redis.call('XLEN', log) > longest then
      redis.call('XTRIM', log, 'MAXLEN', math.floor(longest / 2))
      redis.call('DEL', prefix .. ':log-complete:' .. ARGV[7 + i])
    end
    redis.call('EXPIRE', log, ttl)
    redis.call('ZADD', prefix .. ':log-active', now_ms, ARGV[7 + i])
    redis.call('EXPIRE', prefix .. ':log-active', ttl)
  end
end
if ARGV[6] ~= '' then redis.call('SET', prefix .. ':withdrawn:' .. ARGV[6], '1', 'EX', ARGV[7]) end
return kept
"""

LOG_WRITE = """
-- KEYS: log. ARGV: field, ttl, an id or '', a cursor or '', pieces… Appends; then removes all up to the id.
-- Returns the id of the last element; the cursor when others appended behind it; '' when there is no log.
local log, cursor = KEYS[1], ARGV[4]
if redis.call('EXISTS', log) == 0 then return '' end
local before = redis.call('XREVRANGE', log, '+', '-', 'COUNT', 1)[1]
for i = 5, #ARGV do redis.call('XADD', log, '*', ARGV[1], ARGV[i]) end
local last = redis.call('XREVRANGE', log, '+', '-', 'COUNT', 1)[1]
if ARGV[3] ~= '' then
  local ms, number = string.match(ARGV[3], '(%d+)-(%d+)')
  redis.call('XTRIM', log, 'MINID', ms .. '-' .. string.format('%.0f', number + 1))
end
redis.call('EXPIRE', log, ARGV[2])
if cursor ~= '' and before and before[1] ~= cursor then return cursor end
return last and last[1] or '0-0'
"""

LOG_SCRUB = """
-- KEYS: log. ARGV: field, then id, hash, piece… Puts pieces in place of others that nobody else has changed:
-- the stream is made anew with the ids it had, so that nobody's cursor is wrong. Returns how many.
local log, changed, count = KEYS[1], {}, 0
for i = 2, #ARGV, 3 do changed[ARGV[i]] = i end
local left_ms = redis.call('PTTL', log)
local all = redis.call('XRANGE', log, '-', '+')
if #all == 0 then return 0 end
redis.call('DEL', log)
for _, element in ipairs(all) do
  local piece, i = element[2][2], changed[element[1]]
  if i and redis.sha1hex(piece) == ARGV[i + 1] then
    piece = ARGV[i + 2]
    count = count + 1
  end
  redis.call('XADD', log, element[1], ARGV[1], piece)
end
if left_ms > 0 then redis.call('PEXPIRE', log, left_ms) end
return count
"""

LOG_COMPLETE = """
-- KEYS: log, what is known of it. ARGV: epoch, ttl. Holds until the first element reaches its age.
-- Returns 1 when it was said, 0 when the log is not open or too old.
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
local first = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1]
local now = redis.call('TIME')
local now_ms = now[1] * 1000 + math.floor(now[2] / 1000)
local first_ms = first and tonumber(string.match(first[1], '%d+')) or now_ms
local left_ms = first_ms + ARGV[2] * 1000 - now_ms
if left_ms <= 0 then return 0 end
redis.call('SET', KEYS[2], ARGV[1], 'PX', string.format('%.0f', left_ms))
return 1
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

BEAT = """
-- KEYS: that somebody receives, epoch. ARGV: how long that holds, ttl of the epoch. Returns the epoch.
if redis.call('EXISTS', KEYS[1]) == 0 then redis.call('INCR', KEYS[2]) end
redis.call('SET', KEYS[1], '1', 'EX', ARGV[1])
redis.call('EXPIRE', KEYS[2], ARGV[2])
return redis.call('GET', KEYS[2])
"""
