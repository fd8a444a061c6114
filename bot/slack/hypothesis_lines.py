"""One hypothesis: which links are shown, what speaks against it and what would end it."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Literal

from bot.incident.gist import brief
from bot.incident.hypotheses import (
    Change,
    Check,
    Evidence,
    EvidenceKind,
    Hypothesis,
    Link,
    Order,
    Status,
    cited_ids,
)
from bot.incident.messages import Incident
from bot.incident.wording import clock, counted, evidence_words, known, one_line, without_citations
from bot.slack.blocks import MAX_CITES, Line, bold, cites, italic, joined, numbered, rich, spans, text
from bot.slack.limits import UNCUT, Blocks, visible_chars

Told = Literal["whole", "outcomes", "nothing"]
"""How much of a check is printed."""

_LINE_CAP = 140
_QUOTE_CAP = 70
"""The fewest characters a sentence and a quote are cut to, however little room there is."""

_ALONE_CAPS = (UNCUT, 240, 160, 110, 80)
_ALONE_CHARS = 1_500
MOST_LINKS = 7
MOST_AGAINST = 2


def hypothesis_blocks(
    hypothesis: Hypothesis, incident: Incident, *, answer_id: str, as_of: datetime, n: int = 0
) -> Blocks:
    """Return one hypothesis as it appears in the thread while others are still being worked out.

    Args:
        hypothesis: Verified.
        incident: Redacted.
        answer_id: Of the answer it belongs to.
        as_of: The moment that counts; aware, UTC.
        n: The number of its first block in the message.
    """
    versions = ([rich(hypothesis_lines(hypothesis, incident, as_of=as_of, cap=cap))] for cap in _ALONE_CAPS)
    *longer, shortest = versions
    fitting = next((blocks for blocks in longer if visible_chars(blocks) <= _ALONE_CHARS), shortest)
    return numbered(fitting, answer_id, start=n)


def hypothesis_lines(
    hypothesis: Hypothesis,
    incident: Incident,
    *,
    as_of: datetime,
    has_claim: bool = True,
    check: Told = "whole",
    cap: int = UNCUT,
) -> list[Line]:
    """Return the lines of one hypothesis that is still in the race.

    Without `has_claim` the claim is not repeated, and of the `check` only as much as the headline
    does not say already.
    Each cause and effect takes `cap` characters at most; a sentence may take more.
    """
    claim = spans(without_citations(hypothesis.claim), limit_chars=2 * cap) if has_claim else []
    return [
        _title(hypothesis),
        claim,
        *_trigger(hypothesis, incident, as_of=as_of, cap=cap),
        *chain_lines(hypothesis, incident, as_of=as_of, cap=cap),
        *_unordered(hypothesis),
        *_against(hypothesis, incident, cap),
        _refuted_if(hypothesis, cap),
        *_check_lines(hypothesis, check, cap),
    ]


def shown_words(hypothesis: Hypothesis) -> str:
    """Return `3 of 4 links shown`."""
    return f"{hypothesis.shown} of {counted(len(hypothesis.links), 'link')} shown"


def standing_of(hypothesis: Hypothesis) -> tuple[str, str, str, str]:
    """Return how one stands, as the next answer compares it.

    Returns:
        Its status, its likelihood, `3 of 4 links shown`, and the ids that it cites, between blanks.
    """
    cited = " ".join(cited_ids(hypothesis.evidence))
    return hypothesis.status.value, hypothesis.likelihood.value, shown_words(hypothesis), cited


def chain_lines(
    hypothesis: Hypothesis, incident: Incident, *, as_of: datetime, cap: int = UNCUT
) -> list[Line]:
    """Return one line a link: ● shown by more than an inference, ○ inferred."""
    trigger = set(cited_ids(hypothesis.trigger.evidence))
    starts = _first_link_of(trigger, hypothesis.links)
    stamp = _stamp(hypothesis, hypothesis.links[starts].cause, as_of) if starts is not None else ""
    impact = set(cited_ids(hypothesis.impact.evidence))
    lines: list[Line] = []
    last: Link | None = None
    for index, link in enumerate(hypothesis.links[:MOST_LINKS]):
        lead = stamp if index == starts else ""
        lines.append(_link(link, last, incident, trigger=trigger, impact=impact, stamp=lead, cap=cap))
        last = link
    hidden = len(hypothesis.links) - MOST_LINKS
    return [*lines, [text(f"{counted(hidden, 'more link')} not printed")]] if hidden > 0 else lines


def ends_cited(
    link: Link, last: Link | None, *, trigger: AbstractSet[str], impact: AbstractSet[str]
) -> tuple[list[str], list[str]]:
    """Return which of a link's citations belong to its cause and which to its effect.

    What the trigger or the `last` link cites stands at the cause, the rest at the effect; but what an
    inference rests on is its cause, unless it shows the impact.
    """
    ids = cited_ids(link.evidence_for)
    before = trigger | set(cited_ids(last.evidence_for) if last else ())
    at_cause = [i for i in ids if i in before or not (link.is_shown or i in impact)]
    return at_cause, [i for i in ids if i not in at_cause]


def outcomes(check: Check, standing: Sequence[str], *, cap: int = UNCUT) -> Line:
    """Return `before 20:19 → H1 · at 20:19 → H2`: what would be seen, and for whom it speaks.

    Only hypotheses that are still `standing`, by id and best first, are named.
    """
    split = [i for i in check.splits if i in standing] or list(standing[:1])
    other = split[1] if split[1:] else f"not {split[0]}"
    pairs = ((check.expect_if_true, split[0]), (check.expect_if_false, other))
    return joined(
        [
            [*spans(without_citations(seen), limit_chars=max(cap, _QUOTE_CAP)), text(f" → {whom}")]
            for seen, whom in pairs
            if seen
        ],
        "   ·   ",
    )


def refuted_line(hypothesis: Hypothesis, incident: Incident, *, as_of: datetime, cap: int = UNCUT) -> Line:
    """Return `H3 refuted 22:10 · 14:00 release [12] · reopen if …`, for one that is out of the race.

    One that lost to a proven rival is `not supported any more`.
    """
    last = last_change(hypothesis, hypothesis.status)
    when = f" {clock(last.at, as_of=as_of)}" if last else ""
    claim = _fallen_claim(hypothesis, incident, as_of=as_of, cap=cap)
    because = cites(last.because, incident) if last else []
    reopen = spans(without_citations(hypothesis.reopen_if), limit_chars=_sentence_cap(cap))
    reason = _reason(last, cap)
    return joined(
        [
            [bold(hypothesis.id), text(f" {hypothesis.status.words}{when}")],
            claim,
            [*reason, *because] if reason else [text("see"), *because] if because else [],
            [text("reopen if "), *reopen] if reopen else [],
        ]
    )


def _sentence_cap(cap: int) -> int:
    """Return how long a sentence may be where a cause or effect may take `cap` characters."""
    return max(2 * cap, _LINE_CAP)


def _fallen_claim(hypothesis: Hypothesis, incident: Incident, *, as_of: datetime, cap: int) -> Line:
    """Return what was suspected, with its time and its message unless the same message refutes it.

    Words that were taken back are not there any more.
    """
    if not hypothesis.claim:
        return []
    last = last_change(hypothesis, hypothesis.status)
    ids = [i for i in cited_ids(hypothesis.trigger.evidence)[:1] if not last or i not in last.because]
    stamp = _stamp(hypothesis, hypothesis.claim, as_of)
    words = f"{stamp} {without_citations(hypothesis.claim)}".strip()
    return [*spans(words, limit_chars=max(cap, _QUOTE_CAP)), *cites(ids, incident)]


def last_change(hypothesis: Hypothesis, status: Status) -> Change | None:
    """Return the latest change to this status; None when the history does not hold one."""
    return next((change for change in reversed(hypothesis.history) if change.status is status), None)


def _reason(change: Change | None, cap: int) -> Line:
    words = without_citations(change.reason) if change else ""
    return spans(brief(words, limit=max(cap, _QUOTE_CAP)))


def _title(hypothesis: Hypothesis) -> Line:
    is_new = hypothesis.status is Status.PROPOSED
    words = [hypothesis.likelihood, *([] if is_new else [hypothesis.status]), shown_words(hypothesis)]
    return [bold(hypothesis.id), text(f" · {' · '.join(words)}")]


def _first_link_of(trigger: set[str], links: Sequence[Link]) -> int | None:
    """Return the place of the first link that cites the trigger; None when none does."""
    cited = (index for index, link in enumerate(links) if trigger & set(cited_ids(link.evidence_for)))
    return next(cited, None)


def _stamp(hypothesis: Hypothesis, beside: str, as_of: datetime) -> str:
    """Return the trigger's time; empty when unknown or when the words beside it say it already."""
    at = hypothesis.trigger.at
    return clock(at, as_of=as_of) if at and f"{at:%H:%M}" not in beside else ""


