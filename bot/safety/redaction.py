"""Secrets out, typed stable aliases in: nothing leaves the process before it has been through here."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote, unquote

from bot.errors import RedactionFailedError
from bot.safety.hidden import strip_hidden
from bot.safety.likeness import can_spread
from bot.safety.patterns import EngineError, Pattern
from bot.safety.scan import Hit, Scan

_UNEXPECTED = (EngineError, ValueError, TypeError, LookupError, AttributeError, RecursionError, MemoryError)
_OWN = "own_secret"
_LEAST_LITERAL = 6
_LEAST_LOOSE = 12
_MOST_SPACED = 256
_MOST_SEARCHED = 512
_MOST_HARMLESS = 200_000
_PROCESS_KEY = secrets.token_bytes(32)
_HARMLESS: dict[bytes, None] = {}
"""Keyed digests of texts in which nothing was found, oldest first: about 25 MB at most, and no word of them.
They hold for one set of literals; what else an incident's redactor knows is looked for all the same."""
_TOKEN = Pattern(r"([^\s\"'`<>(){}\[\],;=]{6,})")


@dataclass(frozen=True, slots=True)
class Found:
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
    both places". Values are told apart by an HMAC with the incident's key; they live as long as this object.

    Args:
        key: The incident's own secret.
        literals: The process's own secrets and canaries; removed plain, spaced, reversed, as base64 and hex.
    """

    key: bytes
    literals: Iterable[str] = ()
    _known: dict[bytes, str] = field(init=False, default_factory=dict, repr=False)
    _aliases: dict[bytes, Found] = field(init=False, default_factory=dict, repr=False)
    _counts: dict[str, int] = field(init=False, default_factory=dict, repr=False)
    _own: tuple[tuple[Pattern, bytes], ...] = field(init=False, repr=False)
    _about: bytes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        own = sorted(
            {value for value in self.literals if len(value) >= _LEAST_LITERAL}, key=len, reverse=True
        )
        self.literals = ()
        self._own = tuple((Pattern(_own_pattern(value)), value.encode()) for value in own)
        self._about = hmac.digest(_PROCESS_KEY, "\0".join(own).encode(), "sha256")

    def redact(self, text: str) -> Redacted:
        """Redact one text.

        Raises:
            RedactionFailedError: It could not be checked; it must not be used.
        """
        return self.redact_all([text])[0]

    def redact_all(self, texts: Sequence[str]) -> tuple[Redacted, ...]:
        """Redact texts that belong together: what is found in one is removed from all.

        Raises:
            RedactionFailedError: One of them could not be checked; none of them may be used.
        """
        try:
            scans = [self._scan(strip_hidden(text).encode()) for text in texts]
            return tuple(self._replaced(scan) for scan in scans)
        except _UNEXPECTED as error:
            raise RedactionFailedError(type(error).__name__) from None

    def _scan(self, data: bytes) -> Scan:
        scan = Scan(data)
        mark = hashlib.blake2b(data, key=self._about, digest_size=16).digest()
        if mark in _HARMLESS:
            return scan
        self._search(scan, data)
        if not scan.has_claims:
            _HARMLESS[mark] = None
            if len(_HARMLESS) > _MOST_HARMLESS:
                _HARMLESS.pop(next(iter(_HARMLESS)), None)
        return scan

    def _search(self, scan: Scan, data: bytes) -> None:
        for pattern, value in self._own:
            for span, *_ in pattern.spans(data):
                if scan.claim(*span, _OWN):
                    self._alias(value, _OWN)
        for hit in (hit for hit in scan.run() if hit.kind != _OWN):
            value = data[hit.start : hit.end]
            self._alias(value, hit.kind)
            if hit.spreads and can_spread(value.decode(errors="replace")):
                self._known.update((form, value.decode(errors="replace")) for form in _forms(value))

    def _replaced(self, scan: Scan) -> Redacted:
        hits = list(scan.hits)
        originals: dict[int, bytes] = {}
        for start, value in self._bare(scan.data):
            if scan.claim(start, start + len(value), "known"):
                hits.append(scan.hits[-1])
                originals[scan.hits[-1].start] = self._known[value].encode()
        return self._written(scan.data, sorted(hits, key=lambda hit: hit.start), originals)

    def _written(self, data: bytes, hits: Sequence[Hit], originals: dict[int, bytes]) -> Redacted:
        parts, found, at = [], [], 0
        for hit in hits:
            value = originals.get(hit.start, data[hit.start : hit.end])
            alias = self._own_alias(value) if hit.kind == _OWN else self._alias(value, hit.kind)
            parts += [data[at : hit.start].decode(), alias.alias]
            found.append(alias)
            at = hit.end
        return Redacted("".join([*parts, data[at:].decode()]), tuple(dict.fromkeys(found)))

    def _own_alias(self, value: bytes) -> Found:
        own = next((own for pattern, own in self._own if pattern.fits(value)), value)
        return self._alias(own, _OWN)

    def _alias(self, value: bytes, kind: str) -> Found:
        digest = hmac.digest(self.key, value, "sha256")
        found = self._aliases.get(digest)
        if found is None:
            self._counts[kind] = self._counts.get(kind, 0) + 1
            found = self._aliases[digest] = Found(kind, f"[{kind}:{self._counts[kind]}]")
        return found

    def _bare(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """Find known values in a text: by search, or by its words when there are very many values."""
        if len(self._known) > _MOST_SEARCHED:
            words = ((span[0], data[span[0] : span[1]]) for _, span in _TOKEN.spans(data))
            yield from ((start, word) for start, word in words if word in self._known)
            return
        for value in sorted(self._known, key=len, reverse=True):
            at = data.find(value)
            while at >= 0:
                if len(value) >= _LEAST_LOOSE or _stands_alone(data, at, at + len(value)):
                    yield at, value
                at = data.find(value, at + 1)


def _stands_alone(data: bytes, start: int, end: int) -> bool:
    return not (data[start - 1 : start].isalnum() and start) and not data[end : end + 1].isalnum()


def _forms(value: bytes) -> set[bytes]:
    """List the ways in which one value is written in links, markup and JSON."""
    words = value.decode(errors="replace")
    plain = unquote(words.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">").replace("\\/", "/"))
    escaped = plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    forms = {words, plain, escaped, quote(plain, safe=""), quote(plain), plain.replace("/", "\\/")}
    return {form.encode() for form in forms if len(form) >= _LEAST_LITERAL}


def _own_pattern(value: str) -> str:
    """Match a value plain, reversed, spaced, as base64 at each of its three alignments, and as hex."""
    raw = value.encode()
    forms = {value, value[::-1], quote(value, safe=""), raw.hex(), raw.hex().upper()}
    forms |= {
        form for form in map(_base64_core, (raw, b"\0" + raw, b"\0\0" + raw)) if len(form) >= _LEAST_LITERAL
    }
    spaced = r"[\s._\-]{1,2}".join(map(_escaped, value)) if len(value) <= _MOST_SPACED else ""
    return "|".join([*map(_escaped_all, sorted(forms, key=len, reverse=True)), *([spaced] if spaced else [])])


def _base64_core(raw: bytes) -> str:
    """Return the letters of the base64 form that do not depend on what stands around."""
    lead = len(raw) - len(raw.lstrip(b"\0"))
    text = base64.b64encode(raw).decode().rstrip("=")
    return text[-(-lead * 8 // 6) : len(raw) * 8 // 6]


def _escaped(character: str) -> str:
    return (
        character
        if character.isalnum()
        else "".join(rf"\x{byte:02x}" for byte in character.encode())
        if character.isascii()
        else character
    )


def _escaped_all(text: str) -> str:
    return "".join(map(_escaped, text))
