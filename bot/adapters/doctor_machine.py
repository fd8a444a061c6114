"""What `doctor` looks at on this machine: the folder, the port and the way out."""

import ipaddress
import os
import shutil
import socket
import tempfile
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from bot.adapters.doctor_slack import receiver_answers
from bot.adapters.proxy import proxies_seen, proxy_for, shown
from bot.doctor import machine
from bot.doctor.finding import Finding


def env_file(path: Path) -> Finding:
    """Say where the settings come from, and whether others on this machine can read them."""
    if not path.is_file():
        return machine.env_file(str(path.resolve()), is_there=False)
    return machine.env_file(str(path.resolve()), is_open=bool(path.stat().st_mode & 0o077))


def folder(path: Path) -> Finding:
    """Try to write into the data folder, or into the nearest folder above that exists."""
    return machine.folder(_folder_facts(path))


def _folder_facts(path: Path) -> machine.FolderFacts:
    there = next((place for place in (path, *path.resolve().parents) if place.exists()), Path("/"))
    if not there.is_dir():
        return machine.FolderFacts(path=str(path), problem=f"{there} is a file")
    try:
        with tempfile.TemporaryFile(dir=there):
            free = shutil.disk_usage(there).free
    except OSError as error:
        return machine.FolderFacts(path=str(path), problem=f"cannot be written to ({error.strerror})")
    return machine.FolderFacts(path=str(path), free_mb=free // 1_000_000)


async def port(host: str, number: int, *, seconds: float) -> list[Finding]:
    """Try to listen where the receiver will; one of ours that runs already is no fault."""
    where = f"{host}:{number}"
    problem = _problem(host, number)
    is_ours = bool(problem) and await receiver_answers(host, number, seconds=seconds)
    return [
        machine.port(where, problem=problem, is_ours=is_ours),
        machine.public_address(where, is_loopback=_is_loopback(host)),
    ]


def _problem(host: str, number: int) -> str:
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, number, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
    except OSError as error:
        return f"cannot be listened on ({error.strerror or 'no such address'})"
    return ""


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def proxies(urls: Sequence[str]) -> Finding:
    """Say which way each address is reached."""
    used = [(urlsplit(url).hostname or url, shown(proxy_for(url))) for url in urls]
    return machine.proxy(used, seen=proxies_seen())


def api_url() -> str:
    """Return where Claude's API is, as the SDK reads it."""
    return os.environ.get("ANTHROPIC_BASE_URL") or "https://api.anthropic.com"
