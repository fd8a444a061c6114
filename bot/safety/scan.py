"""Finds secrets in one text: the rules in their order, then what is only visible after decoding."""

import base64
import binascii
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import quote, unquote_to_bytes

from bot.safety.kubernetes import secret_values
from bot.safety.likeness import Name, can_be_assigned, can_be_said, is_random, judge_name
from bot.safety.patterns import Pattern, Span, any_of
from bot.safety.rule import EVIDENCE, Rule, Shape
from bot.safety.rules import RULES, STRONG
from bot.safety.tokens import KINDS, TOKENS

_LETTERS_RUN = Pattern(r"[A-Za-z0-9/+]{40,}=*")
_BASE64_RUN = Pattern(r"([A-Za-z0-9+/_-]{24,}={0,2})")
_ESCAPED_RUN = Pattern(r"([^\s\"'<>`]*%[0-9A-Fa-f]{2}[^\s\"'<>`]*)")
_NEAR_BYTES = 160
_NEAR_AWS = (
    b"aws",
    b"secret",
    b"akia",
    b"asia",
    b"credential",
    b"access_key",
    b"accesskey",
    b"access key",
    b"s3cmd",
)
_PAIR = Pattern(r"([\w.-]+)=([^;,\s\"']+)")
_COOKIE_WORDS = frozenset(
    {"path", "expires", "max-age", "samesite", "domain", "secure", "httponly", "priority"}
)
_VALUE_END = Pattern(
    r"[\s\"'`<>]|&(?:amp;)?[\w.-]+=|;|,(?:\s|[\"']|[\w.-]+=|$)|\\[nrt\"']|%26|&quot;|&gt;|&lt;"
    r"|\*+(?:\s|$)|\]\(|</"
)
"""Where a bare value ends: at a space or quote, or where the next setting begins."""
_SHORT = 6
_NESTED_BYTES = 256
_QUOTES = (b'"', b"'", b"`")
_AWS_SECRET_CHARS = 40
_USER_PASSWORD = Pattern(r"[\w.@+-]{1,64}:([^\s:]{6,})")
_PEM_LINE = Pattern(r"[A-Za-z0-9+/=]{16,}")
_SIFTED_BYTES = 16_384
"""Up to here one pattern for many is searched first: few messages hold anything, and most rules need not run.
In a long text something is found anyway, and one large pattern may be slow where a small one is not."""


@dataclass(frozen=True, slots=True)
class _Sieve:
    """Rules, and the one pattern that says whether any of them finds anything."""

    rules: tuple[Rule, ...]
    any_rule: Pattern


_STEPS = tuple(_Sieve(rules, any_of(rule.compiled for rule in rules)) for rules in (STRONG, *RULES))
_ANYTHING = any_of(
    (TOKENS, _LETTERS_RUN, _BASE64_RUN, _ESCAPED_RUN, *(step.any_rule for step in _STEPS)),
)


@dataclass(frozen=True, slots=True)
class Hit:
    """One secret in a text; offsets are bytes of its UTF-8 form."""

    start: int
    end: int
    kind: str
    spreads: bool = False


