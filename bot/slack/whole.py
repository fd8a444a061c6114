"""An answer in full, as the text of a file: for what a message has no room for."""

from collections.abc import Iterable, Iterator, Sequence

from bot.incident.hypotheses import Evidence, Hypothesis, Link, cited_ids
from bot.incident.messages import Incident
from bot.incident.wording import clock, evidence_words, known, one_line, shown_number, without_citations
from bot.slack.answer_values import Answer
from bot.slack.fact_lines import told_lines
from bot.slack.headline import whole_lines
from bot.slack.hypothesis_lines import last_change, shown_words
from bot.slack.limits import UNCUT, visible_text


def whole_answer(said: Answer) -> str:
    """Return everything an answer says, nothing shortened, as Markdown; not yet gated."""
    parts = [
        ["# The answer in full", f"As of {said.as_of:%Y-%m-%d %H:%M} UTC"],
        [f"- {visible_text(line)}" for line in whole_lines(said) if line],
        *(list(_hypothesis(h, said)) for h in (*said.live, *said.fallen)),
        _section("Seen, done and suspected", _told(said)),
        _section("Open questions", map(_plain, said.open_questions)),
        _section("What would stop the impact (a person decides)", _mitigations(said)),
        _section("Computed", (f"{_plain(c.words)}{_cites(c.cites, said.incident)}" for c in said.computed)),
        _section("Not seen", map(_plain, said.unseen)),
        _section("Messages cited", _sources(said)),
    ]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _section(title: str, items: Iterable[str]) -> list[str]:
    lines = [f"- {item}" for item in items if item.strip()]
    return [f"## {title}", "", *lines] if lines else []


def _told(said: Answer) -> Iterator[str]:
    lines = told_lines(said.facts, said.incident, as_of=said.as_of, cap=UNCUT, most=UNCUT)
    yield from (visible_text(line) for line in lines[1:])


def _hypothesis(hypothesis: Hypothesis, said: Answer) -> Iterator[str]:
    incident = said.incident
    yield f"## {hypothesis.id} · {_standing(hypothesis)}"
    yield ""
    yield _plain(hypothesis.claim)
    yield ""
    yield from _fall(hypothesis, said)
    yield f"- Trigger: {_plain(hypothesis.trigger.what)}{_cited(hypothesis.trigger.evidence, incident)}"
    for link in hypothesis.links:
        yield from _link(link, incident)
    yield from _labelled("Impact", (hypothesis.impact.symptom, hypothesis.impact.population))
    yield from _labelled("Under the condition", hypothesis.conditions)
    yield from _labelled("Does not explain", hypothesis.does_not_explain)
    yield from _labelled("Refuted if", (hypothesis.refuted_if,))
    yield from _labelled("Opens again if", (hypothesis.reopen_if,))
    yield from _labelled("Not seen", hypothesis.unseen)
    yield from _check(hypothesis)


def _standing(hypothesis: Hypothesis) -> str:
    """Return how it stands; of one that fell neither how likely it was nor how much of it was shown."""
    if not hypothesis.is_live:
        return hypothesis.status.words
    return " · ".join((hypothesis.likelihood, hypothesis.status.words, shown_words(hypothesis)))


def _fall(hypothesis: Hypothesis, said: Answer) -> Iterator[str]:
    last = last_change(hypothesis, hypothesis.status)
    if last and not hypothesis.is_live:
        reason = f": {_plain(last.reason)}" if last.reason else ""
        when = clock(last.at, as_of=said.as_of)
        yield f"- {hypothesis.status.words} {when}{reason}{_cites(last.because, said.incident)}"


def _link(link: Link, incident: Incident) -> Iterator[str]:
    evidence = f"{evidence_words(link.evidence_for, incident)}{_cited(link.evidence_for, incident)}"
    yield f"- {_plain(link.cause)} → {_plain(link.effect)} · {evidence}"
    for item in link.evidence_against:
        yield f"  - Against: {_plain(item.quote)}{_cited([item], incident)}"
    details = {"How": link.mechanism, "Does not hold if": link.falsifier}
    for label, words in details.items():
        yield from (f"  - {line[2:]}" for line in _labelled(label, (words,)))


def _check(hypothesis: Hypothesis) -> Iterator[str]:
    check = hypothesis.next_check
    if check is None:
        return
    yield f"- Check ({check.minutes} min, read-only): {_plain(check.do)}"
    outcomes = {"Expected if it holds": check.expect_if_true, "If it does not": check.expect_if_false}
    for label, words in outcomes.items():
        yield from (f"  - {line[2:]}" for line in _labelled(label, (words,)))


def _labelled(label: str, items: Sequence[str]) -> Iterator[str]:
    yield from (f"- {label}: {_plain(item)}" for item in items if item.strip())


def _mitigations(said: Answer) -> Iterator[str]:
    for item in said.mitigations:
        under = f" (under {', '.join(item.safe_under)})" if item.safe_under else ""
        yield f"{_plain(item.do)}{under}{_cites(item.cites, said.incident)}"


def _sources(said: Answer) -> Iterator[str]:
    evidence = (item for hypothesis in said.hypotheses for item in hypothesis.evidence)
    for evidence_id in known(cited_ids(evidence), said.incident):
        message = said.incident.by_id.get(evidence_id)
        if message is not None:
            who = f"{one_line(message.author.name)} {message.at:%H:%M:%S} UTC"
            yield f"[{shown_number(evidence_id)}] {who} {message.permalink}".strip()


def _cited(evidence: Iterable[Evidence], incident: Incident) -> str:
    return _cites(cited_ids(evidence), incident)


def _cites(ids: Iterable[str], incident: Incident) -> str:
    return "".join(f" [{shown_number(evidence_id)}]" for evidence_id in known(ids, incident))


def _plain(words: str) -> str:
    return one_line(without_citations(words))
