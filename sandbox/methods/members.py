"""`auth.*`, `users.*`, `bots.*`: who is who."""

from sandbox.args import Args
from sandbox.channel import Json
from sandbox.errors import SlackError
from sandbox.paging import page_of, with_cursor
from sandbox.people import BOT_ID, BOT_NAME, BOT_USER_ID, TEAM_ID, TEAM_NAME
from sandbox.workspace import Workspace

MOST_USERS = 1000


def auth_test(workspace: Workspace, _args: Args) -> Json:
    """`auth.test`: who the token speaks for."""
    return {
        "ok": True,
        "url": f"{workspace.base_url}/",
        "team": TEAM_NAME,
        "user": BOT_NAME,
        "team_id": TEAM_ID,
        "user_id": BOT_USER_ID,
        "bot_id": BOT_ID,
        "is_enterprise_install": False,
    }


def users_info(workspace: Workspace, args: Args) -> Json:
    """`users.info`."""
    member = workspace.people.find(args.text("user"))
    if member is None or member not in workspace.people.users():
        raise SlackError("user_not_found")
    return {"ok": True, "user": member.as_user()}


def users_list(workspace: Workspace, args: Args) -> Json:
    """`users.list`."""
    users = [member.as_user() for member in workspace.people.users()]
    limit = args.limit(default=MOST_USERS, most=MOST_USERS)
    page, following = page_of(users, cursor=args.text("cursor", ""), limit=limit)
    return with_cursor({"ok": True, "members": page, "cache_ts": 0}, following)


def bots_info(workspace: Workspace, args: Args) -> Json:
    """`bots.info`."""
    member = workspace.people.find(args.text("bot"))
    if member is None or not member.id.startswith("B"):
        raise SlackError("bot_not_found")
    return {"ok": True, "bot": member.as_bot()}


def usergroups_list(workspace: Workspace, args: Args) -> Json:
    """`usergroups.list`: all at once, without pages."""
    with_users, with_count = args.flag("include_users"), args.flag("include_count")
    groups = [
        group.as_slack(with_users=with_users, with_count=with_count)
        for group in workspace.people.groups.values()
        if args.flag("include_disabled") or not group.is_disabled
    ]
    return {"ok": True, "usergroups": groups}


METHODS = {
    "auth.test": auth_test,
    "users.info": users_info,
    "users.list": users_list,
    "bots.info": bots_info,
    "usergroups.list": usergroups_list,
}
