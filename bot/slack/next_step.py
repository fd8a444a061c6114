"""What to look at or ask next: the check that decides most, else the question that the facts leave open."""

import re

from bot.incident import next_check
from bot.incident.facts import FactKind
from bot.incident.hypotheses import Check
from bot.incident.wording import clock, without_citations
from bot.slack.answer_values import Answer
from bot.slack.blocks import Line, bold, cites, spans, text
from bot.slack.hypothesis_lines import outcomes

_CHECK_CAP = 110
_OWN_CITE = re.compile(r"\s*\[(m\d{1,5})\]")


def best_check(answer: Answer) -> Check | None:
    """Return the check that splits most live hypotheses per minute."""
    return next_check.best_check(answer.live)


def check_lines(answer: Answer, cap: int) -> list[Line]:
    """Return the check to make, or what to ask where there is none."""
    check = best_check(answer)
    if check is None:
        return [ask_line(answer, cap)]
    title = [bold("Check next"), text(f" · {check.minutes} min · read-only")]
    do = spans(without_citations(check.do), limit_chars=max(cap, _CHECK_CAP))
    return [title, do, outcomes(check, [hypothesis.id for hypothesis in answer.live], cap=cap)]


def ask_line(answer: Answer, cap: int) -> Line:
    """Return what to ask next; empty when it is over and nothing is open."""
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


def next_words(answer: Answer) -> str:
    """Return the next step for the lock screen."""
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
