"""What doctor concludes from what it measured: the words, the state, the remedy."""

from datetime import date

import pytest

from bot.doctor import machine, model, slack, store
from bot.doctor.finding import (
    Finding,
    State,
    Trouble,
    failed,
    is_well,
    lines,
    noted,
    passed,
    unreachable,
    warned,
)
from bot.watching import ChannelFacts

TODAY = date(2026, 11, 23)


def test_the_report_is_a_line_a_check_with_its_remedy_below_and_a_sum_at_the_end():
    report = lines(
        [passed("a", "is there"), noted("b", "look"), warned("c", "odd", "Do."), failed("d", "no", "Go.")]
    )

    assert report == [
        "✓ a: is there",
        "· b: look",
        "! c: odd",
        "  → Do.",
        "✗ d: no",
        "  → Go.",
        "",
        "1 of 4 checks failed.",
    ]


def test_only_a_failure_makes_the_whole_fail():
    assert is_well([passed("a", ""), noted("b", ""), warned("c", "", "Do.")])
    assert not is_well([passed("a", ""), failed("b", "", "Do.")])
    assert lines([passed("a", "is there")])[-1] == "All that is needed is there."


def test_a_finding_is_data_too():
    assert failed("a", "no", "Do.").as_dict() == {
        "name": "a",
        "state": "fail",
        "found": "no",
        "remedy": "Do.",
    }


@pytest.mark.parametrize("trouble", Trouble)
def test_each_way_not_to_be_answered_names_the_host_and_a_remedy(trouble):
    finding = unreachable("x", trouble, host="slack.com", setting="SLACK_API_URL")

    assert finding.state is State.FAIL
    assert "slack.com" in finding.found
    assert finding.remedy.endswith(".")


@pytest.mark.parametrize(
    ("app_token", "secret", "state", "words"),
    [
        (True, True, State.PASS, "or HTTP"),
        (True, False, State.PASS, "Socket Mode"),
        (False, True, State.PASS, "HTTP"),
        (False, False, State.FAIL, "neither SLACK_APP_TOKEN nor SLACK_SIGNING_SECRET is set"),
    ],
)
def test_one_way_in_is_enough(app_token, secret, state, words):
    finding = slack.receiver(has_app_token=app_token, has_secret=secret)

    assert finding.state is state
    assert words in finding.found


@pytest.mark.parametrize(
    ("secret", "state", "words"),
    [
        ("", State.NOTE, "only HTTP needs it"),
        ("0123456789abcdef" * 2, State.PASS, "32 hexadecimal digits"),
        ("xoxb-" + "1-2", State.FAIL, "holds a bot token"),
        ("0123", State.FAIL, "it is not 32 hexadecimal digits"),
        ("0123456789abcdef" * 2 + "\n", State.FAIL, "it is not 32 hexadecimal digits"),
        ("0123456789ABCDEF" * 2, State.FAIL, "it is not 32 hexadecimal digits"),
    ],
)
def test_a_signing_secret_is_judged_by_its_form(secret, state, words):
    finding = slack.signing_secret(secret)

    assert finding.state is state
    assert words in finding.found
    assert bool(finding.remedy) is (state is State.FAIL)


@pytest.mark.parametrize(
    ("token", "words"),
    [("", "not set"), ("xapp-1 2", "holds a character that no token has")],
)
def test_an_app_token_that_cannot_be_sent_is_told(token, words):
    assert words in slack.app_token_unclean(token).found


def test_an_app_token_of_an_unknown_app_passes():
    assert slack.app_token(app_id="", bot_app_id="A0AA").found == "opens a Socket Mode connection"


def test_a_disconnect_instead_of_a_hello_is_told():
    turned_off = slack.app_token_refused("link_disabled")
    unknown = slack.app_token_refused("odd_reason")

    assert turned_off.found == "Socket Mode is turned off for this app"
    assert unknown.found == "Slack answered odd_reason"


@pytest.mark.parametrize(
    ("count", "words"), [(0, "nobody else"), (1, "nobody else"), (3, "2 other connections are")]
)
def test_the_doctors_own_connection_does_not_count(count, words):
    assert words in slack.connections(count).found


def test_the_events_to_look_for_are_listed():
    assert "app_mention, message.im" in slack.events(["app_mention", "message.im"]).remedy


def places(*names, **facts):
    return [ChannelFacts(id="C0AA", name=name, **facts) for name in names]


@pytest.mark.parametrize(
    ("found", "state", "words"),
    [
        ([], State.WARN, "the bot is in no channel"),
        (places("talk"), State.NOTE, "in 1 channel, none watched as a whole by its name (inc-*)"),
        (places("inc-a", is_private=True), State.NOTE, "none watched as a whole"),
        (places("inc-a", is_external=True), State.NOTE, "refused while SLACK_CONNECT is off: #inc-a"),
        (places("inc-a", "talk"), State.PASS, "in 2 channels, watched as a whole: #inc-a"),
        (places(*(f"inc-{n}" for n in range(7))), State.PASS, "#inc-4 and 2 more"),
    ],
)
def test_channels_are_told_by_what_an_incident_is_there(found, state, words):
    finding = slack.channels(found, watched=("inc-*",), user="copilot")

    assert finding.state is state
    assert words in finding.found
    assert state is State.PASS or "/invite @copilot" in finding.remedy


