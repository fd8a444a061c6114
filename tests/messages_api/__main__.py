"""Run the stand-in as a process: `python -m tests.messages_api --port 0 --turns overloaded,answer`.

The first line on standard output is `{"base_url": …}`, for `ANTHROPIC_BASE_URL`. `GET /requests` shows
what it was asked. The last turn is repeated.
"""

import argparse
import asyncio
import json
import signal
from collections.abc import Sequence

from tests.messages_api.diagnoses import any_incident
from tests.messages_api.script import Turn, no_credit, overloaded, rate_limited, refused_key
from tests.messages_api.server import stand_in

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
}


async def run(*, port: int, turns: Sequence[Turn]) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    async with stand_in(turns, port=port) as api:
        print(json.dumps({"base_url": api.base_url}), flush=True)  # noqa: T201  # how others learn the port
        await stop.wait()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--turns", default="answer", help=f"of {', '.join(TURNS)}; the last one is repeated")
    arguments = parser.parse_args()
    asyncio.run(run(port=arguments.port, turns=[TURNS[name] for name in arguments.turns.split(",")]))


if __name__ == "__main__":
    main()
