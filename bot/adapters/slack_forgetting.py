"""What `forget` asks of Slack: which messages there are, and a sentence in place of an answer."""

from dataclasses import dataclass

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack_failures import FAULTS, GONE, code_of
from bot.adapters.slack_files import remove
from bot.answers import Posted
from bot.errors import EditFailedError
from bot.incident.messages import ts_key
from bot.slack.texts import plain

PAGE = 200


@dataclass(frozen=True, slots=True)
class SlackPosts:
    """Slack, as far as forgetting goes; what it does not show is left to what the store knows."""

    client: AsyncWebClient

    async def replace(self, posted: Posted, sentence: str, *, answer_id: str) -> None:
        """Replace an answer of ours by a sentence; one that is gone needs none.

        Raises:
            EditFailedError: It could not be done.
        """
        try:
            await self.client.chat_update(
                channel=posted.channel_id,
                ts=posted.ts,
                blocks=plain(sentence, answer_id=answer_id),
                text=sentence,
            )
        except FAULTS as error:
            code = code_of(error) if isinstance(error, SlackApiError) else type(error).__name__
            if code != GONE:
                raise EditFailedError(code=code) from None

    async def remove_file(self, file_id: str) -> None:
        """Remove a file of ours; one that is gone is gone.

        Raises:
            EditFailedError: It could not be done.
        """
        await remove(self.client, file_id)

    async def thread(self, channel_id: str, root_ts: str) -> set[str]:
        """Return the `ts` of all messages of a thread; nothing when it cannot be read."""
        found: set[str] = set()
        cursor: str | None = ""
        while cursor is not None:
            try:
                page = await self.client.conversations_replies(
                    channel=channel_id, ts=root_ts, limit=PAGE, cursor=cursor or None
                )
            except FAULTS:
                return found
            found |= {str(message["ts"]) for message in page["messages"]}
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or None
        return found

    async def newest(self, channel_id: str) -> str:
        """Return the newest `ts` of a channel, of its latest threads too; empty when it cannot be read."""
        try:
            page = await self.client.conversations_history(channel=channel_id, limit=PAGE)
        except FAULTS:
            return ""
        times = [str(message.get("latest_reply") or message["ts"]) for message in page["messages"]]
        return max(times, key=ts_key, default="")
