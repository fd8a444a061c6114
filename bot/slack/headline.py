"""The part of an answer above its first rule: enough to act on, made by code from the best hypothesis."""

from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from datetime import timedelta

from bot.incident.board import RULE
from bot.incident.diagnosis import rest_on_latest
from bot.incident.gist import brief
from bot.incident.hypotheses import Hypothesis, Likelihood, Mitigation, Status, cited_ids
from bot.incident.wording import between, clock, listed, without_citations
from bot.slack.answer_values import Answer
from bot.slack.blocks import Line, bold, cites, italic, joined, spans, text
from bot.slack.fact_lines import (
    MOST,
    TOP_CHARS,
    changes_line,
    first_that_fits,
    ruled_out_line,
    symptom_lines,
    undoing_words,
)
from bot.slack.hypothesis_lines import ends_cited, shown_words
from bot.slack.limits import UNCUT, shorten
from bot.slack.next_step import ask_line, check_lines, next_words

LATE = timedelta(minutes=5)
"""An answer later than this says when it was asked."""

_CAPS = (UNCUT, 240, 180, 140, 120, 94, 84, 66)
"""The most characters of somebody's words, longest version first."""

_REST_CAP = 84
_FACT_CAP = 100
"""A fact's words are not cut: a line of facts that has no room goes below."""

_LAST_STEPS = 2
_SHORTEST_CAP = 26
_WHY_CHARS = 110
_STEP_CHARS = 58
_FALLEN_CHARS = 60
_ASKED_CAP = 110
_MOST_FALLEN = 3
MOST_MITIGATIONS = 4
_NOTE_CHARS = 60
_ALL_REFUTED = "Every explanation found so far is refuted:"
_LABELS = {
    Likelihood.LIKELY: "Likely, not proven:",
    Likelihood.POSSIBLE: "Possible, not proven:",
    Likelihood.LESS_LIKELY: "A weak lead, not proven:",
}
_PROVEN = {Status.CONFIRMED: "Confirmed:", Status.SUPPORTED: "Supported, not confirmed:"}


def top_lines(answer: Answer) -> list[Line]:
    """Return the lines above the first rule, less than 600 visible characters together.

    What they cut, or have no room for, is told by `rest_lines` or by the hypotheses.
    """
    return first_that_fits((_lines(answer, cap) for cap in _CAPS), TOP_CHARS)


def rest_lines(answer: Answer, shown: Collection[Line], *, cap: int = UNCUT) -> list[Line]:
    """Return the lines of the first part that are not `shown` above, and that no hypothesis repeats below.

    Args:
        answer: What is said.
        shown: Its `top_lines`.
        cap: The most characters of somebody's words; a short one counts as a longer one.
    """
    room = max(cap, _REST_CAP)
    lines = [*_lines(answer, room), _more_mitigations(answer, room, MOST_MITIGATIONS)]
    told = [*shown, *_retold(answer, room)]
    return [line for line in lines if line and line not in told]


def whole_lines(answer: Answer) -> list[Line]:
    """Return all that the first part has to say, nothing cut and nothing counted instead of told."""
    return [*_lines(answer, UNCUT, UNCUT), _more_mitigations(answer, UNCUT, UNCUT)]


def is_claim_whole(answer: Answer, shown: Collection[Line]) -> bool:
    """Say whether the lines that are `shown` hold the best claim with all its words."""
    return not (answer.live and answer.has_model) or _claim(answer, answer.live[0], UNCUT) in shown


def bottom_line(answer: Answer) -> str:
    """Return the lock screen's words, not yet escaped and without citations."""
    best = answer.live[0] if answer.live else None
    if best is None:
        first = f"{_unexplained(answer)} {_said_of_fallen(answer) or _why(answer)}"
    elif answer.has_model:
        first = f"{label(best)} {without_citations(best.claim)}"
    else:
        first = f"No model{_because(answer)}. {_candidate_label(best)} {_chain_words(best)}"
    return f"{first}{'' if first.endswith(('.', '…')) else '.'} {next_words(answer)}"


