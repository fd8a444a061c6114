"""One hypothesis, link by link."""

from dataclasses import replace

import pytest

from bot.incident.hypotheses import Change, Check, EvidenceKind, Order, Status, Trigger
from bot.slack.blocks import owner_of, rich
from bot.slack.hypothesis_lines import hypothesis_blocks, refuted_line
from tests.slack.samples import DIRECT, H1, H2, H3, ID, INFERRED, STORE, cite, clock, preview

NOW = clock(22, 26)


def seen(hypothesis):
    return preview(hypothesis_blocks(hypothesis, STORE, answer_id=ID, as_of=NOW, n=3)).splitlines()


def line(made):
    return preview([rich([made])])


def test_each_link_says_whether_it_is_shown_by_what_and_where():
    assert seen(H1) == [
        "H1 · likely · 3 of 4 links shown",
        "production still uses the old key pair, removed 20:37",
        "○ deploy without environment [2] → production keeps the old pair · inferred",
        "● 20:37 old pair removed [3] → stops working late, cache in front [16] · said by Ana and Cho",
        "● storage does not know the key → 403 InvalidAccessKeyId [13] · log",
        "● requests refused → all writes, a third of reads fail [8] · said by Ben",
        "Against: that was 20:37, an hour before [15]",
        "Does not explain: nothing found",
        "Refuted if: production's key id is the new pair's",
        (
            "Check (1 min, read-only): When did the production gateway's storage secret last change?"
            "   ·   before 20:19 → H1   ·   at 20:19 → H2"
        ),
    ]


def test_its_blocks_go_on_counting_where_the_message_stands():
    assert hypothesis_blocks(H1, STORE, answer_id=ID, as_of=NOW, n=3)[0]["block_id"] == f"cp:{ID}:3"
    assert owner_of(f"cp:{ID}:3") == ID


def test_a_cause_that_the_line_above_ends_with_is_not_repeated():
    first, second = H1.links[1:3]
    going_on = replace(second, cause=first.effect, evidence_for=(cite(16), cite(13)))

    assert "● → 403 InvalidAccessKeyId [13] · log" in seen(replace(H1, links=(first, going_on)))


def test_a_link_that_cites_nothing_new_is_credited_above():
    first, second = H1.links[1:3]
    going_on = replace(second, cause=first.effect, evidence_for=(cite(16),))

    assert "● → 403 InvalidAccessKeyId · as above" in seen(replace(H1, links=(first, going_on)))


def test_an_inference_is_cited_at_its_cause_but_what_shows_the_impact_at_its_effect():
    guess = replace(H1.links[3], evidence_for=(cite(13, INFERRED), cite(8, INFERRED)))

    assert "○ requests refused [13] → all writes, a third of reads fail [8] · inferred" in seen(
        replace(H1, links=(guess,))
    )


@pytest.mark.parametrize(
    ("order", "kind", "words"),
    [
        (Order.OK, DIRECT, "log"),
        (Order.UNKNOWN, DIRECT, "log"),
        (Order.UNKNOWN, INFERRED, "inferred"),
        (Order.VIOLATED, DIRECT, "log · effect seen before its cause"),
        (Order.VIOLATED, INFERRED, "inferred · effect seen before its cause"),
        (Order.OK, EvidenceKind.CORRELATIONAL, "log, correlation only"),
    ],
)
def test_a_violated_order_is_printed_at_its_link(order, kind, words):
    link = replace(H1.links[2], order=order, evidence_for=(cite(13, kind),))

    assert any(one.endswith(f" · {words}") for one in seen(replace(H1, links=(link,))))


def test_links_whose_order_nobody_states_are_counted_once_and_guesses_do_not_count():
    links = (H1.links[0], replace(H1.links[1], order=Order.UNKNOWN), H1.links[2])

    assert "Order in time: not stated for 1 of 2 shown links" in seen(replace(H1, links=links))
    assert not [line for line in seen(H1) if line.startswith("Order")]


def test_a_trigger_that_no_link_cites_has_its_own_line():
    assert "Trigger: 19:49 new pair created [1]" in seen(H2)
    undated = replace(H2, trigger=replace(H2.trigger, at=None))
    assert "Trigger: new pair created [1]" in seen(undated)


def test_a_time_that_the_words_say_is_not_said_twice():
    said = replace(H1.links[1], cause="old pair removed 20:37")

    assert seen(replace(H1, links=(said,)))[2].startswith("● old pair removed 20:37 [3] →")


def test_a_hypothesis_without_links_or_trigger_is_still_told():
    bare = replace(H2, links=(), trigger=Trigger(what="unknown"), refuted_if="", does_not_explain=())

    assert seen(bare) == [
        "H2 · less likely · 0 of 0 links shown",
        "production has the new pair and storage does not accept it",
        "Against, and not explained by it: nothing found",
        "Refuted if: nothing named",
    ]


def test_a_status_beyond_proposed_is_shown():
    assert seen(replace(H1, status=Status.SUPPORTED))[0] == "H1 · likely · supported · 3 of 4 links shown"


def test_links_beyond_the_seventh_are_counted():
    assert "1 more link not printed" in seen(replace(H1, links=H1.links * 2))


def test_what_speaks_against_it_is_quoted_or_begun_and_counted():
    against = (cite(15), cite(8, INFERRED), cite(16))
    shown = seen(replace(H1, links=(replace(H1.links[2], evidence_against=against),)))

    assert (
        "Against: auth errors... we rotated keys tonight. but that was 20:37, an hour… [15]"
        " · PUT, multipart and delete all failing everywhere. reads ~ a third fail [8] (inferred) · 1 more"
    ) in shown


def test_a_tool_result_or_a_verdict_is_a_source_too():
    looked = replace(cite(1), id="t3")
    verdict = replace(cite(1), id="p1")
    link = replace(H1.links[2], evidence_for=(looked, verdict), evidence_against=(verdict,))
    shown = seen(replace(H1, links=(link,)))

    assert "● storage does not know the key → 403 InvalidAccessKeyId [t3] [p1] · looked up, computed" in shown


def test_an_analyst_cannot_write_a_citation():
    shown = seen(replace(H1, claim="the old pair [99] is in use [m3] [4]. Really [t1]"))

    assert shown[1] == "the old pair is in use. Really"


def test_a_check_without_outcomes_is_only_what_to_do():
    shown = seen(replace(H1, next_check=Check(do="Look")))

    assert shown[-1] == "Check (5 min, read-only): Look"


def test_a_refuted_one_takes_a_line_with_when_why_and_what_would_reopen_it():
    assert line(refuted_line(H3, STORE, as_of=NOW)) == (
        "H3 refuted 22:10 · the 14:00 release broke the gateway · rolled back, no change [12]"
        " · reopen if the rollback left configuration behind"
    )


def test_a_refutation_without_a_reason_or_history_shows_what_there_is():
    why = Change(at=clock(22, 10), status=Status.REFUTED, because=("m12",))
    silent = replace(H3, history=(why,), reopen_if="")

    assert line(refuted_line(silent, STORE, as_of=NOW)).endswith("broke the gateway · see [12]")
    assert line(refuted_line(replace(silent, history=()), STORE, as_of=NOW)) == (
        "H3 refuted · the 14:00 release broke the gateway [12]"
    )
