"""Facts out of threads."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.incident.extraction import extract
from bot.incident.facts import FactKind
from bot.incident.messages import AuthorKind
from tests.analysts import told
from tests.incident.scripts import facts, incident, message

ALERT = "10:00 Datadog* Triggered: api errors above 5 %\\nratio 11 %"


def kinds(script):
    return [fact.kind for fact in facts(script)]


def kind_of(line, *, before="09:00", after=False):
    """The kind of one person's line, before the trouble or during it."""
    script = f"{ALERT}\n10:30 ann {line}" if after else f"{before} ann {line}\n{ALERT}"
    found = [f for f in facts(script) if f.cites[0] == ("m2" if after else "m1")]
    return found[0].kind if found else None


@pytest.mark.parametrize(
    "line",
    [
        "deployed the new parser to prod",
        "removed the old pair in the vault",
        "the importer had a release at 08:10",
        "region guard is live, test was green last week",
        "node-7 back from kernel reboot, repooling in steps 5% -> 25%",
        "also copying a dump off node-7 meanwhile",
        "endpoint swap in the data net done",
        "cleanup: disabled them as of now",
        "we switched the queue to the new broker",
        "certificates were rotated this morning",
        "```ctl secret put KEY\\nctl deploy```\\ndone, output says deployed",
    ],
)
def test_what_was_done_before_the_trouble_is_a_change(line):
    assert kind_of(line) is FactKind.CHANGE


@pytest.mark.parametrize(
    "line",
    [
        "could we roll that back tomorrow",
        "nobody touched the gateway this year",
        "loaded a snapshot into staging, nothing changed in prod",
        "the chain was changed last year and broke people",
        "error rate doubled since then at 09:00",
        "should have the new pair by now",
        "KeyError: disabled on purpose",
    ],
)
def test_plans_negations_old_news_other_places_and_curves_are_no_changes(line):
    assert kind_of(line) is not FactKind.CHANGE


@pytest.mark.parametrize(
    "line", ["rolling back", "blocked the ranges", "set the limit to 1Gi", "restarted all pods"]
)
def test_the_same_verbs_during_the_trouble_are_a_response(line):
    assert kind_of(line, after=True) is FactKind.ACTION


@pytest.mark.parametrize(
    "line",
    [
        "oh no, I ran the cleanup on node1 not node2",
        "that is my mistake, I removed the wrong bucket",
        "I put that flag on 100% at 09:31",
        "audit log: AttachPolicy 09:59:51 target root",
        "we rotated keys tonight. but that was 09:37, an hour before",
    ],
)
def test_an_admission_or_a_stated_earlier_time_is_a_change_whenever_it_is_said(line):
    assert kind_of(line, after=True) is FactKind.CHANGE


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("maybe the crawler again", FactKind.BELIEF),
        ("storage nodes down?", FactKind.BELIEF),
        ("there you go, new image today!! has to be it", FactKind.BELIEF),
        ("kms maybe? the key got a new alias", FactKind.BELIEF),
        ("what can I see?", FactKind.QUESTION),
        ("all uploads fail for customers", FactKind.IMPACT),
        ("Impact: pages 6 s", FactKind.IMPACT),
        ("log: AccessDenied on put", FactKind.DENIAL),
        ("Taking IC", FactKind.ROLE),
        ("calling this a sev2", FactKind.ROLE),
        ("Decision: raise the table to 1M", FactKind.DECISION),
        ("drop counter stands still, errors are gone", FactKind.RECOVERY),
        ("follow-ups: alert on the table, load test", FactKind.FOLLOW_UP),
        ("cpu 99 %, 1,950 active connections", FactKind.OBSERVATION),
        ("that explains the waves", FactKind.OBSERVATION),
        ("we should call", FactKind.DECISION),
    ],
)
def test_a_sentence_is_read_for_what_it_does(line, kind):
    assert kind_of(line, after=True) is kind


@pytest.mark.parametrize(
    "line",
    [
        "lunch order closes at 11:00",
        "finance asks for ETA, I keep them off this thread",
        "who has the press line?",
        "coffee machine is broken again btw",
        "thanks all",
        ":tada:",
        "``` ```",
        "lol",
    ],
)
def test_chatter_yields_no_fact(line):
    assert kind_of(line, after=True) is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("[FIRING:1] Slow (svc)\\nStatus: firing", FactKind.ALERT),
        ("Triggered #12 api down\\nUrgency: High", FactKind.ALERT),
        ("CloudWatch Alarm | x-5xx\\nState: ALARM", FactKind.ALERT),
        ("Error budget burn\\nEvents: 40 Users Affected: 7 State: Ongoing", FactKind.ALERT),
        ("nightly import\\nworkflow run failed", FactKind.ALERT),
        ("mill-web 7.1 deployed\\nsmoke step failed", FactKind.ALERT),
        ("payments r9 deployed to prod", FactKind.CHANGE),
        ("Run Applied: acme/net\\nResources: 1 added, 0 changed, 1 destroyed", FactKind.CHANGE),
        ("kim turned off the flag x in Production", FactKind.CHANGE),
        ("api rolled back v4 -> v3 in prod", FactKind.ACTION),
        ("Run Planned: acme/net", None),
        ("branch preview pr-9 ready", None),
        ("good morning team", None),
    ],
)
def test_a_bots_message_is_read_by_its_state_words(text, kind):
    found = facts(f"09:00 bot* {text}").items

    assert [fact.kind for fact in found] == ([kind] if kind else [])


