"""Learn the weights in `learned.toml`: `python -m evals.routing_training [--data FILE…] [--write]`.

Learnt from are the texts of `evals/data/routing/training.jsonl`, which were written for this, and labelled
texts named with `--data`, which need not be the project's to publish: only weights of single words and pairs
leave this script. Nested cross-validation says what the weights are worth: in each outer fold the ridge is
chosen on the inner ones, and texts of one source are never split. The phrases were written with knowledge of
some of these texts, so figures that use them are too good; "words alone" is not, and unseen texts decide.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.routing.learned import candidates
from bot.routing.lexicon import shipped
from bot.routing.weighing import weigh
from evals.logistic import Fit, Sample, fit, folds
from evals.registry import DATA
from evals.scores import Confusion, Rate, confusion, labelled

OWN = DATA / "routing" / "training.jsonl"
REPORT = DATA / "routing" / "cross_validated.json"
WEIGHTS = Path(__file__).parents[1] / "bot" / "routing" / "learned.toml"
SEEDS = (1, 2, 3)
RIDGES = (1.0, 3.0, 10.0)
FOLDS = 5
INNER_FOLDS = 3
LEAST_COUNT = 3
OWN_COUNTS = 0.25
"""What was written for this is terser than what people paste, and counts a quarter."""
CAUTION = 0.5
"""Taken off the bias, in logits: a question escalated for nothing is dearer than one that stays.

