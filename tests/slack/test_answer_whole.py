"""However long an answer is: Slack takes it, and what has no room is named and stands in the file."""

from dataclasses import replace
from string import ascii_lowercase

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.incident.facts import FactKind, Facts
from bot.incident.hypotheses import Check, Evidence, Hypothesis, Impact, Link, Mitigation, Status, Trigger
from bot.slack.answer import Computed, answer
from bot.slack.limits import check, fits, simpler, visible_chars, visible_text
from bot.slack.whole import whole_answer
from sandbox.limits import check_text, checked_blocks
from tests.slack.samples import H1, H2, H3, NEW_PAIR, STORE, cite, clock, fact, sample
from tests.slack.slackblocks_builder import rebuilt

MANY = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])

WILD = st.one_of(
    st.text(max_size=400),
    st.text(alphabet="a`<>&@|* \n👩🏽‍🚒🇩🇪é\u0301\u200d", max_size=400),
    st.sampled_from(["```\ncode\n``` " * 40, "<!channel> <@U1> " * 40, "https://a.b/c?d=e&f " * 40, ""]),
)
TAME = (
    st.text(alphabet=ascii_lowercase.replace("f", "") + " ", min_size=12, max_size=300)
    .map(str.strip)
    .filter(bool)
)
"""Words without an f: none of them can name a file."""


def evidence():
    known = st.sampled_from([message.id for message in STORE.messages])
    return st.lists(st.builds(Evidence, id=known, quote=st.just("")), max_size=4).map(tuple)


def several(words, *, most):
    return st.lists(words, max_size=most, unique=True).map(tuple)


def hypotheses(words):
    links = st.builds(
        Link,
        cause=words,
        effect=words,
        mechanism=words,
        falsifier=words,
        evidence_for=evidence(),
        evidence_against=evidence(),
    )
    checks = st.builds(Check, do=words, expect_if_true=words, expect_if_false=words)
    one = st.builds(
        Hypothesis,
        id=st.just(""),
        claim=words,
        trigger=st.builds(Trigger, what=words, evidence=evidence()),
        links=st.lists(links, min_size=1, max_size=8).map(tuple),
        impact=st.builds(Impact, symptom=words),
        status=st.sampled_from([Status.PROPOSED, Status.SUPPORTED, Status.REFUTED]),
        does_not_explain=several(words, most=4),
        next_check=st.none() | checks,
        refuted_if=words,
        reopen_if=words,
        unseen=several(words, most=4),
    )
    named = st.lists(one, max_size=5)
    return named.map(lambda found: tuple(replace(h, id=f"H{n}") for n, h in enumerate(found, 1)))


def answers(words):
    return st.builds(
        sample,
        hypotheses=hypotheses(words),
        mitigations=several(st.builds(Mitigation, do=words, cites=st.just(("m1",))), most=4),
        open_questions=several(words, most=12),
        computed=several(st.builds(Computed, words=words, cites=st.just(("m13",))), most=12),
        unseen=several(words, most=5),
        unproposed=several(st.from_regex(r"H[1-9][0-9]", fullmatch=True), most=20),
        analyst=st.sampled_from(["claude", "rules"]),
        note=words,
        insufficient=words,
        cut_short=st.sampled_from(["", "Stopped by a person; best so far."]),
    )


def seen(blocks):
    return "\n".join(visible_text(block) for block in blocks)


@MANY
@given(answers(WILD), st.booleans())
def test_whatever_an_answer_says_slack_takes_it(said, has_file):
    made = answer(said, has_file=has_file)

    checked_blocks(made.blocks, new_id=lambda: "b")
    check_text(made.text)
    assert all(map(rebuilt, made.blocks))
    for form in simpler(made.blocks):
        checked_blocks(form, new_id=lambda: "b")


@MANY
@given(answers(TAME))
def test_what_an_answer_holds_is_in_the_message_or_in_its_file(said):
    made, alone = answer(said, has_file=True), answer(said)
    shown = " ".join(seen(made.blocks).split())

    assert alone.whole == ""
    assert "attached file" not in seen(alone.blocks)
    assert ("in the attached file" in shown) is bool(made.whole)
    for hypothesis in said.hypotheses:
        assert hypothesis.id in shown or f"## {hypothesis.id} " in made.whole
    for words in fields(said):
        assert words in made.whole or words in shown


def top_of(blocks):
    return visible_text(blocks[0])


