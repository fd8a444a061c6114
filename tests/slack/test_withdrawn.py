"""How a kept answer looks after a message that it cites was deleted or edited."""

from dataclasses import replace

import pytest

from bot.incident.erasing import Erasure
from bot.incident.hypotheses import Change, Status
from bot.slack.answer import answer
from bot.slack.blocks import context, divider, rich, spans, text
from bot.slack.hypothesis_lines import refuted_line
from bot.slack.withdrawn import Withdrawn, without
from tests.slack.samples import H1, H2, STORE, STORE_FACTS, clock, preview, sample

LOG_LINE = STORE.by_id["m13"]
FELL = "not supported any more: message [13] was deleted"
BOTH = {"H1": FELL, "H2": FELL}


def gone(number=13, *, fallen=None, now=None):
    """What was deleted, or what an edit to `now` took back."""
    message = STORE.by_id[f"m{number}"]
    others = [other.text for other in STORE.messages if other is not message]
    erasure = Erasure(gone=message.text, kept=(*others, now or ""))
    return Withdrawn(id=message.id, is_deleted=now is None, shows=erasure.is_in, fallen=fallen or {})


def left(away, **changes):
    return without(answer(sample(**changes)).blocks, away)


def seen(away, **changes):
    return preview(left(away, **changes).blocks).splitlines()


@pytest.mark.parametrize("analyst", ["claude", "rules"])
def test_of_hypotheses_that_fell_one_plain_line_is_left(analyst):
    lines = seen(gone(fallen=BOTH), analyst=analyst)

    assert f"H1 · {FELL}" in lines
    assert f"H2 · {FELL}" in lines
    said = "\n".join(lines)
    for words in ("likely", "possible", "links shown", "proposed", "InvalidAccessKeyId", "→", "Candidate"):
        assert words not in said
    assert "(deleted)" not in said


@pytest.mark.parametrize("analyst", ["claude", "rules"])
def test_the_first_part_keeps_what_does_not_rest_on_it(analyst):
    lines = seen(gone(fallen=BOTH), analyst=analyst)

    assert any(line.startswith("Ruled out:") for line in lines)
    assert not [line for line in lines if line.startswith(("Check next", "Ask next", "Would stop it"))]
    assert not [line for line in lines if "storage secret last change" in line or "before 20:19" in line]


def test_a_rival_that_stands_keeps_its_card_but_not_what_would_tell_it_from_the_fallen():
    apart = replace(H2, links=H2.links[:1], next_check=H1.next_check)

    said = left(gone(fallen={"H1": FELL}), hypotheses=(H1, apart))
    lines = preview(said.blocks).splitlines()

    assert f"H1 · {FELL}" in lines
    assert any(line.startswith("H2 · less likely · 0 of 1 link shown") for line in lines)
    assert not [line for line in lines if "→ H1" in line]
    assert (said.has_lead, said.shaken) == (False, ())


def test_of_a_list_on_one_line_only_what_rests_on_it_goes():
    [before] = [line for line in seen(gone(3), analyst="rules", hypotheses=()) if "Changed before" in line]

    assert before == "Changed before: 20:19 secrets put and deployed, output says deployed [2]"


def test_a_list_of_which_nothing_is_left_goes():
    lone = replace(STORE_FACTS, items=STORE_FACTS.items[1:2])
    lines = seen(gone(3), analyst="rules", hypotheses=(), facts=lone)

    assert not [line for line in lines if line.startswith("Changed")]


def test_the_grey_lines_lose_the_words_and_the_number():
    *_, model, coverage = left(gone(fallen=BOTH)).blocks

    assert model["elements"] == [{"type": "plain_text", "text": "Opus 5.5 high", "emoji": False}]
    assert "not seen: storage audit log" in coverage["elements"][0]["text"]


def test_where_no_model_was_asked_it_is_still_said_which_would_have_been():
    blocks = left(gone(fallen=BOTH), analyst="rules").blocks

    assert blocks[-2]["elements"][0]["text"] == "No model · the question would go to Opus 5.5"


def test_the_buttons_stay():
    before, after = answer(sample()).blocks, left(gone(fallen=BOTH)).blocks

    assert [b for b in after if b["type"].endswith("actions")] == [
        b for b in before if b["type"].endswith("actions")
    ]


def test_a_card_that_stands_and_shows_words_that_an_edit_took_back_gives_way_to_one_line():
    card = rich(
        [[{**text("H1"), "style": {"bold": True}}, text(" · likely")], spans("hook failed: gw-17.prod")]
    )
    shows = Erasure(gone="hook failed: gw-17.prod", kept=()).is_in
    away = Withdrawn(id="m17", is_deleted=False, shows=shows, fallen={})

    said = without([card], away)

    assert preview(said.blocks) == "H1 · rested in part on message [17], which was edited: ask again"
    assert said.shaken == ("H1",)
    assert without(said.blocks, away).blocks == said.blocks


def test_a_card_gives_way_too_when_its_hypothesis_lost_the_citation_that_it_shows():
    away = replace(gone(now="sorry, wrong log"), uncited=frozenset({"H2"}), fallen={"H1": FELL})

    said = left(away)

    assert said.shaken == ("H2",)
    assert "H2 · rested in part on message [13], which was edited: ask again" in preview(said.blocks)


def test_an_edit_that_takes_nothing_back_changes_nothing():
    said = left(gone(now=f"{LOG_LINE.text} (FRA only)"))

    assert said.blocks == answer(sample()).blocks
    assert said.shaken == ()
    assert said.has_lead


def test_doing_it_twice_does_what_once_does():
    once = left(gone(fallen=BOTH)).blocks

    assert without(once, gone(fallen=BOTH)).blocks == once


def test_what_was_left_out_for_length_is_not_promised_in_a_file_that_is_gone():
    words = "Not printed for length: the end of 2 lines. The whole answer is in the attached file."

    assert without([rich([spans(words)])], gone()).blocks == []


def test_a_title_does_not_stand_alone():
    blocks = [rich([spans("Open too"), spans("who saw op=put colo=FRA?")]), divider(), divider()]

    assert without(blocks, gone()).blocks == [divider()]


def test_a_small_line_of_other_things_stays():
    small = context("Opus 5.5 high · because of AccessDenied", [text("[8]")])

    assert without([small], gone()).blocks == [small]


def test_the_next_answer_names_what_fell_without_the_words_that_were_taken_back():
    fall = Change(at=clock(22, 25), status=Status.STALE, because=("m13",), reason="message [13] was deleted")
    hollow = replace(H1, claim="", status=Status.STALE, history=(fall,))

    line = "".join(span["text"] for span in refuted_line(hollow, STORE, as_of=clock(22, 26)))

    assert line == "H1 not supported any more 22:25 · message was deleted [13]"
