"""Numbers that are written as words: `twelve hosts`, `forty percent`, `latency tripled`, `at noon`.

Up to three anybody may count, as `two of the replicas`; from four on a count is a claim like its digits.
"""

import re
import unicodedata
from collections.abc import Iterator

_VALUES: dict[str, float] = {
    "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
    "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18,
    "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80, "ninety": 90, "dozens": 12, "hundreds": 100, "thousands": 1_000, "millions": 1_000_000,
    "half": 50, "doubled": 2, "tripled": 3, "quadrupled": 4, "fivefold": 5, "tenfold": 10,
}  # fmt: skip
_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_ONES = "one|two|three|four|five|six|seven|eight|nine"
_DAYS = "yesterday|last (?:mon|tues|wednes|thurs|fri|satur|sun)day"
_WORD = re.compile(
    rf"(?<![\w/.-])(?:(?P<tens>{_TENS})[ -](?P<ones>{_ONES})|half(?= (?:of|the)\b)"
    rf"|(?!half\b)(?:{'|'.join(_VALUES)})|noon|midnight|{_DAYS})(?![\w/-])",
    re.IGNORECASE,
)
_VARIANTS = re.compile(r"[\uff01-\uff5e\u2160-\u2188\u2460-\u2473\U0001d400-\U0001d7ff]+")
_NO_VALUE = -1
_VAGUE = frozenset({"dozens", "hundreds", "thousands", "millions"})
_CLOCKS = {"noon": "12:00", "midnight": "00:00"}


def plain_letters(text: str) -> str:
    """Return `text` with full-width, circled, mathematical and Roman forms as the letters they stand for."""
    return _VARIANTS.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)


def number_words(text: str) -> Iterator[tuple[str, str, float]]:
    """Yield the numbers written as words, each with the clock time or else the value that it stands for.

    `yesterday` and `last Tuesday` have no value here: they are held only where they are said.
    """
    for found in _WORD.finditer(text):
        word = found[0].lower()
        yield word, _CLOCKS.get(word, ""), _compound(found) or _VALUES.get(word, _NO_VALUE)


def _compound(found: re.Match[str]) -> float:
    """Return what `forty-two` stands for; zero for every other word."""
    if not found["tens"]:
        return 0
    return _VALUES[found["tens"].lower()] + _ONES.split("|").index(found["ones"].lower()) + 1


def is_reached(word: str, value: float, held: float) -> bool:
    """Say whether a held number is what a word says: `dozens` are twelve or more, `twelve` are twelve."""
    return held >= value if word in _VAGUE else held == value