def label(hypothesis: Hypothesis) -> str:
    """Return how sure the headline may sound."""
    return _PROVEN.get(hypothesis.status) or _LABELS[hypothesis.likelihood]


def _lines(answer: Answer, cap: int, most: int = MOST) -> list[Line]:
    if not answer.live:
        lines = _without_chain(answer, cap, most)
    elif answer.has_model:
        lines = _from_model(answer, answer.live[0], cap, most)
    else:
        lines = _from_rules(answer, answer.live[0], cap, most)
    return [line for line in (_again(answer, cap), _lateness(answer), _cut_short(answer), *lines) if line]


def _retold(answer: Answer, cap: int) -> list[Line]:
    """Return the lines that say what the hypotheses below say in full."""
    if not answer.live:
        return [_title(answer, cap)] if answer.fallen else []
    best = answer.live[0]
    if answer.has_model:
        return [_claim(answer, best, cap), _not_shown(answer, best, cap)]
    return [_candidate(answer, best)]


def _from_model(answer: Answer, best: Hypothesis, cap: int, most: int) -> list[Line]:
    return [
        _claim(answer, best, cap),
        _not_shown(answer, best, cap),
        *check_lines(answer, cap),
        *_mitigation_lines(answer, cap),
        *_recovered(answer, cap),
        _ruled_out(answer, cap, most),
    ]


def _claim(answer: Answer, best: Hypothesis, cap: int) -> Line:
    ids = cited_ids(best.trigger.evidence)
    claim = spans(f" {without_citations(best.claim)}", limit_chars=cap)
    return [bold(label(best)), *claim, *cites(ids[:2], answer.incident), *_rivalry(answer)]


def _rivalry(answer: Answer) -> Line:
    """Say that the best has no rival, or none that starts elsewhere than at the latest change."""
    if len(answer.live) == 1:
        return [text(" No rival was found.")]
    if rest_on_latest(answer.live, answer.facts):
        return [text(" All of these start from the latest change.")]
    return []


def _from_rules(answer: Answer, best: Hypothesis, cap: int, most: int) -> list[Line]:
    return [
        [bold(f"No model{_because(answer, cap)}:"), text(" changes and symptoms in order, no diagnosis.")],
        _candidate(answer, best),
        ask_line(answer, cap),
        *_mitigation_lines(answer, cap),
        *symptom_lines(
            answer.facts, answer.incident, as_of=answer.as_of, cap=max(cap, _FACT_CAP), ended_by=best.ended_by
        ),
        _changes(answer, cap, most, told=set(cited_ids(best.trigger.evidence))),
        _ruled_out(answer, cap, most),
    ]


def _without_chain(answer: Answer, cap: int, most: int) -> list[Line]:
    who = [] if answer.has_model else [italic(f"No model{_because(answer, cap)}.")]
    return [
        _title(answer, cap),
        spans(without_citations(answer.insufficient), limit_chars=cap) if answer.fallen else [],
        who,
        ask_line(answer, cap),
        *_mitigation_lines(answer, cap),
        *symptom_lines(answer.facts, answer.incident, as_of=answer.as_of, cap=max(cap, _FACT_CAP)),
        _changes(answer, cap, most),
        _ruled_out(answer, cap, most),
    ]


def _changes(answer: Answer, cap: int, most: int, *, told: AbstractSet[str] = frozenset()) -> Line:
    return changes_line(
        answer.facts, answer.incident, as_of=answer.as_of, cap=max(cap, _FACT_CAP), told=told, most=most
    )


def _title(answer: Answer, cap: int) -> Line:
    why = _fallen_line(answer, cap) or spans(f" {_why(answer)}", limit_chars=cap + _WHY_CHARS)
    return [bold(_unexplained(answer)), *why]


