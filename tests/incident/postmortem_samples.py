"""One incident as it looked at its end."""

from dataclasses import replace
from datetime import UTC, datetime

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
    Status,
    Trigger,
)
from bot.incident.messages import Author, AuthorKind, File, Incident, IncidentRef, Message


def at(hour, minute, *, day=21):
    return datetime(2025, 3, day, hour, minute, tzinfo=UTC)


def message(number, when, who, words, **more):
    kind = AuthorKind.BOT if who in {"Datadog", "PagerDuty"} else AuthorKind.PERSON
    ts = f"{int(when.timestamp())}.{number:06d}"
    values = {"permalink": f"https://acme.slack.com/archives/C1/p{number}", **more}
    return Message(
        id=f"m{number}", ts=ts, author=Author(id=f"U{who}", name=who, kind=kind), text=words, **values
    )


def fact(kind, number, when, words, **more):
    return Fact(
        **{"id": f"f{number}", "kind": kind, "text": words, "cites": (f"m{number}",), "at": when, **more}
    )


INCIDENT = Incident(
    ref=IncidentRef(team_id="T1", channel_id="C1"),
    channel_name="inc-0321",
    deleted=1,
    omitted=2,
    messages=(
        message(
            1, at(20, 19), "Ana", "gwctl deploy | tee log\ndone", files=(File(name="a", is_partial=True),)
        ),
        message(2, at(20, 37), "Ana", "removed the old pair", edited_at=at(20, 40)),
        message(3, at(21, 38), "Datadog", "Warn: write availability 97.1%"),
        message(4, at(21, 45), "PagerDuty", "Triggered #55012 gateway SLO burn"),
        message(5, at(21, 50), "Ben", "PUT failing for all customers. reads a third"),
        message(6, at(21, 52), "Cho", "storage nodes down? checking"),
        message(7, at(21, 58), "Cho", "storage cluster is healthy"),
        message(8, at(22, 1), "Dev", "rolling back the 14:00 release to be safe"),
        message(9, at(22, 10), "Dev", "rollback done, no change"),
        message(
            10,
            at(22, 12),
            "Ben",
            "403 InvalidAccessKeyId <script>alert(1)</script> *x* _y_ [z](http://evil.example)",
        ),
        message(11, at(22, 36), "Eli", "last secret change of production is weeks ago", permalink=""),
        message(12, at(22, 43), "Ana", "deploying the new pair to production"),
        message(13, at(22, 45), "Datadog", "Recovered: write availability 99.98%"),
        message(
            14,
            at(23, 5),
            "Ben",
            "follow-ups: log the key id, two people, check use before delete, @Gus writes",
        ),
        message(15, at(23, 6), "Gus", "was anything lost?"),
    ),
)

ONSET = fact(FactKind.ALERT, 3, at(21, 38), "write availability 97.1%")
RECOVERY = fact(FactKind.RECOVERY, 13, at(22, 45), "write availability 99.98%")
FACTS = Facts(
    onset=ONSET,
    recovery=RECOVERY,
    items=(
        fact(FactKind.CHANGE, 1, at(20, 19), "deployed, output says done"),
        fact(FactKind.CHANGE, 2, at(20, 37), "removed the old pair"),
        ONSET,
        fact(FactKind.ALERT, 4, at(21, 45), "Triggered #55012 gateway SLO burn"),
        fact(FactKind.IMPACT, 5, at(21, 50), "PUT failing for all customers. reads a third"),
        fact(FactKind.BELIEF, 6, at(21, 52), "storage nodes down?", entities=frozenset({"storage"})),
        fact(
            FactKind.RULED_OUT,
            7,
            at(21, 58),
            "storage cluster is healthy",
            status="storage nodes",
            entities=frozenset({"storage"}),
        ),
        fact(FactKind.ACTION, 8, at(22, 1), "rolling back the 14:00 release"),
        fact(
            FactKind.RULED_OUT,
            9,
            at(22, 10),
            "rollback done, no change",
            status="14:00 release",
            cites=("m9", "m8"),
        ),
        fact(FactKind.DENIAL, 10, at(22, 12), "403 InvalidAccessKeyId <script>"),
        fact(FactKind.OBSERVATION, 11, at(22, 36), "last secret change of production is weeks ago"),
        fact(FactKind.ACTION, 12, at(22, 43), "deploying the new pair to production"),
        RECOVERY,
        fact(FactKind.FOLLOW_UP, 14, at(23, 5), "log the key id"),
        fact(FactKind.QUESTION, 15, at(23, 6), "was anything lost?"),
        fact(FactKind.ROLE, 6, at(21, 52), "this is a SEV-2", id="f20"),
        fact(FactKind.ROLE, 6, at(21, 52), "incident commander: Cho", id="f21"),
    ),
)


def cite(number, kind=EvidenceKind.DIRECT):
    return Evidence(id=f"m{number}", kind=kind)


H1 = Hypothesis(
    id="H1",
    claim="production still used the old pair that Ana removed",
    trigger=Trigger(what="the old pair was removed by Ana", evidence=(cite(2),), at=at(20, 37)),
    links=(
        Link(
            cause="deploy without environment",
            effect="production keeps the old pair",
            evidence_for=(cite(1, EvidenceKind.INFERENTIAL),),
        ),
        Link(
            cause="old pair removed",
            effect="403 InvalidAccessKeyId",
            mechanism="The key is unknown.",
            evidence_for=(cite(2), cite(10)),
        ),
        Link(
            cause="403 InvalidAccessKeyId",
            effect="writes fail",
            evidence_for=(cite(5, EvidenceKind.CORRELATIONAL), cite(11, EvidenceKind.CORRELATIONAL)),
        ),
    ),
    impact=Impact(symptom="object writes failed", evidence=(cite(5),)),
    conditions=("nobody checked use of the key",),
    does_not_explain=("the hour in between",),
    likelihood=Likelihood.LIKELY,
    status=Status.CONFIRMED,
    history=(
        Change(at=at(22, 26), status=Status.PROPOSED),
        Change(at=at(22, 36), status=Status.SUPPORTED, because=("m11",)),
        Change(at=at(22, 45), status=Status.CONFIRMED, because=("m13",), by="Cho"),
    ),
    next_check=Check(do="When did the secret last change?"),
    unseen=("release history",),
)
H2 = replace(
    H1,
    id="H2",
    claim="storage refuses the new pair",
    status=Status.PROPOSED,
    likelihood=Likelihood.LESS_LIKELY,
    history=(),
)
NOW = at(23, 10)
