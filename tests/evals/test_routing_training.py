"""Weights are learnt the same way each time, are worth what is said, and give no text away."""

import json
import tomllib
from dataclasses import replace

import pytest

from bot.errors import BadInputError
from bot.routing.learned import parse_weights
from evals import routing_training
from evals.logistic import Fit, Sample, fit, folds
from evals.routing_training import OWN, REPORT, WEIGHTS, chosen_ridge, load, sample_of, validated, written

TEXTS = [
    *[("policy", f"the teapot refuses queue {n}") for n in range(8)],
    *[("general", f"the kettle is slow on queue {n}") for n in range(8)],
]


def samples(texts=TEXTS):
    return [
        replace(sample_of(text), label=label == "policy", group=str(n))
        for n, (label, text) in enumerate(texts)
    ]


def test_a_word_that_tells_gets_a_weight_and_a_rare_one_none():
    learned = fit([*samples(), *samples([("policy", "one samovar")])], ridge=1.0, least_count=3, seed=1)

    assert learned.weights["teapot"] > 0 > learned.weights["kettle"]
    assert "samovar" not in learned.weights
    assert learned == fit(
        [*samples(), *samples([("policy", "one samovar")])], ridge=1.0, least_count=3, seed=1
    )


def test_a_strong_ridge_keeps_weights_small():
    weak, strong = (fit(samples(), ridge=ridge, least_count=3, seed=1) for ridge in (0.1, 50.0))

    assert abs(strong.weights["teapot"]) < abs(weak.weights["teapot"])


def test_what_was_learnt_judges_what_was_not_seen():
    learned = fit(samples(), ridge=1.0, least_count=3, seed=1)

    assert learned.logit(sample_of("teapot again")) > learned.logit(sample_of("kettle again"))
    assert (
        Fit(2.0, {"": 1.0, "a": 3.0}).logit(Sample(offset=0.5, features=frozenset("ab"), label=True)) == 5.0
    )


def test_texts_of_one_source_are_never_split():
    grouped = [replace(sample, group=str(n % 5)) for n, sample in enumerate(samples())]

    for known, unknown in folds(grouped, 3, seed=1):
        assert not {one.group for one in known} & {one.group for one in unknown}
        assert len(known) + len(unknown) == len(grouped)


def test_the_cross_validated_figures_tell_words_phrases_and_both_apart():
    quoted = [replace(sample, is_hard=True) for sample in samples()]

    report = validated(
        [*quoted, *(replace(one, weight=0.5, group=f"o{one.group}") for one in quoted)], seeds=(1,)
    )

    assert report["words_alone"]["quoted"]["f1"] > 0.9
    assert report["phrases_alone"]["quoted"]["f1"] == 0.0
    assert report["both"]["written_for_this"]["hard_accuracy"]["n"] == 16
    assert chosen_ridge(quoted, seed=1) in routing_training.RIDGES


def test_common_words_numbers_and_letters_are_not_learnt():
    names = sample_of("why is the teapot 42 x and it boils").features

    assert {name for name in names if not name.startswith("@")} == {"teapot", "boil"}


def test_what_is_written_is_what_is_read():
    learned = Fit(1.5, {"": -0.25, "@aws:access": 0.5, "tea pot": 0.304, "cup": -0.01})

    weights = parse_weights(written(learned, texts=7, on="2026-01-02"))

    assert (weights.bias, weights.lexicon) == (-0.25, 1.5)
    assert dict(weights.situations) == {"aws:access": 0.5}
    assert dict(weights.words) == {"tea pot": 0.3}


def test_the_weights_that_ship_are_of_single_words_and_pairs_in_alphabetical_order():
    words = list(tomllib.loads(WEIGHTS.read_text(encoding="utf-8"))["words"])

    assert words == sorted(words)
    assert max(len(name.split()) for name in words) == 2


def test_the_report_that_ships_says_on_how_many_texts_it_rests():
    shipped = json.loads(REPORT.read_text(encoding="utf-8"))

    assert shipped["n"]["written_for_this"] == len(load(OWN))
    assert tomllib.loads(WEIGHTS.read_text(encoding="utf-8"))["texts"] == sum(shipped["n"].values())


def test_a_line_without_a_label_is_named(tmp_path):
    path = tmp_path / "texts.jsonl"
    path.write_text('{"text": "x", "label": "perhaps"}')

    with pytest.raises(BadInputError, match="line 1"):
        load(path)
