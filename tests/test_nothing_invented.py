"""Whatever a model makes up in whatever field, no block, lock screen or file of an answer shows it."""

import asyncio
import re
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.answers import Closing
from bot.incident.board import Board
from bot.incident.diagnosis import left_out
from bot.incident.hypotheses import Check, Evidence, EvidenceKind, Mitigation, Trigger
from bot.investigation import investigate
from bot.slack.answer import Answer, answer
from bot.slack.as_text import as_text
from tests.fakes import FakeAnalyst
from tests.incident.scripts import ROUTE, case
from tests.incident.test_verification import PAIR, RELEASE, SCRIPT

CASE = case(SCRIPT)
SAID = " ".join((CASE.question, *(m.text for m in CASE.incident.messages)))
MADE_UP = (
    "4711", "88.8 %", "zeta-gateway-9", "10.9.8.7", "--purge-all", "https://evil.test/a", "NoSuchThing",
    "v9.9.9", "MAX_ZETA", "payments.internal", "23:59", "12 GB", "kubectl get zeta", "Mallory's", "Neptune",
    "/etc/zeta.conf", "QZX", "zeta::Pool", "billing-worker", "@mallory", "cassandra", "2 March", "`zap it`",
)  # fmt: skip
GOOD = replace(
    PAIR,
    links=tuple(replace(one, mechanism="so it refuses", falsifier="the pair works") for one in PAIR.links),
    conditions=("production still uses it",),
    does_not_explain=("a third of reads",),
    refuted_if="production has another pair",
    next_check=Check(do="Read the vault's log", expect_if_true="old pair", expect_if_false="new pair"),
)
CLOSING = Closing(
    analyst="claude",
    mitigations=(Mitigation(do="put the old pair back", safe_under=("H1",), cites=("m9",)),),
    open_questions=("which pair is in use?",),
    unseen=("the vault's log",),
)
WORDS = ("claim", "refuted_if", "reopen_if")
LINK_WORDS = ("cause", "effect", "mechanism", "falsifier")
CHECK_WORDS = ("do", "expect_if_true", "expect_if_false")
COMPUTED = re.compile(
    r"\[\d+\]|\bH\d+\b|\d+ of \d+|\(?\b\d+ min\b|\b\d{1,2}:\d{2}\b|\+\d+\b|\b\d+ (?:shown |more |links?\b)"
)

tokens = st.sampled_from(MADE_UP)


def inserted(text, token, *, at_end):
    return f"{text} {token}".strip() if at_end else f"the {token} and {text}"


@st.composite
def mutated(draw, hypothesis):
    token, at_end = draw(tokens), draw(st.booleans())
    field = draw(
        st.sampled_from((*WORDS, *LINK_WORDS, *CHECK_WORDS, "what", "symptom", "population", "lists"))
    )
    spoil = lambda text: inserted(text, token, at_end=at_end)  # noqa: E731  # one word for all fields
    n = draw(st.integers(0, len(hypothesis.links) - 1))
    links = list(hypothesis.links)
    if field in WORDS:
        return replace(hypothesis, **{field: spoil(getattr(hypothesis, field))})
    if field in LINK_WORDS:
        links[n] = replace(links[n], **{field: spoil(getattr(links[n], field))})
        return replace(hypothesis, links=tuple(links))
    if field in CHECK_WORDS:
        check = hypothesis.next_check or Check(do="Read the log")
        return replace(hypothesis, next_check=replace(check, **{field: spoil(getattr(check, field))}))
    if field == "what":
        return replace(hypothesis, trigger=replace(hypothesis.trigger, what=spoil("old pair removed")))
    if field == "lists":
        return replace(hypothesis, conditions=(spoil("it"),), does_not_explain=(spoil("it"),))
    return replace(hypothesis, impact=replace(hypothesis.impact, **{field: spoil("all writes fail")}))


@st.composite
def miscited(draw, hypothesis):
    """Swap quotes between messages, cite what does not exist, turn the chain around."""
    ids = st.sampled_from(("m1", "m2", "m7", "m8", "m99", "t1", "p1", "x"))
    quotes = st.sampled_from(("removed the old pair", "403 InvalidAccessKeyId", "", "zeta-gateway-9 failed"))
    cites = st.lists(
        st.builds(Evidence, id=ids, quote=quotes, kind=st.sampled_from(EvidenceKind)), max_size=3
    )
    links = [replace(one, evidence_for=tuple(draw(cites))) for one in draw(st.permutations(hypothesis.links))]
    trigger = Trigger(what=hypothesis.trigger.what, evidence=tuple(draw(cites)))
    return replace(
        hypothesis, links=tuple(links), trigger=draw(st.sampled_from((trigger, hypothesis.trigger)))
    )


@st.composite
def closings(draw):
    token, at_end = draw(tokens), draw(st.booleans())
    spoilt = {
        "mitigations": (replace(CLOSING.mitigations[0], do=inserted("old pair", token, at_end=at_end)),),
        "open_questions": (inserted("who knows", token, at_end=at_end),),
        "unseen": (inserted("the log of", token, at_end=at_end),),
        "insufficient": inserted("Nothing shows", token, at_end=at_end),
    }
    return replace(CLOSING, **{name: spoilt[name] for name in draw(st.sets(st.sampled_from(sorted(spoilt))))})


def printed(hypotheses, closing):
    async def shown(_):
        return None

    finding = asyncio.run(
        investigate(CASE, FakeAnalyst((*hypotheses, closing)), board=Board(), on_verified=shown)
    )
    said = Answer(
        id="a1", incident=CASE.incident, facts=CASE.facts, route=ROUTE, as_of=CASE.asked_at,
        hypotheses=finding.hypotheses, mitigations=finding.mitigations,
        open_questions=finding.closing.open_questions, unseen=finding.closing.unseen,
        insufficient=finding.closing.insufficient, dropped=len(finding.dropped),
        left_out=left_out(finding.dropped),
    )  # fmt: skip
    rendered = answer(said, has_file=True)
    body = [
        block for block in rendered.blocks if block["type"] not in {"actions", "context_actions", "context"}
    ]
    footer = [block for block in rendered.blocks if block["type"] == "context"]
    return f"{as_text(body)}\n{rendered.text}\n{rendered.whole}", as_text(footer)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(first=mutated(GOOD), second=mutated(RELEASE), third=miscited(GOOD), closing=closings())
def test_no_block_holds_a_number_or_a_name_that_nobody_wrote(first, second, third, closing):
    body, footer = printed((first, second, third), closing)

    assert [token for token in MADE_UP if token in f"{body}\n{footer}"] == []
    rest = COMPUTED.sub(" ", body)
    assert [
        word for word in re.findall(r"[\w.%-]*\d[\w.%-]*\w", rest) if word.lower() not in SAID.lower()
    ] == []


def test_a_good_diagnosis_is_shown_whole():
    body, footer = printed((GOOD, RELEASE), CLOSING)

    for words in (
        GOOD.claim,
        GOOD.refuted_if,
        GOOD.next_check.do,
        "a third of reads",
        "which pair is in use?",
    ):
        assert words in body
    assert "the vault's log" in footer
    assert "left out" not in footer