With it cross-validation escalates 2.6 % of all general texts; 1.0 would make that 1.6 % and lose matters of
policy in the shipped set. See `working_points` in the report.
"""
CAUTIONS = (0.0, 0.5, 0.75, 1.0, 1.5, 2.0)
LEAST_WEIGHT = 0.05
SITUATION = "@"
_COMMON = """\
a an the of to in on at is are was were be been am i we you it they he she my our your their and or but
if when while after before since for from with without by as that this these those not no n t s re ve d m
do does did have has had can could will would should may might must there here what who why how which
then than so too very just only also any all some more most other into out up down over under again via
per get got getting use used using need needs see try trying like want work works working make made still
now way add added adds new old one two first last time day today yesterday please help know think seem
seems against both each even every few"""
_COMMON_WORDS = frozenset(_COMMON.split())
Judged = tuple[Sample, bool]
"""A sample, and whether it was said to be a matter of policy."""
_TITLE = """\
# What was learnt from labelled texts; written by `evals/routing_training.py`, whose report stands in
# `evals/data/routing/cross_validated.json`. In logits, by stemmed word or pair; alphabetical.
"""


def load(path: Path, *, counts: float = 1.0) -> list[Sample]:
    """Read labelled texts; lines of one `source` are one group.

    Raises:
        BadInputError: It names the line that cannot be used.
    """

    def read(number: int, row: dict[str, Any]) -> Sample:
        return replace(
            sample_of(row["text"]),
            label={"policy": True, "general": False}[row["label"]],
            group=str(row.get("source") or f"{path.stem}:{number}"),
            is_hard=bool(row.get("hard", False)),
            weight=counts,
        )

    return labelled(path, read, shape="a JSON object with text and label (policy or general)")


def sample_of(text: str) -> Sample:
    """Return what the regression sees of a text."""
    found = shipped().find(text)
    weighed = weigh(found.hits)
    names = {name for name, _, _ in candidates(found) if _can_be_learnt(name)}
    features = frozenset(names | {SITUATION + weighed.situation})
    return Sample(offset=weighed.logit, features=features, label=False)


def learn(samples: Sequence[Sample], *, ridge: float, seed: int) -> Fit:
    """Learn weights, with caution."""
    learned = fit(samples, ridge=ridge, least_count=LEAST_COUNT, seed=seed)
    return Fit(learned.scale, {**learned.weights, "": learned.weights[""] - CAUTION})


def validated(samples: Sequence[Sample], seeds: Sequence[int] = SEEDS) -> dict[str, Any]:
    """Return cross-validated figures of the words and of both; those of the phrases are as they are."""
    blind = [replace(sample, offset=0.0, features=_words(sample)) for sample in samples]
    judged = {
        "words_alone": [pair for seed in seeds for pair in _nested(blind, seed)],
        "phrases_alone": [(sample, sample.offset >= 0) for sample in samples] * len(seeds),
        "both": [pair for seed in seeds for pair in _nested(samples, seed)],
    }
    return {
        name: {
            "quoted": _figures([pair for pair in pairs if pair[0].weight == 1], len(seeds)),
            "written_for_this": _figures([pair for pair in pairs if pair[0].weight < 1], len(seeds)),
        }
        for name, pairs in judged.items()
    }


def working_points(samples: Sequence[Sample], *, ridge: float, seed: int) -> list[dict[str, Any]]:
    """Return for each caution what cross-validation says of it, over all texts."""
    logits = [
        (sample, learned.logit(sample) + CAUTION)
        for known, unknown in folds(samples, FOLDS, seed=seed)
        for learned in [learn(known, ridge=ridge, seed=seed)]
        for sample in unknown
    ]
    return [
        {"caution": caution, **_figures([(sample, logit >= caution) for sample, logit in logits], 1)}
        for caution in CAUTIONS
    ]


def chosen_ridge(samples: Sequence[Sample], *, seed: int) -> float:
    """Return the ridge with the best F1 on inner folds; the strongest of equals."""
    scores = {
        ridge: _confusion(_judged(samples, ridge=ridge, seed=seed, count=INNER_FOLDS)).f1 for ridge in RIDGES
    }
    return max(RIDGES, key=lambda ridge: (round(scores[ridge], 4), ridge))


def _nested(samples: Sequence[Sample], seed: int) -> list[Judged]:
    """Judge each sample by what was learnt from the other folds, where the ridge was chosen too."""
    judged: list[Judged] = []
    for known, unknown in folds(samples, FOLDS, seed=seed):
        learned = learn(known, ridge=chosen_ridge(known, seed=seed), seed=seed)
        judged += [(sample, learned.logit(sample) >= 0) for sample in unknown]
    return judged


def _judged(samples: Sequence[Sample], *, ridge: float, seed: int, count: int) -> list[Judged]:
    return [
        (sample, learned.logit(sample) >= 0)
        for known, unknown in folds(samples, count, seed=seed)
        for learned in [learn(known, ridge=ridge, seed=seed)]
        for sample in unknown
    ]


def _words(sample: Sample) -> frozenset[str]:
    return frozenset(name for name in sample.features if not name.startswith(SITUATION))


def _figures(judged: Sequence[Judged], rounds: int) -> dict[str, Any]:
    """Return the figures of judgements; a sample that was judged in each round counts once in `n`."""
    every = _confusion(judged)
    hard = _confusion([pair for pair in judged if pair[0].is_hard])
    return {
        "f1": round(every.f1, 4),
        "hard_f1": round(hard.f1, 4),
        "hard_accuracy": _rate(hard.accuracy, rounds),
        "false_escalation": _rate(every.false_alarms, rounds),
    }


def _rate(rate: Rate, rounds: int) -> dict[str, Any]:
    return Rate(right=round(rate.right / rounds), n=rate.n // rounds).as_json()


def _confusion(judged: Sequence[Judged]) -> Confusion:
    return confusion([said for _, said in judged], [sample.label for sample, _ in judged])


def _can_be_learnt(name: str) -> bool:
    """Say whether a word or pair may get a weight: no common words, numbers or single letters."""
    words = name.split()
    return all(word not in _COMMON_WORDS and len(word) > 1 and not word.isdigit() for word in words)


def written(learned: Fit, *, texts: int, on: str) -> str:
    """Return the content of `learned.toml`."""
    kept = {name: round(weight, 2) for name, weight in sorted(learned.weights.items()) if name}
    situations = {name[1:]: weight for name, weight in kept.items() if name.startswith(SITUATION)}
    words = {
        name: weight
        for name, weight in kept.items()
        if not name.startswith(SITUATION) and abs(weight) >= LEAST_WEIGHT
    }
    head = f"bias = {learned.weights['']:.3f}\nlexicon = {learned.scale:.3f}\n"
    return (
        f"{_TITLE}learnt_on = {on}\ntexts = {texts}\n{head}\n[situations]\n{_lines(situations)}"
        f"\n[words]\n{_lines(words)}"
    )


def _lines(weights: Mapping[str, float]) -> str:
    return "".join(f"{json.dumps(name)} = {weight}\n" for name, weight in weights.items())


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the report; with `--write`, ship it and the weights."""
    parser = argparse.ArgumentParser(description="Learn the weights of words for routing.")
    parser.add_argument("--data", type=Path, nargs="*", default=[], help="further labelled texts, JSON Lines")
    parser.add_argument("--write", action="store_true", help="ship the weights and the report")
    told = parser.parse_args(arguments)
    own = load(OWN, counts=OWN_COUNTS)
    quoted = [sample for path in told.data for sample in load(path)]
    samples = [*own, *quoted]
    ridge = chosen_ridge(samples, seed=SEEDS[0])
    today = datetime.now(UTC).date().isoformat()
    report = {
        "on": today,
        "n": {"written_for_this": len(own), "quoted": len(quoted)},
        "seeds": list(SEEDS),
        "folds": FOLDS,
        "cross_validated": validated(samples),
        "working_points": working_points(samples, ridge=ridge, seed=SEEDS[0]),
    }
    print(json.dumps(report, indent=2))
    if told.write:
        learned = learn(samples, ridge=ridge, seed=SEEDS[0])
        WEIGHTS.write_text(written(learned, texts=len(samples), on=today), encoding="utf-8")
        REPORT.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
