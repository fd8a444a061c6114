"""What becomes of hypotheses when a message that they cite is deleted or says something else."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.incident.board import Board
from bot.incident.erasing import erased
from bot.incident.hypotheses import Act, Change, Evidence, Hypothesis, Link, Status
from bot.incident.wording import shown_number


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """A message that was deleted or edited.

    Attributes:
        id: Its evidence id, such as `m13`.
        text: What it says now, redacted; None when it was deleted.
    """

    id: str
    text: str | None = None

    @property
    def words(self) -> str:
        """What happened, for people: `message [13] was deleted`."""
        return f"message [{shown_number(self.id)}] was {'deleted' if self.text is None else 'edited'}"

    def breaks(self, item: Evidence) -> bool:
        """Say whether a citation does not hold any more."""
        return item.id == self.id and (self.text is None or item.quote not in self.text)


def weakened(board: Board, lost: Lost, *, now: datetime, words: Callable[[str], str]) -> Board:
    """Return the board after a message was lost.

    A hypothesis that cites a deleted message is stale; one that cites an edited message is when it bears on
    words that are gone, or says them itself. What a person decided stays. No quote of what is gone is kept.

    Args:
        board: As stored.
        lost: The message.
        now: When that happened, by Slack's clock.
        words: Returns a text that shows no word that is gone; nothing for one that does.
    """
    told = tuple(_after(hypothesis, lost, now=now, words=words) for hypothesis in board.hypotheses)
    return board if told == board.hypotheses else replace(board, hypotheses=told)


def fallen(board: Board, ids: Iterable[str], because: Iterable[Lost], *, now: datetime) -> Board:
    """Return the board with these hypotheses stale because of what was lost."""
    lost, names = tuple(because), frozenset(ids)
    change = _change(lost, now=now)
    return replace(
        board,
        hypotheses=tuple(_moved(h, change) if h.id in names and h.is_live else h for h in board.hypotheses),
    )


def _after(hypothesis: Hypothesis, lost: Lost, *, now: datetime, words: Callable[[str], str]) -> Hypothesis:
    if not mentions(hypothesis, lost.id):
        return hypothesis
    broken = any(map(lost.breaks, hypothesis.evidence))
    clean = _clean(_without(hypothesis, lost), words)
    is_hollow = _parts(clean).count("") > _parts(hypothesis).count("")
    if not (broken or is_hollow) or not _falls(hypothesis, clean, lost, is_hollow=is_hollow):
        return clean
    return _moved(clean, _change((lost,), now=now))


def mentions(hypothesis: Hypothesis, evidence_id: str) -> bool:
    """Say whether a hypothesis cites a message anywhere, in its history too."""
    ended = hypothesis.ended_by.evidence_for if hypothesis.ended_by else ()
    cited = {item.id for item in (*hypothesis.evidence, *ended)}
    return evidence_id in cited.union(*(change.because for change in hypothesis.history))


def _clean(hypothesis: Hypothesis, words: Callable[[str], str]) -> Hypothesis:
    """Return it without the texts that show words that are gone; a check of which nothing is left goes."""
    left = erased(hypothesis, words)
    has_check = left.next_check is not None and left.next_check.do
    return left if has_check else replace(left, next_check=None)


def _parts(hypothesis: Hypothesis) -> list[str]:
    """Return the words that it cannot be without."""
    ends = [end for link in hypothesis.links for end in (link.cause, link.effect)]
    return [hypothesis.claim, hypothesis.trigger.what, *ends]


def _falls(before: Hypothesis, left: Hypothesis, lost: Lost, *, is_hollow: bool) -> bool:
    if before.is_decided or not before.is_live:
        return False
    return lost.text is None or is_hollow or _bears(before, left)


def _bears(before: Hypothesis, left: Hypothesis) -> bool:
    """Say whether it stood on what is missing now: its trigger, its impact or a link is shown no longer."""
    bare = before.trigger.evidence and not left.trigger.evidence
    unseen = before.impact.evidence and not left.impact.evidence
    return bool(bare or unseen) or left.shown < before.shown


def _without(hypothesis: Hypothesis, lost: Lost) -> Hypothesis:
    """Return it without the citations that do not hold any more; a deleted one stays by its number alone."""

    def left(items: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
        if lost.text is None:
            return tuple(replace(item, quote="") if item.id == lost.id else item for item in items)
        return tuple(item for item in items if not lost.breaks(item))

    def link_left(link: Link) -> Link:
        return replace(
            link, evidence_for=left(link.evidence_for), evidence_against=left(link.evidence_against)
        )

    return replace(
        hypothesis,
        trigger=replace(hypothesis.trigger, evidence=left(hypothesis.trigger.evidence)),
        impact=replace(hypothesis.impact, evidence=left(hypothesis.impact.evidence)),
        links=tuple(map(link_left, hypothesis.links)),
        ended_by=link_left(hypothesis.ended_by) if hypothesis.ended_by else None,
    )


def _change(lost: tuple[Lost, ...], *, now: datetime) -> Change:
    because = tuple(one.id for one in lost)
    words = ", ".join(one.words for one in lost)
    return Change(at=now, status=Status.STALE, because=because, reason=words, act=Act.LOST)


def _moved(hypothesis: Hypothesis, change: Change) -> Hypothesis:
    return replace(hypothesis, status=change.status, history=(*hypothesis.history, change))
