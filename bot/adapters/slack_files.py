"""Sharing a file once, crashes included.

Slack shares a file in three steps: announce it (`files.getUploadURLExternal`), send its bytes, complete it
(`files.completeUploadExternal`, which posts it). Only the last one is seen by anybody, so its id is written
down before it, and a run that does not know whether it happened looks for that id.
"""

from contextlib import aclosing
from http import HTTPStatus

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack_failures import FAULTS, code_of
from bot.adapters.slack_find import recent_pages
from bot.adapters.slack_reply import Ledger, named
from bot.errors import EditFailedError
from bot.request import Request

UPLOADED = "file"
SHARED = "file_shared"
PLACE = "file_place"
DONE = "done"
UPLOAD_SECONDS = 30
NOT_THERE = ("file_not_found", "file_deleted")


class UploadFailedError(Exception):
    """The bytes of a file did not arrive; the request is tried again.

    Args:
        status: The HTTP status of the answer.
    """

    def __init__(self, *, status: int) -> None:
        super().__init__(f"status {status}")
        self.status = status


async def share(
    client: AsyncWebClient,
    ledger: Ledger,
    request: Request,
    thread_ts: str | None,
    *,
    name: str,
    content: str,
    comment: str,
) -> str:
    """Post a text file in a thread, or at the top level of a channel when `thread_ts` is None; return its id.

    Raises:
        PostRefusedError: Slack does not take it here.
        UploadFailedError: Its bytes did not arrive.
    """
    try:
        return await _share(client, ledger, request, thread_ts, name=name, content=content, comment=comment)
    except SlackApiError as error:
        raise named(error) from None


async def remove(client: AsyncWebClient, file_id: str) -> None:
    """Remove a file of ours; one that is gone is gone.

    Raises:
        EditFailedError: It could not be done now.
    """
    try:
        await client.files_delete(file=file_id)
    except FAULTS as error:
        code = code_of(error) if isinstance(error, SlackApiError) else type(error).__name__
        if code not in NOT_THERE:
            raise EditFailedError(code=code) from None


async def _share(
    client: AsyncWebClient,
    ledger: Ledger,
    request: Request,
    thread_ts: str | None,
    *,
    name: str,
    content: str,
    comment: str,
) -> str:
    file_id = await ledger.lookup(request.id, UPLOADED)
    if not isinstance(file_id, str):
        file_id = await _upload(client, name=name, content=content.encode())
        await ledger.record(request.id, UPLOADED, file_id)
    if await _is_shared(client, ledger, request, file_id):
        return file_id
    await ledger.record(request.id, PLACE, thread_ts or "")
    await ledger.intend(request.id, SHARED)
    await client.files_completeUploadExternal(
        files=[{"id": file_id, "title": name}],
        channel_id=request.channel_id,
        thread_ts=thread_ts,
        initial_comment=comment,
    )
    await ledger.record(request.id, SHARED, DONE)
    return file_id


async def _is_shared(client: AsyncWebClient, ledger: Ledger, request: Request, file_id: str) -> bool:
    shared = await ledger.lookup(request.id, SHARED)
    return isinstance(shared, str) or (
        shared is not None and await _is_there(client, ledger, request, file_id)
    )


async def _upload(client: AsyncWebClient, *, name: str, content: bytes) -> str:
    announced = await client.files_getUploadURLExternal(filename=name, length=len(content))
    timeout = aiohttp.ClientTimeout(total=UPLOAD_SECONDS)
    async with (
        aiohttp.ClientSession(timeout=timeout) as session,
        session.post(str(announced["upload_url"]), data=content, proxy=client.proxy) as answer,
    ):
        if answer.status != HTTPStatus.OK:
            raise UploadFailedError(status=answer.status)
    return str(announced["file_id"])


async def _is_there(client: AsyncWebClient, ledger: Ledger, request: Request, file_id: str) -> bool:
    place = await ledger.lookup(request.id, PLACE)
    thread_ts = place if isinstance(place, str) and place else None
    async with aclosing(recent_pages(client, request.channel_id, thread_ts)) as found:
        async for page in found:
            files = [str(file.get("id")) for message in page for file in message.get("files") or []]
            if file_id in files:
                return True
    return False
