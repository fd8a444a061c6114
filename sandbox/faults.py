"""Faults on order: what a test wants the Web API to do wrong."""

import math
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Literal

NEVER = math.inf
"""As `wait_seconds`: the connection stays open and nothing comes."""

Body = Literal["json", "html", "cut", "reset", "slow"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What happens instead of an answer.

    A fault that is performed and names neither another status nor an error gives the true answer: late, cut
    or slowly, as the other fields say.

    Attributes:
        status: HTTP status; 200 needs `error`.
        error: The name in `ok: false`.
        retry_after_seconds: For 429; a string is sent as it stands, however odd.
        is_performed: The call takes effect all the same and only its answer is lost.
        wait_seconds: How long nothing comes before the answer, in machine time; `NEVER` for no answer at all.
        body: `json` as ever; `html` a proxy's error page; `cut` the connection is reset in the middle of the
            body; `reset` before its first byte; `slow` the body comes in drops, 20 of them a second.
    """

    status: int = 200
    error: str = ""
    retry_after_seconds: int | str | None = None
    is_performed: bool = False
    wait_seconds: float = 0.0
    body: Body = "json"

    @property
    def is_true_answer(self) -> bool:
        """What is sent is what the method answered."""
        return self.is_performed and self.status == 200 and not self.error  # noqa: PLR2004  # HTTP's success


@dataclass(slots=True, kw_only=True)
class _Order:
    fault: Fault
    left: int


@dataclass(slots=True)
class Faults:
    """Faults that wait for their calls, by method."""

    _waiting: dict[str, deque[_Order]] = field(default_factory=lambda: defaultdict(deque))

    def order(self, method: str, fault: Fault, *, times: int = 1) -> None:
        """Let the next `times` calls of a method fail; `upload` is the sending of a file's bytes."""
        self._waiting[method].append(_Order(fault=fault, left=times))

    def next(self, method: str) -> Fault | None:
        """Return the fault that is due, once."""
        waiting = self._waiting.get(method)
        if not waiting:
            return None
        waiting[0].left -= 1
        return waiting.popleft().fault if waiting[0].left < 1 else waiting[0].fault

    def clear(self) -> None:
        """Let everything work again."""
        self._waiting.clear()
