"""The forms by which people say what is wrong, what a check showed and what is confirmed."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from bot.incident.wording import without_citations
from bot.slack.limits import shorten

View = dict[str, Any]

_OPTION_CHARS = 75
_REASON_CHARS = 1_000
_DRAFT_CHARS = 3_000
_LINK_CHARS = 300
_MOST_OPTIONS = 100
_TITLE_CHARS = 24
NAMED = "They go into the history, under your name."


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One hypothesis that a form is about.

    Attributes:
        claim: Redacted; may be empty.
        if_true, if_false: What its check expects to be seen; may be empty.
    """

    id: str
    claim: str = ""
    if_true: str = ""
    if_false: str = ""


def wrong_modal(answer_id: str, choices: Mapping[str, str]) -> View:
    """Return the form that asks which hypothesis is wrong, and why.

    Args:
        answer_id: Kept in `private_metadata`.
        choices: Claims of those that can be refuted, by id, best first, at least one; an answer that was
            kept without its claims has empty ones.
    """
    known = [Choice(id=own, claim=claim) for own, claim in choices.items()]
    blocks = [
        _which(known),
        _why(
            "Why? Your words go into the history, under your name.",
            "What did you see that speaks against it?",
        ),
        _link("Which message shows it? (its link or number)", is_optional=True),
    ]
    return _form(answer_id, blocks, callback_id="refute", title="That's wrong", submit="Refute")


def result_modal(answer_id: str, choices: list[Choice]) -> View:
    """Return the form that asks what a check showed."""
    first = choices[0]
    options = [
        _radio("yes", "What it expects if it is true", _expected(first, first.if_true)),
        _radio("no", "What it expects if it is false", _expected(first, first.if_false)),
        _radio("unclear", "Neither, or not clear", ""),
    ]
    outcome = {"type": "radio_buttons", "action_id": "outcome", "options": options}
    blocks = [
        _which(choices),
        _input("outcome", "What was seen?", outcome),
        _why(
            "In your words; they go into the history, under your name.",
            "What did you look at, what did it say?",
        ),
        _link("Which message shows it? (its link or number)", is_optional=True),
    ]
    return _form(answer_id, blocks, callback_id="result", title="Result of a check", submit="Keep")


def confirm_modal(answer_id: str, choices: list[Choice]) -> View:
    """Return the form that asks which message shows that a hypothesis is what happened."""
    blocks = [
        _which(choices),
        _link("Which message shows it? (its link or number)", is_optional=False),
        _why("Why does that show it?", "What was done, what followed?", is_optional=True),
    ]
    return _form(answer_id, blocks, callback_id="confirm", title="Confirm", submit="Confirm")


def draft_modal(text: str) -> View:
    """Return the form in which a person reads and changes a draft; it goes nowhere but to themselves.

    Args:
        text: The draft; at most 2,000 characters, as it stood in a button.
    """
    draft = {
        "type": "plain_text_input",
        "action_id": "reason",
        "multiline": True,
        "initial_value": text,
        "max_length": _DRAFT_CHARS,
    }
    hint = "Nothing is posted from here: copy it, or send it to yourself and post it as you."
    return _form(
        "",
        [_input("why", "Read it, change it. It says only what is stated and supported.", draft, hint=hint)],
        callback_id="draft",
        title="Draft update",
        submit="Send to my DMs",
    )


def _form(answer_id: str, blocks: list[View], *, callback_id: str, title: str, submit: str) -> View:
    return {
        "type": "modal",
        "callback_id": callback_id,
        "private_metadata": answer_id,
        "title": _plain(shorten(title, _TITLE_CHARS)),
        "submit": _plain(submit),
        "close": _plain("Cancel"),
        "blocks": blocks,
    }


def _which(choices: list[Choice]) -> View:
    options = [_option(choice.id, choice.claim) for choice in islice(choices, _MOST_OPTIONS)]
    which = {
        "type": "static_select",
        "action_id": "hypothesis",
        "options": options,
        "initial_option": options[0],
    }
    return _input("which", "Which one?", which)


def _why(label: str, hint: str, *, is_optional: bool = False) -> View:
    why = {
        "type": "plain_text_input",
        "action_id": "reason",
        "multiline": True,
        "max_length": _REASON_CHARS,
        "placeholder": _plain(hint),
    }
    element = why if is_optional else {**why, "min_length": 3}
    return _input("why", label, element, is_optional=is_optional)


def _link(label: str, *, is_optional: bool) -> View:
    shown = {
        "type": "plain_text_input",
        "action_id": "shown",
        "max_length": _LINK_CHARS,
        "placeholder": _plain("https://….slack.com/archives/… or 18"),
    }
    return _input("shown", label, shown, is_optional=is_optional)


def _option(hypothesis_id: str, claim: str) -> View:
    words = f"{hypothesis_id}: {without_citations(claim)}" if claim else hypothesis_id
    return {"text": _plain(shorten(words, _OPTION_CHARS)), "value": hypothesis_id}


def _radio(value: str, words: str, expected: str) -> View:
    made = {"text": _plain(words), "value": value}
    return {**made, "description": _plain(shorten(expected, _OPTION_CHARS))} if expected else made


def _expected(choice: Choice, words: str) -> str:
    return f"{choice.id}: {without_citations(words)}" if words else ""


def _input(block_id: str, label: str, element: View, *, is_optional: bool = False, hint: str = "") -> View:
    helped = {"hint": _plain(hint)} if hint else {}
    return {
        **helped,
        "type": "input",
        "block_id": block_id,
        "label": _plain(label),
        "element": element,
        "optional": is_optional,
    }


def _plain(words: str) -> View:
    return {"type": "plain_text", "text": words, "emoji": False}
