"""Where `response_url`s lead: five uses within half an hour, by Slack's documentation."""

from dataclasses import dataclass, field, replace
from functools import partial

from sandbox.args import Args
from sandbox.channel import Json, is_own
from sandbox.content import read_content
from sandbox.errors import SlackError
from sandbox.methods.chat import own_fields
from sandbox.people import PERSON_ID
from sandbox.workspace import Change, Workspace

MOST_USES = 5
LIFE_SECONDS = 1800.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyPlace:
    """What one `response_url` belongs to.

    Attributes:
        origin_ts: The message that was pressed; None for a command.
        made_seconds: Machine time, by the workspace's monotonic clock.
    """

    channel_id: str
    made_seconds: float
    thread_ts: str | None = None
    origin_ts: str | None = None
    uses: int = 0


@dataclass(slots=True)
class Replies:
    """All `response_url`s given out, by token."""

    _places: dict[str, ReplyPlace] = field(default_factory=dict)

    def remember(self, token: str, place: ReplyPlace) -> None:
        """Give a token out."""
        self._places[token] = place

    def use(self, token: str, *, now_seconds: float) -> ReplyPlace:
        """Use a token once.

        Raises:
            SlackError: `used_url` or `expired_url`, as Slack's answers say.
        """
        place = self._places.get(token)
        if place is None or now_seconds - place.made_seconds > LIFE_SECONDS:
            raise SlackError("expired_url")
        if place.uses >= MOST_USES:
            raise SlackError("used_url")
        self._places[token] = replace(place, uses=place.uses + 1)
        return place

    def apply(self, workspace: Workspace, place: ReplyPlace, body: Json) -> None:
        """Do what an answer says: delete or replace the original, post, or whisper.

        Raises:
            SlackError: The content is refused.
        """
        args = Args(body)
        if args.flag("delete_original"):
            _delete(workspace, place)
            return
        content = read_content(args, new_id=partial(workspace.new_id, "b"))
        if args.flag("replace_original") and place.origin_ts:
            _replace(workspace, place, content)
        elif args.text("response_type", "ephemeral") == "in_channel":
            _post(workspace, place, content)
        else:
            _whisper(workspace, place, content | _thread(place, args))


def _thread(place: ReplyPlace, args: Args) -> Json:
    return {"thread_ts": args.text("thread_ts", place.thread_ts or "") or None}


def _delete(workspace: Workspace, place: ReplyPlace) -> None:
    channel = workspace.channel(place.channel_id)
    if workspace.ephemerals.pop((channel.id, place.origin_ts or ""), None):
        workspace.tell(Change(kind="deleted", channel_id=channel.id, what={"ts": place.origin_ts}))
    elif place.origin_ts and is_own(channel.message(place.origin_ts)):
        workspace.delete(channel, place.origin_ts)


def _replace(workspace: Workspace, place: ReplyPlace, content: Json) -> None:
    channel = workspace.channel(place.channel_id)
    hidden = workspace.ephemerals.get((channel.id, place.origin_ts or ""))
    if hidden is None:
        workspace.change(channel, channel.message(place.origin_ts or ""), content)
        return
    hidden.update(content)
    workspace.tell(Change(kind="ephemeral", channel_id=channel.id, what=hidden))


def _post(workspace: Workspace, place: ReplyPlace, content: Json) -> None:
    channel = workspace.channel(place.channel_id)
    workspace.post(channel, {"text": "", **own_fields(), **content, "thread_ts": place.thread_ts})


def _whisper(workspace: Workspace, place: ReplyPlace, content: Json) -> None:
    channel = workspace.channel(place.channel_id)
    workspace.whisper(channel, {"text": "", "blocks": [], **content, "user": PERSON_ID})
