"""A person at the page, over the page's own HTTP calls."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

WAIT_SECONDS = 60


async def until(found: Callable[[], Awaitable[Any]]) -> Any:
    """Wait until something is there; return it."""
    async with asyncio.timeout(WAIT_SECONDS):
        while True:
            if what := await found():
                return what
            await asyncio.sleep(0.05)  # the page has no other way to learn it than to look


@dataclass
class AtThePage:
    session: aiohttp.ClientSession
    url: str

    async def state(self) -> dict[str, Any]:
        async with self.session.get(f"{self.url}/page/state") as answer:
            return await answer.json()

    async def call(self, name: str, **body: Any) -> dict[str, Any]:
        async with self.session.post(f"{self.url}/page/{name}", json=body) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def open(self, scenario: str) -> None:
        """Begin another take of an incident, at the moment of its question."""
        await self.call("scenario", id=scenario)
        await self.call("clock", action="pause")
        state = await self.state()
        await self.call("clock", action="seek", ts=state["scenario"]["ask_at"])

    async def wait_for_slack(self, *, seconds: int) -> None:
        """Let so much of Slack's time pass; what history does not show of the last minute may still come."""
        at = float((await self.state())["clock"]["ts"])
        await self.call("clock", action="seek", ts=f"{at + seconds:.6f}")

    async def place(self) -> tuple[str, str | None]:
        """Return the incident's channel and its first thread."""
        state = await self.state()
        channel = next(c["id"] for c in state["channels"] if c.get("is_current"))
        roots = [m["ts"] for m in state["messages"] if m.get("reply_count")]
        return channel, roots[0] if roots else None

    async def ask(self, question: str | None = None) -> str:
        """Mention the copilot in the incident's thread; return the question's ts."""
        state = await self.state()
        channel, root = await self.place()
        text = f"@copilot {state['scenario']['question'] if question is None else question}"
        return (await self.call("say", channel=channel, thread_ts=root, text=text))["ts"]

    async def command(self, command: str, text: str = "") -> None:
        channel, _ = await self.place()
        await self.call("command", channel=channel, command=command, text=text)

    async def own_posts(self) -> list[dict[str, Any]]:
        state = await self.state()
        return [m for m in state["messages"] if m.get("user") == state["bot"]["user_id"]]

    async def posts(self, count: int = 1) -> list[dict[str, Any]]:
        """Wait until the copilot has posted so often."""

        async def found() -> list[dict[str, Any]]:
            posts = await self.own_posts()
            return posts if len(posts) >= count else []

        return await until(found)

    async def answers(self, count: int = 1) -> list[dict[str, Any]]:
        """Wait until the copilot has posted so many finished answers; return them."""

        async def found() -> list[dict[str, Any]]:
            done = [m for m in await self.own_posts() if _has_buttons(m)]
            return done if len(done) >= count else []

        return await until(found)

    async def whisper(self, part: str) -> str:
        """Wait for words that only this person is shown."""

        async def found() -> str:
            told = [words(e["blocks"]) for e in (await self.state())["ephemerals"]]
            return next((text for text in told if part in text), "")

        return await until(found)

    async def file(self) -> str:
        """Wait for a file of the copilot; return its text."""

        async def found() -> str:
            files = [f for m in await self.own_posts() for f in m.get("files", [])]
            return files[0]["url_private"] if files else ""

        async with self.session.get(await until(found)) as answer:
            return await answer.text()

    async def press(self, message: dict[str, Any], action_id: str, value: str = "") -> None:
        channel, _ = await self.place()
        block_id, own = _button(message, action_id)
        body = {"block_id": block_id, "action_id": action_id, "value": value or own}
        await self.call("press", channel=channel, ts=message["ts"], **body)

    async def refute(self, message: dict[str, Any], reason: str) -> None:
        """Fill in the form behind the button, choosing the first hypothesis."""
        async with self.events() as next_event:
            await self.press(message, "wrong")
            opened = await next_event("view")
        values = {
            block["block_id"]: {block["element"]["action_id"]: _filled(block["element"], reason)}
            for block in opened["view"]["blocks"]
        }
        await self.call("submit", view_id=opened["view_id"], values=values)

    @asynccontextmanager
    async def events(self):
        """Listen to what the page is told; yields a function that waits for the next event of a kind."""
        async with self.session.get(f"{self.url}/page/events") as stream:

            async def next_event(kind: str) -> dict[str, Any]:
                async with asyncio.timeout(WAIT_SECONDS):
                    async for line in stream.content:
                        event = json.loads(line[5:]) if line.startswith(b"data:") else {}
                        if event.get("type") == kind:
                            return event
                raise AssertionError("the page's events ended")

            yield next_event


def _button(message: dict[str, Any], action_id: str) -> tuple[str, str]:
    return next(
        (block["block_id"], element.get("value", ""))
        for block in message["blocks"]
        for element in block.get("elements", [])
        if element.get("action_id") == action_id
    )


def thumb(message: dict[str, Any], which: str) -> str:
    """Return the value of a thumb below an answer: `positive_button` or `negative_button`."""
    elements = [element for block in message["blocks"] for element in block.get("elements", [])]
    return next(element[which]["value"] for element in elements if element["type"] == "feedback_buttons")


def _filled(element: dict[str, Any], reason: str) -> str:
    if element["action_id"] == "shown":
        return ""
    return element["options"][0]["value"] if element["type"] == "static_select" else reason


def _has_buttons(message: dict[str, Any]) -> bool:
    return any(block["type"] == "actions" for block in message.get("blocks", []))


def words(blocks: Any) -> str:
    """All that a reader sees of blocks."""
    if isinstance(blocks, list):
        return "".join(words(block) for block in blocks)
    if isinstance(blocks, dict):
        own = blocks["text"] if isinstance(blocks.get("text"), str) else ""
        return own + "".join(words(v) for k, v in blocks.items() if k != "text" or not isinstance(v, str))
    return ""
