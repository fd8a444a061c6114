"""What two texts share."""

import pytest

from bot.incident.entities import acronyms, counts, entities, identifiers, is_name, lexicon, stem, words


@pytest.mark.parametrize(
    "family",
    [
        ("remove", "removed", "removal", "removing"),
        ("policy", "policies"),
        ("rotate", "rotated", "rotation"),
        ("deny", "denied", "denies", "denial"),
        ("approve", "approved", "approvals"),
        ("dropped", "dropping", "drop"),
        ("database", "db"),
        ("certificate", "cert", "certs"),
    ],
)
def test_forms_of_one_word_share_a_stem(family):
    assert len({stem(word) for word in family}) == 1


@pytest.mark.parametrize("word", ["process", "status", "analysis", "bus"])
def test_a_word_that_only_looks_like_a_plural_keeps_its_end(word):
    assert stem(word) == word


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("pods leave through vpce-0c44fe, not worker-07.", {"vpce-0c44fe", "worker-07"}),
        ("payments *r2290* and api:5.118", {"r2290", "api:5.118", "5.118"}),
        ("build 884 of PR #12", {"build-884", "pr-12", "#12"}),
        ("errorCode InvalidAccessKeyId", {"errorcode", "invalidaccesskeyid"}),
        ("at 10:24:07 on 2031-05-06", set()),
        ("see https://x.example/a-b-1", set()),
        ("only 2.0 words", set()),
    ],
)
def test_identifiers_name_one_thing(text, found):
    assert identifiers(text) == found


def test_large_counts_compare_without_separators():
    assert counts("limit is 65,536, was 1048576 and 5000 before, id vpce-44170") == {"65536", "1048576"}


def test_words_take_identifiers_apart_and_leave_common_words_out():
    assert words("the InvalidAccessKeyId of db") == {"invalid", "access", "key", "db"}


def test_rare_names_say_more_than_rare_words_and_common_words_nothing():
    texts = [entities(f"gateway thing{n} kitchen-{n}") for n in range(9)]
    weights = lexicon(texts, ignore=["ann"])

    name = weights.overlap(frozenset({"kitchen-1"}), frozenset({"kitchen-1"}))
    common = weights.overlap(frozenset({"gateway"}), frozenset({"gateway"}))
    assert name > 1
    assert common < 0.1
    assert weights.overlap(frozenset({"ann"}), frozenset({"ann"})) == 0
    assert is_name("kitchen-1")
    assert not is_name("kitchen")


def test_an_acronym_finds_its_written_out_form():
    pattern = acronyms(["the SCP is live"])["scp"]

    assert pattern.search("explicit deny in a service control policy")
    assert not pattern.search("some panel in control")
