"""The part of an answer above its first rule: enough to act on, made by code from the best hypothesis."""

import re
from collections.abc import Sequence
from datetime import timedelta

from bot.incident.board import RULE
from bot.incident.facts import FactKind
from bot.incident.gist import fitted
from bot.incident.hypotheses import Check, Hypothesis, Likelihood, Mitigation, Status, cited_ids
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
from bot.slack.hypothesis_lines import ends_cited, outcomes, shown_words
from bot.slack.limits import shorten

LATE = timedelta(minutes=5)
"""An answer later than this says when it was asked."""

_SIZES = ((140, 3), (120, 3), (120, 2), (94, 2), (94, 1), (84, 1), (74, 1), (66, 1), (58, 1), (50, 1))
"""The most characters of somebody's words and the most changes and suspects, longest version first."""

_BRIEF = 110
_LAST_STEPS = 2
_SHORTEST_CAP = 26
_CHECK_CAP = 110
_STEP_CHARS = 58
_LEAST_STEP_CAP = 60
_MOST_FALLEN = 3
_ALL_REFUTED = "Every explanation found so far is refuted:"
_OWN_CITE = re.compile(r"\s*\[(m\d{1,5})\]")
_LABELS = {
    Likelihood.LIKELY: "Likely, not proven:",
    Likelihood.POSSIBLE: "Possible, not proven:",
    Likelihood.LESS_LIKELY: "A weak lead, not proven:",
}
_PROVEN = {Status.CONFIRMED: "Confirmed:", Status.SUPPORTED: "Supported, not confirmed:"}


def top_lines(answer: Answer) -> list[Line]:
    """Return the lines above the first rule, less than 600 visible characters together."""
    return first_that_fits((_lines(answer, cap, most) for cap, most in _SIZES), TOP_CHARS)


def bottom_line(answer: Answer) -> str:
    """Return the lock screen's words, not yet escaped and without citations."""
    best = answer.live[0] if answer.live else None
    if best is None:
        first = f"{_unexplained(answer)} {_said_of_fallen(answer) or _why(answer)}"
    elif answer.has_model:
        first = f"{label(best)} {without_citations(best.claim)}"
    else:
        first = f"No model{_because(answer)}. {_candidate_label(best)} {_chain_words(best)}"
    return f"{first}{'' if first.endswith(('.', '…')) else '.'} {_next_words(answer)}"


def label(hypothesis: Hypothesis) -> str:
    """Return how sure the headline may sound."""
    return _PROVEN.get(hypothesis.status) or _LABELS[hypothesis.likelihood]


def best_check(answer: Answer) -> Check | None:
    """Return the check that decides between most live rivals, then the cheapest, then the best one's."""
    live = {hypothesis.id for hypothesis in answer.live}
    checks = [hypothesis.next_check for hypothesis in answer.live if hypothesis.next_check]
    return min(checks, key=lambda c: (-len(live & set(c.splits)), c.minutes), default=None)


def _lines(answer: Answer, cap: int, most: int) -> list[Line]:
    if not answer.live:
        lines = _without_chain(answer, cap, most)
    elif answer.has_model:
        lines = _from_model(answer, answer.live[0], cap)
    else:
        lines = _from_rules(answer, answer.live[0], cap, most)
    return [line for line in (_lateness(answer), _cut_short(answer), *lines) if line]


def _from_model(answer: Answer, best: Hypothesis, cap: int) -> list[Line]:
    ids = cited_ids(best.trigger.evidence)
    alone = [text(" No rival was found.")] if len(answer.live) == 1 else []
    claim = spans(f" {without_citations(best.claim)}", limit_chars=cap)
    return [
        [bold(label(best)), *claim, *cites(ids[:2], answer.incident), *alone],
        _not_shown(answer, best, cap),
        *_check_lines(answer, cap),
        *_mitigation_lines(answer, cap),
        _ruled_out(answer, cap),
        *_recovered(answer),
    ]


