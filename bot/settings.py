"""Everything an operator can set; each field is one environment variable, read once, by `bot.wiring`."""

import json
import os
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.errors import BadInputError

WATCHED = "inc-*,incident-*,sev*-*"


MOST_USD = 1_000_000


def _amount(value: object) -> object:
    """Take an empty amount as none."""
    return 0 if isinstance(value, str) and not value.strip() else value


def _sum(value: Decimal) -> Decimal:
    """Refuse what is no sum of money."""
    if not value.is_finite() or not 0 <= value <= MOST_USD:
        raise ValueError(NO_AMOUNT)
    return value


NO_AMOUNT = "must be an amount in US dollars such as 2.50, or 0 for none"
Usd = Annotated[Decimal, BeforeValidator(_amount), AfterValidator(_sum)]


class Settings(BaseSettings):
    """The settings of one process.

    Attributes:
        slack_bot_token: `xoxb-…`, from the app's page after installing it.
        slack_signing_secret: Proves that a request comes from Slack; the HTTP receiver needs it.
        slack_app_token: `xapp-…` with `connections:write`; Socket Mode needs it.
        slack_api_url: Where the Web API is; points the whole program anywhere, as tests do.
        anthropic_api_key: Without it the rules analyst answers and says so.
        model_pair: Which two models: `5.5` (current) or `4.6` (the pair that was benchmarked).
        model_sonnet, model_opus: Another model for a tier, by its id; empty for the pair's.
        judge_model: Grades explanations in `eval incidents`, by its id; empty for no such grades.
        incident_soft_usd: From here on every answer says what its incident has cost; 0 for never.
        incident_hard_usd: From here on a person is asked before Opus is; 0 for never.
        fail_over: `on` lets the other model answer when Claude's API has no room for the one that was asked;
            Opus stands in for Sonnet only below `incident_hard_usd`.
        guests: `on` lets guests of the workspace do what full members may: confirm, agree to costs, have
            channels followed. Apps and people of other organisations never may.
        confirm_by: Who may confirm a hypothesis: `hands-on` (the stated incident commander, or who looked at
            or changed something in the incident), `commander` (nobody else where one is stated) or `anyone`.
        shadow: `on` lets the copilot read, answer and keep its answers, and show nobody anything;
            followed channels are then looked at unasked.
        shadow_analyst: `claude` lets a model answer then, below `incident_hard_usd`; rules cost nothing.
        redis_url: Redis 6.2+ or Valkey 8+; empty starts an embedded Valkey in `data_dir`.
        watched_channels: Name patterns; in a matching channel the incident is the whole channel.
        slack_connect: `on` lets the copilot work in channels shared with other organisations, whose people
            can then ask it and read its answers.
        store_secret: Seals what is kept of what was said; without it the bot token does, and a new token
            means that it is read from Slack again. At least 16 characters.
        health_port: Where `/healthz` and `/readyz` are answered by any role; 0 means nowhere but at `port`.
        link_hosts: Hosts that may be linked in answers, beside the workspace's own.
        lease_seconds: How long a dead worker's request waits for another worker.
        drain_seconds: The most that stopping takes, finishing what was begun included.
        request_seconds: The most one request may take before it ends with what stands; under two minutes,
            so that nobody waits longer.
        model_seconds: The most of it that a model may take, counted from when it was asked, so that what was
            found stands after 90; at most `REST_SECONDS` less than all, so that the rules can still
            answer when the model does not.
        gap_seconds: How often a channel in which something was said is compared with Slack's history, so
            that questions are found which Slack never delivered.
        pace_seconds: Pause between the hypotheses of the rules analyst, so that a person can watch them
            appear; 0 outside the local workspace.
    """

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True, hide_input_in_errors=True)

    slack_bot_token: SecretStr = SecretStr("")
    slack_signing_secret: SecretStr = SecretStr("")
    slack_app_token: SecretStr = SecretStr("")
    slack_api_url: str = "https://slack.com/api/"
    anthropic_api_key: SecretStr = SecretStr("")
    model_pair: Literal["5.5", "4.6"] = "5.5"
    model_sonnet: str = Field(default="", pattern=r"^[A-Za-z0-9._:-]{0,100}$")
    model_opus: str = Field(default="", pattern=r"^[A-Za-z0-9._:-]{0,100}$")
    judge_model: str = Field(default="", pattern=r"^[A-Za-z0-9._:-]{0,100}$")
    incident_soft_usd: Usd = Decimal(5)
    incident_hard_usd: Usd = Decimal(15)
    guests: Literal["off", "on"] = "off"
    confirm_by: Literal["hands-on", "commander", "anyone"] = "hands-on"
    shadow: Literal["off", "on"] = "off"
    shadow_analyst: Literal["rules", "claude"] = "rules"
    redis_url: str = ""
    data_dir: Path = Path("data")
    host: str = "127.0.0.1"
    port: int = Field(default=3000, ge=0, le=65535)
    health_port: int = Field(default=0, ge=0, le=65535)
    watched_channels: Annotated[tuple[str, ...], NoDecode] = tuple(WATCHED.split(","))
    link_hosts: Annotated[tuple[str, ...], NoDecode] = ()
    fail_over: Literal["on", "off"] = "on"
    slack_connect: Literal["off", "on"] = "off"
    store_secret: SecretStr = SecretStr("")
    concurrency: int = Field(default=16, ge=1, le=256)
    lease_seconds: float = Field(default=30, ge=1, le=600)
    drain_seconds: float = Field(default=25, ge=0, le=600)
    request_seconds: float = Field(default=110, ge=20, le=115)
    model_seconds: float = Field(default=88, ge=5, le=100, validate_default=True)
    gap_seconds: float = Field(default=60, ge=1, le=3600)
    retention_days: int = Field(default=14, ge=1, le=400)
    pace_seconds: float = Field(default=0, ge=0, le=10)
    log_format: Literal["json", "console"] = "json"
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @field_validator("watched_channels", "link_hosts", mode="before")
    @classmethod
    def split(cls, value: object) -> object:
        """Take `a,b` as well as a JSON list."""
        if not isinstance(value, str):
            return value
        if value.lstrip().startswith("["):
            return json.loads(value)
        return tuple(part.strip() for part in value.split(",") if part.strip())

    @field_validator("store_secret")
    @classmethod
    def be_long_enough(cls, value: SecretStr) -> SecretStr:
        """Refuse a secret that could be guessed."""
        if 0 < len(value.get_secret_value()) < MIN_STORE_SECRET_CHARS:
            least = MIN_STORE_SECRET_CHARS
            raise ValueError(f"must have at least {least} characters, as `openssl rand -hex 32` prints them")
        return value

    @field_validator("model_seconds")
    @classmethod
    def leave_a_rest(cls, value: float, told: ValidationInfo) -> float:
        """Keep the time in which the rules answer when the model has used up its own."""
        most = told.data.get("request_seconds", value + REST_SECONDS) - REST_SECONDS
        if value > most:
            raise ValueError(
                f"must be at most {most:g}, which is REQUEST_SECONDS less {REST_SECONDS}: lower it"
            )
        return value

    @field_validator("slack_api_url")
    @classmethod
    def end_with_a_slash(cls, value: str) -> str:
        """Bolt joins method names to it, so it must end in a slash."""
        if not value.startswith(("https://", "http://")):
            raise ValueError("must begin with https:// (or http:// for a local workspace)")
        return value if value.endswith("/") else value + "/"

    def literals(self) -> tuple[str, ...]:
        """Return the process's own secrets, so that the redactor removes them wherever they turn up."""
        secrets = (
            self.slack_bot_token,
            self.slack_signing_secret,
            self.slack_app_token,
            self.anthropic_api_key,
            self.store_secret,
        )
        return tuple(
            value for secret in secrets if len(value := secret.get_secret_value()) >= MIN_SECRET_CHARS
        )


