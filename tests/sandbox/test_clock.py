import pytest

from sandbox.clock import Clock, micros_of, ts_of


class Seconds:
    now = 50.0

    def __call__(self) -> float:
        return self.now


def test_a_ts_survives_the_way_to_microseconds_and_back():
    assert ts_of(micros_of("1742595888.002055")) == "1742595888.002055"


@pytest.mark.parametrize("ts", ["", "1742595888", "1742595888.2055", "x.000000", "1742595888.0020550"])
def test_what_is_no_ts_is_refused(ts: str):
    with pytest.raises(ValueError, match="not a Slack ts"):
        micros_of(ts)


def test_a_playing_clock_runs_at_its_speed_and_stops_at_its_barrier():
    seconds = Seconds()
    clock = Clock(at_micros=0, speed=60, monotonic=seconds, barrier_micros=100_000_000)

    clock.play()
    seconds.now += 1
    after_a_second = clock.now_micros()
    seconds.now += 100

    assert after_a_second == 60_000_000
    assert (clock.now_micros(), clock.paused, clock.at_barrier) == (100_000_000, True, True)


def test_speed_changes_from_now_on_and_a_pause_holds():
    seconds = Seconds()
    clock = Clock(at_micros=0, speed=60, monotonic=seconds)
    clock.play()
    seconds.now += 1

    clock.set_speed(10)
    seconds.now += 1
    clock.pause()
    seconds.now += 1

    assert clock.now_micros() == 70_000_000
    assert clock.paused


def test_a_jump_keeps_a_running_clock_running():
    seconds = Seconds()
    clock = Clock(at_micros=0, speed=1, monotonic=seconds)
    clock.play()

    clock.jump(5_000_000)
    seconds.now += 2

    assert clock.now_micros() == 7_000_000
    assert clock.seconds_until(9_000_000) == 2.0


def test_a_clock_at_its_barrier_needs_a_play_after_the_barrier_moved():
    seconds = Seconds()
    clock = Clock(at_micros=0, speed=1, monotonic=seconds, barrier_micros=1_000_000)
    clock.play()
    seconds.now += 10

    clock.move_barrier(9_000_000)
    seconds.now += 10

    assert clock.now_ts == "1.000000"
