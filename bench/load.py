"""A closed-loop load generator: each connection sends its next delivery when the last one is answered.

Run as a process of its own, so that it shares no core with the server: prints one JSON line.
"""

import argparse
import asyncio
import hashlib
import hmac
import json
import time
from itertools import cycle

SECRET = "bench-signing-secret"  # noqa: S105  # signs nothing but this load


EVENTS = ("app_mention", "message")


def event_of(number: int, *, threads: int, salt: int, kind: str) -> bytes:
    """Return an event of about 1.3 kB, as Slack sends it, in one of `threads` channels with a thread each.

    Args:
        number: Makes it another one.
        threads: How many.
        salt: Makes it another one than in other rounds.
        kind: `app_mention` for a question, `message` for people talking among themselves.
    """
    channel, thread = f"C{number % threads:08d}", f"17000{number % threads:05d}.000100"
    seconds = 1_700_000_000 + salt * 1000 + number // 1000  # no round repeats a message of another
    ts = f"{seconds}.{number % 1000:06d}"
    text = "why is checkout-api returning 5xx since 14:02 UTC?"
    other = "U000BOT" if kind == "app_mention" else "U000ELSE"
    elements = [{"type": "user", "user_id": other}, {"type": "text", "text": f" {text}"}]
    section = {"type": "rich_text_section", "elements": elements}
    event = {
        "client_msg_id": f"c-{number}",
        "type": kind,
        "user": "U000USER",
        "ts": ts,
        "text": f"<@{other}> {text}",
        "team": "T000BENCH",
        "thread_ts": thread,
        "channel": channel,
        "event_ts": ts,
        "blocks": [{"type": "rich_text", "block_id": "b", "elements": [section]}],
    }
    authorization = {
        "enterprise_id": None,
        "team_id": "T000BENCH",
        "user_id": "U000BOT",
        "is_bot": True,
        "is_enterprise_install": False,
    }
    envelope = {
        "token": "x",
        "team_id": "T000BENCH",
        "api_app_id": "A000BENCH",
        "event": event,
        "type": "event_callback",
        "event_id": f"Ev{salt:04d}{number:08d}",
        "event_time": seconds,
        "authorizations": [authorization],
        "is_ext_shared_channel": False,
        "event_context": "4-x",
    }
    return json.dumps(envelope).encode()


def signed(body: bytes) -> bytes:
    """Return a whole HTTP request with Slack's headers."""
    timestamp = str(int(time.time()))
    base = b"v0:" + timestamp.encode() + b":" + body
    signature = "v0=" + hmac.new(SECRET.encode(), base, hashlib.sha256).hexdigest()
    head = (
        "POST /slack/events HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        "User-Agent: Slackbot 1.0 (+https://api.slack.com/robots)\r\nAccept: */*\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        f"X-Slack-Request-Timestamp: {timestamp}\r\nX-Slack-Signature: {signature}\r\n\r\n"
    )
    return head.encode() + body


class Connection(asyncio.Protocol):
    """One keep-alive connection that always has one delivery under way."""

    def __init__(self, load: "Load") -> None:
        self._load = load
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the first delivery."""
        self._transport = transport
        self._send()

    def _send(self) -> None:
        self._sent_at = time.perf_counter()
        self._transport.write(next(self._load.deliveries))  # type: ignore[attr-defined]  # a TCP transport has it

    def data_received(self, data: bytes) -> None:
        """Note an answer when it is whole, and send the next delivery."""
        self._buffer += data
        if not is_whole(self._buffer):
            return
        self._load.answered(
            time.perf_counter() - self._sent_at, is_good=self._buffer.startswith(b"HTTP/1.1 200")
        )
        self._buffer = b""
        if not self._load.is_over:
            self._send()


def is_whole(answer: bytes) -> bool:
    """Say whether an answer has come to its end."""
    head, _, body = answer.partition(b"\r\n\r\n")
    _, found, rest = head.lower().partition(b"content-length:")
    return bool(found) and len(body) >= int(rest.split(b"\r\n", 1)[0])


class Load:
    """What all connections share: the deliveries to send and the latencies seen."""

    def __init__(self, *, amount: int, threads: int, salt: int, kind: str) -> None:
        prepared = [signed(event_of(n, threads=threads, salt=salt, kind=kind)) for n in range(amount)]
        self.deliveries = cycle(prepared)
        self.latencies: list[float] = []
        self.refused = 0
        self.sent = 0
        self.is_over = False
        self.is_warm = False

    def answered(self, seconds: float, *, is_good: bool) -> None:
        """Note one answer."""
        self.sent += 1
        self.refused += not is_good
        if self.is_warm:
            self.latencies.append(seconds)


async def main() -> None:
    """Run one round and print what was seen."""
    parser = argparse.ArgumentParser()
    for name, default in (("port", 0), ("connections", 16), ("threads", 50), ("amount", 20_000), ("salt", 0)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--event", choices=EVENTS, default=EVENTS[0])
    options = parser.parse_args()
    load = Load(amount=options.amount, threads=options.threads, salt=options.salt, kind=options.event)
    loop = asyncio.get_running_loop()
    for _ in range(options.connections):
        await loop.create_connection(lambda: Connection(load), "127.0.0.1", options.port)
    await asyncio.sleep(1.0)  # what is imported and opened on first use is not what is measured
    load.is_warm = True
    started = time.perf_counter()
    await asyncio.sleep(options.seconds)
    load.is_warm, load.is_over = False, True
    print(json.dumps(summary(load, time.perf_counter() - started)))


def summary(load: Load, seconds: float) -> dict[str, float]:
    """Return rate and latencies of a round."""
    latencies = sorted(load.latencies)
    return {
        "per_second": round(len(latencies) / seconds, 1),
        "p50_ms": round(latencies[len(latencies) // 2] * 1000, 3),
        "p99_ms": round(latencies[int(len(latencies) * 0.99)] * 1000, 3),
        "refused": load.refused,
        "sent": load.sent,
    }


if __name__ == "__main__":
    asyncio.run(main())
