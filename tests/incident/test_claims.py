"""Which numbers, times, names and commands a sentence may hold."""

from datetime import timedelta

import pytest

from bot.incident.claims import unfounded
from bot.incident.grounds import Ground
from tests.incident.scripts import DAY, incident

TOLD = """
09:00 ann removed the old pair from vault-7 on 21 March, runbook at https://wiki.acme.test/runs/77
09:30 ci* mill-web v7.1.4 deployed, commit 9f31c2ab77de, took 180 s
10:00 Datadog* Triggered: availability 39.7 %, heap 1536 MB, 3,000 requests, p95 0.8 s
10:10 ben `403 NoSuchBucket` from checkout-api at 9:58 PM, s3 policy says deny, kafka lag=50
10:12 ben run `kubectl get pods -n mill` please, service control policy untouched
"""
GROUND = Ground.of(incident(TOLD).messages, texts=("why do uploads of tenant 42 fail?",))


@pytest.mark.parametrize(
    "same",
    [
        "uploads of tenant 42 fail",
        "the upstream service and the storage cluster were overloaded",
        "about 40 % available",
        "40 % available",
        "availability 39.7%",
        "heap of 1.5 GB",
        "3000 requests, 3k in all",
        "it took 3 minutes",
        "a 3-minute rollout",
        "p95 of 800 ms",
        "60 min after the removal",
        "1 h 10 min after the removal",
        "removed at 09:00, refused at 21:58",
        "on March 21st and 2031-05-06",
        "VAULT-7, vault 7 and vault_7",
        "mill-web 7.1.4, release v7.1.4",
        "commit 9f31c2a",
        "NoSuchBuckets and no such bucket",
        "403s from checkout-api",
        "pre-7.1.4 behaviour",
        "The SCP is untouched, the Kafka lag is 50 [m4]",
        "see https://wiki.acme.test/runs/77",
        "TLS and DNS are fine, CPU too",
        "e.g. reads and/or writes of a read-only node",
        "On Monday the Deny was there",
        "Today's uploads fail. That's the policy's doing. Vault's pair is gone",
        "run `kubectl get pods -n mill`",
    ],
)
def test_the_same_value_or_name_in_another_form_is_held(same):
    assert unfounded(same, GROUND) == ()


@pytest.mark.parametrize(
    ("invented", "token"),
    [
        ("about 45 % available", "45 %"),
        ("38 % available", "38 %"),
        ("heap of 2 GB", "2 GB"),
        ("39.7 seconds", "39.7 seconds"),
        ("at 09:07", "09:07"),
        ("on 22 March", "22"),
        ("vault-9", "vault-9"),
        ("mill-web 7.1.5", "7.1.5"),
        ("commit 9f31c2b", "9f31c2b"),
        ("see https://evil.test/x", "https://evil.test/x"),
        ("host payments.internal", "payments.internal"),
        ("in /etc/vault.conf", "/etc/vault.conf"),
        ("with --force", "--force"),
        ("set MAX_POOL high", "MAX_POOL"),
        ("AccessDenied", "AccessDenied"),
        ("billing-worker restarts", "billing-worker"),
        ("redis evicts", "redis"),
        ("the Neptune cluster", "Neptune"),
        ("Alice removed it", "Alice"),
        ("Mallory's key is gone", "Mallory"),
        ("KMS refuses", "KMS"),
        ("run `kubectl get secrets`", "kubectl get secrets"),
        ("run kubectl get secrets -n mill and compare", "kubectl get secrets -n mill"),
        ("3 nodes are gone", "3"),
        ("ninety-one hosts fail", "ninety-one"),
        ("it was the release of last Tuesday", "last tuesday"),
        ("the ledger service was overloaded", "ledger"),
        ("removed by carlos", "carlos"),
    ],
)
def test_what_no_source_holds_is_named(invented, token):
    assert token in unfounded(invented, GROUND)


@pytest.mark.parametrize(
    ("ahead", "is_held"),
    [
        ("0 errors for 5 minutes, 100 % of 2 hosts", True),
        ("search CloudTrail for the bucket policy", True),
        ("ask within the next 15 minutes", True),
        ("retry one order: 0", True),
        ("errors on 2 March", False),
        ("latency stays above 5 s", False),
        ("read 403/404 of checkout-api", False),
        ("error rate above 2 %", False),
        ("look at Neptune", False),
        ("look at host vault-9", False),
        ("read BigQuery's log", False),
    ],
)
def test_what_looks_ahead_may_count_wait_and_name_where_to_look_but_no_threshold(ahead, is_held):
    assert (unfounded(ahead, GROUND, looks_ahead=True) == ()) is is_held


def test_many_moments_are_not_paired():
    crowd = Ground(at=tuple(DAY + timedelta(minutes=7 * n) for n in range(60)))

    assert unfounded("7 min", crowd) == ("7 min",)
    assert unfounded("00:07", crowd) == ()


@pytest.mark.parametrize("looks_ahead", [False, True])
@pytest.mark.parametrize(
    ("held", "said"),
    [
        ("dropped 1,988 rows", "the 1,988 rows"),
        ("dropped 1,988 rows", "1988 rows"),
        ("count=1988", "read 1,988 of them"),
        ("1,988/2,000 read", "1,988 of 2,000"),
        ("it took 1,988 ms", "(1,988 ms)"),
        ("1,988,123 orders", "1,988,123"),
        ("1'988 orders", "1,988 orders"),
        ("1\N{NARROW NO-BREAK SPACE}988 orders", "1,988 orders"),
        ("0,988 is no thousand, 12,345 is", "12,345"),
    ],
)
def test_a_number_is_one_number_with_any_separator_of_thousands(held, said, looks_ahead):
    assert unfounded(said, Ground(texts=(held,)), looks_ahead=looks_ahead) == ()


def test_what_is_missing_is_named_whole():
    assert unfounded("after the 1,988 rows", Ground(texts=("12 rows",)), looks_ahead=True) == ("1988",)


def test_half_of_something_is_a_number_that_somebody_gave():
    assert unfounded("half of the writes fail", Ground(texts=("writes fail",))) == ("half",)
    assert unfounded("half of the writes fail", Ground(texts=("50 % of writes fail",))) == ()
    assert unfounded("it took half an hour", Ground(texts=("it took a while",))) == ()
