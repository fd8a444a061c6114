"""One row of the fault matrix: what a fault did, counted, printed as one line of JSON, and held to zero."""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

TICK_SECONDS = 0.005

ROWS: list["Row"] = []
"""Every row of this run, for the table at its end."""


@dataclass(slots=True, kw_only=True)
class Row:
    """What one fault did. None means that the count says nothing about this fault.

    Attributes:
        row: The matrix's name, `S1` to `S7`, `R1`.
        fault: What was done, in a few words.
        events: What came in, each thing once: messages, calls, deliveries.
        orders: In how many orders they came.
        acked: Deliveries that were acknowledged.
        jobs: Requests that were made of them.
        posts: Results that can be seen.
        lost: What was acknowledged or asked and has no result.
        double: What has more than one.
        stuck: What has neither ended nor failed when patience ended.
        max_ack_ms: The slowest acknowledgement.
        max_pause_ms: The longest time in which the event loop did nothing else.
        recovery_ms: From the end of the fault to the last answer that it held up.
    """

    row: str
    fault: str
    events: int | None = None
    orders: int | None = None
    acked: int | None = None
    jobs: int | None = None
    posts: int | None = None
    lost: int = 0
    double: int = 0
    stuck: int = 0
    max_ack_ms: float | None = None
    max_pause_ms: float | None = None
    recovery_ms: float | None = None
    rss_mb: float | None = None

    def facts(self) -> dict[str, object]:
        """Return what is known."""
        return {name: _short(value) for name, value in asdict(self).items() if value is not None}

    def emit(self) -> None:
        """Print the row, keep it for the table, and hold it: nothing lost, doubled or stuck."""
        self.rss_mb = rss_mb()
        ROWS.append(self)
        sys.stdout.write(json.dumps(self.facts()) + "\n")
        assert (self.lost, self.double, self.stuck) == (0, 0, 0), self.facts()


@asynccontextmanager
async def row(name: str, fault: str) -> AsyncIterator[Row]:
    """Give a row to fill in; it is emitted when the block ends well, with the longest pause of the loop."""
    counted = Row(row=name, fault=fault, max_pause_ms=0.0)
    ticking = asyncio.create_task(_tick(counted))
    try:
        yield counted
    finally:
        ticking.cancel()
        await asyncio.gather(ticking, return_exceptions=True)
    counted.emit()


async def _tick(counted: Row) -> None:
    while True:
        before = time.perf_counter()
        await asyncio.sleep(TICK_SECONDS)
        pause_ms = (time.perf_counter() - before - TICK_SECONDS) * 1000
        counted.max_pause_ms = max(counted.max_pause_ms or 0.0, pause_ms)


def rss_mb() -> float | None:
    """Return the memory of this process in MB, where the system tells."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return None
    return pages * 4096 / 1e6


def _short(value: object) -> object:
    return round(value, 1) if isinstance(value, float) else value
