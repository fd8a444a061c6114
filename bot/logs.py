"""Structured logs, set up once: one JSON object a line, our events and the libraries' alike.

Event names are `noun.past_participle`; fields are ids, counts and milliseconds, never message text. An
exception may quote what people wrote, so only its type and its frames are logged, not its own text. One thing
people said is logged, redacted: the words that decided a route, as they stand under the answer.
"""

import logging
import sys
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal, TextIO, cast

import structlog
from structlog.typing import EventDict, ExcInfo, Processor

NOISY = ("docket", "slack_bolt", "slack_sdk", "aiohttp", "httpx2", "anthropic", "asyncio")


MOST_FRAMES = 12
"""The innermost frames of an exception that are logged."""


def without_its_words(error: BaseException) -> str:
    """Return what an exception is and where it came from, but not what it says.

    Returns:
        `KeyError at claude.py:80 read, pack.py:12 part; from …`: the frames in the order of the calls, then
        what caused it, and the members of a group.
    """
    return "; from ".join(_place(one) for one in _family(error, set()))


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)[-MOST_FRAMES:]
    at = ", ".join(f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames)
    return f"{type(error).__qualname__} at {at}" if at else type(error).__qualname__


def _short(filename: str) -> str:
    return "/".join(Path(filename).parts[-2:])


def _family(error: BaseException, seen: set[int]) -> Iterator[BaseException]:
    if id(error) in seen:
        return
    seen.add(id(error))
    yield error
    members = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
    earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    for one in (*members, *([earlier] if earlier else [])):
        yield from _family(one, seen)


def _shown(exc_info: ExcInfo) -> str:
    return without_its_words(exc_info[1])


def without(secrets: Sequence[str]) -> Processor:
    """Return a processor that replaces the process's own secrets in every string of an event."""

    def scrub(value: object) -> object:
        if not isinstance(value, str):
            return value
        for secret in secrets:
            value = value.replace(secret, "[own secret]")
        return value

    def process(_logger: object, _method: str, event: EventDict) -> EventDict:
        return {key: scrub(value) for key, value in event.items()}

    return process


class StandardError:
    """Whatever standard error is at the moment: loggers live longer than a stream that a test puts there."""

    def write(self, text: str) -> int:
        """Write to it."""
        return sys.stderr.write(text)

    def flush(self) -> None:
        """Flush it."""
        sys.stderr.flush()


def set_up(*, form: Literal["json", "console"], level: str, secrets: Sequence[str] = ()) -> None:
    """Send all logs to standard error in one form.

    Args:
        form: `json` for machines, `console` for a person at a terminal.
        level: `debug`, `info`, `warning` or `error`.
        secrets: Values that must never stand in a log.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.ExceptionRenderer(_shown),
        without(secrets),
    ]
    last: Processor = (
        structlog.processors.JSONRenderer()
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    )
    structlog.configure(
        processors=[*shared, last],
        # Not through `logging`: that takes twice as long, and the receiver logs three lines a delivery.
        logger_factory=structlog.WriteLoggerFactory(cast("TextIO", StandardError())),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        )
    )
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
    # Bolt logs the whole body of a request whose signature is wrong, at INFO; never let it.
    logging.getLogger("slack_bolt.AsyncApp").setLevel(logging.ERROR)
