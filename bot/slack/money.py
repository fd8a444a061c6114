"""What people are told of money: sums, what incidents and months cost, the question before Opus is asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from bot.incident.wording import counted
from bot.models.cost import usd_of
from bot.models.spending import NO_CAPS, Caps, Purpose, Spending, Spent
from bot.slack.blocks import Line, actions, bold, button, context, divider, joined, numbered, rich, text
from bot.slack.limits import Blocks

_CENT = Decimal("0.01")
WAITING = "Waiting for you."
NOTES_WORDS = "notes on long incidents"
GATHER_WORDS = "looking things up"
_PURPOSE_WORDS = {Purpose.NOTES: NOTES_WORDS, Purpose.GATHER: GATHER_WORDS}
_MILLE, _MILLION = 1_000, 1_000_000
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """What an answer cost, and its incident.

    Attributes:
        usd: Of the answer; None when nothing of it is known.
        is_least: More was used than is known.
        incident: What the incident cost with it; None when that is not known now.
    """

    usd: Decimal | None = None
    is_least: bool = False
    incident: Spending | None = None
    caps: Caps = NO_CAPS


NO_BILL = Bill()


@dataclass(frozen=True, slots=True, kw_only=True)
class CostView:
    """What is told of costs.

    Attributes:
        incident: None when nobody can say which incident is meant.
        where: Why nobody can; else empty.
        month: Of the workspace.
        month_name: Such as `2026-11`.
        names: Model id → its name for people.
        has_model: There is a model to ask.
    """

    incident: Spending | None
    month: Spending
    month_name: str
    caps: Caps
    names: dict[str, str]
    where: str = ""
    has_model: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """The question whether Opus is to answer although the incident has reached its hard cap.

    Attributes:
        spent: What the incident cost until now.
        about_usd: What the answer would cost about; None when the price is not known.
        sonnet_usd: What that of the other model would; None when that is not known.
        opus, sonnet: The models' names for people.
        is_full: Every message would be read in full.
    """

    spent: Spending
    caps: Caps
    about_usd: Decimal | None
    opus: str
    sonnet: str
    sonnet_usd: Decimal | None = None
    is_full: bool = False


def usd_words(usd: Decimal) -> str:
    """Return `$0.13`, `$1,204.50`, or `under $0.01`."""
    return "under $0.01" if 0 < usd < _CENT else f"${usd:,.2f}"


def spent_words(spending: Spending) -> str:
    """Return what something cost: `$1.84`, or `at least $1.84` when not all of it is known."""
    return usd_words(spending.usd) if spending.is_exact else f"at least {usd_words(spending.usd)}"


def bill_words(bill: Bill, *, has_model: bool) -> str:
    """Return what an answer cost: `$0.13`, `at least $0.13`, `cost not known`.

    Args:
        bill: What is known.
        has_model: A model gave the answer; else what was paid, was paid for a try that failed.
    """
    if bill.usd is None or (bill.is_least and not bill.usd):
        if not has_model and not bill.is_least:
            return "$0"
        return "cost not known" if has_model else "cost of the failed try not known"
    words = f"at least {usd_words(bill.usd)}" if bill.is_least else usd_words(bill.usd)
    return words if has_model or not bill.usd else f"{words} for a try that failed"


def over_words(bill: Bill) -> str:
    """Return what the incident cost, from the soft cap on; and from the hard one on, that Opus asks first."""
    spent, caps = bill.incident, bill.caps
    if spent is None or not caps.is_above_soft(spent):
        return ""
    words = f"this incident: {guessed_words(spent)}"
    if caps.hard_usd is not None and caps.is_above_hard(spent):
        return f"{words}, has reached its limit of {usd_words(caps.hard_usd)}: Opus asks first"
    return f"{words}, told from {usd_words(caps.soft_usd or Decimal(0))} on"


def guessed_words(spending: Spending) -> str:
    """Return what something cost, and what it counts for caps where that has a guess in it."""
    if not spending.assumed_nanousd:
        return spent_words(spending)
    return f"{spent_words(spending)} (counted as about {usd_words(spending.counted_usd)})"


def asking_blocks(asking: Asking, *, answer_id: str) -> Blocks:
    """Return the question, with a button for either answer."""
    label = f"Ask {asking.opus}{_about(asking.about_usd)}"
    agree = (
        button(label, action_id="consent_full", value=answer_id)
        if asking.is_full
        else button(label, action_id="consent_opus", value=answer_id)
    )
    label = f"Use {asking.sonnet}{_about(asking.sonnet_usd)}"
    spare = button(label, action_id="consent_sonnet", value=answer_id)
    question = [bold(WAITING), text(f" {_question(asking)}")]
    return [rich([question]), actions([agree, spare])]


def _about(usd: Decimal | None) -> str:
    return f" · about {usd_words(usd)}" if usd is not None else ""


def asking_words(asking: Asking) -> str:
    """Return the question for the lock screen."""
    return f"{WAITING} {_question(asking)}"


def _question(asking: Asking) -> str:
    price = "price not known" if asking.about_usd is None else f"about {usd_words(asking.about_usd)} more"
    reading = ", every message in full" if asking.is_full else ""
    return (
        f"This incident has cost {guessed_words(asking.spent)}{_limit(asking)}. "
        f"{asking.opus}{reading}: {price}. {asking.sonnet} answers without asking."
    )


def _limit(asking: Asking) -> str:
    limit = asking.caps.hard_usd
    if limit is None:
        return ""
    is_reached = asking.caps.is_above_hard(asking.spent)
    words = "from {usd} on I ask before Opus" if is_reached else "I ask before Opus takes it to {usd}"
    return "; " + words.format(usd=usd_words(limit))


def asked_words(question: str) -> str:
    """Return the question as it stands after somebody decided: nobody is waited for any more."""
    return f"Asked first: {question.removeprefix(WAITING).strip()}"


def decided_line(*, is_opus: bool, who: str) -> Line:
    """Return what takes the buttons' place once somebody pressed one.

    Args:
        is_opus: They agreed to Opus.
        who: Their name, or `a person`.
    """
    chosen = "Opus" if is_opus else "Sonnet"
    return [bold(f"{chosen}, decided by {who}."), text(" The answer is below.")]


def cost_blocks(view: CostView, *, answer_id: str) -> Blocks:
    """Return what the models cost, for one person."""
    first = (
        [[bold("This incident: "), text(view.where)]]
        if view.incident is None
        else _incident(view.incident, view.names)
    )
    made = [rich(first), divider(), rich(_month(view)), divider(), rich(_cap_lines(view))]
    if view.has_model or not view.month.is_nothing:
        made.append(context(_SOURCE))
    return numbered(made, answer_id)


_SOURCE = "Counted from the tokens that the API reports and its list prices. The Claude Console has the bill."


def cost_words(view: CostView) -> str:
    """Return the lock screen's words."""
    incident = f"This incident {spent_words(view.incident)}, " if view.incident is not None else ""
    return f"Cost: {incident}{_month_words(view.month_name)} {spent_words(view.month)}"


