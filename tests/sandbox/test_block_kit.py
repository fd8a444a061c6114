from typing import Any

import pytest

from sandbox.errors import SlackError
from sandbox.limits import check_view, checked_blocks


def plain(text: str = "x") -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str = "x") -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text}


def rich(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(elements)}]}


def actions(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements)}


def button(**more: Any) -> dict[str, Any]:
    return {"type": "button", "text": plain(), **more}


def option(value: str = "a") -> dict[str, Any]:
    return {"text": plain(), "value": value}


FEEDBACK = {
    "type": "feedback_buttons",
    "action_id": "thumbs",
    "positive_button": {"text": plain(), "value": "good"},
    "negative_button": {"text": plain(), "value": "bad"},
}


def cell(text: str = "") -> dict[str, Any]:
    return {"type": "raw_text", "text": text}


@pytest.mark.parametrize(
    "block",
    [
        {"type": "section", "text": mrkdwn("x" * 3000)},
        {"type": "section", "fields": [mrkdwn("x" * 1000)] * 10},
        {"type": "section", "text": mrkdwn(), "accessory": button(value="x" * 2000)},
        {"type": "header", "text": plain("x" * 150)},
        {"type": "context", "elements": [mrkdwn()] * 10},
        {"type": "context_actions", "elements": [FEEDBACK]},
        rich(
            {"type": "text", "text": "x", "style": {"bold": True}},
            {"type": "link", "url": "https://x", "text": "x"},
        ),
        rich({"type": "user", "user_id": "U1"}, {"type": "emoji", "name": "eyes"}),
        {"type": "rich_text", "elements": [{"type": "rich_text_preformatted", "elements": []}]},
        {"type": "markdown", "text": "x" * 12_000},
        {"type": "table", "rows": [[cell("x"), cell()]] * 100},
        {"type": "data_visualization", "title": "x", "chart": {}},
        {"type": "container", "title": plain(), "child_blocks": [{"type": "divider"}]},
        {"type": "plan", "title": "x", "tasks": [{"task_id": "1", "title": "t", "status": "complete"}]},
        actions({"type": "static_select", "placeholder": plain(), "options": [option()]}),
        actions(
            {"type": "overflow", "options": [option()] * 5}, {"type": "datepicker"}, {"type": "users_select"}
        ),
    ],
)
def test_what_slack_takes_is_taken(block: dict[str, Any]):
    [named] = checked_blocks([block], new_id=lambda: "made")

    assert named["block_id"] == "made"


@pytest.mark.parametrize(
    ("block", "where"),
    [
        ({"type": "section", "text": mrkdwn("x" * 3001)}, "/blocks/0/text/text"),
        ({"type": "section", "text": mrkdwn("")}, "/blocks/0/text/text"),
        ({"type": "section"}, "/blocks/0"),
        ({"type": "section", "fields": [mrkdwn()] * 11}, "/blocks/0"),
        ({"type": "header", "text": mrkdwn()}, "/blocks/0/text/type"),
        ({"type": "header", "text": plain("x" * 151)}, "/blocks/0/text/text"),
        ({"type": "divider", "text": plain()}, "/blocks/0"),
        ({"type": "context", "elements": [mrkdwn()] * 11}, "/blocks/0/elements"),
        ({"type": "context", "elements": [button()]}, "/blocks/0/elements/0/type"),
        (actions(*[button()] * 26), "/blocks/0/elements"),
        (actions(button(text=plain("x" * 76))), "/blocks/0/elements/0/text/text"),
        (actions(button(value="x" * 2001)), "/blocks/0/elements/0/value"),
        (actions(button(style="loud")), "/blocks/0/elements/0/style"),
        (actions(button(text="x")), "/blocks/0/elements/0/text"),
        (actions(FEEDBACK), "/blocks/0/elements/0/type"),
        (actions(button(action_id="a"), button(action_id="a")), "/blocks/0/elements"),
        (rich({"type": "text", "text": ""}), "/blocks/0/elements/0/elements/0/text"),
        (rich({"type": "text", "text": 7}), "/blocks/0/elements/0/elements/0/text"),
        ({"type": "rich_text", "elements": "x"}, "/blocks/0/elements"),
        ({"type": "table", "rows": [[cell("x")]] * 101}, "/blocks/0/rows"),
        ({"type": "table", "rows": [[cell("x")] * 21]}, "/blocks/0/rows/0"),
        ({"type": "nonsense"}, "/blocks/0/type"),
        ("text", "/blocks/0/type"),
    ],
)
def test_what_slack_refuses_is_refused_with_its_place(block: Any, where: str):
    with pytest.raises(SlackError) as caught:
        checked_blocks([block], new_id=lambda: "made")

    assert caught.value.code == "invalid_blocks"
    assert any(f"[json-pointer:{where}]" in message for message in caught.value.messages)


def test_two_blocks_with_one_id_are_refused():
    with pytest.raises(SlackError, match="block_id already exists: a"):
        checked_blocks([{"type": "divider", "block_id": "a"}] * 2, new_id=lambda: "made")


def test_markdown_blocks_share_one_limit():
    with pytest.raises(SlackError, match="msg_blocks_too_long"):
        checked_blocks([{"type": "markdown", "text": "x" * 6001}] * 2, new_id=lambda: "made")


def test_what_goes_back_to_the_app_does_not_count_as_text():
    full = actions(*[button(value="x" * 2000, action_id=str(n)) for n in range(20)])

    assert checked_blocks([full], new_id=lambda: "made")


INPUT = {"type": "input", "label": plain(), "element": {"type": "plain_text_input"}}


def modal(**more: Any) -> dict[str, Any]:
    return {"type": "modal", "title": plain(), "submit": plain(), "blocks": [INPUT], **more}


@pytest.mark.parametrize(
    ("view", "problem"),
    [
        ("view", "must be an object"),
        (modal(title=plain("x" * 25)), "json-pointer:/view/title/text"),
        (modal(private_metadata="x" * 3001), "json-pointer:/view/private_metadata"),
        (modal(blocks=[{"type": "divider"}] * 101), "no more than 100 items"),
        (modal(blocks=[{"type": "divider", "block_id": "a"}] * 2), "block_id already exists"),
        (
            {name: value for name, value in modal().items() if name != "submit"},
            "missing required field: submit",
        ),
        (
            {name: value for name, value in modal().items() if name != "title"},
            "missing required field: title",
        ),
    ],
)
def test_a_modal_that_slack_refuses_is_refused(view: Any, problem: str):
    with pytest.raises(SlackError) as caught:
        check_view(view)

    assert problem in " ".join(caught.value.messages)


def test_a_modal_that_slack_takes_is_taken():
    assert check_view(modal()) == modal()
