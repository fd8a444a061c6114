from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.incident.check import missing
from bot.incident.compaction import MOST_CHUNKS, NEWEST, Reading, compact, unfolded
from bot.incident.digest import Digest
from bot.incident.facts import Fact, FactKind, Facts
from bot.incident.marks import marks_of
from bot.incident.messages import Incident, Message
from bot.incident.pages import pages_of
from tests.incident.folding_samples import alerts, facts_of, said, talk, told
from tests.incident.scripts import DAY

BUDGET = {"budget_tokens": 5_000, "target_tokens": 2_500}


def read(incident: Incident, digest: Digest = Digest(), cited: tuple[str, ...] = ()) -> Reading:  # noqa: B008
    return compact(incident, facts_of(incident), digest=digest, cited=cited, **BUDGET)


def prompt_of(reading: Reading, incident: Incident) -> str:
    kept = [incident.by_id[message_id].text for message_id in reading.kept]
    return "\n".join((*_strings(pages_of(reading.digest)), *kept))


def _strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    items = value.values() if isinstance(value, dict) else value
    return [text for item in items for text in _strings(item)]


def test_within_the_budget_everything_is_read_in_full():
    incident = told(*talk(20))

    reading = read(incident)

    assert reading == replace(unfolded(incident), tokens=reading.tokens)
    assert reading.words == "20 of 20 messages in full"


def test_above_it_repetition_is_folded_first_and_the_rest_stays():
    incident = told(said(1, "root"), *alerts(200, first=2), *talk(20, first=300))

    reading = compact(incident, facts_of(incident), budget_tokens=5_500, target_tokens=5_400)

    assert set(reading.folded_now) <= {f"m{n}" for n in range(2, 202)}
    assert reading.tokens < reading.raw_tokens / 2
    folded = len(reading.folded_now)
    assert reading.words == f"{221 - folded} of 221 messages in full, {folded} folded into 1 repetition"


def test_then_the_oldest_until_the_target_is_reached():
    incident = told(*talk(200))

    reading = read(incident)

    assert reading.kept[0] == "m1"
    assert reading.kept[-1] == "m200"
    numbers = [int(message_id[1:]) for message_id in reading.folded_now]
    assert numbers == list(range(2, 2 + len(numbers)))


def test_the_newest_the_root_and_what_is_cited_are_never_folded():
    incident = told(*alerts(60), *talk(60, first=61))

    reading = read(incident, cited=("m7", "m70"))

    newest = [m.id for m in incident.messages[-8:]]
    assert {"m1", "m7", "m70", *newest} <= set(reading.kept)
    assert len(reading.kept) < NEWEST


def test_what_is_pinned_stays_word_for_word():
    messages = [replace(m, is_pinned=m.number == 50) for m in talk(200)]

    reading = read(told(*messages))

    assert "m50" in reading.kept
    assert "m51" in reading.folded_now


def test_the_parent_of_the_thread_is_kept_though_it_is_not_its_first_message():
    messages = talk(200)
    ref = replace(told().ref, thread_ts=messages[5].ts)

    reading = read(replace(told(*messages), ref=ref))

    assert messages[5].id in reading.kept


def test_between_two_folds_the_prompt_only_grows():
    messages = [*alerts(120), *talk(20, first=121)]
    first = read(told(*messages))
    grown = told(*messages, *talk(10, first=200))

    second = read(grown, first.digest)

    assert second.folded_now == ()
    assert second.digest is not None
    assert pages_of(second.digest) == pages_of(first.digest)
    assert second.kept[: len(first.kept)] == first.kept


def test_a_digest_that_is_large_by_itself_is_not_added_to_at_every_question():
    messages = talk(400)
    digest = Digest()
    folds = 0
    for end in range(200, 400, 5):
        reading = read(told(*messages[:end]), digest)
        folds, digest = folds + bool(reading.folded_now), reading.digest

    assert reading.tokens > BUDGET["budget_tokens"]
    assert folds < 20


def test_what_is_new_alone_is_read_again():
    messages = alerts(150)
    first = compact(told(*messages), Facts(), budget_tokens=3_000, target_tokens=2_900)

    grown = told(*messages, *talk(60, first=151))
    second = compact(grown, Facts(), digest=first.digest, budget_tokens=6_000, target_tokens=5_900)

    assert second.digest.chunks[0] is first.digest.chunks[0]
    assert not set(second.folded_now) & set(first.folded_now)


def test_a_message_that_was_edited_is_folded_anew_and_later_chunks_stay():
    messages = talk(150)
    first = read(told(*messages))
    second = read(told(*messages, *talk(150, first=151)), first.digest)
    victim = first.folded_now[3]
    changed = [replace(m, text="it is req-new9x") if m.id == victim else m for m in messages]

    third = read(told(*changed, *talk(150, first=151)), second.digest)

    pages, before = pages_of(third.digest), pages_of(second.digest)
    text = prompt_of(third, told(*changed, *talk(150, first=151)))
    assert pages[1:] == before[1:]
    assert "req-new9x" in text
    assert f"req-{int(victim[1:]):04d}x" not in text


