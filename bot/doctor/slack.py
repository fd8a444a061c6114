"""Verdicts on the Slack side: tokens, scopes, connections, channels. Error names are those of Slack."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.doctor.finding import Finding, failed, noted, passed, warned
from bot.watching import ChannelFacts, Scope, decide

BOT, SCOPES, APP, SECRET, RECEIVER = "bot token", "scopes", "app token", "signing secret", "receiver"
CONNECTIONS, EVENTS, CHANNELS = "connections", "events", "channels"

COPY_BOT = "Copy the Bot User OAuth Token (xoxb-…) from OAuth & Permissions into SLACK_BOT_TOKEN."
REINSTALL = "Open Install App in the app's settings, reinstall it, and copy the new Bot User OAuth Token."
MAKE_APP = (
    "Make one under Basic Information → App-Level Tokens with the scope connections:write, "
    "and put it into SLACK_APP_TOKEN."
)
COPY_SIGNING = "Copy the Signing Secret from Basic Information → App Credentials into SLACK_SIGNING_SECRET."

EXPIRING, APP_LEVEL = "a token that expires and is renewed", "an app-level token"
_KINDS = (
    (re.compile(r"xoxe[.-]"), EXPIRING),
    (re.compile(r"xoxb-"), "a bot token"),
    (re.compile(r"xoxp-"), "a user's token"),
    (re.compile(r"xapp-"), APP_LEVEL),
    (re.compile(r"[0-9a-f]{32}\Z"), "a signing secret"),
)
_CLEAN = re.compile(r"[A-Za-z0-9._-]+")
UNCLEAN = "holds a character that no token has, such as a quote, a space or a line break"
_IS_SECRET = re.compile(r"[0-9a-f]{32}\Z")
_APP_ID = re.compile(r"xapp-\d+-(A[A-Z0-9]+)-")

_BOT_ERRORS = {
    "invalid_auth": ("Slack does not know it", COPY_BOT),
    "not_authed": ("Slack saw no token", COPY_BOT),
    "token_revoked": ("it was revoked", REINSTALL),
    "account_inactive": ("the app was removed from the workspace, or its bot was deactivated", REINSTALL),
    "token_expired": (
        "it has expired",
        "Turn token rotation off under OAuth & Permissions, reinstall the app and copy the new token.",
    ),
    "org_login_required": ("the workspace is being moved to an organisation", "Try again after the move."),
    "ratelimited": ("Slack limits how often we ask", "Wait a minute and try again."),
}
_APP_ERRORS = {
    "missing_scope": ("it lacks the scope connections:write", MAKE_APP),
    "not_allowed_token_type": ("it is no app-level token", MAKE_APP),
    "invalid_auth": ("Slack does not know it", MAKE_APP),
    "token_revoked": ("it was revoked", MAKE_APP),
    "link_disabled": (
        "Socket Mode is turned off for this app",
        "Turn on Enable Socket Mode under Socket Mode in the app's settings.",
    ),
    "too_many_websockets": (
        "all ten connections of the app are taken",
        "Stop other processes that use this app token.",
    ),
    "ratelimited": ("Slack limits how often we ask", "Wait a minute and try again."),
}


def kind_of(token: str) -> str:
    """Return in words what a secret looks like; empty when it looks like none of Slack's."""
    return next((words for form, words in _KINDS if form.match(token)), "")


def is_clean(token: str) -> bool:
    """Say whether a token can be sent at all; quotes, spaces and line breaks come along in pasting."""
    return _CLEAN.fullmatch(token) is not None


def bot_token_unclean(token: str) -> Finding:
    """Tell that there is no bot token, or more than one."""
    found = f"SLACK_BOT_TOKEN {UNCLEAN}" if token else "SLACK_BOT_TOKEN is not set"
    return failed(BOT, found, COPY_BOT)


def bot_token_mistaken(token: str) -> Finding | None:
    """Tell what was pasted instead of a bot token, as far as its form says it: nobody need be asked."""
    kind = kind_of(token)
    if kind in {"", "a bot token", EXPIRING}:
        return None
    return failed(BOT, f"SLACK_BOT_TOKEN holds {kind}", COPY_BOT)


