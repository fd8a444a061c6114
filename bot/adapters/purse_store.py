"""What the models cost, in the store: sums of whole numbers, so that they are exact.

A request, an incident and a month each have a hash with the same fields: `unreported`, `assumed`, and for
each model `<model>|<what>` for the figures of `Spent`, `<model>|notes|<what>` or `<model>|gather|<what>`.
What is booked counts as unreported, and what was held for it as assumed, until it is paid.
"""

from collections import defaultdict
from collections.abc import Sequence

from redis.asyncio import Redis

from bot.adapters.keys import CALL_SECONDS, EFFECT_SECONDS, MEMORY_SECONDS, MONTH_SECONDS, key
from bot.adapters.replies import as_bytes, as_text, store_errors_named
from bot.incident.messages import IncidentRef
from bot.models.spending import Purpose, Spending, Spent, dearest_first
from bot.purse import Account, Decision, Payment

UNREPORTED, ASSUMED = "unreported", "assumed"
_SUFFIXES = {Purpose.GATHER: "|gather", Purpose.NOTES: "|notes"}
_FIGURES = ("questions", "samplings", "input", "output", "read", "written", "nanousd", "unpriced")
MOST_NAME_CHARS = 100
_OPUS, _SONNET = "opus", "sonnet"

BOOK = """
-- KEYS: the call, then request, incident, month. ARGV: how long each of them lives.
-- Last: what is held.
local held = ARGV[#KEYS + 1]
if not redis.call('SET', KEYS[1], 'booked ' .. held, 'NX', 'EX', ARGV[1]) then return 0 end
for i = 2, #KEYS do
  redis.call('HINCRBY', KEYS[i], 'unreported', 1)
  redis.call('HINCRBY', KEYS[i], 'assumed', held)
  redis.call('EXPIRE', KEYS[i], ARGV[i])
end
return 1
"""

PAY = """
-- KEYS: as above. ARGV: how long each lives, 1 when all was reported, 1 when it is for a question, what it
-- counts for caps, and how much of that is assumed; then model, figure, amount, model, …
-- A call that the store lost (a failover) is paid all the same; it is no longer among the unreported. What an
-- incident held may have been forgotten meanwhile: no figure falls below nothing.
local was = redis.call('GET', KEYS[1]) or ''
if was == 'paid' then return 0 end
redis.call('SET', KEYS[1], 'paid', 'EX', ARGV[1])
local is_whole, is_question = ARGV[#KEYS + 1] == '1', ARGV[#KEYS + 2] == '1'
local first = #KEYS + 5
local function lower(name, field, amount)
  local has = tonumber(redis.call('HGET', name, field) or '0')
  if has > 0 then redis.call('HINCRBY', name, field, string.format('%.0f', -math.min(has, amount))) end
end
local held = tonumber(string.match(was, '^booked (%d+)$') or '0')
local released = held
if not is_whole then released = math.min(held, tonumber(ARGV[#KEYS + 3])) end
local counted = {}
for a = first, #ARGV, 3 do
  local model = ARGV[a]
  if is_question and counted[model] == nil then
    counted[model] = redis.call('HSETNX', KEYS[2], model .. '|questions', 1)
  end
end
for i = 2, #KEYS do
  if is_whole and was ~= '' then lower(KEYS[i], 'unreported', 1) end
  lower(KEYS[i], 'assumed', released)
  redis.call('HINCRBY', KEYS[i], 'assumed', ARGV[#KEYS + 4])
  for a = first, #ARGV, 3 do
    redis.call('HINCRBY', KEYS[i], ARGV[a] .. '|' .. ARGV[a + 1], ARGV[a + 2])
  end
  if i > 2 then
    for model, is_new in pairs(counted) do
      if is_new == 1 then redis.call('HINCRBY', KEYS[i], model .. '|questions', 1) end
    end
  end
  redis.call('EXPIRE', KEYS[i], ARGV[i])
end
return 1
"""


