"""What is so dense that nothing makes it small: it stays within its room, and says what it lost."""

import random

import pytest

from bot.incident.bounding import bounded
from bot.incident.compaction import compact
from bot.incident.digest import Digest
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
