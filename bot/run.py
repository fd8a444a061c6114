"""What is known of one request while it is worked on, and what is kept of its answer."""

import json
import re
import time
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import structlog

from bot.answers import Blocks, KeptDigest, Posted, SavedAnswer
from bot.incident.case import Case
from bot.incident.hypotheses import cited_ids
from bot.incident.judged import text_of, verdicts_of
from bot.incident.messages import Incident, IncidentRef, at_of
from bot.investigation import Finding
from bot.request import Request
from bot.routing.route import Route, Tier
from bot.safety.redaction import Redactor
from bot.slack.hypothesis_lines import standing_of
from bot.wishes import Wish

log = structlog.get_logger()

COMPUTED = "computed from the messages that it names"
"""The author of a verdict among the quotes of an answer."""

_SHOWN = re.compile(r"\[(\d{1,5})\]")
"""A citation, as people see it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One request under way.

    Attributes:
        thread_ts: Where the answer goes; None for the top level of the channel.
        question: The asker's words, redacted.
        wish: What the asker chose.
        is_again: Nobody typed them now: they are an earlier question's.
        incident: Redacted.
        asked_at: The moment that counts, by Slack's clock; aware, UTC.
        kept: The digest of the incident, as it was stored when the run began.
        started_seconds: When the run began, by a clock that only runs forward.
    """

    request: Request
    ref: IncidentRef
    thread_ts: str | None
    question: str
    incident: Incident
    redactor: Redactor
    asked_at: datetime
    kept: KeptDigest = field(default_factory=KeptDigest)
    wish: Wish = field(default_factory=Wish)
    is_again: bool = False
    started_seconds: float = field(default_factory=time.perf_counter)

    def log(self, event: str, **facts: object) -> None:
        """Log one step, with the milliseconds since the request was received."""
        log.info(event, request=self.request.id, ms=age_ms(self.request), **facts)

    def log_route(self, route: Route) -> None:
        """Log where the question goes, and the words that decided."""
        self.log(
            "question.routed",
            tier=route.tier.value,
            domain=route.domain,
            model=route.model,
            effort=route.effort,
            reason=route.reason,
            score=round(route.score, 3),
            matched=[{"words": match.words, "source": match.source} for match in route.matched],
        )

    @property
    def seconds(self) -> float:
        """How long this run has taken."""
        return time.perf_counter() - self.started_seconds

    def answered_at(self, posted: Posted | None) -> datetime | None:
        """Say when the answer is given, by Slack's clock: that of our message plus what has passed since."""
        if posted is None:
            return None
        return at_of(posted.ts) + timedelta(seconds=self.seconds)


def age_ms(request: Request) -> float:
    """Return the milliseconds since a request was received."""
    return round((datetime.now(UTC) - request.received_at).total_seconds() * 1000, 1)


def timed(request: Request, case: Case) -> Case:
    """Return a case that knows how long its asker has waited by now."""
    return replace(case, spent_seconds=age_ms(request) / 1000)


def asked_at(request: Request, incident: Incident) -> datetime:
    """Return the moment that counts, by Slack's clock.

    A question is as old as its message. A command has none: then it is the newest message that was read.
    """
    if request.message_ts:
        return at_of(request.message_ts)
    return incident.messages[-1].at if incident.messages else request.received_at


def cited_in(text: str) -> frozenset[str]:
    """Return the ids of the messages that a text cites by their number."""
    return frozenset(f"m{number}" for number in _SHOWN.findall(text))


def saved_answer(
    run: Run, finding: Finding, posted: Posted, *, tier: Tier, blocks: Blocks, text: str
) -> SavedAnswer:
    """Return what the buttons of an answer need later; its quotes are of all that it cites."""
    evidence = cited_ids(item for hypothesis in finding.hypotheses for item in hypothesis.evidence)
    cited = dict.fromkeys((*evidence, *(f"m{number}" for number in _SHOWN.findall(json.dumps(blocks)))))
    messages = [run.incident.by_id[evidence_id] for evidence_id in cited if evidence_id in run.incident.by_id]
    quotes = {m.id: (m.author.name, m.at.isoformat(), m.text, m.permalink) for m in messages}
    return SavedAnswer(
        id=run.request.id,
        incident_key=run.ref.key,
        channel_id=posted.channel_id,
        ts=posted.ts,
        question=run.question,
        thread_ts=run.thread_ts,
        asker_id=run.request.asker_id,
        hypothesis_ids=tuple(hypothesis.id for hypothesis in finding.hypotheses if hypothesis.is_live),
        quotes={**quotes, **_verdicts(run, shown=quotes)},
        blocks=blocks,
        text=text,
        tier=tier.value,
        is_escalated=run.wish.is_escalated,
        is_full=run.request.is_full,
        continues=run.wish.continues,
        claims={hypothesis.id: hypothesis.claim for hypothesis in finding.hypotheses if hypothesis.is_live},
        analyst=finding.closing.analyst,
        standing={h.id: standing_of(h) for h in finding.hypotheses if h.is_live},
    )


def _verdicts(run: Run, *, shown: Collection[str]) -> dict[str, tuple[str, str, str, str]]:
    """Return the verdicts that an answer tells, as quotes: those all of whose messages it cites.

    So each of them goes or changes with a message of the answer (see `bot.rechecking`).
    """
    at = run.asked_at.isoformat()
    told = [one for one in verdicts_of(run.incident) if set(one.cites) <= set(shown)]
    return {one.id: (COMPUTED, at, text_of(one).replace("[m", "["), "") for one in told}
