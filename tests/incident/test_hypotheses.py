from dataclasses import replace

import pytest

from bot.incident.hypotheses import Diagnosis, Evidence, EvidenceKind, Link, Status, cited_ids
from tests.slack.samples import H1, H2, H3

SEEN = Evidence(id="m1", kind=EvidenceKind.DIRECT)
GUESS = Evidence(id="m2", kind=EvidenceKind.INFERENTIAL)


@pytest.mark.parametrize(
    ("for_it", "against", "status"),
    [
        ((SEEN,), (), "shown"),
        ((GUESS,), (), "inferred"),
        ((), (), "inferred"),
        ((SEEN,), (GUESS,), "contradicted"),
    ],
)
def test_a_link_stands_as_its_evidence_does(for_it, against, status):
    link = Link(cause="a", effect="b", evidence_for=for_it, evidence_against=against)

    assert link.status == status


def test_one_live_hypothesis_is_unopposed_whatever_has_fallen():
    assert Diagnosis(hypotheses=(H1, H3)).is_unopposed
    assert not Diagnosis(hypotheses=(H1, H2)).is_unopposed
    assert not Diagnosis().is_unopposed


def test_a_refuted_or_stale_hypothesis_is_out_of_the_race():
    assert H1.is_live
    assert not H3.is_live
    assert not replace(H1, status=Status.STALE).is_live


def test_ids_are_cited_once_in_their_order():
    assert cited_ids([GUESS, SEEN, GUESS]) == ("m2", "m1")
