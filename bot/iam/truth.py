"""Truth in three values: yes, no, and not known until certain condition keys are."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Truth:
    """Whether something holds.

    Attributes:
        value: True, False, or None when it is not known.
        needs: The condition keys that would decide it; empty when it is known.
    """

    value: bool | None
    needs: frozenset[str] = frozenset()

    def __invert__(self) -> "Truth":
        return self if self.value is None else Truth(not self.value)


YES = Truth(value=True)
NO = Truth(value=False)


def known(*, holds: bool) -> Truth:
    """Return what is known to hold or not to hold."""
    return YES if holds else NO


def unknown(*keys: str) -> Truth:
    """Return what depends on keys that nobody supplied."""
    return Truth(None, frozenset(keys))


def all_of(parts: Iterable[Truth]) -> Truth:
    """Return whether all hold: one that does not decides, whatever is not known; true of none."""
    parts = list(parts)
    if any(part.value is False for part in parts):
        return NO
    return _undecided(parts) or YES


def any_of(parts: Iterable[Truth]) -> Truth:
    """Return whether one holds: one that does decides, whatever is not known; false of none."""
    parts = list(parts)
    if any(part.value is True for part in parts):
        return YES
    return _undecided(parts) or NO


def _undecided(parts: list[Truth]) -> Truth | None:
    loose = [part.needs for part in parts if part.value is None]
    return Truth(None, frozenset().union(*loose)) if loose else None
