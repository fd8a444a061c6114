"""What code works out by itself about refusals in a thread, for the line `Computed:` of an answer."""

from collections.abc import Iterator

from bot.iam.codes import authentication_errors, explain
from bot.iam.denial import Denial
from bot.iam.denials import parse_denials
from bot.iam.thread import ThreadVerdict
from bot.iam.verdict import Verdict
from bot.incident.judged import PLACES, verdicts_of
from bot.incident.messages import Incident
from bot.incident.wording import listed
from bot.slack.answer_values import Computed

MOST = 2
LAYERS = {
    "identity": "the role's or user's own policy",
    "resource": "the resource's own policy",
    "boundary": "a permissions boundary",
    "session": "a session policy",
    "scp": "a service control policy of the organization",
    "rcp": "a resource control policy of the organization",
    "vpc_endpoint": "the policy of a VPC endpoint",
    "trust": "the role's trust policy",
}

_MOST_REASONS = 2
_DECISIONS = {
    "explicit_deny": "is refused by an explicit deny",
    "implicit_deny": "is allowed by nothing that was pasted",
    "allow": "is allowed by what was pasted",
    "unknown": "cannot be decided from what was pasted",
}


def computed(incident: Incident) -> tuple[Computed, ...]:
    """Return at most two statements about refusals, each with the messages it was read from.

    What the policies that were pasted decide goes first; else the latest first.

    Args:
        incident: Redacted.
    """
    found: dict[str, list[str]] = {}
    for words, cites in (*_decided(incident), *_told(incident)):
        found.setdefault(words, []).extend(cites)
    return tuple(
        Computed(words=words, cites=tuple(sorted(dict.fromkeys(cites), key=_number)))
        for words, cites in list(found.items())[:MOST]
    )


def _number(message_id: str) -> int:
    return int(message_id[1:])


def _decided(incident: Incident) -> Iterator[tuple[str, tuple[str, ...]]]:
    for one in reversed(verdicts_of(incident)):
        if one.verdict is not None:
            yield _verdict_words(one, one.verdict), one.cites


def _verdict_words(one: ThreadVerdict, verdict: Verdict) -> str:
    """Say what the pasted policies decide, by which statement of which message, and what they do not show."""
    named = [f"{each.words}{f' [{each.source[1:]}]' if each.source else ''}" for each in one.deciding]
    by = f": {'; '.join(named[:_MOST_REASONS])}" if named else ""
    return f"`{one.denial.action}` {_DECISIONS[verdict.decision]}{by}.{_hidden_words(one)}"


def _hidden_words(one: ThreadVerdict) -> str:
    """Name the places that nobody showed, each with the look that tells whether the refusal lives there."""
    places = [f"{PLACES[name]} ({check.rpartition(': ')[2]})" for name, check in one.rivals]
    return f" Not shown, so it can still be refused in {listed(places, last='or')}." if places else ""


def _told(incident: Incident) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield what refusals say by themselves, latest first, where no policy decides."""
    known = {one.denial: one for one in verdicts_of(incident)}
    for message in reversed(incident.messages):
        for denial in parse_denials(message.text):
            one = known.get(denial)
            if one is not None and one.verdict is None:
                yield f"{_denial_words(denial)}{_hidden_words(one)}".strip(), (message.id,)
        for code in authentication_errors(message.text):
            yield f"not a policy denial. `{code}`: {explain(code)}", (message.id,)


def _denial_words(denial: Denial) -> str:
    """Say where a denial was decided, as far as its own text says so."""
    layer = LAYERS.get(denial.policy_type or "")
    if denial.explicit is None or not layer:
        return (
            f"{f'`{denial.action}`' if denial.action else 'a refusal'}: no policy was shown that decides it."
        )
    what = f"`{denial.action}` " if denial.action else ""
    if denial.explicit:
        return f"{what}was refused by an explicit deny in {layer}: no allow anywhere can lift it."
    return f"{what}was refused because nothing in {layer} allows it."
