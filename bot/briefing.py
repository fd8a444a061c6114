"""Briefs and drafts: what somebody asks for who was away, takes over or must tell others, without a model."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.answers import LastRead
from bot.boards import Boards, Scene
from bot.errors import BriefError
from bot.incident.asks import telling_words
from bot.incident.board import Board
from bot.incident.board_notes import BoardNotes, board_notes
from bot.incident.briefs import Brief, Reader, Role, brief_of
from bot.incident.hypotheses import Hypothesis
from bot.incident.messages import AuthorKind
from bot.incident.postmortem_values import Material
from bot.incident.review_check import check_review
from bot.incident.suspicions import with_ruled_out
from bot.incident.updates import Audience, draft_update
from bot.incident.wording import without_citations
from bot.ports import Fence
from bot.request import Request
from bot.slack.brief import BriefView, brief_message, check_message, declined_message, draft_message
from bot.slack.limits import Blocks
from bot.slack.texts import plain

log = structlog.get_logger()

ASKED_AGAIN_WITHIN = timedelta(minutes=10)
"""Whispers are gone on reload: who asks again so soon gets the same, not what came since."""
NOT_A_TIME = "`catchup` takes a time such as 15m or 14:05, or `exec` or `sme`"
NO_DRAFT = "put the draft behind `postmortem check`, or post it in the thread as a text file first"
_SPAN = re.compile(r"(\d{1,3})\s?(m|h)\w*", re.IGNORECASE)
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_DIRECT = "dm"
_IN_THREAD = frozenset({"handoff"})
"""What everybody may see, since one person asked for it to be said."""
_TITLES = {Audience.EXECUTIVE: "The draft for executives", Audience.CUSTOMER: "The draft for customers"}
SENT = "Sent to your direct messages."


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a brief is made from.

    Attributes:
        board: With what people ruled out before anybody asked.
    """

    scene: Scene
    board: Board
    notes: BoardNotes

    @property
    def material(self) -> Material:
        """The incident, its facts and its board."""
        scene = self.scene
        return Material(
            incident=scene.incident, facts=scene.facts, hypotheses=self.board.hypotheses, now=scene.now
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Briefing:
    """Makes briefs.

    Args:
        boards: Reads incidents and has their boards.
    """

    boards: Boards

    async def handle(self, request: Request, fence: Fence) -> None:
        """Work one request; its subject is `what` or `what|dm`, its text what was typed after it.

        Raises:
            BriefError: What was typed cannot be understood; the sentence says what can.
            ExternalChannelError: People of another organisation are in the channel.
        """
        what, _, way = request.subject.partition("|")
        if what == "note":
            await self._note(request)
            return
        told = await self._told(request)
        match what:
            case "update":
                await self._draft(request, told)
            case "declined":
                await self._decline(request, told)
            case "check":
                await self._check(request, told)
            case _:
                brief = await self._brief(request, what, told)
                await self._send(request, told, brief, what=what, is_direct=way == _DIRECT, fence=fence)
        log.info("brief.made", request=request.id, what=what)

    async def _told(self, request: Request) -> Told:
        scene = await self.boards.scene(await self.boards.workspace.locate(request))
        stored = await self.boards.memory.board(scene.ref)
        board = with_ruled_out(stored, scene.facts, scene.incident, until=scene.now)
        notes = board_notes(board, scene.incident, scene.facts, now=scene.now)
        return Told(scene=scene, board=board, notes=notes)

    async def _brief(self, request: Request, what: str, told: Told) -> Brief:
        reader = await self._reader(request, told) if what == "catchup" else Reader()
        return brief_of(what, told.material, told.notes, reader)

    async def _reader(self, request: Request, told: Told) -> Reader:
        words = request.text.strip().lower()
        role = _role(words)
        if role is not Role.RESPONDER or words in {"", "me"}:
            since, why = await self._last_here(request, told.scene)
            return Reader(person_id=request.asker_id, since=since, why=why, role=role)
        since = since_of(words, now=told.scene.now)
        return Reader(person_id=request.asker_id, since=since, why="as you asked")

    async def _last_here(self, request: Request, scene: Scene) -> tuple[datetime | None, str]:
        """Return since when the asker does not know, and why we think so."""
        wrote = max(
            (
                m.at
                for m in scene.incident.messages
                if m.author.id == request.asker_id and m.ts != request.message_ts
            ),
            default=None,
        )
        read = await self._read(request, scene)
        if read is None or (wrote is not None and wrote >= read):
            return wrote, "when you last wrote" if wrote else ""
        return read, "when you last caught up"

    async def _read(self, request: Request, scene: Scene) -> datetime | None:
        """Return up to when they caught up before, and keep that they do now."""
        memory, now = self.boards.memory, scene.now
        kept = await memory.last_read(scene.ref, request.asker_id)
        asked = request.received_at
        is_again = kept is not None and asked - datetime.fromisoformat(kept.asked_at) < ASKED_AGAIN_WITHIN
        since = kept.since if kept and is_again else kept.upto if kept else ""
        first_asked = kept.asked_at if kept and is_again else asked.isoformat()
        new = LastRead(asked_at=first_asked, since=since, upto=now.isoformat())
        await memory.save_read(scene.ref, request.asker_id, new)
        return datetime.fromisoformat(since) if since else None

    async def _send(
        self, request: Request, told: Told, brief: Brief, *, what: str, is_direct: bool, fence: Fence
    ) -> None:
        scene, is_public = told.scene, what in _IN_THREAD and not is_direct
        view = BriefView(
            brief=brief,
            what=what,
            args="".join(request.text.split()),  # a button's value is one word
            incident=scene.incident,
            as_of=scene.now,
            is_whisper=not is_public and not is_direct,
        )
        made = brief_message(view, answer_id=request.id)
        blocks, text = self.boards.gate(scene.redactor).message(made.blocks, made.text)
        workspace = self.boards.workspace
        if is_direct:
            await workspace.direct(request, blocks, text=text)
            await self._whisper(request, told, plain(SENT, answer_id=request.id), SENT)
        elif is_public:
            thread_ts = request.thread_ts or request.message_ts or await workspace.active_thread(scene.ref)
            await workspace.reply(request, thread_ts, fence).finish(blocks, text=text)
        else:
            await workspace.whisper(request, blocks, text=text)

    async def _draft(self, request: Request, told: Told) -> None:
        audience = Audience.CUSTOMER if request.text == Audience.CUSTOMER.value else Audience.EXECUTIVE
        draft = draft_update(told.material, audience)
        made = draft_message(draft, told.scene.incident, answer_id=request.id, title=_TITLES[audience])
        await self._whisper(request, told, made.blocks, made.text)

    async def _decline(self, request: Request, told: Told) -> None:
        """Say that nothing is run here, with what a person may send and how that explanation stands."""
        asked = told.scene.redactor.redact(request.text).text
        names = {m.author.id: m.author.name for m in told.scene.incident.messages}
        by = f" ({names[request.asker_id]})" if names.get(request.asker_id) else ""
        standing = _standing(_meant(told, asked))
        wish = f"{asked[:1].lower()}{asked[1:].rstrip('.?!')}".removeprefix("please ")
        send = f"Please {wish}. Asked for at {told.scene.now:%H:%M} UTC{by}."
        made = declined_message(answer_id=request.id, asked=asked, send=send, standing=standing)
        await self._whisper(request, told, made.blocks, made.text)

    async def _check(self, request: Request, told: Told) -> None:
        """Say what to look at in a draft of the review: what was typed, else the newest file of a person."""
        words, note = told.scene.redactor.redact(request.text).text, ""
        if not words.strip():
            words, note = _newest_draft(told.scene)
        if not words.strip():
            raise BriefError(problem=NO_DRAFT)
        found = check_review(words, told.material)
        made = check_message(found, told.scene.incident, answer_id=request.id, note=note)
        await self._whisper(request, told, made.blocks, made.text)

    async def _note(self, request: Request) -> None:
        """Send what a person wrote to their own direct messages."""
        blocks, text = self.boards.gate(None).message(plain(request.text, answer_id=request.id), "Your draft")
        await self.boards.workspace.direct(request, blocks, text=text)

    async def _whisper(self, request: Request, told: Told, blocks: Blocks, words: str) -> None:
        safe, text = self.boards.gate(told.scene.redactor).message(blocks, words)
        await self.boards.workspace.whisper(request, safe, text=text)


def _meant(told: Told, asked: str) -> Hypothesis | None:
    """Return the explanation that an order would act on: what shares most words with it, else what leads."""
    words = telling_words(asked)
    ranked = sorted(told.board.hypotheses, key=lambda h: h.id != told.notes.leader)
    shared = {h.id: len(words & telling_words(h.claim or h.trigger.what)) for h in ranked}
    best = max(ranked, key=lambda h: shared[h.id], default=None)
    return best if best and (shared[best.id] or best.id == told.notes.leader) else None


def _standing(hypothesis: Hypothesis | None) -> str:
    if hypothesis is None:
        return ""
    moved = hypothesis.last_word
    when = f" {moved.at:%H:%M}" if moved else ""
    claim = without_citations(hypothesis.claim or hypothesis.trigger.what)
    why = f" ({without_citations(moved.reason)})" if moved and moved.reason and not hypothesis.is_live else ""
    return f"On the board: {hypothesis.id} {hypothesis.status.words}{when}: {claim}{why}"


def _newest_draft(scene: Scene) -> tuple[str, str]:
    """Return the text of the newest text file that a person posted, and what of it was not read."""
    files = (
        file
        for message in reversed(scene.incident.messages)
        if message.author.kind is AuthorKind.PERSON
        for file in message.files
        if file.head and not file.is_binary
    )
    file = next(files, None)
    if file is None:
        return "", ""
    return file.head, f"{file.name}: Slack shows its beginning only" if file.is_partial else file.name


def since_of(words: str, *, now: datetime) -> datetime:
    """Return the moment that `15m`, `2h` or `14:05` names; a clock time is the last such one before now.

    Raises:
        BriefError: It names none.
    """
    if found := _SPAN.fullmatch(words):
        unit = timedelta(hours=1) if found[2].lower() == "h" else timedelta(minutes=1)
        return now - int(found[1]) * unit
    if found := _CLOCK.fullmatch(words):
        at = now.replace(hour=int(found[1]), minute=int(found[2]), second=0, microsecond=0)
        return at if at <= now else at - timedelta(days=1)
    raise BriefError(problem=NOT_A_TIME)


def _role(words: str) -> Role:
    if re.fullmatch(r"(?:an?\s*)?exec\w*", words):
        return Role.EXECUTIVE
    return Role.EXPERT if words in {"sme", "expert"} else Role.RESPONDER