@dataclass(slots=True)
class Scan:
    """The search of one text."""

    data: bytes
    depth: int = 0
    hits: list[Hit] = field(default_factory=list)
    _claimed: bytearray = field(init=False)
    _low: bytes = field(init=False)

    def __post_init__(self) -> None:
        self._claimed = bytearray(len(self.data))
        self._low = self.data.lower()

    @property
    def has_claims(self) -> bool:
        """Whether anything was found, evidence included."""
        return b"\x01" in self._claimed

    def run(self) -> list[Hit]:
        """Return every secret, in the order of the text."""
        for start, end in secret_values(self.data):
            self.claim(start, end, "k8s_secret", spreads=True)
        if len(self.data) > _SIFTED_BYTES or _ANYTHING.is_in(self.data):
            self._search()
        return sorted(self.hits, key=lambda hit: hit.start)

    def _search(self) -> None:
        strong, *others = _STEPS
        self._step(strong)
        self._tokens()
        for step in others:
            self._step(step)
        self._bare_aws_secrets()
        if self.depth == 0:
            self._encoded()

    def _step(self, step: _Sieve) -> None:
        if len(self.data) > _SIFTED_BYTES or step.any_rule.is_in(self.data):
            for rule in step.rules:
                self._apply(rule)

    def claim(self, start: int, end: int, kind: str, *, spreads: bool = False) -> bool:
        """Take a span unless part of it is taken; evidence is taken and left as it is."""
        if start >= end or self._claimed.find(1, start, end) >= 0:
            return False
        self._claimed[start:end] = b"\x01" * (end - start)
        if kind != EVIDENCE:
            self.hits.append(Hit(start, end, kind, spreads))
        return True

    def text(self, span: Span) -> str:
        """Return the text of a span."""
        return self.data[span[0] : span[1]].decode(errors="replace")

    def _tokens(self) -> None:
        for _, *groups in TOKENS.spans(self.data):
            for kind, span in zip(KINDS, groups, strict=True):
                if span[0] >= 0:
                    self.claim(*span, kind)

    def _apply(self, rule: Rule) -> None:
        if rule.shape is Shape.NAMED:
            self._named(rule)
            return
        read = {Shape.PAIRS: self._pairs, Shape.PEM: self._private_key}.get(rule.shape, self._plain)
        for _, *groups in rule.compiled.spans(self.data):
            for span in groups:
                if span[0] >= 0:
                    read(rule, span)

    def _plain(self, rule: Rule, span: Span) -> None:
        if rule.check is None or rule.check(self.text(span)):
            is_exact = rule.check is None or rule.shape is Shape.EXACT or self._is_quoted(span)
            self.claim(*(span if is_exact else self._trimmed(span)), rule.kind, spreads=rule.spreads)

    def _is_quoted(self, span: Span) -> bool:
        return span[0] > 0 and self.data[span[0] - 1 : span[0]] in _QUOTES

    def _pairs(self, rule: Rule, span: Span) -> None:
        for _, name, value in _PAIR.spans(self.data, *span):
            words = self.text(value)
            if (
                self.text(name).lower() not in _COOKIE_WORDS
                and len(words) >= _SHORT
                and rule.check
                and rule.check(words)
            ):
                self.claim(*value, rule.kind, spreads=rule.spreads)

    def _named(self, rule: Rule) -> None:
        at = 0
        while (spans := rule.compiled.first(self.data, at)) is not None:
            (start, _), name, *values = spans
            value = next(span for span in values if span[0] >= 0)
            at = max(
                start + 1, self._take(rule, name, value, is_bare=value == values[-1] and len(values) > 1)
            )

    def _take(self, rule: Rule, name: Span, value: Span, *, is_bare: bool) -> int:
        """Claim a named value if it is a secret; return where to search on.

        A value that is none may hold a name of its own: `secret_name: password=…`.
        """
        judged = _judge(self.text(name))
        if judged is Name.HARMLESS:
            return value[0]
        if is_bare:
            value = self._trimmed((value[0], len(self.data)))
        is_prose = is_bare and b"=" not in self.data[name[1] : value[0]] and self._goes_on(value[1])
        if not can_be_assigned(self.text(value), judged, is_bare_prose=is_prose):
            return value[0] if value[1] - value[0] <= _NESTED_BYTES else value[1]
        kind = _kind(self.text(name), self.text(value), judged)
        self.claim(*value, kind, spreads=rule.spreads)
        return value[1]

    def _goes_on(self, at: int) -> bool:
        """Say whether the line goes on with a word after `at`."""
        rest = self.data[at : at + 3].lstrip(b".,;")
        return rest[:1] in {b" ", b"\t"} and rest[1:2].isalpha()

    def _trimmed(self, span: Span) -> Span:
        """End a bare value where the next setting or the sentence's punctuation begins."""
        start, end = span
        stop = _VALUE_END.first(self.data, start + 1)
        end = min(end, stop[0][0]) if stop else end
        value = self.data[start:end]
        return start, start + len(value.rstrip(b".,;:" if b"(" in value else b".,;:)]}>\\"))

    def _private_key(self, rule: Rule, span: Span) -> None:
        """Claim a key's body; when it is cut off, only what still looks like one: prose after it survives."""
        is_cut = span[1] == len(self.data)
        for part in [run for (run,) in _PEM_LINE.spans(self.data, *span)] if is_cut else [span]:
            self.claim(*part, rule.kind)

    def _bare_aws_secrets(self) -> None:
        for (span,) in _LETTERS_RUN.spans(self.data):
            if span[1] - span[0] != _AWS_SECRET_CHARS:
                continue
            near = self._low[max(0, span[0] - _NEAR_BYTES) : span[1] + _NEAR_BYTES // 2]
            if any(word in near for word in _NEAR_AWS) and is_random(self.text(span)):
                self.claim(*span, "aws_secret_key", spreads=True)

    def _encoded(self) -> None:
        judged: dict[bytes, bool] = {}  # a paste may hold one run thousands of times
        for _, span in _BASE64_RUN.spans(self.data):
            run = self.data[span[0] : span[1]]
            if run not in judged:
                judged[run] = _holds_secret(_decoded(run))
            if judged[run]:
                self.claim(*span, "encoded_secret", spreads=True)
        if b"%" in self.data:
            for _, span in _ESCAPED_RUN.spans(self.data):
                self._escaped(span)

    def _escaped(self, span: Span) -> None:
        raw = self.data[span[0] : span[1]]
        decoded = unquote_to_bytes(raw)
        for hit in Scan(decoded, depth=1).run():
            value = decoded[hit.start : hit.end]
            if value not in raw:
                self._claim_quoted(span, value, hit.kind)

    def _claim_quoted(self, span: Span, value: bytes, kind: str) -> None:
        forms = {quote(value, safe=safe).encode() for safe in ("", "/", "!*()'~", "/+=:@")}
        places = [self.data.find(form, *span) for form in sorted(forms)]
        found = [(at, at + len(form)) for at, form in zip(places, sorted(forms), strict=True) if at >= 0]
        for start, end in found or [span]:
            self.claim(start, end, kind, spreads=True)


@lru_cache(maxsize=4096)
def _judge(name: str) -> Name:
    return judge_name(name)


def _kind(name: str, value: str, judged: Name) -> str:
    low = name.lower()
    if judged is Name.PASSWORD:
        return "password"
    if "key" in low and ("aws" in low or (len(value) == _AWS_SECRET_CHARS and is_random(value))):
        return "aws_secret_key"
    return "token" if "token" in low else "secret"


def _decoded(run: bytes) -> bytes:
    """Decode base64 of either alphabet; nothing when it is not base64 of text."""
    padded = run.rstrip(b"=").replace(b"-", b"+").replace(b"_", b"/")
    padded = padded[: len(padded) - (len(padded) % 4 == 1)]
    try:
        decoded = base64.b64decode(padded + b"=" * (-len(padded) % 4), validate=True)
        words = decoded.decode()
    except (binascii.Error, UnicodeDecodeError):
        return b""
    return decoded if words.replace("\n", "").replace("\t", "").replace("\r", "").isprintable() else b""


def _holds_secret(decoded: bytes) -> bool:
    return bool(decoded) and (_is_login(decoded) or bool(Scan(decoded, depth=1).run()))


def _is_login(decoded: bytes) -> bool:
    return _USER_PASSWORD.fits(decoded) and can_be_said(decoded.decode().partition(":")[2], is_password=True)