def _again(answer: Answer, cap: int) -> Line:
    """Return which question is answered where nobody typed one."""
    return [italic(f"Asked again: {shorten(answer.again, max(cap, _ASKED_CAP))}")] if answer.again else []


def _lateness(answer: Answer) -> Line:
    asked, made = answer.asked_at, answer.answered_at
    if asked is None or made is None or made - asked <= LATE:
        return []
    return [italic(f"Asked {asked:%H:%M}, answered {made:%H:%M}, {between(asked, made)} later.")]


def _cut_short(answer: Answer) -> Line:
    return [italic(answer.cut_short)] if answer.cut_short else []


def _because(answer: Answer, cap: int = 0) -> str:
    return f" ({shorten(answer.note, max(cap, _NOTE_CHARS))})" if answer.note else ""


def _why(answer: Answer) -> str:
    return without_citations(answer.insufficient) or "nothing in the thread connects a change to the symptom."


def _unexplained(answer: Answer) -> str:
    """Return the title of an answer without a chain; an empty board is no fallen one."""
    if not answer.fallen:
        return "Not enough to explain it yet:"
    if answer.unproposed:
        return "No explanation is proposed now:"
    return _ALL_REFUTED if _are_all_refuted(answer) else "No explanation found so far stands:"


def _are_all_refuted(answer: Answer) -> bool:
    return not answer.unproposed and all(h.status is Status.REFUTED for h in answer.fallen)