@pytest.mark.parametrize(
    "text",
    [
        "Recovered: api errors above 5 %\\nratio 0.4 %",
        "[RESOLVED] api errors above 5 %",
        ":white_check_mark: CloudWatch Alarm | api errors ratio\\nState: OK",
        "api errors: ratio 3 of 9\\n9 of 9",
    ],
)
def test_what_a_monitor_takes_back_is_a_recovery(text):
    assert facts(f"{ALERT}\n11:00 bot* {text}").recovery is not None


def test_a_monitor_that_never_fired_here_ends_nothing():
    known = facts(f"{ALERT}\n11:00 CloudWatch* OK: findings-volume\\nState: OK")

    assert known.recovery is None


def test_a_pipeline_that_touches_what_is_known_during_the_trouble_is_a_response():
    script = f"09:00 ci* mill-web 7.1 deployed to prod\n{ALERT}\n10:20 ci* mill-web 7.0 deployed to prod"

    assert kinds(script) == [FactKind.CHANGE, FactKind.ALERT, FactKind.ACTION]


def test_something_new_that_a_bot_ships_during_the_trouble_stays_a_change():
    assert kinds(f"{ALERT}\n10:20 ci* bread-ui 3.3 deployed to prod")[-1] is FactKind.CHANGE


def test_a_change_reported_late_stands_at_the_time_it_states():
    known = facts(f"{ALERT}\n10:20 GitHub* #812 approvals\\nmerged 5 May 17:31")

    (change,) = known.of(FactKind.CHANGE)
    assert f"{change.at:%d %H:%M}" == "05 17:31"
    assert known.items[0] is change


def test_an_earlier_impact_that_somebody_states_moves_the_onset():
    known = facts(f"{ALERT}\n10:20 ann deploys refused for all teams since at least 09:12")

    assert f"{known.onset.at:%H:%M}" == "09:12"


def test_people_who_talk_about_an_impact_until_the_first_alert_set_the_onset():
    script = """
    09:00 ann data of customers leaked in a gist
    09:40 ben three commands in it, role with WAF in its name
    10:20 cy log of that role shows 4,120 reads
    11:00 bot* ALARM: policy change
    """

    assert facts(script).onset.cites == ("m1",)


def test_an_impact_hours_before_the_first_alert_is_another_story():
    script = f"02:00 ann all exports fail\n{ALERT}"

    assert facts(script).onset.kind is FactKind.ALERT


def test_an_alert_that_fires_all_day_is_wallpaper():
    flapping = "\n".join(f"0{n}:00 bot* Triggered: queue depth of images" for n in range(1, 7))

    known = facts(f"{flapping}\n{ALERT}")

    assert [f.cites for f in known.of(FactKind.ALERT)] == [("m7",)]


@pytest.mark.parametrize(
    ("script", "suspect", "cites"),
    [
        (told.SESSION_CACHE, "the 15:00 web release touched cookies", ("m6", "m5", "m1")),
        (told.MIGRATION, "v77 went out six minutes ago", ("m6", "m4", "m5", "m2")),
    ],
)
def test_no_change_after_an_undoing_rules_out_what_was_undone(script, suspect, cites):
    (ruled_out,) = [f for f in facts(script).of(FactKind.RULED_OUT) if len(f.cites) > 2]

    assert ruled_out.status == suspect
    assert ruled_out.cites == cites


def test_an_undoing_by_a_pipeline_answers_every_release_of_that_thing():
    releases = "09:00 ci* mill-web 7.1 deployed\n09:30 ci* mill-web 7.2 deployed"
    undone = "10:10 ci* mill-web rolled back to 7.0\n10:20 ann no change after the rollback"

    (ruled_out,) = facts(f"{releases}\n{ALERT}\n{undone}").of(FactKind.RULED_OUT)

    assert ruled_out.cites == ("m5", "m4", "m1", "m2")


def test_what_people_say_three_times_word_for_word_is_a_habit():
    habit = "\n".join(f"10:{n}0 ann queue of images-7 does this every day" for n in range(1, 5))

    assert kinds(f"{ALERT}\n{habit}") == [FactKind.ALERT]


@pytest.mark.parametrize(
    ("asked", "answered", "label"),
    [
        ("storage nodes down?", "storage cluster is healthy, disks idle", "storage nodes down"),
        ("could be a scraper again", "no scraper. requests like always", "a scraper"),
        ("cluster red? maybe a shard is lost", "cluster green, all shards assigned", "cluster red"),
        ("kms maybe? it got a new alias", "No. A refusal by kms looks different", "kms"),
        ("db up? 5432 answers, db is healthy", "", "db up"),
        ("ack. maybe mill had a release at 09:50, rolling back", "rolled back, no change", "mill release"),
        (
            "the ledger index grew. worth checking whether ours is bloated",
            "the ledger index is healthy",
            "the ledger index grew",
        ),
    ],
)
def test_an_answer_is_tied_to_the_suspicion_it_clears(asked, answered, label):
    lines = [ALERT, f"10:10 ann {asked}", *([f"10:14 ben {answered}"] if answered else [])]

    (ruled_out,) = facts("\n".join(lines)).of(FactKind.RULED_OUT)

    assert ruled_out.status == label


