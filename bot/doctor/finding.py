"""One line of the doctor's report, and the words for a connection that fails."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How a check ended; only `FAIL` makes the whole examination fail."""

    PASS = "pass"  # noqa: S105  # no password
    NOTE = "note"
    """Nothing is wrong, but a person should know it, or only a person can look."""
    WARN = "warn"
    """It runs, with the drawback that is named."""
    FAIL = "fail"


MARKS = {State.PASS: "✓", State.NOTE: "·", State.WARN: "!", State.FAIL: "✗"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one check found.

    Attributes:
        name: Of the check, stable; `docs/slack.md` is keyed by it.
        found: What was seen, without a secret.
        remedy: One sentence that says what to do; empty only when there is nothing to do.
    """

    name: str
    state: State
    found: str
    remedy: str = ""

    def as_dict(self) -> dict[str, str]:
        """Return it as data."""
        return {
            "name": self.name,
            "state": self.state.value,
            "found": self.found,
            "remedy": self.remedy,
        }


def passed(name: str, found: str) -> Finding:
    """Say that a check passed."""
    return Finding(name=name, state=State.PASS, found=found)


def noted(name: str, found: str, remedy: str = "") -> Finding:
    """Tell something that is no fault."""
    return Finding(name=name, state=State.NOTE, found=found, remedy=remedy)


def warned(name: str, found: str, remedy: str) -> Finding:
    """Tell a drawback, and what removes it."""
    return Finding(name=name, state=State.WARN, found=found, remedy=remedy)


def failed(name: str, found: str, remedy: str) -> Finding:
    """Tell a fault, and what removes it."""
    return Finding(name=name, state=State.FAIL, found=found, remedy=remedy)


def is_well(findings: Iterable[Finding]) -> bool:
    """Say whether all that is needed passed."""
    return all(finding.state is not State.FAIL for finding in findings)


def lines(findings: Sequence[Finding]) -> list[str]:
    """Return the report: a line a check, its remedy below it, and one line that sums up."""
    told: list[str] = []
    for finding in findings:
        told.append(f"{MARKS[finding.state]} {finding.name}: {finding.found}")
        if finding.remedy:
            told.append(f"  → {finding.remedy}")
    wrong = sum(finding.state is State.FAIL for finding in findings)
    end = "All that is needed is there." if not wrong else f"{wrong} of {len(findings)} checks failed."
    return [*told, "", end]


class Trouble(StrEnum):
    """Why nobody answered."""

    DNS = "dns"
    REFUSED = "refused"
    TLS = "tls"
    PROXY = "proxy"
    PROXY_LOGIN = "proxy_login"
    PROXY_REFUSED = "proxy_refused"
    TIMEOUT = "timeout"
    BROKEN = "broken"


_WORDS = {
    Trouble.DNS: (
        "the name {host} cannot be resolved",
        "Check the spelling of {setting} and this machine's DNS (try `nslookup {host}`).",
    ),
    Trouble.REFUSED: (
        "nothing answers at {host}",
        "Check {setting}, and that a firewall lets this machine out to {host}.",
    ),
    Trouble.TLS: (
        "the certificate of {host} is not trusted",
        "Set SSL_CERT_FILE to the file with your company's root certificate, or correct the machine's clock.",
    ),
    Trouble.PROXY: (
        "the proxy on the way to {host} does not answer",
        "Correct HTTPS_PROXY, or list {host} in NO_PROXY if it is reached directly.",
    ),
    Trouble.PROXY_LOGIN: (
        "the proxy on the way to {host} wants a password",
        "Put the proxy's user and password into HTTPS_PROXY (http://user:password@proxy:port).",
    ),
    Trouble.PROXY_REFUSED: (
        "the proxy refuses the way to {host}",
        "Have {host} allowed at the proxy, or list it in NO_PROXY if it is reached directly.",
    ),
    Trouble.TIMEOUT: (
        "{host} did not answer in time",
        "Check that a firewall lets this machine out to {host}, or set HTTPS_PROXY if it must use a proxy.",
    ),
    Trouble.BROKEN: (
        "{host} broke the connection or does not speak as expected",
        "Check that {setting} is the right address and that nothing on the way changes the traffic.",
    ),
}


def unreachable(name: str, trouble: Trouble, *, host: str, setting: str) -> Finding:
    """Tell in words why a server could not be asked.

    Args:
        name: The check that needed it.
        trouble: What kind of failure it was.
        host: The server's name, without credentials.
        setting: The environment variable that names it.
    """
    found, remedy = _WORDS[trouble]
    return failed(name, found.format(host=host), remedy.format(host=host, setting=setting))
