"""How times, durations and sources read."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.incident.hypotheses import Evidence, EvidenceKind
from bot.incident.messages import Author, AuthorKind, Incident, IncidentRef, Message
from bot.incident.wording import (
    between,
    clock,
    counted,
    day,
    evidence_words,
    listed,
    source_words,
    without_citations,
)

NOON = datetime(2025, 3, 21, 12, 0, tzinfo=UTC)


def message(who, words, kind=AuthorKind.PERSON, title=""):
    return Message(
        id=f"m{len(words)}", ts="1.0", author=Author(id="U", name=who, kind=kind), text=words, title=title
    )


@pytest.mark.parametrize(
    ("hours", "shown"),
    [(0, "12:00"), (-20, "16:00"), (-21, "20 Mar 15:00"), (20, "08:00"), (24, "22 Mar 12:00")],
)
def test_a_time_carries_its_date_when_the_hour_alone_could_be_another_days(hours, shown):
    assert clock(NOON + timedelta(hours=hours), as_of=NOON) == shown


@pytest.mark.parametrize(
    ("minutes", "shown"),
    [
        (0, "0 min"),
        (61, "61 min"),
        (119, "119 min"),
        (120, "2 h"),
        (185, "3 h 5 min"),
        (2880, "2 d"),
        (3130, "2 d 4 h"),
    ],
)
def test_a_duration_is_said_in_the_units_that_fit(minutes, shown):
    assert between(NOON, NOON + timedelta(minutes=minutes)) == shown
    assert between(NOON + timedelta(minutes=minutes), NOON) == shown


def test_a_duration_is_the_difference_of_the_times_that_are_printed():
    assert between(NOON.replace(second=50), NOON + timedelta(minutes=1, seconds=5)) == "1 min"


def test_small_words():
    assert day(NOON) == "21 March 2025"
    assert (counted(1, "entry", "entries"), counted(2, "entry", "entries")) == ("1 entry", "2 entries")
    assert (listed([]), listed(["a"]), listed(["a", "b", "c"])) == ("", "a", "a, b and c")


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("removed [3], then [m4] [5] failed [99].", "removed, then failed."),
        ("items[13] and [ERROR] stay", "items[13] and [ERROR] stay"),
        ("[1] first", "first"),
    ],
)
def test_what_looks_like_a_citation_is_taken_out_of_an_analysts_words(words, left):
    assert without_citations(words) == left


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (message("Datadog", "Warn: availability", AuthorKind.BOT), "alert"),
        (message("PagerDuty", "x", AuthorKind.BOT, title="Triggered #5"), "alert"),
        (message("Argo CD", "synced shop to 5.1", AuthorKind.BOT), "posted by Argo CD"),
        (message("Ben", "auth failed: 403 AccessDenied op=put bucket=x"), "log"),
        (message("Ben", "java.lang.NullPointerException at x"), "log"),
        (message("Cho", "we removed the pair"), "said by Cho"),
    ],
)
def test_a_source_is_named_by_its_kind(said, words):
    assert source_words(said) == words


def test_a_quoted_remark_is_no_log_but_a_quote_out_of_a_paste_is():
    remark = message("Ben", "we see 503 Unavailable, so I blame the proxy")
    paste = message("Ben", "sample:\n503 Unavailable upstream=a")

    assert source_words(remark, "I blame the proxy") == "said by Ben"
    assert source_words(paste, "sample") == "log"


def test_the_strongest_evidence_is_named_first_and_mere_correlation_says_so():
    ana, ben, log = message("Ana", "a"), message("Ben", "bb"), message("Cho", "ERROR: it broke")
    incident = Incident(ref=IncidentRef(team_id="T", channel_id="C"), messages=(ana, ben, log))

    def words(*pairs):
        return evidence_words((Evidence(id=i, kind=kind) for i, kind in pairs), incident)

    direct, fits, guess = EvidenceKind.DIRECT, EvidenceKind.CORRELATIONAL, EvidenceKind.INFERENTIAL
    assert words((ana.id, guess)) == "inferred"
    assert words() == "inferred"
    assert words((ana.id, fits), (log.id, direct), (ben.id, fits)) == "log, said by Ana and Ben"
    assert words((ana.id, fits)) == "said by Ana, correlation only"
    assert words(("p1", direct), ("t1", fits)) == "computed, looked up"


def test_only_who_is_cited_beside_it_is_credited_in_that_order():
    ana, ben = message("Ana", "a"), message("Ben", "bb")
    incident = Incident(ref=IncidentRef(team_id="T", channel_id="C"), messages=(ana, ben))
    evidence = [Evidence(id=one.id, kind=EvidenceKind.DIRECT) for one in (ana, ben)]

    assert evidence_words(evidence, incident, shown=(ben.id, ana.id)) == "said by Ben and Ana"
    assert evidence_words(evidence, incident, shown=(ben.id,)) == "said by Ben"
    assert evidence_words(evidence, incident, shown=()) == "as above"
