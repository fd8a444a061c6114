"""Secrets out, typed stable aliases in: nothing leaves the process before it has been through here."""

import hashlib
import hmac
import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import NamedTuple

from bot.errors import RedactionFailedError
from bot.safety.cuts import unfinished
from bot.safety.hidden import strip_hidden
from bot.safety.known import LEAST_LITERAL, MOST_LITERAL, KnownValues, own_pattern
from bot.safety.likeness import can_spread
from bot.safety.patterns import EngineError, Meter, Pattern, TooMuchWorkError
from bot.safety.scan import Scan

_UNEXPECTED = (
    TooMuchWorkError,
    EngineError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    RecursionError,
    MemoryError,
)
_OWN = "own_secret"
_CUT = "unfinished"
_MOST_WORK = 1_000_000_000
_LEAST_WORK, _WORK_PER_BYTE = 50_000_000, 400
"""What one text may cost, as `Meter` counts: about a second for each megabyte, whatever it holds, and some
seconds at most. Ordinary text costs a fifth of that."""
_MOST_BYTES = 8 << 20
_MOST_HARMLESS = 200_000
_PROCESS_KEY = secrets.token_bytes(32)
_HARMLESS: dict[bytes, None] = {}
"""Keyed digests of texts in which nothing was found, oldest first: about 25 MB at most, and no word of them.
They hold for one set of literals; what else an incident's redactor knows is looked for all the same."""


class Found(NamedTuple):
    """One secret that was replaced."""

    kind: str
    alias: str


@dataclass(frozen=True, slots=True)
class Redacted:
    """A text without its secrets; `found` names each once, in the order of the text."""

    text: str
    found: tuple[Found, ...] = ()


