"""The facts that stand in the thread before anybody diagnoses."""

from dataclasses import replace

from bot.incident.facts import FactKind, Facts
from bot.slack.blocks import text
from bot.slack.fact_lines import first_facts, first_that_fits
from bot.slack.limits import visible_chars
from tests.slack.samples import ID, STORE, STORE_FACTS, clock, fact, preview

NOW = clock(22, 26)


def seen(facts):
    return preview(first_facts(facts, STORE, answer_id=ID, as_of=NOW))


def test_since_when_what_changed_before_and_what_is_ruled_out_stand_first():
    assert seen(STORE_FACTS).splitlines() == [
        "Since 21:38: write availability 97.1% and falling [6]",
        "Refused: 22:12 storage auth failed: 403 InvalidAccessKeyId [13]",
        "Impact: 21:50 PUT, multipart and delete all failing everywhere [8]",
        (
            "Changed before: 20:37 removed the old pair in the storage system [3]"
            " · 20:19 secrets put and deployed, output says deployed [2]"
        ),
        "Ruled out: storage nodes 21:58 [10] · 14:00 release 22:10 [12]",
        "Diagnosis follows.",
    ]


def test_when_nothing_is_known_it_says_how_much_was_read():
    assert seen(Facts()).splitlines() == [
        "Since: unknown, no alert and no symptom in 10 messages",
        "Changes, newest first: nothing seen in 10 messages",
        "Diagnosis follows.",
    ]


def test_a_change_of_another_day_carries_its_date():
    old = replace(fact(FactKind.CHANGE, 2, 14, 0, "release"), at=clock(14, 0, day=19))

    assert "Changed before: 19 Mar 14:00 release [2]" in seen(replace(STORE_FACTS, items=(old,)))


def test_a_message_that_states_several_changes_is_told_once_and_the_rest_are_counted():
    changes = [fact(FactKind.CHANGE, n, 20, n, f"change {n}") for n in (1, 2, 3, 6, 8)]
    doubled = (*changes, replace(changes[0], text="again"))

    assert "20:08 change 8 [8] · 20:06 change 6 [6] · 20:03 change 3 [3] · 2 earlier" in seen(
        replace(STORE_FACTS, items=doubled)
    )


def test_a_suspect_is_ruled_out_once_by_the_last_word_on_it():
    words = [fact(FactKind.RULED_OUT, n, 22, n, "no", status="A scraper") for n in (1, 2)]

    assert "Ruled out: A scraper 22:02 [2]\n" in seen(replace(STORE_FACTS, items=tuple(words)))


def test_a_denial_that_is_the_first_sign_is_not_told_twice():
    denial = fact(FactKind.DENIAL, 13, 22, 12, "403")

    assert "Refused" not in seen(Facts(items=(denial,), onset=denial))


def test_a_time_that_the_words_say_is_not_said_again():
    timed = fact(FactKind.CHANGE, 3, 20, 37, "removed at 20:37")

    assert "Changed before: removed at 20:37 [3]" in seen(replace(STORE_FACTS, items=(timed,)))


def test_a_suspect_without_a_name_is_told_in_the_words_that_clear_it():
    cleared = fact(FactKind.RULED_OUT, 12, 22, 10, "so 5.118 is innocent", status="ack")

    assert "Ruled out: 5.118 is innocent 22:10 [12]" in seen(replace(STORE_FACTS, items=(cleared,)))


def test_a_recovery_is_told():
    over = replace(STORE_FACTS, recovery=fact(FactKind.RECOVERY, 16, 22, 24, "ok"))

    assert "Recovered 22:24 [16]" in seen(over)


def test_the_longest_facts_fit_a_phone():
    long = tuple(replace(f, text="word " * 24, status="suspect " * 9) for f in STORE_FACTS) * 4
    blocks = first_facts(Facts(items=long, onset=long[2]), STORE, answer_id=ID, as_of=NOW)

    assert visible_chars(blocks) < 600


def test_what_can_never_fit_says_that_more_follows():
    assert first_that_fits([[[text("a" * 20)], [text("b" * 20)]]], 35) == [
        [text("a" * 20)],
        [text("More below.")],
    ]


def test_a_change_that_somebody_remembers_later_is_not_told_twice():
    live = fact(FactKind.CHANGE, 3, 20, 37, "removed the old pair")
    remembered = fact(FactKind.CHANGE, 15, 20, 37, "we rotated keys")

    shown = seen(replace(STORE_FACTS, items=(live, remembered)))

    assert "20:37 removed the old pair [3]" in shown
    assert "we rotated keys" not in shown


def test_a_suspicion_that_two_messages_clear_is_told_once():
    cleared = [
        replace(fact(FactKind.RULED_OUT, n, 22, n, "no", status=f"kms {n}"), cites=(f"m{n}", "m9"))
        for n in (10, 12)
    ]

    assert "Ruled out: kms 10 22:10 [10]\n" in seen(replace(STORE_FACTS, items=tuple(cleared)))


def test_the_gist_of_a_fact_is_shown_when_it_has_one():
    short = replace(fact(FactKind.CHANGE, 3, 20, 37, "a long sentence"), label="old pair removed")

    assert "20:37 old pair removed [3]" in seen(replace(STORE_FACTS, items=(short,)))
