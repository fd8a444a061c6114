"""A human's draft of the review, read by code: what no message states, what blames, what was ruled out.

Nothing is judged that only people can know; each finding names the line, the words and what would help.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from html import unescape

from bot.incident.asks import telling_words
from bot.incident.claims import unfounded
from bot.incident.grounds import Ground
from bot.incident.hypotheses import Hypothesis, Status
from bot.incident.messages import AuthorKind
from bot.incident.postmortem_values import Material
from bot.incident.wording import between, shown_number, without_citations

MOST_FINDINGS = 40
MOST_SENTENCES = 5
_SHARE = 0.7
_LEAST_WORDS = 3
_HEADING = re.compile(r"^\s*(?:#{1,6}\s+(?P<hashed>\S.*)|\*\*(?P<bold>[^*]+)\*\*\s*:?)\s*$")
_LINKED = re.compile(r"\[((?:\[[^\[\]\n]*\]|[^\[\]\n])*)\]\([^()\s]*\)")
_ESCAPED = re.compile(r"\\([^\w\s])")
_DAY_AND_TIME = re.compile(r"(\d{1,2} [A-Z][a-z]{2,8}) (?=\d\d:\d\d)")
_BULLET = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)])\s+\S")
_BLAME = re.compile(
    r"\b(?:(?:human|operator|user) error|careless\w*|negligen\w*|incompeten\w*|sloppy|stupid\w*|"
    r"(?:his|her|their) (?:fault|mistake)|at fault|to blame|blame[sd]?|ought to have|forgot to|"
    r"should(?:n't| not)? have \w+(?:ed|en|un|wn|ght|lt|pt|de|ne)\b|"
    r"could have (?:easily )?(?:prevented|avoided|known)|"
    r"failed to (?:notice|check|follow|realise|realize|test|read)|neglected to|didn't bother)\b",
    re.IGNORECASE,
)
_HINDSIGHT = re.compile(
    r"\b(?:obvious(?:ly)?|of course|clearly (?:should|was|wrong)|if only|in hindsight|as everyone knows|"
    r"would have (?:prevented|avoided)|simply|trivial(?:ly)?)\b",
    re.IGNORECASE,
)
_ROOT_CAUSE = re.compile(r"\broot[- ]?causes?\b", re.IGNORECASE)
_RULED_OUT = re.compile(
    r"\b(?:ruled out|refuted|not the cause|was not|wasn't|no change|suspected|believed|thought)\b",
    re.IGNORECASE,
)
_CAUSES = re.compile(
    r"\b(?:caus\w+|broke|because|due to|led to|resulted? (?:in|from)|triggered|brought down|reason)\b"
    r"|->|→",
    re.IGNORECASE,
)
_OWNER = re.compile(r"\b(?:owner|owned by|assigned)\b|@\w+|\([A-Z][a-z]+\)", re.IGNORECASE)
_ACTIONS = re.compile(r"\b(?:action items?|actions|follow[- ]?ups?|next steps)\b", re.IGNORECASE)
_QUOTED = re.compile(r"^(?:\d+\.?\s*)?(?:evidence|appendix|quotes)\b", re.IGNORECASE)
"""What stands below is others' words."""
_SUMMARY = re.compile(r"\b(?:summary|overview|tl;?dr)\b", re.IGNORECASE)
_SENTENCE = re.compile(r"[.!?](?:\s|$)")
_PARTS = {
    "what users noticed (impact)": "impact|customer|user",
    "a timeline": "timeline|chronolog|what happened",
    "how it was detected": "detect|notic|alert",
    "what contributed to it": "contribut|factor|trigger|cause|why",
    "what was believed when, and what was tried": "belie|tried|response|mitigat|resolution",
    "what surprised you or was hard": "surpris|learn|hard|luck|went well|difficult",
    "action items": "action|follow[- ]?up|next step",
}
"""What a review holds, with the words that its headings have."""


