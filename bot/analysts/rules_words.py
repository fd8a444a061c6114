"""Readable phrases made of a thread's own words: no names of people, no marks, no blame."""

from collections.abc import Iterable
from dataclasses import replace

from bot.incident.entities import entities, identifiers, is_name
from bot.incident.facts import Fact
from bot.incident.messages import Message
from bot.incident.naming import impersonal
from bot.incident.sentences import pieces, shorten

PHRASE_CHARS = 80
PASTED = "(pasted)"
"""How the gist of a pasted document ends."""

_FEW_LINES = 3


def phrase(fact: Fact, *, names: Iterable[str], limit: int = PHRASE_CHARS) -> str:
    """Return a fact as a short phrase of at most `limit` characters."""
    return shorten(impersonal(fact.short, names=names).strip(" ,.;:-·|"), limit)


def telling(fact: Fact, message: Message, other: Fact) -> Fact:
    """Return a pasted document's fact with the name in it that `other` has too; other facts as they are."""
    code = next((p for p in pieces(message.text) if p.is_code and fact.quote and fact.quote in p.raw), None)
    lines = [line.strip() for line in code.raw.splitlines()] if code else []
    shared = identifiers(code.raw) & other.entities if code else frozenset()
    if not fact.label.endswith(PASTED) or len(lines) <= _FEW_LINES or not shared:
        return fact
    line, value = _carrying(lines, shared)
    return replace(fact, label=f"{fact.label.removesuffix(PASTED)}naming {value} {PASTED}", quote=line)


def _carrying(lines: list[str], shared: frozenset[str]) -> tuple[str, str]:
    """Return the line that holds the most telling shared name, and that name."""
    ordered = sorted(shared, key=lambda name: (not is_name(name), -len(name), name))
    found = ((line, name) for name in ordered for line in lines if name in entities(line))
    return next(found, (lines[0], ordered[0]))
