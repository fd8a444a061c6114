"""What was learnt from labelled texts: weights of single words, pairs and situations, as data.

`evals/routing_training.py` writes `learned.toml`. A weight is added to the log-odds of a text in which its
word stands; nothing that was read for it can be told from it.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from bot.routing.lexicon import Found, Word


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """Weights, in logits.

    Attributes:
        bias: Of every text.
        lexicon: What the log-odds of the phrases are multiplied by.
        situations: By who is named and what is said; see `Weighed.situation`.
        words: By stemmed word, or two that follow each other.
    """

    bias: float
    lexicon: float
    situations: Mapping[str, float]
    words: Mapping[str, float]

    def matches(self, found: Found) -> list[tuple[Word, float]]:
        """Return the words of a text that weigh something; each counts once."""
        weights, first = self.words, {}
        for word in candidates(found):
            if word[0] in weights and word[0] not in first:
                first[word[0]] = word
        return [(word, weights[name]) for name, word in first.items()]


def candidates(found: Found) -> Iterator[Word]:
    """Yield the words of a text and the pairs of them, with their places."""
    yield from found.words
    for (one, start, _), (other, _, end) in zip(found.words, found.words[1:], strict=False):
        yield f"{one} {other}", start, end


@lru_cache(maxsize=1)
def shipped_weights() -> Learned:
    """Return the weights of `learned.toml`, read once."""
    return parse_weights(files("bot.routing").joinpath("learned.toml").read_text("utf-8"))


def parse_weights(text: str) -> Learned:
    """Return the weights that a TOML text holds.

    Raises:
        KeyError: A field is missing.
        ValueError: It is no TOML.
    """
    data = tomllib.loads(text)
    return Learned(
        bias=data["bias"], lexicon=data["lexicon"], situations=data["situations"], words=data["words"]
    )