def _trigger(hypothesis: Hypothesis, incident: Incident, *, as_of: datetime, cap: int) -> list[Line]:
    """Return a line for a trigger that no link cites, so that it cannot get lost."""
    ids = known(cited_ids(hypothesis.trigger.evidence), incident)
    in_links = {item.id for link in hypothesis.links for item in link.evidence_for}
    if not ids or in_links & set(ids):
        return []
    stamp = _stamp(hypothesis, hypothesis.trigger.what, as_of)
    what = spans(without_citations(hypothesis.trigger.what), limit_chars=cap)
    return [[text(f"Trigger: {stamp} " if stamp else "Trigger: "), *what, *cites(ids, incident)]]


def _link(
    link: Link,
    last: Link | None,
    incident: Incident,
    *,
    trigger: AbstractSet[str],
    impact: AbstractSet[str],
    stamp: str,
    cap: int,
) -> Line:
    """Return one link, each end with its citations; a cause that the line above ends with is not repeated."""
    at_cause, at_effect = ends_cited(link, last, trigger=trigger, impact=impact)
    is_continued = last is not None and one_line(last.effect) == one_line(link.cause)
    if is_continued:
        at_effect = [
            i for i in (*at_cause, *at_effect) if last is None or i not in cited_ids(last.evidence_for)
        ]
    cause = [] if is_continued else _end(link.cause, at_cause, incident, cap=cap)
    beside = [*([] if is_continued else at_cause[:MAX_CITES]), *at_effect[:MAX_CITES]]
    return [
        text(f"{'●' if link.is_shown else '○'} {stamp}{' ' if stamp else ''}"),
        *cause,
        text(" → " if cause else "→ "),
        *_end(link.effect, at_effect, incident, cap=cap),
        text(" · "),
        italic(evidence_words(link.evidence_for, incident, shown=beside)),
        *_order(link),
    ]


