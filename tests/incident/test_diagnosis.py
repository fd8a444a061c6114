"""A diagnosis as a whole: what follows the hypotheses, their common start, and what was left out of it."""

from dataclasses import replace

import pytest

from bot.incident.diagnosis import Rest, examined, left_out, rest_on_latest
from bot.incident.hypotheses import Dropped, DroppedKind, Mitigation, Trigger
from bot.incident.messages import Link
from tests.incident.scripts import case, facts, incident
from tests.incident.test_verification import PAIR, RELEASE, SCRIPT, cite

KNOWN = case(SCRIPT)


def mitigation(do="put the old pair back into vault-7", cites=("m9",)):
    return Mitigation(do=do, safe_under=("H1",), cites=cites)


def test_a_mitigation_keeps_the_citations_that_speak_of_it():
    given = mitigation(cites=("m9", "m99", "m2", "m9"))

    assert examined(Rest(mitigations=(given,)), KNOWN).mitigations == (replace(given, cites=("m9",)),)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (mitigation(cites=()), "no message names it"),
        (mitigation(cites=("m99",)), "no message names it"),
        (mitigation(do="drain the node", cites=("m9",)), "no message names it"),
        (mitigation(do="put the pair into vault-8"), "nothing read holds vault-8"),
        (mitigation(do="put the pair into vault-7 with --force"), "nothing read holds --force"),
    ],
)
def test_a_mitigation_that_nobody_named_is_dropped(given, why):
    rest = examined(Rest(mitigations=(given,)), KNOWN)

    assert rest.mitigations == ()
    assert [(item.reason, item.kind) for item in rest.dropped] == [(why, DroppedKind.MITIGATION)]


def test_a_mitigation_of_a_message_yet_to_come_is_dropped():
    early = replace(KNOWN, asked_at=incident(SCRIPT).messages[5].at)

    assert examined(Rest(mitigations=(mitigation(),)), early).mitigations == ()


def test_a_mitigation_names_nobody():
    rest = examined(Rest(mitigations=(mitigation(do="Ann's old pair back into vault-7"),)), KNOWN)

    assert rest.mitigations[0].do == "somebody's old pair back into vault-7"


def test_questions_and_gaps_name_nothing_that_was_not_read():
    given = Rest(
        open_questions=("Which key does production use?", "Is vault-9 up?"),
        unseen=("the log of mill-web", "the log of gate-5"),
        insufficient="Nothing shows why gate-5 fails.",
    )

    rest = examined(given, KNOWN)

    assert rest.open_questions == ("Which key does production use?",)
    assert rest.unseen == ("the log of mill-web",)
    assert rest.insufficient == "What was read supports no chain."
    assert len(rest.dropped) == 3
    assert examined(Rest(insufficient="Nothing shows when."), KNOWN).insufficient == "Nothing shows when."


def test_where_nobody_names_a_gap_code_names_the_links_and_what_could_not_be_gathered():
    told = incident(SCRIPT)
    urls = ("https://graphs.test/1", "https://acme.slack.com/archives/C1", "https://graphs.test/2")
    linked = replace(told.messages[0], links=tuple(Link(url=url) for url in urls))
    known = replace(case(told.with_messages([linked, *told.messages[1:]])), unseen=("the change log",))

    assert examined(Rest(), known).unseen == ("the change log", "what 2 links lead to")
    assert examined(Rest(unseen=("the log of mill-web",)), known).unseen == ("the log of mill-web",)


@pytest.mark.parametrize(
    ("triggers", "is_so"),
    [(("m2", "m2"), True), (("m2", "m1"), False), (("m2",), False), ((), False)],
)
def test_that_all_start_from_the_latest_change_is_told(triggers, is_so):
    rivals = [replace(RELEASE, trigger=Trigger(what="it", evidence=(cite(i),))) for i in triggers]

    assert rest_on_latest(rivals, facts(SCRIPT)) is is_so


def test_where_nothing_changed_nothing_starts_from_a_change():
    assert not rest_on_latest([PAIR, RELEASE], facts("10:00 Datadog* Triggered: writes low"))


def test_what_was_left_out_is_told_by_kind_without_what_was_moved():
    kinds = (DroppedKind.CITATION, DroppedKind.EXPLANATION, DroppedKind.CITATION)
    moved = Dropped(what="restart", reason="changes", kind=DroppedKind.CHECK, is_moved=True)

    assert left_out([*(Dropped(what="x", reason="y", kind=k) for k in kinds), moved]) == (
        "1 explanation, 2 citations"
    )
    assert left_out([moved]) == ""
