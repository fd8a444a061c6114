from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs

from tests.faults.row import ROWS

COLUMNS = (
    ("row", 4), ("fault", 52), ("events", 7), ("acked", 6), ("jobs", 6), ("posts", 6), ("lost", 5),
    ("double", 7), ("stuck", 6), ("max_ack_ms", 11), ("max_pause_ms", 13), ("recovery_ms", 12), ("rss_mb", 7),
)  # fmt: skip


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Keep the program's log out of the rows."""
    with capture_logs():
        yield


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not ROWS:
        return
    terminalreporter.section("the fault matrix")
    terminalreporter.write_line(_line({name: name for name, _ in COLUMNS}))
    for counted in sorted(ROWS, key=lambda one: one.row):
        terminalreporter.write_line(_line(counted.facts()))


def _line(facts: dict[str, object]) -> str:
    return "".join(f"{str(facts.get(name, ''))[: width - 1]:{width}}" for name, width in COLUMNS).rstrip()
