"""The condition keys of a request: what is known of them, and what is not."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.errors import BadInputError

LONGEST = 8_192
"""Characters a text of a request or policy may have; an ARN has 2,048 at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Condition keys and their values.

    Attributes:
        values: By key in lower case; no values means that the key is known to be absent.
        is_complete: There are no other keys.
    """

    values: Mapping[str, tuple[str, ...]]
    is_complete: bool = False

    def look_up(self, key: str) -> tuple[str, ...] | None:
        """Return the values of a key, none when it is absent, None when it is not known."""
        return self.values.get(key.casefold(), () if self.is_complete else None)


def as_text(value: object) -> str | None:
    """Return a JSON scalar as policies compare it, or None when it is none or too long."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        text = str(value)
        return text if len(text) <= LONGEST else None
    return None


def read_context(given: object, *, is_complete: bool, derived: Mapping[str, str]) -> Context:
    """Read the keys of a request.

    Args:
        given: An object; values are scalars or lists of them. null or an empty list: the key is absent.
        is_complete: There are no other keys.
        derived: What follows from the request itself; what is given goes first.

    Raises:
        BadInputError: It is of another shape, or names one key twice.
    """
    if not isinstance(given, dict):
        raise BadInputError(field="context", problem="must be an object of condition keys and their values")
    values: dict[str, tuple[str, ...]] = {key.casefold(): (text,) for key, text in derived.items()}
    seen: set[str] = set()
    for key, value in given.items():
        if key.casefold() in seen:
            raise BadInputError(
                field=f"context.{key}", problem="is given twice: case does not matter in keys"
            )
        seen.add(key.casefold())
        values[key.casefold()] = _values(key, value)
    return Context(values=values, is_complete=is_complete)


def _values(key: str, value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    texts = [as_text(item) for item in (value if isinstance(value, list) else [value])]
    if None in texts:
        problem = (
            f"must be text, a number, true or false, or a list of these, of at most {LONGEST} characters"
        )
        raise BadInputError(field=f"context.{key}", problem=problem)
    return tuple(text for text in texts if text is not None)
