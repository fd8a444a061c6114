"""Logistic regression on sparse texts in plain Python: a ridge, and the same result for one seed."""

import math
import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

_EPOCHS = 30
_RATE = 0.2
_MOST_LOGITS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One labelled text as the regression sees it.

    Attributes:
        offset: Log-odds that are given: those of the phrases.
        features: Names of what stands in the text.
        label: It is a matter of policy.
        group: Where it comes from: samples of one group are never split.
        weight: How much it counts.
        is_hard: Words alone mislead there.
    """

    offset: float
    features: frozenset[str]
    label: bool
    group: str = ""
    weight: float = 1.0
    is_hard: bool = False


@dataclass(frozen=True, slots=True)
class Fit:
    """What was learnt: a factor of the offset, and the weights of features and of `""`, the bias."""

    scale: float
    weights: Mapping[str, float]

    def logit(self, sample: Sample) -> float:
        """Return the log-odds of a sample."""
        known = sum(self.weights.get(name, 0.0) for name in sample.features)
        return self.scale * sample.offset + self.weights.get("", 0.0) + known


def fit(samples: Sequence[Sample], *, ridge: float, least_count: int, seed: int) -> Fit:
    """Learn weights by stochastic steps whose size falls with what each feature has already moved (AdaGrad).

    Args:
        samples: What to learn from.
        ridge: How strongly a weight is pulled to 0, and the scale to 1.
        least_count: A feature that fewer samples have gets no weight.
        seed: Of the order in which samples are seen.
    """
    vocabulary = _vocabulary(samples, least_count)
    weights: dict[str, float] = dict.fromkeys([*sorted(vocabulary), ""], 0.0)
    moved: dict[str, float] = dict.fromkeys(weights, 1e-2)
    scale, scale_moved = 1.0, 1e-2
    pull = {name: ridge / count for name, count in vocabulary.items()} | {"": 0.0}
    order, chance = list(samples), random.Random(seed)  # noqa: S311  # no secret
    for _ in range(_EPOCHS):
        chance.shuffle(order)
        for sample in order:
            names = ["", *(name for name in sample.features if name in vocabulary)]
            logit = scale * sample.offset + sum(weights[name] for name in names)
            miss = sample.weight * (_sigmoid(logit) - sample.label)
            for name in names:
                step = miss + pull[name] * weights[name]
                moved[name] += step * step
                weights[name] -= _RATE * step / math.sqrt(moved[name])
            step = miss * sample.offset + ridge / len(samples) * (scale - 1.0)
            scale_moved += step * step
            scale -= _RATE * step / math.sqrt(scale_moved)
    return Fit(scale, weights)


def folds(samples: Sequence[Sample], count: int, *, seed: int) -> list[tuple[list[Sample], list[Sample]]]:
    """Return `count` pairs of what to learn from and what to be judged on; groups stay together."""
    groups = sorted({sample.group for sample in samples})
    random.Random(seed).shuffle(groups)  # noqa: S311  # no secret
    place = {group: number % count for number, group in enumerate(groups)}
    return [
        (
            [sample for sample in samples if place[sample.group] != number],
            [sample for sample in samples if place[sample.group] == number],
        )
        for number in range(count)
    ]


def _vocabulary(samples: Iterable[Sample], least_count: int) -> dict[str, int]:
    counts = Counter(name for sample in samples for name in sample.features)
    return {name: count for name, count in counts.items() if count >= least_count}


def _sigmoid(logit: float) -> float:
    return 1 / (1 + math.exp(-max(-_MOST_LOGITS, min(_MOST_LOGITS, logit))))
