import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.incident.messages import Author, AuthorKind, Message
from bot.incident.ranges import ranges
from bot.incident.shown import message_tokens
from bot.incident.sizes import MESSAGE_CHARS, estimate_tokens, fitting

ANA = Author(id="U1", name="Ana", kind=AuthorKind.PERSON)


def a_message(number: int, *, text: str = "x" * 300, root: int | None = None) -> Message:
    thread_ts = None if root is None else f"{root}.0"
    return Message(id=f"m{number}", ts=f"{number}.0", thread_ts=thread_ts, author=ANA, text=text)


def test_what_fits_together_is_kept_whole():
    assert fitting({"m1": 30, "m2": 20}, budget_tokens=50) == {"m1", "m2"}


def test_above_the_budget_the_important_and_then_the_newest_have_room():
    sizes = dict.fromkeys(("m1", "m2", "m3", "m4", "m5"), 10)

    assert fitting(sizes, budget_tokens=35, first={"m1", "m2"}) == {"m1", "m2", "m5"}


def test_what_does_not_fit_leaves_its_room_to_smaller_ones():
    assert fitting({"m1": 5, "m2": 90, "m3": 5}, budget_tokens=20, first={"m2"}) == {"m1", "m3"}


@given(
    sizes=st.lists(st.integers(1, 50), max_size=40),
    budget=st.integers(1, 400),
    first=st.sets(st.integers(0, 40)),
)
def test_what_fits_is_never_above_its_budget_and_leaves_out_nothing_that_had_room(sizes, budget, first):
    by_id = {f"m{number}": size for number, size in enumerate(sizes)}

    found = fitting(by_id, budget_tokens=budget, first={f"m{number}" for number in first})

    room = budget - sum(by_id[one] for one in found)
    assert found <= by_id.keys()
    assert room >= 0
    assert all(by_id[one] > room for one in by_id.keys() - found)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [("", 0), ("a", 1), ("abc def", 3), ("日本", 2), ("abc🙂", 2), ("12:34", 4), ("ABCD", 3)],
)
def test_tokens_are_estimated_from_characters(text, tokens):
    assert estimate_tokens(text) == tokens


def test_a_pasted_log_counts_as_much_as_is_shown_of_it():
    paste = a_message(1, text="x" * 90_000)

    assert MESSAGE_CHARS / 3 < message_tokens(paste) < MESSAGE_CHARS / 3 + 100
    assert message_tokens(paste, is_whole=True) > 30_000


@pytest.mark.parametrize(
    ("text", "most_chars_a_token"),
    [
        ("550e8400-e29b-41d4-a716-446655440000", 1.9),
        ("2026-11-23T03:00:00Z INFO visited arn:aws:iam::123456789012:role/team-001-ci in 13 ms", 2.0),
        ("9b2cf535f27731c974343645a3985328", 1.9),
        ("the rollout of the new build was stopped because half of the pods did not start", 3.1),
    ],
)
def test_names_and_figures_count_denser_than_prose(text, most_chars_a_token):
    assert len(text) / estimate_tokens(text) <= most_chars_a_token


@given(st.text(max_size=60), st.text(max_size=5))
def test_more_text_never_counts_less(text, more):
    assert estimate_tokens(text) <= estimate_tokens(text + more)


@pytest.mark.parametrize(
    ("ids", "expected"),
    [((), ()), (("m3",), ("m3",)), (("m3", "m5", "m6", "m7", "m9", "m10"), ("m3", "m5-m7", "m9-m10"))],
)
def test_runs_of_ids_are_joined(ids, expected):
    assert ranges(ids) == expected
