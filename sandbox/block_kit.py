"""Which blocks and elements Slack knows, and their limits.

Sources: docs.slack.dev/reference/block-kit and the limits that slack-sdk's own classes check. Where a newer
block is documented only in outline, further fields are let through.
"""

from sandbox.schema import Rule, anything, by_type, either, items, one_of, record, string

MOST_MESSAGE_BLOCKS = 50
MOST_VIEW_BLOCKS = 100

_ID = string(255)
_URL = string(3000)
_COMMON: dict[str, Rule] = {"type": anything, "block_id": string(255, least=0)}


def _plain(most: int) -> Rule:
    fields: dict[str, Rule] = {"type": one_of("plain_text"), "text": string(most)}
    return record(fields, {"emoji": anything})


def _text(most: int) -> Rule:
    fields: dict[str, Rule] = {"type": one_of("plain_text", "mrkdwn"), "text": string(most)}
    return record(fields, {"emoji": anything, "verbatim": anything})


_CONFIRM = record(
    {"title": _plain(100), "text": _text(300), "confirm": _plain(30), "deny": _plain(30)}, {"style": anything}
)
_OPTION = record({"text": _text(75), "value": string(150)}, {"description": _text(75), "url": _URL})
_OPTIONS = items(_OPTION, most=100)
_CHOICE = items(_OPTION, most=10)
_GROUPS = items(record({"label": _plain(75), "options": _OPTIONS}), most=100)


def _element(required: dict[str, Rule] | None = None, optional: dict[str, Rule] | None = None) -> Rule:
    always: dict[str, Rule] = {"type": anything, **(required or {})}
    common: dict[str, Rule] = {"action_id": _ID, "confirm": _CONFIRM, "focus_on_load": anything}
    return record(always, common | (optional or {}))


_PLACEHOLDER: dict[str, Rule] = {"placeholder": _plain(150)}
_SELECT: dict[str, Rule] = {**_PLACEHOLDER, "max_selected_items": anything}
_DATES = ("initial_date", "initial_time", "initial_date_time", "timezone")
_PICKER: dict[str, Rule] = dict.fromkeys(_DATES, anything)
_BUTTON = _element(
    {"text": _plain(75)},
    {
        "value": string(2000, least=0),
        "url": _URL,
        "style": one_of("primary", "danger"),
        "accessibility_label": string(75),
    },
)
_FEEDBACK_BUTTON = record({"text": _plain(75), "value": string(2000)}, {"accessibility_label": string(75)})
_TEXT_INPUT: dict[str, Rule] = {
    **_PLACEHOLDER,
    "initial_value": string(3000, least=0),
    "multiline": anything,
    "min_length": anything,
    "max_length": anything,
    "dispatch_action_config": anything,
}


def _select(kind: str, **fields: Rule) -> dict[str, Rule]:
    initial: dict[str, Rule] = {f"initial_{name}": anything for name in ("option", "options")}
    initial |= {f"initial_{kind}": anything, f"initial_{kind.removesuffix('s')}": anything}
    extra: dict[str, Rule] = dict.fromkeys(("filter", "response_url_enabled", "min_query_length"), anything)
    rule = _element({}, _SELECT | initial | extra | {"default_to_current_conversation": anything} | fields)
    return {f"{kind}_select": rule, f"multi_{kind}_select": rule}


_STATIC = _element(
    {},
    _SELECT
    | {"options": _OPTIONS, "option_groups": _GROUPS, "initial_option": _OPTION, "initial_options": _OPTIONS},
)

INTERACTIVE: dict[str, Rule] = {
    "button": _BUTTON,
    "static_select": _STATIC,
    "multi_static_select": _STATIC,
    "overflow": _element({"options": items(_OPTION, most=5)}),
    "radio_buttons": _element({"options": _CHOICE}, {"initial_option": _OPTION}),
    "checkboxes": _element({"options": _CHOICE}, {"initial_options": _CHOICE}),
    "datepicker": _element({}, _PLACEHOLDER | _PICKER),
    "timepicker": _element({}, _PLACEHOLDER | _PICKER),
    "datetimepicker": _element({}, _PICKER),
    **_select("users"),
    **_select("channels"),
    **_select("conversations"),
    **_select("external"),
}
"""Elements that a person can press or choose in."""

_INPUTS: dict[str, Rule] = {
    **{kind: rule for kind, rule in INTERACTIVE.items() if kind not in {"button", "overflow"}},
    "plain_text_input": _element({}, _TEXT_INPUT),
    "email_text_input": _element({}, _TEXT_INPUT),
    "url_text_input": _element({}, _TEXT_INPUT),
    "number_input": _element(
        {}, _TEXT_INPUT | {"is_decimal_allowed": anything, "max_value": anything, "min_value": anything}
    ),
    "rich_text_input": _element({}, _TEXT_INPUT),
    "file_input": _element({}, {"filetypes": anything, "max_files": anything}),
}

_IMAGE = record(
    {"type": anything, "alt_text": string(2000)},
    {"image_url": _URL, "slack_file": anything, "image_width": anything, "image_height": anything},
)
_CONTEXT_ELEMENTS = {
    "image": _IMAGE,
    "plain_text": record({"type": anything, "text": string(2000)}, {"emoji": anything}),
    "mrkdwn": record({"type": anything, "text": string(2000)}, {"verbatim": anything}),
}
_CONTEXT_ACTIONS = {
    "feedback_buttons": _element({"positive_button": _FEEDBACK_BUTTON, "negative_button": _FEEDBACK_BUTTON}),
    "icon_button": _element(
        {"icon": string(100), "text": _plain(75)},
        {"value": string(2000), "accessibility_label": string(75), "visible_to_user_ids": anything},
    ),
}