def fields(said):
    """Every text that an answer has a place for, each on one line."""
    texts = [
        *said.open_questions,
        *said.unseen,
        *(item.words for item in said.computed),
        *(item.do for item in said.mitigations),
        *([] if said.live else [said.insufficient]),
    ]
    for h in said.live:
        texts += [h.claim] if said.has_model else []
        texts += [h.refuted_if, *h.does_not_explain, *h.unseen]
        texts += [words for link in h.links for words in (link.cause, link.effect)]
        check = h.next_check
        texts += [check.do, check.expect_if_true, check.expect_if_false] if check else []
    for h in said.fallen:
        texts += [h.claim, h.reopen_if]
    return [" ".join(words.split()) for words in texts]


ENDLESS = (
    "the retry budget of every gateway pod is spent within a minute because the shared counter is never reset"
    " after a failed handshake with the sidecar in region eu-central-1b, and nobody is told of it"
)


@pytest.mark.parametrize("has_file", [True, False])
@pytest.mark.parametrize("analyst", ["claude", "rules"])
@pytest.mark.parametrize("field", ["claim", "effect", "refuted_if", "do", "reason", "mitigation", "question"])
def test_long_words_are_printed_whole_while_there_is_room(field, analyst, has_file):
    link, fall = replace(H1.links[0], effect=ENDLESS), replace(H3.history[0], reason=ENDLESS)
    changed = {
        "claim": {"hypotheses": (replace(H1, claim=ENDLESS), replace(H2, claim=ENDLESS))},
        "effect": {"hypotheses": (replace(H1, links=(link, *H1.links[1:])),)},
        "refuted_if": {"hypotheses": (replace(H1, refuted_if=ENDLESS),)},
        "do": {"hypotheses": (replace(H1, next_check=Check(do=ENDLESS, expect_if_true=ENDLESS)), H2)},
        "reason": {"hypotheses": (replace(H3, history=(fall,)),)},
        "mitigation": {"mitigations": (NEW_PAIR, Mitigation(do=ENDLESS, cites=("m12",)))},
        "question": {"open_questions": ("who?", ENDLESS)},
    }

    made = answer(sample(analyst=analyst, **changed[field]), has_file=has_file)

    assert ENDLESS in seen(made.blocks) or (field, analyst) == ("claim", "rules")
    assert made.whole == ""
    assert "Not printed" not in seen(made.blocks)
    assert len(top_of(made.blocks)) < 600


def test_words_are_cut_only_as_far_as_the_message_needs_it_and_then_stand_in_the_file():
    links = tuple(replace(link, effect=f"{n} {ENDLESS}") for n, link in enumerate(H1.links * 2))
    said = sample(hypotheses=(replace(H1, links=links[:7]), replace(H2, links=links[:7])))

    made, alone = answer(said, has_file=True), answer(said)

    assert 2_300 < visible_chars(made.blocks) <= 3_000
    assert "Not printed for length: the end of 14 lines. The whole answer" in seen(made.blocks)
    assert all(f"{n} {ENDLESS}" in made.whole for n in range(7))
    assert all(f"{n} {ENDLESS}" in seen(alone.blocks) for n in range(7))


def test_what_the_first_part_has_no_room_for_follows_below_it():
    long = f"{ENDLESS}; {ENDLESS}"
    said = sample(mitigations=(replace(NEW_PAIR, do=long),), hypotheses=(replace(H1, claim=long), H2))

    made = answer(said, has_file=True)

    assert long not in top_of(made.blocks)
    assert seen(made.blocks).count(long) == 2
    assert made.whole == ""


WORDY = "word " * 60
WORDY_CHECK = Check(do=WORDY, expect_if_true=WORDY, expect_if_false=WORDY, splits=("H1", "H2"))
WORDY_H1 = replace(
    H1, claim=WORDY, links=(replace(H1.links[0], cause=WORDY, effect=WORDY),), next_check=WORDY_CHECK
)
CROWDED = {
    "hypotheses": (WORDY_H1, H2),
    "mitigations": (replace(NEW_PAIR, do=WORDY),),
    "cut_short": f"Stopped by {'n' * 80}; best so far.",
    "asked_at": clock(10, 0),
    "answered_at": clock(22, 0),
}


DISPUTED = replace(H1, links=(replace(H1.links[0], evidence_against=(cite(15, quote="no"),) * 4),))


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"hypotheses": tuple(replace(H1, id=f"H{n}") for n in range(1, 14))}, "2 more explanations"),
        ({"hypotheses": (replace(H1, links=H1.links * 3), H2)}, "5 more links"),
        ({"open_questions": tuple(f"what of {n}?" for n in range(6))}, "2 open questions"),
        ({"hypotheses": tuple(replace(H3, id=f"H{n}") for n in range(1, 7))}, "2 fallen explanations"),
        ({"computed": tuple(Computed(words=f"fact {n}") for n in range(7))}, "2 computed statements"),
        ({"mitigations": (NEW_PAIR,) * 6}, "2 more mitigations"),
        ({"hypotheses": (DISPUTED, H2)}, "2 more counter-arguments"),
        (CROWDED, "the end of "),
    ],
)
def test_what_is_left_out_is_counted_and_stands_in_the_file(changes, named):
    made = answer(sample(**changes), has_file=True)

    assert f"{named}" in seen(made.blocks)
    assert "The whole answer is in the attached file." in seen(made.blocks)
    assert made.whole == whole_answer(sample(**changes))


