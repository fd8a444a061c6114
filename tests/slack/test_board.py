"""The board as one message: what stands, what moved it, what to do next; never longer than a phone bears."""

from dataclasses import replace

import pytest

from bot.incident.board import Board
from bot.incident.board_notes import BoardNotes, Note, board_notes
from bot.incident.hypotheses import Act, Change, Check, Likelihood, Status
from bot.incident.ruled_out import RuledOut
from bot.slack.board import BoardView, board_message, board_text, ruled_out_blocks
from bot.slack.limits import visible_chars
from tests.slack.samples import H1, H2, ID, STORE, STORE_FACTS, clock
from tests.slack.slackblocks_builder import rebuilt, without_emoji_flags

NOW = clock(22, 46)
PROPOSED = Change(at=clock(22, 26), status=Status.PROPOSED, act=Act.PROPOSED)
FELL = Change(at=clock(22, 36), status=Status.REFUTED, because=("m13",), reason="it is weeks old [13]")
LED = replace(H1, history=(PROPOSED,), likelihood=Likelihood.LIKELY)
FALLEN = replace(H2, status=Status.REFUTED, history=(PROPOSED, FELL), reopen_if="403s come back [13]")


def view(*hypotheses, **notes):
    board = Board(hypotheses=hypotheses)
    found = replace(board_notes(board, STORE, STORE_FACTS, now=NOW), **notes)
    return BoardView(board=board, notes=found, incident=STORE, facts=STORE_FACTS, as_of=NOW)


def test_it_counts_what_stands_and_tells_each_with_what_moved_it():
    told = board_text(view(LED, FALLEN))

    first, second, *rest = told.splitlines()
    assert first == "Board · as of 22:46 UTC · 1 proposed, 1 refuted"
    assert second.startswith(
        "H1 proposed · production still uses the old key pair, removed 20:37 · likely, 3 of"
    )
    assert any(line.strip().startswith(("●", "○")) for line in rest)
    assert "H2 refuted 22:36 · " in told
    assert "it is weeks old [13] · reopen if 403s come back" in told


def test_what_led_to_where_it_stands_is_told_the_latest_first():
    risen = Change(at=clock(22, 36), status=Status.SUPPORTED, because=("m16",))
    because = ("m15", "m16")
    proven = Change(at=clock(22, 45), status=Status.CONFIRMED, because=because, reason="as expected at 22:26")
    confirmed = replace(LED, status=Status.CONFIRMED, history=(PROPOSED, risen, proven))

    told = board_text(view(confirmed)).splitlines()

    assert told[1].endswith("· as expected at 22:26 [15] [16]")
    assert told[2].strip() == "supported 22:36 [16]"


def test_people_are_named_for_what_they_did_and_nobody_is_pinged():
    acts = (
        Change(at=clock(21, 52), status=Status.PROPOSED, by="U1", by_name="Cho", act=Act.SUSPECTED),
        Change(at=clock(22, 30), status=Status.TESTING, by="U2", by_name="Ben", act=Act.CHECK_TAKEN),
    )
    raised = replace(LED, raised_by="U1", raised_in=("m10",), status=Status.TESTING, history=acts)
    told = board_text(view(raised))

    assert "raised 21:52 by Cho [10]" in told
    assert "Ben looks at it since 22:30" in told
    assert "<@" not in str(board_message(view(raised)).blocks)


def test_a_person_who_refuted_it_is_named_with_their_reason():
    fell = replace(FELL, by="U1", by_name="Ben", act=Act.REFUTED)

    assert "by Ben it is weeks old" in board_text(view(replace(FALLEN, history=(PROPOSED, fell))))


def test_the_lines_below_say_what_it_rests_on_and_what_to_do():
    check = Check(do="When did the secret change?", expect_if_true="before 20:19", splits=("H1",), minutes=1)
    told = board_text(
        view(
            LED,
            next_check=check,
            rests_on=(Note(text="the late effect", cites=("m16",)),),
            to_undo=(Note(text="the release is rolled back", cites=("m12",)),),
            contradictions=(Note(text="where: FRA or AMS", cites=("m13", "m8")),),
            floor=Note(text="H1 leads, and nothing new speaks for or against it for 24 min"),
        )
    )

    assert "Inconclusive: nothing is supported yet; H1 is unopposed" in told
    assert "Check next (1 min, read-only): When did the secret change?   ·   before 20:19 → H1" in told
    assert "Rests on one statement: the late effect [16]" in told
    assert "To undo: the release is rolled back [12]" in told
    assert "People differ: where: FRA or AMS [13] [8]" in told
    assert "Held the floor: H1 leads" in told


def test_its_buttons_are_about_what_leads_and_an_end_has_none():
    actions = next(b for b in board_message(view(LED, FALLEN)).blocks if b["type"] == "actions")

    assert {button["value"] for button in actions["elements"]} == {"|H1"}
    assert all(b["type"] != "actions" for b in board_message(view(FALLEN)).blocks)


def test_an_empty_board_says_how_to_begin():
    assert "Nothing is on the board yet" in board_text(view())
    assert board_message(view()).text == "The board of this incident is empty."


@pytest.mark.parametrize("count", [1, 12, 40])
def test_a_long_board_fits_and_counts_what_it_leaves_out(count):
    many = [
        replace(LED, id=f"H{n}", claim=f"{n} " + "the old key pair is still used in production " * 6)
        for n in range(1, count + 1)
    ]

    message = board_message(view(*many), answer_id=ID)

    plain = [without_emoji_flags(block) for block in message.blocks]
    assert [without_emoji_flags(rebuilt(block)) for block in message.blocks] == plain
    assert visible_chars(message.blocks) < 6_000
    assert ("more explanations not printed" in board_text(view(*many))) == (count > 12)


def test_what_was_ruled_out_names_who_when_and_what_would_bring_it_back():
    item = RuledOut(
        id="H3",
        what="storage nodes",
        at=clock(21, 58),
        by_name="Cho",
        because=("m10",),
        reason="storage cluster is healthy",
        raised_in=("m8",),
        reopen_if="a node reports errors",
    )
    blocks = ruled_out_blocks([item] * 14, STORE, as_of=clock(22, 46), answer_id=ID, about="nodes")
    told = str(blocks)

    for words in ("21:58 · Cho · ", "storage cluster is healthy", "a node reports errors", "2 more, older"):
        assert words in told
    nothing = ruled_out_blocks([], STORE, as_of=clock(22, 46), answer_id=ID, about="nodes")
    assert "about nodes was ruled out" in str(nothing)


def test_a_note_on_nothing_is_no_line():
    assert "Check next" not in board_text(replace(view(LED), notes=BoardNotes(leader="H1")))
