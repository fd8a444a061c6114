"""The board as people see it: one message, edited in place, with every hypothesis and what moved it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.incident.board import Board
from bot.incident.board_notes import BoardNotes, Note
from bot.incident.facts import Facts
from bot.incident.hypotheses import Act, Change, Hypothesis, Status
from bot.incident.messages import Incident
from bot.incident.ruled_out import RuledOut
from bot.incident.standing import rank
from bot.incident.wording import clock, counted, without_citations
from bot.slack.answer_values import Rendered
from bot.slack.as_text import as_text
from bot.slack.blocks import Line, actions, bold, button, cites, joined, numbered, rich, spans, text
from bot.slack.hypothesis_lines import chain_lines, outcomes, shown_words
from bot.slack.limits import UNCUT, Blocks, check, shorten, visible_chars
from bot.slack.texts import escaped

WHOLE_CHARS = 3_000
NOTIFICATION_CHARS = 280
_CAPS = (UNCUT, 160, 110, 80, 60, 45)
_LEAST_CAP = 70
_MOST_TOLD = 12
_MOST_ENTRIES = 3
_INDENT = "    "
_EMPTY = "Nothing is on the board yet: ask a question, or type `suspect` and what you suspect."
_SHOWN = (
    Status.CONFIRMED,
    Status.SUPPORTED,
    Status.TESTING,
    Status.PROPOSED,
    Status.REFUTED,
    Status.STALE,
)
_VERBS = {
    Act.SUSPECTED: "raised",
    Act.CHECK_TAKEN: "looked at",
    Act.RESULT: "result",
    Act.REFUTED: "refuted",
    Act.CONFIRMED: "confirmed",
    Act.REOPENED: "reopened",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardView:
    """Everything that a board's message says.

    Attributes:
        incident: Redacted.
        facts: Of it.
        as_of: The time of the newest message that was read; aware, UTC.
    """

    board: Board
    notes: BoardNotes
    incident: Incident
    facts: Facts
    as_of: datetime


def board_message(view: BoardView, *, answer_id: str = "board") -> Rendered:
    """Return the board as Slack's blocks and as the lock screen's words.

    Args:
        view: What it says.
        answer_id: Of the request that posted it; its blocks are found again by it.

    Raises:
        LimitExceededError: Slack would refuse it.
    """
    *longer, shortest = (_blocks(view, cap) for cap in _CAPS)
    made = next((blocks for blocks in longer if visible_chars(blocks) <= WHOLE_CHARS), shortest)
    blocks = numbered(made, answer_id)
    words = escaped(shorten(_bottom_line(view), NOTIFICATION_CHARS))
    check(blocks, words)
    return Rendered(blocks=blocks, text=words)


def board_text(view: BoardView) -> str:
    """Return the same as lines for a terminal."""
    return as_text(board_message(view).blocks)


def ruled_out_blocks(
    items: Sequence[RuledOut], incident: Incident, *, as_of: datetime, answer_id: str, about: str = ""
) -> Blocks:
    """Return who ruled out what, when, by which message, and what would bring it back."""
    named = f" about {about}" if about else ""
    if not items:
        line = [text(f"Nothing{shorten(named, _LEAST_CAP)} was ruled out in this incident so far.")]
        return numbered([rich([line])], answer_id)
    title: Line = [bold("Ruled out"), *spans(shorten(named, _LEAST_CAP))]
    told = [_ruled_out(item, incident, as_of) for item in items[:_MOST_TOLD]]
    more = len(items) - len(told)
    rest: list[Line] = [[text(f"{more} more, older")]] if more > 0 else []
    return numbered([rich([title, *told, *rest])], answer_id)


def _blocks(view: BoardView, cap: int) -> Blocks:
    ordered = _in_order(view)
    told = [line for h in ordered[:_MOST_TOLD] for line in _hypothesis(h, view, cap)]
    more = len(ordered) - _MOST_TOLD
    rest: list[Line] = [[text(f"{counted(more, 'more explanation')} not printed")]] if more > 0 else []
    body = [rich([_title(view), *told, *rest])] if ordered else [rich([_title(view), spans(_EMPTY)])]
    notes = list(_notes(view, cap))
    return [*body, *([rich(notes)] if notes else []), *_buttons(view)]


def _in_order(view: BoardView) -> list[Hypothesis]:
    """Return the proven ones, then the live ones as they rank, then the fallen ones in their own order."""
    ranked = rank(view.board.hypotheses)
    fallen = [h for h in view.board.hypotheses if not h.is_live]
    return [*(h for h in ranked if h.is_live), *fallen]


def _title(view: BoardView) -> Line:
    counts = Counter(h.status for h in view.board.hypotheses)
    named = [f"{counts[status]} {status.words}" for status in _SHOWN if counts[status]]
    when = f" · as of {view.as_of:%H:%M} UTC"
    return [bold("Board"), text(f"{when}{' · ' if named else ''}{', '.join(named)}")]


def _hypothesis(hypothesis: Hypothesis, view: BoardView, cap: int) -> list[Line]:
    """Return how one stands, then what moved it before, the latest first."""
    is_leader = hypothesis.id == view.notes.leader and hypothesis.status is not Status.CONFIRMED
    chain = chain_lines(hypothesis, view.incident, as_of=view.as_of, cap=min(cap, 110)) if is_leader else []
    return [
        _standing(hypothesis, view, cap),
        *([text(_INDENT), *line] for line in chain),
        *([text(_INDENT), *line] for line in _entries(hypothesis, view, cap)),
    ]


def _standing(hypothesis: Hypothesis, view: BoardView, cap: int) -> Line:
    last = hypothesis.last_word
    when = f" {clock(last.at, as_of=view.as_of)}" if last and hypothesis.status is not Status.PROPOSED else ""
    claim = spans(
        without_citations(hypothesis.claim or hypothesis.trigger.what), limit_chars=max(cap, _LEAST_CAP)
    )
    parts: list[Line] = [[bold(hypothesis.id), text(f" {hypothesis.status.words}{when}")], claim]
    if hypothesis.is_live and hypothesis.links:
        parts.append([text(f"{hypothesis.likelihood}, {shown_words(hypothesis)}")])
    return joined([*parts, _why(last, view, cap), _raised(hypothesis, view), _reopen(hypothesis, cap)])


def _why(last: Change | None, view: BoardView, cap: int) -> Line:
    """Return what moved it to where it stands: by whom, because of what."""
    if last is None or last.act is Act.PROPOSED:
        return []
    by = [text(f"by {last.by_name} ")] if last.by_name and last.act is not Act.RULED else []
    cited = cites(last.because, view.incident)
    reason = spans(without_citations(last.reason), limit_chars=max(cap, _LEAST_CAP)) if last.reason else []
    return [*by, *(reason or ([text("see")] if cited else [])), *cited]


def _raised(hypothesis: Hypothesis, view: BoardView) -> Line:
    first = hypothesis.history[0] if hypothesis.history else None
    if first is None or not hypothesis.raised_by:
        return []
    who = f" by {first.by_name}" if first.by_name else ""
    return [
        text(f"raised {clock(first.at, as_of=view.as_of)}{who}"),
        *cites(hypothesis.raised_in, view.incident, most=1),
    ]


def _reopen(hypothesis: Hypothesis, cap: int) -> Line:
    if hypothesis.is_live or not hypothesis.reopen_if:
        return []
    return [
        text("reopen if "),
        *spans(without_citations(hypothesis.reopen_if), limit_chars=max(cap, _LEAST_CAP)),
    ]


def _entries(hypothesis: Hypothesis, view: BoardView, cap: int) -> list[Line]:
    """Return what happened to it before it came to stand where it stands, and who looks at it now."""
    last = hypothesis.last_word
    told = [one for one in hypothesis.history[1:] if one is not last and one.act is not Act.CHECK_TAKEN]
    looking = hypothesis.under_check
    lines: list[Line] = []
    if looking is not None:
        who = looking.by_name or "somebody"
        lines.append([text(f"{who} looks at it since {clock(looking.at, as_of=view.as_of)}")])
    return [*lines, *(_entry(one, view, cap) for one in told[: -_MOST_ENTRIES - 1 : -1])]


def _entry(change: Change, view: BoardView, cap: int) -> Line:
    verb = _VERBS.get(change.act, change.status.words)
    by = f" by {change.by_name}" if change.by_name else ""
    head = text(f"{verb} {clock(change.at, as_of=view.as_of)}{by}")
    cited = cites(change.because, view.incident)
    reason = spans(without_citations(change.reason), limit_chars=max(cap, _LEAST_CAP))
    return joined([[head], [*reason, *cited]]) if change.reason else [head, *cited]


def _notes(view: BoardView, cap: int) -> Iterator[Line]:
    notes = view.notes
    if notes.is_inconclusive:
        is_alone = sum(h.is_live for h in view.board.hypotheses) == 1
        lead = f"{notes.leader} is unopposed" if is_alone else f"strongest lead is {notes.leader}"
        yield [bold("Inconclusive:"), text(f" nothing is supported yet; {lead}")]
    if notes.next_check is not None:
        live = [h.id for h in _in_order(view) if h.is_live]
        do = spans(without_citations(notes.next_check.do), limit_chars=max(cap, _LEAST_CAP))
        minutes = f" ({notes.next_check.minutes} min, read-only): "
        yield joined(
            [[bold("Check next"), text(minutes), *do], outcomes(notes.next_check, live, cap=cap)], "   ·   "
        )
    if notes.rests_on:
        count = counted(len(notes.rests_on), "statement") if notes.rests_on[1:] else "one statement"
        yield _listed(f"Rests on {count}:", notes.rests_on, view, cap)
    if notes.to_undo:
        yield _listed("To undo:", notes.to_undo, view, cap)
    for note in notes.contradictions:
        yield _listed("People differ:", (note,), view, cap)
    if notes.floor is not None:
        yield _listed("Held the floor:", (notes.floor,), view, cap)


def _listed(label: str, notes: Sequence[Note], view: BoardView, cap: int) -> Line:
    told = [
        [
            *spans(without_citations(note.text), limit_chars=max(cap, _LEAST_CAP)),
            *cites(note.cites, view.incident),
        ]
        for note in notes
    ]
    return [bold(label), text(" "), *joined(told, "; ")]


def _buttons(view: BoardView) -> Blocks:
    """Return what people can do to the hypothesis that leads; the forms let them choose another."""
    if not view.notes.leader:
        return []
    value = f"|{view.notes.leader}"
    return [
        actions(
            [
                button("I'll check", action_id="board_check", value=value),
                button("Result…", action_id="board_result", value=value),
                button("Refute…", action_id="board_refute", value=value),
                button("Confirm…", action_id="board_confirm", value=value),
            ]
        )
    ]


def _bottom_line(view: BoardView) -> str:
    first = next(iter(_in_order(view)), None)
    if first is None:
        return "The board of this incident is empty."
    claim = without_citations(first.claim or first.trigger.what)
    return f"Board: {first.id} {first.status.words}: {claim}"


def _ruled_out(item: RuledOut, incident: Incident, as_of: datetime) -> Line:
    who = f" · {item.by_name}" if item.by_name else ""
    reason = without_citations(item.reason)
    cited = (
        [*spans(reason, limit_chars=_LEAST_CAP * 2), *cites(item.because, incident)]
        if reason
        else cites(item.because, incident)
    )
    raised: Line = [text("raised"), *cites(item.raised_in, incident, most=1)] if item.raised_in else []
    reopen: Line = (
        [text("reopen if "), *spans(without_citations(item.reopen_if), limit_chars=_LEAST_CAP * 2)]
        if item.reopen_if
        else []
    )
    head: Line = [
        text("• "),
        bold(item.id),
        text(f" {clock(item.at, as_of=as_of)}{who} · "),
        *spans(item.what, limit_chars=_LEAST_CAP * 2),
    ]
    return joined([head, cited, raised, reopen])
