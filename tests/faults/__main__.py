"""The long rows of the fault matrix: `python -m tests.faults [--away 30 600]`; one line of JSON each.

A Socket Mode connection that is half open, with the patience of production; then the store away so long.
"""

import argparse
import asyncio
import logging
import tempfile
from pathlib import Path

from structlog.testing import capture_logs

from bot.adapters.valkey import EmbeddedValkey
from handlers.socket_link import Pace
from tests.faults.away import store_away
from tests.faults.sockets import half_open


async def main(away_seconds: list[float]) -> None:
    """Run all rows, each on a store of its own."""
    with tempfile.TemporaryDirectory() as folder:
        async with EmbeddedValkey(Path(folder)) as url:
            await half_open(url, pace=Pace())
    for seconds in away_seconds:
        with tempfile.TemporaryDirectory() as folder:
            async with EmbeddedValkey(Path(folder)) as url:
                await store_away(url, away_seconds=seconds)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--away", type=float, nargs="+", default=[30.0, 600.0], metavar="SECONDS")
    logging.disable()
    with capture_logs():  # an outage of ten minutes has much to tell, and the row says it
        asyncio.run(main(parser.parse_args().away))
