"""Made-up identifiers and figures of every kind, put into messages where such things stand."""

import random
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.incident.marks import Kind, places
from bot.incident.messages import AuthorKind, Incident, Message

_FENCE = "```"
_SERVICES = ("ledger", "cart-api", "geo-lookup", "mailer", "search-proxy", "kyc-docs")
_ZONES = ("eu-central-1", "us-east-2", "ap-south-1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """One identifier or figure.

    Attributes:
        message_id: Where it stands now.
    """

    kind: str
    value: str
    message_id: str


def _hex(chance: random.Random, digits: int) -> str:
    return f"{chance.getrandbits(4 * digits):0{digits}x}"


def _account(chance: random.Random) -> str:
    return str(chance.randint(10**11, 10**12 - 1))


def _ip(chance: random.Random) -> str:
    return f"10.{chance.randint(0, 255)}.{chance.randint(0, 255)}.{chance.randint(1, 254)}"


def _error(chance: random.Random) -> str:
    number = chance.randint(100, 99_999)
    return chance.choice(
        (f"ORA-{number:05d}", f"PAY_{number}", f"TLS_ALERT_{number}", f"SQLSTATE {number:05d}")
    )


KINDS: Mapping[str, Callable[[random.Random], str]] = {
    "arn": lambda c: f"arn:aws:iam::{_account(c)}:role/{c.choice(_SERVICES)}-{_hex(c, 4)}",
    "account": _account,
    "host": lambda c: f"ip-{_ip(c).replace('.', '-')}.{c.choice(_ZONES)}.compute.internal",
    "ip": lambda c: f"{_ip(c)}:{c.randint(1024, 65535)}",
    "version": lambda c: f"v{c.randint(0, 40)}.{c.randint(0, 99)}.{c.randint(0, 99)}-rc.{c.randint(1, 9)}",
    "error_code": _error,
    "request_id": lambda c: f"req_{_hex(c, 14)}",
    "uuid": lambda c: str(uuid.UUID(int=c.getrandbits(128), version=4)),
    "commit": lambda c: f"{_hex(c, 9)}a1",
    "digest": lambda c: f"sha256:{_hex(c, 64)}",
    "ticket": lambda c: f"{c.choice(('NET', 'PAY', 'SHOP'))}-{c.randint(1000, 99_999)}",
    "run_id": lambda c: f"run-{_hex(c, 8)}9z",
    "pod": lambda c: f"{c.choice(_SERVICES)}-{_hex(c, 9)}-{_hex(c, 4)}x",
    "file_line": lambda c: f"{c.choice(_SERVICES)}/handler_{_hex(c, 3)}.py:{c.randint(1, 999)}",
    "percent": lambda c: f"{c.uniform(0, 100):.3f} %",
    "latency": lambda c: f"{c.randint(1000, 99_999)} ms",
    "size": lambda c: f"{c.uniform(1, 900):.2f} GiB",
    "rate": lambda c: f"{c.randint(1000, 99_999)} req/s",
    "money": lambda c: f"${c.randint(10, 999)},{c.randint(0, 999):03d}",
    "duration": lambda c: f"{c.randint(1, 47)}h{c.randint(1, 59)}m{c.randint(1, 59)}s",
}
"""What is planted, each made from a seeded chance."""


def planted(incident: Incident, *, each: int, seed: int) -> tuple[Incident, tuple[Planted, ...]]:
    """Put identifiers of every kind into messages spread over the whole incident.

    In every second message one takes the place of a name or figure that stands there, so that alerts stay
    like their kind; else it is added where a person or a monitor would write it.

    Args:
        incident: Any; a message takes one identifier at most.
        each: How many of each kind, as far as there are messages.
        seed: The same seed plants the same.
    """
    chance = random.Random(seed)  # noqa: S311 -- no secret
    kinds = [kind for kind in KINDS for _ in range(each)]
    chance.shuffle(kinds)
    spread = _spread(incident.messages, len(kinds))
    done = [_plant(message, kind, chance) for message, kind in zip(spread, kinds, strict=False)]
    changed = {message.id: message for message, _ in done}
    messages = (changed.get(message.id, message) for message in incident.messages)
    return incident.with_messages(messages), tuple(plant for _, plant in done)


def _spread(messages: Sequence[Message], count: int) -> list[Message]:
    texts = [message for message in messages if message.text]
    step = max(1, len(texts) // count)
    return texts[::step][:count]


def _plant(message: Message, kind: str, chance: random.Random) -> tuple[Message, Planted]:
    value = KINDS[kind](chance)
    text = _instead(message.text, value) if chance.random() < 1 / 2 else ""
    made = replace(message, text=text or _beside(message, value, kind))
    return made, Planted(kind=kind, value=value, message_id=message.id)


def _instead(text: str, value: str) -> str:
    """Put the value where a name or figure stands; empty when there is none."""
    place = next((each for each in places(text) if each.kind in {Kind.NAME, Kind.FIGURE}), None)
    return f"{text[: place.start]}{value}{text[place.end :]}" if place else ""


def _beside(message: Message, value: str, kind: str) -> str:
    if message.author.kind is AuthorKind.BOT:
        return f"{message.text}\n{kind}: {value}"
    if message.text.endswith(_FENCE):
        return f"{message.text.removesuffix(_FENCE)}\nWARN retry {value}{_FENCE}"
    return f"{message.text} ({value})"