@pytest.mark.parametrize(
    ("info", "state", "words"),
    [
        ({"redis_version": "7.4.0"}, State.PASS, "Redis 7.4.0"),
        ({"redis_version": "6.2.0"}, State.PASS, "Redis 6.2.0"),
        ({"redis_version": "6.0.16"}, State.FAIL, "Redis 6.0.16 at here is too old"),
        ({"redis_version": "7.2.4", "valkey_version": "8.0.1"}, State.PASS, "Valkey 8.0.1"),
        (
            {"redis_version": "7.2.4", "valkey_version": "7.2.5"},
            State.FAIL,
            "Valkey 7.2.5 at here is too old",
        ),
        ({}, State.NOTE, "may not tell its version"),
    ],
)
def test_a_store_is_new_enough_by_its_own_count(info, state, words):
    [finding, *_] = store.store(store.StoreFacts(host="here", info=info))

    assert finding.state is state
    assert words in finding.found


def test_a_slow_store_and_one_that_cannot_save_are_told():
    info = {"redis_version": "8.0.0", "aof_enabled": "1", "aof_last_write_status": "err"}

    found = {
        finding.name: finding for finding in store.store(store.StoreFacts(host="x", info=info, ping_ms=80))
    }

    assert found["store speed"].state is State.WARN
    assert found["store speed"].found == "80.0 ms a round trip"
    assert found["store on disk"].found == "its last write to disk failed"


def test_a_write_that_is_refused_for_an_unknown_reason_is_a_failure():
    finding = store.store(store.StoreFacts(host="x", write_error="ERR odd"))[1]

    assert (finding.state, finding.found) == (State.FAIL, "it refused to write")


def test_an_embedded_store_that_does_not_start_says_why():
    finding = store.embedded_failed("No store: there is no bundled Valkey for this platform.")

    assert finding.state is State.FAIL
    assert "REDIS_URL" in finding.remedy


@pytest.mark.parametrize(
    ("ahead", "state", "words"),
    [
        (None, State.NOTE, "no time"),
        (0.4, State.PASS, "agrees"),
        (-12, State.PASS, "12 s behind"),
        (61, State.WARN, "61 s ahead of"),
        (-301, State.FAIL, "every delivery is refused"),
    ],
)
def test_the_clock_is_judged_by_when_signatures_are_refused(ahead, state, words):
    finding = machine.clock(ahead)

    assert finding.state is state
    assert words in finding.found


def test_a_proxy_of_another_kind_is_told():
    finding = machine.proxy([("slack.com", "socks5://proxy:1080")], seen=["ALL_PROXY"])

    assert (finding.state, finding.found) == (State.FAIL, "socks5://proxy:1080 is no HTTP proxy")


def test_settings_are_told_by_where_they_were_read():
    absent = machine.env_file("/here/.env", is_there=False)
    closed, opened = machine.env_file("/here/.env"), machine.env_file("/here/.env", is_open=True)

    assert absent.found == "from the environment; there is no /here/.env"
    assert closed.found == "from the environment, then /here/.env"
    assert (opened.state, opened.remedy) == (State.WARN, "Write `chmod 600 /here/.env`.")


@pytest.mark.parametrize(("free_mb", "state"), [(10_000, State.PASS), (499, State.WARN), (49, State.FAIL)])
def test_a_disk_is_full_before_it_is_full(free_mb, state):
    assert machine.folder(machine.FolderFacts(path="data", free_mb=free_mb)).state is state


def facts(**fields):
    return model.ModelFacts(**{"id": "claude-x", "label": "X", "tier": "opus", **fields})


@pytest.mark.parametrize(
    ("fact", "state", "words"),
    [
        (facts(), State.PASS, "is available"),
        (facts(retires_on=date(2027, 11, 1)), State.PASS, "is available, retires on 2027-11-01"),
        (facts(retires_on=date(2026, 12, 24)), State.WARN, "retires on 2026-12-24"),
        (facts(lifecycle="deprecated"), State.WARN, "is deprecated"),
        (facts(lifecycle="retired"), State.FAIL, "was retired"),
        (facts(status=410), State.FAIL, "was retired"),
        (facts(status=404), State.FAIL, "is not available to this key"),
    ],
)
def test_a_model_is_judged_by_its_lifecycle(fact, state, words):
    finding = model.models([fact], today=TODAY, other_pair="4.6")[1]

    assert finding.state is state
    assert words in finding.found
    assert state is State.PASS or "MODEL_PAIR=4.6" in finding.remedy


def test_no_key_is_a_way_to_run_and_no_fault():
    assert model.key_absent().state is State.NOTE
    assert "the rules answer" in model.key_absent().found


@pytest.mark.parametrize("status", [401, 402, 403, 429, 500, 529])
def test_a_trouble_with_the_key_is_told_once_with_a_remedy(status):
    [finding] = model.models([facts(status=status), facts(status=status)], today=TODAY, other_pair="4.6")

    assert (finding.name, finding.state) == ("model key", State.FAIL)
    assert finding.remedy.endswith(".")


def all_tables():
    for table in (slack._BOT_ERRORS, slack._APP_ERRORS, model._KEY_ERRORS):
        yield from table.values()
    for table in (store._ERRORS, store._WRITE_ERRORS):
        yield from ((found, remedy) for _, found, remedy in table)


def test_every_remedy_is_one_sentence_that_ends():
    for found, remedy in all_tables():
        assert not found.endswith(".")
        assert remedy.endswith((".", "host:6379/0)."))
        assert remedy[0].isupper()


def test_a_finding_without_a_remedy_stays_one_line():
    assert lines([Finding(name="a", state=State.NOTE, found="b")])[0] == "· a: b"
