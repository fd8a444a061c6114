"""The whole answer: bottom line, rivals, what was computed, buttons, and what it cost and could not see."""

from collections.abc import Iterator

from bot.incident.wording import counted, listed, without_citations
from bot.slack.answer_values import Answer, Computed, Rendered
from bot.slack.blocks import Line, bold, cites, divider, joined, numbered, rich, spans, text
from bot.slack.fact_lines import MORE, told_lines
from bot.slack.footer import footer_blocks
from bot.slack.headline import best_check, bottom_line, top_lines
from bot.slack.hypothesis_lines import MOST_LINKS, Told, hypothesis_lines, refuted_line, shown_words
from bot.slack.limits import Blocks, check, shorten, visible_chars
from bot.slack.texts import escaped
from bot.slack.whole import whole_answer

__all__ = ["Answer", "Computed", "Rendered", "answer"]

WHOLE_CHARS = 3_000
"""An answer is read on a phone at night; a rival that does not fit is named instead of printed."""

NOTIFICATION_CHARS = 280
_MOST_REFUTED = 4
_COMPUTED_CAP = 300
_TOLD_CAP = 110
_MOST_QUESTIONS = 4
_MOST_COMPUTED = 5
_MOST_NAMED = 8
_SIZES = ((3, 80), (3, 60), (2, 60), (2, 45), (1, 60))
"""How many rivals are printed, and the most characters of a cause or effect, longest version first."""

_SMALLEST_CAP = 45


def answer(said: Answer, *, has_file: bool = False) -> Rendered:
    """Return an answer as Slack's blocks and as the lock screen's words.

    What has no room is named; nothing is left out in silence.

    Args:
        said: What it says.
        has_file: A file can go with it: then that holds what has no room, and the answer says so.

    Raises:
        LimitExceededError: Slack would refuse it.
    """
    versions = ((_blocks(said, most=most, cap=cap, has_file=has_file), most) for most, cap in _SIZES)
    fitting = next((made for made in versions if visible_chars(made[0]) <= WHOLE_CHARS), None)
    shown, most = fitting or (_blocks(said, most=1, cap=_SMALLEST_CAP, has_file=has_file), 1)
    blocks = numbered(shown, said.id)
    words = escaped(shorten(bottom_line(said), NOTIFICATION_CHARS))
    check(blocks, words)
    is_partial = has_file and any(_left_out(said, most))
    return Rendered(blocks=blocks, text=words, whole=whole_answer(said) if is_partial else "")


def _blocks(said: Answer, *, most: int, cap: int, has_file: bool) -> Blocks:
    body = [rich(lines) for lines in _body(said, most=most, cap=cap, has_file=has_file) if any(lines)]
    rule = [divider()] if body else []
    return [rich(top_lines(said)), *rule, *body, divider(), *footer_blocks(said)]


def _body(said: Answer, *, most: int, cap: int, has_file: bool) -> Iterator[list[Line]]:
    best = best_check(said)
    rest: Told = "nothing" if said.has_model else "outcomes"
    for index, hypothesis in enumerate(said.live[:most]):
        yield hypothesis_lines(
            hypothesis,
            said.incident,
            as_of=said.as_of,
            has_claim=index > 0 and said.has_model,
            check=rest if hypothesis.next_check is best else "whole",
            cap=cap,
        )
    if not said.live:
        yield told_lines(said.facts, said.incident, as_of=said.as_of, cap=_TOLD_CAP)
    yield _questions(said)
    yield _fallen(said)
    yield [_unproposed(said)]
    yield [_computed(item, said) for item in said.computed[:_MOST_COMPUTED]]
    yield [_unprinted(said, most, has_file=has_file)]


def _unprinted(said: Answer, most: int, *, has_file: bool) -> Line:
    """Name what has no room here, and where it stands."""
    left = _left_out(said, most)
    where = [text(". The whole answer is in the attached file.")] if has_file else []
    return [text("Not printed for length: "), *joined(left), *where] if left else []


def _left_out(said: Answer, most: int) -> list[Line]:
    """Return what an answer with so many printed rivals leaves out, each in a few words."""
    rest = said.live[most:]
    named: list[Line] = [
        [bold(h.id), text(f" {h.likelihood} ({shown_words(h)})")] for h in rest[:_MOST_NAMED]
    ]
    counts = {
        "more explanation": len(rest) - _MOST_NAMED,
        "more link": sum(max(len(h.links) - MOST_LINKS, 0) for h in said.live[:most]),
        "open question": len(_unasked(said)) - _MOST_QUESTIONS,
        "fallen explanation": len(said.fallen) - _MOST_REFUTED,
        "computed statement": len(said.computed) - _MOST_COMPUTED,
    }
    counted_up: list[Line] = [[text(counted(count, noun))] for noun, count in counts.items() if count > 0]
    top: list[Line] = [[text("the end of the first part")]] if MORE in top_lines(said) else []
    return [*named, *counted_up, *top]


def _unproposed(said: Answer) -> Line:
    """Name what earlier answers proposed and this one does not, so that no rival vanishes."""
    ids = said.unproposed[:_MOST_NAMED]
    more = len(said.unproposed) - len(ids)
    named = [*ids, f"{more} more"] if more > 0 else ids
    return [bold(listed(named)), text(" not proposed this time")] if ids else []


def _questions(said: Answer) -> list[Line]:
    asked = [spans(without_citations(words), limit_chars=_TOLD_CAP) for words in _unasked(said)]
    return [[bold("Open too")], *asked[:_MOST_QUESTIONS]] if asked else []


def _unasked(said: Answer) -> tuple[str, ...]:
    """Return the open questions that the headline does not ask."""
    return said.open_questions if best_check(said) else said.open_questions[1:]


def _fallen(said: Answer) -> list[Line]:
    lines = [refuted_line(h, said.incident, as_of=said.as_of) for h in said.fallen[-_MOST_REFUTED:]]
    more = len(said.fallen) - len(lines)
    return [*lines, [text(f"{more} fell earlier, not printed")]] if more > 0 else lines


def _computed(item: Computed, said: Answer) -> Line:
    return [
        bold("Computed:"),
        *spans(f" {item.words}", limit_chars=_COMPUTED_CAP),
        *cites(item.cites, said.incident),
    ]
