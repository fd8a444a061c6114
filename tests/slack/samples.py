"""Hand-made values of two incidents, and how blocks look as text."""

from datetime import UTC, datetime
from typing import Any

from bot.incident.facts import Fact, FactKind, Facts
from bot.incident.hypotheses import (
    Change,
    Check,
    Evidence,
    EvidenceKind,
    Hypothesis,
    Impact,
    Likelihood,
    Link,
    Mitigation,
    Order,
    Status,
    Trigger,
)
from bot.incident.messages import Author, AuthorKind, File, Incident, IncidentRef, Message
from bot.routing.route import Match, Route, Tier
from bot.slack.answer_values import Answer

DIRECT, INFERRED = EvidenceKind.DIRECT, EvidenceKind.INFERENTIAL
ID = "Ev0SAMPLE"


def clock(hour: int, minute: int, *, day: int = 21) -> datetime:
    return datetime(2025, 3, day, hour, minute, tzinfo=UTC)


def message(number: int, hour: int, minute: int, who: str, words: str, **more: Any) -> Message:
    """A message said at that time of 21 March 2025; `who` in capitals is a program."""
    kind = AuthorKind.BOT if who.isupper() else AuthorKind.PERSON
    ts = f"{int(clock(hour, minute).timestamp())}.{number:06d}"
    link = f"https://acme.slack.com/archives/C1/p{ts.replace('.', '')}"
    name = who.title() if who.isupper() else who
    author = Author(id=f"U{who}", name=name, kind=kind)
    return Message(id=f"m{number}", ts=ts, author=author, text=words, permalink=link, **more)


def fact(kind: FactKind, number: int, hour: int, minute: int, words: str, **more: Any) -> Fact:
    return Fact(id=f"f{number}", kind=kind, text=words, cites=(f"m{number}",), at=clock(hour, minute), **more)


def cite(number: int, kind: EvidenceKind = DIRECT, quote: str = "") -> Evidence:
    return Evidence(id=f"m{number}", kind=kind, quote=quote)


STORE = Incident(
    ref=IncidentRef(team_id="T1", channel_id="C1"),
    channel_name="inc-0321-object-writes",
    deleted=1,
    messages=(
        message(
            1, 19, 49, "Ana", "starting the planned key rotation. new pair created, old pair stays valid"
        ),
        message(2, 20, 19, "Ana", "gwctl secret put STORAGE_KEY\ngwctl deploy\ndone, output says deployed"),
        message(3, 20, 37, "Ana", "removed the old pair in the storage system. ticket SEC-771 closed"),
        message(
            6,
            21,
            38,
            "DATADOG",
            "Warn: gateway availability\nwrite availability 97.1%",
            title="Warn: gateway",
        ),
        message(8, 21, 50, "Ben", "PUT, multipart and delete all failing everywhere. reads ~ a third fail"),
        message(10, 21, 58, "Cho", "storage cluster is healthy, cpu and disks idle"),
        message(12, 22, 10, "Dev", "rollback done, no change"),
        message(
            13,
            22,
            12,
            "Ben",
            "gateway log sample:\nstorage auth failed: 403 InvalidAccessKeyId op=put colo=FRA",
            files=(File(name="log.txt", head="storage auth failed", is_partial=True),),
        ),
        message(
            15, 22, 20, "Eli", "auth errors... we rotated keys tonight. but that was 20:37, an hour before"
        ),
        message(16, 22, 24, "Cho", "deletes of keys reach the nodes slowly, there is a cache in front"),
    ),
)

_ONSET = fact(FactKind.ALERT, 6, 21, 38, "write availability 97.1% and falling")
STORE_FACTS = Facts(
    onset=_ONSET,
    items=(
        fact(FactKind.CHANGE, 2, 20, 19, "secrets put and deployed, output says deployed"),
        fact(FactKind.CHANGE, 3, 20, 37, "removed the old pair in the storage system"),
        _ONSET,
        fact(FactKind.IMPACT, 8, 21, 50, "PUT, multipart and delete all failing everywhere"),
        fact(FactKind.RULED_OUT, 10, 21, 58, "storage cluster is healthy", status="storage nodes"),
        fact(FactKind.RULED_OUT, 12, 22, 10, "rollback done, no change", status="14:00 release"),
        fact(FactKind.DENIAL, 13, 22, 12, "storage auth failed: `403 InvalidAccessKeyId`"),
    ),
)

