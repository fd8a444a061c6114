"""What alert, deploy and ticket bots post is read as a person reads it, each word once."""

from pathlib import Path

import pytest

from bot.incident.messages import Alert, AlertState
from bot.slack.alert_words import severity_in, state_of_color, state_of_head, state_of_lead, state_of_value
from bot.slack.reading import read_messages
from evals.alerts import Golden, differences, load, table

GOLDENS = load()
VENDORS = {
    "alertmanager", "argocd", "cloudwatch", "datadog", "github", "grafana", "jira", "newrelic", "opsgenie",
    "pagerduty", "sentry", "statuspage", "unknown",
}  # fmt: skip
FIRING, RESOLVED, ACKNOWLEDGED = AlertState.FIRING, AlertState.RESOLVED, AlertState.ACKNOWLEDGED
OPENED, CHANGED, UNKNOWN = AlertState.OPENED, AlertState.CHANGED, AlertState.UNKNOWN


def posted(**fields: object):
    raw = {"ts": "1742593500.000001", "bot_id": "B1", "username": "bot", "text": "", **fields}
    return read_messages(
        [raw], numbers={raw["ts"]: 1}, names={}, bot_user_id="", bot_id="", permalink=lambda ts, root: ts
    ).messages[0]


def attached(**fields: object):
    return posted(attachments=[fields])


@pytest.mark.parametrize("golden", GOLDENS, ids=lambda golden: f"{golden.vendor}, {golden.name}")
def test_a_golden_post_is_read_right_in_every_field(golden: Golden) -> None:
    assert [str(difference) for difference in differences(golden)] == []


def test_every_vendor_has_a_post_for_the_beginning_and_one_for_the_end() -> None:
    states = {vendor: {g.expected["state"] for g in GOLDENS if g.vendor == vendor} for vendor in VENDORS}

    assert {golden.vendor for golden in GOLDENS} == VENDORS
    assert all(len(found) > 1 for found in states.values())


def test_the_table_names_what_is_read_otherwise(tmp_path: Path) -> None:
    golden = GOLDENS[0]
    wrong = Golden(
        vendor="novel",
        name="x",
        message=golden.message,
        expected={**golden.expected, "title": "other", "says": ["nowhere", "HighErrorRate", "[FIRING:1]"]},
    )

    shown, found = table([wrong])

    assert "novel          1  0/1 ✗" in shown
    assert [difference.field for difference in found] == ["title", "text once"]
    assert "missing: nowhere" in str(found[1])


@pytest.mark.parametrize(
    ("head", "state"),
    [
        ("[FIRING:2] Lag", FIRING),
        ("[RESOLVED] Lag", RESOLVED),
        ("[FIRING:1, RESOLVED:2] Lag", FIRING),
        ("[api] [🔴 Down] 503", FIRING),
        ("[api] [✅ Up] 200", RESOLVED),
        (":rotating_light: Triggered: [P1] 5xx", FIRING),
        ("Recovered: [P1] 5xx", RESOLVED),
        ("Resolved #12 disk", RESOLVED),
        ("Acknowledged #12 disk", ACKNOWLEDGED),
        ("Investigating - we look into it", FIRING),
        ("Monitoring - a fix is in", ACKNOWLEDGED),
        ("Alert: disk", FIRING),
        ("Alert rules were reviewed", UNKNOWN),
        ("[ok-service] deployed", UNKNOWN),
        ("Upgrade of node 7", UNKNOWN),
    ],
)
def test_a_headline_s_first_word_is_its_state(head: str, state: AlertState) -> None:
    assert state_of_head(head)[0] is state


@pytest.mark.parametrize(
    ("head", "state"),
    [
        ("Application x has degraded.", FIRING),
        ("This incident has been resolved.", RESOLVED),
        ("kim resolved #4410 5xx", RESOLVED),
        ("Alert #12 is acknowledged by kim", ACKNOWLEDGED),
        ("kim created a Bug", OPENED),
        ("Pull request opened by kim", OPENED),
        ("Pull request merged by kim", CHANGED),
        ("kim transitioned PAY-1 from `To Do` → `In Progress`", CHANGED),
        ("kim moved PAY-1 from In Review to Done", RESOLVED),
        ("kim moved PAY-1 from Here to Elsewhere", CHANGED),
        ("db1/mysql is CRITICAL", FIRING),
        ("2 firing, 1 resolved", FIRING),
        ("0 firing, 3 resolved", RESOLVED),
        ("the weather", UNKNOWN),
    ],
)
def test_a_headline_tells_its_state_as_a_sentence(head: str, state: AlertState) -> None:
    assert state_of_lead(head)[0] is state


