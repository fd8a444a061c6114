from decimal import Decimal

import pytest

from bot.errors import BadInputError
from bot.settings import load_settings, made_data_dir, require


def test_lists_are_read_from_commas_and_from_json(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    plain = load_settings(watched_channels="inc-*, ops")
    as_json = load_settings(watched_channels='["inc-*", "ops"]')

    assert plain.watched_channels == as_json.watched_channels == ("inc-*", "ops")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("port", "80000"),
        ("model_pair", "3.5"),
        ("slack_api_url", "slack.com/api"),
        ("watched_channels", "[oops"),
        ("lease_seconds", "soon"),
    ],
)
def test_a_wrong_value_is_one_line_that_names_the_variable(name, value, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    with pytest.raises(BadInputError) as caught:
        load_settings(**{name: value})

    assert caught.value.field == name.upper()
    assert "\n" not in caught.value.user_message
    assert value not in caught.value.user_message or name == "model_pair"


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"port": "many"}, "PORT: must be a whole number from 0 to 65535"),
        ({"lease_seconds": "0"}, "LEASE_SECONDS: must be a number from 1 to 600"),
        ({"model_pair": "9"}, "MODEL_PAIR: must be one of 5.5, 4.6"),
        ({"slack_connect": "yes"}, "SLACK_CONNECT: must be one of off, on"),
        ({"store_secret": "too short"}, "STORE_SECRET: must have at least 16 characters, as `openssl rand"),
        ({"link_hosts": "[oops"}, "LINK_HOSTS: must be host names separated by commas"),
        ({"link_hosts": "[1]"}, "LINK_HOSTS: must be host names separated by commas"),
        ({"incident_soft_usd": "$5"}, "INCIDENT_SOFT_USD: must be an amount in US dollars such as 2.50"),
        ({"incident_soft_usd": "2,50"}, "INCIDENT_SOFT_USD: must be an amount in US dollars"),
        ({"incident_hard_usd": "-1"}, "INCIDENT_HARD_USD: must be an amount in US dollars"),
        ({"incident_hard_usd": "nan"}, "INCIDENT_HARD_USD: must be an amount in US dollars"),
        ({"incident_hard_usd": "1e12"}, "INCIDENT_HARD_USD: must be an amount in US dollars"),
        ({"model_opus": "Opus 5.5"}, "MODEL_OPUS: must be the id of a model such as claude-opus-5-5"),
        ({"model_sonnet": "a\nb"}, "MODEL_SONNET: must be the id of a model"),
        ({"request_seconds": "300"}, "REQUEST_SECONDS: must be a number from 20 to 115"),
        ({"model_seconds": "100"}, "MODEL_SECONDS: must be at most 95, which is REQUEST_SECONDS less 15"),
        ({"request_seconds": "60"}, "MODEL_SECONDS: must be at most 45, which is REQUEST_SECONDS less 15"),
    ],
)
def test_a_wrong_value_is_told_what_would_be_right(given, problem, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    with pytest.raises(BadInputError) as caught:
        load_settings(**given)

    assert caught.value.user_message.startswith(problem)


def test_all_wrong_values_are_told_at_once(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    with pytest.raises(BadInputError) as caught:
        load_settings(port="many", model_pair="9", watched_channels="[1]")

    told = caught.value.user_message
    names = [name for name in ("MODEL_PAIR: ", "PORT: ", "WATCHED_CHANNELS: ") if told.count(name) == 1]
    assert (len(names), "\n" in told) == (3, False)


@pytest.mark.parametrize(
    ("given", "usd"), [("", 0), ("  ", 0), ("0", 0), (" 2.50 ", Decimal("2.5")), ("20", 20)]
)
def test_a_cap_is_a_sum_and_an_empty_one_is_none(given, usd, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    settings = load_settings(incident_soft_usd=given, incident_hard_usd=given)

    assert settings.incident_soft_usd == settings.incident_hard_usd == usd


def test_a_short_request_goes_with_a_shorter_model(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    settings = load_settings(request_seconds="60", model_seconds="45")

    assert (settings.request_seconds, settings.model_seconds) == (60, 45)


def test_a_data_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(BadInputError, match=r"DATA_DIR: .* cannot be made"):
        made_data_dir(load_settings(data_dir=str(tmp_path / "file" / "data")))


def test_a_missing_secret_is_named_with_its_remedy(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    with pytest.raises(BadInputError, match=r"SLACK_BOT_TOKEN.*xoxb.*make sandbox"):
        require(load_settings(slack_bot_token=""), "slack_bot_token")


def test_all_missing_secrets_are_named_at_once(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings = load_settings(slack_bot_token="", slack_app_token="")

    with pytest.raises(BadInputError, match=r"SLACK_BOT_TOKEN: .*xoxb.*; SLACK_APP_TOKEN: .*xapp.*sandbox"):
        require(settings, "slack_bot_token", "slack_app_token")


def test_what_can_be_done_without_a_secret_is_said_by_who_wants_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    with pytest.raises(BadInputError, match=r"API, or use --analyst rules\.$"):
        require(load_settings(anthropic_api_key=""), "anthropic_api_key", or_else="use --analyst rules")


def test_the_api_address_ends_in_a_slash(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    assert load_settings(slack_api_url="http://127.0.0.1:1/api").slack_api_url.endswith("/api/")


def test_own_secrets_are_literals_but_placeholders_are_not(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    settings = load_settings(slack_bot_token="xoxb-" + "1" * 9, slack_signing_secret="short")

    assert settings.literals() == ("xoxb-" + "1" * 9,)


def test_the_stores_secret_is_one_of_our_own_and_may_be_left_out(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    secret = "0123456789" * 2

    assert secret in load_settings(store_secret=secret).literals()
    assert load_settings(store_secret="").store_secret.get_secret_value() == ""
