from dataclasses import replace
from datetime import UTC, datetime

import pytest
from pydantic import TypeAdapter

from bot.incident.check import completed, missing, words_of
from bot.incident.digest import Carried, Chunk, Digest, Folder, Note, Pattern
from bot.incident.facts import Fact, FactKind, Facts
from bot.incident.folding import fold, print_of
from bot.incident.marks import marks_of
from bot.incident.merging import merged
from bot.incident.notes import STATEMENT_CHARS, notes_of, statement_of
from bot.incident.pages import page_tokens, pages_of
from tests.incident.folding_samples import alerts, facts_of, said, talk, told

AT = datetime(2031, 5, 6, 3, 10, tzinfo=UTC)


def a_fact(number: int, kind: FactKind, quote: str, *cites: str, text: str = "") -> Fact:
    return Fact(id=f"f{number}", kind=kind, text=text or quote, cites=cites, at=AT, quote=quote)


def folded(*texts: str) -> tuple[Chunk, Facts]:
    incident = told(*(said(n, text) for n, text in enumerate(texts, start=1)))
    facts = facts_of(incident)
    return fold(incident.messages, facts), facts


def a_note(*cites: str, quote: str = "", text: str = "", kind: FactKind = FactKind.OBSERVATION) -> Note:
    return Note(kind=kind, at=AT, text=text, cites=cites, quote=quote)


def test_what_a_message_states_becomes_notes_in_its_own_words():
    text = "hi all. rolled back mail-sender to 5.20.1. it was not the mail provider. lunch?"
    (chunk, _) = folded(text)

    assert all(note.quote in text and note.cites[0] == "m1" and note.who == "Ana" for note in chunk.notes)
    assert any("5.20.1" in note.quote for note in chunk.notes)


def test_of_a_paste_the_facts_the_errors_and_the_words_around_it_are_kept_and_the_marks_of_the_rest():
    noise = "\n".join(f"2031-05-06T01:02:0{n}Z INFO step-{n * 7}k is well in api-{n}x" for n in range(9))
    chunk, facts = folded(f"this is what web-07 says\n```{noise}\nERROR disk full on db-3```\nhelp")

    assert chunk.notes[0].quote.startswith("this is what web-07 says")
    assert any("ERROR disk full on db-3" in note.quote for note in chunk.notes)
    assert not missing(chunk, [said(1, "")], facts)


def test_chatter_leaves_nothing():
    chunk, _ = folded("thanks!", "brb", "ok")

    assert (chunk.notes, chunk.patterns, chunk.carried) == ((), (), ())
    assert chunk.ids == ("m1", "m2", "m3")
    assert "notes" not in pages_of(Digest(chunks=(chunk,)))[0]


def test_a_long_statement_is_quoted_to_the_end_of_its_line():
    text = f"denied: {'a very long reason ' * 20}for web-07\nmore"
    fact = a_fact(1, FactKind.DENIAL, text[:200], "m1")

    assert statement_of(text, fact) == text.partition("\n")[0]
    assert statement_of("other words", fact) == fact.quote
    assert len(statement_of(f"{text[:200]}{'x' * 5_000}", fact)) == STATEMENT_CHARS


def test_two_kinds_of_statement_are_two_notes_and_a_gap_parts_them():
    text = "we drain db-1 now. it was not the cache. thanks all. who owns db-2?"
    facts = [
        a_fact(1, FactKind.DECISION, "we drain db-1 now.", "m1"),
        a_fact(2, FactKind.RULED_OUT, "it was not the cache.", "m1"),
        a_fact(3, FactKind.QUESTION, "who owns db-2?", "m1"),
        a_fact(4, FactKind.QUESTION, "never said", "m1"),
    ]

    notes = notes_of(said(1, text), facts)

    assert [(note.kind, note.quote) for note in notes] == [
        (FactKind.DECISION, "we drain db-1 now."),
        (FactKind.RULED_OUT, "it was not the cache. thanks all."),
        (FactKind.QUESTION, "who owns db-2?"),
    ]


@pytest.mark.parametrize("kind", [FactKind.DECISION, FactKind.DENIAL, FactKind.RULED_OUT, FactKind.QUESTION])
def test_no_statement_that_decides_may_be_missing(kind):
    message = said(1, "so it goes")
    facts = Facts(items=(a_fact(1, kind, "so it goes", "m1"), a_fact(2, kind, "", "m1", text="it is so")))
    empty = Chunk(ids=("m1",), prints=(print_of(message),))

    assert missing(empty, [message], facts) == {"so it goes", "it is so"}
    whole = completed(empty, [message], facts)
    assert not missing(whole, [message], facts)
    assert [(note.quote, note.text) for note in whole.notes] == [("so it goes", ""), ("", "it is so")]


def test_marks_that_stand_nowhere_are_carried_with_their_message():
    messages = [said(1, "req-77x on web-01 took 5 ms"), said(2, "web-01 and db-9")]
    chunk = Chunk(ids=("m1", "m2"), prints=("", ""), notes=(a_note("m1", quote="on web-01"),))

    assert missing(chunk, messages, Facts()) == {"req-77x", "5 ms", "db-9"}
    assert completed(chunk, messages, Facts()).carried == (
        Carried(id="m1", words=("req-77x", "5 ms")),
        Carried(id="m2", words=("db-9",)),
    )


