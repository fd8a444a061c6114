"""Short threads, as people write them in a hurry: few words in common, and still a cause to look at."""

import pytest

from bot.analysts.rules import diagnose
from bot.incident.hypotheses import Status
from tests.incident.scripts import case

TERSE = {
    "a migration that holds a lock": (
        (
            "09:00 ben running migration 0231 on bookings: adds column origin\n"
            "09:04 Datadog* Triggered: bookings-api 5xx rate\n"
            "09:09 kai `SELECT * FROM pg_locks` shows 412 sessions waiting on bookings\n"
        ),
        ["m1"],
    ),
    "a move that was announced": (
        (
            "09:10 tom FYI redis-main moves to the new subnet at 09:30\n"
            "09:31 tom cutover done, old box switched off\n"
            "09:36 Grafana* [FIRING:1] CacheErrors service=session-svc\n"
            "09:47 mia session-svc pods log `dial tcp 10.8.1.7:6379: i/o timeout`\n"
            "09:49 tom 10.8.1.7 is the old box\n"
        ),
        ["m2", "m1"],
    ),
    "a merge and the run that ships it": (
        (
            "08:00 GitHub* security/iam #412 merged: tighten KMS key policy for payments-cmk\n"
            "08:06 Spacelift* stack iam-prod applied (3 changed): aws_kms_key.payments_cmk\n"
            "08:15 Datadog* Triggered: payments-worker error rate\n"
            "08:26 bo `AccessDeniedException: payments-worker is not authorized to perform: kms:Decrypt`\n"
        ),
        ["m2", "m1"],
    ),
    "a day that somebody looked back to": (
        (
            "07:14 ann openssl against partner-api says `certificate has expired`, partners cannot connect\n"
            "07:16 ben partner-api handshake: `x509: certificate has expired`\n"
            "07:20 ann found it: cert-manager was paused on 1 May, the partner-api renewal never ran\n"
        ),
        ["m3"],
    ),
}


@pytest.mark.parametrize("kind", TERSE)
def test_a_cause_is_told_from_few_words(kind):
    script, cited = TERSE[kind]

    best = diagnose(case(script, "what is wrong?")).hypotheses[0]

    assert best.status is not Status.REFUTED
    assert [item.id for item in best.trigger.evidence] == cited


def test_a_change_that_shares_nothing_with_the_trouble_is_no_cause():
    script = (
        "08:00 ann changed the colours of the intranet\n"
        "09:00 Datadog* Triggered: parcel-gateway errors\n"
        "09:05 ben parcel-gateway refuses all labels with `503 upstream reset`\n"
    )

    told = diagnose(case(script, "why does it fail?"))

    assert told.hypotheses == ()
    assert told.insufficient


def test_a_job_that_starts_again_and_again_is_no_news():
    script = (
        "07:00 Cron* job reminders started\n"
        "08:00 Cron* job reminders started\n"
        "08:20 ann migrated the mail templates of reminders\n"
        "08:30 Datadog* Triggered: reminders mail errors\n"
        "08:40 ben all reminders mails fail, templates are missing\n"
    )

    best = diagnose(case(script, "why do mails fail?")).hypotheses[0]

    assert [item.id for item in best.trigger.evidence] == ["m3"]


def test_what_a_status_page_reports_is_a_cause_from_outside():
    script = (
        "17:20 ann sms codes do not arrive for users\n"
        "17:29 ben our requests to the vendor end in `503 Service Unavailable`\n"
        '17:34 ben status page of the vendor: "17:08 investigating elevated API errors"\n'
    )

    found = case(script, "why?").facts

    assert any(fact.kind.value == "change" and fact.cites[0] == "m3" for fact in found)
