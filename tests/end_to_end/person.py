"""A person at the page, over the page's own HTTP calls."""

import asyncio
from dataclasses import dataclass
from typing import Any

import aiohttp

WAIT_SECONDS = 25


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

    async def go_to_the_question(self) -> dict[str, Any]:
        state = await self.state()
        await self.call("clock", action="pause")
        await self.call("clock", action="seek", ts=state["scenario"]["ask_at"])
        return await self.state()

    async def ask(self, question: str = "") -> str:
        """Mention the copilot in the incident's thread; return the question's ts."""
        state = await self.state()
        channel, root = self.place(state)
        text = f"@copilot {question or state['scenario']['question']}"
        return (await self.call("say", channel=channel, thread_ts=root, text=text))["ts"]

    def place(self, state: dict[str, Any]) -> tuple[str, str | None]:
        channel = next(c["id"] for c in state["channels"] if c.get("is_current"))
        roots = [m["ts"] for m in state["messages"] if m.get("reply_count")]
        return channel, roots[0] if roots else None

    async def own_posts(self) -> list[dict[str, Any]]:
        state = await self.state()
        bot = state["bot"]["user_id"]
        return [m for m in state["messages"] if m.get("user") == bot]

    async def answer(self, count: int = 1) -> dict[str, Any]:
        """Wait until the copilot has posted `count` finished answers; return the last."""
        async with asyncio.timeout(WAIT_SECONDS):
            while True:
                done = [m for m in await self.own_posts() if _has_buttons(m)]
                if len(done) >= count:
                    return done[-1]
                await asyncio.sleep(0.1)

    async def wait_for(self, events: list[dict[str, Any]], kind: str, **facts: Any) -> dict[str, Any]:
        """Wait for an event that the page was sent."""
        async with asyncio.timeout(WAIT_SECONDS):
            while True:
                for event in events:
                    if event.get("type") == kind and all(event.get(k) == v for k, v in facts.items()):
                        return event
                await asyncio.sleep(0.05)

    async def press(self, message: dict[str, Any], action_id: str) -> None:
        block_id, value = next(
            (block["block_id"], element.get("value", ""))
            for block in message["blocks"]
            for element in block.get("elements", [])
            if element.get("action_id") == action_id
        )
        channel, _ = self.place(await self.state())
        await self.call(
            "press", channel=channel, ts=message["ts"], block_id=block_id, action_id=action_id, value=value
        )


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