def test_what_nobody_said_is_taken_out_of_what_a_model_folded():
    message = said(1, "web-01 is down")
    notes = (
        a_note("m1", quote="web-01 is down", kind=FactKind.IMPACT),
        a_note("m1", quote="web-02 is down"),
        a_note("m9", quote="web-01 is down"),
        a_note(quote="web-01 is down"),
    )
    chunk = Chunk(ids=("m1",), prints=(print_of(message),), notes=notes, by=Folder.CLAUDE)

    assert completed(chunk, [message, said(2, "not folded: db-4")], Facts()).notes == notes[:1]


def test_what_people_decide_stands_word_for_word_however_often_and_a_habit_of_monitors_in_its_pattern():
    for is_bot, notes in ((False, 39 - 1), (True, 0)):
        messages = [said(n, f"we keep db-{n:02d}x until noon", is_bot=is_bot) for n in range(1, 40)]
        facts = Facts(items=tuple(a_fact(m.number, FactKind.DECISION, m.text, m.id) for m in messages))
        chunk = fold(messages, facts)

        assert len(chunk.patterns) == 1
        assert len(chunk.notes) == notes
        assert not missing(chunk, messages, facts)


def test_a_fingerprint_tells_other_words_and_another_author():
    prints = {print_of(said(1, "a")), print_of(said(1, "b")), print_of(said(1, "a", who="Ben"))}

    assert len(prints) == 3
    assert print_of(said(1, "a")) == print_of(said(2, "a"))


def test_merged_folds_lose_nothing_and_join_their_patterns():
    parts = [alerts(5, first=1), alerts(40, first=10), [*alerts(1, first=60), *talk(4, first=61)]]
    every = [message for part in parts for message in part]
    facts = facts_of(told(*every))

    by = (Folder.CODE, Folder.CLAUDE, Folder.CODE)
    one = merged([replace(fold(part, facts), by=each) for part, each in zip(parts, by, strict=True)])

    assert one.ids == tuple(message.id for message in every)
    assert one.by is Folder.CLAUDE
    assert not missing(one, every, facts)
    assert [pattern.count for pattern in one.patterns] == [45]
    assert (one.patterns[0].first_id, one.patterns[0].last_id) == ("m1", "m49")


def test_patterns_with_different_places_are_joined_by_all_their_values():
    still = [said(n, "load 5 % on web-1x", who="M", is_bot=True) for n in range(1, 4)]
    other = [said(n, "load 6 % on web-2x", who="M", is_bot=True) for n in range(4, 7)]
    moved = [said(n, f"load {n} % on web-{n}x", who="M", is_bot=True) for n in range(7, 10)]

    one = merged([fold(part, Facts()) for part in (still, other, moved)])

    assert len(one.patterns) == 1
    assert not missing(one, [*still, *other, *moved], Facts())


def test_pages_can_be_read_stored_and_cited():
    messages = [*alerts(30), *talk(3, first=40), said(50, "\n".join(f"{n} x{n}y" for n in range(60)))]
    chunk = fold(messages, facts_of(told(*messages)))
    digest = Digest(chunks=(chunk, Chunk(ids=("m99",), prints=("0",))))

    stored = TypeAdapter(Digest).validate_json(TypeAdapter(Digest).dump_json(digest))
    page, rest = pages_of(stored)

    assert stored == digest
    assert page == pages_of(digest)[0]
    assert rest == {"folded_by": "code"}
    assert page_tokens(chunk) > 100
    assert (digest.notes, digest.patterns, len(digest.ids)) == (len(chunk.notes), len(chunk.patterns), 35)
    assert str(page["patterns"]).startswith("[['m1-m30 30x 05-06 00:01 to 05-06 00:30', '[FIRING:1]")


def test_marks_that_are_carried_stand_on_the_page_with_their_message():
    chunk = Chunk(ids=("m1",), prints=("",), carried=(Carried(id="m1", words=("req-77x", "5 ms")),))

    assert pages_of(Digest(chunks=(chunk,)))[0]["marks"] == ["m1 req-77x;5 ms"]


def test_ids_of_a_frequent_pattern_are_told_by_the_first_and_the_last():
    ids = tuple(f"m{n}" for n in range(1, 99, 2))
    pattern = Pattern(
        example_id="m1", example="x", count=49, ids=ids, first_id="m1", first_at=AT, last_id="m97", last_at=AT
    )

    (page,) = pages_of(Digest(chunks=(Chunk(ids=ids, prints=ids, patterns=(pattern,)),)))

    assert str(page["patterns"]).startswith("[['m1..m97 49x")


def test_every_mark_of_a_chunk_is_found_in_it():
    pattern = Pattern(
        example_id="m1", example="web-1x", count=3, ids=("m1",), first_id="m1", first_at=AT, last_id="m1",
        last_at=AT, values=(("db-svc (m4)",),),
    )  # fmt: skip
    note = a_note("m1", quote="a-7x", text="b-8x")
    chunk = Chunk(
        ids=("m1",),
        prints=("",),
        notes=(note,),
        patterns=(pattern,),
        carried=(Carried(id="m1", words=("5 ms",)),),
    )

    assert {"web-1x", "db-svc", "a-7x", "b-8x", "5 ms"} <= words_of(chunk)
    assert marks_of("5 ms") <= words_of(chunk)
