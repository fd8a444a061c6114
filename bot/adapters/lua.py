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

COMMIT_ALIASES = """
-- KEYS: aliases. ARGV: version they were read at, sealed names, ttl. Returns 1 when stored, 0 when somebody
-- was faster.
if (redis.call('HGET', KEYS[1], 'version') or '0') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'version', ARGV[1] + 1, 'names', ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[3])
return 1
"""

COMMIT_DIGEST = """
-- KEYS: digest, log. ARGV: version it was read at, sealed digest, how long words are kept and how old the
-- oldest of these are in seconds, then the ids of the messages that it tells of. Returns 1 when stored, 0
-- when somebody was faster, there is no log to keep it beside, or it is too old.
local left = math.min(ARGV[3], redis.call('TTL', KEYS[2])) - ARGV[4]
if redis.call('EXISTS', KEYS[2]) == 0 or left <= 0 then return 0 end
if (redis.call('HGET', KEYS[1], 'version') or '0') ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'version', ARGV[1] + 1, 'digest', ARGV[2])
for i = 5, #ARGV do redis.call('HSET', KEYS[1], ARGV[i], '') end
redis.call('EXPIRE', KEYS[1], left)
return 1
"""

DROP_DIGEST = """
-- KEYS: digest, numbers. ARGV: ts. Removes a digest that tells of the message; returns 1 when it did.
local number = redis.call('HGET', KEYS[2], ARGV[1])
if not number or redis.call('HEXISTS', KEYS[1], 'm' .. number) == 0 then return 0 end
return redis.call('UNLINK', KEYS[1])
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
