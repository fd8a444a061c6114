"""How a kept answer looks after a message was deleted or edited: what rested on it goes, the rest stays.

A line never gets a hole: it stands as it was posted, or it is left out, or one plain line takes its place.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from bot.incident.wording import shown_number
from bot.slack.blocks import Line, bold, rich, text
from bot.slack.limits import Block, Blocks

_ID = re.compile(r"H\d+")
_OUTCOME = re.compile(r"→ (?:not )?(H\d+)\b")
_NAMING = ("Would stop it under ", "Not printed for length: ")
_LISTS = ("Changed before:", "Also changed before:", "Changes, newest first:", "Ruled out:")
_LEADS = (
    *("Candidate, ", "Likely, not proven:", "Possible, not proven:", "A weak lead, not proven:"),
    *("Confirmed:", "Supported, not confirmed:", "Not shown:", "Check next", "Ask next:"),
)
"""How the lines of the first part begin that speak of the best hypothesis."""

_TITLES = ("No model", "Open too", "Seen, done and suspected so far")
"""How lines begin that say nothing alone."""

_IN_FILE = "in the attached file"
_WOULD_GO = "the question would go to "
_CITED = re.compile(r"\[\w+\]$")

Paragraph = list[Line]


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """A message that answers cite.

    Attributes:
        id: Its evidence id.
        is_deleted: All of it is gone; otherwise some of its words.
        shows: Says whether a text shows words that are gone.
        fallen: Hypotheses that fell with it, by id, with what is said of them.
        uncited: Ids of hypotheses that stand and do not cite it (any more).
    """

    id: str
    is_deleted: bool
    shows: Callable[[str], bool]
    fallen: Mapping[str, str]
    uncited: frozenset[str] = frozenset()

    @property
    def label(self) -> str:
        """How it is cited."""
        return f"[{shown_number(self.id)}]"

    def touches(self, line: Line) -> bool:
        """Say whether a line rests on it or shows its words."""
        return (self.is_deleted and self.is_cited_in(line)) or self.shows(_words(line))

    def is_cited_in(self, line: Line) -> bool:
        """Say whether a line cites it."""
        return any(self.label in span["text"] for span in line)

    def fells(self, line: Line) -> bool:
        """Say whether a line speaks of a hypothesis that fell as of one that stands."""
        words = _words(line)
        named = set(_OUTCOME.findall(words))
        named |= set(_ID.findall(words)) if words.startswith(_NAMING) else set()
        return not named.isdisjoint(self.fallen)


@dataclass(frozen=True, slots=True, kw_only=True)
class Revised:
    """An answer without what is gone.

    Attributes:
        shaken: Ids of hypotheses that stand, whose cards rested on it in part.
        has_lead: The first part still speaks of the best hypothesis.
    """

    blocks: Blocks
    shaken: tuple[str, ...]
    has_lead: bool


def without(blocks: Blocks, gone: Withdrawn) -> Revised:
    """Return an answer as it may stand after a message was deleted or edited; twice is once.

    Args:
        blocks: As kept, without a line on top.
        gone: The message.
    """
    cards = {card: block for block in blocks if (card := card_of(block))}
    best = next(iter(cards), "")
    shaken = [one for one, card in cards.items() if one not in gone.fallen and _is_touched(card, gone)]
    has_lead = best not in {*gone.fallen, *shaken}
    left = [_left(block, gone, shaken=shaken, has_lead=has_lead) for block in blocks]
    return Revised(blocks=list(_ruled(left)), shaken=tuple(shaken), has_lead=has_lead)


def card_of(block: Block) -> str:
    """Return the id of the hypothesis whose card a block is; empty when it is none."""
    first, *rest = (*_lines(block), [])[0] or [text("")]
    is_card = _ID.fullmatch(first["text"]) and rest and rest[0]["text"].startswith(" · ")
    return first["text"] if is_card else ""


def _is_touched(card: Block, gone: Withdrawn) -> bool:
    """Say whether a card rests on it; one line that took its place already does not."""
    lines = _lines(card)
    rests = gone.is_cited_in if card_of(card) in gone.uncited else gone.touches
    return len(lines) > 1 and any(rests(line) or gone.touches(line) for line in lines)


def _left(block: Block, gone: Withdrawn, *, shaken: list[str], has_lead: bool) -> Block | None:
    """Return what is left of a block; None when that is nothing."""
    if block["type"] in {"context", "actions"}:
        return _small(block, gone) if block["type"] == "context" else block
    lines = _lines(block)
    if not lines:
        return block
    card = card_of(block)
    if card in gone.fallen:
        return _with_lines(block, [[bold(card), text(f" · {gone.fallen[card]}")]])
    if card in shaken:
        return _with_lines(block, [[bold(card), text(f" · {rested_words(gone)}: ask again")]])
    if card:
        return _with_lines(block, [line for line in lines if not gone.fells(line)])
    kept = [line for part in _paragraphs(lines) for line in _kept(part, gone, has_lead=has_lead)]
    has_more = kept and (kept[1:] or not _begins(kept[0], _TITLES))
    return _with_lines(block, kept) if has_more else None


def rested_words(gone: Withdrawn) -> str:
    """Say what a hypothesis rested on in part."""
    return f"rested in part on message {gone.label}, which was {'deleted' if gone.is_deleted else 'edited'}"


def _kept(part: Paragraph, gone: Withdrawn, *, has_lead: bool) -> Paragraph:
    """Return what is left of a paragraph."""
    if not has_lead and _begins(part[0], _LEADS):
        return []
    if any(map(gone.fells, part)) or (gone.is_deleted and _IN_FILE in _words(part[0])):
        return []
    if not any(map(gone.touches, part)):
        return part
    return [_shorter(part[0], gone)] if _begins(part[0], _LISTS) else []


def _shorter(line: Line, gone: Withdrawn) -> Line:
    """Return a list on one line without the items that rest on it; empty when no other is left."""
    label, items = line[:1], list(_items(line[1:]))
    left = [item for item in items if not gone.touches(item)]
    if not any(_CITED.search(span["text"]) for item in left for span in item):
        return []
    return [*label, *(span for item in _spaced(left) for span in item)]


def _items(spans: Line) -> Iterator[Line]:
    """Yield the items of a list: each ends with its citations."""
    item: Line = []
    for span in spans:
        is_next = item and _CITED.search(item[-1]["text"]) and span["text"].startswith(" · ")
        if is_next:
            yield item
            item = []
        item.append(span)
    yield item


def _spaced(items: list[Line]) -> Iterator[Line]:
    """Yield items with what separates them, which the first one has not."""
    for place, item in enumerate(items):
        first = item[0]["text"].removeprefix(" · ").lstrip()
        yield [{**item[0], "text": f"{' · ' if place else ' '}{first}"}, *item[1:]]


def _paragraphs(lines: list[Line]) -> Iterator[Paragraph]:
    """Yield lines; what is to be checked next together with what would be seen."""
    part: Paragraph = []
    for line in lines:
        if part and not (_begins(part[0], ("Check next",)) and "style" not in line[0]):
            yield part
            part = []
        part.append(line)
    yield part


def _small(block: Block, gone: Withdrawn) -> Block:
    """Return a grey line without what rests on it; the numbers beside stood for those words."""
    is_cited = any(gone.is_deleted and gone.label in one["text"] for one in block["elements"])
    left = [_reworded(one, gone, is_cited=is_cited) for one in block["elements"]]
    words = [one for one in left if one["type"] == "plain_text"]
    return block if left == block["elements"] else {**block, "elements": words[:1]}


def _reworded(element: Block, gone: Withdrawn, *, is_cited: bool) -> Block:
    if element["type"] != "plain_text":
        return element
    first, *others = element["text"].split(" · ")
    left = [_part(part, gone, is_cited=is_cited) for part in others]
    return {**element, "text": " · ".join(filter(None, [first, *left]))}


def _part(part: str, gone: Withdrawn, *, is_cited: bool) -> str:
    if not is_cited and not gone.shows(part):
        return part
    return part.partition(": ")[0] if part.startswith(_WOULD_GO) else ""


def _ruled(blocks: list[Block | None]) -> Iterator[Block]:
    """Yield blocks without two rules in a row."""
    last = ""
    for block in filter(None, blocks):
        if block["type"] != "divider" or last != "divider":
            yield block
        last = block["type"]


def _lines(block: Block) -> list[Line]:
    """Return the lines of a rich text block; none for any other block."""
    if block["type"] != "rich_text":
        return []
    lines: list[Line] = [[]]
    for span in (span for section in block["elements"] for span in section["elements"]):
        first, *others = span["text"].split("\n") if span["type"] == "text" else [span["text"]]
        lines[-1] += [{**span, "text": first}] if first else []
        lines += [[{**span, "text": words}] if words else [] for words in others]
    return [line for line in lines if line]


def _with_lines(block: Block, lines: list[Line]) -> Block:
    return {**block, "elements": rich(lines)["elements"]}


def _begins(line: Line, labels: tuple[str, ...]) -> bool:
    first: str = line[0]["text"]
    return first.startswith(labels)


def _words(line: Line) -> str:
    return "".join(span["text"] for span in line)
