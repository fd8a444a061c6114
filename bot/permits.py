"""What only full members may: decide on a hypothesis, pay above the cap, open or close a channel's log."""

from bot.errors import NotPermittedError
from bot.ports import Workspace
from bot.request import Request, RequestKind

MEMBERS_ONLY = {
    RequestKind.CONFIRM: "confirm an explanation",
    RequestKind.CONSENT: "agree to the cost of Opus",
    RequestKind.WATCH: "have me follow a channel",
    RequestKind.UNWATCH: "end that I follow a channel",
}
"""What is asked for, in words that follow `may`."""


async def check(workspace: Workspace, request: Request) -> None:
    """Pass what its asker may ask for.

    Raises:
        NotPermittedError: Guests, apps and people of other organisations may not.
        SlackAwayError: Slack does not say who they are; it must be tried again.
    """
    what = MEMBERS_ONLY.get(request.kind)
    if what is not None and not await workspace.is_full_member(request):
        raise NotPermittedError(what=what)
