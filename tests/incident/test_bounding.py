"""What is so dense that nothing makes it small: it stays within its room, and says what it lost."""

import random
from datetime import UTC, datetime

import pytest

from bot.incident.bounding import bounded
from bot.incident.compaction import compact
from bot.incident.digest import Carried, Chunk, Digest, Pattern
from bot.incident.extraction import extract
from bot.incident.facts import Facts
from bot.incident.middles import MOST_CHARS, without_middles
from bot.incident.pages import page_tokens
from tests.incident.folding_samples import alerts, facts_of, said, talk, told


def names_of(count, *, lines=80, seed=1):
    """Messages of nothing but names that nobody else has."""
    chance = random.Random(seed)  # noqa: S311 -- not for secrets

    def line():
        return f"job {chance.getrandbits(128):032x} hit arn:aws:s3:::b-{chance.getrandbits(40):x}/k"

    return [said(n, "\n".join(line() for _ in range(lines))) for n in range(1, count + 1)]


@pytest.fixture(scope="module")
def digest():
    incident = told(said(1, "root"), *talk(60, first=2), *alerts(60, first=62), *names_of(12)[1:])
    return compact(incident, facts_of(incident), budget_tokens=3_000, target_tokens=1_000).digest


def test_what_fits_stays_as_it_is(digest):
    assert bounded(digest, most_tokens=1_000_000) == digest
    assert digest.left_out == 0


@pytest.mark.parametrize("share", [0.9, 0.5, 0.2, 0.02])
def test_beyond_its_room_words_go_and_are_counted_and_no_message_is_forgotten(digest, share):
    most = int(share * sum(map(page_tokens, digest.chunks)))

    less = bounded(digest, most_tokens=most)

    assert sum(map(page_tokens, less.chunks)) <= most
    assert less.left_out > 0
    assert less.ids == digest.ids


def test_thousands_of_names_stay_within_the_bound_and_say_what_was_left_out():
    incident = told(*names_of(60))

    reading = compact(incident, Facts(), most_tokens=50_000)

    assert reading.tokens <= 50_000
    assert reading.digest.left_out > 1_000
    assert "identifiers left out" in reading.words


def test_of_a_huge_thread_the_middles_of_the_longest_are_not_searched_and_that_is_said():
    incident = told(said(1, "we decided to roll back"), *(said(n, "x" * 30_000) for n in range(2, 20)))

    cut, unread_chars = without_middles(incident.messages)
    facts = extract(incident, now=incident.messages[-1].at)

    assert cut[0] is incident.messages[0]
    assert MOST_CHARS * 0.99 < sum(len(message.text) for message in cut) <= MOST_CHARS
    assert facts.unread_chars == unread_chars > 0
    assert any("roll back" in fact.text for fact in facts)


def test_of_a_usual_thread_everything_is_searched():
    messages = talk(20)

    assert without_middles(messages) == (messages, 0)
    assert bounded(Digest(), most_tokens=0) == Digest()


AT = datetime(2031, 5, 6, 10, 0, tzinfo=UTC)


def pattern(*values, is_table=False, ids=("m1", "m2")):
    return Pattern(
        example_id="m1",
        example="job a1 hit b1",
        count=2,
        first_id="m1",
        first_at=AT,
        last_id="m2",
        last_at=AT,
        ids=ids,
        values=values,
        is_table=is_table,
    )


def words(count, letter):
    return tuple(f"{letter}{n:09d}" for n in range(count))


def whole(**parts):
    return Digest(chunks=(Chunk(ids=("m1", "m2"), prints=("p", "p"), **parts),))


def cut_by(digest, tokens):
    [chunk] = digest.chunks
    return bounded(digest, most_tokens=page_tokens(chunk) - tokens).chunks[0]


def test_of_carried_words_the_oldest_go_and_what_comes_after_stays_whole():
    digest = whole(carried=(Carried(id="m1", words=words(40, "a")), Carried(id="m2", words=words(3, "b"))))

    left = cut_by(digest, 40)

    first, second = left.carried
    assert (first.words[-1], second.words) == ("a000000039", words(3, "b"))
    assert left.left_out == 40 - len(first.words)
    assert cut_by(digest, 350).carried == ()


@pytest.mark.parametrize("is_table", [True, False])
def test_of_what_varied_the_oldest_goes_and_a_table_is_none_any_more(is_table):
    rows = tuple(zip(words(20, "a"), words(20, "b"), strict=True))
    columns = rows if is_table else (words(20, "a"), words(20, "b"))
    varied = pattern(*columns, is_table=is_table, ids=tuple(f"m{n}" for n in range(1, 21)))
    digest = whole(patterns=(varied, pattern(), pattern(words(2, "c"))))

    left = cut_by(digest, 60)

    first, bare, last = left.patterns
    assert sum(map(len, first.values)) < 40
    assert (first.is_table, bare.values) == (False, ())
    assert last.values in {(), (words(2, "c"),)}
    assert left.left_out > 0


def test_a_column_that_has_room_stays_whole():
    digest = whole(patterns=(pattern(words(40, "a"), words(1, "b")),))

    assert words(1, "b") in cut_by(digest, 60).patterns[0].values


def test_patterns_themselves_go_when_nothing_else_is_left():
    digest = whole(patterns=(pattern(), pattern()))

    assert len(cut_by(digest, 3).patterns) == 1