class Kind(StrEnum):
    """What is wrong."""

    UNFOUNDED = "not in the thread"
    BLAME = "blames"
    HINDSIGHT = "hindsight"
    ROOT_CAUSE = "one cause"
    RULED_OUT = "was ruled out"
    OWNER = "no owner"
    LONG = "too long"
    MISSING = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One remark.

    Attributes:
        line: Its line in the draft, from 1; 0 for the draft as a whole.
        words: What is meant, from the draft; empty for what is missing.
        remedy: What would help, in a sentence.
        cites: Messages that say otherwise; may be empty.
    """

    line: int
    kind: Kind
    words: str
    remedy: str
    cites: tuple[str, ...] = ()


def check_review(draft: str, material: Material) -> tuple[Finding, ...]:
    """Return what to look at in a draft, in its order, what is missing last; at most `MOST_FINDINGS`.

    Args:
        draft: Plain text or Markdown, redacted.
        material: The incident, its facts and its board.
    """
    ground, lines = _ground(material), list(_lines(draft))
    found: list[Finding] = []
    programs = {m.author.name for m in material.incident.messages if m.author.kind is AuthorKind.BOT}
    section = ""
    for number, line in lines:
        title = _title(line)
        section = title or section
        if remark := _of_cause(number, line):
            found.append(remark)
        if not title and not _QUOTED.search(section):
            found += _of_line(number, line, section, material)
            found += _of_ground(number, _unnamed(line, programs), ground)
    found += _long_summary(lines)
    found += _missing(lines)
    return tuple(found[:MOST_FINDINGS])


def _lines(draft: str) -> Iterator[tuple[int, str]]:
    """Yield the lines that say something; what stands in code fences is quoted and not looked at."""
    is_code = False
    for number, line in enumerate(draft.splitlines(), 1):
        if line.lstrip().startswith("```"):
            is_code = not is_code
        elif not is_code and line.strip():
            yield number, line


def _title(line: str) -> str:
    found = _HEADING.match(line)
    return (found["hashed"] or found["bold"]).strip() if found else ""


def _of_cause(number: int, line: str) -> Finding | None:
    found = _ROOT_CAUSE.search(line)
    remedy = "name the trigger and what let it happen: there is seldom one cause"
    return Finding(line=number, kind=Kind.ROOT_CAUSE, words=found[0], remedy=remedy) if found else None


def _of_line(number: int, line: str, section: str, material: Material) -> Iterator[Finding]:
    yield from _of_wording(number, line)
    yield from _of_beliefs(number, line, material)
    if _ACTIONS.search(section) and _BULLET.match(line) and not _OWNER.search(line):
        remedy = "say who does it, or that nobody does yet"
        yield Finding(line=number, kind=Kind.OWNER, words=line.strip(), remedy=remedy)


def _of_ground(number: int, line: str, ground: Ground) -> Iterator[Finding]:
    """Yield the numbers, names and commands of a line that no message holds."""
    if words := ", ".join(dict.fromkeys(unfounded(_plain(line), ground))):
        remedy = "no message states it: cite one, or take it out"
        yield Finding(line=number, kind=Kind.UNFOUNDED, words=words, remedy=remedy)


def _unnamed(line: str, names: Iterable[str]) -> str:
    """Return a line without the names of programs: `Amazon Q Developer (AWS Chatbot)` is no command."""
    for name in sorted(filter(None, names), key=len, reverse=True):
        line = line.replace(name, " ")
    return line


def _plain(line: str) -> str:
    """Return a line without marks and without where its links lead: only its words are looked up."""
    line = _ESCAPED.sub(r"\1", unescape(line))
    linked = _LINKED.sub(lambda found: f"[{found[1].strip('[]')}]", line.strip(" |-*•"))
    return without_citations(_DAY_AND_TIME.sub(r"\1, ", linked.replace("**", "").replace("|", " . ")))


def _of_wording(number: int, line: str) -> Iterator[Finding]:
    if "?" not in line and (found := _BLAME.search(line)):  # a question to people blames nobody
        remedy = "say what made it look right at the time, and what let it through"
        yield Finding(line=number, kind=Kind.BLAME, words=found[0], remedy=remedy)
    if found := _HINDSIGHT.search(line):
        remedy = "it was not so when it happened: say what was known then"
        yield Finding(line=number, kind=Kind.HINDSIGHT, words=found[0], remedy=remedy)


def _of_beliefs(number: int, line: str, material: Material) -> Iterator[Finding]:
    """Yield the explanations that a line gives although they were refuted."""
    if _RULED_OUT.search(line) or not _CAUSES.search(line):
        return
    said = telling_words(line)
    for hypothesis in material.hypotheses:
        if hypothesis.status is Status.REFUTED and _is_told(hypothesis, said):
            moved = hypothesis.last_word
            when = f" {material.clock(moved.at)}" if moved else ""
            yield Finding(
                line=number,
                kind=Kind.RULED_OUT,
                words=without_citations(hypothesis.claim or hypothesis.trigger.what),
                remedy=f"{hypothesis.id} was refuted{when}: say so, or say what changed that",
                cites=moved.because if moved else (),
            )


def _is_told(hypothesis: Hypothesis, said: frozenset[str]) -> bool:
    claim = telling_words(hypothesis.claim or hypothesis.trigger.what)
    return len(claim) >= _LEAST_WORDS and len(claim & said) >= _SHARE * len(claim)


def _ground(material: Material) -> Ground:
    """Return what may be said: the messages, who wrote them, the board, and lengths of time."""
    facts, incident = material.facts, material.incident
    computed = [incident.channel_name, *(shown_number(m.id) for m in incident.messages)]
    computed += [m.author.name for m in incident.messages if m.author.kind is not AuthorKind.SELF]
    computed += [h.id for h in material.hypotheses]
    computed += list(_lengths(material))
    said = tuple(filter(None, computed))
    return Ground.of(incident.messages, texts=said, at=[fact.at for fact in facts])


def _lengths(material: Material) -> Iterator[str]:
    """Yield the lengths of time between what happened and the onset or the end, as they may be told."""
    facts = material.facts
    marks = [fact.at for fact in (facts.onset, facts.recovery) if fact is not None]
    for mark in marks:
        for fact in facts:
            yield between(min(mark, fact.at), max(mark, fact.at))
            yield f"{abs(round((mark - fact.at).total_seconds() / 60))} min"


def _long_summary(lines: Iterable[tuple[int, str]]) -> Iterator[Finding]:
    section, start, count = "", 0, 0
    for number, line in lines:
        if title := _title(line):
            section = title
        elif _SUMMARY.search(section):
            start = start or number
            count += len(_SENTENCE.findall(line))
    if count > MOST_SENTENCES:
        remedy = f"five sentences are read, {count} are not"
        yield Finding(line=start, kind=Kind.LONG, words="the summary", remedy=remedy)


def _missing(lines: Iterable[tuple[int, str]]) -> Iterator[Finding]:
    titles = " ".join(_title(line) for _, line in lines)
    for name, known in _PARTS.items():
        if not re.search(known, titles, re.IGNORECASE):
            yield Finding(line=0, kind=Kind.MISSING, words="", remedy=f"there is no part on {name}")
