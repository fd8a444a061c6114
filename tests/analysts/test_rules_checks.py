"""What to look at next, by the kind of thing that was changed."""

import pytest

from bot.analysts.rules import diagnose
from tests.incident.scripts import case


def top(script, question="why does it fail?"):
    return diagnose(case(script, question)).hypotheses[0]


KINDS = {
    "a key": (
        "removed the old api key of the parcel-gateway",
        "parcel-gateway calls fail for all: 403 InvalidApiKey from the carrier, key not found",
        "Which key id does parcel-gateway use now?",
    ),
    "a flag": (
        "turned on the flag big-basket for everyone",
        "parcel-gateway orders with a big-basket fail for all users, big-basket price is empty",
        "Do requests without big-basket fail too?",
    ),
    "a certificate": (
        "renewed the certificate of the parcel-gateway relay",
        "parcel-gateway calls fail for all, the relay certificate chain is too short",
        "Which certificate does parcel-gateway use now?",
    ),
    "an endpoint": (
        "switched the dns record of parcel-gateway to the new zone",
        "parcel-gateway requests fail for all, zone answers with the wrong dns record",
        "Which dns record do the failing clients use, and which those that work?",
    ),
    "a policy": (
        "tightened the policy of the parcel-writer role",
        (
            "parcel-gateway writes fail for all: User: "
            "arn:aws:sts::1:assumed-role/parcel-writer/a is not authorized "
            "to perform: s3:PutObject because no identity-based policy of the role parcel-writer allows it"
        ),
        "Which statement denies s3:PutObject for parcel-writer, and since when?",
    ),
    "a load": (
        "kicked off the backfill of parcel history from node-9",
        "parcel-gateway requests fail for all, node-9 disk at 100 % since the backfill of history",
        "Does the trouble rise and fall with this: kicked off the backfill of parcel history from node-9?",
    ),
    "hosts": (
        "rolled kernel 7.1.4 to all parcel nodes",
        "parcel-gateway requests fail for all nodes, kernel 7.1.4 logs lost parcel packets",
        "Do hosts without this fail too: 7.1.4?",
    ),
    "data": (
        "deleted the parcel address rows of closed accounts",
        "parcel-gateway pages are empty for all users, parcel address rows are gone",
        "Where does the data still stand, and where did the 08:00 command run?",
    ),
    "a release": (
        "shipped parcel-web r311 to production",
        "parcel-gateway pages fail for all users since parcel-web r311",
        "Do instances still on the version before this fail too: r311?",
    ),
    "a setting": (
        "lowered the idle timeout of the parcel queue",
        "parcel-gateway jobs fail for all users, idle timeout of the parcel queue is reached",
        "Does what still has the old setting fail too: lowered the idle timeout of the parcel queue?",
    ),
    "anything else": (
        "moved the parcel catalogue into the attic",
        "parcel-gateway pages are empty for all users, the attic catalogue of parcel names is slow",
        "When was this first seen: parcel-gateway pages are empty for all users",
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_check_follows_the_kind_of_change(kind):
    change, finding, do = KINDS[kind]
    script = (
        f"08:00 ann {change}\n09:00 Datadog* Triggered: parcel "
        f"errors\\nservice:parcel-gateway\n09:05 ben {finding}"
    )

    best = top(script)

    assert best.next_check.do.startswith(do)
    assert best.next_check.expect_if_true
    assert best.next_check.expect_if_false
    assert best.refuted_if


def test_a_service_that_no_alert_names_is_called_what_fails():
    script = """
    08:00 ann removed the old token of the relay
    09:00 Datadog* Triggered: mails late
    09:05 ben all mails fail with 401 unauthorized, the relay says invalid token
    """

    assert top(script).next_check.do == "Which key id does what fails use now?"


def test_an_earlier_step_that_shipped_something_is_a_weaker_rival_of_the_last_step():
    script = """
    08:00 ann put the new signing keys into the vault and deployed them
    08:30 ann removed the old signing keys from the vault
    09:00 Datadog* Triggered: token errors above 2 %
    09:05 ben logins fail for all: 401 unauthorized, signing keys of the vault not found
    """

    known = case(script, "why do logins fail?")
    first, second = diagnose(known).hypotheses

    assert first.trigger.evidence[0].id == "m2"
    assert second.trigger.evidence[0].id == "m1"
    assert second.does_not_explain == ("why nothing failed for the first 60 min",)
    assert second.refuted_if == "the check for H1 answers: the old one"
    assert first.next_check.splits == ("H1", "H2")


def test_without_a_chain_the_first_question_is_what_changed_since_it_last_worked():
    script = """
    09:10 GitHub* ledger build #9\\nworkflow run failed
    09:12 ann the ledger build fails for everybody
    09:15 ben last green ledger build was yesterday 17:06
    09:20 cy is the ledger mirror full?
    """

    asked = diagnose(case(script, "why does the build fail?")).open_questions

    assert asked[0].startswith("What changed between the last good run, yesterday 17:06 [m3], and 09:10 [m1]")


def test_a_last_good_run_of_another_day_carries_its_date_and_one_without_a_time_says_nothing():
    script = """
    09:10 GitHub* ledger build #9\\nworkflow run failed\\nLast good run: 2031-05-03 01:41 UTC
    09:12 ann last good one was nicer
    """

    asked = diagnose(case(script, "why does the build fail?")).open_questions

    assert "the last good run, 3 May 01:41 [m1], and 09:10" in asked[0]


QUESTION = """
08:00 ann moved mail-relay-2 to the new rack
09:00 Datadog* Triggered: mails late
09:05 ben mails fail for all users on mail-relay-2, rack switch drops packets
09:10 cy which rack switch port does mail-relay-2 use?
"""


@pytest.mark.parametrize(
    ("said", "is_open"),
    [
        ("", True),
        ("09:20 dan mail-relay-2 sits on port 7 of the rack switch", False),
        ("09:20 dan lunch at noon?", True),
    ],
)
def test_a_question_of_people_is_open_until_somebody_speaks_of_the_same(said, is_open):
    asked = diagnose(case(f"{QUESTION}{said}", "why are mails late?")).open_questions

    assert any("which rack switch port" in words for words in asked) == is_open


def test_a_question_that_holds_its_answer_is_not_asked_again():
    script = QUESTION.replace("mail-relay-2 use?", "mail-relay-2 use? -> port 7")

    assert not diagnose(case(script, "why are mails late?")).open_questions


def test_a_pasted_document_shows_the_name_it_shares_with_the_change():
    policy = '{\\n"Statement": [\\n"Deny"\\n"aws:SourceVpce": "vpce-77aa01"\\n]\\n}'
    script = f"""
    08:00 Terraform* Run Applied: acme/net\\nreplace endpoint of vpc-apps\\n- vpce-77aa01\\n+ vpce-99bb02
    09:00 Datadog* Triggered: export errors\\nservice:exporter
    09:05 ben exports fail for all: AccessDenied on write
    09:10 cy Bucket policy as it is now:\\n```{policy}```
    """

    best = top(script)

    assert best.links[0].effect == "bucket policy naming vpce-77aa01 (pasted)"
    assert best.links[0].evidence_for[1].quote == '"aws:SourceVpce": "vpce-77aa01"'