@dataclass(slots=True)
class Redactor:
    """Redacts the texts of one incident.

    What it has found once it removes from every later text too, bare as well. An alias is stable within the
    redactor: the same value is the same `[aws_secret_key:1]`, so that a reader can still say "the same key in
    both places". Values are told apart by a MAC (keyed BLAKE2b) with the incident's key; they live as long as
    this object.

    Args:
        key: The incident's own secret.
        literals: The process's own secrets and canaries; removed plain, spaced, reversed, as base64 and hex.
        known: What `aliases` returned earlier, for the same key: those values keep their names.
    """

    key: bytes
    literals: Iterable[str] = ()
    known: Mapping[str, str] = field(default_factory=dict)
    _known: KnownValues = field(init=False, default_factory=KnownValues, repr=False)
    _aliases: dict[bytes, Found] = field(init=False, default_factory=dict, repr=False)
    _counts: dict[str, int] = field(init=False, default_factory=dict, repr=False)
    _numbering: Lock = field(init=False, default_factory=Lock, repr=False)
    _own: tuple[tuple[Pattern, bytes], ...] = field(init=False, repr=False)
    _about: bytes = field(init=False, repr=False)
    _mac_key: bytes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        own = sorted({value for value in self.literals if len(value) >= LEAST_LITERAL}, key=len, reverse=True)
        self.literals = ()
        for mac, alias in self.known.items():
            kind, number = alias.strip("[]").rsplit(":", 1)
            self._aliases[bytes.fromhex(mac)] = Found(kind, alias)
            self._counts[kind] = max(self._counts.get(kind, 0), int(number))
        self._mac_key = hashlib.blake2b(self.key).digest()  # a key of any length, as long as BLAKE2b takes
        self._own = tuple((own_pattern(value), value.encode()) for value in own)
        self._about = hmac.digest(_PROCESS_KEY, "\0".join(own).encode(), "sha256")

    @property
    def aliases(self) -> dict[str, str]:
        """What each value is called: its MAC as hex → its alias; no value can be had from it."""
        return {mac.hex(): found.alias for mac, found in self._aliases.copy().items()}

    def redact(self, text: str) -> Redacted:
        """Redact one text.

        Raises:
            RedactionFailedError: It could not be checked; it must not be used.
        """
        return self.redact_all([text])[0]

    def redact_all(self, texts: Sequence[str], *, cut: Collection[str] = ()) -> tuple[Redacted, ...]:
        """Redact texts that belong together: what is found in one is removed from all.

        Args:
            texts: Each of them whole, unless it is one of `cut`, or says itself that something was left out.
            cut: Those that end where somebody cut them: what may be half a secret there is removed too.

        Raises:
            RedactionFailedError: One of them could not be checked, or takes too long; none may be used.
        """
        try:
            work = [_Work(_scan(text), text in cut) for text in texts]
            for one in work:
                self._search(one)
            return tuple(self._written(one) for one in work)
        except _UNEXPECTED as error:
            raise RedactionFailedError(type(error).__name__) from None

    def _search(self, work: "_Work") -> None:
        mark = hashlib.blake2b(work.scan.data, key=self._about, digest_size=16).digest()
        if mark in _HARMLESS and not work.is_cut:
            return
        self._search_anew(work)
        if not work.scan.has_claims and not work.is_cut:
            _HARMLESS[mark] = None
            if len(_HARMLESS) > _MOST_HARMLESS:
                _HARMLESS.pop(next(iter(_HARMLESS)), None)

    def _search_anew(self, work: "_Work") -> None:
        scan = work.scan
        self._take_own(work)
        told: dict[tuple[bytes, bool], Found] = {}
        for start, end, kind, spreads in scan.run():
            if kind != _OWN:
                value = scan.data[start:end]
                if (value, spreads) not in told:
                    told[value, spreads] = self._alias(value, kind)
                    if spreads:
                        self._spread(value)
                work.names[start] = told[value, spreads]
        for start, end in unfinished(scan, is_cut=work.is_cut):
            if scan.claim(start, end, _CUT):
                work.names[start] = self._alias(scan.data[start:end], _CUT)
                self._spread(scan.data[start:end])

    def _take_own(self, work: "_Work") -> None:
        scan = work.scan
        for pattern, value in self._own:
            for span, *_ in pattern.spans(scan.data, scan.meter):
                if scan.claim(*span, _OWN):
                    work.names[span[0]] = self._alias(value, _OWN)

    def _spread(self, value: bytes) -> None:
        """Look for a value everywhere from now on, if it is particular enough."""
        is_new = value not in self._known and len(value) <= MOST_LITERAL
        if is_new and can_spread(value.decode(errors="replace")):
            self._known.add(value)

    def _alias(self, value: bytes, kind: str) -> Found:
        digest = hashlib.blake2b(value, key=self._mac_key, digest_size=32).digest()
        found = self._aliases.get(digest)
        return found or self._new_alias(digest, kind)

    def _new_alias(self, digest: bytes, kind: str) -> Found:
        with self._numbering:  # an incident may be read and answered at once
            if digest not in self._aliases:
                self._counts[kind] = self._counts.get(kind, 0) + 1
                self._aliases[digest] = Found(kind, f"[{kind}:{self._counts[kind]}]")
            return self._aliases[digest]

    def _written(self, work: "_Work") -> Redacted:
        scan = work.scan
        for span, value in self._known.places(scan):
            scan.claim(*span, "known")  # free: whatever is claimed was not searched
            work.names[span[0]] = self._alias(value, "known")
        parts, found, at = [], [], 0
        for start, end, *_ in sorted(scan.hits):
            alias = work.names[start]
            parts += [scan.data[at:start], alias.alias.encode()]
            found.append(alias)
            at = end
        return Redacted(b"".join([*parts, scan.data[at:]]).decode(), tuple(dict.fromkeys(found)))


@dataclass(frozen=True, slots=True)
class _Work:
    """One text under way, and the alias of each hit by where it starts."""

    scan: Scan
    is_cut: bool = False
    names: dict[int, Found] = field(default_factory=dict)


def _scan(text: str) -> Scan:
    data = strip_hidden(text).encode()
    if len(data) > _MOST_BYTES:
        raise TooMuchWorkError
    return Scan(data, Meter(min(_MOST_WORK, _LEAST_WORK + _WORK_PER_BYTE * len(data))))
