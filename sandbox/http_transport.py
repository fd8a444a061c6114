"""To the app by HTTP, signed as Slack signs."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode

import aiohttp

from sandbox.channel import Json
from sandbox.delivery import Ack, Envelope


def signature(*, secret: str, timestamp: str, body: bytes) -> str:
    """Return the `x-slack-signature` of a body: v0, HMAC-SHA256 over `v0:timestamp:body`."""
    base = b":".join((b"v0", timestamp.encode(), body))
    return f"v0={hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()}"


@dataclass(slots=True, kw_only=True)
class HttpTransport:
    """The app's request URL, for events, commands and interactivity alike.

    Attributes:
        session: Whoever made it closes it.
        wall_seconds: Seconds since 1970 of the machine: the signature's time is never the scenario's.
    """

    session: aiohttp.ClientSession
    request_url: str
    signing_secret: str = field(repr=False)
    wall_seconds: Callable[[], float] = time.time

    async def send(self, envelope: Envelope, *, timeout_seconds: float) -> Ack:
        """Post once and read the answer."""
        body, content_type = _encoded(envelope)
        headers = self._headers(envelope, body) | {"Content-Type": content_type}
        timeout = aiohttp.ClientTimeout(total=timeout_seconds)
        try:
            async with self.session.post(
                self.request_url, data=body, headers=headers, timeout=timeout, allow_redirects=False
            ) as response:
                return await _ack(response)
        except TimeoutError:
            return Ack(is_ok=False, reason="http_timeout")
        except aiohttp.ClientError:
            return Ack(is_ok=False, reason="connection_failed")

    def _headers(self, envelope: Envelope, body: bytes) -> dict[str, str]:
        timestamp = str(int(self.wall_seconds()))
        headers = {
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature(secret=self.signing_secret, timestamp=timestamp, body=body),
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        }
        if envelope.attempt:
            headers["X-Slack-Retry-Num"] = str(envelope.attempt)
            headers["X-Slack-Retry-Reason"] = envelope.reason
        return headers


def _encoded(envelope: Envelope) -> tuple[bytes, str]:
    if envelope.kind == "events_api":
        return json.dumps(envelope.payload).encode(), "application/json"
    fields = envelope.payload
    if envelope.kind == "interactive":
        fields = {"payload": json.dumps(envelope.payload)}
    return urlencode(fields).encode(), "application/x-www-form-urlencoded"


async def _ack(response: aiohttp.ClientResponse) -> Ack:
    body = await response.read()
    if not 200 <= response.status < 300:  # noqa: PLR2004  # the class of HTTP's success
        is_final = response.headers.get("X-Slack-No-Retry") == "1"
        return Ack(is_ok=False, reason="http_error", is_final=is_final)
    return Ack(is_ok=True, body=_parsed(body))


def _parsed(body: bytes) -> Json:
    """Read an ack's body: JSON, or plain words, which Slack shows as text."""
    text = body.decode(errors="replace").strip()
    if not text:
        return {}
    try:
        found = json.loads(text)
    except ValueError:
        return {"text": text}
    return found if isinstance(found, dict) else {}
