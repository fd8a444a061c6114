"""Synthetic secrets, made at run time so that no file holds anything that looks live."""

import random
import string

LETTERS = string.ascii_letters + string.digits
UPPER = string.ascii_uppercase + string.digits
HEX = "0123456789abcdef"
BASE64 = LETTERS + "+/"


class Maker:
    """Makes random values of given shapes; the same seed makes the same values."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)  # noqa: S311 test data, no secret

    def of(self, letters: str, length: int) -> str:
        return "".join(self._chance.choices(letters, k=length))

    def word(self, length: int = 16) -> str:
        """Letters of all three classes, so that it can be told from a name."""
        return self.of(LETTERS, length - 3) + "aZ7"

    def aws_secret(self) -> str:
        return self.of(BASE64, 36) + "aZ7/"

    def token(self, prefix: str, length: int = 40) -> str:
        return prefix + self.of(LETTERS, length)
