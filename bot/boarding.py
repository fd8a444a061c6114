"""What people do to hypotheses, by button, form, command or mention; told to whoever did it alone."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

import structlog

from bot.boards import Boards, Change, Scene, commit
from bot.errors import BadInputError, BoardActError, ChannelUnreadableError
from bot.incident.board import Board
from bot.incident.board_acts import Deed, confirm, refute, reopen, result, suspect, take_check
from bot.incident.facts import FactKind
from bot.incident.hypotheses import Hypothesis
from bot.incident.messages import IncidentRef, at_of
from bot.incident.ruled_out import ruled_out
from bot.incident.statuses import Outcome
from bot.incident.suspicions import with_ruled_out
from bot.incident.wording import without_citations
from bot.lookups import FORGOTTEN, UNMARKED, ref_of
from bot.permalinks import place_of
from bot.ports import Fence
from bot.request import Request, RequestKind
from bot.slack.board import ruled_out_blocks
from bot.slack.limits import Blocks, shorten
from bot.slack.texts import plain

log = structlog.get_logger()

KINDS = frozenset(
    {
        RequestKind.SUSPECT,
        RequestKind.CHECK,
        RequestKind.RESULT,
        RequestKind.REFUTE,
        RequestKind.CONFIRM,
        RequestKind.REOPEN,
        RequestKind.BOARD,
        RequestKind.RULED_OUT,
    }
)
NOT_YOURS = {
    "commander": "Only the incident commander confirms here: {who}.",
    "hands-on": (
        "Whoever confirms should have had their hands on it: nothing in this incident shows that you looked "
        "at or changed something. Say here what you saw, then confirm."
    ),
}
_NUMBER = re.compile(r"(?<!\w)(?:\[m?(\d{1,5})\]|m(\d{1,5})\b)")
_LINK = re.compile(r"https?://[^\s<>|]+/archives/[^\s<>|]+")
_HANDS_ON = (
    FactKind.ACTION,
    FactKind.CHANGE,
    FactKind.DECISION,
    FactKind.DENIAL,
    FactKind.OBSERVATION,
    FactKind.RULED_OUT,
)
_COMMANDS = re.compile(r"(?i)\b(?:ic|incident commander|commander)\b")
_CLAIM_CHARS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Boarding:
    """Works what people do to a board.

    Args:
        boards: Reads incidents, commits changes and tells them.
        confirm_by: Who may confirm: `commander`, `hands-on` or `anyone`.
    """

    boards: Boards
    confirm_by: str = "hands-on"

    async def handle(self, request: Request, fence: Fence) -> None:
        """Work one request of `KINDS`.

        Raises:
            BoardActError: It cannot be done; the sentence says why.
            ExternalChannelError: People of another organisation are in the channel.
        """
        ref = await self._ref(request)
        if ref is None:
            await self._say(request, None, FORGOTTEN)
            return
        scene = await self.boards.scene(ref)
        if request.kind is RequestKind.BOARD:
            await self._show(request, scene, fence)
        elif request.kind is RequestKind.RULED_OUT:
            await self._tell_ruled_out(request, scene)
        else:
            await self._act(request, scene)

    async def _ref(self, request: Request) -> IncidentRef | None:
        """Return the incident: that of the answer, else that of the place; None when the answer is gone."""
        answer_id = request.subject.partition("|")[0]
        if not answer_id:
            return await self.boards.workspace.locate(request)
        with suppress(ChannelUnreadableError):
            await self.boards.workspace.admit(request)
        answer = await self.boards.memory.answer(answer_id)
        return ref_of(answer) if answer else None

    async def _act(self, request: Request, scene: Scene) -> None:
        named: list[str] = []
        change = self._change(request, scene, self._deed(request, scene), named)
        change(await self.boards.memory.board(scene.ref))  # what cannot be done is said before who may do it
        if request.kind is RequestKind.CONFIRM:
            self._check_may_confirm(request, scene)
        board = await commit(self.boards.memory, scene.ref, change)
        left = await self.boards.tell(scene, board)
        done = next(h for h in board.hypotheses if h.id == named[-1])
        log.info("board.changed", request=request.id, act=request.kind.value, hypothesis=done.id)
        unmarked = f" {UNMARKED}" if left else ""
        await self._say(request, scene, f"{_sentence(request, done)}{unmarked}")

    def _change(self, request: Request, scene: Scene, deed: Deed, named: list[str]) -> Change:
        """Return what the request does to a board; `named` gets the id that it is done to."""
        own = "" if request.kind is RequestKind.SUSPECT else hypothesis_of(request)

        def change(board: Board) -> Board:
            known = with_ruled_out(board, scene.facts, scene.incident, until=scene.now)
            if request.kind is RequestKind.SUSPECT:
                changed, new = suspect(known, scene.redactor.redact(request.text).text, deed)
                named.append(new)
                return changed
            named.append(own)
            return _done(request, known, own, deed)

        return change

    def _deed(self, request: Request, scene: Scene) -> Deed:
        incident, asker = scene.incident, request.asker_id
        names = {m.author.id: m.author.name for m in incident.messages}
        at = request.pressed_ts or request.message_ts
        is_suspicion = request.kind is RequestKind.SUSPECT
        return Deed(
            by=asker,
            by_name=names.get(asker, ""),
            at=at_of(at) if at else request.received_at,
            because=tuple(dict.fromkeys(_cited(request, scene))),
            reason="" if is_suspicion else scene.redactor.redact(_without_links(request.text)).text,
        )

    def _check_may_confirm(self, request: Request, scene: Scene) -> None:
        """Pass whoever may confirm.

        Raises:
            BoardActError: They may not.
        """
        if self.confirm_by == "anyone":
            return
        commanders = _commanders(scene)
        if request.asker_id in commanders:
            return
        if self.confirm_by == "commander" and commanders:
            who = ", ".join(sorted(commanders.values()))
            raise BoardActError(problem=NOT_YOURS["commander"].format(who=who).rstrip("."))
        cited = {i for fact in scene.facts.of(*_HANDS_ON) for i in fact.cites[:1]}
        if not any(m.author.id == request.asker_id and m.id in cited for m in scene.incident.messages):
            raise BoardActError(problem=NOT_YOURS["hands-on"].rstrip("."))

    async def _show(self, request: Request, scene: Scene, fence: Fence) -> None:
        """Post the board in the thread; the message that showed it before points there."""

        def known(board: Board) -> Board:
            return with_ruled_out(board, scene.facts, scene.incident, until=scene.now)

        board = await commit(self.boards.memory, scene.ref, known)
        workspace = self.boards.workspace
        thread_ts = request.thread_ts or request.message_ts or await workspace.active_thread(scene.ref)
        blocks, text = self.boards.message(scene, board, answer_id=request.id)
        reply = workspace.reply(request, thread_ts, fence)
        posted = await reply.finish(blocks, text=text)
        await self.boards.keep(scene, posted, blocks, answer_id=request.id, thread_ts=thread_ts)
        log.info("board.posted", request=request.id, version=board.version)

    async def _tell_ruled_out(self, request: Request, scene: Scene) -> None:
        board = await self.boards.memory.board(scene.ref)
        known = with_ruled_out(board, scene.facts, scene.incident, until=scene.now)
        about = scene.redactor.redact(request.text).text
        items = ruled_out(known, scene.incident, about=about)
        blocks = ruled_out_blocks(items, scene.incident, as_of=scene.now, answer_id=request.id, about=about)
        await self._whisper(request, scene, blocks, f"Ruled out: {len(items)}")

    async def _say(self, request: Request, scene: Scene | None, sentence: str) -> None:
        await self._whisper(request, scene, plain(sentence, answer_id=request.id), sentence)

    async def _whisper(self, request: Request, scene: Scene | None, blocks: Blocks, words: str) -> None:
        out = self.boards.gate(scene.redactor if scene else None)
        safe, text = out.message(blocks, words)
        await self.boards.workspace.whisper(request, safe, text=text)


def hypothesis_of(request: Request) -> str:
    """Return the id in a request's subject, `answer id|H1|…`.

    Raises:
        BoardActError: There is none.
    """
    own = request.subject.split("|")[1:2]
    if not own or not own[0]:
        raise BoardActError(problem=f"say which one: `{request.kind.value} H1`")
    return own[0]


def _done(request: Request, board: Board, own: str, deed: Deed) -> Board:
    match request.kind:
        case RequestKind.CHECK:
            return take_check(board, own, deed)
        case RequestKind.RESULT:
            return result(board, own, Outcome(request.subject.split("|")[2]), deed)
        case RequestKind.REFUTE:
            return refute(board, own, deed)
        case RequestKind.CONFIRM:
            return confirm(board, own, deed)
        case _:
            return reopen(board, own, deed)


def _sentence(request: Request, hypothesis: Hypothesis) -> str:
    claim = shorten(without_citations(hypothesis.claim or hypothesis.trigger.what), _CLAIM_CHARS)
    own, standing = hypothesis.id, hypothesis.status.words
    match request.kind:
        case RequestKind.SUSPECT if not hypothesis.is_live and hypothesis.last_word:
            last = hypothesis.last_word
            why = f": {last.reason}" if last.reason else ""
            return (
                f"That is on the board as {own} ({claim}), {standing} {last.at:%H:%M}{why}. "
                f"`reopen {own}` brings it back."
            )
        case RequestKind.SUSPECT:
            return f"{own} is on the board under your name: {claim}. It is {standing}."
        case RequestKind.CHECK:
            look = hypothesis.next_check.do if hypothesis.next_check else claim
            return f"You look at {own}: {without_citations(look)} When you know, `result {own} yes` or `no`."
        case RequestKind.RESULT | RequestKind.REOPEN if hypothesis.is_live:
            return f"Noted under your name. {own} is {standing}: {claim}."
        case RequestKind.CONFIRM:
            return f"{own} is confirmed, under your name: {claim}."
        case _:
            return f"{own} is {standing}, under your name. It opens again if: {hypothesis.reopen_if}"


def _cited(request: Request, scene: Scene) -> Iterator[str]:
    """Yield the ids of the messages that a person names: by link, by number, by saying it in the incident."""
    by_ts = {message.ts: message.id for message in scene.incident.messages}
    for link in _LINK.findall(request.text):
        with suppress(BadInputError):
            place = place_of(link)
            if place.channel_id == scene.ref.channel_id and place.ts in by_ts:
                yield by_ts[place.ts]
    for match in _NUMBER.finditer(_without_links(request.text)):
        number = f"m{match[1] or match[2]}"
        if number in scene.incident.by_id:
            yield number
    if request.message_ts in by_ts:
        yield by_ts[str(request.message_ts)]


def _without_links(text: str) -> str:
    return " ".join(_LINK.sub("", text).replace("<>", "").split())


def _commanders(scene: Scene) -> dict[str, str]:
    """Return who is stated to command the incident: id → name."""
    stated = " ".join(fact.text for fact in scene.facts.of(FactKind.ROLE) if _COMMANDS.search(fact.text))
    authors = {m.author.id: m.author.name for m in scene.incident.messages if m.author.name}
    named = {name for name in authors.values() if re.search(rf"(?i)\b{re.escape(name)}\b", stated)}
    return {one: name for one, name in authors.items() if name in named}
