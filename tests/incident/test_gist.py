"""The gist of sentences, pastes and bots' messages: short, whole, and in the thread's own words."""

import pytest

from bot.incident.facts import FactKind
from bot.incident.gist import of_prose, without_moment
from bot.incident.gist_logs import of_code, of_commands
from tests.incident.scripts import facts


@pytest.mark.parametrize(
    ("said", "gist"),
    [
        (
            ("FYI moved the cart table to the slow disks so we can test it there before the sale begins"),
            "moved the cart table to the slow disks",
        ),
        ("ok so also, the relay drops every third mail", "the relay drops every third mail"),
        ("oh no. I dropped the wrong index on shard-4. sorry", "dropped the wrong index on shard-4"),
        (
            ("Impact: all pages 9 s, about half of the logins fail"),
            "all pages 9 s, about half of the logins fail",
        ),
        ("dmesg on box-3: `oom-killer: killed process indexer`", "`oom-killer: killed process indexer`"),
        ("audit log, 10:02:11: DeleteRule by the pipeline", "DeleteRule by the pipeline"),
        (
            (
                "the reason is mine: I added `tier: gold` to the plan so that every customer of "
                "that plan is billed at once and in full"
            ),
            "added `tier: gold` to the plan",
        ),
        ("no train today, quiet since friday", "no train today, quiet since friday"),
        ("importer had a release at 14:00", "importer release at 14:00"),
        (
            'a customer mailed: "all my photos show another person, please help" and a link',
            "all my photos show another person, please help",
        ),
        (
            "reads of `a, b and c, together with every other key of that long table (all of them)` fail",
            "reads of `a, b and c, together with every other key of…",
        ),
        (
            (
                "every single request that enters through the northern gateway of the second "
                "region waits for a lock"
            ),
            "every single request that enters",
        ),
        ("x", "x"),
        ("...", "..."),
        ("a quote that `never closes, so no code", "a quote that never closes, so no code"),
    ],
)
def test_a_sentence_is_cut_where_a_clause_ends(said, gist):
    assert of_prose(said) == gist


def test_a_word_without_any_end_is_cut_with_an_ellipsis():
    assert of_prose(f"w{'o' * 90}w").endswith("…")


@pytest.mark.parametrize("said", ["no scraper today", "nope not that", "that was it"])
def test_words_that_carry_the_meaning_stay(said):
    assert of_prose(said) == said


def test_the_time_at_the_end_goes_because_a_stamp_says_it():
    assert without_moment("catalogue release at 14:00") == "catalogue release"
    assert without_moment("v7 at 14:00") == "v7 at 14:00"


@pytest.mark.parametrize(
    ("code", "lead", "gist"),
    [
        (
            ("2031-05-06T10:00:00Z ERROR put failed: 403 SignatureMismatch op=put zone=b"),
            "log:",
            "403 SignatureMismatch",
        ),
        (
            (
                "An error occurred (AccessDenied) when calling the PutItem operation: User: arn:aws:sts::1 "
                "is not authorized to perform: dynamodb:PutItem on resource: y"
            ),
            "",
            "AccessDenied on dynamodb:PutItem",
        ),
        (
            "An error occurred (ThrottlingException) when calling the Query operation: slow down",
            "",
            "ThrottlingException on Query",
        ),
        ("Not authorized to perform sts:AssumeRole", "", "not authorized: sts:AssumeRole"),
        (
            ("thread io-3 panicked: called Option::unwrap() on a None value"),
            "crash:",
            "Option::unwrap() on a None value",
        ),
        ("com.acme.pay.LedgerException: book is closed", "", "LedgerException: book is closed"),
        (
            ("kernel: nf_table: table full, dropping packet"),
            "",
            "kernel: nf_table: table full, dropping packet",
        ),
        ("dial tcp 10.0.0.1:5432: i/o timeout", "", "dial tcp 10.0.0.1:5432: i/o timeout"),
        (
            ("eventName DeleteBucket sourceIPAddress 46.2.3.4"),
            "trail of that role:",
            "DeleteBucket from 46.2.3.4",
        ),
        ("eventName DeleteBucket", "", "DeleteBucket"),
        ('{"Statement": [{"Principal": "*"}]}', "Bucket policy as it is now:", "bucket policy (pasted)"),
        ('{"Statement": [{"Action": "sts:AssumeRole"}]}', "", "trust policy (pasted)"),
        ('{"Statement": []}', "output:", "policy (pasted)"),
        ('{"iss": "x", "aud": "y"}', "", "token claims (pasted)"),
        (
            "span resolve 5003 ms",
            "trace of a slow call. everything waits, it is stuck in `resolve`:",
            "everything waits, it is stuck in `resolve`",
        ),
        ("price:v3:1\nprice:v3:2", "sample of keys that missed:", "keys that missed (pasted)"),
        ("$ dig x\n   13 lost", "", "13 lost"),
        ("hello there", "", "hello there"),
    ],
)
def test_a_paste_is_its_error_or_what_it_is(code, lead, gist):
    assert of_code(code, lead) == gist


def test_commands_are_named_without_what_they_were_given():
    assert of_commands("$ boxctl secret put TOKEN_ID\nboxctl secret put TOKEN\nboxctl deploy") == (
        "boxctl secret put, boxctl deploy"
    )


