"""The whole answer: bottom line, rivals, what was computed, buttons, and what it cost and could not see."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.incident.wording import counted, listed, without_citations
from bot.slack.answer_values import Answer, Computed, Rendered
from bot.slack.blocks import Line, bold, cites, divider, joined, numbered, rich, spans, text
from bot.slack.fact_lines import told_lines
from bot.slack.footer import coverage_words, footer_blocks
from bot.slack.headline import (
    MOST_MITIGATIONS,
    bottom_line,
    is_claim_whole,
    rest_lines,
    top_lines,
)
from bot.slack.hypothesis_lines import (
    MOST_AGAINST,
    MOST_LINKS,
    Told,
    hypothesis_lines,
    refuted_line,
    shown_words,
)
from bot.slack.limits import UNCUT, Blocks, check, fits, fits_blocks, shorten, visible_chars
from bot.slack.next_step import best_check
from bot.slack.since import is_unchanged, since_lines, unchanged_line
from bot.slack.texts import escaped
from bot.slack.whole import whole_answer

__all__ = ["Answer", "Computed", "Rendered", "answer"]

WHOLE_CHARS = 3_000
"""An answer is read on a phone at night; what does not fit is named and stands in the file beside it."""

ALONE_CHARS = 9_000
"""An answer that no file can go with is longer instead."""

NOTIFICATION_CHARS = 280
_MOST_REFUTED = 4
_COMPUTED_CAP = 300
_TOLD_CAP = 110
_MOST_QUESTIONS = 4
_MOST_COMPUTED = 5
_MOST_NAMED = 8
_INLINE = re.compile(r"\s?\[(\d{1,5})\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Size:
    """How much is printed: so many rivals, and so many characters of a cause or effect, at most."""

    most: int
    cap: int


_SIZES = (
    *(_Size(most=3, cap=cap) for cap in (UNCUT, 240, 160, 110, 80, 60)),
    *(_Size(most=2, cap=cap) for cap in (60, 45)),
    *(_Size(most=1, cap=cap) for cap in (60, 45, 30)),
)
"""Longest version first: words are cut only as far as the message needs it, then rivals are only named."""

Groups = list[list[Line]]


def answer(said: Answer, *, has_file: bool = False) -> Rendered:
    """Return an answer as Slack's blocks and as the lock screen's words.

    What has no room is named; nothing is left out in silence.

    Args:
        said: What it says.
        has_file: A file can go with it: then that holds what has no room, and the answer says so.

    Raises:
        LimitExceededError: Slack would refuse it.
    """
    top = top_lines(said)
    versions = (_version(said, top, size, has_file=has_file) for size in _SIZES)
    room_chars = WHOLE_CHARS if has_file else ALONE_CHARS
    blocks, left = _first_within(versions, room_chars)
    blocks = numbered(blocks, said.id)
    words = escaped(shorten(bottom_line(said), NOTIFICATION_CHARS))
    check(blocks, words)
    return Rendered(blocks=blocks, text=words, whole=whole_answer(said) if left and has_file else "")


def _first_within(
    versions: Iterator[tuple[Blocks, list[Line]]], room_chars: int
) -> tuple[Blocks, list[Line]]:
    """Return the first version that fits, else the last one."""
    made: tuple[Blocks, list[Line]] = ([], [])
    for made in versions:
        if visible_chars(made[0]) <= room_chars and fits(made[0]) and fits_blocks(made[0]):
            break
    return made


def _version(said: Answer, top: list[Line], size: _Size, *, has_file: bool) -> tuple[Blocks, list[Line]]:
    """Return the answer in one size, and what that leaves out, each in a few words."""
    groups = _body(said, top, size)
    left = [
        *_uncounted(said, size),
        *_cut(said, groups, _body(said, top, _Size(most=size.most, cap=UNCUT)), size),
    ]
    where = [text(". The whole answer is in the attached file.")] if has_file else []
    unprinted: Line = [text("Not printed for length: "), *joined(left), *where] if left else []
    body = [rich(lines) for lines in (*groups, [unprinted]) if any(lines)]
    rule = [divider()] if body else []
    return [rich(top), *rule, *body, divider(), *footer_blocks(said, cap=size.cap)], left


def _body(said: Answer, top: list[Line], size: _Size) -> Groups:
    return [
        [*rest_lines(said, top, cap=size.cap), *since_lines(said)],
        *_hypotheses(said, top, size),
        []
        if said.live
        else told_lines(said.facts, said.incident, as_of=said.as_of, cap=max(size.cap, _TOLD_CAP)),
        _questions(said, size.cap),
        _fallen(said, size.cap),
        [_unproposed(said)],
        [_computed(item, said, size.cap) for item in said.computed[:_MOST_COMPUTED]],
    ]


def _hypotheses(said: Answer, top: list[Line], size: _Size) -> Iterator[list[Line]]:
    """Yield the live hypotheses; of the first one only what the first part does not say already."""
    best = best_check(said)
    rest: Told = "nothing" if said.has_model else "outcomes"
    for index, hypothesis in enumerate(said.live[: size.most]):
        if is_unchanged(hypothesis, said):
            yield [unchanged_line(hypothesis, said)]
            continue
        yield hypothesis_lines(
            hypothesis,
            said.incident,
            as_of=said.as_of,
            has_claim=said.has_model if index else not is_claim_whole(said, top),
            check=rest if hypothesis.next_check is best else "whole",
            cap=size.cap,
        )


def _cut(said: Answer, groups: Groups, whole: Groups, size: _Size) -> list[Line]:
    """Say how many lines end before their words do."""
    printed = [line for lines in groups for line in lines]
    count = sum(line not in printed for lines in whole for line in lines)
    count += coverage_words(said, cap=size.cap) != coverage_words(said)
    return [[text(f"the end of {counted(count, 'line')}")]] if count else []


def _uncounted(said: Answer, size: _Size) -> list[Line]:
    """Name what an answer of this size has no line for."""
    rest, printed = said.live[size.most :], said.live[: size.most]
    named: list[Line] = [
        [bold(h.id), text(f" {h.likelihood} ({shown_words(h)})")] for h in rest[:_MOST_NAMED]
    ]
    against = [sum(len(link.evidence_against) for link in h.links) for h in printed]
    counts = {
        "more explanation": len(rest) - _MOST_NAMED,
        "more link": sum(max(len(h.links) - MOST_LINKS, 0) for h in printed),
        "more counter-argument": sum(max(count - MOST_AGAINST, 0) for count in against),
        "more mitigation": len(said.mitigations) - MOST_MITIGATIONS,
        "open question": len(_unasked(said)) - _MOST_QUESTIONS,
        "fallen explanation": len(said.fallen) - _MOST_REFUTED,
        "computed statement": len(said.computed) - _MOST_COMPUTED,
    }
    return [*named, *([text(counted(count, noun))] for noun, count in counts.items() if count > 0)]


def _unproposed(said: Answer) -> Line:
    """Name what earlier answers proposed and this one does not, so that no rival vanishes."""
    ids = said.unproposed[:_MOST_NAMED]
    more = len(said.unproposed) - len(ids)
    named = [*ids, f"{more} more"] if more > 0 else ids
    return [bold(listed(named)), text(" not proposed this time")] if ids else []


def _questions(said: Answer, cap: int) -> list[Line]:
    most = max(cap, _TOLD_CAP)
    asked = [spans(without_citations(words), limit_chars=most) for words in _unasked(said)]
    return [[bold("Open too")], *asked[:_MOST_QUESTIONS]] if asked else []


def _unasked(said: Answer) -> tuple[str, ...]:
    """Return the open questions that the headline does not ask."""
    return said.open_questions if best_check(said) else said.open_questions[1:]


def _fallen(said: Answer, cap: int) -> list[Line]:
    lines = [refuted_line(h, said.incident, as_of=said.as_of, cap=cap) for h in said.fallen[-_MOST_REFUTED:]]
    more = len(said.fallen) - len(lines)
    return [*lines, [text(f"{more} fell earlier, not printed")]] if more > 0 else lines


def _computed(item: Computed, said: Answer, cap: int) -> Line:
    """Return what was computed, each message that shows a part of it linked where it is named."""
    words = shorten(item.words, max(cap, _COMPUTED_CAP))
    parts = _INLINE.split(words)
    told = [
        span
        for n, part in enumerate(parts)
        for span in (cites([f"m{part}"], said.incident) if n % 2 else spans(f" {part}" if n == 0 else part))
    ]
    rest = [one for one in item.cites if one[1:] not in parts[1::2]]
    return [bold("Computed:"), *told, *cites(rest, said.incident)]
