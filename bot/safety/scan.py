"""Finds secrets in one text: the rules in their order, then what is only visible after decoding."""

from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from bot.safety.decoding import Joined, Unescaped, base64_text
from bot.safety.kubernetes import secret_values
from bot.safety.likeness import Name, can_be_assigned, can_be_said, is_random, judge_name
from bot.safety.patterns import Meter, Pattern, Span, any_of
from bot.safety.rule import EVIDENCE, Check, Rule, Shape, Words
from bot.safety.rules import RULES, STRONG
from bot.safety.tables import secret_cells
from bot.safety.tokens import TOKENS, tokens_in

_LETTERS_RUN = Pattern(r"[A-Za-z0-9/+]{40,}=*")
_BASE64_RUN = Pattern(r"[A-Za-z0-9+/_-]{24,}={0,2}")
_ESCAPED_RUN = Pattern(r"[^\s\"'<>`]*%[0-9A-Fa-f]{2}[^\s\"'<>`]*")
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
_WORD_END = Pattern(
    r"[\s\"'`«»„“”「」『』\x{2018}\x{2019}\x{ff0c}。、\x{ff1b}\p{Hiragana}\p{Katakana}\p{Han}\p{Hangul}]"
)
_KEPT = bytes([0xFF, *bytes(0xFF)])
"""Turns what is claimed into a mask of what is not."""
_SHORT = 6
_NESTED_BYTES = 256
_QUOTES = (b'"', b"'", b"`")
_AWS_SECRET_CHARS = 40
_USER_PASSWORD = Pattern(r"[\w.@+-]{1,64}:([^\s:]{6,})")
_PEM_LINE = Pattern(r"[A-Za-z0-9+/=]{16,}")
_BLOCK_LINE = Pattern(r"[^\s]{6,}")
_MOST_JUDGED = 4096
"""Whoever judges words is not asked about longer ones: those count as secret."""
_SIFTED_BYTES = 16_384
"""Up to here one pattern for many is searched first: few messages hold anything, and most rules need not run.
In a long text something is found anyway, and one large pattern may be slow where a small one is not."""


@dataclass(frozen=True, slots=True)
class _Sieve:
    """Rules, and the one pattern that says whether any of them finds anything."""

    rules: tuple[Rule, ...]
    any_rule: Pattern


_WORDS = Words(rule for rules in (STRONG, *RULES) for rule in rules)
_STEPS = tuple(_Sieve(rules, any_of(rule.compiled for rule in rules)) for rules in (STRONG, *RULES))
_ANYTHING = (any_of((TOKENS, _LETTERS_RUN, _BASE64_RUN, _ESCAPED_RUN)), *(step.any_rule for step in _STEPS))
"""Not one pattern of all: its states outgrow its memory on some texts, and it is slow from then on."""


class Hit(NamedTuple):
    """One secret in a text; offsets are bytes of its UTF-8 form."""

    start: int
    end: int
    kind: str
    spreads: bool = False


