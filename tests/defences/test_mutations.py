"""Each defence is shown to do something: without it a case fails that holds with it."""

import asyncio

import pytest

from evals import injection
from evals.hostile.cases import read_cases
from evals.hostile.removed import REMOVED


@pytest.fixture(scope="module")
def fallen() -> dict[str, dict[str, list[str]]]:
    wanted = {removed.shown_by[0] for removed in REMOVED.values()}
    cases = [case for case in read_cases(injection.DATA) if case.id in wanted]
    return asyncio.run(injection.mutations(cases))


@pytest.mark.parametrize("name", REMOVED)
def test_without_it_a_case_fails_that_holds_with_it(name: str, fallen: dict[str, dict[str, list[str]]]):
    assert fallen[name]


def test_ten_defences_can_be_taken_away():
    assert {name.split()[0] for name in REMOVED} == {f"D{number}" for number in range(1, 11)}
