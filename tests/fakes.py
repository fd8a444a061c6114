"""Fakes of the ports: they do what the real ones promise, in memory, and remember what was asked of them."""

from collections.abc import AsyncGenerator, Collection, Sequence
from dataclasses import dataclass, field, replace

from bot.answers import Blocks, Closing, KeptBoardPost, KeptFile, LastRead, Posted, Restart, SavedAnswer
from bot.errors import ExternalChannelError
from bot.incident.board import Board
from bot.incident.case import Case
from bot.incident.forgotten import Forgotten
from bot.incident.hypotheses import Hypothesis
from bot.incident.messages import Incident, IncidentRef
from bot.request import Request
from bot.watching import Scope, Watch

WHOLE = Watch(scope=Scope.CHANNEL, is_logged=True)


@dataclass
class FakeFence:
    checks: int = 0

    async def check(self) -> None:
        self.checks += 1


@dataclass
class FakeReply:
    workspace: "FakeWorkspace"
    request: Request
    posted: Posted | None = None
    shown: list[Blocks] = field(default_factory=list)
    final: Blocks | None = None
    text: str = ""
    is_stopped: bool = False

    async def exists(self) -> bool:
        return self.posted is not None

    async def show(self, blocks: Blocks, *, text: str) -> None:
        self.posted = self.posted or Posted(channel_id=self.request.channel_id, ts="1742595999.000001")
        self.shown.append(blocks)
        self.text = text

    async def finish(self, blocks: Blocks, *, text: str) -> Posted:
        self.posted = self.posted or Posted(channel_id=self.request.channel_id, ts="1742595999.000001")
        self.final, self.text = blocks, text
        return self.posted


@dataclass
class FakeWorkspace:
    incident: Incident
    failure: Exception | None = None
    replies: dict[str, FakeReply] = field(default_factory=dict)
    statuses: list[str] = field(default_factory=list)
    whispers: list[tuple[str, Blocks, str]] = field(default_factory=list)
    directs: list[tuple[str, Blocks, str]] = field(default_factory=list)
    files: list[tuple[str, str]] = field(default_factory=list)
    updates: list[tuple[Posted, Blocks, str]] = field(default_factory=list)
    active: str | None = None
    guests: frozenset[str] = frozenset()
    removed_files: list[str] = field(default_factory=list)
    takes_files: bool = True
    watch: Watch = WHOLE
    wishes: list[bool] = field(default_factory=list)
    followed: list[IncidentRef] = field(default_factory=list)

    async def locate(self, request: Request) -> IncidentRef:
        return self.incident.ref

    async def admit(self, request: Request, *, is_fresh: bool = False) -> Watch:
        if self.watch.scope is Scope.REFUSED:
            raise ExternalChannelError(channel_id=request.channel_id)
        return self.watch

    async def is_full_member(self, request: Request) -> bool:
        return request.asker_id not in self.guests

    async def wish(self, request: Request, *, is_on: bool) -> None:
        self.wishes.append(is_on)

    async def follow(self, ref: IncidentRef) -> None:
        if self.failure:
            raise self.failure
        self.followed.append(ref)

    async def read(self, ref: IncidentRef, *, until_ts: str | None) -> Incident:
        if self.failure:
            raise self.failure
        return self.incident.until(until_ts) if until_ts else self.incident

    def reply(self, request: Request, thread_ts: str | None, fence: object) -> FakeReply:
        return self.replies.setdefault(request.id, FakeReply(self, request))

    async def active_thread(self, ref: IncidentRef) -> str | None:
        return self.active

    async def status(self, request: Request, thread_ts: str | None, words: str) -> None:
        self.statuses.append(words)

    async def whisper(self, request: Request, blocks: Blocks, *, text: str) -> None:
        self.whispers.append((request.asker_id, blocks, text))

    async def direct(self, request: Request, blocks: Blocks, *, text: str) -> None:
        self.directs.append((request.asker_id, blocks, text))

    async def update(self, posted: Posted, blocks: Blocks, *, text: str) -> None:
        self.updates.append((posted, blocks, text))

    async def attach(
        self, request: Request, thread_ts: str | None, *, name: str, content: str, comment: str
    ) -> str:
        self.files.append((name, content))
        return f"F{len(self.files)}"

    async def enclose(
        self, request: Request, thread_ts: str | None, *, name: str, content: str, comment: str
    ) -> str:
        if self.takes_files:
            self.files.append((name, content))
        return f"F{len(self.files)}" if self.takes_files else ""

    async def remove_file(self, file_id: str) -> None:
        self.removed_files.append(file_id)


