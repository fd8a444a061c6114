"""Incidents of unusual kinds are folded as well as usual ones: nothing of them is lost."""

import pytest

from bot.incident.check import completed, missing
from bot.incident.compaction import Reading, compact
from bot.incident.digest import Chunk, Folder
from bot.incident.facts import FactKind, Facts
from bot.incident.folding import fold, print_of
from bot.incident.merging import merged
from bot.incident.messages import Incident, Message
from bot.incident.pages import pages_of
from bot.incident.shown import message_tokens
from bot.incident.squeezing import squeezed
from tests.incident.folding_samples import alerts, facts_of, said, talk, told

BUDGET = {"budget_tokens": 5_000, "target_tokens": 2_500}
JAPANESE = "決済サービスのエラーが増えています。req-{n:04d}j の応答が {n} ms、原因は調査中です。"
ARABIC = "خدمة الدفع ترفض الطلب req-{n:04d}a منذ {n} ms والسبب غير واضح"
CYRILLIC = "Очередь платежей растёт, запрос req-{n:04d}c ждал {n} ms, причину ищем"
EMOJI = "🔥🔥 req-{n:04d}e 👩‍💻 {n} ms 🧯 :eyes: 🇩🇪"
CUES = (
    ("we stay on the old pool until Eve is back", FactKind.DECISION),
    ("the proxy has nothing to do with it, I think", FactKind.RULED_OUT),
    ("the caller is not permitted to list that bucket", FactKind.DENIAL),
    ("nobody knows yet why the second spike came", FactKind.QUESTION),
)


