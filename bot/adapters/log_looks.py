"""When each log was last compared with history, so that those in which nothing happens have their turn too.

Whatever Slack did not deliver leaves no trace of itself. So channels are compared every few minutes though
nothing was logged, and at once when a log is not known to be whole in the present epoch.
"""

from typing import Any

from redis.asyncio import Redis

from bot.adapters.keys import EPOCH_SECONDS, PREFIX, key
from bot.adapters.replies import as_text, store_errors_named
from bot.incident.messages import IncidentRef

CHANNEL = ":channel"
"""How the key of an incident ends that is a whole channel."""

_CLAIM = """
-- KEYS: looks, when each log was last trimmed, epoch. ARGV: prefix, limit, seconds of a claim, seconds
-- between looks, ttl of the looks. Returns the logs whose turn it is, those that waited longest first.
local now, epoch = tonumber(redis.call('TIME')[1]), redis.call('GET', KEYS[3]) or '0'
local is_open, due, found = {}, {}, {}
for _, name in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
  is_open[name] = true
  if string.sub(name, -8) == ':channel' then
    local at = tonumber(string.match(redis.call('HGET', KEYS[1], name) or '0 ', '^%d+'))
    local is_whole = redis.call('GET', ARGV[1] .. ':log-complete:' .. name) == epoch
    if now - at >= tonumber(is_whole and ARGV[4] or 0) then due[#due + 1] = {at, name} end
  end
end
for _, name in ipairs(redis.call('HKEYS', KEYS[1])) do
  if not is_open[name] then redis.call('HDEL', KEYS[1], name) end
end
table.sort(due, function(a, b) return a[1] < b[1] or (a[1] == b[1] and a[2] < b[2]) end)
for _, one in ipairs(due) do
  if #found >= tonumber(ARGV[2]) then break end
  local name = one[2]
  if redis.call('SET', ARGV[1] .. ':log-claim:' .. name, '1', 'NX', 'EX', ARGV[3]) then
    local newest = string.match(redis.call('HGET', KEYS[1], name) or '0 ', ' (.*)$')
    redis.call('HSET', KEYS[1], name, now .. ' ' .. newest)
    found[#found + 1] = name
  end
end
redis.call('EXPIRE', KEYS[1], ARGV[5])
return found
"""

_LOOKED = """
-- KEYS: looks. ARGV: log, its newest message or '' for the one that is known, seconds to wait more, ttl.
local now = tonumber(redis.call('TIME')[1]) + tonumber(ARGV[3])
local newest = string.match(redis.call('HGET', KEYS[1], ARGV[1]) or '0 ', ' (.*)$')
if ARGV[2] ~= '' then newest = ARGV[2] end
redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f', now) .. ' ' .. newest)
redis.call('EXPIRE', KEYS[1], ARGV[4])
"""


class LogLooks:
    """When logs were looked at; every method raises `StoreUnavailableError` when the store is away.

    Args:
        redis: Where; not closed by this class.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._claim = redis.register_script(_CLAIM)
        self._looked = redis.register_script(_LOOKED)

    async def claim(self, *, limit: int, seconds: int, every_seconds: int) -> list[IncidentRef]:
        """Return open logs of channels whose turn it is; each goes to nobody again for `seconds`.

        Args:
            limit: How many at most.
            seconds: How long a claim holds; a log that is not known to be whole waits no longer than that.
            every_seconds: How long all others are left alone.
        """
        args: list[Any] = [PREFIX, limit, seconds, every_seconds, EPOCH_SECONDS]
        with store_errors_named():
            found = await self._claim(keys=[key("log-looks"), key("log-trims"), key("epoch")], args=args)
        return [_channel_of(as_text(name)) for name in found]

    async def newest(self, ref: IncidentRef) -> str:
        """Return the `ts` of the newest message when a log was last looked at; empty when it never was."""
        with store_errors_named():
            found = await self._redis.hget(key("log-looks"), ref.key)
        return as_text(found).partition(" ")[2] if found else ""

    async def looked(self, ref: IncidentRef, *, newest: str, wait_seconds: int = 0) -> None:
        """Say that a log was compared with history.

        Args:
            ref: The log.
            newest: The `ts` of its newest message; empty leaves what is known.
            wait_seconds: So much longer than others it is left alone.
        """
        with store_errors_named():
            args: list[Any] = [ref.key, newest, wait_seconds, EPOCH_SECONDS]
            await self._looked(keys=[key("log-looks")], args=args)


def _channel_of(name: str) -> IncidentRef:
    team, channel = name.removesuffix(CHANNEL).split(":")
    return IncidentRef(team_id=team, channel_id=channel)