def test_the_file_holds_every_part_in_full():
    long = (
        "a cause that takes far more than eighty characters to be told in full and is told all the same here"
    )
    first = replace(
        H1,
        links=(replace(H1.links[1], cause=long, mechanism="a cache answers", falsifier="it does not"),),
        conditions=("the cache is on",),
    )
    said = sample(
        hypotheses=(first, H2, H3),
        mitigations=(NEW_PAIR, Mitigation(do="roll back", cites=("m12",))),
        open_questions=("who deploys?",),
        computed=(Computed(words="not a policy denial", cites=("m13",)),),
    )

    text = whole_answer(said)

    assert text.startswith("# The answer in full\nAs of 2025-03-21 22:26 UTC\n\n- Likely, not proven: ")
    for part in (
        "- Ruled out: storage nodes 21:58 [10] · 14:00 release 22:10 [12]",
        "- refuted 22:10: rolled back, no change [12]",
        f"- {long} → stops working late, cache in front · ",
        "[3] [16]",
        "  - Against: that was 20:37, an hour before [15]",
        "  - How: a cache answers",
        "  - Does not hold if: it does not",
        "- Under the condition: the cache is on",
        "- Check (1 min, read-only): When did the production gateway's storage secret last change?",
        "  - Expected if it holds: before 20:19",
        "- Does not explain: 79 min without a failure",
        "- Opens again if: the rollback left configuration behind",
        "- the new pair on production (under H1, H2) [1]",
        "- roll back [12]",
        "- who deploys?",
        "- not a policy denial [13]",
        "- storage audit log",
        "- [13] Ben 22:12:00 UTC https://acme.slack.com/archives/C1/p",
    ):
        assert part in text


def test_an_answer_without_an_explanation_has_a_file_of_what_it_has():
    facts = Facts(items=(fact(FactKind.ACTION, 12, 22, 10, "rolled back"),))
    text = whole_answer(
        sample(hypotheses=(), facts=facts, mitigations=(), unseen=(), open_questions=("since when?",))
    )

    assert text == (
        "# The answer in full\nAs of 2025-03-21 22:26 UTC\n\n"
        "- Not enough to explain it yet: nothing in the thread connects a change to the symptom.\n"
        "- Ask next: since when?\n"
        "- Since: unknown, no alert and no symptom in 10 messages\n"
        "- Changes, newest first: nothing seen in 10 messages\n\n"
        "## Seen, done and suspected\n\n- 22:10 rolled back [12]\n\n"
        "## Open questions\n\n- since when?\n"
    )


def test_a_source_that_is_no_message_is_cited_and_not_listed():
    tool = replace(H2, links=(Link(cause="a", effect="b", evidence_for=(Evidence(id="t3"), cite(13))),))

    text = whole_answer(sample(hypotheses=(tool,)))

    assert "[13] Ben" in text
    assert "- [t3]" not in text


def test_a_message_fits_until_one_block_or_character_too_many():
    small = [{"type": "section", "text": {"type": "plain_text", "text": "x"}}]
    big = [{"type": "section", "text": {"type": "plain_text", "text": "x" * 2_600}}]

    assert fits(small * 50)
    assert not fits(small * 51)
    assert fits(big * 5)
    assert not fits([*big * 5, *small])


def test_plainer_forms_keep_the_words_and_the_sign_of_their_request():
    made = answer(sample())

    older, plain = simpler(made.blocks)

    assert [block["type"] for block in made.blocks if block not in older] == ["context_actions"]
    assert {block["type"] for block in plain} == {"section"}
    assert {block["block_id"].rpartition(":")[0] for block in plain} == {"cp:Ev0SAMPLE"}
    assert "production still uses the old key pair" in seen(plain)
    check(plain, made.text)


def test_controls_alone_have_one_plainer_form():
    assert simpler([{"type": "divider"}]) == ([{"type": "divider"}],)


def test_stopped_answers_say_so_first():
    made = answer(sample(cut_short="Stopped by Ben; best so far.", as_of=clock(22, 26)))

    assert seen(made.blocks).startswith("Stopped by Ben; best so far.")
