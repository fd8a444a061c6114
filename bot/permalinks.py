"""What a link into Slack points at.

Slack makes these: `/archives/C…`, `/archives/C…/p…` with the root of a thread as `thread_ts`, and
`app.slack.com/client/T…/C…` with `/thread/C…-ts` behind it.
"""

import re
from dataclasses import dataclass
from html import unescape
from urllib.parse import SplitResult, parse_qs, urlsplit

from bot.errors import BadInputError

FIELD = "PERMALINK"
_ARCHIVE = re.compile(r"/archives/(?P<channel>[CDG][A-Z0-9]{2,})(?:/p(?P<digits>\d{7,}))?/?")
_CLIENT = re.compile(
    r"/client/[TE][A-Z0-9]+/(?P<channel>[CDG][A-Z0-9]{2,})(?:/thread/(?P<place>[CDG][A-Z0-9]{2,})-(?P<root>\d+\.\d{6}))?/?"
)
_TS = re.compile(r"\d{1,11}\.\d{6}")
_MICROS_DIGITS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A channel, a thread or a message.

    Attributes:
        ts: The message; None for a whole channel.
        thread_ts: The root of the thread it stands in, when the link says so.
        is_thread: The link points at the whole thread of `ts`.
    """

    channel_id: str
    ts: str | None = None
    thread_ts: str | None = None
    is_thread: bool = False

    @property
    def root_ts(self) -> str | None:
        """The root of the thread that the message belongs to or would begin."""
        return self.thread_ts or self.ts


def place_of(link: str) -> Place:
    """Return what a link points at.

    Args:
        link: As copied from Slack: angle brackets, a label and HTML escapes do no harm.

    Raises:
        BadInputError: It is no such link; says which is.
    """
    address = unescape(link.strip().strip("<>").partition("|")[0])
    if address.startswith("slack://"):
        raise BadInputError(
            field=FIELD, problem="links that begin with slack:// name no message: use Copy link in Slack."
        )
    try:
        parts = urlsplit(address)
    except ValueError:
        raise _unknown() from None
    found = _archived(parts) if parts.scheme in {"http", "https"} and parts.netloc else None
    if found is None:
        raise _unknown()
    return found


def _archived(parts: SplitResult) -> Place | None:
    if in_client := _CLIENT.fullmatch(parts.path):
        root = in_client["root"]
        return Place(channel_id=in_client["place"] or in_client["channel"], ts=root, is_thread=bool(root))
    found = _ARCHIVE.fullmatch(parts.path)
    if found is None:
        return None
    digits = found["digits"]
    ts = f"{digits[:-_MICROS_DIGITS]}.{digits[-_MICROS_DIGITS:]}" if digits else None
    return Place(channel_id=found["channel"], ts=ts, thread_ts=_root(parts.query) if ts else None)


def _root(query: str) -> str | None:
    """Return the root that a link to a reply names.

    Raises:
        BadInputError: What it names is no `ts`.
    """
    root = parse_qs(query).get("thread_ts", [""])[0]
    if root and not _TS.fullmatch(root):
        raise BadInputError(field=FIELD, problem="thread_ts must look like 1742586540.000137: copy it again.")
    return root or None


def _unknown() -> BadInputError:
    right = "https://….slack.com/archives/C0123456789/p1742586540000137 (a message) or …/archives/C0123456789"
    return BadInputError(field=FIELD, problem=f"is no link into Slack; copy one such as {right} (a channel).")
