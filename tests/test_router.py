"""What of an incident tells where a question goes: its facts, at every moment, and never less than before."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bot.incident.case import Case
from bot.incident.extraction import extract
from bot.incident.facts import Facts
from bot.models.catalogue import default_catalogue
from bot.router import router_of, said_in
from bot.routing.route import Tier
from evals.recorded import load

INCIDENTS = sorted((Path(__file__).parents[1] / "evals" / "data" / "incidents").glob("*.json"))
ROUTER = router_of(default_catalogue().pair())
TOLD = {file.stem: load(file) for file in INCIDENTS}


def tier_of(file):
    domain = json.loads(file.read_text(encoding="utf-8"))["ground_truth"]["domain"]
    return Tier.OPUS if domain == "policy" else Tier.SONNET


def said(incident):
    return said_in(incident, extract(incident, now=incident.messages[-1].at))


def case_of(name, *, forced=None):
    told = TOLD[name]
    early = told.incident.until(told.incident.messages[0].ts)
    return Case(
        question="why are orders late?",
        asked_at=early.messages[-1].at,
        incident=told.incident,
        facts=extract(told.incident, now=told.incident.messages[-1].at),
        route=ROUTER.route("why are orders late?", [], forced=forced),
    )


@pytest.mark.parametrize("share", ["ask", "half", "end"])
@pytest.mark.parametrize("file", INCIDENTS, ids=lambda file: file.stem)
def test_an_incident_goes_where_its_matter_belongs_at_every_moment(file, share):
    told = TOLD[file.stem]
    half = told.incident.messages[len(told.incident.messages) // 2].ts
    until = {"ask": told.ask_at, "half": half, "end": told.incident.messages[-1].ts}[share]

    route = ROUTER.route(told.question, said(told.incident.until(until)))

    assert route.tier is tier_of(file)
    assert {match.source for match in route.matched} <= {"question", *told.incident.by_id}


def test_questions_and_suspicions_that_were_ruled_out_tell_nothing():
    told = TOLD["nightly-exports-fail"].incident
    every = frozenset(one.id for one in said(told))

    assert "m15" not in every  # "kms maybe?", answered by m16 and m20
    assert "m16" in every
    assert next(iter(every & {"m1"}), "")  # the first message is read whatever it is


def test_a_refusal_is_marked_and_of_a_long_paste_the_statements_are_read():
    told = TOLD["objectstore-key-rotation"].incident
    refused = next(message for message in told.messages if message.id == "m13")
    long = replace(refused, text="ok\n" * 5_000 + refused.text)
    facts = extract(told, now=told.messages[-1].at)

    changed = told.with_messages(long if m.id == "m13" else m for m in told.messages)
    [one] = [one for one in said_in(changed, facts) if one.id == "m13"]

    assert one.is_refusal
    assert len(one.text) < 5_000
    assert "InvalidAccessKeyId" in one.text


def test_nothing_said_tells_nothing():
    assert said_in(TOLD["lookup-timeouts"].incident.with_messages(()), Facts()) == []


def test_a_route_rises_when_what_stands_there_now_asks_for_it():
    case = case_of("deploys-refused")

    raised = ROUTER.raised(case)

    assert case.route.tier is Tier.SONNET
    assert (raised.route, raised.risen.tier) == (case.route, Tier.OPUS)
    assert raised.risen.reason.startswith("because of ")


def test_a_route_that_is_still_right_does_not_rise():
    assert ROUTER.raised(case_of("lookup-timeouts")).risen is None


@pytest.mark.parametrize("forced", [Tier.SONNET, Tier.OPUS])
def test_a_persons_choice_does_not_rise(forced):
    assert ROUTER.raised(case_of("deploys-refused", forced=forced)).risen is None
