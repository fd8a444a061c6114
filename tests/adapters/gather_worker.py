"""A worker that looks things up: `python -m tests.adapters.gather_worker STORE API`."""

import asyncio
import sys
from dataclasses import replace

from redis.asyncio import Redis

from bot.adapters.claude import ClaudeAnalyst
from bot.adapters.claude_gather import ClaudeGatherer
from bot.adapters.sealing import Sealer
from bot.adapters.turns import RedisTurns
from bot.answers import Gathered
from bot.gathering import IncidentTools
from bot.incident.extraction import extract
from bot.models.catalogue import default_catalogue
from tests.adapters.claude_cases import object_store

BARE = object_store()
CASE = replace(BARE, facts=extract(BARE.incident, now=BARE.asked_at), request_id="r1")
SEALER = Sealer("a secret of tests")


async def gathered(redis: Redis, base_url: str) -> Gathered:
    claude = ClaudeAnalyst(catalogue=default_catalogue(), api_key="test", base_url=base_url)
    gatherer = ClaudeGatherer(
        catalogue=default_catalogue(),
        model_id="claude-sonnet-5-5",
        ready=claude.client_for,
        turns=RedisTurns(redis, SEALER),
    )
    try:
        return await gatherer.gather(CASE, IncidentTools())
    finally:
        await claude.close()


async def main(store: str, base_url: str) -> None:
    redis = Redis.from_url(store)
    await gathered(redis, base_url)
    await redis.aclose()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
