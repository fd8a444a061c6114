"""What the copilot of these tests posts: an answer in the product's shape, for the stand-in."""

import re
from typing import Any

from tests.page.standin import StandIn

_PARTS = re.compile(r"\*([^*]+)\*|_([^_]+)_|`([^`]+)`|\[(\d+)\]")

FACTS = (
    "Writes fail since 21:38 [6] [8] · log 22:12 `403 InvalidAccessKeyId` [13]",
    "Changed before: 20:37 old key pair removed [3] · 20:19 secrets + deploy [2] · 14:00 release [11]",
    "Ruled out: storage nodes 21:58 [10] · 14:00 release 22:10 [12]",
)
TOP = (
    "*Likely, not proven:* production still uses the old key pair, removed 20:37 [3].",
    "*Not shown:* that the 20:19 deploy reached production. The commands name no environment [2].",
    "",
    "*Check next* · 1 min · read-only",
    "When did the *production* gateway's storage secret last change?",
    "before 20:19 → H1    ·    at 20:19 → H2",
    "*Would stop it under H1 and H2:* the new pair [1] on production. A person decides.",
    "",
    "*Ruled out* storage nodes 21:58 [10] · 14:00 release 22:10 [12]",
)
FIRST = (
    "*H1* · likely · 3 of 4 links shown",
    "○ 20:19 deploy without environment [2] → production keeps the old pair · _inferred_",
    "● 20:37 old pair removed [3] → stops working late, cache in front [16] · _said by Cho_",
    "● storage does not know the key → `403 InvalidAccessKeyId` [13] · _log, one line, FRA_",
    "● requests refused → all writes, a third of reads fail [8] · _said by Ben_",
    "Against: 61 min from removal to first warning [15]; answered by [16], not measured",
    "Refuted if: production's key id is the new pair's",
)
SECOND = (
    "*H2* · less likely · 1 of 2 links shown",
    "○ production has the new pair, storage does not accept it · _inferred_",
    "● key refused → `403 InvalidAccessKeyId` [13] · _log_",
    "Refuted if: production's secret is older than 20:19",
)
COMPUTED = ("Computed: not a policy denial. `InvalidAccessKeyId` means the key is unknown.",)
FOOT = (
    "Opus 5.5 high · because of InvalidAccessKeyId [13], keys rotated [15]",
    "As of 22:26 UTC · 21 s · $0.13 · read 15 of 16 messages (1 deleted) · AI: check before you act",
)


def rich(stand: StandIn, *lines: str) -> dict[str, Any]:
    """Make one rich_text block of lines in a small markup: *bold*, _italic_, `code`, [number]."""
    elements: list[dict[str, Any]] = []
    for at, line in enumerate(lines):
        elements += _elements(stand, line if at == 0 else f"\n{line}")
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}


def _elements(stand: StandIn, line: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    end = 0
    for match in _PARTS.finditer(line):
        if match.start() > end:
            found.append({"type": "text", "text": line[end : match.start()]})
        found.append(_element(stand, match))
        end = match.end()
    return [*found, {"type": "text", "text": line[end:]}] if line[end:] else found


def _element(stand: StandIn, match: re.Match[str]) -> dict[str, Any]:
    bold, italic, code, number = match.groups()
    if number:
        return {"type": "link", "url": stand.permalink(int(number)), "text": f"[{number}]"}
    style = {"bold": True} if bold else {"italic": True} if italic else {"code": True}
    return {"type": "text", "text": bold or italic or code, "style": style}


def button(text: str, action: str) -> dict[str, Any]:
    """Make a button whose value is its action's name."""
    return {
        "type": "button",
        "action_id": action,
        "text": {"type": "plain_text", "text": text},
        "value": f"v-{action}",
    }


def facts(stand: StandIn) -> list[dict[str, Any]]:
    """The first text of an answer: from code alone."""
    return [rich(stand, *FACTS, "_Diagnosis follows._")]


def answer(stand: StandIn) -> list[dict[str, Any]]:
    """A finished answer."""
    thumbs = {
        "type": "feedback_buttons",
        "action_id": "feedback",
        "positive_button": {"text": {"type": "plain_text", "text": "Helpful"}, "value": "good"},
        "negative_button": {"text": {"type": "plain_text", "text": "Not helpful"}, "value": "bad"},
    }
    buttons = [
        button("I'll check", "take"),
        button("Evidence", "evidence"),
        button("That's wrong…", "refute"),
        button("Use Sonnet", "deescalate"),
    ]
    return [
        rich(stand, *TOP),
        {"type": "divider"},
        rich(stand, *FIRST),
        rich(stand, *SECOND),
        rich(stand, *COMPUTED),
        {"type": "actions", "block_id": "buttons", "elements": buttons},
        {"type": "context_actions", "block_id": "thumbs", "elements": [thumbs]},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": _linked(stand, line)} for line in FOOT]},
    ]


def _linked(stand: StandIn, line: str) -> str:
    return re.sub(r"\[(\d+)\]", lambda match: f"<{stand.permalink(int(match[1]))}|[{match[1]}]>", line)


def run(stand: StandIn, request: str = "r1") -> list[dict[str, Any]]:
    """The log of one answered request, as it reaches the page."""
    matched = [{"words": "InvalidAccessKeyId", "source": "m13"}, {"words": "rotated keys", "source": "m15"}]
    events: list[dict[str, Any]] = [
        {"event": "request.signed", "ms": 1.2},
        {"event": "request.accepted", "ms": 6},
        {"event": "request.acked", "ms": 7},
        {"event": "request.started", "ms": 11, "wait_ms": 4},
        {"event": "incident.read", "messages": 15, "deleted": 1, "ms": 31},
        {"event": "incident.redacted", "found": 0, "ms": 38},
        {"event": "facts.shown", "ms": 64},
        {
            "event": "question.routed",
            "tier": "opus",
            "domain": "aws_s3",
            "model": "claude-opus-5-5",
            "reason": "because of InvalidAccessKeyId",
            "matched": matched,
            "score": 0.91,
            "ms": 70,
        },
        {"event": "hypothesis.verified", "hypothesis": "H1", "shown": 3, "links": 4, "ms": 9200},
        {"event": "hypothesis.dropped", "reason": "quote not found", "ms": 9400},
        {"event": "answer.verified", "kept": 2, "dropped": 1, "ms": 12100},
        {"event": "answer.posted", "ts": "1", "edits": 3, "ms": 12180},
        {"event": "answer.completed", "seconds": 12.2, "cost_usd": 0.13, "analyst": "claude"},
    ]
    return [{"type": "run", "request": request, **event} for event in events]