def test_a_suspicion_dropped_long_after_is_found_by_its_thread():
    script = (
        f"{ALERT}\n10:10 ann this smells like the botnet\n12:00 ben not an attack then, dropping that line"
    )

    (ruled_out,) = facts(script).of(FactKind.RULED_OUT)

    assert ruled_out.cites == ("m3", "m2")


def test_a_question_about_a_thing_and_its_answer_clear_the_change_of_that_thing():
    asked = "10:10 noor is mx2 still paused?\n10:12 eva no, mx2 delivers normally"
    script = f"09:00 eva paused the relay on mx2\n{ALERT}\n{asked}"

    (ruled_out,) = facts(script).of(FactKind.RULED_OUT)

    assert "m1" in ruled_out.cites


def test_innocence_of_nobody_asked_about_is_an_observation():
    assert kind_of("basket service is healthy", after=True) is FactKind.OBSERVATION


def test_what_still_fails_after_nothing_was_tried_is_an_impact():
    assert kind_of("uploads still failing for all users", after=True) is FactKind.IMPACT


def test_what_is_named_to_clear_a_suspect_is_no_change():
    script = (
        f"{ALERT}\n10:10 ann maybe the fx feed is stale\n10:12 ben fx feed fresh, updated 09:00. not that"
    )

    assert not facts(script).of(FactKind.CHANGE)


def test_a_log_shows_the_line_that_names_the_failure_with_the_words_before_it():
    log = "worker log:\\n```boot ok\\nstorage auth failed: 403 InvalidAccessKeyId op=put```"

    known = facts(f"{ALERT}\n10:10 ann {log}")

    (denial,) = known.of(FactKind.DENIAL)
    assert denial.text == "worker log: storage auth failed: 403 InvalidAccessKeyId op=put"


def test_a_clearing_word_before_a_paste_makes_the_paste_the_proof():
    paste = "dynamo looks fine:\\n```throttled requests 0```"
    script = f"{ALERT}\n10:10 ann maybe dynamo throttles\n10:12 ann {paste}"

    assert facts(script).of(FactKind.RULED_OUT)


def test_a_remark_counts_only_when_it_speaks_of_what_others_found():
    common = f"{ALERT}\n10:05 ann deletes of keys fail with 403 in storage nodes\n10:10 ben "

    assert len(facts(common + "deletes of keys reach the storage nodes slowly").items) == 3
    assert len(facts(common + "purple curtains everywhere lately").items) == 2


def test_facts_are_numbered_in_time_order_and_short():
    known = facts(told.SESSION_CACHE)

    assert [fact.id for fact in known] == [f"f{n}" for n in range(1, len(known.items) + 1)]
    assert [fact.at for fact in known] == sorted(fact.at for fact in known)
    assert max(len(fact.text) for fact in known) <= 120


def test_nothing_after_now_is_read():
    read = incident(told.SESSION_CACHE)

    assert all(
        f.cites[0] in {"m1", "m2"} for f in extract(read, now=read.messages[2].at - timedelta(minutes=1))
    )


def test_our_own_words_are_no_evidence():
    theirs = message(1, "09:00 copilot all uploads fail for users")
    ours = replace(theirs, author=replace(theirs.author, kind=AuthorKind.SELF))
    own = incident("08:00 x y").with_messages([ours])

    assert not extract(own, now=ours.at).items


def test_the_recovery_of_the_first_monitor_goes_before_that_of_another():
    script = f"""
    {ALERT}
    10:05 bot* Triggered: cache hit ratio low
    10:30 bot* Recovered: cache hit ratio low
    10:40 Datadog* Recovered: api errors above 5 %
    """

    assert facts(script).recovery.cites == ("m4",)


def test_an_empty_incident_has_no_facts():
    nothing = incident("09:00 ann lol")

    known = extract(nothing, now=nothing.messages[0].at)

    assert (known.items, known.onset, known.recovery) == ((), None, None)


def test_what_a_pipeline_undid_without_effect_is_ruled_out_by_its_version():
    undone = "10:10 ci* mill-web rolled back v7 -> v6 in prod\n10:20 ann no change after rollback"

    (ruled_out,) = facts(f"{ALERT}\n10:05 ben restart mill-web maybe\n{undone}").of(FactKind.RULED_OUT)

    assert ruled_out.status == "mill-web v7"


def test_words_that_announce_a_paste_below_name_it():
    said = 'Role policy of the indexer below. Nobody changed it.\\n```{"Statement": []}```'

    known = facts(f"{ALERT}\n10:10 ann {said}")

    assert "role policy of the indexer (pasted)" in [f.label for f in known]
