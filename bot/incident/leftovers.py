"""What a chain leaves over and what nobody could look at, found by code: an analyst likes to forget both."""

import re
from collections.abc import Iterator

from bot.incident.case import Case
from bot.incident.entities import entities
from bot.incident.facts import Fact, FactKind
from bot.incident.hypotheses import Hypothesis
from bot.incident.messages import Incident

_SYMPTOMS = (FactKind.IMPACT, FactKind.ALERT, FactKind.DENIAL)
_MOST_LEFT = 2
_OWN_LINK = re.compile(r"https?://[\w.-]*\bslack\.com/|^mailto:", re.IGNORECASE)


def unexplained(hypothesis: Hypothesis, case: Case) -> tuple[str, ...]:
    """Return the symptoms that share no word with a chain or with what it cites, at most two, oldest first.

    Args:
        hypothesis: With evidence that holds.
        case: Its facts say what was seen.
    """
    told = _told(hypothesis, case)
    cited = {item.id for item in hypothesis.evidence}
    left = [fact for fact in case.facts.of(*_SYMPTOMS) if _is_left(fact, case, cited=cited, told=told)]
    return tuple(dict.fromkeys(fact.short for fact in left))[:_MOST_LEFT]


def _is_left(fact: Fact, case: Case, *, cited: set[str], told: frozenset[str]) -> bool:
    if cited & set(fact.cites) or fact.at > case.asked_at or not fact.entities:
        return False
    return not fact.entities & told


def _told(hypothesis: Hypothesis, case: Case) -> frozenset[str]:
    return frozenset().union(*(entities(words) for words in _words(hypothesis, case)))


def _words(hypothesis: Hypothesis, case: Case) -> Iterator[str]:
    yield from (hypothesis.claim, hypothesis.trigger.what, hypothesis.impact.symptom)
    yield hypothesis.impact.population
    for link in hypothesis.links:
        yield from (link.cause, link.effect, link.mechanism)
    cited = (case.incident.by_id.get(item.id) for item in hypothesis.evidence)
    yield from (message.text for message in cited if message)


def unlooked(case: Case) -> tuple[str, ...]:
    """Say what stands in an incident only by name, and what could not be gathered."""
    links = {link.url for message in case.incident.messages for link in message.links}
    count = sum(not _OWN_LINK.search(url) for url in links)
    opened = (f"what {count:,} {'link leads' if count == 1 else 'links lead'} to",) if count else ()
    return (*case.unseen, *opened)


def unread(incident: Incident) -> tuple[str, ...]:
    """Say what of an incident could not be read."""
    counted = (
        (incident.deleted, "deleted message", "deleted messages"),
        (incident.omitted, "message that could not be read", "messages that could not be read"),
        (incident.shortened, "message in its middle", "messages in their middle"),
        (incident.binary_files, "binary file", "binary files"),
        (incident.unread_files, "file without a preview", "files without a preview"),
        (incident.partial_files, "paste beyond its first lines", "pastes beyond their first lines"),
    )
    return tuple(f"{count} {one if count == 1 else many}" for count, one, many in counted if count)