def test_of_a_deleted_message_no_word_is_left_and_an_empty_chunk_goes():
    messages = talk(150)
    first = read(told(*messages))
    left = [m for m in messages if m.id not in first.folded_now]

    one_gone = read(told(*(m for m in messages if m.id != "m9")), first.digest)
    all_gone = read(told(*left), first.digest)

    assert "req-0009x" not in prompt_of(one_gone, told(*messages))
    assert all_gone.digest == Digest()


def test_a_message_that_two_chunks_claim_is_folded_once():
    messages = talk(150)
    first = read(told(*messages))
    doubled = Digest(chunks=(*first.digest.chunks, *first.digest.chunks))

    again = read(told(*messages), doubled).digest

    assert [chunk.ids for chunk in again.chunks] == [chunk.ids for chunk in first.digest.chunks]
    assert pages_of(again) == pages_of(first.digest)


def test_a_statement_that_is_found_to_decide_something_later_is_told_from_then_on():
    messages = [*talk(60), said(61, "so be it"), *talk(90, first=62)]
    first = read(told(*messages))
    late = Fact(id="f1", kind=FactKind.DECISION, text="so be it", cites=("m61",), at=DAY, quote="so be it")

    again = compact(told(*messages), Facts(items=(late,)), digest=first.digest, **BUDGET)

    assert "m61" in first.digest.ids
    assert "so be it" not in prompt_of(first, told(*messages))
    assert "so be it" in prompt_of(again, told(*messages))
    assert again.folded_now == ()


@pytest.mark.parametrize("folds", [3, MOST_CHUNKS + 3])
def test_compaction_on_top_of_compaction_keeps_every_mark(folds):
    messages = [
        m for n in range(folds) for m in (*talk(80, first=n * 200 + 1), *alerts(80, first=n * 200 + 100))
    ]
    digest = Digest()
    for end in range(160, 160 * folds + 1, 160):
        incident = told(*messages[:end])
        reading = read(incident, digest)
        assert reading.folded_now
        digest = reading.digest

    text = prompt_of(reading, incident)
    assert all(mark in text for message in messages for mark in marks_of(message.text))
    assert len(digest.chunks) <= MOST_CHUNKS


words = st.sampled_from(
    [
        "web-07", "10.0.3.7", "ok", "lol", "thanks", "rolled back mail-sender to 5.20", "not the cache",
        "AccessDenied for req-11x", "who did that?", "we decided to wait 5 min", "ERROR disk full on db-1",
        "load 7 % on web-1x", "```", "\n", "12:41", "$1,200", "INFO step 5 done", "pod: api-7x, zone: b",
    ]
)  # fmt: skip
texts = st.lists(words, max_size=8).map(" ".join) | st.text(max_size=30)


@st.composite
def threads(draw: st.DrawFn) -> list[list[Message]]:
    """One thread at several moments: it grows, messages are edited and deleted."""
    drawn = draw(st.lists(st.tuples(texts, st.booleans(), st.integers(1, 6)), min_size=1, max_size=25))
    every = [text for each in drawn for text in [each] * each[2]]
    whole = [said(n, text, is_bot=is_bot) for n, (text, is_bot, _) in enumerate(every, start=1)]
    moments = []
    for share in sorted(draw(st.lists(st.integers(1, 100), min_size=1, max_size=4))):
        moments.append(whole[: len(whole) * share // 100 + 1])
        gone = draw(st.sets(st.integers(1, len(whole)), max_size=3))
        edited = draw(st.sets(st.integers(1, len(whole)), max_size=3))
        changed = (replace(m, text=f"new-{m.id}9 words") if m.number in edited else m for m in whole)
        whole = [m for m in changed if m.number not in gone] or whole[:1]
    return moments


@settings(max_examples=60, deadline=None)
@given(moments=threads(), budget=st.integers(50, 2_000))
def test_no_fold_loses_or_doubles_anything_or_keeps_what_is_gone(moments, budget):
    before = Digest()
    for messages in moments:
        incident = told(*messages)
        facts = facts_of(incident)

        reading = compact(incident, facts, digest=before, budget_tokens=budget, target_tokens=budget // 3 + 1)

        folded = [message_id for chunk in reading.digest.chunks for message_id in chunk.ids]
        assert sorted([*folded, *reading.kept]) == sorted(message.id for message in messages)
        assert not any(missing(chunk, messages, facts) for chunk in reading.digest.chunks)
        said_now = "\n".join(message.text for message in messages)
        assert all(note.quote in said_now for chunk in reading.digest.chunks for note in chunk.notes)
        _assert_nothing_gone_is_left(reading, messages)
        before = reading.digest


def _assert_nothing_gone_is_left(reading: Reading, messages: list[Message]) -> None:
    known = {mark for message in messages for mark in marks_of(message.text)}
    shown = {word for chunk in reading.digest.chunks for carried in chunk.carried for word in carried.words}
    edited = {f"new-{message.id}9" for message in messages}
    text = "\n".join(_strings(pages_of(reading.digest)))
    assert shown <= known
    assert not [mark for mark in marks_of(text) if mark.startswith("new-m") and mark not in edited]
