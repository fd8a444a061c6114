"""Run the stand-in as a process: `python -m tests.messages_api --port 0 --turns overloaded,answer`.

The first line on standard output is `{"base_url": …}`, for `ANTHROPIC_BASE_URL`. `GET /requests` shows
what it was asked. The last turn is repeated. Each line on standard input is a new list of turns; it is
answered by a line.
"""

import argparse
import asyncio
import json
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress

from tests.messages_api.diagnoses import any_incident
from tests.messages_api.script import Turn, no_credit, overloaded, rate_limited, refused_key
from tests.messages_api.server import StandIn, stand_in

TURNS = {
    "answer": Turn(words=any_incident),
    "slow": Turn(words=any_incident, pause_seconds=0.03),
    "overloaded": overloaded(),
    "limited": rate_limited(retry_after="1"),
    "wait_an_hour": rate_limited(retry_after="3600"),
    "key_refused": refused_key(),
    "no_credit": no_credit(),
    "declined": Turn(words="", end="refusal"),
    "too_long": Turn(words=any_incident, end="max_tokens"),
    "no_json": Turn(words="Sure! Here is what I think."),
    "error_in_stream": Turn(words=any_incident, break_after_chars=400, breaks_by="error"),
    "cut": Turn(words=any_incident, break_after_chars=400, breaks_by="cut"),
    "stall": Turn(words=any_incident, break_after_chars=400, breaks_by="stall"),
    "silence": Turn(words=any_incident, break_after_chars=400, breaks_by="silence"),
    "real_speed": Turn(words=any_incident, pause_seconds=0.1),
    "wait_negative": rate_limited(retry_after="-5"),
    "wait_until_2099": rate_limited(retry_after="Wed, 21 Oct 2099 07:28:00 GMT"),
    "wait_garbage": rate_limited(retry_after="soon; x=1"),
    "limited_for_an_hour": rate_limited(retry_after="3600"),
    "cut_at_the_start": Turn(words=any_incident, break_after_chars=0, breaks_by="cut"),
    "cut_at_the_end": Turn(words=any_incident, break_after_chars=1_000_000, breaks_by="cut"),
    "stall_after_one": Turn(words=any_incident, break_after_chars=2_500, breaks_by="stall"),
    "trickle": Turn(words=any_incident, break_after_chars=400, breaks_by="trickle"),
    "pings": Turn(words=any_incident, break_after_chars=0, breaks_by="pings"),
    "window_exceeded": Turn(end="model_context_window_exceeded"),
    "prompt_too_long": Turn(
        status=400, error="invalid_request_error", message="prompt is too long: 1000001 > 1000000"
    ),
    "bad_schema": Turn(words='{"hypotheses": [], "likely": 9}'),
    "unknown_end": Turn(words=any_incident, end="paused_for_lunch"),
    "empty": Turn(words=""),
    "no_such_model": Turn(status=404, error="not_found_error", message="no such model"),
    "forbidden": Turn(status=403, error="permission_error", message="forbidden"),
    "unpaid": Turn(status=402, error="billing_error", message="unpaid"),
    "too_large": Turn(status=413, error="request_too_large", message="too large"),
    "failing": Turn(status=500, error="api_error", message="failing"),
}


async def run(*, port: int, turns: Sequence[Turn]) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    async with stand_in(turns, port=port) as api:
        print(json.dumps({"base_url": api.base_url}), flush=True)  # noqa: T201  # how others learn the port
        with suppress(PermissionError):  # an input that is a file, or nothing, cannot be waited for
            loop.add_reader(sys.stdin, lambda: take(api, sys.stdin.readline().strip()))
        await stop.wait()


def take(api: StandIn, names: str) -> None:
    """Begin another script; at the end of the input nothing more comes."""
    if not names:
        asyncio.get_running_loop().remove_reader(sys.stdin)
        return
    api.script(*(TURNS[name] for name in names.split(",")))
    print(json.dumps({"turns": names}), flush=True)  # noqa: T201  # an answer to whoever asked


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--turns", default="answer", help=f"of {', '.join(TURNS)}; the last one is repeated")
    arguments = parser.parse_args()
    asyncio.run(run(port=arguments.port, turns=[TURNS[name] for name in arguments.turns.split(",")]))


if __name__ == "__main__":
    main()