def folded_thrice(messages: list[Message], facts: Facts) -> Reading:
    """The reading after three folds, each on top of the last."""
    reading = None
    for part in (3, 2, 1):
        incident = told(*messages[: len(messages) // part])
        digest = {"digest": reading.digest} if reading else {}
        reading = compact(incident, facts, **digest, **BUDGET)
    assert reading is not None
    return reading


def lost(reading: Reading, incident: Incident, facts: Facts) -> set[str]:
    chunks = reading.digest.chunks
    return {one for chunk in chunks for one in missing(chunk, incident.messages, facts)}


@pytest.mark.parametrize(
    "text",
    [
        "[FIRING:1] Lag{n} consumer=c-{n}x lag={n} ms",
        "deploy of api-{n}x finished in {n} s",
        "permission denied for role ro-{n}x after {n} ms",
        "",
    ],
)
def test_of_a_thread_of_bots_alone_every_name_and_figure_stays(text):
    messages = [said(n, text.format(n=n), who="Monitor", is_bot=True) for n in range(1, 400)]
    incident = told(*messages)
    facts = facts_of(incident)

    reading = folded_thrice(messages, facts)

    assert not lost(reading, incident, facts)
    assert sorted({*reading.kept, *reading.digest.ids}) == sorted(incident.by_id)


@pytest.mark.parametrize("text", [JAPANESE, ARABIC, CYRILLIC, EMOJI], ids=["ja", "ar", "ru", "emoji"])
def test_in_any_script_names_and_figures_stay_and_what_is_quoted_was_said(text):
    messages = [said(n, text.format(n=n)) for n in range(1, 300)]
    incident = told(*messages)
    facts = facts_of(incident)

    reading = folded_thrice(messages, facts)

    page = "".join(map(str, pages_of(reading.digest)))
    assert not lost(reading, incident, facts)
    assert all(f"req-{incident.by_id[one].number:04d}" in page for one in reading.digest.ids)
    notes = [note for chunk in reading.digest.chunks for note in chunk.notes]
    assert all(note.quote in incident.by_id[note.cites[0]].text for note in notes)


@pytest.mark.parametrize(
    "words",
    [
        "db-7x は誰の担当ですか\uff1f",
        "ネットワークではない\uff1f",
        "لماذا تفشل db-7x الآن\u061f",
        "кто отвечает за db-7x?",
    ],
)
def test_a_question_in_any_script_stays_word_for_word(words):
    before = "原因を調べています。" if "は" in words else "we look. "
    messages = [*talk(30), said(40, f"{before}{words}")]
    facts = facts_of(told(*messages))

    small = squeezed(fold(messages, facts), messages, facts, excess_tokens=10**6, must_tokens=10**6)

    assert any(words in note.quote for note in small.notes)


def test_a_single_message_that_fills_the_budget_is_folded_when_it_is_old_and_shown_clipped_when_new():
    lines = (
        f"02:{n % 60:02d} pool-{n % 90}x refused the connection of host-{n % 7} after {n % 60} ms"
        for n in range(2_700)
    )
    paste = said(2, "\n".join(lines))
    assert message_tokens(paste, is_whole=True) > 48_000

    new = compact(told(said(1, "root"), paste), Facts())
    incident = told(said(1, "root"), paste, *talk(200, first=3))
    facts = facts_of(incident)
    old = compact(incident, facts, budget_tokens=12_000, target_tokens=6_000)

    assert "m2" in new.kept
    assert "m2" in old.digest.ids
    assert old.tokens < 12_000
    assert not lost(old, incident, facts)


def test_five_megabytes_are_read_within_the_bound_and_nobody_is_forgotten():
    line = "worker {n} waited for the lock of shard {m} and gave up after a while, as it did the last time"
    texts = ["\n".join(line.format(n=n, m=m) for m in range(30)) for n in range(8)]
    messages = [said(1, "root"), *(said(n, texts[n % 8]) for n in range(2, 1_800))]
    incident = told(*messages)
    assert sum(len(message.text) for message in messages) > 4_900_000

    reading = compact(incident, facts_of(incident), most_tokens=60_000)

    assert reading.tokens <= 60_000
    assert sorted({*reading.kept, *reading.digest.ids}) == sorted(incident.by_id)
    assert reading.raw_tokens > 1_000_000


@pytest.mark.parametrize(("words", "kind"), CUES, ids=[kind.value for _, kind in CUES])
def test_what_only_its_wording_marks_is_carried_by_code_where_a_model_dropped_it(words, kind):
    message = said(1, f"morning all. {words}. coffee?")
    bare = Chunk(ids=("m1",), prints=(print_of(message),), by=Folder.CLAUDE)

    assert any(words in one for one in missing(bare, [message], Facts()))
    whole = completed(bare, [message], Facts())

    assert (kind, f"{words}.") in {(note.kind, note.quote) for note in whole.notes}
    assert not missing(whole, [message], Facts())


@pytest.mark.parametrize("words", [words for words, _ in CUES])
def test_a_statement_that_is_said_again_survives_when_chunks_become_one(words):
    again = f"{words}. db-{{n}}x too"
    parts = [[said(n, again.format(n=n)), *talk(10, first=n + 1)] for n in (1, 20, 40, 60)]
    every = [message for part in parts for message in part]
    facts = facts_of(told(*every))

    one = merged([fold(part, facts) for part in parts])
    small = squeezed(one, every, facts, excess_tokens=10**6, must_tokens=10**6)

    for chunk in (one, small):
        shown = [*(note.quote for note in chunk.notes), *(pattern.example for pattern in chunk.patterns)]
        assert any(words in each for each in shown)
        assert not missing(chunk, every, facts)


def test_what_repeated_before_and_after_stays_one_pattern_over_three_folds():
    messages = [said(1, "root"), *alerts(450, first=2)]
    incident = told(*messages)
    facts = facts_of(incident)

    reading = folded_thrice(messages, facts)

    assert not lost(reading, incident, facts)


def test_what_was_squeezed_in_vain_is_not_squeezed_again_until_more_is_folded():
    messages = talk(500)
    first = compact(told(*messages[:400]), Facts(), **BUDGET)
    later = [first]
    for end in (403, 406, 500):
        later.append(compact(told(*messages[:end]), Facts(), digest=later[-1].digest, **BUDGET))

    _, tried, kept, folded = (reading.digest.chunks[-1] for reading in later)
    assert first.tokens > BUDGET["budget_tokens"]
    assert tried.is_spent
    assert kept is tried
    assert later[-1].folded_now
    assert not folded.is_spent
    assert pages_of(later[2].digest) == pages_of(first.digest)
