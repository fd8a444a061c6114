"""Books of what models cost, in memory: for tests that need no store."""

from dataclasses import dataclass, field

from bot.models.catalogue import default_catalogue
from bot.models.spending import Purpose, Spending, Spent, dearest_first
from bot.money import Money
from bot.purse import Account, Decision, Payment
from bot.till import Till


def money_of(purse=None, **changes):
    """What a copilot knows of money whose books are in memory."""
    catalogue = default_catalogue()
    return Money(**{"till": Till(purse or LocalPurse(), catalogue), "catalogue": catalogue, **changes})


@dataclass(slots=True)
class LocalPurse:
    """A `Purse` in memory."""

    booked: dict[str, tuple[Account, int]] = field(default_factory=dict)
    """By call: for whom, and what is held for it."""
    whole: set[str] = field(default_factory=set)
    """Calls of which all was reported."""
    paid: dict[str, tuple[Account, tuple[Payment, ...]]] = field(default_factory=dict)
    decisions: dict[str, Decision] = field(default_factory=dict)

    async def book(self, account, call_id, *, held_nanousd=0):
        self.booked.setdefault(call_id, (account, held_nanousd))

    async def pay(self, account, call_id, payments, *, is_whole):
        if call_id not in self.paid:
            self.booked.setdefault(call_id, (account, 0))
            self.whole |= {call_id} if is_whole else set()
            self.paid[call_id] = (account, tuple(payments))

    async def of_request(self, request_id):
        return self._sum(lambda account: account.request_id == request_id)

    async def of_incident(self, ref):
        return self._sum(lambda account: account.ref == ref)

    async def of_month(self, team_id, month):
        return self._sum(lambda account: (account.ref.team_id, account.month) == (team_id, month))

    async def decide(self, question_id, decision):
        return self.decisions.setdefault(question_id, decision)

    def _sum(self, is_for):
        calls = {call: account for call, (account, _) in self.booked.items() if is_for(account)}
        paid = [(account, p) for account, all_of in self.paid.values() if is_for(account) for p in all_of]
        uses = {(p.tokens.model, account.purpose) for account, p in paid}
        spent = [
            _spent(*use, [(a, p) for a, p in paid if (p.tokens.model, a.purpose) == use]) for use in uses
        ]
        assumed = sum(p.assumed_nanousd for _, p in paid) + sum(map(self._held, calls))
        unreported = len(calls.keys() - self.whole)
        return Spending(by_model=dearest_first(spent), unreported=unreported, assumed_nanousd=assumed)

    def _held(self, call):
        _, held = self.booked[call]
        _, payments = self.paid.get(call, (None, ()))
        return 0 if call in self.whole else max(0, held - sum(p.counted_nanousd for p in payments))


def _spent(model, purpose, paid):
    payments = [payment for _, payment in paid]
    tokens = [payment.tokens for payment in payments]
    return Spent(
        model=model,
        purpose=purpose,
        questions=len({account.request_id for account, _ in paid}) if purpose is Purpose.ANSWER else 0,
        samplings=len(payments),
        input=sum(one.input for one in tokens),
        output=sum(one.output for one in tokens),
        read=sum(one.read for one in tokens),
        written=sum(one.write_5m + one.write_1h for one in tokens),
        nanousd=sum(payment.nanousd or 0 for payment in payments),
        unpriced=sum(payment.nanousd is None for payment in payments),
    )