def _fallen_line(answer: Answer, cap: int) -> Line:
    """Return `H1 by a person 22:24 (it has the new pair) · H2 …`, the latest first."""
    latest = answer.fallen[: -_MOST_FALLEN - 1 : -1]
    told: list[Line] = [
        [
            *spans(_fall_words(hypothesis, answer, cap // 2)),
            *(cites(hypothesis.last_word.because[:1], answer.incident) if hypothesis.last_word else []),
        ]
        for hypothesis in latest
    ]
    more = len(answer.fallen) - len(latest)
    return [text(" "), *joined([*told, *([[text(f"{more} more")]] if more else [])])] if told else []


def _said_of_fallen(answer: Answer) -> str:
    latest = answer.fallen[: -_MOST_FALLEN - 1 : -1]
    return " · ".join(_fall_words(hypothesis, answer, _FALLEN_CHARS) for hypothesis in latest)


def _fall_words(hypothesis: Hypothesis, answer: Answer, cap: int) -> str:
    """Return `H1 by a person 22:24 (its reason)`; how it fell, where the title does not say it."""
    how = "" if _are_all_refuted(answer) else f" {hypothesis.status.words}"
    last = hypothesis.last_word
    if last is None:
        return f"{hypothesis.id}{how}"
    by = "" if last.by == RULE else f" by {last.by_name or 'a person'}"
    reason = brief(without_citations(last.reason), limit=max(cap, _SHORTEST_CAP))
    why = f" ({reason})" if reason else ""
    return f"{hypothesis.id}{how}{by} {clock(last.at, as_of=answer.as_of)}{why}"


def _not_shown(answer: Answer, best: Hypothesis, cap: int) -> Line:
    guesses = [link for link in best.links if not link.is_shown]
    if not guesses:
        return []
    first = guesses[0]
    words = f" that {without_citations(first.cause)} → {without_citations(first.effect)}"
    more = f" (and {len(guesses) - 1} more)" if len(guesses) > 1 else ""
    ids = cited_ids(first.evidence_for)
    return [
        bold("Not shown:"),
        *spans(words, limit_chars=cap),
        *cites(ids[:2], answer.incident),
        text(more or "."),
    ]


def _candidate(answer: Answer, best: Hypothesis) -> Line:
    """Return the best chain on one line: how it starts and how it ends, each step with a message."""
    trigger, impact = set(cited_ids(best.trigger.evidence)), set(cited_ids(best.impact.evidence))
    steps = zip(best.links, (None, *best.links), strict=False)
    ends = [ends_cited(link, last, trigger=trigger, impact=impact) for link, last in steps]
    at_start = ends[0][0] if ends else list(trigger)
    is_trigger = best.trigger.at is not None and bool(trigger & set(at_start))
    stamp = f"{clock(best.trigger.at, as_of=answer.as_of)} " if best.trigger.at and is_trigger else ""
    first = best.links[0].cause if best.links else best.trigger.what
    line = [bold(_candidate_label(best)), text(f" {stamp}"), *_step(first, at_start, answer)]
    later = list(zip(best.links, ends, strict=True))[-_LAST_STEPS:]
    for link, (_, at_effect) in later:
        line += [text(" → "), *_step(link.effect, at_effect, answer)]
    alone = " · no live rival" if len(answer.live) == 1 and answer.facts.recovery is None else ""
    return [*line, text(f" · {_coverage(best, len(later))}{alone}")]


def _candidate_label(best: Hypothesis) -> str:
    return f"Candidate, {best.status}:"


def _coverage(best: Hypothesis, printed: int) -> str:
    """Say how much of a chain is shown, and that a step of it stands only below."""
    if best.shown < len(best.links):
        return f"{shown_words(best)}, middle step not shown"
    return f"{shown_words(best)}{', one more step below' if len(best.links) > printed else ''}"


def _step(words: str, ids: Sequence[str], answer: Answer) -> Line:
    short = brief(without_citations(words), limit=_STEP_CHARS)
    return [*spans(short), *cites(ids[:1], answer.incident)]


def _mitigation_lines(answer: Answer, cap: int) -> list[Line]:
    items = _standing(answer)
    if not items or answer.facts.recovery is not None:
        return []
    more = [text(f" {len(items) - 1} more below.")] if len(items) > 1 else []
    return [[*_mitigation(answer, items[0], cap), text(". A person decides."), *more]]


def _more_mitigations(answer: Answer, cap: int, most: int) -> Line:
    """Return what else would stop it, `most` in all, the first one excepted: that stands above."""
    if answer.facts.recovery is not None:
        return []
    return joined([_mitigation(answer, item, cap) for item in _standing(answer)[1:most]])


def _standing(answer: Answer) -> list[Mitigation]:
    """Return the mitigations, without those that help under nothing but what has fallen."""
    live = {hypothesis.id for hypothesis in answer.live}
    return [m for m in answer.mitigations if live or not m.safe_under]


def _mitigation(answer: Answer, item: Mitigation, cap: int) -> Line:
    live = {hypothesis.id for hypothesis in answer.live}
    under = [i for i in item.safe_under if i in live]
    title = f"Would stop it under {listed(under)}:" if under else "Named to stop it:"
    return [
        bold(title),
        *spans(f" {without_citations(item.do).rstrip('.')}", limit_chars=cap),
        *cites(item.cites, answer.incident),
    ]


def _ruled_out(answer: Answer, cap: int, most: int) -> Line:
    return ruled_out_line(
        answer.facts, answer.incident, as_of=answer.as_of, cap=max(cap, _FACT_CAP), most=most
    )


def _recovered(answer: Answer, cap: int) -> list[Line]:
    fact = answer.facts.recovery
    if fact is None:
        return []
    over = [bold(f"Recovered {clock(fact.at, as_of=answer.as_of)}"), *cites(fact.cites, answer.incident)]
    ended_by = answer.live[0].ended_by if answer.live else None
    if ended_by is None:
        return [over]
    done = undoing_words(ended_by, answer.incident, as_of=answer.as_of, cap=cap)
    return [[*over, text(" after "), *done]]


def _chain_words(best: Hypothesis) -> str:
    steps = [best.links[0].cause if best.links else best.trigger.what, *(link.effect for link in best.links)]
    return " → ".join(brief(without_citations(step), limit=_STEP_CHARS) for step in steps)