@pytest.mark.parametrize(
    ("value", "state"),
    [
        ("OK → ALARM", FIRING),
        ("ALARM -> OK", RESOLVED),
        (":large_red_square: Triggered", FIRING),
        ("Degraded", FIRING),
        ("Synced", CHANGED),
        ("Acked", ACKNOWLEDGED),
        ("To Do", OPENED),
        ("A → B", CHANGED),
        ("purple", UNKNOWN),
        ("→", UNKNOWN),
        ("", UNKNOWN),
    ],
)
def test_a_field_s_value_names_a_state_and_the_last_step_counts(value: str, state: AlertState) -> None:
    assert state_of_value(value) is state


@pytest.mark.parametrize(
    ("color", "state"),
    [
        ("danger", FIRING),
        ("good", RESOLVED),
        ("#D63232", FIRING),
        ("#C00", FIRING),
        ("daa038", FIRING),
        ("2eb886", RESOLVED),
        ("2684ff", UNKNOWN),
        ("cccccc", UNKNOWN),
        ("red", UNKNOWN),
    ],
)
def test_a_bar_is_red_or_green(color: str, state: AlertState) -> None:
    assert state_of_color(color) is state


@pytest.mark.parametrize(
    ("head", "severity"),
    [
        ("[P1] edge 5xx", "P1"),
        ("SEV-2: checkout", "SEV-2"),
        ("[Warning] lag", "Warning"),
        ("Critical: lag", "Critical"),
        ("Critical priority issue is ACTIVATED", "Critical"),
        ("Incident #5 CRITICAL: db", "CRITICAL"),
        ("a critical look at p99 of P230", ""),
    ],
)
def test_a_headline_states_a_severity(head: str, severity: str) -> None:
    assert severity_in(head) == severity


@pytest.mark.parametrize(
    ("value", "at"),
    [
        ("2025-03-21T21:38:02Z", "2025-03-21T21:38:02+00:00"),
        ("2025-03-21 22:38:02.5 +0100", "2025-03-21T21:38:02+00:00"),
        ("2025-03-21 21:38 UTC", "2025-03-21T21:38:00+00:00"),
        ("1742593082", "2025-03-21T21:38:02+00:00"),
        ("1742593082000", "2025-03-21T21:38:02+00:00"),
        ("21 Mar 2025 at 21:38:02 UTC", "2025-03-21T21:38:02+00:00"),
        ("March 21, 2025 9:38 PM", "2025-03-21T21:38:00+00:00"),
        ("Mar 21, 2025 at 12:05 am UTC", "2025-03-21T00:05:00+00:00"),
        ("<!date^1742593082^{time}|21:38>", "2025-03-21T21:38:02+00:00"),
        ("<!date^99999999999999^{time}|x>", None),
        ("0001-01-01T00:00:00Z", None),
        ("2025-02-31T00:00:00Z", None),
        ("some time ago", None),
    ],
)
def test_times_are_read_in_every_spelling(value: str, at: str | None) -> None:
    alert = attached(title="x", fields=[{"title": "Started at", "value": value}]).alert

    assert [found.isoformat() for _, found in alert.times] == ([at] if at else [])


def test_a_date_is_named_by_the_word_before_it_or_by_none() -> None:
    dates = "x\nOpened: <!date^1742593082^{time}|a>\nof <!date^1742593083^{time}|b>"

    assert [name for name, _ in attached(text=dates).alert.times] == ["Opened", ""]


@pytest.mark.parametrize(
    ("post", "service"),
    [
        ({"title": "on {service:cart,env:prod}: slow"}, "cart"),
        ({"title": "x", "fields": [{"title": "Labels", "value": "app=cart, job=j"}]}, "cart"),
        ({"pretext": "Failed to sync application cart"}, "cart"),
        ({"pretext": "Object storage service outage"}, ""),
        ({"pretext": "The sync operation of application cart has failed"}, "cart"),
        ({"title": "Run Applied: acme/iam-ci"}, "acme/iam-ci"),
        ({"title": "t", "footer": "<https://g.example/a/b|a/b>"}, "a/b"),
        ({"title": "0/46 files, 5xx/4xx, and/or"}, ""),
        ({"title": "x", "fields": [{"title": "Job", "value": "export"}]}, "export"),
        ({"title": "x", "fields": [{"title": "Service", "value": "s" * 300}]}, ""),
    ],
)
def test_a_service_is_named_by_fields_tags_headlines_or_repositories(post: dict, service: str) -> None:
    assert attached(**post).alert.service == service


def test_what_people_write_is_no_alert() -> None:
    raw = {"ts": "1.000001", "user": "U1", "text": "*Severity:* high [FIRING:1]"}
    [message] = read_messages(
        [raw], numbers={"1.000001": 1}, names={}, bot_user_id="", bot_id="", permalink=lambda ts, root: ts
    ).messages

    assert (message.alert, message.fields) == (None, ())


def test_a_bot_that_states_nothing_states_nothing() -> None:
    alert = posted(text="good morning").alert

    assert alert == Alert()
