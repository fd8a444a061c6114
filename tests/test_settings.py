import pytest

from bot.errors import BadInputError
from bot.settings import load_settings, require


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


def test_a_missing_secret_is_named_with_its_remedy(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    with pytest.raises(BadInputError, match=r"SLACK_BOT_TOKEN.*xoxb"):
        require(load_settings(slack_bot_token=""), "slack_bot_token")


def test_the_api_address_ends_in_a_slash(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    assert load_settings(slack_api_url="http://127.0.0.1:1/api").slack_api_url.endswith("/api/")


def test_own_secrets_are_literals_but_placeholders_are_not(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    settings = load_settings(slack_bot_token="xoxb-" + "1" * 9, slack_signing_secret="short")

    assert settings.literals() == ("xoxb-" + "1" * 9,)
