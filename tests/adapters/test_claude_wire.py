"""The form in which Claude answers."""

import json

import anthropic
import pytest
from pydantic import ValidationError

from bot.adapters.claude_wire import (
    MAX_EVIDENCE,
    MAX_LINKS,
    MAX_WORDS,
    WireAccess,
    WireDiagnosis,
    WireHypothesis,
    answer_schema,
    to_closing,
    to_hypothesis,
)
from bot.incident.hypotheses import EvidenceKind
from tests.messages_api.judge import _judge_output
from tests.messages_api.models import MODELS

CITED = {"id": " m3 ", "quote": "removed the old pair", "kind": " Direct"}
LINK = {
    "cause": " pair removed ",
    "effect": "403",
    "mechanism": "",
    "evidence_for": [CITED, CITED],
    "evidence_against": [],
    "falsifier": "",
}
HYPOTHESIS = {
    "id": "H2",
    "claim": " Production keeps the old pair ",
    "trigger": {"what": "pair removed", "evidence": [CITED]},
    "links": [LINK],
    "impact": {"symptom": "writes fail", "population": "all", "evidence": []},
    "conditions": ["", " a cache stands in front "],
    "does_not_explain": [],
    "refuted_if": "",
    "next_check": {
        "do": "look",
        "expect_if_true": "",
        "expect_if_false": "",
        "splits": ["H1", "H1"],
        "minutes": 0,
    },
}


def a_hypothesis(**changes: object) -> WireHypothesis:
    return WireHypothesis.model_validate({**HYPOTHESIS, **changes})


def test_the_schema_is_closed_everywhere_and_carries_no_bounds_or_notes():
    schema = answer_schema()

    for accepts in MODELS.values():
        _judge_output({"format": {"type": "json_schema", "schema": schema}}, accepts)
    assert not {"title", "description", "default"} & set(json.dumps(schema).replace('"', " ").split())
    assert next(iter(schema["properties"])) == "hypotheses"


def test_the_schema_asks_for_the_same_fields_as_the_sdk_would():
    ours, theirs = answer_schema(), anthropic.transform_schema(WireDiagnosis)

    assert ours["required"] == [*theirs["required"], "notes"]
    for name, definition in ours["$defs"].items():
        more = ["access"] if name == "WireHypothesis" else []  # older answers, kept as samples, have none
        assert definition.get("required", []) == [*theirs["$defs"][name].get("required", ()), *more]


def test_a_claim_about_a_permission_is_translated_once():
    claim = {"denial": " p1 ", "decision": "Explicit_Deny", "layer": "SCP"}
    wire = a_hypothesis().model_copy(update={"access": [WireAccess(**claim)] * 2})

    [access] = to_hypothesis(wire, taken=[]).access

    assert (access.denial, access.decision, access.layer) == ("p1", "explicit_deny", "scp")


def test_a_hypothesis_is_translated_with_its_words_trimmed_and_its_doubles_dropped():
    hypothesis = to_hypothesis(a_hypothesis(), taken=[])

    assert hypothesis.claim == "Production keeps the old pair"
    assert [(item.id, item.kind) for item in hypothesis.links[0].evidence_for] == [
        ("m3", EvidenceKind.DIRECT)
    ]
    assert hypothesis.conditions == ("a cache stands in front",)
    assert hypothesis.next_check.splits == ("H1",)


@pytest.mark.parametrize(
    ("wanted", "taken", "given"),
    [
        ("H2", [], "H2"),
        (" h3 ", [], "H3"),
        ("H1", ["H1"], "H2"),
        ("<!channel>", ["H1", "H2"], "H3"),
        ("H0", [], "H1"),
        ("", [], "H1"),
    ],
)
def test_an_id_is_kept_when_it_is_one_and_free(wanted, taken, given):
    assert to_hypothesis(a_hypothesis(id=wanted), taken=taken).id == given


@pytest.mark.parametrize(("minutes", "clamped"), [(-5, 1), (0, 1), (30, 30), (10**9, 60)])
def test_minutes_out_of_range_are_clamped_and_do_not_cost_the_answer(minutes, clamped):
    check = {**HYPOTHESIS["next_check"], "minutes": minutes}

    assert to_hypothesis(a_hypothesis(next_check=check), taken=[]).next_check.minutes == clamped


def test_a_check_without_an_act_is_no_check():
    check = {**HYPOTHESIS["next_check"], "do": " "}

    assert to_hypothesis(a_hypothesis(next_check=check), taken=[]).next_check is None


def test_endless_lists_are_cut():
    many = [{**CITED, "id": f"m{n}"} for n in range(100)]
    links = [{**LINK, "evidence_for": many}] * 100

    hypothesis = to_hypothesis(a_hypothesis(links=links, conditions=[str(n) for n in range(100)]), taken=[])

    assert len(hypothesis.links) == MAX_LINKS
    assert len(hypothesis.links[0].evidence_for) == MAX_EVIDENCE
    assert len(hypothesis.conditions) == MAX_WORDS


@pytest.mark.parametrize(
    "changes",
    [{"likelihood": "likely"}, {"claim": None}, {"trigger": {"what": "x"}}, {"next_check": {}}],
)
def test_a_field_too_many_or_too_few_is_refused(changes):
    with pytest.raises(ValidationError):
        a_hypothesis(**changes)


@pytest.mark.parametrize("kind", ["certain", "", 1])
def test_a_kind_of_evidence_that_does_not_exist_is_refused(kind):
    with pytest.raises(ValidationError):
        a_hypothesis(trigger={"what": "x", "evidence": [{**CITED, "kind": kind}]})


@pytest.mark.parametrize(
    ("hypotheses", "said", "insufficient"),
    [
        ([], " no change is known ", "no change is known"),
        ([], " ", "The model found no chain that the messages support."),
        ([HYPOTHESIS], "but I doubt it", ""),
    ],
)
def test_it_is_insufficient_exactly_when_there_is_no_hypothesis(hypotheses, said, insufficient):
    diagnosis = WireDiagnosis.model_validate(
        {
            "hypotheses": hypotheses,
            "mitigations": [
                {"do": " ", "safe_under": [], "cites": []},
                {"do": "put the pair back", "safe_under": ["H1"], "cites": ["m1"]},
            ],
            "open_questions": ["who?", "who?"],
            "unseen": [],
            "insufficient": said,
        }
    )

    closing = to_closing(diagnosis)

    assert closing.insufficient == insufficient
    assert [item.do for item in closing.mitigations] == ["put the pair back"]
    assert closing.open_questions == ("who?",)
