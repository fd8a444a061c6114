"""How a message stands in a prompt, and what it takes there: the one notion of its size.

Clipped, a long text is shown by its beginning and its end, and what its middle states stands beside it,
folded as if it were a message of its own. Whole, all of it is shown.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache

from bot.incident.bounding import bounded
from bot.incident.digest import Digest
from bot.incident.extraction import extract
from bot.incident.folding import fold
from bot.incident.messages import Incident, IncidentRef, Message
from bot.incident.pages import page_of
from bot.incident.sizes import MESSAGE_CHARS, json_tokens

MIDDLE_TOKENS = 16_000
"""The most that stands for the middle of one message."""
_TAIL_CHARS = MESSAGE_CHARS // 3
_OVERLAP_CHARS = 1_200
"""How far the middle may begin before its cut and end behind it, so that no statement is cut in two."""
_NOWHERE = IncidentRef(team_id="", channel_id="")


def shown(message: Message, roots: Mapping[str, str], *, is_whole: bool = False) -> dict[str, object]:
    """Return a message as it stands in a prompt, JSON-able; empty parts are left out.

    Args:
        message: Redacted.
        roots: `ts` → id of the messages that a reply may belong to.
        is_whole: Show all of a long text.
    """
    is_clipped = len(message.text) > MESSAGE_CHARS and not is_whole
    optional = {
        "reply_to": _root(message, roots),
        "edited_at": utc(message.edited_at) if message.edited_at else None,
        "files": [{"name": file.name, "shown_in_part": file.is_partial} for file in message.files],
        "chars_cut_by_us": message.cut_chars,
        **(_middle(message) if is_clipped else {}),
    }
    return {
        "id": message.id,
        "at": utc(message.at),
        "author": message.author.name,
        "kind": message.author.kind.value,
        "text": _ends(message.text) if is_clipped else message.text,
        **{key: value for key, value in optional.items() if value},
    }


def message_tokens(message: Message, *, is_whole: bool = False) -> int:
    """Return about how many tokens a message takes in a prompt, clipped or whole; counted once a message."""
    if message.sizes is None:
        object.__setattr__(message, "sizes", _sizes(message))
    clipped, whole = message.sizes or (0, 0)
    return whole if is_whole else clipped


def _sizes(message: Message) -> tuple[int, int]:
    named = {message.thread_ts: message.id} if message.thread_ts else {}
    whole = json_tokens(shown(message, named, is_whole=True)) + 1
    if len(message.text) <= MESSAGE_CHARS:
        return whole, whole
    return json_tokens(shown(message, named)) + 1, whole


def utc(moment: datetime) -> str:
    """Return a moment as prompts have it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _root(message: Message, roots: Mapping[str, str]) -> str | None:
    is_reply = message.thread_ts not in {None, message.ts}
    return roots.get(message.thread_ts or "") if is_reply else None


def _ends(text: str) -> str:
    return f"{text[: MESSAGE_CHARS - _TAIL_CHARS]}\n…\n{text[-_TAIL_CHARS:]}"


@lru_cache(maxsize=256)
def _middle(message: Message) -> dict[str, object]:
    """Return what the middle of a long text states, by what this message says alone: so it never changes."""
    text = message.text
    start, end = _middle_of(text)
    part = Message(id=message.id, ts=message.ts, author=message.author, text=text[start:end])
    incident = Incident(ref=_NOWHERE, messages=(part,))
    chunk = fold([part], extract(incident, now=part.at))
    page = page_of(bounded(Digest(chunks=(chunk,)), most_tokens=MIDDLE_TOKENS).chunks[0])
    page.pop("folded_by")
    return {"chars_left_out": len(text) - MESSAGE_CHARS, "stated_in_them": page}


def _middle_of(text: str) -> tuple[int, int]:
    """Return where the middle begins and ends: at ends of lines, else at blanks, else further out."""
    head_end, tail_start = MESSAGE_CHARS - _TAIL_CHARS, len(text) - _TAIL_CHARS
    first, last = head_end - _OVERLAP_CHARS, tail_start + _OVERLAP_CHARS
    starts = (text.rfind(mark, first, head_end) for mark in "\n ")
    ends = (text.find(mark, tail_start, last) for mark in "\n ")
    start = next((at + 1 for at in starts if at >= 0), first)
    return start, next((at for at in ends if at >= 0), last)
