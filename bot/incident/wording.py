"""How times, durations, sources and quoted words read to people; shared by Slack and the postmortem."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from bot.incident.hypotheses import Evidence, EvidenceKind
from bot.incident.messages import AuthorKind, Incident, Message

UNAMBIGUOUS = timedelta(hours=20)
"""How far from the reference a bare `HH:MM` still means one moment to a tired reader."""

_ALERT = re.compile(
    r"\b(?:firing|alerts?|alarm|warn(?:ing)?|critical|triggered|no data|recovered|resolved|slo|p[1-5])\b",
    re.IGNORECASE,
)
_LOG = re.compile(
    r"```|\b\w+=\S+.*\s\w+=\S+|\b(?:ERROR|FATAL|WARN|panic:|Traceback)|\w(?:Exception|Error)\b"
    r"|\b[45]\d\d\s+[A-Z]\w+|\barn:aws|is not authorized to perform|\w+ed: \S+",
    re.DOTALL,
)
_CITATION = re.compile(r"(?:(?<=\s)|^)\[(?:[mtp]?\d{1,5})\](?:,?\s*\[(?:[mtp]?\d{1,5})\])*")
_SPACE = re.compile(r"\s+")
_MINUTES_SAID_ALONE = 120
_MOST_NAMES = 3
_ABOVE = "as above"
"""What carries a link of which nothing is cited that the line before has not cited."""


def clock(at: datetime, *, as_of: datetime) -> str:
    """Return `21:38`, or `21 Mar 21:38` when the hour alone could be mistaken for another day's."""
    if abs(as_of - at) <= UNAMBIGUOUS:
        return f"{at:%H:%M}"
    return f"{at.day} {at:%b %H:%M}"


def day(at: datetime) -> str:
    """Return `21 March 2025`."""
    return f"{at.day} {at:%B %Y}"


def between(one: datetime, other: datetime) -> str:
    """Return the length of time between two moments: `61 min`, `3 h 5 min`, `2 d 4 h`.

    Seconds are left off both first, so that it is the difference of the times that are printed.
    """
    span = other.replace(second=0, microsecond=0) - one.replace(second=0, microsecond=0)
    minutes = int(abs(span).total_seconds()) // 60
    hours, rest = divmod(minutes, 60)
    days, hours_rest = divmod(hours, 24)
    if minutes < _MINUTES_SAID_ALONE:
        return f"{minutes} min"
    if days < 1:
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    return f"{days} d {hours_rest} h" if hours_rest else f"{days} d"


def one_line(words: str) -> str:
    """Return the words on one line, without the code fences and bold marks of the original."""
    return _SPACE.sub(" ", words.replace("```", " ")).strip()


def without_citations(words: str) -> str:
    """Return an analyst's words without numbers that look like citations: only code cites."""
    return re.sub(r"\s+([.,;:])", r"\1", one_line(_CITATION.sub("", words)))


def known(ids: Iterable[str], incident: Incident) -> tuple[str, ...]:
    """Return the distinct ids that can be cited: messages of the incident, tool results, verdicts."""
    return tuple(i for i in dict.fromkeys(ids) if i in incident.by_id or i[:1] in {"t", "p"})


def shown_number(evidence_id: str) -> str:
    """Return what stands between the brackets: `13` for `m13`, `t3` as it is."""
    return evidence_id.removeprefix("m")


def counted(count: int, noun: str, plural: str = "") -> str:
    """Return `1 message`, `2 messages`."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def listed(words: Sequence[str], *, last: str = "and") -> str:
    """Return `H1`, `H1 and H2`, `H1, H2 and H3`."""
    if not words[1:]:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def source_words(message: Message, quote: str = "") -> str:
    """Say what kind of source a message is: `alert`, `log`, `said by Cho`, `posted by Argo CD`."""
    if message.author.kind is AuthorKind.BOT:
        is_alert = _ALERT.search(f"{message.title} {message.text}")
        return "alert" if is_alert else f"posted by {message.author.name}"
    is_paste = bool(message.files) or "\n" in message.text
    if _LOG.search(quote) or ((is_paste or not quote) and _LOG.search(message.text)):
        return "log"
    return f"said by {message.author.name}"


def evidence_words(
    evidence: Iterable[Evidence], incident: Incident, *, shown: Sequence[str] | None = None
) -> str:
    """Say what carries a link, the strongest first; `inferred` when nothing does.

    Evidence that only fits in time or by a name says so: it is shown, yet it shows no mechanism.

    Args:
        evidence: Of the link.
        incident: Redacted.
        shown: The ids that are cited beside these words, in their order: only those are credited.
            None credits all.
    """
    carrying = [item for item in evidence if item.kind is not EvidenceKind.INFERENTIAL]
    if not carrying:
        return "inferred"
    carrying.sort(key=lambda item: item.kind is not EvidenceKind.DIRECT)
    beside = carrying if shown is None else _in_order(carrying, shown)
    sources = list(dict.fromkeys(_source_of(item, incident) for item in beside)) or [_ABOVE]
    is_direct = carrying[0].kind is EvidenceKind.DIRECT
    return ", ".join([*_credited(sources), *([] if is_direct else ["correlation only"])])


def _in_order(items: Iterable[Evidence], ids: Sequence[str]) -> list[Evidence]:
    return sorted((item for item in items if item.id in ids), key=lambda item: ids.index(item.id))


def _credited(sources: Sequence[str]) -> list[str]:
    """Return the kinds of source, at most three, with the names behind one verb listed together."""
    words = [source for source in sources if " by " not in source]
    for verb in ("posted by ", "said by "):
        names = [source.removeprefix(verb) for source in sources if source.startswith(verb)]
        words += [f"{verb}{listed(names[:_MOST_NAMES])}"] if names else []
    return words[:3]


def _source_of(item: Evidence, incident: Incident) -> str:
    message = incident.by_id.get(item.id)
    if message is not None:
        return source_words(message, item.quote)
    return "computed" if item.id.startswith("p") else "looked up"