REST_SECONDS = 15
"""What a request keeps for itself beside the model: reading, checking, posting."""

MIN_STORE_SECRET_CHARS = 16

MIN_SECRET_CHARS = 8
"""Shorter values are placeholders; removing them everywhere would eat ordinary words."""

LISTS = {"watched_channels": "name patterns such as inc-*", "link_hosts": "host names"}

REMEDIES = {
    "slack_bot_token": "set it to the Bot User OAuth Token (xoxb-…) of your Slack app",
    "slack_signing_secret": "set it to the Signing Secret on your Slack app's Basic Information page",
    "anthropic_api_key": "set it to a key of the Claude API",
    "slack_app_token": "set it to an app-level token (xapp-…) with the scope connections:write",
}


def load_settings(**overrides: object) -> Settings:
    """Read the settings from the environment and `.env`.

    Raises:
        BadInputError: A value cannot be used; it names each such variable and what would be right.
    """
    try:
        return Settings(**overrides)  # type: ignore[arg-type]  # overrides are the same untyped text as the environment
    except ValidationError as error:
        raise _refusal(error.errors()) from None
    except ValueError as error:
        raise BadInputError(field="settings", problem=str(error)) from None


def _refusal(errors: Sequence[ErrorDetails]) -> BadInputError:
    """Return one error that tells of all variables; of a list with several wrong parts once."""
    wrong = {str(error["loc"][0]).lower(): error for error in errors}
    return _together([(name.upper(), _problem(name, error)) for name, error in wrong.items()])