class RedisPurse:
    """A `Purse` over Redis or Valkey; every method raises `StoreUnavailableError` when it is away.

    Args:
        redis: Where; not closed by this class.
        ttl_seconds: How long an incident's sum lives after its last use.
    """

    def __init__(self, redis: Redis, *, ttl_seconds: int = MEMORY_SECONDS) -> None:
        self._redis = redis
        self._ttl_seconds = ttl_seconds
        self._book = redis.register_script(BOOK)
        self._pay = redis.register_script(PAY)

    async def book(self, account: Account, call_id: str, *, held_nanousd: int = 0) -> None:
        """Write down that a call is about to be made; safe to repeat."""
        with store_errors_named():
            await self._book(keys=_keys(account, call_id), args=[*self._lives(), held_nanousd])

    async def pay(
        self, account: Account, call_id: str, payments: Sequence[Payment], *, is_whole: bool
    ) -> None:
        """Write down what a call used; the first time counts."""
        amounts = _amounts(payments, account.purpose)
        figures = [part for field, amount in amounts.items() for part in (*field, amount)]
        sums = [sum(p.counted_nanousd for p in payments), sum(p.assumed_nanousd for p in payments)]
        flags = [int(is_whole), int(account.purpose is Purpose.ANSWER)]
        with store_errors_named():
            await self._pay(keys=_keys(account, call_id), args=[*self._lives(), *flags, *sums, *figures])

    async def of_request(self, request_id: str) -> Spending:
        """Return what one request cost, all runs of it together."""
        return await self._spending(key("spent-request", request_id))

    async def of_incident(self, ref: IncidentRef) -> Spending:
        """Return what an incident cost."""
        return await self._spending(key("spent-incident", ref.key))

    async def of_month(self, team_id: str, month: str) -> Spending:
        """Return what a workspace spent in a month."""
        return await self._spending(key("spent-month", team_id, month))

    async def forget(self, ref: IncidentRef) -> int:
        """Forget what an incident cost; months keep their sums. Return how many entries that were."""
        with store_errors_named():
            return int(await self._redis.delete(key("spent-incident", ref.key)))

    async def decide(self, question_id: str, decision: Decision) -> Decision:
        """Write a decision down if nobody decided before; return the one that counts."""
        name = key("consent", question_id)
        choice = _OPUS if decision.is_opus else _SONNET
        told = f"{choice} {decision.by_id} {decision.request_id}"
        with store_errors_named():
            if await self._redis.set(name, told, nx=True, ex=self._ttl_seconds):
                return decision
            stored = as_bytes(await self._redis.get(name))
        choice, by_id, request_id = (stored.decode() if stored else told).split(" ", 2)
        return Decision(request_id=request_id, by_id=by_id, is_opus=choice == _OPUS)

    def _lives(self) -> list[int]:
        return [CALL_SECONDS, EFFECT_SECONDS, self._ttl_seconds, MONTH_SECONDS]

    async def _spending(self, name: str) -> Spending:
        with store_errors_named():
            stored = await self._redis.hgetall(name)
        figures: dict[str, dict[str, int]] = defaultdict(dict)
        for field, amount in stored.items():
            model, _, what = as_text(field).rpartition("|")
            figures[model][what] = int(amount)
        totals = figures.pop("", {})
        return Spending(
            by_model=dearest_first(_spent(name, amounts) for name, amounts in figures.items()),
            unreported=max(0, totals.get(UNREPORTED, 0)),
            assumed_nanousd=max(0, totals.get(ASSUMED, 0)),
        )


def _spent(name: str, amounts: dict[str, int]) -> Spent:
    """Return what stands under a name; of figures that a newer program wrote, this one knows nothing."""
    purpose = next((one for one, suffix in _SUFFIXES.items() if name.endswith(suffix)), Purpose.ANSWER)
    model = name.removesuffix(_SUFFIXES.get(purpose, ""))
    known = {figure: amounts[figure] for figure in _FIGURES if figure in amounts}
    return Spent(model=model, purpose=purpose, **known)


def _keys(account: Account, call_id: str) -> list[str]:
    return [
        key("call", call_id),
        key("spent-request", account.request_id),
        key("spent-incident", account.ref.key),
        key("spent-month", account.ref.team_id, account.month),
    ]


def _amounts(payments: Sequence[Payment], purpose: Purpose) -> dict[tuple[str, str], int]:
    """Return what is added to each figure of each model."""
    suffix = _SUFFIXES.get(purpose, "")
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for payment in payments:
        tokens = payment.tokens
        figures = {
            "samplings": 1,
            "input": tokens.input,
            "output": tokens.output,
            "read": tokens.read,
            "written": tokens.write_5m + tokens.write_1h,
            "nanousd": payment.nanousd or 0,
            "unpriced": int(payment.nanousd is None),
        }
        for figure, amount in figures.items():
            sums[tokens.model[:MOST_NAME_CHARS] + suffix, figure] += amount
    return sums
