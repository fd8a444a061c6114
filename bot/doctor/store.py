"""Verdicts on the store: which server, whether it keeps what it is given, and how fast it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.doctor.finding import Finding, Trouble, failed, noted, passed, unreachable, warned

STORE, WRITES, MEMORY, DISK, SPEED = "store", "store writes", "store memory", "store on disk", "store speed"

OLDEST_REDIS, OLDEST_VALKEY = (6, 2), (8, 0)
SLOW_MS = 50.0
"""A question takes some ten round trips before its acknowledgement, for which Slack waits three seconds."""

SETTING = "REDIS_URL"

GIVE_PASSWORD = "Put the password into REDIS_URL (redis://:password@host:6379/0)."  # noqa: S105  # a sentence

_ERRORS = (
    ("NOAUTH", "it wants a password", GIVE_PASSWORD),
    ("Authentication required", "it wants a password", GIVE_PASSWORD),
    ("already authenticated", "it wants a password", GIVE_PASSWORD),  # what redis-py makes of a HELLO refused
    ("WRONGPASS", "it refuses the password", "Correct user and password in REDIS_URL."),
    (
        "invalid username-password",
        "it refuses the password",
        "Correct user and password in REDIS_URL.",
    ),
    ("NOPERM", "the user may not do what is needed", "Give the user of REDIS_URL all commands on its keys."),
    ("LOADING", "it is still loading its data", "Wait until it has loaded and try again."),
    ("MAXCLIENTS", "it takes no more clients", "Raise maxclients, or stop what holds connections."),
    (
        "max number of clients",
        "it takes no more clients",
        "Raise maxclients, or stop what holds connections.",
    ),
    ("DB index", "it has no such database", "Use a database number that exists in REDIS_URL, such as /0."),
)
_WRITE_ERRORS = (
    ("READONLY", "it is a read-only replica", "Point REDIS_URL at the primary."),
    ("OOM", "its memory is full", "Give it more memory, or raise maxmemory."),
    (
        "MISCONF",
        "it cannot save to its disk and refuses writes",
        "Free its disk; its log says what is wrong.",
    ),
    ("NOPERM", "the user may not write", "Give the user of REDIS_URL all commands on its keys."),
    ("CLUSTERDOWN", "the cluster is down", "Repair the cluster; its log says what is wrong."),
    (
        "MOVED",
        "it is one node of a cluster and holds another part",
        "Point REDIS_URL at a server for all slots.",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreFacts:
    """What a server says of itself.

    Attributes:
        host: Where it is, without credentials.
        info: Fields of INFO; empty when it may not be read.
        write_error: What a write answered; empty when it was taken.
        ping_ms: The middle one of some round trips, in milliseconds.
    """

    host: str
    info: Mapping[str, str] = field(default_factory=dict)
    write_error: str = ""
    ping_ms: float = 0.0


def store(facts: StoreFacts) -> list[Finding]:
    """Judge a server that answers."""
    return [_version(facts), _writes(facts), *_kept(facts), _speed(facts)]


def store_refused(message: str, *, host: str) -> Finding:
    """Tell why a server that is there does not talk to us, by its own words."""
    found, remedy = _known(_ERRORS, message) or (
        "it answers in a way that no Redis or Valkey does",
        "Check that REDIS_URL names a Redis or Valkey server, and rediss:// if it wants TLS.",
    )
    return failed(STORE, f"{host}: {found}", remedy)


def store_unreachable(trouble: Trouble, *, host: str) -> Finding:
    """Tell why there is no answer."""
    if trouble is Trouble.REFUSED:
        remedy = "Start the server or correct REDIS_URL; without REDIS_URL an embedded one is used."
        return failed(STORE, f"nothing answers at {host}", remedy)
    return unreachable(STORE, trouble, host=host, setting=SETTING)


def store_without_tls(host: str) -> Finding:
    """Tell that the server does not speak the TLS that its address asks for."""
    remedy = "Write redis:// instead of rediss:// in REDIS_URL, or name the server's TLS port."
    return failed(STORE, f"{host} does not speak TLS", remedy)


def store_address(problem: str) -> Finding:
    """Tell that REDIS_URL is no address."""
    return failed(STORE, f"REDIS_URL is no address ({problem})", "Write it as redis://host:6379/0.")


def embedded(version: str) -> Finding:
    """Tell that the embedded server runs on this machine."""
    return passed(STORE, f"embedded Valkey {version} starts here; keeps its data in DATA_DIR")


def embedded_failed(sentence: str) -> Finding:
    """Tell that the embedded server cannot be used; `sentence` says why."""
    remedy = "Install valkey-server or redis-server so that it is on PATH, or set REDIS_URL."
    return failed(STORE, sentence, remedy)


def _version(facts: StoreFacts) -> Finding:
    name, text, oldest = "Redis", facts.info.get("redis_version", ""), OLDEST_REDIS
    if valkey := facts.info.get("valkey_version"):
        name, text, oldest = "Valkey", valkey, OLDEST_VALKEY
    if not text:
        return noted(STORE, f"{facts.host} answers, but may not tell its version")
    if _numbers(text) < oldest:
        needed = f"Redis {OLDEST_REDIS[0]}.{OLDEST_REDIS[1]} or Valkey {OLDEST_VALKEY[0]}"
        return failed(STORE, f"{name} {text} at {facts.host} is too old", f"Use {needed} or newer.")
    return passed(STORE, f"{name} {text} at {facts.host}")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2] if part.isdecimal())


def _writes(facts: StoreFacts) -> Finding:
    if not facts.write_error:
        return passed(WRITES, "a key was written and deleted")
    found, remedy = _known(_WRITE_ERRORS, facts.write_error) or (
        "it refused to write",
        "Look into the server's log and try again.",
    )
    return failed(WRITES, found, remedy)


def _kept(facts: StoreFacts) -> list[Finding]:
    return [_memory(facts.info), _disk(facts.info)] if facts.info else []


def _memory(info: Mapping[str, str]) -> Finding:
    policy, limit = info.get("maxmemory_policy", ""), info.get("maxmemory", "0")
    if limit == "0":
        return passed(MEMORY, "no limit is set, so nothing is evicted")
    if policy != "noeviction":
        found = f"with its memory full it deletes keys ({policy}), accepted questions among them"
        return failed(MEMORY, found, "Set maxmemory-policy to noeviction.")
    return passed(MEMORY, f"at most {int(limit) // 1_000_000} MB; when full it refuses instead of deleting")


def _disk(info: Mapping[str, str]) -> Finding:
    if info.get("aof_enabled") == "1":
        if info.get("aof_last_write_status", "ok") != "ok":
            return failed(DISK, "its last write to disk failed", "Free the server's disk.")
        return passed(DISK, "keeps an append-only file")
    found = "no append-only file: a restart loses what was accepted since the last snapshot"
    remedy = "Set appendonly yes; questions under way and boards then survive a restart of the store."
    return warned(DISK, found, remedy)


def _speed(facts: StoreFacts) -> Finding:
    told = f"{facts.ping_ms:.1f} ms a round trip"
    if facts.ping_ms <= SLOW_MS:
        return passed(SPEED, told)
    return warned(SPEED, told, "Run the store near the copilot: Slack waits three seconds for each answer.")


def _known(table: tuple[tuple[str, str, str], ...], message: str) -> tuple[str, str] | None:
    return next(((found, remedy) for word, found, remedy in table if word.lower() in message.lower()), None)
