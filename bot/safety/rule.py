"""What a rule is: how a secret that has no shape of its own is told by what stands around it."""

from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import StrEnum

from bot.safety.patterns import Meter, Pattern, any_literal

Check = Callable[[str], bool]

EVIDENCE = ""
"""The kind of rules that protect what they find."""

VALUE = (
    r"(?:\\+[\"']([^\"'\\\n{\[][^\"'\\\n]*)"
    r"|[bNru]?\"([^\"\\\n{\[](?:[^\"\\\n]|\\[^\n])*)"
    r"|[bNru]?'([^'\\\n{\[](?:[^'\\\n]|\\[^\n])*)"
    r"|`([^`\n]+)`"
    r"|&quot;([^&\s]+)&quot;"
    r"|([^\s\"'`<>|{}\[\],;&\\=:]))"
)
"""A value: in quotes of any kind, escaped or not; of a bare one, last, only where it begins. A group each."""

FLAG_VALUE = VALUE.removesuffix("]))") + "-]))"
"""The same behind a flag: what begins with a dash is the next flag."""


_ASKED_AT_ONCE = 16


class Shape(StrEnum):
    """How the groups of a rule are read."""

    PLAIN = "plain"
    """Every group is a secret; a bare one ends where the next setting or punctuation begins."""
    NAMED = "named"
    """The first group is a name that decides with the value and the check; one of the others, the value.

    The last of several is where a bare value begins.
    """
    OPEN = "open"
    """The group is where a word begins that ends at a space, a quote or a sign of a script without spaces."""
    EXACT = "exact"
    """Like `PLAIN`, and the pattern says exactly where the secret ends."""
    PAIRS = "pairs"
    """The group is a list of `name=value`; the values are secrets."""
    PEM = "pem"
    """The group is the body of a key, which may be cut off."""
    BLOCK = "block"
    """The group is several lines; each word that passes the check is a part of the secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One way in which a secret stands in text.

    Attributes:
        kind: The alias's type; `EVIDENCE` protects the span instead.
        pattern: For RE2, over the UTF-8 bytes of the text.
        needs: Words in lower case, between spaces: one of them is in every text in which the pattern finds
            anything, so that most texts need not be searched. Empty: always search.
        check: A value that fails it is left alone, and not claimed.
        spreads: The value is looked for bare, everywhere in the incident: it cannot be told by its shape.
    """

    kind: str
    pattern: str
    needs: str = ""
    check: Check | None = None
    shape: Shape = Shape.PLAIN
    spreads: bool = True
    compiled: Pattern = field(init=False, repr=False, compare=False)
    needed: frozenset[bytes] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "compiled", Pattern(self.pattern))
        object.__setattr__(self, "needed", frozenset(word.encode() for word in self.needs.split()))

    def can_be_among(self, words: AbstractSet[bytes]) -> bool:
        """Say whether a text may hold what the rule finds, of which these words are known to stand in it."""
        return not self.needed or not self.needed.isdisjoint(words)


class Words:
    """The words that rules need, and which of them stand in a text.

    A text is asked about many of them at once, since most are in none.
    """

    def __init__(self, rules: Iterable[Rule]) -> None:
        words = sorted({word for rule in rules for word in rule.needed}, key=lambda word: (len(word), word))
        groups = (words[at : at + _ASKED_AT_ONCE] for at in range(0, len(words), _ASKED_AT_ONCE))
        self._groups = tuple((group, any_literal(group)) for group in groups)

    def of(self, data: bytes, meter: Meter) -> frozenset[bytes]:
        """Return those that stand in a text, whatever its case."""
        once = b" ".join({*data.lower().split()})
        return frozenset(
            word
            for group, any_word in self._groups
            if any_word.is_in(once, meter)
            for word in group
            if word in once
        )
