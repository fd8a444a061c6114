"""Digests around an answer: read before it, kept after it, and never with a word that must not be kept."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.adapters.claude_pack import conversation
from bot.answers import KeptDigest
from bot.compacting import (
    BESIDE_TOKENS,
    FULL_SHARE,
    Compacting,
    LocalDigests,
    full_reading,
    read_again,
    reading_of,
)
from bot.errors import StoreUnavailableError
from bot.incident.compaction import BUDGET_TOKENS
from bot.incident.digest import Digest
from bot.incident.facts import Facts
from bot.incident.forgotten import Forgotten
from bot.incident.hypotheses import Evidence, Hypothesis, Impact, Trigger
from bot.incident.sizes import MESSAGE_CHARS, json_tokens
from bot.models.catalogue import default_catalogue
from bot.money import prompt_tokens
from bot.request import Request, RequestKind
from bot.run import Run
from bot.safety.redaction import Redactor
from tests.adapters.claude_cases import a_message, an_incident, object_store, words_of
from tests.fakes import FakeLog, FakeMemory

SECRET = "the quaternary relay of rack 14 was unplugged by hand"


def a_long_incident(count=500, *, cursor="1-1"):
    """Above the budget; m5 says what nobody else does."""
    texts = {5: SECRET}
    shown = [
        a_message(n, texts.get(n, f"{words_of(n)}.\n{words_of(-n)}.\nok on web-{n % 50}"))
        for n in range(1, count + 1)
    ]
    return replace(an_incident(*shown), cursor=cursor)


def a_case(incident):
    return replace(object_store(), incident=incident, facts=Facts(), board=())


def a_run(incident, **changes):
    request = Request(
        id="r1",
        kind=RequestKind.ESCALATE,
        team_id="T1",
        channel_id="C1",
        asker_id="U1",
        text="why?",
        received_at=datetime.now(UTC),
        is_full=changes.pop("is_full", False),
    )
    values = {"thread_ts": None, "question": "why?", "asked_at": datetime.now(UTC)} | changes
    return Run(
        request=request, ref=incident.ref, incident=incident, redactor=Redactor(b"key", literals=()), **values
    )


def compacting(**parts):
    return Compacting(**{"digests": LocalDigests(), "memory": FakeMemory(), "log": FakeLog()} | parts)


@pytest.fixture(scope="module")
def incident():
    return a_long_incident()


@pytest.fixture(scope="module")
def case(incident):
    return replace(a_case(incident), reading=reading_of(incident, Facts(), digest=Digest()))


async def stored(keeper, incident):
    return (await keeper.digests.digest(incident.ref)).digest


async def test_what_was_folded_for_one_answer_is_where_the_next_begins(incident, case):
    keeper, run = compacting(), a_run(incident)
    read = await keeper.read(run, a_case(incident), default_catalogue())

    kept = await keeper.keep(run, read)

    assert read.reading.folded_now
    assert SECRET in repr(await stored(keeper, incident))
    again = a_run(incident, kept=await keeper.digests.digest(incident.ref))
    assert again.kept == kept
    following = await keeper.read(again, a_case(incident), default_catalogue())
    assert following.reading.digest == read.reading.digest
    assert following.reading.folded_now == ()
    assert await keeper.keep(again, following) is None


async def test_what_the_board_cites_is_read_in_full(incident):
    cites = Evidence(id="m5")
    board = [
        Hypothesis(
            id="H1",
            claim="",
            trigger=Trigger(what="", evidence=(cites,)),
            links=(),
            impact=Impact(symptom=""),
        )
    ]

    assert "m5" in reading_of(incident, Facts(), digest=Digest(), board=board).kept
    assert "m5" not in reading_of(incident, Facts(), digest=Digest()).kept


async def test_of_two_answers_at_once_the_first_keeps_its_digest(incident, case):
    keeper = compacting()

    first = await keeper.keep(a_run(incident), case)
    second = await keeper.keep(a_run(incident), case)

    assert first is not None
    assert second is None


@pytest.mark.parametrize(
    ("marks", "news"),
    [
        ({"messages": frozenset({"1742586300.000100"})}, []),
        ({"until_ts": "1742586300.000100"}, []),
        ({}, [{"1742586300.000100"}]),
    ],
    ids=["forgotten message", "forgotten channel", "deleted or edited"],
)
async def test_a_word_that_was_taken_back_meanwhile_is_not_kept(incident, case, marks, news):
    keeper = compacting(memory=FakeMemory(marks=Forgotten(**marks)), log=FakeLog(news=news))
    assert incident.by_id["m5"].ts == "1742586300.000100"

    assert await keeper.keep(a_run(incident), case) is None

    assert await stored(keeper, incident) == Digest()


async def test_what_changed_in_messages_that_are_read_in_full_leaves_the_digest(incident, case):
    newest = incident.messages[-1].ts
    keeper = compacting(memory=FakeMemory(marks=Forgotten(messages=frozenset({newest}))))

    assert await keeper.keep(a_run(incident), case) is not None


async def test_a_digest_of_a_message_that_the_incident_has_no_more_is_not_kept(incident, case):
    fewer = incident.with_messages(m for m in incident.messages if m.id != "m5")
    keeper = compacting()

    assert await keeper.keep(a_run(fewer), case) is None
    assert await stored(keeper, incident) == Digest()


@pytest.mark.parametrize("changes", [{"is_full": True}, {"reading": None}])
async def test_reading_in_full_or_not_at_all_keeps_nothing(incident, case, changes):
    assert await compacting().keep(a_run(incident), replace(case, **changes)) is None


async def test_of_an_incident_that_is_not_logged_nothing_is_kept(case):
    unlogged = replace(case.incident, cursor="")

    assert await compacting().keep(a_run(unlogged), case) is None


async def test_a_store_that_is_away_does_not_fail_the_answer(incident, case):
    class Away(LocalDigests):
        async def commit_digest(self, ref, kept, *, age_seconds=0):
            raise StoreUnavailableError("away")

    assert await compacting(digests=Away()).keep(a_run(incident), case) is None


async def test_how_old_the_oldest_words_are_is_told_to_the_store(incident, case):
    ages = []

    class Ageing(LocalDigests):
        async def commit_digest(self, ref, kept, *, age_seconds=0):
            ages.append(age_seconds)
            return False

    later = incident.messages[-1].at + timedelta(days=3)
    await compacting(digests=Ageing()).keep(a_run(incident, asked_at=later), case)
    await compacting(digests=Ageing()).keep(a_run(incident, asked_at=incident.messages[0].at), case)

    oldest = min(incident.by_id[one].at for one in case.reading.digest.ids)
    span = (incident.messages[-1].at - oldest).total_seconds()
    assert ages == [span + timedelta(days=3).total_seconds(), span]


async def test_a_digest_of_which_every_message_is_gone_is_replaced_by_nothing(incident, case):
    keeper = compacting()
    before = await keeper.keep(a_run(incident), case)
    short = replace(an_incident(a_message(2_000, "all that is left")), cursor="1-2")
    left = replace(a_case(short), reading=reading_of(short, Facts(), digest=before.digest))

    await keeper.keep(a_run(short, kept=before), left)

    assert await stored(keeper, incident) == Digest()


def test_a_message_deleted_under_an_answer_leaves_no_word_in_its_reading(incident, case):
    fewer = incident.with_messages(m for m in incident.messages if m.id != "m5")
    other = [
        replace(m, text="rack 15 was unplugged by a robot") if m.id == "m5" else m for m in incident.messages
    ]

    deleted = read_again(case, fewer, Facts())
    edited = read_again(case, incident.with_messages(other), Facts())

    assert SECRET in repr(case.reading)
    assert "quaternary" not in repr(deleted) + repr(edited)
    assert "m5" not in deleted.digest.ids
    assert "rack 15" in repr(edited)
    assert deleted.folded_now == case.reading.folded_now


def test_a_reading_without_a_digest_loses_what_is_deleted_too():
    whole = an_incident(a_message(1, "one"), a_message(2, "two"))
    case = replace(a_case(whole), reading=reading_of(whole, Facts(), digest=Digest()))

    assert read_again(case, an_incident(whole.messages[1]), Facts()).kept == ("m2",)
    assert read_again(replace(case, reading=None), whole, Facts()) is None


async def test_who_asks_for_it_reads_every_message_in_full(incident):
    read = await compacting().read(a_run(incident, is_full=True), a_case(incident), default_catalogue())

    assert read.is_full
    assert len(read.reading.kept) == len(incident.messages)
    assert read.reading.tokens == read.reading.raw_tokens > BUDGET_TOKENS


async def test_of_a_model_that_is_not_known_the_least_window_counts():
    incident = a_long_incident(400)
    route = replace(a_case(incident).route, model="claude-unheard-of")
    case = replace(a_case(incident), route=route)

    read = await compacting().read(a_run(incident, is_full=True), case, default_catalogue())

    assert len(read.reading.kept) == len(incident.messages)


def test_a_long_paste_counts_whole_when_it_is_read_whole():
    paste = an_incident(a_message(1, "x" * (MESSAGE_CHARS + 3_000)))

    assert full_reading(paste, Facts(), context_tokens=1_000_000).tokens > 4_900


@pytest.mark.parametrize("context_tokens", [1_000_000, 200_000])
def test_what_is_read_in_full_fits_the_window_and_is_priced_as_it_is_sent(context_tokens):
    text = "\n".join(f"line {n} took {n} ms on host-{n % 97:04d}" for n in range(400))
    incident = an_incident(*(a_message(n, f"{n} {text}") for n in range(1, 71)))

    reading = full_reading(incident, Facts(), context_tokens=context_tokens)

    case = replace(a_case(incident), reading=reading, is_full=True)
    sent = json_tokens(conversation(case))
    assert reading.tokens <= (context_tokens - BESIDE_TOKENS) * FULL_SHARE
    assert sent <= context_tokens - BESIDE_TOKENS / 2
    assert 0.9 * sent < prompt_tokens(case) < 1.1 * sent


def test_what_was_read_in_full_is_in_full_after_an_edit_too(incident):
    whole = full_reading(incident, Facts(), context_tokens=1_000_000)
    case = replace(a_case(incident), reading=whole, is_full=True)

    again = read_again(case, incident.with_messages(incident.messages[1:]), Facts())

    assert again.kept == whole.kept[1:]
    assert BUDGET_TOKENS < again.tokens < whole.tokens


def test_what_was_folded_for_a_small_window_stays_folded_after_an_edit():
    incident = a_long_incident(400)
    room = BESIDE_TOKENS + 20_000
    part = full_reading(incident, Facts(), context_tokens=room)
    case = replace(a_case(incident), reading=part, is_full=True)

    again = read_again(case, incident.with_messages(incident.messages[:-1]), Facts())

    assert again.kept == part.kept[:-1]
    assert again.digest == part.digest


def test_what_not_even_the_window_holds_is_folded_and_said():
    alerts = (f"ALERT HighLatency on web-{n % 50:02} is firing, value {n % 9}.5 s" for n in range(1, 1_001))
    incident = an_incident(*(a_message(n, words) for n, words in enumerate(alerts, 1)))

    reading = full_reading(incident, Facts(), context_tokens=BESIDE_TOKENS + 20_000)

    assert reading.tokens <= 20_000
    assert "folded into" in reading.words


async def test_a_local_digest_can_be_dropped(incident, case):
    digests = LocalDigests()
    await digests.commit_digest(incident.ref, KeptDigest(digest=case.reading.digest))

    await digests.drop_digest(incident.ref)

    assert await digests.digest(incident.ref) == KeptDigest()