def _incident(spending: Spending, names: dict[str, str]) -> list[Line]:
    lines = [line for spent in spending.by_model for line in _model(spent, names)]
    return [_total("This incident", spending), *lines, *_unknown(spending)]


def _total(title: str, spending: Spending) -> Line:
    nothing = [text(" · no model was asked")] if spending.is_nothing else []
    return [bold(f"{title}: {spent_words(spending)}"), *nothing]


def _model(spent: Spent, names: dict[str, str]) -> Sequence[Line]:
    share = round(100 * spent.read / spent.prompt) if spent.prompt else 0
    cached = f" ({share} % from the cache)" if share else ""
    use = f"{tokens_words(spent.prompt)} tokens in{cached}, {tokens_words(spent.output)} out"
    head = f" · {_price(spent)} · {_purpose(spent)}"
    return [bold(names.get(spent.model, spent.model)), text(head)], [text(use)]


def _purpose(spent: Spent) -> str:
    return _PURPOSE_WORDS.get(spent.purpose) or counted(spent.questions, "question")


def _price(spent: Spent) -> str:
    return usd_words(spent.usd) if spent.nanousd or not spent.unpriced else "price not known"


def _month(view: CostView) -> list[Line]:
    spending = view.month
    each = [[text(_month_model(spent, view.names))] for spent in spending.by_model]
    title = f"This workspace, {_month_words(view.month_name)}"
    return [_total(title, spending), joined(each), *_unknown(spending)]


def _month_model(spent: Spent, names: dict[str, str]) -> str:
    words = _PURPOSE_WORDS.get(spent.purpose)
    purpose = f" for {words}" if words else ""
    return f"{names.get(spent.model, spent.model)} {_price(spent)}{purpose}"


def _unknown(spending: Spending) -> list[Line]:
    told = []
    if spending.unreported:
        told.append(
            f"{counted(spending.unreported, 'call')} under way or broken off, not reported to their end."
        )
    if spending.unpriced:
        told.append(f"{counted(spending.unpriced, 'call')} to a model whose price I do not know.")
    assumed = usd_of(spending.assumed_nanousd)
    guess = f"; the caps count about {usd_words(assumed)} for it" if assumed else ""
    return [[text(f"Not known: {' '.join(told)} That comes on top{guess}.")]] if told else []


def _cap_lines(view: CostView) -> list[Line]:
    title: Line = [bold("Caps for one incident")]
    if not view.has_model:
        return [title, [text("No model is set up, so nothing is spent.")]]
    soft, hard = view.caps.soft_usd, view.caps.hard_usd
    first = f"From {usd_words(soft)} every answer says so." if soft is not None else ""
    second = f"From {usd_words(hard)} I ask before I ask Opus." if hard is not None else ""
    reached = ""
    if view.incident is not None and view.caps.is_above_hard(view.incident):
        reached = "Reached: I ask before Opus now."
    words = " ".join(filter(None, [first, second, reached])) or "None are set."
    return [title, [text(words)]]


def tokens_words(tokens: int) -> str:
    """Return `940`, `12.3k`, `182k` or `1.2M`."""
    if tokens < _MILLE:
        return str(tokens)
    if tokens < 100 * _MILLE:
        return f"{tokens / _MILLE:.1f}k"
    return f"{tokens / _MILLE:.0f}k" if tokens < _MILLION else f"{tokens / _MILLION:.1f}M"


def _month_words(name: str) -> str:
    year, _, month = name.partition("-")
    return f"{_MONTHS[int(month) - 1]} {year}"
