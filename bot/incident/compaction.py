"""Which messages an analyst reads in full when an incident is larger than the budget.

Nothing is summarised by a model: a folded message lives on in the facts that code extracted from it, and
the analyst is told how many it does not see in full. The plan is a value; carrying it out is elsewhere.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from bot.incident.facts import FactKind, Facts
from bot.incident.messages import Incident, Message

CHARS_PER_TOKEN = 3
"""Deliberately low: English prose has about 4 characters a token, logs and ids about 2.5, and the
tokenizers since Opus 4.7 make about 30 % more tokens of the same text."""
MESSAGE_TOKENS = 40
"""What a message costs beside its text: id, time, author, kind."""
MESSAGE_CHARS = 12_000
"""Longer texts, such as pasted logs, are shown by their beginning and end."""
NEWEST = 40
"""How many of the newest messages are read in full before older ones are considered."""
_DECISIVE = (FactKind.CHANGE, FactKind.ALERT, FactKind.DENIAL, FactKind.RECOVERY, FactKind.RULED_OUT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is read in full and what is folded into facts.

    Attributes:
        kept, folded: Message ids in the order of the incident; together all of them, none twice.
        kept_tokens: Estimated size of what is kept; never above the budget.
    """

    kept: tuple[str, ...]
    folded: tuple[str, ...]
    kept_tokens: int

    @property
    def words(self) -> str:
        """How much is read in full, for people and models: `15 of 16 messages in full`."""
        return f"{len(self.kept)} of {len(self.kept) + len(self.folded)} messages in full"


def estimate_tokens(text: str) -> int:
    """Return about how many tokens a text has, rather too many than too few.

    Characters outside ASCII count as one token each: emoji and most scripts but the Latin one come near it.
    """
    wide = sum(not char.isascii() for char in text)
    return -(-(len(text) - wide) // CHARS_PER_TOKEN) + wide


def message_tokens(message: Message) -> int:
    """Return about how many tokens a message takes in the evidence, a long text clipped."""
    return MESSAGE_TOKENS + estimate_tokens(message.text[:MESSAGE_CHARS])


def plan(
    messages_tokens: Mapping[str, int], *, budget_tokens: int, tiers: Sequence[Collection[str]] = ()
) -> Plan:
    """Keep what matters most within the budget.

    Args:
        messages_tokens: Message id → its size in tokens, in the order of the incident.
        budget_tokens: Most tokens that all kept messages may have together; above 0.
        tiers: Message ids by importance, the most important tier first; whatever is in no tier comes last.
            Within a tier newer messages go first. A message that does not fit is folded and smaller ones
            behind it are still considered.

    Returns:
        A plan with `kept_tokens <= budget_tokens`; everything is kept when everything fits.
    """
    ids = tuple(messages_tokens)
    total = sum(messages_tokens.values())
    if total <= budget_tokens:
        return Plan(kept=ids, folded=(), kept_tokens=total)
    chosen: set[str] = set()
    room = budget_tokens
    for message_id in _by_importance(ids, tiers):
        if messages_tokens[message_id] <= room:
            chosen.add(message_id)
            room -= messages_tokens[message_id]
    return Plan(
        kept=tuple(message_id for message_id in ids if message_id in chosen),
        folded=tuple(message_id for message_id in ids if message_id not in chosen),
        kept_tokens=budget_tokens - room,
    )


def plan_for(incident: Incident, facts: Facts, *, cited: Collection[str] = (), budget_tokens: int) -> Plan:
    """Plan what of an incident is read in full.

    Args:
        incident: All messages.
        facts: What code extracted from them.
        cited: Ids that hypotheses on the board cite.
        budget_tokens: Most tokens of messages, in full.
    """
    sizes = {message.id: message_tokens(message) for message in incident.messages}
    return plan(sizes, budget_tokens=budget_tokens, tiers=importance(incident, facts, cited=cited))


def importance(incident: Incident, facts: Facts, *, cited: Collection[str]) -> tuple[frozenset[str], ...]:
    """Return message ids by importance, the most important first.

    First what decides (changes, alerts, denials, recoveries, suspects ruled out) and what the board cites;
    then the newest messages; then all else that a fact cites; then the roots of threads.
    """
    decisive = frozenset(m for fact in facts.of(*_DECISIVE) for m in fact.cites) | frozenset(cited)
    newest = frozenset(message.id for message in incident.messages[-NEWEST:])
    stated = frozenset(m for fact in facts for m in fact.cites)
    roots = frozenset(message.id for message in incident.messages if message.ts == message.thread_ts)
    return decisive, newest, stated, roots


def ranges(ids: Sequence[str]) -> tuple[str, ...]:
    """Return ids such as `m3` with runs of consecutive numbers joined: `m3`, `m5-m9`."""
    numbers = [int(message_id[1:]) for message_id in ids]
    runs = groupby(enumerate(numbers), key=lambda place: place[1] - place[0])
    return tuple(_run([number for _, number in run]) for _, run in runs)


def _run(numbers: Sequence[int]) -> str:
    first, last = numbers[0], numbers[-1]
    return f"m{first}" if first == last else f"m{first}-m{last}"


def _by_importance(ids: Sequence[str], tiers: Sequence[Collection[str]]) -> list[str]:
    newest_first = list(reversed(ids))
    ordered = [
        message_id for tier in (*tiers, frozenset(ids)) for message_id in newest_first if message_id in tier
    ]
    return list(dict.fromkeys(ordered))