@pytest.mark.parametrize(
    ("text", "gist"),
    [
        (
            (
                '[FIRING:1] BasketSlow (service="basket" ns="shop")\\nAlert: x - '
                "`critical`\\nDescription: p95 7.4s over 5m"
            ),
            "BasketSlow: p95 7.4s",
        ),
        ("Warn: parcel store availability\\nread availability 91.3% and falling", "read availability 91.3%"),
        (
            ("Triggered: [P1] search errors above 2%\\nsearch errors is 4.5% (threshold 2%)"),
            "search errors above 2%: 4.5%",
        ),
        (
            (
                ":rotating_light: CloudWatch Alarm | orders-5xx | eu-north-1 | Account: 123\\nThreshold "
                "Crossed: 3 out of the last 3 datapoints [71.0, 60.0] were greater than the threshold (20.0)"
            ),
            "orders-5xx: 71.0, threshold 20.0",
        ),
        (
            ("CloudWatch Alarm | rows-written\\nno datapoints were received for 3 periods"),
            "rows-written: no data",
        ),
        (
            "New alert:\\n#311: nightly tax report: 0 of 12 files written\\nPriority: P2",
            "nightly tax report: 0 of 12 files written",
        ),
        ("Triggered #771 mail queue is stuck\\nService: relay\\nUrgency: High", "mail queue is stuck"),
        (
            "[FIRING:2] DiskFull (prod)\\nSummary: volume of the log host is nearly full",
            "DiskFull: volume of the log host is nearly full",
        ),
        (
            "[FIRING:1] HitRatioLow\\n- summary = hit ratio of the session cache below 70 %",
            "HitRatioLow: hit ratio of the session cache below 70 %",
        ),
        (
            "[FIRING:1] PumpsOnline\\n- summary = pumps online below 75 % of 12,400",
            "PumpsOnline: pumps online below 75 % of 12,400",
        ),
        ("ledger build #9\\nworkflow run failed", "ledger build #9: workflow run failed"),
        ("ledger build #9 failed", "ledger build #9 failed"),
        (
            "Warn: LatencyOfTheWholeCheckoutPathInAllRegionsHigh\\np99 of the checkout path 9.1 s",
            "p99 of the checkout path 9.1 s",
        ),
    ],
)
def test_an_alert_is_its_name_and_one_measure(text, gist):
    assert [f.label for f in facts(f"09:00 bot* {text}") if f.kind is FactKind.ALERT] == [gist]


def test_a_job_that_only_failed_says_so():
    assert [f.label for f in facts("09:00 bot* ledger build #9\\nService: x\\nStatus: failed")] == [
        "ledger build #9 failed"
    ]


def test_a_recovery_shows_the_measure_that_came_back():
    script = (
        "09:00 bot* tax report: 0 of 12 files written\\nfailed\n09:30 bot* tax report: 0 "
        "of 12 files\\n12 of 12 files"
    )

    assert [f.label for f in facts(script)][-1] == "12 of 12 files"


@pytest.mark.parametrize(
    ("text", "gist"),
    [
        (
            ("Application cart-api has been successfully synced.\\nImages: cart-api:4.7.1\\nAuthor: kim"),
            "cart-api 4.7.1 synced",
        ),
        ("Application cart-api has been successfully synced.", "cart-api synced"),
        (
            "Run Applied: acme/net\\nreplace nat gateway of vpc-apps, new tags\\nResources: 1 added",
            "nat gateway of vpc-apps replaced",
        ),
        ("Run Applied: acme/net\\nResources: 1 added", "Run Applied: acme/net"),
        (
            "kim updated targeting for big-basket in `Production`\\nDefault rule: rollout `2% → 50%`",
            "big-basket rollout 2% → 50%",
        ),
        ("kim turned off the flag big-basket in Production", "turned off the flag big-basket in Production"),
        (
            "patch-hosts - #77 Success after 41 min (Open)\\nimage `base-2031.4` on 12 of 12 hosts (v7)",
            "patch-hosts #77: image base-2031.4 on 12 of 12 hosts",
        ),
        ("search r12 deployed to prod by ida · changes: two log fields", "search r12 deployed to prod"),
        ("#912 raise the limit\\nPull request merged by kim", "raise the limit merged"),
        (
            "#912 raise the limit of every queue in the northernmost region\\nmerged",
            "raise the limit of every queue in the northernmost region",
        ),
    ],
)
def test_a_pipeline_is_what_it_changed(text, gist):
    assert [f.label for f in facts(f"09:00 bot* {text}")] == [gist]


def test_asterisks_that_hide_a_value_stay_and_those_that_embolden_go():
    found = facts(
        "09:00 bot* Triggered: x\n09:10 ann log: AccessDenied for *all* callers bucket=*** key=AB***"
    ).items

    assert "bucket=***" in found[-1].text
    assert "*all*" not in found[-1].text


def test_every_quote_stands_in_its_message():
    script = (
        "09:00 ann deployed r7 of the indexer. it ran for\\nlong\n09:10 bot* Triggered: "
        "indexer slow\\np95 9 s"
    )

    assert [f.quote for f in facts(script)] == ["deployed r7 of the indexer.", "Triggered: indexer slow"]
