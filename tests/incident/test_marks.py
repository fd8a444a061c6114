import pytest

from bot.incident.marks import LONGEST_CHARS, marks_of

ACCOUNT = "3145" + "99104920"


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        (f"denied for arn:aws:iam::{ACCOUNT}:role/export on it", f"arn:aws:iam::{ACCOUNT}:role/export"),
        ("arn:aws:iam::aws:policy/ReadOnlyAccess is attached", "arn:aws:iam::aws:policy/ReadOnlyAccess"),
        ("s3:PutObject was refused", "s3:PutObject"),
        ("ec2:DescribeInstances, again", "ec2:DescribeInstances"),
        (f"account {ACCOUNT}.", ACCOUNT),
        ("web-07 is down", "web-07"),
        ("ip-10-64-37-118.eu.compute.internal is gone", "ip-10-64-37-118.eu.compute.internal"),
        ("ask db.orders.internal first", "db.orders.internal"),
        ("from 10.0.3.7:5432,", "10.0.3.7:5432"),
        ("peer 2001:db8::8a2e:370:7334 silent", "2001:db8::8a2e:370:7334"),
        ("range 10.112.0.0/20 is full", "10.112.0.0/20"),
        ("rolled to v5.21.0-rc.3 at noon", "v5.21.0-rc.3"),
        ("chart cart-api@v7.21.6", "cart-api@v7.21.6"),
        ("image registry.acme.example/recs:8.18.2", "registry.acme.example/recs:8.18.2"),
        ("pulled sha256:9f86d081884c7d65 twice", "sha256:9f86d081884c7d65"),
        ("commit 97630d5122!", "97630d5122"),
        ("commit abcdefab is bad", "abcdefab"),
        ('"requestId": "req_v5bw6kscgdf5m5"', "req_v5bw6kscgdf5m5"),
        ("trace 1-69d2865a-9794154178caf8da5d29fc0e", "1-69d2865a-9794154178caf8da5d29fc0e"),
        ("for e064152a-8a74-45a4-9a72-62b4b2fb233f?", "e064152a-8a74-45a4-9a72-62b4b2fb233f"),
        ("pod/payments-gw-knrkcspzs-l46wk restarted", "pod/payments-gw-knrkcspzs-l46wk"),
        ("see PAY-9884 and", "PAY-9884"),
        ("merged PR 4454 now", "PR 4454"),
        ("[#8851] slow", "#8851"),
        ("key=recs:1047ab2a68", "recs:1047ab2a68"),
        ("host=web-33;", "web-33"),
        ("LedgerClient.java:296", "LedgerClient.java:296"),
        ("at /srv/app/handlers.py:41 it", "/srv/app/handlers.py:41"),
        ("C:\\logs\\a.txt is empty", "C:\\logs\\a.txt"),
        ("https://grafana.acme.example/d/x?orgId=1&var=web", "https://grafana.acme.example/d/x?orgId=1&var=web"),
        ("got AccessDenied", "AccessDenied"),
        ("java.io.IOException: no space", "java.io.IOException"),
        ("connect ECONNREFUSED", "ECONNREFUSED"),
        ("ORA-00600 again", "ORA-00600"),
        ("SQLSTATE 53300", "SQLSTATE 53300"),
        ("exit code 137", "exit code 137"),
        ("HTTP 503 from lb", "HTTP 503"),
        ("answers 502, then nothing", "502"),
        ("Throttling, says AWS", "Throttling"),
        ("status DEADLINE_EXCEEDED", "DEADLINE_EXCEEDED"),
        ("NXDOMAIN for it", "NXDOMAIN"),
        ("it was OOMKilled", "OOMKilled"),
        ("retention.ms is set", "retention.ms"),
        ("mail-sender hangs", "mail-sender"),
        ("MAX_CONN is low", "MAX_CONN"),
        ("loss 12.7 %", "12.7 %"),
        ("at 98%", "98%"),
        ("p99 4.21s", "4.21s"),
        ("took 5,001 ms then", "5,001 ms"),
        ("48m27s in all", "48m27s"),
        ("1.71 TB of it", "1.71 TB"),
        ("limit 250m cpu", "250m"),
        ("3,200 rps now", "3,200 rps"),
        ("0 to 3 msg/s in", "3 msg/s"),
        ("lost $202,064 so far", "$202,064"),
        ("USD 149,663 a day", "USD 149,663"),
        ("\u20ac446,332 gone", "\u20ac446,332"),
        ("882,290 rows left", "882,290 rows"),
        ("88 uploads hang", "88 uploads"),
        ("320 Watts cap", "320 Watts"),
        ("61,300 unsent", "61,300"),
        ("broker 5 is out", "broker 5"),
    ],
)  # fmt: skip
def test_identifiers_and_figures_survive(text, mark):
    found = marks_of(text)

    assert any(mark in each for each in found)
    assert all(each in text for each in found)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "lol",
        "thanks, looking into it!",
        "who has the on-call phone, and/or a follow-up?",
        ":coffee: anyone? :+1:",
        "PLEASE look",
        "note:this is two words",
        "it is 4 or 5",
        "since 12:41",
        "2026-08-12T06:00:00Z",
    ],
)
def test_ordinary_words_small_counts_and_times_are_no_marks(text):
    assert marks_of(text) == frozenset()


def test_a_token_too_long_for_a_name_is_judged_by_its_parts():
    blob = "/".join(["x" * LONGEST_CHARS, "e064152a8a74", "y" * LONGEST_CHARS])

    assert marks_of(blob) == {"e064152a8a74"}


@pytest.mark.parametrize(
    "text",
    [
        "a" * 100_000, "1" * 100_000, "1," * 50_000, "1." * 50_000, "a-" * 50_000, "a.b" * 30_000,
        "/a" * 50_000,
        "::" * 50_000, "A" * 100_000, "1 " * 50_000, "PR " * 30_000, "=" * 100_000, "$" * 100_000,
        "a_" * 50_000, "Ab" * 50_000, "1-" * 50_000, "PR\u00a01" * 20_000,
    ],
)  # fmt: skip
def test_hostile_text_is_read_once(text):
    assert all(mark in text for mark in list(marks_of(text))[:10])
