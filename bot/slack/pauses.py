"""How long Slack asks to wait after a rate limit: the header `Retry-After`, in seconds."""

import math
from collections.abc import Mapping, Sequence


def asked_seconds(headers: Mapping[str, Sequence[str] | str]) -> float | None:
    """Return how long Slack asks to wait; None when it does not say it in a number from 0 on.

    Args:
        headers: Names in any case; a value may be a list of which the first counts.
    """
    named = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    text = named if isinstance(named, str) else next(iter(named), "")
    try:
        seconds = float(text)
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) and seconds >= 0 else None
