"""Messages for the tests of folding: short to write, a minute apart."""

from datetime import timedelta

from bot.incident.entities import listed
from bot.incident.extraction import extract
from bot.incident.facts import Facts
from bot.incident.messages import Author, AuthorKind, Incident, IncidentRef, Message
from tests.incident.scripts import DAY

START = int(DAY.timestamp())


def said(number: int, text: str, *, who: str = "Ana", is_bot: bool = False) -> Message:
    kind = AuthorKind.BOT if is_bot else AuthorKind.PERSON
    return Message(
        id=f"m{number}",
        ts=f"{START + 60 * number}.000000",
        author=Author(id=f"U{who}", name=who, kind=kind),
        text=text,
        title=text.splitlines()[0] if is_bot and text else "",
    )


def alerts(count: int, *, first: int = 1) -> list[Message]:
    """Alerts that differ in a host and a figure."""
    return [
        said(n, f"[FIRING:1] NodeLoadHigh\nload {n}.5 % on web-{n:03d}", who="Monitor", is_bot=True)
        for n in range(first, first + count)
    ]


def talk(count: int, *, first: int = 1) -> list[Message]:
    """Sentences that are unlike each other, each with a name of its own."""
    subjects = listed("orders invoices mails uploads exports logins searches carts refunds reports")
    states = listed("hang crawl fail stall retry drop freeze leak lag vanish flap loop")
    return [
        said(n, _sentence(n, sorted(subjects)[n % 10], sorted(states)[n % 12])) for n in _from(first, count)
    ]


def _from(first: int, count: int) -> range:
    return range(first, first + count)


def _sentence(n: int, subject: str, state: str) -> str:
    return f"{subject} {state} {'really ' * (n % 7)}since req-{n:04d}x came, {n} ms more"


def told(*messages: Message) -> Incident:
    return Incident(ref=IncidentRef(team_id="T1", channel_id="C1"), messages=messages)


def facts_of(incident: Incident) -> Facts:
    if not incident.messages:
        return Facts()
    return extract(incident, now=incident.messages[-1].at + timedelta(minutes=1))