@dataclass(slots=True)
class Scan:
    """The search of one text.

    Args:
        data: The text.
        meter: Pays for the work.
        depth: How often it was decoded to be read.
    """

    data: bytes
    meter: Meter
    depth: int = 0
    hits: list[Hit] = field(default_factory=list)
    _claimed: bytearray = field(init=False)
    _judged: dict[object, dict[bytes, bool]] = field(init=False, default_factory=dict, repr=False)
    """What was said of a value before: a paste may hold one thousands of times."""

    def __post_init__(self) -> None:
        self._claimed = bytearray(len(self.data))

    @property
    def has_claims(self) -> bool:
        """Whether anything was found, evidence included."""
        return b"\x01" in self._claimed

    def run(self) -> list[Hit]:
        """Return every secret, in the order of the text.

        Raises:
            TooMuchWorkError: The meter is empty; the text must not be used.
        """
        for start, end in secret_values(self.data):
            self.claim(start, end, "k8s_secret", spreads=True)
        for start, end in secret_cells(self.data):
            self.claim(start, end, "secret", spreads=True)
        if len(self.data) > _SIFTED_BYTES or any(one.is_in(self.data, self.meter) for one in _ANYTHING):
            self._search()
        return sorted(self.hits)

    def _search(self) -> None:
        strong, *others = _STEPS
        words = _WORDS.of(self.data, self.meter)
        self._step(strong, words)
        self._tokens()
        for step in others:
            self._step(step, words)
        self._bare_aws_secrets()
        if self.depth == 0:
            self._encoded()
            self._escaped()

    def _step(self, step: _Sieve, words: AbstractSet[bytes]) -> None:
        if len(self.data) > _SIFTED_BYTES or step.any_rule.is_in(self.data, self.meter):
            for rule in step.rules:
                if rule.can_be_among(words):
                    self._apply(rule)

    def claim(self, start: int, end: int, kind: str, *, spreads: bool = False) -> bool:
        """Take a span unless part of it is taken; evidence is taken and left as it is."""
        if start >= end or self._claimed.find(1, start, end) >= 0:
            return False
        self._claimed[start:end] = b"\x01" * (end - start)
        if kind != EVIDENCE:
            self.hits.append(Hit(start, end, kind, spreads))
        return True

    def left(self) -> bytes:
        """Return the text with zeros where something is claimed."""
        kept = int.from_bytes(self._claimed.translate(_KEPT))  # as one number: no work for each claim
        return (int.from_bytes(self.data) & kept).to_bytes(len(self.data))

    def text(self, span: Span) -> str:
        """Return the text of a span."""
        return self.data[span[0] : span[1]].decode(errors="replace")

    def _passes(self, check: Check, span: Span) -> bool:
        """Ask a check about a value, once for each value."""
        if span[1] - span[0] > _MOST_JUDGED:
            return True
        value = self.data[span[0] : span[1]]
        judged = self._judged.setdefault(check, {})
        told = judged.get(value)
        if told is None:
            told = judged[value] = check(value.decode(errors="replace"))
        return told

    def _tokens(self) -> None:
        for span, kind in tokens_in(self.data, self.meter):
            self.claim(*span, kind)

    def _apply(self, rule: Rule) -> None:
        search = _SEARCHES.get(rule.shape)
        if search:
            search(self, rule)
            return
        read = _READERS.get(rule.shape)
        for spans in rule.compiled.spans(self.data, self.meter):
            for span in spans[1:]:
                if span[0] >= 0 and read:
                    read(self, rule, span)
                elif span[0] >= 0 and not self._claimed[span[0]]:
                    self._plain(rule, span)

    def _plain(self, rule: Rule, span: Span) -> None:
        if rule.check is None or self._passes(rule.check, span):
            is_exact = rule.check is None or rule.shape is Shape.EXACT or self._is_quoted(span)
            self.claim(*(span if is_exact else self._trimmed(span)), rule.kind, spreads=rule.spreads)

    def _open(self, rule: Rule) -> None:
        """Find the ends of words apart: with a class of so many signs in it, a long match is slow."""
        at = 0
        while (spans := rule.compiled.first(self.data, self.meter, at)) is not None:
            start = spans[1][0]
            stop = _WORD_END.first(self.data, self.meter, start)
            at = stop[0][0] if stop else len(self.data)
            if not self._claimed[start]:
                self._plain(rule, (start, at))

    def _is_quoted(self, span: Span) -> bool:
        return span[0] > 0 and self.data[span[0] - 1 : span[0]] in _QUOTES

    def _pairs(self, rule: Rule, span: Span) -> None:
        for _, name, value in _PAIR.spans(self.data, self.meter, *span):
            if (
                not self._claimed[value[0]]
                and value[1] - value[0] >= _SHORT
                and self.text(name).lower() not in _COOKIE_WORDS
                and rule.check
                and self._passes(rule.check, value)
            ):
                self.claim(*value, rule.kind, spreads=rule.spreads)

    def _named(self, rule: Rule) -> None:
        at = 0
        while (spans := rule.compiled.first(self.data, self.meter, at)) is not None:
            (start, _), name, *values = spans
            value = max(values)  # the one that took part
            is_bare = len(values) > 1 and value == values[-1]
            at = max(start + 1, self._take(rule, name, value, is_bare=is_bare))

    def _take(self, rule: Rule, name: Span, value: Span, *, is_bare: bool) -> int:
        """Claim a named value if it is a secret; return where to search on.

        A value that is none may hold a name of its own: `secret_name: password=…`.
        """
        called = self.text(name)
        judged = _judged(called)
        if judged is Name.HARMLESS:
            return value[0]
        if self._claimed[value[0]]:
            return self._claim_end(value[0])
        if is_bare:
            value = self._trimmed((value[0], len(self.data)))
        is_prose = is_bare and b"=" not in self.data[name[1] : value[0]] and self._goes_on(value[1])
        is_secret = self._passes(_ASSIGNED[judged, is_prose], value)
        if not is_secret or (rule.check and not self._passes(rule.check, value)):
            return value[0] if value[1] - value[0] <= _NESTED_BYTES else value[1]
        kind = "password" if judged is Name.PASSWORD else _kind(called, self.text(value))
        self.claim(*value, kind, spreads=rule.spreads)
        return value[1]

    def _claim_end(self, at: int) -> int:
        end = self._claimed.find(0, at)
        return len(self.data) if end < 0 else end

    def _goes_on(self, at: int) -> bool:
        """Say whether the line goes on with a word after `at`."""
        rest = self.data[at : at + 3].lstrip(b".,;")
        return rest[:1] in {b" ", b"\t"} and rest[1:2].isalpha()

    def _trimmed(self, span: Span) -> Span:
        """End a bare value where the next setting or the sentence's punctuation begins."""
        start, end = span
        if end - start <= _NESTED_BYTES and self.data[start:end].isalnum():
            return span
        stop = _VALUE_END.first(self.data, self.meter, start + 1, end)
        end = stop[0][0] if stop else end
        value = self.data[start:end]
        return start, start + len(value.rstrip(b".,;:" if b"(" in value else b".,;:)]}>\\"))

    def _private_key(self, rule: Rule, span: Span) -> None:
        """Claim a key's body; when it is cut off, only what still looks like one: prose after it survives."""
        is_cut = span[1] == len(self.data)
        lines = [run for (run,) in _PEM_LINE.spans(self.data, self.meter, *span)] if is_cut else [span]
        for part in lines:
            self.claim(*part, rule.kind)

    def _block(self, rule: Rule, span: Span) -> None:
        """Claim each line of a folded value."""
        for (line,) in _BLOCK_LINE.spans(self.data, self.meter, *span):
            if rule.check is None or self._passes(rule.check, line):
                self.claim(*line, rule.kind, spreads=rule.spreads)

    def _bare_aws_secrets(self) -> None:
        for (span,) in _LETTERS_RUN.spans(self.data, self.meter):
            is_like_one = span[1] - span[0] == _AWS_SECRET_CHARS and self._is_near_aws(span)
            if is_like_one and self._passes(is_random, span):
                self.claim(*span, "aws_secret_key", spreads=True)

    def _is_near_aws(self, span: Span) -> bool:
        near = self.data[max(0, span[0] - _NEAR_BYTES) : span[1] + _NEAR_BYTES // 2].lower()
        return any(word in near for word in _NEAR_AWS)

    def _encoded(self) -> None:
        """Claim what is a secret, or holds one, when base64 is read."""
        spans = [span for (span,) in _BASE64_RUN.spans(self.data, self.meter) if not self._claimed[span[0]]]
        runs = self._distinct(spans)
        decoded = {run: words for run in runs if (words := base64_text(run))}
        inner = self._inner(Joined(list(decoded.values())), len(decoded))
        telling = {run for run, hits in zip(decoded, inner, strict=True) if hits or _is_login(decoded[run])}
        for span in spans:
            if self.data[span[0] : span[1]] in telling:
                self.claim(*span, "encoded_secret", spreads=True)

    def _escaped(self) -> None:
        """Claim what only stands there when percent signs are read, at the place where it is written."""
        if b"%" not in self.data:
            return
        spans = [span for (span,) in _ESCAPED_RUN.spans(self.data, self.meter)]
        runs = self._distinct(spans)
        found = dict(zip(runs, self._inner(Unescaped(runs), len(runs)), strict=True))
        for at, end in spans:
            for start, stop, kind in found[self.data[at:end]]:
                self.claim(at + start, at + stop, kind, spreads=True)

    def _distinct(self, spans: Iterable[Span]) -> list[bytes]:
        return list(dict.fromkeys(self.data[start:end] for start, end in spans))

    def _inner(self, joined: Joined | Unescaped, count: int) -> list[list[tuple[int, int, str]]]:
        """Search texts that were decoded; return the secrets of each, by where they stand in it."""
        found: list[list[tuple[int, int, str]]] = [[] for _ in range(count)]
        inner = Scan(joined.data, self.meter, depth=self.depth + 1)
        inner._judged = self._judged
        for start, end, kind, _ in inner.run():
            for number, span in joined.parts(start, end):
                found[number].append((*span, kind))
        return found


_SEARCHES: dict[Shape, Callable[[Scan, Rule], None]] = {
    Shape.NAMED: Scan._named,  # noqa: SLF001 of the same module
    Shape.OPEN: Scan._open,  # noqa: SLF001 the same
}
"""Where the next search begins depends on what was read."""
_READERS: dict[Shape, Callable[[Scan, Rule, Span], None]] = {
    Shape.PAIRS: Scan._pairs,  # noqa: SLF001 of the same module
    Shape.PEM: Scan._private_key,  # noqa: SLF001 the same
    Shape.BLOCK: Scan._block,  # noqa: SLF001 the same
}


def _assigned(name: Name, *, is_prose: bool) -> Check:
    return lambda value: can_be_assigned(value, name, is_bare_prose=is_prose)


_ASSIGNED: dict[tuple[Name, bool], Check] = {
    (name, is_prose): _assigned(name, is_prose=is_prose)
    for name in (Name.SECRET, Name.PASSWORD)
    for is_prose in (True, False)
}


def _judged(name: str) -> Name:
    return _judge(name) if len(name) <= _NESTED_BYTES else judge_name(name)


@lru_cache(maxsize=4096)
def _judge(name: str) -> Name:
    return judge_name(name)


def _kind(name: str, value: str) -> str:
    low = name.lower()
    if "key" in low and ("aws" in low or (len(value) == _AWS_SECRET_CHARS and is_random(value))):
        return "aws_secret_key"
    return "token" if "token" in low else "secret"


def _is_login(decoded: bytes) -> bool:
    return _USER_PASSWORD.fits(decoded) and can_be_said(decoded.decode().partition(":")[2], is_password=True)
