"""A question goes to a model because of words in it or in the thread, and the route says which."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.routing import Tier, parse_routes, route, shipped_routes

MODELS = {Tier.SONNET: "a-sonnet", Tier.OPUS: "an-opus"}
INCIDENTS = Path(__file__).parents[2] / "evals" / "data" / "incidents"
THREAD = [
    ("m1", "starting the planned key rotation, new pair created"),
    ("m8", "PUT and delete failing everywhere, reads ~ a third fail"),
    ("m10", "storage cluster is healthy, cpu and disks idle"),
    ("m13", "storage auth failed: 403 InvalidAccessKeyId op=put colo=FRA"),
    ("m15", "auth errors... we rotated keys tonight"),
]


def routed(question, texts=(), **changes):
    settings = {"routes": shipped_routes(), "models": MODELS} | changes
    return route(question, texts, **settings)


def told(name):
    incident = json.loads((INCIDENTS / f"{name}.json").read_text(encoding="utf-8"))
    visible = [m for m in incident["messages"] if m["ts"] <= incident["ask_at"]]
    return incident["question"], [(f"m{n}", m.get("text", "")) for n, m in enumerate(visible, start=1)]


def test_words_in_the_thread_send_a_question_without_any_to_opus():
    decision = routed("why are uploads failing?", THREAD)

    assert (decision.tier, decision.model, decision.domain) == (Tier.OPUS, "an-opus", "aws_iam")
    assert decision.reason == "because of InvalidAccessKeyId, rotated keys"
    assert [(m.words, m.source) for m in decision.matched[:2]] == [
        ("InvalidAccessKeyId", "m13"),
        ("rotated keys", "m15"),
    ]


def test_without_the_thread_the_same_question_goes_to_sonnet():
    decision = routed("why are uploads failing?")

    assert (decision.tier, decision.model, decision.matched) == (Tier.SONNET, "a-sonnet", ())
    assert decision.score < 0.5
    assert decision.reason == "because nothing here is about AWS permissions or S3"


@pytest.mark.parametrize(
    ("name", "tier"),
    [
        ("objectstore-key-rotation", Tier.OPUS),
        ("scp-root-region-deny", Tier.OPUS),
        ("waf-role-bucket-exfil", Tier.OPUS),
        ("deploys-refused", Tier.OPUS),
        ("nightly-exports-fail", Tier.OPUS),
        ("db-primary-wiped", Tier.SONNET),
        ("edge-feature-file", Tier.SONNET),
        ("lookup-timeouts", Tier.SONNET),
        ("product-pages-slow", Tier.SONNET),
        ("replica-repool-overload", Tier.SONNET),
    ],
)
def test_an_incident_goes_where_its_matter_belongs(name, tier):
    question, texts = told(name)

    assert routed(question, texts).tier is tier


def test_a_mention_in_passing_does_not_escalate_a_thread():
    texts = [("m1", "backups were supposed to be in S3"), ("m2", "replication lag is 4 GB")]

    assert routed("why is the replica behind?", texts).tier is Tier.SONNET


def test_one_denial_in_a_long_thread_of_other_things_still_counts():
    chatter = [(f"m{n}", "latency is up again") for n in range(1, 200)]
    denial = "User: arn:aws:iam::111122223333:user/ci is not authorized to perform: sqs:SendMessage"

    decision = routed("what is wrong?", [*chatter, ("m200", denial)])

    assert decision.tier is Tier.OPUS
    assert {match.source for match in decision.matched} == {"m200"}


def test_a_person_who_chooses_a_model_gets_it_and_still_sees_the_domain():
    decision = routed("why are uploads failing?", THREAD, forced=Tier.SONNET)

    assert (decision.tier, decision.is_forced) == (Tier.SONNET, True)
    assert decision.domain == "aws_iam"
    assert decision.reason == "because you asked for Sonnet"


def test_an_override_sends_a_domain_elsewhere_and_says_so():
    routes = parse_routes('smallest_gap_points = 5\n[overrides]\nkubernetes = "opus"')

    decision = routed("why does the pod crash?", routes=routes)

    assert (decision.tier, decision.reason) == (Tier.OPUS, "because kubernetes is set to opus")


def test_the_thread_names_the_domain_when_the_question_does_not():
    assert routed("what is wrong?", [("m1", "pods in namespace shop restart")]).domain == "kubernetes"
    assert routed("why do pods restart?", [("m1", "the ALB is fine")]).domain == "kubernetes"


def test_each_tier_has_its_effort():
    efforts = {Tier.SONNET: "low", Tier.OPUS: "xhigh"}

    assert routed("why?", efforts=efforts).effort == "low"
    assert routed("why?", efforts=efforts, forced=Tier.OPUS).effort == "xhigh"


@given(
    question=st.text(max_size=40),
    texts=st.lists(st.tuples(st.sampled_from(["m1", "m2", "m3"]), st.text(max_size=40)), max_size=5),
)
def test_any_text_gets_the_same_route_twice_with_words_that_stand_in_their_source(question, texts):
    decision = routed(question, texts)

    assert decision == routed(question, texts)
    assert len(decision.matched) <= 5
    for match in decision.matched:
        sources = [question] if match.source == "question" else [t for i, t in texts if i == match.source]
        assert any(match.words in text for text in sources)
