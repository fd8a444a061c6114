"""Explaining incidents without a model."""

import re

import pytest

from bot.analysts.rules import diagnose
from bot.incident.hypotheses import Status
from bot.incident.verification import Verified, verify
from tests.analysts import told, told_outside
from tests.incident.scripts import case

EXPLAINED = {
    "session cache": (told.SESSION_CACHE, "what logs users out?", "m2"),
    "egress rule": (told.EGRESS, "why does the worker not reach the db?", "m1"),
    "tax tables": (told.TAX_TABLES, "why are prices wrong?", "m9"),
    "migration": (told.MIGRATION, "why does the orders api time out?", "m1"),
    "partitions": (told.PARTITIONS, "why is the feed stale?", "m1"),
    "archive keys": (told.ARCHIVE_KEYS, "why can nobody read the archive?", "m2"),
    "open share": (told.OPEN_SHARE, "how did our files get out?", "m5"),
    "provider": (told_outside.TEXT_MESSAGES, "is it us or the carrier?", "m5"),
    "announcement": (told_outside.QUOTA, "why do tours have no plan?", "m1"),
    "change record": (told_outside.CLOCK_HOSTS, "why are tickets refused?", "m7"),
    "token event": (told_outside.TOKEN_EVENT, "why do builds fail?", "m5"),
    "claimed work": (told_outside.REPARTITION, "why is the api slow?", "m1"),
    "unmarked post": (told_outside.UNMARKED, "why are parts rejected?", "m1"),
}
RENAMED = {
    "session-cache-2": "kv-blue-7", "sg-0ab12cd34ef567890": "fw-rule-9913",
    "user-events": "cart-moves",
    "orders": "parcels", "rosa": "zoe", "noor": "tim", "archive": "vault", "tax": "fee",
    "maxmemory": "heapcap",
}  # fmt: skip


def renamed(script):
    for old, new in RENAMED.items():
        script = script.replace(old, new)
    return script


@pytest.mark.parametrize("change", [str, renamed], ids=["as told", "renamed"])
@pytest.mark.parametrize("name", EXPLAINED)
def test_at_the_end_the_true_trigger_stands_on_top_with_two_links_and_real_quotes(name, change):
    script, question, trigger = EXPLAINED[name]
    known = case(change(script), question)

    top = diagnose(known).hypotheses[0]

    assert trigger in [item.id for item in top.trigger.evidence]
    assert len(top.links) >= 2
    assert all(item.quote in known.incident.by_id[item.id].text for item in top.evidence)
    assert all(len(text) <= 80 for link in top.links for text in (link.cause, link.effect))
    assert len(top.claim) <= 140


@pytest.mark.parametrize("name", EXPLAINED)
def test_everything_the_rules_say_passes_verification(name):
    script, question, _ = EXPLAINED[name]
    known = case(script, question)

    results = [verify(hypothesis, known) for hypothesis in diagnose(known).hypotheses]

    assert all(isinstance(result, Verified) and not result.dropped for result in results)


@pytest.mark.parametrize("name", EXPLAINED)
def test_no_claim_names_a_person(name):
    script, question, _ = EXPLAINED[name]
    known = case(script, question)
    names = {m.author.name.lower() for m in known.incident.messages}

    texts = [t for h in diagnose(known).hypotheses for t in (h.claim, *(li.effect for li in h.links))]

    assert not names & set(re.findall(r"[a-z]+", " ".join(texts).lower()))


@pytest.mark.parametrize(
    ("script", "suspect"),
    [
        (told.SESSION_CACHE, "m1"),
        (told.EGRESS, "m2"),
        (told.MIGRATION, "m2"),
        (told.PARTITIONS, "m2"),
        (told_outside.TEXT_MESSAGES, "m1"),
        (told_outside.QUOTA, "m2"),
        (told_outside.HOST_IMAGE, "m1"),
        (told_outside.REPARTITION, "m2"),
    ],
)
def test_a_suspect_that_was_undone_without_effect_is_never_live(script, suspect):
    live = [h for h in diagnose(case(script)).hypotheses if h.is_live]

    assert suspect not in [item.id for h in live for item in h.trigger.evidence]


def test_a_ruled_out_change_is_shown_as_refuted_with_what_would_bring_it_back():
    found = diagnose(case(told.SESSION_CACHE, "what logs users out?")).hypotheses

    refuted = next(h for h in found if h.status is Status.REFUTED)

    assert refuted.trigger.evidence[0].id == "m1"
    assert refuted.claim == refuted.trigger.what
    assert refuted.reopen_if == "undoing it was not complete"