def _from_rules(answer: Answer, best: Hypothesis, cap: int, most: int) -> list[Line]:
    facts, incident, as_of = answer.facts, answer.incident, answer.as_of
    short, is_brief = max(cap * 2 // 3, _SHORTEST_CAP), cap < _BRIEF
    return [
        [bold(f"No model{_because(answer)}:"), text(" changes and symptoms in order, no diagnosis.")],
        _candidate(answer, best, max(short, _LEAST_STEP_CAP)),
        _ask(answer, cap),
        *_mitigation_lines(answer, cap),
        *symptom_lines(facts, incident, as_of=as_of, cap=short, is_brief=is_brief, ended_by=best.ended_by),
        changes_line(
            facts, incident, as_of=as_of, cap=short, told=set(cited_ids(best.trigger.evidence)), most=most
        ),
        _ruled_out(answer, cap, most),
    ]


def _without_chain(answer: Answer, cap: int, most: int) -> list[Line]:
    facts, incident, as_of = answer.facts, answer.incident, answer.as_of
    short, is_brief = max(cap * 2 // 3, _SHORTEST_CAP), cap < _BRIEF
    why = _fallen_line(answer, cap) or spans(f" {_why(answer)}", limit_chars=cap + _CHECK_CAP)
    who = [] if answer.has_model else [italic(f"No model{_because(answer)}.")]
    return [
        [bold(_unexplained(answer)), *why],
        spans(without_citations(answer.insufficient), limit_chars=cap) if answer.fallen else [],
        who,
        _ask(answer, cap),
        *symptom_lines(facts, incident, as_of=as_of, cap=short, is_brief=is_brief),
        changes_line(facts, incident, as_of=as_of, cap=short, most=most),
        _ruled_out(answer, cap, most),
    ]


def _lateness(answer: Answer) -> Line:
    asked, made = answer.asked_at, answer.answered_at
    if asked is None or made is None or made - asked <= LATE:
        return []
    return [italic(f"Asked {asked:%H:%M}, answered {made:%H:%M}, {between(asked, made)} later.")]


def _cut_short(answer: Answer) -> Line:
    return [italic(answer.cut_short)] if answer.cut_short else []


def _because(answer: Answer) -> str:
    return f" ({shorten(answer.note, 60)})" if answer.note else ""


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
            *(cites(hypothesis.history[-1].because[:1], answer.incident) if hypothesis.history else []),
        ]
        for hypothesis in latest
    ]
    more = len(answer.fallen) - len(latest)
    return [text(" "), *joined([*told, *([[text(f"{more} more")]] if more else [])])] if told else []


def _said_of_fallen(answer: Answer) -> str:
    latest = answer.fallen[: -_MOST_FALLEN - 1 : -1]
    return " · ".join(_fall_words(hypothesis, answer, _LEAST_STEP_CAP) for hypothesis in latest)


def _fall_words(hypothesis: Hypothesis, answer: Answer, cap: int) -> str:
    """Return `H1 by a person 22:24 (its reason)`; how it fell, where the title does not say it."""
    how = "" if _are_all_refuted(answer) else f" {hypothesis.status.words}"
    if not hypothesis.history:
        return f"{hypothesis.id}{how}"
    last = hypothesis.history[-1]
    by = "" if last.by == RULE else " by a person"
    reason = fitted(without_citations(last.reason), limit=max(cap, _SHORTEST_CAP))
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


def _candidate(answer: Answer, best: Hypothesis, cap: int) -> Line:
    """Return the best chain on one line: how it starts and how it ends, each step with a message."""
    trigger, impact = set(cited_ids(best.trigger.evidence)), set(cited_ids(best.impact.evidence))
    steps = zip(best.links, (None, *best.links), strict=False)
    ends = [ends_cited(link, last, trigger=trigger, impact=impact) for link, last in steps]
    at_start = ends[0][0] if ends else list(trigger)
    is_trigger = best.trigger.at is not None and bool(trigger & set(at_start))
    stamp = f"{clock(best.trigger.at, as_of=answer.as_of)} " if best.trigger.at and is_trigger else ""
    first = best.links[0].cause if best.links else best.trigger.what
    line = [bold(_candidate_label(best)), text(f" {stamp}"), *_step(first, at_start, answer, cap)]
    later = list(zip(best.links, ends, strict=True))[-_LAST_STEPS:]
    for link, (_, at_effect) in later:
        line += [text(" → "), *_step(link.effect, at_effect, answer, cap)]
    alone = " · no live rival" if len(answer.live) == 1 and answer.facts.recovery is None else ""
    return [*line, text(f" · {_coverage(best, len(later))}{alone}")]


def _candidate_label(best: Hypothesis) -> str:
    return f"Candidate, {best.status}:"


def _coverage(best: Hypothesis, printed: int) -> str:
    """Say how much of a chain is shown, and that a step of it stands only below."""
    if best.shown < len(best.links):
        return f"{shown_words(best)}, middle step not shown"
    return f"{shown_words(best)}{', one more step below' if len(best.links) > printed else ''}"


