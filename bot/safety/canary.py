"""A mark in the orders of a model, by which it is seen when an answer repeats them, in whatever clothes."""

import base64
import hmac
import re
from functools import lru_cache

WITHHELD = "[withheld]"
_ABOUT = b"the orders of this copilot"
_HEX_CHARS = 20
_GAP = r"[\W_]{0,8}"
"""What may stand between the characters of a mark that is spelled out."""


def canary_of(secret: str) -> str:
    """Return an installation's mark: the same in all its processes, so that they share the prompt cache.

    Args:
        secret: Of the installation; it cannot be had from the mark. Empty gives no mark.
    """
    if not secret:
        return ""
    return f"ic-{hmac.digest(secret.encode(), _ABOUT, 'sha256').hex()[:_HEX_CHARS]}"


def without_canary(text: str, canary: str) -> str:
    """Return a text without the mark: plain, spelled out, turned around, as hex or in base64."""
    if not canary:
        return text
    return _forms(canary).sub(WITHHELD, text)


@lru_cache(maxsize=4)
def _forms(canary: str) -> re.Pattern[str]:
    ways = (canary, canary[::-1])
    spelled = [re.sub(r"[\W_]", "", way) for way in ways]
    encoded = [part for way in ways for part in (way.encode().hex(), *_base64(way))]
    return re.compile(
        "|".join(_GAP.join(form) for form in dict.fromkeys([*encoded, *spelled])), re.IGNORECASE
    )


def _base64(way: str) -> list[str]:
    """Return what base64 makes of it wherever it begins; the ends depend on what stands beside it."""
    shifted = [base64.b64encode(b"\0" * shift + way.encode()).decode() for shift in range(3)]
    return [text[4 if shift else 0 : -4] for shift, text in enumerate(shifted)]