def _together(problems: Sequence[tuple[str, str]]) -> BadInputError:
    """Return one error for variables with what is wrong with each."""
    (first, problem), *others = problems
    return BadInputError(
        field=first, problem="; ".join([problem, *(f"{name}: {why}" for name, why in others)])
    )


def _problem(name: str, error: ErrorDetails) -> str:
    words = str(error["msg"]).removeprefix("Value error, ")
    is_ours = error["type"] == "value_error" and name not in LISTS
    return words if is_ours else _right(name) or words


def _right(name: str) -> str:
    """Say what a value of this field must be; empty when nothing more is known than what is wrong."""
    if name in LISTS:
        return f"must be {LISTS[name]} separated by commas"
    field = Settings.model_fields[name]
    if field.annotation is Decimal:
        return NO_AMOUNT
    if name in {"model_sonnet", "model_opus", "judge_model"}:
        return "must be the id of a model such as claude-opus-5-5, or empty for the pair's"
    if choices := get_args(field.annotation):
        return f"must be one of {', '.join(map(str, choices))}"
    bounds = [getattr(part, end) for part in field.metadata for end in ("ge", "le") if hasattr(part, end)]
    kind = "whole number" if field.annotation is int else "number"
    return f"must be a {kind} from {bounds[0]} to {bounds[1]}" if bounds else ""


def require(
    settings: Settings, *names: str, or_else: str = "try `make sandbox`, which needs no Slack"
) -> None:
    """Refuse to start without these settings.

    Args:
        settings: Where they must be.
        names: The fields, secrets all of them.
        or_else: What the person can do without them.

    Raises:
        BadInputError: Some are empty; it names each such variable and where to find its value.
    """
    missing = [name for name in names if not getattr(settings, name).get_secret_value()]
    if missing:
        told = [(name.upper(), f"is not set: {REMEDIES[name]}") for name in missing]
        raise _together([*told[:-1], (told[-1][0], f"{told[-1][1]}, or {or_else}.")])


def made_data_dir(settings: Settings) -> Path:
    """Return the folder for our own data, made when absent.

    Raises:
        BadInputError: It cannot be made or written to.
    """
    remedy = "take a folder that this user can write to"
    folder = settings.data_dir
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        problem = f"{folder} cannot be made ({error.strerror}): {remedy}."
        raise BadInputError(field="DATA_DIR", problem=problem) from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise BadInputError(field="DATA_DIR", problem=f"{folder} cannot be written to: {remedy}.")
    return folder
