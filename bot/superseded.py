"""The line on top of an old answer that says what has fallen since, so that nobody acts on it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from bot.answers import Posted, SavedAnswer
from bot.errors import EditFailedError, GateClosedError
from bot.incident.board import RULE, Board
from bot.incident.hypotheses import Change, Hypothesis, Status
from bot.incident.messages import IncidentRef, at_of
from bot.incident.wording import listed, shown_number
from bot.outgoing import Outgoing
from bot.ports import Memory, Workspace
from bot.slack.blocks import labelled, with_top_line
from bot.slack.blocks import text as plain_text
from bot.slack.limits import shorten
from bot.slack.texts import escaped

log = structlog.get_logger()

ASK_AGAIN = "Ask again for a fresh answer."
_MOST_BECAUSE = 3
_REASON_CHARS = 160
_NOTIFICATION_CHARS = 280


@dataclass(frozen=True, slots=True)
class Marker:
    """Marks the kept answers of an incident."""

    workspace: Workspace
    memory: Memory
    out: Outgoing

    async def mark(self, ref: IncidentRef, board: Board, *, board_link: str = "") -> int:
        """Mark every answer of which a hypothesis has fallen or risen.

        Args:
            ref: The incident.
            board: As it stands now.
            board_link: The address of the board's message; empty where there is none.

        Returns:
            How many could not be marked now.
        """
        answers = await self.memory.answers(ref)
        marks = [await self._mark(answer, board, board_link) for answer in answers]
        return marks.count(False)

    async def _mark(self, answer: SavedAnswer, board: Board, board_link: str) -> bool:
        """Put its line on top of one answer; False when it should stand there and does not."""
        words = top_line(answer, board)
        if words in {"", answer.top_line}:
            return True
        try:
            await self._put(answer, words, board_link)
        except (EditFailedError, GateClosedError) as error:
            log.warning("answer.left_unmarked", answer=answer.id, error=str(error))
            return False
        log.info("answer.superseded", answer=answer.id)
        await self.memory.save_answer(replace(answer, top_line=words))
        return True

    async def _put(self, answer: SavedAnswer, words: str, board_link: str) -> None:
        notification = shorten(" · ".join(filter(None, (escaped(words), answer.text))), _NOTIFICATION_CHARS)
        line = labelled(words)
        if board_link:
            line += [plain_text(" → "), {"type": "link", "url": board_link, "text": "board"}]
        blocks, text = self.out.message(with_top_line(answer.blocks, line), notification)
        await self.workspace.update(Posted(channel_id=answer.channel_id, ts=answer.ts), blocks, text=text)


def top_line(answer: SavedAnswer, board: Board) -> str:
    """Return what has fallen or risen of an answer: `Superseded 22:36: H1 refuted [18]`; else nothing.

    All hypotheses that are kept of an answer stood when it was given. An answer of which none is refuted but
    one rose or lost to a rival, or that cites a message which was deleted since, is `Updated`.
    """
    own = [h for h in board.hypotheses if h.id in answer.hypothesis_ids]
    fallen, risen = [h for h in own if not h.is_live], [h for h in own if _has_risen(h, answer)]
    is_refuted = any(h.status is Status.REFUTED for h in fallen)
    told = [*_told(fallen), *_told(risen)] if is_refuted else [*_told(risen), *_told(fallen)]
    lost = [words for words in answer.lost if not _is_told(words, told, fallen)]
    if not (told or lost):
        return ""
    times = [_fall(hypothesis).at for hypothesis in (*fallen, *risen)]
    last = max([*times, *([datetime.fromisoformat(answer.lost_at)] if answer.lost_at else [])])
    verb = "Superseded" if is_refuted else "Updated"
    again = f". {ASK_AGAIN}" if answer.lost else ""
    return f"{verb} {last:%H:%M}: {'; '.join([*told, *lost])}{again}"


def _has_risen(hypothesis: Hypothesis, answer: SavedAnswer) -> bool:
    """Say whether it was proven after the answer was given."""
    last = hypothesis.last_word
    is_proven = hypothesis.status in {Status.SUPPORTED, Status.CONFIRMED}
    return is_proven and last is not None and last.at > at_of(answer.ts)


def _is_told(words: str, told: Sequence[str], fallen: Sequence[Hypothesis]) -> bool:
    """Say whether a loss is told by what fell: by its message, or because what rested on it fell since."""
    return any(words in line for line in told) or words.startswith(tuple(f"{h.id} " for h in fallen))


def cites(answer: SavedAnswer, evidence_id: str) -> bool:
    """Say whether an answer cites a message, in what it shows or in what it keeps."""
    return evidence_id in answer.quotes or f"[{shown_number(evidence_id)}]" in json.dumps(answer.blocks)


def fall_words(hypothesis: Hypothesis) -> str:
    """Return how one fell and why: `not supported any more: message [13] was deleted`."""
    return f"{hypothesis.status.words}{_why(_fall(hypothesis))}"


def _told(fallen: Sequence[Hypothesis]) -> list[str]:
    """Say what fell; of several that fell for one reason, the reason once."""
    by_words: dict[str, list[Hypothesis]] = {}
    for hypothesis in fallen:
        by_words.setdefault(fall_words(hypothesis), []).append(hypothesis)
    return [f"{_named(those)}{words}" for words, those in by_words.items()]


def _named(fallen: Sequence[Hypothesis]) -> str:
    verb = " are" if fallen[1:] else " is"
    return f"{listed([h.id for h in fallen])}{verb if fallen[0].status is Status.STALE else ''} "


def _why(change: Change) -> str:
    numbers = (f"[{shown_number(evidence_id)}]" for evidence_id in change.because[:_MOST_BECAUSE])
    cited = "".join(f" {number}" for number in numbers if number not in change.reason)
    by = "" if change.by == RULE else f" by {change.by_name or 'a person'}"
    reason = shorten(change.reason, _REASON_CHARS)
    return f"{by}{cited}: {reason}" if reason else f"{by}{cited}"


def _fall(hypothesis: Hypothesis) -> Change:
    return hypothesis.last_word or hypothesis.history[-1]
