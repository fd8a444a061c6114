"""What the person at the page does: write, command, press, submit."""

import re
import uuid
from dataclasses import dataclass, field
from typing import Any

from sandbox import acts
from sandbox.acts import author_fields
from sandbox.channel import Channel, Json, author_of
from sandbox.delivery import Ack, Delivery, Envelope
from sandbox.errors import PageError
from sandbox.limits import check_view
from sandbox.methods.items import checked_name, react, unreact
from sandbox.methods.views import show_view, with_block_ids
from sandbox.payloads import block_actions, slash_command, view_event
from sandbox.people import BOT_NAME, BOT_USER_ID, PERSON_ID
from sandbox.pressing import action_of, find_element, view_values
from sandbox.replies import Replies, ReplyPlace
from sandbox.views import Trigger, View
from sandbox.workspace import Change, Workspace

MOST_TEXT_CHARS = 12_000
_MENTION = re.compile(rf"(?<![\w.@])@{BOT_NAME}\b", re.IGNORECASE)


@dataclass(slots=True, kw_only=True)
class Person:
    """The one person who sits at the page; with `as_user` anybody else, bots (`B…`) too."""

    workspace: Workspace
    delivery: Delivery
    replies: Replies = field(default_factory=Replies)

    def say(
        self, channel_id: str, text: str, *, thread_ts: str | None = None, as_user: str = PERSON_ID
    ) -> Json:
        """Write a message; `@copilot` becomes a mention.

        Raises:
            PageError: The text is empty or too long.
            SlackError: There is no such channel or thread.
        """
        return self.post(channel_id, self._content(text), thread_ts=thread_ts, as_user=as_user)

    def post(
        self, channel_id: str, content: Json, *, thread_ts: str | None = None, as_user: str = PERSON_ID
    ) -> Json:
        """Post a message of any content, as it stands: `text`, `blocks`, `attachments`, `subtype` and so on.

        Raises:
            SlackError: There is no such channel or thread.
        """
        channel = self.workspace.channel(channel_id)
        author = author_fields(self.workspace, as_user)
        return self.workspace.post(channel, {"text": "", **author, **content, "thread_ts": thread_ts})

    def edit(self, channel_id: str, ts: str, text: str, *, as_user: str = PERSON_ID) -> None:
        """Change the words of one's own message.

        Raises:
            PageError: The text is empty or too long.
            SlackError: There is no such message, or somebody else wrote it.
        """
        channel = self.workspace.channel(channel_id)
        acts.edit(self.workspace, channel, ts, self._content(text), author_id=as_user)

    def delete(self, channel_id: str, ts: str, *, as_user: str = PERSON_ID, is_admin: bool = False) -> None:
        """Delete one's own message, or as an admin anybody's; a root with replies leaves a tombstone.

        Raises:
            SlackError: There is no such message, or somebody else wrote it.
        """
        channel = self.workspace.channel(channel_id)
        author = author_of(channel.message(ts)) if is_admin else as_user
        acts.delete(self.workspace, channel, ts, author_id=author)

    def react(self, channel_id: str, ts: str, name: str, *, as_user: str = PERSON_ID) -> None:
        """Put an emoji on a message.

        Raises:
            SlackError: There is no such message, or it is there already.
        """
        channel = self.workspace.channel(channel_id)
        react(self.workspace, channel, channel.message(ts), name=checked_name(name), user_id=as_user)

    def unreact(self, channel_id: str, ts: str, name: str, *, as_user: str = PERSON_ID) -> None:
        """Take an emoji back.

        Raises:
            SlackError: There is no such message, or none of one's own.
        """
        channel = self.workspace.channel(channel_id)
        unreact(self.workspace, channel, channel.message(ts), name=checked_name(name), user_id=as_user)

    def stop(self, channel_id: str, ts: str, *, as_user: str = PERSON_ID) -> list[str]:
        """Press Stop in the thread of a message; returns the `ts` of the streams that were stopped.

        Raises:
            SlackError: There is no such message.
        """
        return acts.stop(self.workspace, self.workspace.channel(channel_id), ts, user_id=as_user)

    def invite(self, channel_id: str, user_id: str = BOT_USER_ID, *, as_user: str = PERSON_ID) -> None:
        """Add somebody to a channel; without a name, the copilot."""
        channel = self.workspace.channel(channel_id)
        acts.join(self.workspace, channel, user_id, inviter_id=as_user)

    def remove(self, channel_id: str, user_id: str = BOT_USER_ID, *, as_user: str = PERSON_ID) -> None:
        """Take somebody out of a channel; without a name, the copilot."""
        acts.leave(self.workspace, self.workspace.channel(channel_id), user_id, actor_id=as_user)

    def rename(self, channel_id: str, name: str, *, as_user: str = PERSON_ID) -> None:
        """Give a channel another name."""
        acts.rename(self.workspace, self.workspace.channel(channel_id), name, user_id=as_user)

    async def command(self, channel_id: str, command: str, text: str) -> Ack:
        """Run a slash command; what the ack says is shown to the person."""
        channel = self.workspace.channel(channel_id)
        if not re.fullmatch(r"/[a-z0-9_-]{1,32}", command):
            raise PageError("command must be like /copilot")
        place = ReplyPlace(channel_id=channel.id, made_seconds=self.workspace.monotonic())
        payload = slash_command(
            channel,
            command=command,
            text=_escaped(text),
            trigger_id=self._trigger(channel),
            response_url=self._response_url(place),
        )
        ack = await self._send("slash_commands", payload)
        if not ack.is_ok:
            self._tell_failure(channel, f"{command} failed: the app did not answer in time")
        elif ack.body:
            self.replies.apply(self.workspace, place, ack.body)
        return ack

    async def press(
        self, channel_id: str, ts: str, *, block_id: str, action_id: str, value: str | None
    ) -> Ack:
        """Press a button of a message, or choose in it.

        Raises:
            PageError: There is no such element.
        """
        channel = self.workspace.channel(channel_id)
        hidden = self.workspace.ephemerals.get((channel.id, ts))
        message = hidden or channel.message(ts)
        element = find_element(message, block_id=block_id, action_id=action_id)
        if element is None:
            raise PageError("that message has no such button", status=404)
        place = ReplyPlace(
            channel_id=channel.id,
            thread_ts=message.get("thread_ts"),
            origin_ts=ts,
            made_seconds=self.workspace.monotonic(),
        )
        action = action_of(element, block_id=block_id, value=value) | {"action_ts": channel.clock.now_ts}
        payload = block_actions(
            channel,
            message,
            action,
            trigger_id=self._trigger(channel),
            response_url=self._response_url(place),
            is_ephemeral=hidden is not None,
        )
        return await self._acked(channel, "interactive", payload)

    async def submit(self, view_id: str, values: dict[str, dict[str, Any]]) -> dict[str, str]:
        """Submit a modal.

        Returns:
            What the app finds wrong, by `block_id`; empty when it took it.
        """
        view = self.workspace.views.find(view_id)
        shown = view.as_slack(view_values(view.definition, values))
        payload = view_event("view_submission", shown, trigger_id=self._trigger_id(view.channel_id))
        ack = await self._send("interactive", payload)
        if not ack.is_ok:
            raise PageError("the app did not answer in time; try again", status=504)
        return self._after_submit(view, ack.body)

    async def dismiss(self, view_id: str) -> None:
        """Close a modal without submitting."""
        view = self.workspace.views.find(view_id)
        self._close(view)
        if view.definition.get("notify_on_close"):
            trigger_id = self._trigger_id(view.channel_id)
            await self._send("interactive", view_event("view_closed", view.as_slack(), trigger_id=trigger_id))

    def _content(self, text: str) -> Json:
        if not text.strip() or len(text) > MOST_TEXT_CHARS:
            raise PageError(f"text must have 1 to {MOST_TEXT_CHARS} characters")
        return {
            "text": _MENTION.sub(f"<@{BOT_USER_ID}>", _escaped(text.strip())),
            "blocks": [_rich_text(text.strip(), block_id=self.workspace.new_id("b"))],
        }

    def _after_submit(self, view: View, body: Json) -> dict[str, str]:
        action = body.get("response_action")
        if action == "errors":
            return dict(body.get("errors") or {})
        if action in {"update", "push"}:
            definition = with_block_ids(self.workspace, check_view(body.get("view")))
            view_id = view.id if action == "update" else self.workspace.new_id("V")
            version = view.version + 1 if action == "update" else 1
            show_view(
                self.workspace,
                View(id=view_id, definition=definition, channel_id=view.channel_id, version=version),
            )
            return {}
        self._close(view)
        return {}

    def _close(self, view: View) -> None:
        self.workspace.views.close(view.id)
        what = {"view_id": view.id, "view": None}
        self.workspace.tell(Change(kind="view", channel_id=view.channel_id, what=what))

    async def _acked(self, channel: Channel, kind: Any, payload: Json) -> Ack:
        ack = await self._send(kind, payload)
        if not ack.is_ok:
            self._tell_failure(channel, "That did not reach the app. Try again.")
        return ack

    async def _send(self, kind: Any, payload: Json) -> Ack:
        envelope = Envelope(id=str(uuid.uuid4()), kind=kind, payload=payload)
        return await self.delivery.send_once(envelope)

    def _tell_failure(self, channel: Channel, sentence: str) -> None:
        self.workspace.whisper(
            channel, {"thread_ts": None, "blocks": [], "text": sentence, "user": PERSON_ID}
        )

    def _trigger(self, channel: Channel) -> str:
        return self._trigger_id(channel.id)

    def _trigger_id(self, channel_id: str) -> str:
        trigger_id = f"{self.workspace.new_id('T')}.{self.workspace.new_id('X')}"
        trigger = Trigger(made_seconds=self.workspace.monotonic(), channel_id=channel_id)
        self.workspace.views.add_trigger(trigger_id, trigger)
        return trigger_id

    def _response_url(self, place: ReplyPlace) -> str:
        token = uuid.uuid4().hex
        self.replies.remember(token, place)
        return f"{self.workspace.base_url}/respond/{token}"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _rich_text(text: str, *, block_id: str) -> Json:
    elements: list[Json] = []
    for index, words in enumerate(_MENTION.split(text)):
        if index:
            elements.append({"type": "user", "user_id": BOT_USER_ID})
        if words:
            elements.append({"type": "text", "text": words})
    section = {"type": "rich_text_section", "elements": elements}
    return {"type": "rich_text", "block_id": block_id, "elements": [section]}
