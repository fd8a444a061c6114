"""What was looked up for a question, beside what the prompt shows of the messages anyway."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

Scalar = str | int | float | bool | None
"""What an argument of a tool may be: a JSON value without parts."""

TEXT_CHARS = 6_000
"""Most characters of what one tool returns."""
_TAIL = 3
"""One third of a text that is too long is its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A tool that may be called: it reads, and changes nothing.

    Attributes:
        name: Small letters and underscores; `server/tool` where a live system offers it.
        description: For the model: what it returns, and whose words these are.
        schema: JSON Schema of its arguments, an object.
    """

    name: str
    description: str
    schema: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a tool returned.

    Attributes:
        text: Redacted, at most `TEXT_CHARS` of it.
        shows: Ids of the messages whose words stand in `text`: these are cited, not the observation.
        is_partial: `text` was capped, or more was found than it tells.
    """

    text: str
    shows: tuple[str, ...] = ()
    is_partial: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One look-up of a case.

    Attributes:
        id: `t1`, `t2`, … minted once for a case, never reused.
        tool: By which it was made: `search_log`, `read_message`, …; `server/tool` for a live system.
        arguments: What was asked.
        at: When it was read, by Slack's clock; aware, UTC.
        text: Redacted; of what was too long, the beginning and the end. What a model may quote.
        shows: Ids of the messages that it shows in full: of these the message is cited, not the observation.
        is_partial: There was more than `text` tells.
    """

    id: str
    tool: str
    arguments: Mapping[str, Scalar]
    at: datetime
    text: str
    shows: tuple[str, ...] = ()
    is_partial: bool = False

    @property
    def is_evidence(self) -> bool:
        """It may be cited by its own id: it tells of a live system and not of messages."""
        return "/" in self.tool and not self.shows


def capped(text: str, *, most_chars: int = TEXT_CHARS) -> tuple[str, bool]:
    """Return the beginning and the end of a text, and whether something between them was left out."""
    if len(text) <= most_chars:
        return text, False
    tail = most_chars // _TAIL
    mark = f"\n… {len(text) - most_chars} characters left out …\n"
    return f"{text[: most_chars - tail]}{mark}{text[-tail:]}", True


def shown_by(observations: Iterable[Observation]) -> tuple[str, ...]:
    """Return the ids of the messages that observations show, each once."""
    return tuple(dict.fromkeys(one for observation in observations for one in observation.shows))
