"""A brief of a recorded incident, as somebody would be told it in the channel."""

from dataclasses import asdict, dataclass

from bot import replay
from bot.board_replay import Course, Document, went_on
from bot.briefing import since_of
from bot.errors import BadInputError
from bot.incident.board_notes import board_notes
from bot.incident.briefs import Reader, Role, brief_of
from bot.incident.postmortem_values import Material
from bot.incident.replay import load_incident_file
from bot.incident.review_check import check_review
from bot.incident.suspicions import with_ruled_out
from bot.incident.updates import Audience, draft_update
from bot.safety.redaction import Redactor
from bot.settings import Settings
from bot.slack.as_text import as_text
from bot.slack.brief import BriefView, brief_message, check_message

WHATS = ("catchup", "summary", "timeline", "actions", "handoff", "fixed", "update")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is wanted.

    Attributes:
        what: One of `WHATS`.
        role: `exec`, `sme`, or for an update `exec` or `customer`; else empty.
        since: Such as `15m` or `20:50`; empty for when `person` last wrote.
        person: The display name of who reads; may be empty.
        until_ts: As of which message; empty for the last.
    """

    what: str = "summary"
    role: str = ""
    since: str = ""
    person: str = ""
    until_ts: str = ""


async def brief(data: object, wish: Wish, settings: Settings, *, name: str = "incident") -> replay.Replayed:
    """Return a brief as data and as words.

    Raises:
        BadInputError: The file or an option cannot be used; it names the field and the remedy.
    """
    if wish.what not in WHATS:
        raise BadInputError(field="--what", problem=f"must be one of {', '.join(WHATS)}")
    file = load_incident_file(data, default_id=name)
    case, standing = await went_on(file, Course(until_ts=wish.until_ts), settings)
    incident, now = case.incident, case.asked_at
    board = with_ruled_out(standing, case.facts, incident, until=now)
    material = Material(incident=incident, facts=case.facts, hypotheses=board.hypotheses, now=now)
    if wish.what == "update":
        draft = draft_update(material, _audience(wish.role))
        return replay.Replayed(document=asdict(draft), words=draft.text)
    notes = board_notes(board, incident, case.facts, now=now)
    made = brief_of(wish.what, material, notes, _reader(material, wish))
    view = BriefView(brief=made, what=wish.what, incident=incident, as_of=now)
    document: Document = {"incident": file.id, "what": wish.what, **asdict(made)}
    return replay.Replayed(document=document, words=as_text(brief_message(view).blocks))


def _reader(material: Material, wish: Wish) -> Reader:
    own = [m for m in material.incident.messages if wish.person and m.author.name == wish.person]
    role = _role(wish.role)
    if wish.since:
        return Reader(since=since_of(wish.since, now=material.now), why="as you asked", role=role)
    if not own:
        return Reader(role=role)
    last = own[-1]
    return Reader(person_id=last.author.id, since=last.at, why="when you last wrote", role=role)


def _audience(words: str) -> Audience:
    try:
        return Audience(words or Audience.EXECUTIVE.value)
    except ValueError:
        raise BadInputError(field="--role", problem="must be exec or customer for an update") from None


def _role(words: str) -> Role:
    try:
        return Role(words)
    except ValueError:
        raise BadInputError(
            field="--role", problem="must be exec or sme; customer is for an update"
        ) from None


async def checked(data: object, words: str, settings: Settings, *, name: str = "incident") -> str:
    """Return what to look at in a human's draft of the review, one remark a line.

    Raises:
        BadInputError: The file cannot be used.
    """
    file = load_incident_file(data, default_id=name)
    case, standing = await went_on(file, Course(), settings)
    incident, now = case.incident, case.asked_at
    board = with_ruled_out(standing, case.facts, incident, until=now)
    material = Material(incident=incident, facts=case.facts, hypotheses=board.hypotheses, now=now)
    draft = Redactor(replay.ALIAS_KEY, literals=settings.literals()).redact(words).text
    return as_text(check_message(check_review(draft, material), incident, answer_id="check").blocks)
