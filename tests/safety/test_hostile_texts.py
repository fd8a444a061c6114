"""No text makes the redactor blow up: work grows as the text does, and nothing that was planted comes out."""

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bench.hostile_texts import HOSTILE
from bot.errors import RedactionFailedError
from bot.safety import redaction
from bot.safety.patterns import Meter, Pattern, TooMuchWorkError
from bot.safety.redaction import Redactor
from bot.safety.rules import RULES, STRONG
from bot.safety.scan import Scan
from tests.safety.secrets import UPPER, Maker

SMALL, LARGE = 4_000, 16_000
GROWTH = LARGE / SMALL
make = Maker(31)
KEY_ID = "AKI" + "A" + make.of(UPPER, 16)
WORD = make.word(18)
PLANTED = f"password={WORD} and {KEY_ID}\n"


def redacted(text: str) -> str:
    return Redactor(b"key").redact(text).text


def work(text: str) -> int:
    """Count what all patterns read of a text."""
    meter = Meter(10**12)
    Scan(text.encode(), meter).run()
    return 10**12 - meter.left


@pytest.mark.parametrize("kind", HOSTILE)
def test_four_times_the_text_is_not_much_more_than_four_times_the_work(kind: str) -> None:
    small, large = work(HOSTILE[kind](SMALL)), work(HOSTILE[kind](LARGE))

    assert large < 2 * GROWTH * small + 10_000_000


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_secret_that_stands_before_a_hostile_text_is_gone_and_a_second_pass_changes_nothing(
    kind: str,
) -> None:
    once = redacted(PLANTED + HOSTILE[kind](2_000))

    assert WORD not in once
    assert KEY_ID not in once
    assert redacted(once) == once


def _pieces(pattern: str) -> list[str]:
    """List the runs of letters that stand in a pattern as they are."""
    words, word = [], ""
    for letter in pattern:
        if letter.isalnum() or letter in "-_=:@/ ":
            word += letter
        else:
            words, word = [*words, word], ""
    return [word for word in (*words, word) if len(word) > 1]


PIECES = sorted({p for step in (STRONG, *RULES) for rule in step for p in _pieces(rule.pattern)})
GLUE = [
    "",
    " ",
    "\n",
    "=",
    ": ",
    '"',
    "'",
    "\\",
    "&",
    "%3D",
    "@",
    "://",
    "|",
    "é",
    "…",
    "\u200b",
    "aZ7",
    "😀",
]


PARTS = st.lists(st.sampled_from(PIECES + GLUE), min_size=1, max_size=8)
FIXED = settings(
    max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
"""The same examples in every run: what fails once fails always."""


@FIXED
@given(PARTS, st.sampled_from(GLUE))
@example(["password", "%3D"], "&")
def test_the_rules_own_words_repeated_take_no_more_work_than_a_text_of_any_length_may(
    pieces: list[str], glue: str
) -> None:
    piece = glue.join(pieces) + glue or " "
    text = piece * (20_000 // len(piece))

    assert work(text) < redaction._WORK_PER_BYTE * len(text.encode())


@FIXED
@given(PARTS, st.sampled_from(GLUE))
def test_among_the_rules_own_words_a_token_is_gone_and_a_second_pass_gives_nothing_back(
    pieces: list[str], glue: str
) -> None:
    """It may take more: what was found is written shorter, so that something else ends elsewhere."""
    piece = glue.join(pieces) + glue
    once = redacted(f"{piece * 20}\n{PLANTED}{piece * 20}")

    assert KEY_ID not in once
    assert KEY_ID not in redacted(once)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.text(max_size=60), st.text(max_size=60))
def test_whatever_stands_around_it_a_token_is_gone_and_what_is_around_it_stays(
    before: str, after: str
) -> None:
    shown = redacted(f"{before}\n{KEY_ID}\n{after}")

    assert KEY_ID not in shown
    assert shown.count("\n[aws_key_id:1]\n") == 1


def test_a_text_that_takes_too_much_work_is_refused_and_not_sent() -> None:
    with pytest.raises(TooMuchWorkError):
        Scan(b"password=" * 10_000, Meter(1_000)).run()
    with pytest.raises(RedactionFailedError, match="TooMuchWorkError"):
        Redactor(b"key").redact("a " * redaction._MOST_BYTES)


def test_the_meter_counts_what_is_read_and_each_match() -> None:
    meter = Meter(10_000)

    spans = list(Pattern("(b)").spans(b"abab", meter))

    assert [span for span, _ in spans] == [(1, 2), (3, 4)]
    assert 10_000 - meter.left > 4


def test_very_many_and_very_long_known_values_are_all_found_bare() -> None:
    values = [make.word(14) for _ in range(3_000)] + [make.word(3_500) for _ in range(90)] + ["a/b" + WORD]
    texts = ["\n".join(f"password='{value}'" for value in values), " ".join(values)]

    _, bare = Redactor(b"key").redact_all(texts)

    assert not [value for value in values if value in bare.text]


def test_of_values_that_begin_with_each_other_the_longest_that_stands_there_is_taken() -> None:
    stem = make.word(15)
    named = "\n".join(f"password='{stem}{end}'" for end in ("", "q7", "q7Xz", "q9aB"))
    named_again = "\n".join(reversed(named.splitlines()))
    bare = f"{stem}q7X {stem}q7Xz. {stem}q8 {stem}q9aBc"

    _, shown = Redactor(b"key").redact_all([named, bare])

    _, again = Redactor(b"key").redact_all([named_again, bare])

    assert shown.text == "[password:2]X [password:3]. [password:1]q8 [password:4]c"
    assert again.text == "[password:3]X [password:2]. [password:4]q8 [password:1]c"


def test_a_short_value_is_found_where_it_stands_alone_among_very_many() -> None:
    values = [make.word(9) for _ in range(60)]
    named = "\n".join(f"password='{value}'" for value in values)

    _, shown = Redactor(b"key").redact_all([named, f"x{values[5]} {values[5]}"])

    assert shown.text == f"x{values[5]} [password:6]"


def test_what_percent_signs_hide_is_gone_where_it_is_written_and_the_rest_stays() -> None:
    text = f"got %22password%22%3A%22{WORD}%22 and a%20b from 10.0.0.1"

    assert redacted(text) == "got %22password%22%3A%22[password:1]%22 and a%20b from 10.0.0.1"


def test_a_pattern_that_matches_nothing_at_all_ends_with_the_text() -> None:
    spans = [span for (span,) in Pattern("b*").spans(b"ab", Meter(10_000))]

    assert spans == [(0, 0), (1, 2), (2, 2)]


def test_two_who_find_a_value_at_once_call_it_the_same() -> None:
    redactor = Redactor(b"key")

    assert redactor._new_alias(b"digest", "password") is redactor._new_alias(b"digest", "password")
