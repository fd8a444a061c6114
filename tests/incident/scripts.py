"""Incidents as short scripts, one message a line: `12:04 ana text`; `*` after the name makes it a bot."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from bot.incident.case import Case
from bot.incident.extraction import extract
from bot.incident.facts import Facts
from bot.incident.hypotheses import Hypothesis
from bot.incident.messages import Author, AuthorKind, Incident, IncidentRef, Message
from bot.routing.route import Route, Tier

DAY = datetime(2031, 5, 6, tzinfo=UTC)
ROUTE = Route(domain="other", tier=Tier.SONNET, model="none", effort="low", reason="")


def message(n: int, line: str) -> Message:
    clock, who, text = line.strip().split(" ", 2)
    hour, minute = clock.split(":")
    at = DAY + timedelta(hours=int(hour), minutes=int(minute))
    is_bot, text = who.endswith("*"), text.replace("\\n", "\n")
    kind = AuthorKind.BOT if is_bot else AuthorKind.PERSON
    name = who.strip("*").title()
    return Message(
        id=f"m{n}",
        ts=f"{int(at.timestamp())}.{n:06d}",
        author=Author(id=f"U{name}", name=name, kind=kind),
        text=text,
        thread_ts="1.000001",
        title=text.splitlines()[0] if is_bot else "",
    )


def incident(script: str, **known: int) -> Incident:
    lines = [line for line in script.strip().splitlines() if line.strip()]
    told = tuple(message(n, line) for n, line in enumerate(lines, start=1))
    return Incident(ref=IncidentRef(team_id="T1", channel_id="C1"), messages=told, **known)


def facts(script: str) -> Facts:
    told = incident(script)
    return extract(told, now=told.messages[-1].at)


def case(
    told: Incident | str, question: str = "what broke?", board: Sequence[Hypothesis] = (), until: int = 0
) -> Case:
    """The case of a script, whole or up to message `until`."""
    read = incident(told) if isinstance(told, str) else told
    seen = read.until(read.messages[until - 1].ts) if until else read
    now = seen.messages[-1].at
    known = extract(seen, now=now)
    return Case(question=question, asked_at=now, incident=seen, facts=known, route=ROUTE, board=tuple(board))
