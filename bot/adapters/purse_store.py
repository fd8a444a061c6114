"""What the models cost, in the store: sums of whole numbers, so that they are exact.

A request, an incident and a month each have a hash with the same fields: `unreported`, and for each model
`<model>|<what>` for the figures of `Spent`. What is booked counts as unreported until it is paid.
"""

from collections import defaultdict
from collections.abc import Sequence

from redis.asyncio import Redis

from bot.adapters.keys import CALL_SECONDS, EFFECT_SECONDS, MEMORY_SECONDS, MONTH_SECONDS, key
from bot.adapters.replies import as_bytes, as_text, store_errors_named
from bot.incident.messages import IncidentRef
from bot.models.spending import Spending, Spent
from bot.purse import Account, Decision, Payment, dearest_first

UNREPORTED = "unreported"
_FIGURES = ("questions", "samplings", "input", "output", "read", "written", "nanousd", "unpriced")
MOST_NAME_CHARS = 100
_OPUS, _SONNET = "opus", "sonnet"

BOOK = """
-- KEYS: the call, then request, incident, month. ARGV: how long each of them lives.
if not redis.call('SET', KEYS[1], 'booked', 'NX', 'EX', ARGV[1]) then return 0 end
for i = 2, #KEYS do
  redis.call('HINCRBY', KEYS[i], 'unreported', 1)
  redis.call('EXPIRE', KEYS[i], ARGV[i])
end
return 1
"""

PAY = """
-- KEYS: as above. ARGV: how long each lives, 1 when all was reported, then model, figure, amount, model, …
-- A call that the store lost (a failover) is paid all the same; it is no longer among the unreported.
local was = redis.call('GET', KEYS[1])
if was == 'paid' then return 0 end
redis.call('SET', KEYS[1], 'paid', 'EX', ARGV[1])
local counted = {}
for a = #KEYS + 2, #ARGV, 3 do
  local model = ARGV[a]
  if counted[model] == nil then
    counted[model] = redis.call('HSETNX', KEYS[2], model .. '|questions', 1)
  end
end
for i = 2, #KEYS do
  if ARGV[#KEYS + 1] == '1' and was == 'booked' then redis.call('HINCRBY', KEYS[i], 'unreported', -1) end
  for a = #KEYS + 2, #ARGV, 3 do
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

    async def book(self, account: Account, call_id: str) -> None:
        """Write down that a call is about to be made; safe to repeat."""
        with store_errors_named():
            await self._book(keys=_keys(account, call_id), args=self._lives())

    async def pay(
        self, account: Account, call_id: str, payments: Sequence[Payment], *, is_whole: bool
    ) -> None:
        """Write down what a call used; the first time counts."""
        figures = [part for field, amount in _amounts(payments).items() for part in (*field, amount)]
        with store_errors_named():
            await self._pay(keys=_keys(account, call_id), args=[*self._lives(), int(is_whole), *figures])

    async def of_request(self, request_id: str) -> Spending:
        """Return what one request cost, all runs of it together."""
        return await self._spending(key("spent-request", request_id))

    async def of_incident(self, ref: IncidentRef) -> Spending:
        """Return what an incident cost."""
        return await self._spending(key("spent-incident", ref.key))

    async def of_month(self, team_id: str, month: str) -> Spending:
        """Return what a workspace spent in a month."""
        return await self._spending(key("spent-month", team_id, month))

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
        unreported = figures.pop("", {}).get(UNREPORTED, 0)
        spent = [Spent(model=model, **known(amounts)) for model, amounts in figures.items()]
        return Spending(by_model=dearest_first(spent), unreported=max(0, unreported))


def known(amounts: dict[str, int]) -> dict[str, int]:
    """Return the figures that this program knows; a newer one may have written more."""
    return {figure: amounts[figure] for figure in _FIGURES if figure in amounts}


def _keys(account: Account, call_id: str) -> list[str]:
    return [
        key("call", call_id),
        key("spent-request", account.request_id),
        key("spent-incident", account.ref.key),
        key("spent-month", account.ref.team_id, account.month),
    ]


def _amounts(payments: Sequence[Payment]) -> dict[tuple[str, str], int]:
    """Return what is added to each figure of each model."""
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
            sums[tokens.model[:MOST_NAME_CHARS], figure] += amount
    return sums
