"""A message was deleted or edited: what rests on it falls, its words leave, and older answers say so."""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog

from bot.answers import SavedAnswer
from bot.boards import commit
from bot.errors import ChannelUnreadableError
from bot.incident.board import Board
from bot.incident.erasing import Erasure
from bot.incident.hypotheses import Status, cited_ids
from bot.incident.lost import Lost, weakened
from bot.incident.messages import Incident, IncidentRef, Message
from bot.incident.wording import listed, shown_number
from bot.investigation import redact
from bot.naming import LocalAliases, Naming
from bot.outgoing import Outgoing
from bot.ports import Aliases, Log, Memory, Workspace
from bot.safety.filters import FILTERS, Filters
from bot.safety.redaction import Redactor
from bot.slack.withdrawn import Withdrawn, rested_words, without
from bot.superseded import Marker, cites, fall_words

log = structlog.get_logger()

DELETED_QUOTE = "deleted in Slack"
OLD_VERDICT = "computed from a message that was edited or deleted since"
SECOND_LOOK_SECONDS = 1.0
"""Before an edited message that a read does not find counts as deleted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Gone:
    """What happened to a message.

    Attributes:
        words: What it said that it says no more, as far as a log has it.
        is_deleted: All of it is gone.
    """

    id: str
    words: str
    is_deleted: bool
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Rechecker:
    """Draws what follows from messages that changed.

    Args:
        literals: The process's own secrets, removed from everything.
        link_hosts: The hosts that may be linked.
        aliases: What secrets were called before.
        canary, filters: As of `Outgoing`.
    """

    workspace: Workspace
    memory: Memory
    log: Log
    literals: tuple[str, ...]
    link_hosts: frozenset[str]
    aliases: Aliases = field(default_factory=LocalAliases)
    canary: str = ""
    filters: Filters = FILTERS

    async def recheck(self, ref: IncidentRef, ts: str, *, is_deleted: bool, at: datetime) -> None:
        """Draw what follows from one message; it may be done again from the start, wherever it broke off.

        Args:
            ref: The incident that may rest on it.
            ts: The message.
            is_deleted: It is gone; otherwise it was edited.
            at: When that happened, by Slack's clock.

        Raises:
            EditFailedError: A file that cites it is still there.
            SlackAwayError: What is said now cannot be read.
            StoreUnavailableError: The store is away.
        """
        words = await self.log.words(ref, ts, is_deleted=is_deleted)
        number = await self.memory.number_of(ref, ts)
        if number is not None:
            gone = _Gone(id=f"m{number}", words=words, is_deleted=is_deleted, at=at)
            await self._rework(ref, gone)
        # last: only the log knows all the words to take out, should a step before have to be done again
        await self.log.erase(ref, ts, is_deleted=is_deleted)

    async def _rework(self, ref: IncidentRef, gone: _Gone) -> None:
        """Revise the board, the answers and the files that may rest on a message."""
        answers, board = await self.memory.answers(ref), await self.memory.board(ref)
        if answers or board.hypotheses:
            await self._revise_all(ref, answers, gone)
        if gone.is_deleted:
            await self._remove_files(ref, gone.id)

    async def _revise_all(self, ref: IncidentRef, answers: Sequence[SavedAnswer], gone: _Gone) -> None:
        naming = Naming(memory=self.memory, aliases=self.aliases, literals=self.literals)
        redactor = await naming.redactor(ref)
        incident = await self._read(ref)
        if not gone.is_deleted and incident is not None and gone.id not in incident.by_id:
            await asyncio.sleep(SECOND_LOOK_SECONDS)  # its new words may be on their way to the log
            incident = await self._read(ref)
        lost = _lost(gone, incident, redactor)
        if lost is None:
            return
        said = (gone.words, *_quoted(answers, lost.id))
        erasure = await asyncio.to_thread(_erasure, lost, incident, said=said)
        board = await self._weaken(ref, lost, erasure, at=gone.at)
        away = _withdrawn(lost, erasure, board)
        for answer in answers:
            await self._revise(answer, lost, away, at=gone.at)
        left = await Marker(self.workspace, self.memory, self.out(redactor)).mark(ref, board)
        log.info("message.rechecked", incident=ref.key, message=lost.id, deleted=lost.text is None, left=left)

    async def _remove_files(self, ref: IncidentRef, evidence_id: str) -> None:
        """Remove whole answers and drafts that cite a deleted message: a file cannot be revised."""
        for file in await self.memory.files(ref):
            if evidence_id in file.cites:
                await self.workspace.remove_file(file.id)
                await self.memory.drop_file(ref, file.id)
                log.info("file.removed", incident=ref.key, message=evidence_id)

    async def catch_up(self, incident: Incident, lost: Collection[Lost], *, at: datetime) -> None:
        """Draw what follows from changes that no event told in time.

        Args:
            incident: As it was read just now; redacted.
            lost: What changed in it since.
            at: The time up to which it was read.
        """
        answers = await self.memory.answers(incident.ref)
        found = {**outdated(answers, incident, at=at), **{one.id: one.text is None for one in lost}}
        known = await self.memory.ts_of(incident.ref, {int(one[1:]) for one in found})
        for number, ts in known.items():
            await self.recheck(incident.ref, ts, is_deleted=found[f"m{number}"], at=at)

    def out(self, redactor: Redactor) -> Outgoing:
        """Return the gate for what is said of an incident."""
        return Outgoing(
            redactor=redactor, link_hosts=self.link_hosts, canary=self.canary, filters=self.filters
        )

    async def _read(self, ref: IncidentRef) -> Incident | None:
        """Return what is said now; None when the channel or the thread cannot be read any more."""
        try:
            return await self.workspace.read(ref, until_ts=None)
        except ChannelUnreadableError:
            return None

    async def _weaken(self, ref: IncidentRef, lost: Lost, erasure: Erasure, *, at: datetime) -> Board:
        return await commit(
            self.memory, ref, lambda board: weakened(board, lost, now=at, words=erasure.words)
        )

    async def _revise(self, answer: SavedAnswer, lost: Lost, away: Withdrawn, *, at: datetime) -> None:
        revised = revised_answer(answer, lost, away, at=at)
        if revised != answer:
            await self.memory.save_answer(revised)


def outdated(answers: Iterable[SavedAnswer], incident: Incident, *, at: datetime) -> dict[str, bool]:
    """Return what answers quote and an incident does not say any more: evidence id → whether it is gone.

    Messages after `at` are not expected in it. While some of it could not be read, nothing counts as gone.
    """
    found: dict[str, bool] = {}
    for answer in answers:
        for one, (_, said_at, words, _) in answer.quotes.items():
            message = incident.by_id.get(one)
            if not one.startswith("m"):
                continue  # computed: it changes with the messages that it names
            if message is not None and message.edited_at and message.text != words:
                found[one] = False
            elif message is None and words != DELETED_QUOTE and datetime.fromisoformat(said_at) <= at:
                found[one] = True
    return {one: is_gone for one, is_gone in found.items() if not (is_gone and incident.omitted)}


def revised_answer(answer: SavedAnswer, lost: Lost, away: Withdrawn, *, at: datetime) -> SavedAnswer:
    """Return an answer as it is kept after a message was lost; one that does not cite it stays as it is."""
    if not cites(answer, lost.id):
        return answer
    left = without(answer.blocks, away)
    claims = {one: "" if away.shows(claim) else claim for one, claim in answer.claims.items()}
    told = _told(lost, left.shaken, away) if lost.text is None or left.blocks != answer.blocks else ()
    news = tuple(words for words in told if words not in answer.lost)
    return replace(
        answer,
        quotes={one: _revised(one, quote, lost) for one, quote in answer.quotes.items()},
        blocks=left.blocks,
        text="" if away.shows(answer.text) or not left.has_lead else answer.text,
        claims=claims,
        lost=(*answer.lost, *news),
        lost_at=at.isoformat() if news else answer.lost_at,
    )


def _told(lost: Lost, shaken: Sequence[str], away: Withdrawn) -> tuple[str, ...]:
    """Say what happened, naming what rested on it and stands."""
    return (f"{listed(shaken)} {rested_words(away)}",) if shaken else (lost.words,)


def _revised(one: str, quote: tuple[str, str, str, str], lost: Lost) -> tuple[str, str, str, str]:
    """Return a quote as it is kept then; a verdict goes with any message that it was computed from."""
    if one == lost.id:
        return _quote(quote, lost)
    is_computed_from = not one.startswith("m") and f"[{shown_number(lost.id)}]" in quote[2]
    return (quote[0], quote[1], OLD_VERDICT, "") if is_computed_from else quote


def _quote(quote: tuple[str, str, str, str], lost: Lost) -> tuple[str, str, str, str]:
    author, at, _, permalink = quote
    return author, at, DELETED_QUOTE if lost.text is None else lost.text, permalink


def _lost(gone: _Gone, incident: Incident | None, redactor: Redactor) -> Lost | None:
    """Return what was lost; None when it is not known what an edited message says now."""
    if gone.is_deleted:
        return Lost(id=gone.id)
    if incident is None:
        return None
    message = incident.by_id.get(gone.id)
    return Lost(id=gone.id, text=_redacted(message, incident, redactor) if message else None)


def _redacted(message: Message, incident: Incident, redactor: Redactor) -> str:
    clean, _ = redact(incident.with_messages([message]), redactor)
    return clean.messages[0].text


def _erasure(lost: Lost, incident: Incident | None, *, said: Sequence[str]) -> Erasure:
    others = [message.text for message in incident.messages if message.id != lost.id] if incident else []
    return Erasure(gone="\n".join(said), kept=(*others, lost.text or ""))


def _withdrawn(lost: Lost, erasure: Erasure, board: Board) -> Withdrawn:
    """Return what answers must not show any more, and what fell with it."""
    fell = {
        h.id: fall_words(h)
        for h in board.hypotheses
        if h.status is Status.STALE and h.last_word is not None and lost.words in h.last_word.reason
    }
    uncited = {h.id for h in board.hypotheses if h.is_live and lost.id not in cited_ids(h.evidence)}
    return Withdrawn(
        id=lost.id,
        is_deleted=lost.text is None,
        shows=erasure.is_in,
        fallen=fell,
        uncited=frozenset(uncited),
    )


def _quoted(answers: Sequence[SavedAnswer], evidence_id: str) -> list[str]:
    found = (answer.quotes[evidence_id][2] for answer in answers if evidence_id in answer.quotes)
    return [words for words in dict.fromkeys(found) if words != DELETED_QUOTE]
