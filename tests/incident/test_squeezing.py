from dataclasses import replace

import pytest

from bot.incident.check import missing
from bot.incident.compaction import compact
from bot.incident.digest import Carried, Chunk, Digest
from bot.incident.facts import Fact, FactKind, Facts
from bot.incident.folding import fold
from bot.incident.marks import marks_of
from bot.incident.messages import Message
from bot.incident.pages import page_tokens, pages_of
from bot.incident.squeezing import squeezed, tidied
from tests.incident.folding_samples import alerts, facts_of, said, talk, told
from tests.incident.scripts import DAY

DECIDED = "Nobody touches db-7x until NET-4411 is closed."
CLEARED = "The cache can't be it, its graphs are flat."
ASKED = "Who owns the quota of batch-9q?"
REFUSED = "ERROR:  permission denied for table audit_77x"


def squeezed_fully(messages: list[Message], facts: Facts) -> Chunk:
    return squeezed(fold(messages, facts), messages, facts, excess_tokens=10**6, must_tokens=10**6)


def test_remarks_go_and_their_names_and_figures_stay_and_that_is_counted():
    messages = talk(40)
    chunk = fold(messages, Facts())

    small = squeezed(chunk, messages, Facts(), excess_tokens=10**6, must_tokens=10**6)

    assert page_tokens(small) < page_tokens(chunk) / 2
    assert small.shortened > 30
    assert not missing(small, messages, Facts())
    assert str(small.shortened) in str(pages_of(Digest(chunks=(small,)))[0]["names_and_figures_alone"])


@pytest.mark.parametrize("words", [DECIDED, CLEARED, ASKED, REFUSED])
def test_what_decides_clears_asks_or_refuses_stays_word_for_word_without_its_neighbours(words):
    messages = [
        *talk(20),
        said(30, f"morning all, traffic is a bit odd. {words} and now coffee for everyone"),
    ]

    small = squeezed_fully(messages, Facts())

    (note,) = [note for note in small.notes if "m30" in note.cites]
    assert note.quote.startswith(words)
    assert "morning" not in note.quote


@pytest.mark.parametrize(
    "kind", [k for k in FactKind if k is not FactKind.OBSERVATION], ids=lambda kind: kind.value
)
def test_a_stated_fact_of_any_other_kind_stays(kind):
    messages = [*talk(20), said(30, "so it goes with web-07 then")]
    fact = Fact(id="f1", kind=kind, text="so", cites=("m30",), at=DAY, quote="so it goes with web-07 then")

    small = squeezed_fully(messages, Facts(items=(fact,)))

    assert [note.quote for note in small.notes if "m30" in note.cites] == ["so it goes with web-07 then"]


def test_a_finding_is_given_up_last_and_its_beginning_can_still_be_quoted():
    text = f"sorted the failing calls by rack of web-07 and {'most of them come from there ' * 4}"
    finding = said(30, text)
    fact = Fact(id="f1", kind=FactKind.OBSERVATION, text=text, cites=("m30",), at=DAY, quote=text[:100])
    messages, facts = [*talk(20), finding], Facts(items=(fact,))
    chunk = fold(messages, facts)

    roomy = squeezed(chunk, messages, facts, excess_tokens=10**6, must_tokens=1)
    full = squeezed(chunk, messages, facts, excess_tokens=10**6, must_tokens=10**6)

    assert any(note.quote == text.strip() for note in roomy.notes)
    (note,) = [note for note in full.notes if "m30" in note.cites]
    assert text.startswith(note.quote)
    assert len(note.quote) <= 80


def test_a_message_that_introduces_a_paste_can_still_be_quoted():
    messages = [*talk(5), said(30, "this is what is live now:\n```\nplain words of a listing\n```")]

    small = squeezed_fully(messages, Facts())

    assert [note.quote for note in small.notes if "m30" in note.cites] == ["this is what is live now:"]


def test_a_short_remark_of_somebody_who_looked_goes_before_a_finding_and_a_bots_words_before_both():
    bot = said(31, "summary of web-08 told", who="M", is_bot=True)
    brief = said(32, "looked at web-09 too")
    items = tuple(
        Fact(id=m.id, kind=FactKind.OBSERVATION, text=m.text, cites=(m.id,), at=DAY, quote=m.text)
        for m in (bot, brief)
    )
    messages = [bot, brief, said(33, "something of web-10 stands here", who="M", is_bot=True)]

    small = squeezed_fully(messages, Facts(items=items))

    assert small.notes == ()
    assert {"web-08", "web-09", "web-10"} <= {word for each in small.carried for word in each.words}


def test_repetition_that_states_an_alert_stays_and_habits_go():
    fired = alerts(20)
    messages = [*fired, *(said(n, "ok then") for n in range(30, 40))]
    quote = fired[0].text
    facts = Facts(items=(Fact(id="f1", kind=FactKind.ALERT, text="x", cites=("m1",), at=DAY, quote=quote),))

    small = squeezed_fully(messages, facts)

    assert [pattern.count for pattern in small.patterns] == [20]


def test_what_is_above_the_budget_after_a_fold_is_squeezed_into_it_and_stays_so():
    messages = talk(200)
    incident = told(*messages)

    first = compact(incident, facts_of(incident), budget_tokens=8_000, target_tokens=2_000)
    again = compact(
        incident, facts_of(incident), digest=first.digest, budget_tokens=8_000, target_tokens=2_000
    )

    assert first.tokens <= 8_000
    assert "names and figures alone" in first.words
    assert again.digest == first.digest
    text = str(pages_of(first.digest)) + "".join(incident.by_id[one].text for one in first.kept)
    assert all(mark in text for message in messages for mark in marks_of(message.text))


def test_a_message_that_was_edited_does_not_bring_all_words_back():
    messages = talk(200)
    first = compact(told(*messages), Facts(), budget_tokens=8_000, target_tokens=2_000)
    changed = told(*(replace(m, text="it is req-new9x") if m.id == "m9" else m for m in messages))

    again = compact(changed, Facts(), digest=first.digest, budget_tokens=8_000, target_tokens=2_000)

    assert again.tokens <= 8_000
    assert "req-new9x" in str(pages_of(again.digest))


def test_a_mark_is_listed_once():
    messages = alerts(30)
    chunk = fold(messages, Facts())
    doubled = replace(chunk, carried=(Carried(id="m1", words=("web-001", "new-1x", "new-1x")),))

    tidy = tidied(doubled)

    assert tidy.carried == (Carried(id="m1", words=("new-1x",)),)
    assert not missing(tidy, messages, Facts())
