"""The proxy on the way to a host, by the variables that everybody knows.

slack_sdk takes `HTTPS_PROXY` for every address and knows no `NO_PROXY` (seen with 3.47), so we decide for it.
"""

import os
from urllib.parse import urlsplit
from urllib.request import getproxies_environment, proxy_bypass

NAMES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY")
_SCHEMES = {"wss": "https", "ws": "http"}
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def proxy_for(url: str) -> str | None:
    """Return the proxy's address for a URL; None when it is reached directly, as this machine always is."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if host in _LOOPBACK or proxy_bypass(host):
        return None
    proxies = getproxies_environment()
    found = proxies.get(_SCHEMES.get(parts.scheme, parts.scheme)) or proxies.get("all") or ""
    if not found:
        return None
    return found if "://" in found else f"http://{found}"


def proxies_seen() -> list[str]:
    """Return the names of the proxy variables that are set, however they are written."""
    return [name for name in NAMES if os.environ.get(name) or os.environ.get(name.lower())]


def shown(url: str | None) -> str:
    """Return an address without user, password and path; empty for none."""
    if not url:
        return ""
    parts = urlsplit(url)
    host = parts.hostname or parts.path
    try:
        place = f"{host}:{parts.port}" if parts.port else host
    except ValueError:
        place = host
    return f"{parts.scheme}://{place}"
