"""Verdicts on this machine: its clock, its folder, its port and its way out."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.doctor.finding import Finding, failed, noted, passed, warned

SETTINGS, CLOCK, FOLDER, PORT, PUBLIC, PROXY = (
    "settings",
    "clock",
    "data folder",
    "port",
    "public address",
    "proxy",
)

WARN_SECONDS, REFUSE_SECONDS = 60, 300
"""Five minutes is Slack's own advice for the age of a signature; our receiver keeps to it."""

LOW_MB, LEAST_MB = 500, 50


def env_file(path: str, *, is_there: bool = True, is_open: bool = False) -> Finding:
    """Say where the settings were read.

    Args:
        path: The file for settings.
        is_there: It exists.
        is_open: Others on this machine can read it.
    """
    if not is_there:
        return passed(SETTINGS, f"from the environment; there is no {path}")
    if is_open:
        found = f"from the environment and {path}, which other users of this machine can read"
        return warned(SETTINGS, found, f"Write `chmod 600 {path}`.")
    return passed(SETTINGS, f"from the environment, then {path}")


def clock(ahead_seconds: float | None) -> Finding:
    """Compare this machine's clock with Slack's.

    Args:
        ahead_seconds: Ours less Slack's, good to a second; None when Slack did not tell the time.
    """
    if ahead_seconds is None:
        return noted(CLOCK, "Slack's answer carried no time to compare with")
    size = abs(round(ahead_seconds))
    told = f"{size} s {'ahead of' if ahead_seconds > 0 else 'behind'} Slack's"
    remedy = "Turn on time synchronisation (`timedatectl set-ntp true`)."
    if size > REFUSE_SECONDS:
        return failed(CLOCK, f"{told}: over HTTP every delivery is refused as too old", remedy)
    if size > WARN_SECONDS:
        return warned(CLOCK, f"{told}; from {REFUSE_SECONDS} s on, deliveries over HTTP are refused", remedy)
    return passed(CLOCK, f"{told}" if size > 1 else "agrees with Slack's")


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderFacts:
    """The data folder: `problem` says why it cannot be written to, else it is empty."""

    path: str
    free_mb: int = 0
    problem: str = ""


def folder(facts: FolderFacts) -> Finding:
    """Judge the folder of the embedded store and of logs."""
    if facts.problem:
        remedy = "Set DATA_DIR to a folder that this user can write to."
        return failed(FOLDER, f"{facts.path}: {facts.problem}", remedy)
    told = f"{facts.path} can be written to, {facts.free_mb} MB free"
    if facts.free_mb < LEAST_MB:
        return failed(FOLDER, told, "Free disk space, or set DATA_DIR to another disk.")
    if facts.free_mb < LOW_MB:
        return warned(FOLDER, told, "Free disk space before the store fills it.")
    return passed(FOLDER, told)


def port(where: str, *, problem: str = "", is_ours: bool = False) -> Finding:
    """Judge whether the receiver can listen.

    Args:
        where: `host:port`.
        problem: Why it cannot; empty when it can.
        is_ours: A copilot's receiver answers there already.
    """
    if is_ours:
        return passed(PORT, f"a receiver of the copilot listens at {where} already")
    if problem:
        return failed(PORT, f"{where}: {problem}", "Stop what listens there, or set PORT to a free one.")
    return passed(PORT, f"{where} is free")


def public_address(where: str, *, is_loopback: bool) -> Finding:
    """Say what Slack must be able to reach; from inside nobody can see that."""
    found = f"Slack must reach {where} from outside, which cannot be seen from here"
    host = " HOST=127.0.0.1 serves a reverse proxy on this machine only." if is_loopback else ""
    remedy = (
        "Route your https address to it and put `https://…/slack/events` where `python -m bot manifest "
        f"--http https://…` prints it.{host}"
    )
    return noted(PUBLIC, found, remedy)


def proxy(used: Sequence[tuple[str, str]], *, seen: Sequence[str]) -> Finding:
    """Say which proxy is on the way to whom.

    Args:
        used: For each host that is asked, the proxy's address without credentials; empty for none.
        seen: The names of the proxy variables that are set.
    """
    if not seen:
        return passed(PROXY, "none is set; connections go out directly")
    unfit = [way for _, way in used if way and not way.startswith(("http://", "https://"))]
    if unfit:
        remedy = "Set HTTPS_PROXY to an HTTP proxy (http://proxy:port); no other kind can be used."
        return failed(PROXY, f"{unfit[0]} is no HTTP proxy", remedy)
    ways = "; ".join(f"{host} by {way}" if way else f"{host} directly" for host, way in used)
    return passed(PROXY, f"{ways} (from {', '.join(seen)})")
