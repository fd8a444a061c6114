"""The board of a recorded incident: a question is answered, then people and rules change what stands."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot import replay, wiring
from bot.chosen import Models, assumed
from bot.errors import AnalystFailedError, BadInputError
from bot.incident.board import Board
from bot.incident.board_acts import Deed, confirm, refute, reopen, result, suspect, take_check
from bot.incident.board_notes import board_notes
from bot.incident.case import Case
from bot.incident.hypotheses import Change, Hypothesis
from bot.incident.messages import at_of, ts_key
from bot.incident.replay import IncidentFile, load_incident_file
from bot.incident.review import review
from bot.incident.statuses import Outcome
from bot.investigation import investigate
from bot.ports import Analyst
from bot.settings import Settings
from bot.slack.board import BoardView, board_text

Document = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What happens.

    Attributes:
        question: Empty for the file's own.
        ask_ts: After which message it is asked; empty for the file's own.
        until_ts: How far the incident goes on; empty for its end.
        analyst: `rules` or `claude`: who answers.
    """

    question: str = ""
    ask_ts: str = ""
    until_ts: str = ""
    analyst: str = "rules"


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What a person does: `act` is one of suspect, check, result, refute, confirm, reopen."""

    ts: str
    act: str
    hypothesis: str = ""
    because: tuple[str, ...] = ()
    reason: str = ""
    by: str = ""
    outcome: str = "yes"


async def board(
    data: object, told: Course, settings: Settings, *, acts: Iterable[str] = (), name: str = "incident"
) -> replay.Replayed:
    """Return the board as data and as words.

    Args:
        data: The file's JSON.
        told: What happens.
        settings: For the models and their key.
        acts: JSON Lines of what people do.
        name: The incident's id when the file does not say.

    Raises:
        BadInputError: The file, a line or an option cannot be used; it names the field and the remedy.
    """
    file = load_incident_file(data, default_id=name)
    case, standing = await went_on(file, told, settings, acts=acts)
    as_of = at_of(told.until_ts) if told.until_ts else case.asked_at
    notes = board_notes(standing, case.incident, case.facts, now=as_of)
    view = BoardView(board=standing, notes=notes, incident=case.incident, facts=case.facts, as_of=as_of)
    return replay.Replayed(document=_document(file, case, standing), words=board_text(view))


async def went_on(
    file: IncidentFile, told: Course, settings: Settings, *, acts: Iterable[str] = ()
) -> tuple[Case, Board]:
    """Return what is known at the end of a course, and the board that has come of it.

    Raises:
        BadInputError: A line or an option cannot be used.
    """
    deeds = list(_acts(acts))
    asked = replay.Telling(question=told.question, until_ts=told.ask_ts or file.ask_at, analyst=told.analyst)
    case, finding = await replay.answered(file, asked, settings)
    standing, models = finding.board, assumed(settings)
    async with wiring.analyst(replay.without_model(settings), models) as rules:
        for ts in _moments(file, told, asked.until_ts, deeds):
            case = _case(file, ts, settings, models, standing)
            fresh = await _fresh(case, standing, rules)
            standing = review(standing, case, fresh=fresh)
            for act in (one for one in deeds if one.ts == ts):
                standing = _acted(standing, act, case)
    return case, standing


def _moments(file: IncidentFile, told: Course, asked_ts: str, deeds: Sequence[Act]) -> list[str]:
    """Return each moment at which something is said or done after the question, oldest first."""
    last = told.until_ts or max((*(m["ts"] for m in file.messages), *(d.ts for d in deeds)), key=ts_key)
    every = {*(message["ts"] for message in file.messages), *(deed.ts for deed in deeds)}
    later = (ts for ts in every if ts_key(asked_ts) < ts_key(ts) <= ts_key(last))
    return sorted(later, key=ts_key)


def _case(file: IncidentFile, ts: str, settings: Settings, models: Models, standing: Board) -> Case:
    known = replay.case_of(file, replay.Telling(until_ts=ts), settings, models)
    return replace(known, asked_at=max(known.asked_at, at_of(ts)), board=standing.hypotheses)


async def _fresh(case: Case, standing: Board, rules: Analyst) -> tuple[Hypothesis, ...]:
    """Return what the rules explain now, where they proposed something that is still in the race."""
    if not any(h.is_by_rules and h.is_live for h in standing.hypotheses):
        return ()
    try:
        finding = await investigate(case, rules, board=Board(), on_verified=_nothing)
    except AnalystFailedError:
        return ()
    return tuple(h for h in finding.hypotheses if h.is_by_rules)


def _acts(lines: Iterable[str]) -> Iterator[Act]:
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _act(line, number)


def _act(line: str, number: int) -> Act:
    where = f"--acts line {number}"
    try:
        given = json.loads(line)
    except ValueError:
        raise BadInputError(field=where, problem="must be a JSON object") from None
    if not isinstance(given, dict) or given.get("act") not in {"suspect", *_ACTS}:
        known = ", ".join(("suspect", *_ACTS))
        raise BadInputError(field=where, problem=f"must have `ts` and an `act` of {known}")
    try:
        ts_key(str(given.get("ts")))
        Outcome(str(given.get("outcome", "yes")))
    except ValueError:
        problem = "`ts` must be like 1742586540.000137, and `outcome` yes, no or unclear"
        raise BadInputError(field=where, problem=problem) from None
    texts = {name: str(given.get(name, "")) for name in ("ts", "act", "hypothesis", "reason", "by")}
    because = tuple(map(str, given.get("because") or ()))
    return Act(**texts, because=because, outcome=str(given.get("outcome", "yes")))


_ACTS: Mapping[str, Callable[[Board, str, Deed], Board]] = {
    "check": take_check,
    "refute": refute,
    "confirm": confirm,
    "reopen": reopen,
    "result": lambda board, own, deed: result(board, own, Outcome.YES, deed),
}


def _acted(standing: Board, act: Act, case: Case) -> Board:
    ids = {message.ts: message.id for message in case.incident.messages}
    because = tuple(ids[ts] for ts in act.because if ts in ids)
    deed = Deed(by=act.by, by_name=act.by, at=at_of(act.ts), because=because, reason=act.reason)
    if act.act == "suspect":
        return suspect(standing, act.reason, deed)[0]
    if act.act == "result":
        return result(standing, act.hypothesis, Outcome(act.outcome), deed)
    return _ACTS[act.act](standing, act.hypothesis, deed)


def _document(file: IncidentFile, case: Case, standing: Board) -> Document:
    ts = {message.id: message.ts for message in case.incident.messages}
    return {
        "incident": file.id,
        "as_of": case.asked_at.isoformat(),
        "hypotheses": [_hypothesis(h, ts) for h in standing.hypotheses],
    }


def _hypothesis(hypothesis: Hypothesis, ts: Mapping[str, str]) -> Document:
    return {
        "id": hypothesis.id,
        "claim": hypothesis.claim,
        "status": hypothesis.status.value,
        "likelihood": hypothesis.likelihood.value,
        "raised_by": hypothesis.raised_by,
        "raised_in": [ts[one] for one in hypothesis.raised_in if one in ts],
        "reopen_if": hypothesis.reopen_if,
        "history": [_entry(one, ts) for one in hypothesis.history],
    }


def _entry(change: Change, ts: Mapping[str, str]) -> Document:
    return {
        "at": change.at.isoformat(),
        "act": change.act.value,
        "status": change.status.value,
        "because": [ts.get(one, one) for one in change.because],
        "reason": change.reason,
        "by": change.by_name or change.by,
    }


async def _nothing(_hypothesis: Hypothesis) -> None:
    """Show nothing: a replay prints the board."""
