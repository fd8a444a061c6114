"""What was learnt corrects the phrases, and is named with the words it stands on."""

import pytest

from bot.routing.classify import read
from bot.routing.learned import Learned, parse_weights
from bot.routing.lexicon import shipped
from bot.routing.weighing import weigh

NOTHING = Learned(bias=0.0, lexicon=1.0, situations={}, words={})


def learned(**changes):
    return Learned(**{"bias": 0.0, "lexicon": 1.0, "situations": {}, "words": {}} | changes)


def test_a_learnt_word_adds_to_a_text_and_is_named():
    before = read("the teapot, the Teapots", learned=NOTHING)
    after = read("the teapot, the Teapots", learned=learned(words={"teapot": 3.0, "kettle": 1.0}))

    assert after.logit == before.logit + 3.0
    assert after.weights == (("teapot", 3.0),)


def test_a_learnt_pair_is_named_whole():
    assert read("a tea pot", learned=learned(words={"tea pot": 1.5})).weights == (("tea pot", 1.5),)


def test_a_learnt_weight_goes_to_the_phrase_it_stands_in():
    text = "we assume role admin"
    [(words, plain)] = read(text, learned=NOTHING).weights
    [(same, more)] = read(text, learned=learned(words={"assume": 1.0})).weights

    assert (words, same) == ("assume role", "assume role")
    assert more == plain + 1.0


def test_what_is_learnt_against_a_word_is_not_named_as_a_reason():
    reading = read("teapot", learned=learned(words={"teapot": -2.0}))

    assert reading.weights == ()
    assert reading.logit == read("teapot", learned=NOTHING).logit - 2.0


def test_the_bias_the_situation_and_what_phrases_count_for_are_added():
    text = "AccessDenied from Lambda"
    plain = weigh(shipped().find(text).hits)

    reading = read(text, learned=learned(bias=0.5, lexicon=2.0, situations={plain.situation: 0.25}))

    assert reading.logit == pytest.approx(0.75 + 2.0 * plain.logit)


@pytest.mark.parametrize(
    ("text", "situation"),
    [
        ("", "nobody:nothing"),
        ("who may read?", "nobody:nothing"),
        ("permission denied", "nobody:access"),
        ("the token of the account", "nobody:hint"),
        ("permission denied in the Lambda", "aws:access"),
        ("Lambda times out with high latency", "aws:nothing:trouble"),
        ("the bucket", "nobody:share"),
        ("sts:AssumeRole", "aws:policy"),
        ("Azure RBAC", "another:nothing"),
        ("GCS to AWS: access denied", "both:access"),
    ],
)
def test_the_situation_says_who_is_named_and_what_is_said(text, situation):
    assert weigh(shipped().find(text).hits).situation == situation


def test_weights_are_read_from_toml():
    text = 'bias = 1.0\nlexicon = 2.0\n[situations]\n"aws:access" = 0.5\n[words]\n"tea pot" = 0.3\n'

    assert parse_weights(text).words == {"tea pot": 0.3}
    with pytest.raises(KeyError):
        parse_weights("bias = 1.0")
