"""The whole answer: bottom line, rivals, what was computed, buttons, and what it cost and could not see."""

from collections.abc import Iterator

from bot.incident.hypotheses import Hypothesis
from bot.incident.wording import listed, without_citations
from bot.slack.answer_values import Answer, Computed, Rendered
from bot.slack.blocks import Line, bold, cites, divider, joined, numbered, rich, spans, text
from bot.slack.fact_lines import told_lines
from bot.slack.footer import footer_blocks
from bot.slack.headline import best_check, bottom_line, top_lines
from bot.slack.hypothesis_lines import Told, hypothesis_lines, refuted_line, shown_words
from bot.slack.limits import Blocks, check, shorten, visible_chars
from bot.slack.texts import escaped

__all__ = ["Answer", "Computed", "Rendered", "answer"]

WHOLE_CHARS = 3_000
"""An answer is read on a phone at night; a rival that does not fit is named instead of printed."""

NOTIFICATION_CHARS = 280
_MOST_REFUTED = 4
_COMPUTED_CAP = 300
_TOLD_CAP = 110
_MOST_QUESTIONS = 4
_SIZES = ((3, 80), (3, 60), (2, 60), (2, 45), (1, 60))
"""How many rivals are printed, and the most characters of a cause or effect, longest version first."""

_SMALLEST_CAP = 45


def answer(said: Answer) -> Rendered:
    """Return an answer as Slack's blocks and as the lock screen's words.

    Raises:
        LimitExceededError: Slack would refuse it.
    """
    versions = (_blocks(said, most=most, cap=cap) for most, cap in _SIZES)
    fitting = next((blocks for blocks in versions if visible_chars(blocks) <= WHOLE_CHARS), None)
    blocks = numbered(fitting or _blocks(said, most=1, cap=_SMALLEST_CAP), said.id)
    words = escaped(shorten(bottom_line(said), NOTIFICATION_CHARS))
    check(blocks, words)
    return Rendered(blocks=blocks, text=words)


def _blocks(said: Answer, *, most: int, cap: int) -> Blocks:
    body = [rich(lines) for lines in _body(said, most=most, cap=cap) if any(lines)]
    rule = [divider()] if body else []
    return [rich(top_lines(said)), *rule, *body, divider(), *footer_blocks(said)]


def _body(said: Answer, *, most: int, cap: int) -> Iterator[list[Line]]:
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
    yield [_unprinted(said.live[most:])]
    yield _fallen(said)
    yield [_unproposed(said)]
    yield [_computed(item, said) for item in said.computed]


def _unprinted(rest: tuple[Hypothesis, ...]) -> Line:
    named = [[bold(h.id), text(f" {h.likelihood} ({shown_words(h)})")] for h in rest]
    return [text("Not printed for length: "), *joined(named)] if named else []


def _unproposed(said: Answer) -> Line:
    """Name what earlier answers proposed and this one does not, so that no rival vanishes."""
    ids = said.unproposed[:_MOST_REFUTED]
    return [bold(listed(ids)), text(" not proposed this time")] if ids else []


def _questions(said: Answer) -> list[Line]:
    asked = [spans(without_citations(words), limit_chars=_TOLD_CAP) for words in said.open_questions[1:]]
    return [[bold("Open too")], *asked[:_MOST_QUESTIONS]] if asked else []


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
