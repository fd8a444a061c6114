"""The fault matrix at the end of a run: the rows of all workers, as a table."""

from typing import Any

import pytest

from tests.faults.row import ROWS

COLUMNS = (
    ("row", 4), ("fault", 52), ("events", 7), ("acked", 6), ("jobs", 6), ("posts", 6), ("lost", 5),
    ("double", 7), ("stuck", 6), ("max_ack_ms", 11), ("max_pause_ms", 13), ("recovery_ms", 12), ("rss_mb", 7),
)  # fmt: skip
SENT = "fault_rows"
"""Under this name a worker gives its rows to the process that prints."""


def pytest_sessionfinish(session: pytest.Session) -> None:
    given: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
    if given is not None:
        given[SENT] = [row.facts() for row in ROWS]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take the rows of a worker that has ended."""
    FROM_WORKERS.extend(getattr(node, "workeroutput", {}).get(SENT, []))


FROM_WORKERS: list[dict[str, object]] = []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    rows = [*FROM_WORKERS, *(row.facts() for row in ROWS)]
    if not rows:
        return
    terminalreporter.section("the fault matrix")
    terminalreporter.write_line(_line({name: name for name, _ in COLUMNS}))
    for facts in sorted(rows, key=lambda one: str(one["row"])):
        terminalreporter.write_line(_line(facts))


def _line(facts: dict[str, object]) -> str:
    return "".join(f"{str(facts.get(name, ''))[: width - 1]:{width}}" for name, width in COLUMNS).rstrip()
