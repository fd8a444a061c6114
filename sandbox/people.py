"""Who is in the workspace: the people of an incident, the bots, the copilot and the person at the page."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

TEAM_ID = "T0LOCAL001"
TEAM_NAME = "Local workspace"
APP_ID = "A0COPILOT1"
BOT_ID = "B0COPILOT1"
BOT_USER_ID = "U0COPILOT1"
BOT_NAME = "copilot"
PERSON_ID = "U0YOU00001"
PERSON_NAME = "you"

SCOPES = (
    "app_mentions:read",
    "assistant:write",
    "channels:history",
    "channels:read",
    "chat:write",
    "commands",
    "files:read",
    "files:write",
    "groups:history",
    "groups:read",
    "im:history",
    "im:read",
    "reactions:read",
    "usergroups:read",
    "users:read",
)

_SPOKEN_ID = re.compile(r"[UW]0?([A-Z]+?)[0-9]+")


def name_of(user_id: str) -> str:
    """Guess a readable name from an id: `U0ANA00001` is Ana; an id without letters stays itself."""
    match = _SPOKEN_ID.fullmatch(user_id)
    if match is not None:
        return match[1].capitalize()
    return "Slackbot" if user_id == "USLACKBOT" else user_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody who can write: a person (`U…`) or a bot (`B…`)."""

    id: str
    name: str
    is_bot: bool = False
    is_guest: bool = False
    team_id: str = TEAM_ID

    def as_user(self) -> dict[str, Any]:
        """Return Slack's user object."""
        return {
            "id": self.id,
            "team_id": self.team_id,
            "name": self.name.lower().replace(" ", "."),
            "real_name": self.name,
            "deleted": False,
            "is_bot": self.is_bot,
            "is_app_user": False,
            "is_restricted": self.is_guest,
            "is_ultra_restricted": False,
            "is_admin": False,
            "tz": "Etc/UTC",
            "tz_offset": 0,
            "updated": 0,
            "profile": self._profile(),
        }

    def as_bot(self) -> dict[str, Any]:
        """Return Slack's bot object."""
        bot = {"id": self.id, "deleted": False, "name": self.name, "updated": 0, "icons": {}}
        if self.id == BOT_ID:
            bot |= {"app_id": APP_ID, "user_id": BOT_USER_ID}
        return bot

    def _profile(self) -> dict[str, Any]:
        profile = {
            "real_name": self.name,
            "real_name_normalized": self.name,
            "display_name": self.name,
            "display_name_normalized": self.name,
            "team": TEAM_ID,
        }
        if self.id == BOT_USER_ID:
            profile |= {"bot_id": BOT_ID, "api_app_id": APP_ID}
        return profile


@dataclass(frozen=True, slots=True, kw_only=True)
class UserGroup:
    """People who are called by one handle, written `<!subteam^S…>`.

    Attributes:
        id: `S…`.
        handle: Without the at sign.
    """

    id: str
    handle: str
    name: str = ""
    users: tuple[str, ...] = ()
    is_disabled: bool = False

    def as_slack(self, *, with_users: bool, with_count: bool) -> dict[str, Any]:
        """Return Slack's usergroup object."""
        group: dict[str, Any] = {
            "id": self.id,
            "team_id": TEAM_ID,
            "is_usergroup": True,
            "is_subteam": True,
            "is_external": False,
            "name": self.name or self.handle,
            "description": "",
            "handle": self.handle,
            "date_create": 0,
            "date_update": 0,
            "date_delete": int(self.is_disabled),
            "prefs": {"channels": [], "groups": []},
        }
        users = {"users": list(self.users)} if with_users else {}
        return group | users | ({"user_count": len(self.users)} if with_count else {})


@dataclass(slots=True)
class People:
    """Everybody who was met so far.

    Attributes:
        groups: The user groups, by id.
    """

    groups: dict[str, UserGroup] = field(default_factory=dict)
    _members: dict[str, Member] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.meet(Member(id=BOT_USER_ID, name=BOT_NAME, is_bot=True))
        self.meet(Member(id=BOT_ID, name=BOT_NAME, is_bot=True))
        self.meet(Member(id=PERSON_ID, name=PERSON_NAME))

    def meet(self, member: Member) -> None:
        """Add a member, or replace what was known."""
        self._members[member.id] = member

    def meet_author(self, message: dict[str, Any]) -> None:
        """Learn the author of a message, and everybody it names by id."""
        for user_id in user_ids_in(message):
            if user_id not in self._members:
                spoken = _profile_name(message) if user_id == message.get("user") else ""
                self.meet(Member(id=user_id, name=spoken or name_of(user_id)))
        bot_id = message.get("bot_id")
        if isinstance(bot_id, str) and bot_id not in self._members:
            self.meet(Member(id=bot_id, name=_bot_name(message) or bot_id, is_bot=True))

    def find(self, member_id: str) -> Member | None:
        """Return a member, or None."""
        return self._members.get(member_id)

    def add_group(self, group: UserGroup) -> None:
        """Make a user group, or another of the same id."""
        self.groups[group.id] = group

    def users(self) -> list[Member]:
        """Return everybody with a user id."""
        return [member for member in self._members.values() if member.id[0] in "UW"]

    def for_page(self) -> dict[str, dict[str, Any]]:
        """Return id → name and kind, people and bots, as the page needs it."""
        return {m.id: {"name": m.name, "is_bot": m.is_bot} for m in self._members.values()}


def user_ids_in(message: dict[str, Any]) -> Iterable[str]:
    """Yield the ids of the author, of who is mentioned and of who reacted."""
    if isinstance(message.get("user"), str):
        yield message["user"]
    text = message.get("text")
    yield from re.findall(r"<@([UW][A-Z0-9]+)", text if isinstance(text, str) else "")
    for reaction in message.get("reactions") or ():
        yield from reaction.get("users") or ()


def user_profile(member: Member) -> dict[str, Any]:
    """Return the profile that Slack puts on a message whose author the reader may not know."""
    return {
        "name": member.name.lower(),
        "display_name": member.name,
        "real_name": member.name,
        "first_name": member.name,
        "team": TEAM_ID,
        "is_restricted": False,
        "is_ultra_restricted": False,
    }


def bot_profile() -> dict[str, Any]:
    """Return the profile that Slack puts on every message of the copilot."""
    return {
        "id": BOT_ID,
        "app_id": APP_ID,
        "user_id": BOT_USER_ID,
        "name": BOT_NAME,
        "icons": {},
        "deleted": False,
        "updated": 0,
        "team_id": TEAM_ID,
    }


def _profile_name(message: dict[str, Any]) -> str:
    profile = message.get("user_profile") or {}
    return str(profile.get("display_name") or profile.get("real_name") or "")


def _bot_name(message: dict[str, Any]) -> str:
    profile = message.get("bot_profile") or {}
    return str(message.get("username") or profile.get("name") or "")
