"""The form behind `That's wrong…`."""

from collections.abc import Mapping
from itertools import islice
from typing import Any

from bot.incident.wording import without_citations
from bot.slack.limits import shorten

View = dict[str, Any]

_OPTION_CHARS = 75
_REASON_CHARS = 1_000
_MOST_OPTIONS = 100


def wrong_modal(answer_id: str, claims: Mapping[str, str]) -> View:
    """Return the form that asks which hypothesis is wrong, and why.

    Args:
        answer_id: Kept in `private_metadata`.
        claims: Of those that can be refuted, by id, best first, at least one; an answer that was kept
            without its claims has empty ones.
    """
    options = [_option(*item) for item in islice(claims.items(), _MOST_OPTIONS)]
    which = {
        "type": "static_select",
        "action_id": "hypothesis",
        "options": options,
        "initial_option": options[0],
    }
    why = {
        "type": "plain_text_input",
        "action_id": "reason",
        "multiline": True,
        "min_length": 3,
        "max_length": _REASON_CHARS,
        "placeholder": _plain("What did you see that speaks against it?"),
    }
    return {
        "type": "modal",
        "callback_id": "refute",
        "private_metadata": answer_id,
        "title": _plain("That's wrong"),
        "submit": _plain("Refute"),
        "close": _plain("Cancel"),
        "blocks": [
            _input("which", "Which one?", which),
            _input("why", "Why? Your words go into the history, under your name.", why),
        ],
    }


def _option(hypothesis_id: str, claim: str) -> View:
    words = f"{hypothesis_id}: {without_citations(claim)}" if claim else hypothesis_id
    return {"text": _plain(shorten(words, _OPTION_CHARS)), "value": hypothesis_id}


def _input(block_id: str, label: str, element: View) -> View:
    return {
        "type": "input",
        "block_id": block_id,
        "label": _plain(label),
        "element": element,
        "optional": False,
    }


def _plain(words: str) -> View:
    return {"type": "plain_text", "text": words, "emoji": False}