@dataclass
class FakeMemory:
    boards: dict[str, Board] = field(default_factory=dict)
    answers_kept: dict[str, SavedAnswer] = field(default_factory=dict)
    thumbs: dict[tuple[str, str], str] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    kept_files: dict[str, KeptFile] = field(default_factory=dict)
    withdrawn: set[str] = field(default_factory=set)
    marks: Forgotten = field(default_factory=Forgotten)
    board_posts: dict[str, KeptBoardPost] = field(default_factory=dict)
    behind: list[str] = field(default_factory=list)
    reads: dict[tuple[str, str], LastRead] = field(default_factory=dict)
    """Incidents whose board is to be looked at again."""
    rivals: list[Board] = field(default_factory=list)
    """Boards that somebody else commits just before us, one before each of our commits."""

    async def mint(self, ref: IncidentRef, ts: Sequence[str]) -> dict[str, int]:
        return {one: number for number, one in enumerate(ts, 1)}

    async def incident_key(self, ref: IncidentRef) -> bytes:
        return b"k" * 32

    async def board(self, ref: IncidentRef) -> Board:
        return self.boards.get(ref.key, Board())

    async def commit_board(self, ref: IncidentRef, board: Board) -> bool:
        if self.rivals:
            self.boards[ref.key] = self.rivals.pop(0)
            return False
        current = await self.board(ref)
        if current.version != board.version:
            return False
        self.boards[ref.key] = replace(board, version=board.version + 1)
        return True

    async def board_post(self, ref: IncidentRef) -> KeptBoardPost | None:
        return self.board_posts.get(ref.key)

    async def save_board_post(self, ref: IncidentRef, post: KeptBoardPost) -> None:
        self.board_posts[ref.key] = post

    async def last_read(self, ref: IncidentRef, person_id: str) -> LastRead | None:
        return self.reads.get((ref.key, person_id))

    async def save_read(self, ref: IncidentRef, person_id: str, read: LastRead) -> None:
        self.reads[ref.key, person_id] = read

    async def review_later(self, ref: IncidentRef) -> None:
        self.behind.append(ref.key)

    async def save_answer(self, answer: SavedAnswer) -> None:
        self.answers_kept[answer.id] = answer

    async def answer(self, answer_id: str) -> SavedAnswer | None:
        return self.answers_kept.get(answer_id)

    async def answers(self, ref: IncidentRef) -> list[SavedAnswer]:
        return [answer for answer in self.answers_kept.values() if answer.incident_key == ref.key]

    async def drop_answer(self, answer: SavedAnswer) -> None:
        self.answers_kept.pop(answer.id, None)

    async def save_file(self, ref: IncidentRef, file: KeptFile) -> None:
        self.kept_files[file.id] = file

    async def files(self, ref: IncidentRef) -> list[KeptFile]:
        return list(self.kept_files.values())

    async def drop_file(self, ref: IncidentRef, file_id: str) -> None:
        self.kept_files.pop(file_id, None)

    async def number_of(self, ref: IncidentRef, ts: str) -> int | None:
        return self.numbers.get(ts)

    async def ts_of(self, ref: IncidentRef, numbers: Collection[int]) -> dict[int, str]:
        return {number: ts for ts, number in self.numbers.items() if number in numbers}

    async def is_withdrawn(self, request_id: str) -> bool:
        return request_id in self.withdrawn

    async def forgotten(self, ref: IncidentRef) -> Forgotten:
        return self.marks

    async def save_feedback(self, answer_id: str, person_id: str, verdict: str) -> None:
        self.thumbs[answer_id, person_id] = verdict


@dataclass
class FakeLog:
    said: dict[str, str] = field(default_factory=dict)
    """What is kept of messages, by `ts`."""
    news: list[set[str]] = field(default_factory=list)
    """What changed, one set for each time that somebody asks."""
    erased: list[tuple[str, str]] = field(default_factory=list)
    removed: list[tuple[str, bool]] = field(default_factory=list)

    async def changed(self, incident: Incident) -> frozenset[str]:
        return frozenset(self.news.pop(0) if self.news else ())

    async def erase(self, ref: IncidentRef, ts: str, *, is_deleted: bool) -> str:
        self.erased.append((ref.key, ts))
        return self.said.pop(ts, "")

    async def words(self, ref: IncidentRef, ts: str, *, is_deleted: bool) -> str:
        return self.said.get(ts, "")

    async def remove(self, ref: IncidentRef, *, with_threads: bool = False) -> int:
        self.removed.append((ref.key, with_threads))
        return 1


@dataclass
class FakeAnalyst:
    """Says what it was given, step by step."""

    steps: Sequence[Hypothesis | Restart | Closing | Exception]
    cases: list[Case] = field(default_factory=list)

    async def diagnose(self, case: Case) -> AsyncGenerator[Hypothesis | Restart | Closing, None]:
        self.cases.append(case)
        for step in self.steps:
            if isinstance(step, Exception):
                raise step
            yield step
