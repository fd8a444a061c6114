"""Message ids in few words."""

from collections.abc import Sequence
from itertools import groupby


def ranges(ids: Sequence[str]) -> tuple[str, ...]:
    """Return ids such as `m3` with runs of consecutive numbers joined: `m3`, `m5-m9`."""
    numbers = [int(message_id[1:]) for message_id in ids]
    runs = groupby(enumerate(numbers), key=lambda place: place[1] - place[0])
    return tuple(_run([number for _, number in run]) for _, run in runs)


def _run(numbers: Sequence[int]) -> str:
    first, last = numbers[0], numbers[-1]
    return f"m{first}" if first == last else f"m{first}-m{last}"
