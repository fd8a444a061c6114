"""Which addresses may be clickable; all others become text that no client turns into a link."""

import re
from urllib.parse import parse_qsl, urlencode, urlsplit

_HOST = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*")
_SAFE = re.compile(r"[A-Za-z0-9!#$%&'()*+,./:;=?@_~\[\]-]+")
_QUERY = frozenset({"thread_ts", "cid"})
"""What a permalink of Slack needs; the rest of a query can carry data out."""
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
_URL = re.compile(
    r"(?i)\b(?:[a-z][a-z0-9+.-]{1,20}:(?:/|\\|&#47;|%2f){2}|www\.)[^\s<>\"'`|]+"
    r"|\b(?:javascript|data|vbscript|file|blob|slack|tel|sms|intent|mailto|https?|ftp):(?=\S)[^\s<>\"'`|]+"
)
_WWW = re.compile(r"(?i)\b(www)\.")
_TRAILING = ".,;:!?)]}*_~"


def allowed_url(url: str, allowed: frozenset[str]) -> str | None:
    """Return the form of a URL that may be clickable; None when it may not be.

    Args:
        url: As somebody wrote it.
        allowed: Hosts (`acme.slack.com`), origins on loopback (`http://127.0.0.1:8080`), and whole URLs that
            stood in an alert and may be linked exactly so.

    Returns:
        The URL without fragment and without a query, but for a permalink's own parameters.
    """
    if url in allowed and url.startswith("https://"):
        return url
    if not _SAFE.fullmatch(url):
        return None
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return None
    is_plain = parts.netloc.lower() in {host, f"{host}:{port}"} and bool(_HOST.fullmatch(host))
    origin = f"{parts.scheme.lower()}://{parts.netloc.lower()}"
    if not is_plain or not _is_listed(parts.scheme.lower(), host, port, origin, allowed):
        return None
    query = urlencode([pair for pair in parse_qsl(parts.query) if pair[0] in _QUERY])
    return f"{origin}{parts.path}" + (f"?{query}" if query else "")


def _is_listed(scheme: str, host: str, port: int | None, origin: str, allowed: frozenset[str]) -> bool:
    if scheme == "https" and port in {None, 443}:
        return host in allowed or f"https://{host}" in allowed
    is_loopback = host in _LOOPBACK and scheme in {"http", "https"}
    return (is_loopback or scheme == "https") and (origin in allowed or f"{host}:{port}" in allowed)


def defused(text: str, allowed: frozenset[str]) -> str:
    """Return text in which every address that may not be clickable is broken by `[.]`.

    Only what is written as an address is touched: class names, file names and hosts in logs stay as they are.
    """
    return _URL.sub(lambda match: _defused(match[0], allowed), text)


def _defused(url: str, allowed: frozenset[str]) -> str:
    bare = url.rstrip(_TRAILING)
    return url if allowed_url(bare, allowed) == bare else broken(url)


def broken(url: str) -> str:
    """Return a URL as text: `https[:]//host[.]example/path`."""
    scheme, colon, rest = url.partition(":") if not url.lower().startswith("www.") else ("", "", url)
    lead = rest[: len(rest) - len(rest.lstrip("/\\"))]
    host, slash, path = rest[len(lead) :].replace(":", "[:]").partition("/")
    path = _WWW.sub(r"\1[.]", path)
    return f"{scheme}{'[:]' if colon else ''}{lead}{host.replace('.', '[.]')}{slash}{path}"