def _step(words: str, ids: Sequence[str], answer: Answer, cap: int) -> Line:
    short = fitted(without_citations(words), limit=_STEP_CHARS)
    return [*spans(short, limit_chars=cap), *cites(ids[:1], answer.incident)]


def _check_lines(answer: Answer, cap: int) -> list[Line]:
    check = best_check(answer)
    if check is None:
        return [_ask(answer, cap)]
    title = [bold("Check next"), text(f" · {check.minutes} min · read-only")]
    do = spans(without_citations(check.do), limit_chars=max(cap, _CHECK_CAP))
    return [title, do, outcomes(check, [hypothesis.id for hypothesis in answer.live])]


def _ask(answer: Answer, cap: int) -> Line:
    check = best_check(answer)
    if check is None and not answer.open_questions and answer.facts.recovery is not None:
        return []
    effort = [text(f" ({check.minutes} min, read-only)")] if check else []
    words = check.do if check else _question(answer)
    return [bold("Ask next:"), text(" "), *_cited(words, answer, max(cap, _CHECK_CAP)), *effort]


def _cited(words: str, answer: Answer, cap: int) -> Line:
    """Return code's own question with its citations as links."""
    if answer.has_model:
        return spans(without_citations(words), limit_chars=cap)
    parts = _OWN_CITE.split(words)
    return [
        span
        for n, part in enumerate(parts)
        for span in (cites([part], answer.incident) if n % 2 else spans(part, limit_chars=cap))
    ]


def _mitigation_lines(answer: Answer, cap: int) -> list[Line]:
    items = answer.mitigations
    if not items or answer.facts.recovery is not None:
        return []
    more = text(f" {len(items) - 1} more named in the thread.") if len(items) > 1 else None
    return [[*_mitigation(answer, items[0], cap), text(". A person decides."), *([more] if more else [])]]


def _mitigation(answer: Answer, item: Mitigation, cap: int) -> Line:
    live = {hypothesis.id for hypothesis in answer.live}
    under = [i for i in item.safe_under if i in live]
    title = f"Would stop it under {listed(under)}:" if under else "Named to stop it:"
    return [
        bold(title),
        *spans(f" {without_citations(item.do).rstrip('.')}", limit_chars=cap),
        *cites(item.cites, answer.incident),
    ]


def _ruled_out(answer: Answer, cap: int, most: int = MOST) -> Line:
    return ruled_out_line(
        answer.facts, answer.incident, as_of=answer.as_of, cap=max(cap // 2, _SHORTEST_CAP), most=most
    )


def _recovered(answer: Answer) -> list[Line]:
    fact = answer.facts.recovery
    if fact is None:
        return []
    over = [bold(f"Recovered {clock(fact.at, as_of=answer.as_of)}"), *cites(fact.cites, answer.incident)]
    ended_by = answer.live[0].ended_by if answer.live else None
    if ended_by is None:
        return [over]
    return [[*over, text(" after "), *undoing_words(ended_by, answer.incident, as_of=answer.as_of)]]


def _chain_words(best: Hypothesis) -> str:
    steps = [best.links[0].cause if best.links else best.trigger.what, *(link.effect for link in best.links)]
    return " → ".join(fitted(without_citations(step), limit=_STEP_CHARS) for step in steps)


def _next_words(answer: Answer) -> str:
    check = best_check(answer)
    if check is not None:
        return f"Check next: {without_citations(check.do)}"
    if not answer.open_questions and answer.facts.recovery is not None:
        return f"Recovered {clock(answer.facts.recovery.at, as_of=answer.as_of)}."
    return f"Ask next: {without_citations(_question(answer))}"


def _question(answer: Answer) -> str:
    """Return what to ask people: the analyst's first question, else the one the facts leave open."""
    if answer.open_questions:
        return answer.open_questions[0]
    facts = answer.facts
    if facts.onset is None:
        return "when did it start, and which graph or alert shows it?"
    if not facts.changes_before_onset():
        return f"what was deployed, flagged or configured before {clock(facts.onset.at, as_of=answer.as_of)}?"
    if not facts.of(FactKind.DENIAL):
        return "what does one failing request say in the log?"
    nearest = facts.changes_before_onset()[0]
    return f"who can say whether the {clock(nearest.at, as_of=answer.as_of)} change touches what fails?"