def test_with_beliefs_alone_it_says_what_is_not_known_and_where_to_look():
    diagnosis = diagnose(case(told.RUSH_HOUR, "why is checkout slow?"))

    assert not diagnosis.hypotheses
    assert "No change before 20:00 UTC" in diagnosis.insufficient
    assert diagnosis.open_questions[0].startswith("What changed before 20:00 [m1]")


def test_when_all_changes_are_ruled_out_no_cause_is_supported():
    diagnosis = diagnose(
        case(told.SESSION_CACHE.replace("15:40 rosa lowered", "15:40 rosa admired"), until=8)
    )

    assert not [h for h in diagnosis.hypotheses if h.is_live]
    assert "not ruled out" in diagnosis.insufficient


def test_a_change_that_shares_nothing_with_the_failure_is_named_but_not_blamed():
    script = """
    08:00 lea renamed the beta address list
    09:00 Datadog* Triggered: tile render errors above 5 %
    09:05 mo tiles fail for all users in the map view
    """

    diagnosis = diagnose(case(script, "why do tiles fail?"))

    assert not diagnosis.hypotheses
    assert "renamed the beta address list" in diagnosis.insufficient


def test_a_thread_without_trouble_says_that_nothing_says_when_it_began():
    diagnosis = diagnose(case("09:00 lea good morning\n09:01 mo hi"))

    assert "Nothing here says when it began" in diagnosis.insufficient


def test_rivals_come_with_one_check_that_only_reads_and_splits_them():
    script = """
    10:00 ann enabled brotli on the tile proxy
    10:20 ben switched the tile proxy to the new cache disks
    10:40 Datadog* Triggered: tile proxy errors above 5 %
    10:45 cy tile proxy answers fail for half of all requests: bad checksum in cache, brotli header
    """

    diagnosis = diagnose(case(script, "why does the tile proxy fail?"))

    first, second = diagnosis.hypotheses
    assert {first.trigger.evidence[0].id, second.trigger.evidence[0].id} == {"m1", "m2"}
    assert first.next_check.splits == ("H1", "H2")
    assert first.next_check.do.startswith("Does what still has the old setting fail too: switched the tile")
    assert second.next_check is None


def test_a_state_without_a_moment_is_looked_for_in_the_logs():
    top = diagnose(case(told.OPEN_SHARE, "how did our files get out?")).hypotheses[0]

    assert top.trigger.at is None
    assert top.next_check.do.startswith("Do the logs show this before the first sign: share links default")


def test_what_people_named_and_did_about_it_is_the_mitigation_and_cites_them():
    diagnosis = diagnose(case(told.SESSION_CACHE, "what logs users out?"))

    assert [(m.cites, m.safe_under) for m in diagnosis.mitigations] == [(("m11",), ("H1",))]


def test_an_undoing_that_failed_is_no_mitigation():
    diagnosis = diagnose(case(told.EGRESS, until=8))

    assert all("1.9.3" not in m.do for m in diagnosis.mitigations)


def test_two_steps_of_one_persons_work_stand_as_one_hypothesis_led_by_the_last():
    script = """
    12:00 kit starting the switch of the mail relay to the new certificate store
    12:20 kit removed the old certificate store from the mail relay
    12:50 Datadog* Triggered: mail relay rejects
    12:55 lou all mails fail: certificate store not found on the mail relay
    """

    top, *others = diagnose(case(script, "why do mails fail?")).hypotheses

    assert [item.id for item in top.trigger.evidence] == ["m2"]
    assert "starting the switch" in top.conditions[0]
    assert not others


def test_two_thousand_messages_are_no_trouble():
    chat = "\n".join(
        f"{6 + n // 120:02d}:{n % 60:02d} ann lunch number {n} at the corner" for n in range(1500)
    )

    diagnosis = diagnose(case(told.PARTITIONS + chat, "why is the feed stale?"))

    assert diagnosis.hypotheses[0].trigger.evidence[0].id == "m1"


def test_changes_and_findings_without_any_trouble_make_no_chain():
    script = """
    09:00 lea deployed kiln-2 firmware 3.4
    09:10 mo kiln-2 on firmware 3.4 runs at 900 degrees
    09:20 mo kiln-2 heats in 40 min since the firmware 3.4, that explains the bill
    """

    diagnosis = diagnose(case(script, "what does the kiln do?"))

    assert not diagnosis.hypotheses
    assert "Nothing here says when it began" in diagnosis.insufficient


