import hashlib
from importlib.resources import files

import pytest

from prompts import PromptError, PromptInputsError, load, parse

DIGESTS = {
    "diagnose_open": (1, "9d7c0b41d941"),
    "diagnose_question": (1, "7d0ca0f9c14a"),
    "diagnose_system": (5, "de6f4c9a02ca"),
    "fold": (1, "21b1b42574b5"),
    "judge": (1, "d65308e10920"),
    "keep_going": (1, "6a81e7a56ff4"),
    "repair": (1, "fd7986809fff"),
    "gather_go_on": (1, "ceee21ad3e74"),
    "gather_question": (1, "3da59ec0f715"),
    "gather_sum": (1, "8b6828a481c3"),
    "gather_system": (1, "2739097c6281"),
}
"""Version and digest of each text. A changed text needs a new version as well as a new digest here."""

HEAD = '+++\nversion = 2\npurpose = "To greet."\ninputs = ["name"]\n+++\n'


def test_every_prompt_is_listed_with_its_version_and_digest():
    names = sorted(
        file.name.removesuffix(".md") for file in files("prompts").iterdir() if file.name.endswith("md")
    )

    found = {
        name: (load(name).version, hashlib.sha256(load(name).text.encode()).hexdigest()[:12])
        for name in names
    }

    assert found == DIGESTS


def test_the_system_prompt_takes_no_input_so_that_it_can_be_cached():
    assert load("diagnose_system").inputs == ()


@pytest.mark.parametrize("name", DIGESTS)
def test_every_prompt_says_what_it_is_for(name):
    assert load(name).purpose.endswith(".")


def test_a_prompt_is_filled_and_a_dollar_in_a_value_stays():
    prompt = parse("greeting", HEAD + "Hello $name, it is $$5.")

    assert prompt.fill(name="$HOME") == "Hello $HOME, it is $5.\n"
    assert prompt.label == "greeting@2"


@pytest.mark.parametrize(
    ("values", "missing", "unexpected"),
    [({}, {"name"}, set()), ({"name": "Ana", "age": "9"}, set(), {"age"})],
)
def test_filling_with_other_inputs_than_declared_names_both_sides(values, missing, unexpected):
    prompt = parse("greeting", HEAD + "Hello $name")

    with pytest.raises(PromptInputsError) as caught:
        prompt.fill(**values)

    assert (caught.value.missing, caught.value.unexpected) == (missing, unexpected)


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("Hello", "must have a header"),
        ("Hi\n" + HEAD + "Hello $name", "must begin with a line"),
        (HEAD.replace("version = 2", "version = 'new'") + "Hello $name", "unusable header"),
        (HEAD.replace("version = 2", "") + "Hello $name", "unusable header: 'version'"),
        (HEAD.replace("[", "") + "Hello $name", "unusable header"),
        (HEAD + "Hello $name, pay 5 $", "begins no input"),
        (HEAD + "Hello", r"missing \[\], unexpected \['name'\]"),
        (HEAD + "Hello $name and $other", r"missing \['other'\], unexpected \[\]"),
    ],
)
def test_a_prompt_that_cannot_be_used_is_refused_with_the_reason(source, problem):
    with pytest.raises(PromptError, match=problem):
        parse("greeting", source)


def test_a_prompt_that_does_not_exist_is_named():
    with pytest.raises(PromptError, match="farewell: there is no such prompt"):
        load("farewell")


def test_the_system_prompt_holds_every_rule_that_code_checks_later():
    text = load("diagnose_system").text

    for word in ("Never invent", "exact", "rivals", "data", "only read", "insufficient", "root cause"):
        assert word.lower() in text.lower()
