"""Which message shows what decides: the reasons of a verdict, told by the policies as they were pasted."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.iam.pasted import Pasted
from bot.iam.verdict import Verdict

_SPOKEN = {
    "identity policies": "identity",
    "identity policy": "identity",
    "resource policy": "resource",
    "trust policy": "resource",
    "permissions boundary": "boundary",
    "session policy": "session",
    "SCP": "scp",
    "RCP": "rcp",
    "VPC endpoint policy": "endpoint",
}
"""How `bot.iam.reasons` begins a reason, and the set of which it speaks."""

_PLACE = re.compile(
    rf"(?P<set>{'|'.join(sorted(_SPOKEN, key=len, reverse=True))})(?: level 1)?"
    r"(?:,? ?(?:policy )?(?P<number>\d+))?(?P<rest>[,:].*)",
    re.DOTALL,
)
_LISTED = frozenset({"identity", "scp", "rcp"})
"""Sets of which a request has many; of the others the policy that was pasted last counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decider:
    """One reason of a verdict.

    Attributes:
        words: Which policy and statement, and what it does; without a full stop.
        source: The id of the message with that policy; empty where the reason is that nobody pasted one.
        set_name: The set of policies of which it speaks, such as `scp`; empty where it speaks of none.
    """

    words: str
    source: str = ""
    set_name: str = ""


def deciders(verdict: Verdict, policies: Sequence[Pasted]) -> tuple[Decider, ...]:
    """Return the reasons of a verdict with the messages that show them.

    Args:
        verdict: Over these policies, each set in their order; in SCPs and RCPs one that nobody pasted stands
            last and is no reason.
        policies: As they were pasted.
    """
    return tuple(one for reason in verdict.because for one in _decider(reason, policies))


def _decider(reason: str, policies: Sequence[Pasted]) -> Iterator[Decider]:
    found = _PLACE.fullmatch(reason)
    name = _SPOKEN[found["set"]] if found else ""
    same = [one.source for one in policies if one.set_name == name]
    if found is None or not same:
        yield Decider(words=reason, set_name=name)
    elif found["number"] is None or name not in _LISTED:
        yield Decider(words=f"{found['set']}{found['rest']}", source=same[-1], set_name=name)
    elif int(found["number"]) <= len(same):
        number = f" {found['number']}" if len(same) > 1 else ""
        words = f"{found['set']}{number}{found['rest']}"
        yield Decider(words=words, source=same[int(found["number"]) - 1], set_name=name)
