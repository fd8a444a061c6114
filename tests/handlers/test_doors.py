"""Whatever a person can press or send back has a door, and no door waits for what cannot come."""

import ast
from pathlib import Path

from handlers import buttons, views

ROOT = Path(__file__).parents[2]
FORM_FIELDS = {"hypothesis", "outcome", "reason", "shown"}
"""Inputs of forms; they come with the form and need no door."""
CLOSED_ONLY = {"nothing_to_change"}
"""A form without a button to send it."""


def told(name):
    """The values that our blocks and forms give to a field, in calls and in tables."""
    for file in ROOT.glob("bot/slack/*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            pairs = []
            if isinstance(node, ast.Call):
                pairs = [(word.arg, word.value) for word in node.keywords]
            if isinstance(node, ast.Dict):
                pairs = [
                    (getattr(key, "value", ""), value)
                    for key, value in zip(node.keys, node.values, strict=True)
                ]
            yield from (v.value for key, v in pairs if key == name and isinstance(v, ast.Constant))


def test_every_button_has_its_door_and_every_door_its_button():
    assert set(told("action_id")) - FORM_FIELDS == {*buttons.KINDS, *views.OPENERS}


def test_every_form_has_its_door():
    assert set(told("callback_id")) - CLOSED_ONLY == {*views.KINDS}
