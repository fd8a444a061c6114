"""A dead API slows no answer for long: the state machine alone, with the time told to it."""

import pytest

from bot.adapters.breaker import Breaker

OPUS, SONNET = "claude-opus-5-5", "claude-sonnet-5-5"


def failing(breaker, *moments, model=OPUS, is_busy=True):
    for now in moments:
        breaker.failed(model, reason="API overloaded", is_busy=is_busy, now=now)


def opened(at=4.0):
    breaker = Breaker()
    failing(breaker, *[at] * 5)
    return breaker


@pytest.mark.parametrize(
    ("moments", "is_open"),
    [
        ((0, 1, 2, 3), False),
        ((0, 1, 2, 3, 4), True),
        ((0, 15, 30, 45, 60), True),
        ((0, 15, 30, 45, 61), False),
        ((0, 20, 40, 60, 80, 100, 120), False),
    ],
)
def test_five_failures_within_a_minute_open_a_circuit(moments, is_open):
    breaker = Breaker()

    failing(breaker, *moments)

    assert (breaker.refusal(OPUS, now=moments[-1]) is not None) is is_open


@pytest.mark.parametrize("is_busy", [True, False])
def test_an_open_circuit_says_why_nobody_is_asked(is_busy):
    breaker = Breaker()
    failing(breaker, *range(5), is_busy=is_busy)

    refusal = breaker.refusal(OPUS, now=5.0)

    assert "API overloaded" in refusal.reason
    assert refusal.is_busy is is_busy


def test_another_model_has_a_circuit_of_its_own():
    assert opened().refusal(SONNET, now=5.0) is None


def test_after_the_rest_one_request_alone_may_try():
    breaker = opened(at=4.0)

    assert breaker.refusal(OPUS, now=33.9) is not None
    assert breaker.refusal(OPUS, now=34.0) is None
    assert breaker.refusal(OPUS, now=34.1) is not None


def test_a_probe_that_passes_closes_the_circuit_and_forgets_the_failures():
    breaker = opened(at=4.0)
    breaker.refusal(OPUS, now=34.0)

    breaker.passed(OPUS)
    failing(breaker, 35.0, 36.0, 37.0, 38.0)

    assert breaker.refusal(OPUS, now=39.0) is None


def test_a_probe_that_fails_begins_another_rest():
    breaker = opened(at=4.0)
    breaker.refusal(OPUS, now=90.0)

    failing(breaker, 91.0)

    assert breaker.refusal(OPUS, now=120.9) is not None
    assert breaker.refusal(OPUS, now=121.0) is None


def test_a_probe_that_nobody_waited_for_leaves_the_next_one_free_to_try():
    breaker = opened(at=4.0)
    breaker.refusal(OPUS, now=34.0)

    breaker.left(OPUS)

    assert breaker.refusal(OPUS, now=34.1) is None


def test_answers_between_failures_keep_the_circuit_closed():
    breaker = Breaker()

    for now in range(0, 40, 2):
        failing(breaker, now, now + 1)
        breaker.passed(OPUS)

    assert breaker.refusal(OPUS, now=40.0) is None
