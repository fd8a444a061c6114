"""What comes after an answer, and what of it stays when that fails, is late, or messages are forgotten."""

import asyncio
from dataclasses import dataclass, replace

import pytest

from bot.answers import KeptFile
from bot.copilot import GAVE_UP
from bot.errors import EditFailedError, ForgottenError, SlackAwayError, StoreUnavailableError
from bot.incident.forgotten import Forgotten
from bot.request import RequestKind
from bot.run import Run
from bot.safety.redaction import Redactor
from bot.tidying import Tidying
from tests.fakes import FakeFence, FakeLog, FakeMemory, FakeWorkspace
from tests.slack.samples import H1, H2, STORE
from tests.test_copilot import CLAUDE, copilot, request, seen
from tests.test_long_answers import QUESTIONS
from tests.test_rechecking import rechecker

LOG_LINE = STORE.by_id["m13"]
EVERYTHING = Forgotten(until_ts="9999999999.000001")


@dataclass
class SecondReading(FakeWorkspace):
    """Slack answers the first reading; what the second meets is up to the test."""

    error: Exception | None = None
    reads: int = 0

    async def read(self, ref, *, until_ts):
        self.reads += 1
        if self.reads > 1 and self.error:
            raise self.error
        return self.incident


class Late(FakeWorkspace):
    async def read(self, ref, *, until_ts):
        await asyncio.Event().wait()


@dataclass
class MarkedLater(FakeMemory):
    """Somebody has messages forgotten after so many looks at the marks."""

    after: int = 0

    async def forgotten(self, ref):
        self.after -= 1
        return EVERYTHING if self.after < 0 else Forgotten()


def long_answer(**changes):
    return copilot(H1, H2, replace(CLAUDE, open_questions=QUESTIONS), **changes)


@pytest.mark.parametrize(
    "error", [SlackAwayError(code="internal_error"), StoreUnavailableError("away"), EditFailedError(code="x")]
)
async def test_what_fails_after_the_answer_does_not_fail_the_answer(error):
    bot = copilot(H1, H2, CLAUDE, workspace=SecondReading(STORE, error=error))
    bot = replace(bot, log=FakeLog(news=[set(), {LOG_LINE.ts}]))
    asked = request()

    await bot.handle(asked, FakeFence())
    await bot.handle(asked, FakeFence())
    await bot.give_up(asked, FakeFence())

    assert bot.workspace.reads == 2
    assert len(bot.analyst.cases) == 1
    assert seen(bot.workspace.replies[asked.id].final).startswith("Likely, not proven")
    assert bot.workspace.statuses[-1] == ""


async def test_a_request_that_never_ended_is_given_up_in_words():
    bot, asked = copilot(H1, CLAUDE), request()

    await bot.give_up(asked, FakeFence())

    assert GAVE_UP in f"{bot.workspace.whispers}"


async def test_slack_being_away_while_it_reads_lets_the_request_be_tried_again():
    bot = copilot(H1, CLAUDE, workspace=FakeWorkspace(STORE, failure=SlackAwayError(code="internal_error")))

    with pytest.raises(SlackAwayError):
        await bot.handle(request(), FakeFence())

    assert bot.workspace.whispers == []


async def test_what_takes_long_after_the_answer_is_left_to_the_next():
    memory, log = FakeMemory(), FakeLog(news=[{LOG_LINE.ts}])
    workspace = Late(STORE)
    redactor = Redactor(b"k")
    tidying = Tidying(
        workspace=workspace,
        memory=memory,
        log=log,
        rechecker=rechecker(memory, None, log=log, workspace=workspace),
        seconds=0.01,
    )
    run = Run(
        request=request(),
        ref=STORE.ref,
        thread_ts=None,
        question="",
        incident=STORE,
        redactor=redactor,
        asked_at=LOG_LINE.at,
    )

    await tidying.tidy(run)

    assert workspace.statuses == [""]


@pytest.mark.parametrize("looks", [0, 1], ids=["while it is worked out", "after it was kept"])
async def test_nothing_stays_of_an_answer_whose_messages_are_forgotten_under_it(looks):
    memory = MarkedLater(after=looks)
    bot, asked = long_answer(memory=memory), request()

    await bot.handle(asked, FakeFence())

    reply = bot.workspace.replies[asked.id]
    assert seen(reply.final) == ForgottenError.user_message
    assert memory.answers_kept == {}
    assert memory.kept_files == {}
    assert [h for board in memory.boards.values() for h in board.hypotheses] == []
    assert bot.workspace.removed_files == ["F1"] * looks


async def test_a_file_that_could_not_be_taken_back_stays_known():
    class Stuck(FakeWorkspace):
        async def remove_file(self, file_id):
            raise EditFailedError(code="http_503")

    memory = MarkedLater(after=1)
    bot = long_answer(memory=memory, workspace=Stuck(STORE))

    await bot.handle(request(), FakeFence())

    assert list(memory.kept_files) == ["F1"]


@pytest.mark.parametrize("kind", [RequestKind.ANSWER, RequestKind.POSTMORTEM])
async def test_a_file_is_kept_with_what_it_cites(kind):
    bot, asked = long_answer(), request(kind)

    await bot.handle(asked, FakeFence())

    [file] = bot.memory.kept_files.values()
    assert (file.id, file.request_id) == ("F1", asked.id)
    assert "m13" in file.cites


async def test_a_deleted_message_takes_the_files_with_it_that_cite_it():
    workspace = FakeWorkspace(STORE)
    files = {"F1": KeptFile(id="F1", request_id="a", cites=frozenset({"m13"}))}
    files["F2"] = KeptFile(id="F2", request_id="b", cites=frozenset({"m12"}))
    memory = FakeMemory(numbers={LOG_LINE.ts: 13}, kept_files=files)

    made = rechecker(memory, None, workspace=workspace)
    await made.recheck(STORE.ref, LOG_LINE.ts, is_deleted=True, at=LOG_LINE.at)

    assert workspace.removed_files == ["F1"]
    assert list(memory.kept_files) == ["F2"]
