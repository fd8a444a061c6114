"""How much of a labelled set the redactor takes out, and how much evidence it leaves.

A line is `{"id", "category", "text", "secrets": [...], "keep": [...]}`. A secret is gone when no run of eight
of its characters is left; a `keep` string is kept when it is still there, unchanged. Markers that make the
set's secrets recognisable (`EXAMPLE`, `e8a3b1e`) can be replaced by random characters, so that no rule leans
on them.
"""

import argparse
import json
import random
import string
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.safety.redaction import Redactor
from evals.scores import Rate, labelled

RUN = 8


@dataclass(frozen=True, slots=True)
class Case:
    """One labelled line."""

    id: str
    category: str
    text: str
    secrets: tuple[str, ...]
    keep: tuple[str, ...]


def grade(path: Path | str, *, seed: int | None = None) -> dict[str, Any]:
    """Grade the redactor on a labelled file.

    Args:
        path: JSON Lines.
        seed: Replace the markers by random characters of this seed; None leaves them.

    Returns:
        `gone` and `kept`: shares with `n` and a 95 % interval; `missed`: what was left or lost.

    Raises:
        BadInputError: The file is missing, or a line is not as described.
    """
    missed: list[dict[str, str]] = []
    total: Counter[str] = Counter()
    for case in _cases(Path(path), seed):
        text = Redactor(b"grading").redact(case.text).text
        left = [secret for secret in case.secrets if _is_left(secret, text)]
        lost = [words for words in case.keep if words not in text]
        total.update(secrets=len(case.secrets), left=len(left), keep=len(case.keep), lost=len(lost))
        missed += [{"id": case.id, "category": case.category, "left": secret} for secret in left]
        missed += [{"id": case.id, "category": case.category, "lost": words} for words in lost]
    return {
        "gone": Rate(right=total["secrets"] - total["left"], n=total["secrets"]).as_json(),
        "kept": Rate(right=total["keep"] - total["lost"], n=total["keep"]).as_json(),
        "missed": missed,
    }


def report(path: Path) -> dict[str, Any]:
    """Return the grade of one file with its markers as they are; see `evals.registry`."""
    return grade(path)


def _cases(path: Path, seed: int | None) -> Iterator[Case]:
    for case in labelled(path, _case, shape="a JSON object with id, category, text, secrets and keep"):
        yield case if seed is None else _unmarked(case, random.Random(f"{seed}:{case.id}"))  # noqa: S311 no secret


def _case(_number: int, item: dict[str, Any]) -> Case:
    return Case(item["id"], item["category"], item["text"], tuple(item["secrets"]), tuple(item["keep"]))


def _unmarked(case: Case, chance: random.Random) -> Case:
    """Replace the markers in the secrets, and in the text in the same way."""
    text, secrets = case.text, []
    for secret in case.secrets:
        other = secret
        for marker, letters in (
            ("EXAMPLE", string.ascii_uppercase + string.digits),
            ("e8a3b1e", "0123456789abcdef"),
        ):
            while marker in other:
                other = other.replace(marker, "".join(chance.choices(letters, k=len(marker))), 1)
        text = text.replace(secret, other)
        secrets.append(other)
    return Case(case.id, case.category, text, tuple(secrets), case.keep)


def _is_left(secret: str, text: str) -> bool:
    runs = range(max(1, len(secret) - RUN + 1))
    return any(secret[at : at + RUN] in text for at in runs)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the grade of each file, with and without its markers."""
    parser = argparse.ArgumentParser(description="Grade the redactor.")
    parser.add_argument("data", nargs="+", help="texts with their secrets, JSON Lines")
    for path in parser.parse_args(arguments).data:
        for seed in (None, 1, 2, 3):
            print(json.dumps({"file": path, "seed": seed, **grade(path, seed=seed)}, indent=1))


if __name__ == "__main__":
    main()
