"""A dead API slows no answer for long: the state machine alone, with the time told to it."""

import pytest

from bot.adapters.breaker import Breaker, Permit, Refusal

OPUS, SONNET = "claude-opus-5-5", "claude-sonnet-5-5"


def failing(breaker, *moments, permit=None, is_busy=True):
    """Fail at these moments: each a request of its own, or all of them let through by one permit."""
    for now in moments:
        own = permit or breaker.admit(OPUS, now=now)
        breaker.failed(own, reason="API overloaded", is_busy=is_busy, now=now)


def refuses(breaker, *, now, model=OPUS):
    return isinstance(breaker.admit(model, now=now), Refusal)


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

    assert refuses(breaker, now=moments[-1]) is is_open


@pytest.mark.parametrize(
    ("waited_seconds", "apart_seconds", "is_open"), [(20, 60, True), (20, 601, False), (9, 60, False)]
)
def test_two_requests_that_hung_open_a_circuit_though_they_hung_minutes_apart(
    waited_seconds, apart_seconds, is_open
):
    breaker = Breaker()
    for begun in (0, apart_seconds):
        permit = breaker.admit(OPUS, now=begun)
        breaker.failed(permit, reason="no answer", is_busy=False, now=begun + waited_seconds)

    assert refuses(breaker, now=apart_seconds + waited_seconds) is is_open


@pytest.mark.parametrize("is_busy", [True, False])
def test_an_open_circuit_says_why_nobody_is_asked(is_busy):
    breaker = Breaker()
    failing(breaker, *range(5), is_busy=is_busy)

    refusal = breaker.admit(OPUS, now=5.0)

    assert "API overloaded" in refusal.reason
    assert refusal.is_busy is is_busy


def test_another_model_has_a_circuit_of_its_own():
    assert not refuses(opened(), now=5.0, model=SONNET)


def test_after_the_rest_one_request_alone_may_try():
    breaker = opened(at=4.0)

    assert refuses(breaker, now=33.9)
    assert not refuses(breaker, now=34.0)
    assert refuses(breaker, now=34.1)


def test_a_probe_that_passes_closes_the_circuit_and_forgets_the_failures():
    breaker = opened(at=4.0)
    probe = breaker.admit(OPUS, now=34.0)

    breaker.passed(probe)
    failing(breaker, 35.0, 36.0, 37.0, 38.0)

    assert not refuses(breaker, now=39.0)


def test_a_probe_that_fails_begins_another_rest():
    breaker = opened(at=4.0)
    probe = breaker.admit(OPUS, now=90.0)

    failing(breaker, 91.0, permit=probe)

    assert refuses(breaker, now=120.9)
    assert not refuses(breaker, now=121.0)


def test_a_probe_that_nobody_waited_for_leaves_the_next_one_free_to_try():
    breaker = opened(at=4.0)
    probe = breaker.admit(OPUS, now=34.0)

    breaker.left(probe)

    assert not refuses(breaker, now=34.1)


def test_answers_between_failures_keep_the_circuit_closed():
    breaker = Breaker()

    for now in range(0, 40, 2):
        failing(breaker, now, now + 1)
        breaker.passed(breaker.admit(OPUS, now=now + 1))

    assert not refuses(breaker, now=40.0)


def outcome(breaker, permit, *, how, now):
    match how:
        case "failed":
            failing(breaker, now, permit=permit)
        case "passed":
            breaker.passed(permit)
        case _:
            breaker.left(permit)


@pytest.mark.parametrize("how", ["failed", "passed", "left"])
@pytest.mark.parametrize("late", ["while open", "during the probe"])
def test_how_a_request_went_that_was_let_through_before_says_nothing_of_an_open_circuit(how, late):
    breaker = Breaker()
    old = breaker.admit(OPUS, now=0.0)
    failing(breaker, *[4.0] * 5)
    if late == "during the probe":
        probe = breaker.admit(OPUS, now=34.0)

    outcome(breaker, old, how=how, now=33.0 if late == "while open" else 35.0)

    assert refuses(breaker, now=33.9 if late == "while open" else 35.1)
    if late == "while open":
        assert isinstance(breaker.admit(OPUS, now=34.0), Permit)
    else:
        breaker.passed(probe)
        assert not refuses(breaker, now=36.0)


def test_a_failure_from_before_the_outage_does_not_reopen_a_closed_circuit():
    breaker = Breaker()
    old = breaker.admit(OPUS, now=0.0)
    failing(breaker, *[4.0] * 5)
    breaker.passed(breaker.admit(OPUS, now=34.0))

    failing(breaker, *[35.0] * 5, permit=old)

    assert not refuses(breaker, now=36.0)
