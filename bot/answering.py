"""From what was found to what an answer says: the part that Slack and a replay share."""

from collections.abc import Iterator

from bot.answers import Usage
from bot.incident.access import words_of
from bot.incident.case import Case
from bot.incident.diagnosis import left_out
from bot.investigation import Finding
from bot.models.catalogue import Catalogue
from bot.slack.answer_values import Answer, Computed
from bot.slack.computed import computed
from bot.slack.money import Bill


def answer_of(case: Case, finding: Finding, *, answer_id: str, catalogue: Catalogue) -> Answer:
    """Return what an answer says; when it was asked and how long it took is for the caller to add.

    Args:
        case: What the analyst was given.
        finding: What passed verification.
        answer_id: Of the request.
        catalogue: Names the models for people.
    """
    closing, usage = finding.closing, finding.closing.usage
    return Answer(
        id=answer_id,
        incident=case.incident,
        facts=case.facts,
        route=case.route,
        as_of=case.asked_at,
        hypotheses=finding.hypotheses,
        unproposed=finding.unproposed,
        mitigations=finding.mitigations,
        open_questions=closing.open_questions,
        unseen=closing.unseen if closing.analyst == "rules" else (*case.unseen, *closing.unseen),
        computed=(*_disagreements(case, finding), *computed(case.incident)),
        analyst=closing.analyst,
        model_name=catalogue.label(usage.model if usage else case.route.model),
        note=closing.note,
        cut_short=closing.cut_short,
        can_go_on=closing.can_go_on,
        insufficient=closing.insufficient,
        bill=bill_of(usage) if usage else Bill(),
        dropped=sum(not item.is_moved for item in finding.dropped),
        left_out=left_out(finding.dropped),
        reading=case.reading,
        is_full=case.is_full,
        risen=case.risen,
    )


def _disagreements(case: Case, finding: Finding) -> Iterator[Computed]:
    """Yield where a hypothesis takes for granted what code computed otherwise."""
    cites = {one.id: one.cites for one in case.verdicts}
    for hypothesis in finding.hypotheses:
        for one in hypothesis.access if hypothesis.is_live else ():
            if one.disagreement:
                yield Computed(words=words_of(hypothesis, one), cites=cites.get(one.denial, ()))


def bill_of(usage: Usage) -> Bill:
    """Return what a model's use cost, as far as it was reported and its price is known."""
    return Bill(usd=usage.cost_usd, is_least=usage.is_partial or usage.cost_usd is None)