def app_token_mistaken(token: str) -> Finding | None:
    """Tell what was pasted instead of an app-level token, as far as its form says it."""
    kind = kind_of(token)
    return failed(APP, f"SLACK_APP_TOKEN holds {kind}", MAKE_APP) if kind not in {"", APP_LEVEL} else None


def bot_token_refused(code: str, token: str) -> Finding:
    """Tell why Slack refused the bot token; what was pasted instead is named by its form.

    Args:
        code: Slack's error name.
        token: The token itself; nothing of it is shown.
    """
    if kind_of(token) == EXPIRING and code in {"invalid_auth", "not_allowed_token_type"}:
        return failed(BOT, f"SLACK_BOT_TOKEN holds {EXPIRING}", COPY_BOT)
    found, remedy = _BOT_ERRORS.get(code, (f"Slack answered {code}", COPY_BOT))
    return failed(BOT, found, remedy)


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Who a token speaks for, as `auth.test` says; `bot_id` is empty for a person's token."""

    bot_id: str
    user: str
    team: str
    url: str


def bot_token(who: Who) -> Finding:
    """Judge a token that Slack accepts."""
    if not who.bot_id:
        return failed(BOT, f"it speaks for a person in {who.team}, not for a bot", COPY_BOT)
    return passed(BOT, f"@{who.user} in {who.team} ({who.url})")


def scopes(
    granted: Sequence[str] | None, *, needed: Sequence[str], features: Mapping[str, str]
) -> list[Finding]:
    """Compare the token's scopes with the manifest's.

    Args:
        granted: From the header `x-oauth-scopes`; None when there was none.
        needed: The manifest's.
        features: What each scope is for.
    """
    if granted is None:
        return [noted(SCOPES, "Slack did not say which scopes the token has")]
    missing = [scope for scope in needed if scope not in granted]
    more = [scope for scope in granted if scope not in needed]
    findings = [_missing(missing, features)] if missing else []
    if more:
        words = f"{_listed(more)} more than the manifest asks for"
        findings.append(
            warned(SCOPES, words, "Remove them under OAuth & Permissions and reinstall: nothing uses them.")
        )
    return findings or [passed(SCOPES, f"all {len(needed)} of the manifest")]


def _missing(missing: Sequence[str], features: Mapping[str, str]) -> Finding:
    told = "; ".join(f"{scope} ({features.get(scope, 'in use')})" for scope in missing)
    remedy = (
        "Replace the app's manifest by what `python -m bot manifest` prints, then reinstall the app: "
        "new scopes count only after that."
    )
    return failed(SCOPES, f"missing {told}", remedy)


def receiver(*, has_app_token: bool, has_secret: bool) -> Finding:
    """Say by which way questions can come in."""
    if has_app_token and has_secret:
        return passed(RECEIVER, "Socket Mode (`python -m bot socket`) or HTTP (`python -m bot all`)")
    if has_app_token:
        return passed(RECEIVER, "Socket Mode (`python -m bot socket`)")
    if has_secret:
        return passed(RECEIVER, "HTTP (`python -m bot all`, or `web` and `worker`)")
    remedy = (
        "Set SLACK_APP_TOKEN for Socket Mode (no public address needed), or SLACK_SIGNING_SECRET for HTTP."
    )
    return failed(RECEIVER, "neither SLACK_APP_TOKEN nor SLACK_SIGNING_SECRET is set", remedy)


def signing_secret(secret: str) -> Finding:
    """Judge the form of the signing secret; Slack offers no way to try it."""
    if not secret:
        return noted(SECRET, "not set; only HTTP needs it")
    if _IS_SECRET.match(secret):
        return passed(SECRET, "32 hexadecimal digits, as Slack's are; only a delivery proves it")
    kind = kind_of(secret)
    found = f"SLACK_SIGNING_SECRET holds {kind}" if kind else "it is not 32 hexadecimal digits"
    return failed(SECRET, found, COPY_SIGNING)


def app_token_unclean(token: str) -> Finding:
    """Tell that Socket Mode is not used, or that more than the token was pasted."""
    if not token:
        return noted(APP, "not set; only Socket Mode needs it")
    return failed(APP, f"SLACK_APP_TOKEN {UNCLEAN}", MAKE_APP)


