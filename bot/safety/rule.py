"""What a rule is: how a secret that has no shape of its own is told by what stands around it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from bot.safety.patterns import Pattern

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


class Shape(StrEnum):
    """How the groups of a rule are read."""

    PLAIN = "plain"
    """Every group is a secret; a bare one ends where the next setting or punctuation begins."""
    NAMED = "named"
    """The first group is a name that decides with the value and the check; one of the others, the value.

    The last of several is where a bare value begins.
    """
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
    _needed: tuple[bytes, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "compiled", Pattern(self.pattern))
        object.__setattr__(self, "_needed", tuple(word.encode() for word in self.needs.split()))

    def can_be_in(self, low: bytes, has: dict[bytes, bool]) -> bool:
        """Say whether a text may hold what the rule finds.

        Args:
            low: The words of the text in lower case, each once.
            has: Of words that were looked for before, whether it has them; further ones are added.
        """
        return not self._needed or any(
            has[word] if word in has else has.setdefault(word, word in low) for word in self._needed
        )
