"""What `python -m bot feedback` prints: what people thought of answers, and what these were."""

import hashlib
from collections.abc import AsyncIterator
from typing import Any

from bot import wiring
from bot.adapters.queue import open_redis
from bot.adapters.store import RedisMemory
from bot.answers import SavedAnswer
from bot.errors import BadInputError
from bot.settings import Settings

_WHO_CHARS = 12


async def rows(settings: Settings) -> AsyncIterator[dict[str, Any]]:
    """Yield one object for each thumb, by answer.

    Its fields: `answer`, `incident`, `channel`, `ts`, `question`, `hypotheses` (id to claim), `analyst`,
    `verdict` (`good` or `bad`), `reason` (`fact`, `inference`, `stale`, `long`, `unwanted`, or empty) and
    `person`, which tells people apart and names nobody. All words are redacted, as they are kept.

    Raises:
        BadInputError: There is no store.
    """
    if not settings.redis_url and not (settings.data_dir / "valkey").is_dir():
        problem = f"{settings.data_dir} holds no store: run this where the copilot runs, or set REDIS_URL."
        raise BadInputError(field="DATA_DIR", problem=problem)
    async with wiring.store(settings) as url, open_redis(url) as redis:
        memory = RedisMemory(redis)
        for answer_id in await memory.judged():
            answer = await memory.answer(answer_id)
            for person, verdict in sorted((await memory.feedback(answer_id)).items()):
                yield {"answer": answer_id, **_answer(answer), **_verdict(verdict), "person": _nobody(person)}


def _answer(answer: SavedAnswer | None) -> dict[str, Any]:
    if answer is None:
        return {}
    return {
        "incident": answer.incident_key,
        "channel": answer.channel_id,
        "ts": answer.ts,
        "question": answer.question,
        "hypotheses": dict(answer.claims),
        "analyst": answer.analyst,
    }


def _verdict(words: str) -> dict[str, str]:
    verdict, _, reason = words.partition(":")
    return {"verdict": verdict, "reason": reason}


def _nobody(person_id: str) -> str:
    return hashlib.sha256(person_id.encode()).hexdigest()[:_WHO_CHARS]
