"""A question goes to a model because of words in it or in the thread, and the route says which."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.routing import Said, Tier, parse_routes, risen, route, shipped_routes

MODELS = {Tier.SONNET: "a-sonnet", Tier.OPUS: "an-opus"}
THREAD = [
    ("m1", "starting the planned key rotation, new pair created"),
    ("m8", "PUT and delete failing everywhere, reads ~ a third fail"),
    ("m10", "storage cluster is healthy, cpu and disks idle"),
    ("m13", "storage auth failed: 403 InvalidAccessKeyId op=put colo=FRA"),
    ("m15", "auth errors... we rotated keys tonight"),
]


def routed(question, texts=(), **changes):
    settings = {"routes": shipped_routes(), "models": MODELS} | changes
    return route(
        question, [Said(id=one[0], text=one[1], is_refusal=one[2:] == (True,)) for one in texts], **settings
    )


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


def test_a_reason_does_not_deny_what_the_question_names():
    decision = routed("terraform s3 backend state lock in dynamodb")

    assert decision.tier is Tier.SONNET
    assert decision.reason.startswith("because S3 is named, but too little speaks")


def test_roles_and_keys_named_here_and_there_do_not_escalate_a_long_thread():
    named = "alarm Arrears of arn:aws:iam::111122223333:role/mailer"
    texts = [(f"m{n}", named if n % 50 == 0 else f"lag of reader-{n} grows") for n in range(1, 600)]

    assert routed("why is the reader behind?", texts).tier is Tier.SONNET


def test_a_mention_in_passing_does_not_escalate_a_thread():
    texts = [("m1", "backups were supposed to be in S3"), ("m2", "replication lag is 4 GB")]

    assert routed("why is the replica behind?", texts).tier is Tier.SONNET


CHATTER = [(f"m{n}", "latency is up again") for n in range(1, 2000)]
DENIAL = "User: arn:aws:iam::111122223333:user/ci is not authorized to perform: sqs:SendMessage"


@pytest.mark.parametrize("place", [0, 1000, 1999])
def test_one_refusal_deep_in_a_long_thread_decides(place):
    decision = routed("what is wrong?", [*CHATTER[:place], ("m7777", DENIAL, True), *CHATTER[place:]])

    assert decision.tier is Tier.OPUS
    assert {match.source for match in decision.matched} == {"m7777"}


def test_mentions_in_passing_do_not_escalate_a_long_thread():
    mentions = ["dumps go to S3 at night", "the IAM team has its retro now", "who has the role of scribe?"]
    said = [(f"m{n}", mentions[n % 3]) if n % 100 == 0 else pair for n, pair in enumerate(CHATTER)]

    assert routed("why are orders late?", said).tier is Tier.SONNET


def test_a_question_about_something_else_can_be_outweighed_by_what_was_refused():
    decision = routed("is MinIO slow, or is it Kafka and its ACLs?", [("m1", DENIAL, True)])

    assert decision.tier is Tier.OPUS


@pytest.mark.parametrize(
    ("before", "found", "forced", "tier"),
    [
        ((), THREAD, None, Tier.OPUS),
        (THREAD, (), None, Tier.OPUS),
        ((), (), None, Tier.SONNET),
        ((), THREAD, Tier.SONNET, Tier.SONNET),
        (THREAD, (), Tier.OPUS, Tier.OPUS),
    ],
)
def test_a_route_rises_never_falls_and_never_overrules_a_person(before, found, forced, tier):
    first = routed("why are uploads failing?", before, forced=forced)

    assert risen(first, routed("why are uploads failing?", found)).tier is tier


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
