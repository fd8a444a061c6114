"""One script for many callers: what they ask at the same moment travels together.

While one batch is under way the next one gathers. Under load that halves the receiver's work for each
delivery, since it is the round trips that cost; a lone caller waits no longer than without it.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha1
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import NoScriptError

from bot.adapters.replies import STORE_ERRORS
from bot.tasks import ended


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One caller's part of a batch."""

    keys: Sequence[str]
    args: Sequence[str | bytes | int]
    answer: "asyncio.Future[Any]"

    def settle(self, result: object) -> None:
        """Give the caller its result, or its error; one who has gone gets neither."""
        if self.answer.done():
            return
        if isinstance(result, Exception):
            self.answer.set_exception(result)
        else:
            self.answer.set_result(result)


class BatchedScript:
    """A script whose calls are sent in batches, in the order in which they were made.

    Args:
        redis: Where it runs; not closed by this class.
        script: The script's text.
    """

    def __init__(self, redis: Redis, script: str) -> None:
        self._redis = redis
        self._script = script
        self._sha = sha1(script.encode(), usedforsecurity=False).hexdigest()
        self._gathered: list[Call] = []
        self._sender: asyncio.Task[None] | None = None

    async def __call__(self, *, keys: Sequence[str], args: Sequence[str | bytes | int]) -> Any:
        """Run the script; its errors and the store's are raised here."""
        call = Call(keys=keys, args=args, answer=asyncio.get_running_loop().create_future())
        self._gathered.append(call)
        if self._sender is None:
            self._sender = asyncio.create_task(self._send_all())
        return await call.answer

    async def close(self) -> None:
        """Let go of a batch under way; its callers have given up."""
        if self._sender is not None:
            await ended(self._sender)

    async def _send_all(self) -> None:
        try:
            while self._gathered:
                calls, self._gathered = self._gathered, []
                await self._send(calls)
        finally:
            self._sender = None

    async def _send(self, calls: Sequence[Call]) -> None:
        try:
            results = await self._run(calls)
            if any(isinstance(result, NoScriptError) for result in results):
                # The server was restarted or is new; a call without its script has done nothing.
                await self._redis.script_load(self._script)
                results = await self._run_again(calls, results)
        except STORE_ERRORS as error:
            results = [error] * len(calls)
        for call, result in zip(calls, results, strict=True):
            call.settle(result)

    async def _run(self, calls: Sequence[Call]) -> list[Any]:
        async with self._redis.pipeline(transaction=False) as pipe:
            for call in calls:
                pipe.evalsha(self._sha, len(call.keys), *call.keys, *call.args)
            return list(await pipe.execute(raise_on_error=False))

    async def _run_again(self, calls: Sequence[Call], results: Sequence[Any]) -> list[Any]:
        missed = [
            call for call, result in zip(calls, results, strict=True) if isinstance(result, NoScriptError)
        ]
        again = iter(await self._run(missed))
        return [next(again) if isinstance(result, NoScriptError) else result for result in results]
