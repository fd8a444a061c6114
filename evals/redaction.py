"""How much of a labelled set the redactor takes out, and how much evidence it leaves.

A line is `{"id", "category", "text", "secrets": [...], "keep": [...]}`. A secret is gone when no run of eight
of its characters is left; a `keep` string is kept when it is still there, unchanged.

The lines that ship (`evals/data/redaction/lines.jsonl`) were written for this project; nobody's secret is
in them. Every secret is random, has a valid shape and holds a marker: `EXAMPLE`, or `e8a3b1e` where only hex
fits; some of its characters are written as escapes, so that a scanner of the file's bytes finds nothing. They
are graded as they are and with random characters in place of the markers, so that no rule leans on those.
The rules were made with these lines at hand: what they score on lines that nobody had seen stands in
`first_sight.json` beside them.
"""

import json
import random
import re
import string
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.safety.redaction import Redactor
from evals.scores import Rate, labelled, print_report

RUN = 8
_GOAL = {"goal": ">= 0.98"}
_SEED = 1
_MARKERS = (("EXAMPLE", string.ascii_uppercase + string.digits), ("e8a3b1e", "0123456789abcdef"))
_FIRST_SIGHT = Path(__file__).parent / "data" / "redaction" / "first_sight.json"
_BEST_KNOWN = re.compile(
    r"AKIA[A-Z0-9]{16}|gh[pousr]_\w{36}|github_pat_\w{22,}|xox[abp]-[\w-]{10,}|sk-ant-[\w-]{20,}|sk-[A-Za-z0-9]{20,}"
    r"|sk_live_\w{20,}|glpat-[\w-]{20}|npm_\w{36}|AIza[\w-]{35}|SG\.[\w-]{22}\.[\w-]{43}|eyJ[\w-]+\.[\w-]+\.[\w-]+"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----.*?-----END [A-Z ]*PRIVATE KEY-----",
    re.DOTALL,
)
"""The baseline: what anybody would write in ten minutes."""


@dataclass(frozen=True, slots=True)
class Case:
    """One labelled line."""

    id: str
    category: str
    text: str
    secrets: tuple[str, ...]
    keep: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one line: the secrets that were left, the evidence that was lost."""

    case: Case
    left: tuple[str, ...]
    lost: tuple[str, ...]

    @property
    def missed(self) -> list[dict[str, str]]:
        """Each miss, with the line and what it is about."""
        about = {"id": self.case.id, "category": self.case.category}
        return [about | {"left": secret} for secret in self.left] + [
            about | {"lost": kept} for kept in self.lost
        ]


def redacted(text: str) -> str:
    """Redact as the copilot does, each line for itself."""
    return Redactor(b"grading").redact(text).text


def best_known(text: str) -> str:
    """Redact the dozen best-known shapes."""
    return _BEST_KNOWN.sub("[secret]", text)


def grade(
    path: Path | str, *, seed: int | None = None, by: Callable[[str], str] = redacted
) -> dict[str, Any]:
    """Grade one way of redacting on a labelled file.

    Args:
        path: JSON Lines.
        seed: Replace the markers by random characters of this seed; None leaves them.
        by: From a text to the redacted text.

    Returns:
        `gone` and `kept`: shares with `n` and a 95 % interval; `missed`: what was left or lost.

    Raises:
        BadInputError: The file is missing, or a line is not as described.
    """
    outcomes = _outcomes(Path(path), seed, by)
    return {**_rates(outcomes), "missed": [miss for outcome in outcomes for miss in outcome.missed]}


def report(path: Path) -> dict[str, Any]:
    """Grade the redactor, in all and by category, with markers and without, beside the baseline.

    Returns:
        As `evals.registry` describes.

    Raises:
        BadInputError: The file is missing, or a line is not as described.
    """
    outcomes = _outcomes(path, None, redacted)
    unmarked, baseline = grade(path, seed=_SEED), grade(path, by=best_known)
    return {
        "lines": len(outcomes),
        **{name: rate | _GOAL for name, rate in _rates(outcomes).items()},
        "markers replaced": {name: unmarked[name] | _GOAL for name in ("gone", "kept")},
        "best-known shapes alone": {name: baseline[name] for name in ("gone", "kept")},
        "by category": _by_category(outcomes),
        "lines nobody had seen": json.loads(_FIRST_SIGHT.read_text(encoding="utf-8")),
        "missed": [miss for outcome in outcomes for miss in outcome.missed] + unmarked["missed"],
    }


def _outcomes(path: Path, seed: int | None, by: Callable[[str], str]) -> list[Outcome]:
    return [_outcome(case, by(case.text)) for case in _cases(path, seed)]


def _outcome(case: Case, text: str) -> Outcome:
    left = tuple(secret for secret in case.secrets if _is_left(secret, text))
    return Outcome(case=case, left=left, lost=tuple(words for words in case.keep if words not in text))


def _rates(outcomes: Sequence[Outcome]) -> dict[str, dict[str, Any]]:
    total: Counter[str] = Counter()
    for outcome in outcomes:
        total.update(secrets=len(outcome.case.secrets), left=len(outcome.left))
        total.update(keep=len(outcome.case.keep), lost=len(outcome.lost))
    return {
        "gone": Rate(right=total["secrets"] - total["left"], n=total["secrets"]).as_json(),
        "kept": Rate(right=total["keep"] - total["lost"], n=total["keep"]).as_json(),
    }


def _by_category(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    rows = []
    for category in sorted({outcome.case.category for outcome in outcomes}):
        rates = _rates([outcome for outcome in outcomes if outcome.case.category == category])
        rows.append([category, *_cells(rates["gone"]), *_cells(rates["kept"])])
    return {"columns": ["category", "gone", "n", "kept", "n"], "rows": rows}


def _cells(rate: dict[str, Any]) -> tuple[float | str, int | str]:
    return (rate["value"], rate["n"]) if rate["n"] else ("", "")


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
        for marker, letters in _MARKERS:
            while marker in other:
                other = other.replace(marker, "".join(chance.choices(letters, k=len(marker))), 1)
        text = text.replace(secret, other)
        secrets.append(other)
    return Case(case.id, case.category, text, tuple(secrets), case.keep)


def _is_left(secret: str, text: str) -> bool:
    runs = range(max(1, len(secret) - RUN + 1))
    return any(secret[at : at + RUN] in text for at in runs)


def main() -> None:
    """Print the report of one file as JSON."""
    print_report(report, about="Grade the redactor.", data="texts with their secrets, JSON Lines")


if __name__ == "__main__":
    main()