def _end(words: str, ids: Sequence[str], incident: Incident, *, cap: int) -> Line:
    return [*spans(without_citations(words), limit_chars=cap), *cites(ids, incident)]


def _order(link: Link) -> Line:
    """Say when the order in time is wrong."""
    if link.order is Order.VIOLATED:
        return [text(" · "), bold("effect seen before its cause")]
    return []


def _unordered(hypothesis: Hypothesis) -> list[Line]:
    """Say how many shown links have no stated order, once: it is so for most of what people write."""
    shown = [link for link in hypothesis.links if link.is_shown]
    unknown = sum(link.order is Order.UNKNOWN for link in shown)
    if not unknown:
        return []
    return [[text(f"Order in time: not stated for {unknown} of {counted(len(shown), 'shown link')}")]]


def _against(hypothesis: Hypothesis, incident: Incident, cap: int) -> list[Line]:
    items = [item for link in hypothesis.links for item in link.evidence_against]
    gaps = "; ".join(without_citations(gap) for gap in hypothesis.does_not_explain)
    if not items and not gaps:
        return [[text("Against, and not explained by it: nothing found")]]
    shown = joined([_counter(item, incident, cap) for item in items[:MOST_AGAINST]])
    more = [text(f" · {len(items) - MOST_AGAINST} more")] if len(items) > MOST_AGAINST else []
    unexplained = spans(gaps or "nothing found", limit_chars=_sentence_cap(cap))
    against = [text("Against: "), *(shown or [text("nothing found")]), *more]
    return [against, [text("Does not explain: "), *unexplained]]


def _counter(item: Evidence, incident: Incident, cap: int) -> Line:
    """Return what speaks against it, in the words of the message; where none are quoted, its first ones."""
    message = incident.by_id.get(item.id)
    words = one_line(item.quote or (message.text if message else ""))
    most = max(cap, _QUOTE_CAP) if item.quote else _QUOTE_CAP
    inferred = [text(" (inferred)")] if item.kind is EvidenceKind.INFERENTIAL else []
    return [*spans(words, limit_chars=most), *cites([item.id], incident), *inferred]


def _check_lines(hypothesis: Hypothesis, told: Told, cap: int) -> list[Line]:
    check = hypothesis.next_check
    if check is None or told == "nothing":
        return []
    if told == "outcomes":
        line = outcomes(check, check.splits or (hypothesis.id,), cap=cap)
        return [[text("What to ask next would show: "), *line]] if line else []
    do = spans(without_citations(check.do), limit_chars=_sentence_cap(cap))
    title: Line = [text(f"Check ({check.minutes} min, read-only): "), *do]
    return [joined([title, outcomes(check, check.splits or (hypothesis.id,), cap=cap)], "   ·   ")]


def _refuted_if(hypothesis: Hypothesis, cap: int) -> Line:
    falsifiers = [hypothesis.refuted_if, *(link.falsifier for link in hypothesis.links)]
    words = without_citations(next(filter(None, falsifiers), "nothing named"))
    return [text("Refuted if: "), *spans(words, limit_chars=_sentence_cap(cap))]
