"""Answers and reviews of recorded incidents, by the same steps as in Slack but without Slack or a store."""

from dataclasses import dataclass, replace
from typing import Any

from bot import wiring
from bot.answering import answer_of
from bot.chosen import Models, assumed, looked_up
from bot.compacting import reading_of
from bot.errors import BadInputError
from bot.gathering import with_usage
from bot.incident.board import Board
from bot.incident.case import Case
from bot.incident.digest import Digest
from bot.incident.extraction import extract
from bot.incident.hypotheses import Hypothesis
from bot.incident.messages import Incident, IncidentRef, at_of, ts_key
from bot.incident.postmortem import draft, to_json, to_markdown
from bot.incident.replay import IncidentFile, load_incident_file
from bot.investigation import Finding, investigate, redact
from bot.replayed import document
from bot.router import router_of, said_in
from bot.safety.redaction import Redactor
from bot.settings import Settings, require
from bot.slack.answer import answer
from bot.slack.as_text import as_text
from bot.slack.reading import evidence_ts, read_messages

NOBODY = "U0COPILOT0"
"""The copilot's own user id in a recorded incident; it has said nothing there."""

ALIAS_KEY = b"a recorded incident"
"""Fixed, so that the same file gives the same aliases; the secrets in it are replaced all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What to answer.

    Attributes:
        question: Empty for the file's own.
        until_ts: The last message that is known; empty for all.
        fraction: The share of the messages that is known, above 0 to 1; `until_ts` goes first.
        analyst: `rules` or `claude`.
    """

    question: str = ""
    until_ts: str = ""
    fraction: float = 1.0
    analyst: str = "rules"


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """An answer as data and as words."""

    document: dict[str, Any]
    words: str


async def replay(data: object, told: Telling, settings: Settings, *, name: str = "incident") -> Replayed:
    """Answer a question about a recorded incident.

    Args:
        data: The file's JSON.
        told: What to answer.
        settings: For the models and their key.
        name: The incident's id when the file does not say.

    Raises:
        BadInputError: The file or an option cannot be used, or no message stands in the cut; it names the
            field and the remedy.
    """
    file = load_incident_file(data, default_id=name)
    case, finding = await answered(file, told, settings)
    return Replayed(
        document=document(case, finding, incident_id=file.id),
        words=as_text(
            answer(answer_of(case, finding, answer_id="replay", catalogue=assumed(settings).catalogue)).blocks
        ),
    )


async def postmortem(
    data: object, *, form: str, analyst: str, settings: Settings, name: str = "incident"
) -> str:
    """Draft the review of a recorded incident, as Markdown or JSON.

    Raises:
        BadInputError: The file or the format cannot be used.
    """
    if form not in {"md", "json"}:
        raise BadInputError(field="--format", problem=f"must be md or json, not {form!r}")
    file = load_incident_file(data, default_id=name)
    case, finding = await answered(file, Telling(analyst=analyst), settings)
    review = draft(case.incident, case.facts, finding.board.hypotheses, now=case.asked_at)
    return to_markdown(review) if form == "md" else to_json(review)


async def answered(file: IncidentFile, told: Telling, settings: Settings) -> tuple[Case, Finding]:
    """Return what a question about a recorded incident was made of, and what was found.

    Raises:
        BadInputError: An option cannot be used.
    """
    models = await looked_up(settings) if told.analyst == "claude" else assumed(settings)
    case = case_of(file, told, settings, models)
    async with wiring.analyst(_chosen(settings, told.analyst), models) as analyst:
        case, gathered = await wiring.gathering(analyst, models).gather(case)
        finding = await investigate(case, analyst, board=Board(), on_verified=_nothing)
    return case, with_usage(finding, gathered)


def case_of(file: IncidentFile, told: Telling, settings: Settings, models: Models) -> Case:
    """Return what was known at the cut, redacted.

    Raises:
        BadInputError: No message stands in the cut.
    """
    redactor = Redactor(ALIAS_KEY, literals=settings.literals())
    incident, _ = redact(_known(file, told), redactor)
    now = incident.messages[-1].at if incident.messages else at_of("0.0")
    question = redactor.redact(told.question or file.question).text
    facts = extract(incident, now=now)
    return Case(
        question=question,
        asked_at=now,
        incident=incident,
        facts=facts,
        reading=reading_of(incident, facts, digest=Digest()),
        route=router_of(models.pair).route(question, said_in(incident, facts)),
    )


def _chosen(settings: Settings, analyst: str) -> Settings:
    """Return the settings that give the analyst asked for."""
    if analyst == "rules":
        return without_model(settings)
    if analyst != "claude":
        raise BadInputError(field="--analyst", problem=f"must be rules or claude, not {analyst!r}")
    require(settings, "anthropic_api_key", or_else="use --analyst rules, which needs no key")
    return settings


def without_model(settings: Settings) -> Settings:
    """Return the settings that give the analyst who needs no model."""
    return settings.model_copy(update={"anthropic_api_key": type(settings.anthropic_api_key)("")})


def _incident(file: IncidentFile) -> Incident:
    own = {"bot_user_id": NOBODY, "bot_id": NOBODY}
    numbers = {ts: number for number, ts in enumerate(evidence_ts(file.messages, **own), 1)}
    reading = read_messages(
        file.messages, numbers=numbers, names=file.users, permalink=lambda ts, _root: f"slack:{ts}", **own
    )
    ref = IncidentRef(team_id="replay", channel_id=file.channel_id or file.id)
    return Incident(
        ref=ref, messages=reading.messages, deleted=reading.deleted, channel_name=file.channel_name
    )


def _known(file: IncidentFile, told: Telling) -> Incident:
    """Return the incident as it was known at the cut: messages and deletions that came later do not count."""
    whole = _incident(file)
    last_ts = _last_ts(whole, told)
    if last_ts is None or not whole.messages:
        return whole
    first_ts = whole.messages[0].ts
    if ts_key(last_ts) < ts_key(first_ts):
        field = "--until" if told.until_ts else "--fraction"
        raise BadInputError(field=field, problem=f"leaves no message; the first is {first_ts}")
    earlier = tuple(item for item in file.messages if ts_key(item["ts"]) <= ts_key(last_ts))
    return _incident(replace(file, messages=earlier))


def _last_ts(whole: Incident, told: Telling) -> str | None:
    """Return the `ts` of the last moment that is known; None for all, `0.0` for nothing at all."""
    if told.until_ts:
        return _ts(told.until_ts)
    if not 0 <= told.fraction <= 1:
        raise BadInputError(field="--fraction", problem=f"must be from 0 to 1, not {told.fraction:g}")
    count = round(len(whole.messages) * told.fraction)
    if count == len(whole.messages):
        return None
    return whole.messages[count - 1].ts if count else "0.0"


def _ts(value: str) -> str:
    try:
        ts_key(value)
    except ValueError:
        problem = f"must be a message's ts such as 1742595888.002055, not {value!r}"
        raise BadInputError(field="--until", problem=problem) from None
    return value


async def _nothing(_hypothesis: Hypothesis) -> None:
    """Show nothing: a replay prints the whole answer."""
