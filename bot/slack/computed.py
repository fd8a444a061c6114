"""What code works out by itself about refusals in a thread, for the line `Computed:` of an answer."""

from collections.abc import Iterator

from bot.iam.codes import authentication_errors, explain
from bot.iam.denial import Denial
from bot.iam.denials import parse_denials
from bot.incident.messages import Incident
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


def computed(incident: Incident) -> tuple[Computed, ...]:
    """Return at most two statements about refusals, latest first, each with the messages it was read from.

    Args:
        incident: Redacted.
    """
    found: dict[str, list[str]] = {}
    for message in reversed(incident.messages):
        for words in _statements(message.text, message.id):
            found.setdefault(words, []).append(message.id)
    return tuple(
        Computed(words=words, cites=tuple(reversed(cites))) for words, cites in list(found.items())[:MOST]
    )


def _statements(text: str, message_id: str) -> Iterator[str]:
    for denial in parse_denials(text, source=message_id):
        words = _denial_words(denial)
        if words:
            yield words
    for code in authentication_errors(text):
        yield f"not a policy denial. `{code}`: {explain(code)}"


def _denial_words(denial: Denial) -> str:
    """Say where a denial was decided, as far as its own text says so."""
    layer = LAYERS.get(denial.policy_type or "")
    if denial.explicit is None or not layer:
        return ""
    what = f"`{denial.action}` " if denial.action else ""
    if denial.explicit:
        return f"{what}was refused by an explicit deny in {layer}: no allow anywhere can lift it."
    return f"{what}was refused because nothing in {layer} allows it."
