"""What the copilot does about folding: around an answer, and in the background after it."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from bot.answers import Closing, Usage
from bot.compacting import LocalDigests
from bot.copilot import Copilot
from bot.errors import AnalystFailedError, StoreUnavailableError
from bot.improving import Improving
from bot.incident.digest import Chunk, Folder
from bot.models.catalogue import default_catalogue
from bot.models.cost import Tokens
from bot.models.spending import Caps
from bot.request import Request, RequestKind
from bot.router import router_of
from bot.slack.limits import visible_text
from bot.till import Till
from tests.adapters.claude_cases import a_message, an_incident, words_of
from tests.fakes import FakeAnalyst, FakeFence, FakeLog, FakeMemory, FakeWorkspace
from tests.purses import LocalPurse, money_of

CLAUDE = Closing(analyst="claude", usage=Usage(model="claude-sonnet-5-5", cost_usd=Decimal("0.03")))
RULES = Closing(analyst="rules", note="API overloaded")
LONG = replace(
    an_incident(
        *(
            a_message(n, f"{words_of(n)}.\n{words_of(-n)}.\nrolled web-{n} back to v1.{n}.0")
            for n in range(1, 401)
        )
    ),
    cursor="1-1",
)


@dataclass
class FakeImprover:
    """Says that a model told the newest chunk, after a pause, unless it fails."""

    failure: Exception | None = None
    pause_seconds: float = 0.0
    cases: list = field(default_factory=list)

    async def fold(self, case) -> Chunk:
        self.cases.append(case)
        await asyncio.sleep(self.pause_seconds)
        if self.failure:
            raise self.failure
        return replace(case.reading.digest.chunks[-1], by=Folder.CLAUDE)


def copilot(improver=None, *, closing=CLAUDE, incident=LONG, memory=None, log=None, **parts):
    return Copilot(
        workspace=FakeWorkspace(incident),
        memory=memory or FakeMemory(),
        log=log or FakeLog(),
        analyst=FakeAnalyst([closing]),
        router=router_of(default_catalogue().pair()),
        catalogue=default_catalogue(),
        link_hosts=frozenset(),
        literals=(),
        request_seconds=20.0,
        money=parts.pop("money", None) or money_of(),
        improving=Improving(improver=improver, seconds=parts.pop("seconds", 5.0)) if improver else None,
        **parts,
    )


def request(name="r1", **changes):
    values = {"kind": RequestKind.ANSWER, "team_id": "T1", "channel_id": "C1", "asker_id": "U1"}
    return Request(**values | {"id": name, "text": "why?", "received_at": datetime.now(UTC)} | changes)


async def told(bot):
    """By whom each chunk of the kept digest is told, once nothing is under way."""
    if bot.improving:
        await asyncio.gather(*bot.improving._tasks)
    kept = await bot.digests.digest(LONG.ref)
    return [chunk.by for chunk in kept.digest.chunks], kept.version


def seen(blocks):
    return "\n".join(visible_text(block) for block in blocks)


async def test_after_an_answer_the_model_tells_better_what_code_has_folded():
    bot = copilot(FakeImprover())

    await bot.handle(request(), FakeFence())

    assert await told(bot) == ([Folder.CLAUDE], 2)
    assert [case.request_id for case in bot.improving.improver.cases] == ["r1"]
    final = seen(bot.workspace.replies["r1"].final)
    assert " read word for word, " in final
    assert " older as " in final


async def test_nobody_waits_for_it():
    bot = copilot(FakeImprover(pause_seconds=60))

    await bot.handle(request(), FakeFence())

    assert bot.memory.answers_kept["r1"]
    kept = await bot.digests.digest(LONG.ref)
    assert (kept.digest.chunks[-1].by, kept.version) == (Folder.CODE, 1)
    await bot.improving.close()


async def test_a_follow_up_folds_nothing_anew_and_asks_for_nothing_to_be_told_again():
    bot = copilot(FakeImprover())

    await bot.handle(request(), FakeFence())
    await told(bot)
    await bot.handle(request("r2"), FakeFence())

    assert await told(bot) == ([Folder.CLAUDE], 2)
    assert len(bot.improving.improver.cases) == 1
    assert bot.analyst.cases[1].reading.digest.chunks[-1].by is Folder.CLAUDE


async def test_two_answers_at_once_fold_alike_and_one_of_them_is_told_better():
    bot = copilot(FakeImprover())

    await asyncio.gather(*(bot.handle(request(name), FakeFence()) for name in ("r1", "r2", "r3")))

    assert await told(bot) == ([Folder.CLAUDE], 2)
    assert len(bot.improving.improver.cases) == 1


@pytest.mark.parametrize(
    ("improver", "seconds"),
    [
        (FakeImprover(failure=AnalystFailedError(reason="the notes are no better")), 5.0),
        (FakeImprover(failure=StoreUnavailableError("away")), 5.0),
        (FakeImprover(pause_seconds=5), 0.01),
    ],
    ids=["no better", "no account", "too slow"],
)
async def test_what_fails_leaves_the_chunk_as_code_told_it(improver, seconds):
    bot = copilot(improver, seconds=seconds)

    await bot.handle(request(), FakeFence())

    assert await told(bot) == ([Folder.CODE], 1)


async def test_a_message_deleted_while_the_model_tells_it_takes_the_digest_with_it():
    bot = copilot(FakeImprover(), log=FakeLog(news=[set(), set(), set(), {LONG.messages[4].ts}]))

    await bot.handle(request(), FakeFence())

    assert (await told(bot))[0] == []


@pytest.mark.parametrize("improver", [None, FakeImprover()])
async def test_an_answer_of_the_rules_keeps_its_digest_and_asks_no_model(improver):
    bot = copilot(improver, closing=RULES)

    await bot.handle(request(), FakeFence())

    assert await told(bot) == ([Folder.CODE], 1)
    assert "all read in full by code" in seen(bot.workspace.replies["r1"].final)
    assert not (improver and improver.cases)


async def test_after_an_answer_that_was_stopped_no_model_is_asked():
    bot = copilot(FakeImprover(), closing=replace(CLAUDE, cut_short="Stopped by a person; best so far."))

    await bot.handle(request(), FakeFence())

    assert await told(bot) == ([Folder.CODE], 1)


async def test_above_the_hard_cap_nothing_is_told_better():
    till = Till(LocalPurse(), default_catalogue())
    account = till.account(LONG.ref, "r0")
    await account.begin(Tokens(model="claude-sonnet-5-5"))
    account.end([Tokens(model="claude-sonnet-5-5", output=5_000_000)], is_whole=True)
    money = money_of(till=till, caps=Caps(hard_usd=Decimal(1)))
    bot = copilot(FakeImprover(), money=money)

    await bot.handle(request(kind=RequestKind.DEESCALATE), FakeFence())
    await till.close()

    assert await told(bot) == ([Folder.CODE], 1)


async def test_an_account_that_cannot_be_read_does_not_fail_the_answer():
    class Away(LocalPurse):
        async def of_incident(self, ref):
            raise StoreUnavailableError("away")

    money = money_of(Away(), caps=Caps(hard_usd=Decimal(1)))
    bot = copilot(FakeImprover(), money=money)

    await bot.handle(request(kind=RequestKind.DEESCALATE), FakeFence())

    assert bot.memory.answers_kept["r1"]
    assert await told(bot) == ([Folder.CODE], 1)


async def test_a_short_incident_is_read_in_full_and_keeps_no_digest():
    short = replace(LONG, messages=LONG.messages[:20])
    bot = copilot(FakeImprover(), incident=short)

    await bot.handle(request(), FakeFence())

    assert await told(bot) == ([], 0)
    assert "folded" not in seen(bot.workspace.replies["r1"].final)


async def test_the_price_of_reading_everything_is_told_before_the_model_is_asked():
    bot = copilot(FakeImprover(), digests=LocalDigests())
    asked = request(kind=RequestKind.ESCALATE, is_full=True)

    await bot.handle(asked, FakeFence())

    reply = bot.workspace.replies["r1"]
    price = "reading 400 of 400 messages in full with Opus 5.5 for about $"
    assert price in seen(reply.shown[1])
    assert any(price in status for status in bot.workspace.statuses)
    assert bot.analyst.cases[0].is_full
    assert len(bot.analyst.cases[0].reading.kept) == 400
    assert "every message in full, as asked" in seen(reply.final)
    assert await told(bot) == ([], 0)


async def test_without_a_model_reading_everything_costs_nothing_and_is_not_priced():
    money = money_of(has_model=False)
    bot = copilot(closing=RULES, money=money, has_model=False)

    await bot.handle(request(kind=RequestKind.ESCALATE, is_full=True), FakeFence())

    assert len(bot.workspace.replies["r1"].shown) == 1
    assert "about $" not in "".join(bot.workspace.statuses)