def app_token_refused(code: str) -> Finding:
    """Tell why no connection can be opened with the app-level token.

    Args:
        code: Slack's error name, or the reason of the disconnect that came instead of a hello.
    """
    found, remedy = _APP_ERRORS.get(code, (f"Slack answered {code}", MAKE_APP))
    return failed(APP, found, remedy)


def app_id_in(token: str) -> str:
    """Return the app's id that an app-level token carries in plain sight; empty when it has none."""
    match = _APP_ID.match(token)
    return match[1] if match else ""


def app_token(*, app_id: str, bot_app_id: str) -> Finding:
    """Judge an app-level token that opens a connection.

    Args:
        app_id: The app it belongs to; empty when unknown.
        bot_app_id: The app the bot token belongs to; empty when unknown.
    """
    if app_id and bot_app_id and app_id != bot_app_id:
        remedy = f"Take both tokens from one app: this one is of {app_id}, the bot token of {bot_app_id}."
        return failed(APP, "it belongs to another app than the bot token", remedy)
    same = f", the bot token's app {app_id}" if app_id and bot_app_id else ""
    return passed(APP, f"opens a Socket Mode connection{same}")


def connections(count: int) -> Finding:
    """Judge how many connections the app has open.

    Args:
        count: As Slack's hello says; the doctor's own is one of them.
    """
    others = max(0, count - 1)
    if not others:
        return passed(CONNECTIONS, "nobody else is connected with this app token")
    words = "1 other connection is open" if others == 1 else f"{others} other connections are open"
    remedy = (
        "If that is not your running copilot, stop it or make it an app of its own: "
        "Slack gives each delivery to only one connection."
    )
    return noted(CONNECTIONS, words, remedy)


def events(subscribed: Sequence[str]) -> Finding:
    """Say which events to look for: no token can read an app's subscriptions."""
    return noted(
        EVENTS,
        "no token can read an app's event subscriptions",
        f"Look under Event Subscriptions → Subscribe to bot events for {', '.join(subscribed)}.",
    )


def channels_unknown(code: str) -> list[Finding]:
    """Tell that the channels could not be listed; a scope that is missing is told by its own check."""
    if code == "missing_scope":
        return []
    return [noted(CHANNELS, f"Slack answered {code}", "Try again in a minute.")]


def channels(
    places: Sequence[ChannelFacts],
    *,
    watched: Sequence[str],
    user: str,
    allow_external: bool = False,
    more: bool = False,
) -> Finding:
    """Say where the bot is, and where the incident is the whole channel.

    Args:
        places: The channels it is a member of.
        watched: The patterns of WATCHED_CHANNELS.
        user: The bot's name, for the invitation.
        allow_external: SLACK_CONNECT is on.
        more: There are more channels than were read.
    """
    if not places:
        return warned(
            CHANNELS, "the bot is in no channel", f"Write `/invite @{user}` in an incident channel."
        )
    by_scope: dict[Scope, list[str]] = {scope: [] for scope in Scope}
    for place in places:
        watch = decide(place, patterns=watched, wish=None, allow_external=allow_external)
        by_scope[watch.scope].append(f"#{place.name}")
    count = f"in {len(places)}{' or more' if more else ''} channel{'' if len(places) == 1 else 's'}"
    refused = by_scope[Scope.REFUSED]
    shared = f"; refused while SLACK_CONNECT is off: {_listed(refused)}" if refused else ""
    if by_scope[Scope.CHANNEL]:
        return passed(CHANNELS, f"{count}, watched as a whole: {_listed(by_scope[Scope.CHANNEL])}{shared}")
    found = f"{count}, none watched as a whole by its name ({', '.join(watched)}){shared}"
    remedy = (
        f"Write `/invite @{user}` in a channel with such a name, or `/copilot watch` in any that "
        "it is in; elsewhere, and in private channels, an incident is one thread."
    )
    return noted(CHANNELS, found, remedy)


def _listed(words: Sequence[str], most: int = 5) -> str:
    shown = ", ".join(words[:most])
    return shown if len(words) <= most else f"{shown} and {len(words) - most} more"
