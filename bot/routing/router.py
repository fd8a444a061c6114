"""Decide which model answers a question, from the question and the incident, and say which words decided."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.routing.classify import Reading, domain_of, read, sigmoid, silence
from bot.routing.route import Match, Route, Said, Tier
from bot.routing.routes import Routes

QUESTION = "question"
"""The source of a word that stood in the question."""

DEFAULT_EFFORTS: Mapping[Tier, str] = {Tier.SONNET: "high", Tier.OPUS: "high"}
"""High effort for the diagnosis; gathering evidence chooses its own."""

_MOST_MATCHES = 5
_LEAST_WEIGHT = 1.5
"""A word that adds less than this many logits did not decide, unless no other is stronger."""
_MATCH_CHARACTERS = 60
_THREAD_COUNTS = 0.8
"""The thread's words count a little less than the question's own."""
_OLDEST_COUNTS = 0.85
"""And the oldest message's a little less than the newest's."""
_MERE_MENTION = 1.2
"""What a message must say beyond silence: in a thread, `S3` in passing is no subject."""
_SMALL_THREAD = 10
"""Up to so many messages one of them can decide; in a longer thread it takes more to be its subject."""
_DILUTES = 2.0
"""How much more it takes, in logits, for a thread e times as long: every long thread names roles and keys."""
_NAMES = {"aws_s3": "S3 is", "aws_iam": "AWS permissions are"}
_NEXT_COUNTS = 0.5
_MOST_COUNTED = 4
_LEAST_ASKED = -3.9
"""However clearly a question is about something else, what was found can still outweigh it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """One text that was read, and how much it counts."""

    id: str
    reading: Reading
    counts: float
    is_refusal: bool = False

    @property
    def evidence(self) -> float:
        """What it says for a matter of policy, in logits above a mere mention."""
        return max(0.0, self.reading.logit - silence() - _MERE_MENTION) * self.counts


def route(
    question: str,
    said: Sequence[Said],
    *,
    routes: Routes,
    models: Mapping[Tier, str],
    efforts: Mapping[Tier, str] = DEFAULT_EFFORTS,
    forced: Tier | None = None,
) -> Route:
    """Decide which model answers.

    The same input gives the same route; nothing is learnt, asked or remembered.

    Args:
        question: In the asker's words; may be empty.
        said: What was said in the incident, oldest first: the caller chooses what tells something.
        routes: Which domain goes to which tier.
        models: The model id of each tier.
        efforts: The effort of each tier.
        forced: The tier a person chose; the words are still reported.
    """
    asked = _Source(id=QUESTION, reading=read(question), counts=1.0)
    thread = _sources(said)
    logit = max(_LEAST_ASKED, asked.reading.logit) + _THREAD_COUNTS * _evidence(thread)
    domain = _domain(asked, thread, is_policy=logit >= 0)
    tier = forced or routes.tier_of(domain)
    matched = _matched([asked, *thread]) if logit >= 0 else ()
    return Route(
        domain=domain,
        tier=tier,
        model=models[tier],
        effort=efforts[tier],
        reason=_reason(domain, matched, asked, routes=routes, forced=forced),
        matched=matched,
        score=round(sigmoid(logit), 4),
        is_forced=forced is not None,
    )


def _sources(said: Sequence[Said]) -> list[_Source]:
    step = (1 - _OLDEST_COUNTS) / max(1, len(said) - 1)
    return [
        _Source(
            id=one.id,
            reading=read(one.text),
            counts=_OLDEST_COUNTS + step * place,
            is_refusal=one.is_refusal,
        )
        for place, one in enumerate(said)
    ]


def _evidence(thread: Sequence[_Source]) -> float:
    """Add up what the thread says: long threads dilute what is mentioned, not what refuses."""
    refused = _total(source.evidence for source in thread if source.is_refusal)
    mentioned = _total(source.evidence for source in thread if not source.is_refusal)
    mentioned = max(0.0, mentioned - _DILUTES * math.log(max(1.0, len(thread) / _SMALL_THREAD)))
    return _total((refused, mentioned))


def _total(evidence: Iterable[float]) -> float:
    """Add up evidence, strongest first: each further piece counts half, and only a few do."""
    ranked = sorted(evidence, reverse=True)
    return sum(one * _NEXT_COUNTS**rank for rank, one in enumerate(ranked[:_MOST_COUNTED]))


def _domain(asked: _Source, thread: Sequence[_Source], *, is_policy: bool) -> str:
    domain = domain_of(asked.reading.domains, is_policy=is_policy)
    if asked.reading.domains and domain in asked.reading.domains:
        return domain
    spoken: Counter[str] = Counter()
    for source in thread:
        if not is_policy or source.reading.logit >= 0:
            spoken.update(source.reading.domains)
    return domain_of(spoken, is_policy=is_policy)


def _matched(sources: Sequence[_Source]) -> tuple[Match, ...]:
    """Return the words that decided: the strongest of every source, then their second ones, and so on."""
    weights = [weight for source in sources for _, weight in source.reading.weights]
    least = min(_LEAST_WEIGHT, max(weights, default=0.0))
    weighed = [
        (-rank, weight * source.counts, Match(words=words[:_MATCH_CHARACTERS], source=source.id))
        for source in sources
        for rank, (words, weight) in enumerate(source.reading.weights)
        if weight >= least
    ]
    weighed.sort(key=lambda entry: entry[:2], reverse=True)
    return _distinct(match for _, _, match in weighed)


def _distinct(matches: Iterable[Match]) -> tuple[Match, ...]:
    """Leave out what says again what stronger words said: `AssumeRole` after `sts:AssumeRole`."""
    kept: list[Match] = []
    for match in matches:
        words = match.words.lower()
        if not any(words in other.words.lower() or other.words.lower() in words for other in kept):
            kept.append(match)
    return tuple(kept[:_MOST_MATCHES])


def _reason(
    domain: str, matched: Sequence[Match], asked: _Source, *, routes: Routes, forced: Tier | None
) -> str:
    if forced is not None:
        return f"because you asked for {forced.value.capitalize()}"
    if domain in routes.overrides:
        return f"because {domain} is set to {routes.overrides[domain].value}"
    if matched:
        return "because of " + ", ".join(match.words for match in matched[:2])
    named = [words for policy, words in _NAMES.items() if policy in asked.reading.domains]
    if named:
        return f"because {named[0]} named, but too little speaks of permissions or a bucket's settings"
    return "because nothing here is about AWS permissions or S3"
