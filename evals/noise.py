"""A long, noisy thread around a recorded incident: alerts, log lines, deploys and talk of other things."""

import json
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.errors import BadInputError

BASES = Path(__file__).parent / "data" / "incidents"
_SERVICES = ("atlas", "ferry", "kiln", "larder", "mosaic", "quarry")
_BOTS = ("U0NOISE1", "U0NOISE2", "U0NOISE3")
_PEOPLE = ("U0TALK1", "U0TALK2", "U0TALK3", "U0TALK4")
_MONITORS = (
    "[FIRING:1] SlowReplies host={service}-{host:02d} zone=z{zone} p99={big}ms",
    "[RESOLVED] SlowReplies host={service}-{host:02d} zone=z{zone} p99={small}ms",
    "PodRestarting pod={service}-{hex:08x}-{host:x}k restarts={small}",
    "PUT /v1/{service}/{big} 201 {small}ms req-{hex:08x}{host:02d}q",
    "{service} {zone}.{host}.{small} rolled to {host} % of hosts",
    "pipeline {big} of {service} passed, {small} checks",
    "volume data-{service}-{host} is {small}.{zone} % full",
)
_TALK = (
    "can anybody look at PR {big} for {service}? small one",
    "{service} took {small} min to build this morning",
    "the chart of {service} has moved to board {big}",
    "we agreed to leave {service}-{host:02d} on {zone}.{host}.{small} until Monday",
    "{service}-{host:02d} is not it, its queue is flat at {small} messages",
    "who still needs the export {big} of {service}?",
    "back from lunch",
    "thanks!",
)


def expanded(recipe: Mapping[str, Any]) -> dict[str, Any]:
    """Return an incident file: a recorded one with noise between its messages, all in its thread.

    Args:
        recipe: `base`, the name of a recorded incident; `messages`, how many there are at the end; `seed`.

    Raises:
        BadInputError: The recipe lacks one of them, or its base cannot be read.
    """
    try:
        data = json.loads((BASES / str(recipe["base"])).read_text(encoding="utf-8"))
        count, chance = int(recipe["messages"]), random.Random(int(recipe["seed"]))  # noqa: S311 -- no secret
    except (KeyError, OSError, ValueError) as error:
        raise BadInputError(field="generate", problem="needs base, messages and seed") from error
    known = data["messages"]
    first, last = float(known[0]["ts"]), float(known[-1]["ts"])
    moments = (first + chance.random() * (last - first) for _ in range(count - len(known)))
    noise = [{**_noise(chance), "ts": f"{at:.6f}", "thread_ts": known[0]["ts"]} for at in moments]
    return {**data, "messages": sorted([*known, *noise], key=lambda message: float(message["ts"]))}


def _noise(chance: random.Random) -> dict[str, str]:
    is_talk = chance.random() < 1 / 3
    values = {
        "service": chance.choice(_SERVICES),
        "host": chance.randint(1, 40),
        "zone": chance.randint(1, 4),
        "small": chance.randint(2, 99),
        "big": chance.randint(1_000, 9_999),
        "hex": chance.getrandbits(32),
    }
    text = chance.choice(_TALK if is_talk else _MONITORS).format(**values)
    who = chance.choice(_PEOPLE if is_talk else _BOTS)
    return {"type": "message", "user": who, "text": text, **({} if is_talk else {"bot_id": who})}
