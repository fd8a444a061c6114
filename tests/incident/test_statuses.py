"""Every rule of a status, one by one and against those before it."""

import ast
from dataclasses import replace
from pathlib import Path

import pytest

from bot.incident.hypotheses import Status
from bot.incident.statuses import Ended, Signs, ruled

ROOT = Path(__file__).parents[2] / "bot"
SHOWN = Signs(is_shown=True)
NOTHING = Signs()


@pytest.mark.parametrize(
    ("signs", "status"),
    [
        (NOTHING, Status.PROPOSED),
        (Signs(is_looked_at=True), Status.TESTING),
        (SHOWN, Status.SUPPORTED),
        (replace(SHOWN, is_looked_at=True), Status.SUPPORTED),
        (replace(SHOWN, is_answered=False), Status.PROPOSED),
        (replace(SHOWN, is_ordered=False), Status.PROPOSED),
        (replace(SHOWN, is_told_apart=False), Status.PROPOSED),
        (replace(SHOWN, ended=Ended.FITTING), Status.SUPPORTED),
        (replace(SHOWN, ended=Ended.EXPLAINED), Status.CONFIRMED),
        (replace(SHOWN, ended=Ended.PREDICTED), Status.CONFIRMED),
        (Signs(ended=Ended.PREDICTED), Status.PROPOSED),
        (replace(SHOWN, ended=Ended.PREDICTED, is_answered=False), Status.PROPOSED),
        (replace(SHOWN, is_ruled_out=True, ended=Ended.PREDICTED), Status.REFUTED),
        (Signs(is_ruled_out=True, is_overtaken=True), Status.REFUTED),
        (Signs(is_overtaken=True), Status.STALE),
        (Signs(is_idle=True), Status.STALE),
        (Signs(is_idle=True, is_looked_at=True), Status.STALE),
        (replace(SHOWN, is_overtaken=True), Status.SUPPORTED),
        (replace(SHOWN, is_idle=True), Status.SUPPORTED),
        (replace(SHOWN, is_broken=True, ended=Ended.PREDICTED), Status.STALE),
        (Signs(is_broken=True, is_ruled_out=True), Status.STALE),
    ],
)
def test_the_first_rule_that_holds_decides(signs, status):
    assert ruled(Status.PROPOSED, signs, is_decided=False) is status


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("signs", [NOTHING, SHOWN, Signs(is_broken=True), Signs(is_ruled_out=True)])
def test_what_a_person_decided_no_rule_changes(status, signs):
    assert ruled(status, signs, is_decided=True) is status


def test_only_the_board_and_what_people_do_make_entries_of_a_history():
    makers = set()
    for file in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Change":
                makers.add(file.relative_to(ROOT).as_posix())

    assert makers == {
        "incident/board.py",
        "incident/board_acts.py",
        "incident/lost.py",
        "incident/review.py",
        "incident/suspicions.py",
    }
