"""How well the posts of alert, deploy and ticket bots are read: vendor by field, against golden payloads.

The payloads in `evals/data/alerts` were written for this, in the shapes that each vendor's integration posts.
`unknown` holds bots that no rule was made for.
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.errors import BadInputError
from bot.incident.messages import Alert, Message
from bot.slack.reading import read_messages
from evals.scores import Rate

GOLDEN = Path(__file__).parent / "data" / "alerts"
FIELDS = ("title", "severity", "state", "service", "times", "links", "fields", "text once")
_WIDE = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Golden:
    """One payload and what a reader must find in it."""

    vendor: str
    name: str
    message: Mapping[str, Any]
    expected: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One field that was read otherwise than a person reads it."""

    golden: Golden
    field: str
    expected: object
    found: object

    def __str__(self) -> str:
        where = f"{self.golden.vendor}, {self.golden.name}"
        return f"{where}: {self.field} is {self.found!r}, not {self.expected!r}"


def load(folder: Path = GOLDEN) -> list[Golden]:
    """Read all payloads, ordered by vendor."""
    files = [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))]
    return [Golden(vendor=file["vendor"], **payload) for file in files for payload in file["payloads"]]


def differences(golden: Golden) -> list[Difference]:
    """Return the fields of one payload that are not read right."""
    [message] = read_messages(
        [golden.message],
        numbers={golden.message["ts"]: 1},
        names={},
        bot_user_id="",
        bot_id="",
        permalink=lambda ts, thread_ts: f"{ts}/{thread_ts}",
    ).messages
    found = _found(message)
    expected = {name: golden.expected[name] for name in FIELDS if name in golden.expected}
    wrong = [
        Difference(golden=golden, field=name, expected=value, found=found[name])
        for name, value in expected.items()
        if found[name] != value
    ]
    faults = list(_text_faults(message.text, golden.expected.get("says", ())))
    once = Difference(golden=golden, field="text once", expected=[], found=faults)
    return [*wrong, *([once] if faults else [])]


def table(goldens: Sequence[Golden]) -> tuple[str, list[Difference]]:
    """Return the table vendor by field as text, and every difference."""
    wrong = [difference for golden in goldens for difference in differences(golden)]
    counts = Counter(golden.vendor for golden in goldens)
    missed = Counter((one.golden.vendor, one.field) for one in wrong)
    rows = [
        f"{vendor:13} {n:>2}  " + " ".join(_cell(n - missed[vendor, name], n) for name in FIELDS)
        for vendor, n in counts.items()
    ]
    head = f"{'vendor':13} {'n':>2}  " + " ".join(f"{name:{_WIDE}}" for name in FIELDS)
    all_right = len(goldens) - len({id(one.golden) for one in wrong})
    return "\n".join(
        [head, *rows, "", f"payloads read right in every field: {all_right} of {len(goldens)}"]
    ), wrong


def report(path: Path) -> dict[str, Any]:
    """Grade a folder of golden payloads; see `evals.registry`.

    Raises:
        BadInputError: The folder holds none, or one cannot be used.
    """
    goldens = _checked(path)
    wrong = [difference for golden in goldens for difference in differences(golden)]
    spoiled = {id(one.golden) for one in wrong}
    right = {golden.vendor: Counter[bool]() for golden in goldens}
    for golden in goldens:
        right[golden.vendor][id(golden) not in spoiled] += 1
    return {
        "read_right_in_every_field": Rate(right=len(goldens) - len(spoiled), n=len(goldens)).as_json(),
        "by_vendor": {
            vendor: Rate(right=counts[True], n=counts.total()).as_json() for vendor, counts in right.items()
        },
        "wrong": [str(difference) for difference in wrong],
    }


def _checked(path: Path) -> list[Golden]:
    try:
        goldens = load(path)
    except (OSError, ValueError, LookupError, TypeError) as error:
        problem = "must be a folder of files with vendor and payloads, as JSON"
        raise BadInputError(field=str(path), problem=problem) from error
    if not goldens:
        raise BadInputError(field=str(path), problem="holds no payloads (*.json)")
    return goldens


def _cell(right: int, n: int) -> str:
    return f"{f'{right}/{n} ' + ('✓' if right == n else '✗'):{_WIDE}}"


def _found(message: Message) -> dict[str, object]:
    alert = message.alert or Alert()
    return {
        "title": message.title,
        "severity": alert.severity,
        "state": alert.state.value,
        "service": alert.service,
        "times": [[name, at.isoformat()] for name, at in alert.times],
        "links": [link.url for link in message.links],
        "fields": [list(pair) for pair in message.fields],
    }


def _text_faults(text: str, says: Sequence[str]) -> Iterator[str]:
    """Say what stands in a text more than once, not at all, or in the wrong order."""
    places = [text.find(phrase) for phrase in says]
    yield from (f"missing: {phrase}" for phrase, at in zip(says, places, strict=True) if at < 0)
    yield from (f"twice: {phrase}" for phrase in says if text.count(phrase) > 1)
    if places != sorted(places):
        yield "not in the order in which a reader sees it"
    yield from (f"markup left: {mark}" for mark in ("&lt;", "&amp;", "<http", "<!", "*<") if mark in text)


def main() -> None:
    """Print the table and what differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=GOLDEN, help="a folder of golden payloads")
    shown, wrong = table(load(parser.parse_args().data))
    print(shown)
    for difference in wrong:
        print(difference)


if __name__ == "__main__":
    main()