def test_what_a_pipeline_applied_is_no_proposal_before_it_is_seen_to_help():
    assert diagnose(case(told.EGRESS, until=10)).mitigations == ()


def test_what_is_shipped_all_day_is_a_weak_candidate():
    routine = "\n".join(f"0{n}:30 ci* tile-api {n}.{n}.1 deployed to prod" for n in range(1, 6))
    trouble = """
    08:00 ann moved tile-cache-3 to spinning disks
    09:00 Datadog* Triggered: tile errors above 5 %
    09:05 ben tile requests time out for all users, tile-cache-3 answers in 4 s, disks at 100 %
    """

    top, *_ = diagnose(case(routine + trouble, "why do tiles time out?")).hypotheses

    assert [item.id for item in top.trigger.evidence] == ["m6"]


def test_the_trouble_that_was_asked_about_counts_not_the_first_one_of_the_week():
    script = """
    01:00 Datadog* Triggered: import of feeds slow
    08:00 ann removed the old queue parcel-labels-1
    09:00 Datadog* Triggered: label printing backlog
    09:04 ben labels wait for all parcels: queue parcel-labels-1 not found
    """

    top = diagnose(case(script, "why is label printing late?")).hypotheses[0]

    assert top.impact.evidence[0].id == "m3"
    assert top.trigger.evidence[0].id == "m2"


def test_two_changes_that_one_message_tells_are_one_candidate():
    script = """
    08:40 ann removed the tile-cache index at 08:00. deleted the tile-cache disks at 08:30
    09:00 Datadog* Triggered: tile errors above 5 %
    09:05 ben tiles fail for all users: 403 forbidden, tile-cache disks not found
    """

    top, *others = diagnose(case(script, "why do tiles fail?")).hypotheses

    assert [item.id for item in top.trigger.evidence] == ["m1"]
    assert not others


def test_a_change_whose_counter_example_was_found_leaves_the_question_people_ask():
    found = diagnose(case(told_outside.HOST_IMAGE, "why do the builds fail?"))

    assert found.insufficient
    assert [h.status for h in found.hypotheses] in ([], [Status.REFUTED])
    assert found.open_questions[0].startswith("who knows where the signing step gets its licence from")


def test_what_a_provider_says_at_the_end_is_no_step_of_the_chain():
    (top, *_) = diagnose(case(told_outside.TEXT_MESSAGES, "is it us or the carrier?")).hypotheses

    assert "m12" not in [item.id for item in top.evidence]


def test_a_rollback_by_the_pipeline_that_changed_nothing_counts_against_what_it_took_back():
    script = """
    09:00 dock* parcel-label 4.1 live
    09:20 Datadog* Triggered: labels without code above 5%
    09:22 kim labels are printed without code for all parcels
    09:24 dock* parcel-label 4.0 live (rollback)
    09:40 lea labels of the parcel-label printers at dock 3 have no code
    09:44 kim printers at dock 3 got parcel-label ribbons of another maker
    """

    assert not [h for h in diagnose(case(script)).hypotheses if h.is_live]


def test_plans_made_after_the_end_are_no_step_of_a_chain():
    script = (
        told.SESSION_CACHE + "17:00 finn maxmemory of session-cache-2 stays at 12gb, alarm on evicted_keys"
    )

    (top, *_) = diagnose(case(script, "what logs users out?")).hypotheses

    assert "m13" not in [item.id for item in top.evidence]


def test_a_provider_is_checked_by_asking_others_who_depend_on_it():
    early = case(told_outside.TEXT_MESSAGES, "is it us or the carrier?", until=9)

    (top, *_) = diagnose(early).hypotheses

    assert top.trigger.evidence[0].id == "m5"
    assert top.next_check.do.startswith("Do others who depend on the same provider")


def test_what_a_provider_posts_after_the_first_sign_may_still_be_the_trigger():
    script = """
    09:20 Datadog* Triggered: payments declined above 5%
    09:24 kim card payments declined for all shops
    09:31 Feed* Card authorisation, region Q4\\nInvestigating - Calls to Q4 are declined since 09:22 UTC
    09:40 lea declined ones are all authorisation calls to region Q4, `declined: upstream region Q4`
    09:46 kim shops of region Q5 see no declined payments
    """

    (top, *_) = diagnose(case(script, "why are payments declined?")).hypotheses

    assert top.trigger.evidence[0].id == "m3"