_STYLE: dict[str, Rule] = {"style": anything}
_RICH_INLINE = {
    "text": record({"type": anything, "text": string(10_000)}, _STYLE),
    "link": record(
        {"type": anything, "url": _URL}, {"text": string(10_000, least=0), "unsafe": anything} | _STYLE
    ),
    "emoji": record(
        {"type": anything, "name": string(255)}, {"unicode": anything, "skin_tone": anything} | _STYLE
    ),
    "user": record({"type": anything, "user_id": string(255)}, _STYLE),
    "usergroup": record({"type": anything, "usergroup_id": string(255)}, _STYLE),
    "channel": record({"type": anything, "channel_id": string(255)}, _STYLE),
    "team": record({"type": anything, "team_id": string(255)}, _STYLE),
    "broadcast": record({"type": anything, "range": one_of("here", "channel", "everyone")}, _STYLE),
    "color": record({"type": anything, "value": string(255)}, _STYLE),
    "date": record(
        {"type": anything, "timestamp": anything, "format": string(255)},
        {"url": _URL, "fallback": string(255)} | _STYLE,
    ),
}
_INLINE = items(by_type(_RICH_INLINE), most=10_000, least=0)
_SECTION_OF_TEXT = record({"type": anything, "elements": _INLINE})
_BORDERED: dict[str, Rule] = {"border": anything}
_RICH = {
    "rich_text_section": _SECTION_OF_TEXT,
    "rich_text_quote": record({"type": anything, "elements": _INLINE}, _BORDERED),
    "rich_text_preformatted": record(
        {"type": anything, "elements": _INLINE}, _BORDERED | {"language": anything}
    ),
    "rich_text_list": record(
        {
            "type": anything,
            "style": one_of("bullet", "ordered"),
            "elements": items(by_type({"rich_text_section": _SECTION_OF_TEXT}), most=1000),
        },
        _BORDERED | {"indent": anything, "offset": anything},
    ),
}
_RICH_TEXT = record({"type": anything, "elements": items(by_type(_RICH), most=1000)}, _COMMON)
_CELLS: dict[str, Rule] = {
    "raw_text": record({"type": anything, "text": string(10_000, least=0)}),
    "raw_number": record({"type": anything, "value": anything}, is_open=True),
    "rich_text": _RICH_TEXT,
}
_TASK = record({"task_id": string(255), "title": string(1000)}, is_open=True)

BLOCKS: dict[str, Rule] = {
    "section": either(
        record(
            {"type": anything, "text": _text(3000)},
            _COMMON
            | {
                "fields": items(_text(2000), most=10),
                "accessory": by_type(INTERACTIVE | {"image": _IMAGE}),
                "expand": anything,
            },
        ),
        record(
            {"type": anything, "fields": items(_text(2000), most=10)},
            _COMMON | {"accessory": by_type(INTERACTIVE | {"image": _IMAGE}), "expand": anything},
        ),
    ),
    "header": record({"text": _plain(150)}, _COMMON | {"level": anything}),
    "divider": record({}, _COMMON),
    "context": record({"elements": items(by_type(_CONTEXT_ELEMENTS), most=10)}, _COMMON),
    "actions": record({"elements": items(by_type(INTERACTIVE), most=25)}, _COMMON),
    "context_actions": record({"elements": items(by_type(_CONTEXT_ACTIONS), most=5)}, _COMMON),
    "image": record(
        {"alt_text": string(2000)},
        _COMMON | {"image_url": _URL, "slack_file": anything, "title": _plain(2000)},
    ),
    "rich_text": _RICH_TEXT,
    "markdown": record({"text": string(12_000)}, _COMMON),
    "table": record(
        {"rows": items(items(by_type(_CELLS), most=20), most=100)}, _COMMON | {"column_settings": anything}
    ),
    "data_table": record(
        {"caption": string(1000), "rows": items(items(by_type(_CELLS), most=20), most=101, least=2)},
        _COMMON,
        is_open=True,
    ),
    "data_visualization": record({"title": string(50), "chart": anything}, _COMMON, is_open=True),
    "task_card": record({"task_id": string(255), "title": string(1000)}, _COMMON, is_open=True),
    "plan": record(
        {"title": string(1000, least=0)}, _COMMON | {"tasks": items(_TASK, most=50, least=0)}, is_open=True
    ),
    "alert": record(
        {"text": anything},
        _COMMON | {"level": one_of("default", "info", "warning", "error", "success")},
    ),
    "card": record({}, _COMMON | {"actions": items(by_type(INTERACTIVE), most=3)}, is_open=True),
    "carousel": record({"elements": items(anything, most=10)}, _COMMON, is_open=True),
    "file": record({"external_id": string(255), "source": one_of("remote")}, _COMMON),
    "video": record({"title": anything, "video_url": _URL}, _COMMON, is_open=True),
    "input": record(
        {"label": _plain(2000), "element": by_type(_INPUTS)},
        _COMMON | {"hint": _plain(2000), "optional": anything, "dispatch_action": anything},
    ),
}
BLOCKS["container"] = record(
    {"child_blocks": items(by_type(BLOCKS), most=10)},
    _COMMON
    | {"title": anything, "subtitle": anything, "width": one_of("narrow", "standard", "wide", "full")},
    is_open=True,
)

VIEW = record(
    {"type": one_of("modal", "home"), "blocks": items(by_type(BLOCKS), most=MOST_VIEW_BLOCKS)},
    {
        "title": _plain(24),
        "submit": _plain(24),
        "close": _plain(24),
        "private_metadata": string(3000, least=0),
        "callback_id": string(255, least=0),
        "external_id": string(255, least=0),
        "clear_on_close": anything,
        "notify_on_close": anything,
        "submit_disabled": anything,
    },
)

MESSAGE_BLOCK = by_type(BLOCKS)