_IMPACT = Impact(symptom="all writes fail", since=clock(21, 38), evidence=(cite(8),))
H1 = Hypothesis(
    id="H1",
    claim="production still uses the old key pair, removed 20:37",
    trigger=Trigger(what="old pair removed", evidence=(cite(3),), at=clock(20, 37)),
    links=(
        Link(
            cause="deploy without environment",
            effect="production keeps the old pair",
            evidence_for=(cite(2, INFERRED),),
        ),
        Link(
            cause="old pair removed",
            effect="stops working late, cache in front",
            evidence_for=(cite(3), cite(16)),
            evidence_against=(cite(15, quote="that was 20:37, an hour before"),),
            order=Order.OK,
        ),
        Link(
            cause="storage does not know the key",
            effect="`403 InvalidAccessKeyId`",
            evidence_for=(cite(13),),
            order=Order.OK,
        ),
        Link(
            cause="requests refused",
            effect="all writes, a third of reads fail",
            evidence_for=(cite(8),),
            order=Order.OK,
        ),
    ),
    impact=_IMPACT,
    likelihood=Likelihood.LIKELY,
    refuted_if="production's key id is the new pair's",
    next_check=Check(
        do="When did the production gateway's storage secret last change?",
        expect_if_true="before 20:19",
        expect_if_false="at 20:19",
        splits=("H1", "H2"),
        minutes=1,
    ),
    unseen=("production release history",),
)
H2 = Hypothesis(
    id="H2",
    claim="production has the new pair and storage does not accept it",
    trigger=Trigger(what="new pair created", evidence=(cite(1),), at=clock(19, 49)),
    links=(
        Link(cause="production has the new pair", effect="storage does not accept it"),
        Link(
            cause="key refused",
            effect="`403 InvalidAccessKeyId`",
            evidence_for=(cite(13),),
            order=Order.VIOLATED,
        ),
    ),
    impact=_IMPACT,
    likelihood=Likelihood.LESS_LIKELY,
    does_not_explain=("79 min without a failure",),
    refuted_if="production's secret is older than 20:19",
)
H3 = Hypothesis(
    id="H3",
    claim="the 14:00 release broke the gateway",
    trigger=Trigger(what="14:00 release", evidence=(cite(12),)),
    links=(Link(cause="14:00 release", effect="writes fail", evidence_for=(cite(12),)),),
    impact=_IMPACT,
    status=Status.REFUTED,
    reopen_if="the rollback left configuration behind",
    history=(
        Change(at=clock(22, 10), status=Status.REFUTED, because=("m12",), reason="rolled back, no change"),
    ),
)
NEW_PAIR = Mitigation(do="the new pair on production", safe_under=("H1", "H2"), cites=("m1",))
OPUS = Route(
    domain="aws_s3",
    tier=Tier.OPUS,
    model="opus",
    effort="high",
    reason="because of InvalidAccessKeyId",
    matched=(Match(words="InvalidAccessKeyId", source="m13"),),
    score=0.9,
)


def sample(**changes: Any) -> Answer:
    """The finished answer of a model, with whatever is different."""
    values: dict[str, Any] = {
        "id": ID,
        "incident": STORE,
        "facts": STORE_FACTS,
        "route": OPUS,
        "as_of": clock(22, 26),
        "hypotheses": (H1, H2, H3),
        "mitigations": (NEW_PAIR,),
        "model_name": "Opus 5.5",
        "unseen": ("storage audit log",),
        "seconds": 21.2,
    }
    return Answer(**{**values, **changes})


def preview(blocks: list[dict[str, Any]]) -> str:
    """Blocks as a reader sees them, one line a line; a link stands as its text."""
    return "\n".join(_seen(block) for block in blocks)


def _seen(block: dict[str, Any]) -> str:
    if block["type"] == "divider":
        return "-" * 20
    if block["type"] == "actions":
        return "  ".join(f"[{element['text']['text']}]" for element in block["elements"])
    if block["type"] == "context_actions":
        return "(thumbs)"
    if block["type"] == "rich_text":
        return "\n".join("".join(e["text"] for e in part["elements"]) for part in block["elements"])
    return " ".join(_small(element) for element in block["elements"])


def _small(element: dict[str, Any]) -> str:
    """A context element; code's own link `<url|[13]>` is seen as its label."""
    return element["text"].rpartition("|")[2].rstrip(">") if element["type"] == "mrkdwn" else element["text"]
