"""Briefs as Slack's blocks: a title, one line for each matter, what was read, and where to go on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.incident.brief_parts import Entry
from bot.incident.briefs import Brief
from bot.incident.gist import brief as cut
from bot.incident.messages import Incident
from bot.incident.postmortem_values import Claim
from bot.incident.review_check import Finding
from bot.incident.updates import Draft
from bot.incident.wording import counted
from bot.slack.answer_values import Rendered
from bot.slack.blocks import (
    Line,
    actions,
    bold,
    button,
    cites,
    code,
    context,
    joined,
    numbered,
    rich,
    spans,
    text,
)
from bot.slack.limits import Blocks, check, shorten, visible_chars
from bot.slack.texts import escaped

WHOLE_CHARS = 2_600
NOTIFICATION_CHARS = 280
_CAPS = (180, 120, 80, 50)
MOST_DRAFT_CHARS = 1_500
"""A draft travels in its button, whose value Slack limits to 2,000 characters."""
_AGAIN: dict[str, Any] = {
    "catchup": {"action_id": "brief_catchup"},
    "summary": {"action_id": "brief_summary"},
    "timeline": {"action_id": "brief_timeline"},
    "actions": {"action_id": "brief_actions"},
    "handoff": {"action_id": "brief_handoff"},
    "fixed": {"action_id": "brief_fixed"},
}
"""Which button asks for which brief."""
_MOST_FINDINGS = 15
_WORDS_CHARS = 80
BY_CODE = "made by code from the messages, no model asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefView:
    """What is printed.

    Attributes:
        what: Its name as it is typed: `catchup`.
        args: What was typed after it.
        incident: Redacted; what is cited.
        as_of: The time of the newest message.
        is_whisper: One person alone sees it, until they reload.
    """

    brief: Brief
    what: str
    incident: Incident
    as_of: datetime
    args: str = ""
    is_whisper: bool = True


def brief_message(view: BriefView, *, answer_id: str = "brief") -> Rendered:
    """Return a brief as Slack's blocks and as the lock screen's words.

    Args:
        view: What it says.
        answer_id: Of the request that asked for it.

    Raises:
        LimitExceededError: Slack would refuse it.
    """
    *longer, shortest = (_blocks(view, cap) for cap in _CAPS)
    made = next((blocks for blocks in longer if visible_chars(blocks) <= WHOLE_CHARS), shortest)
    blocks = numbered(made, answer_id)
    first = view.brief.entries[0]
    words = f"{view.brief.title}. {first.label}: {'; '.join(claim.text for claim in first.claims)}"
    told = escaped(shorten(words, NOTIFICATION_CHARS))
    check(blocks, told)
    return Rendered(blocks=blocks, text=told)


def draft_message(draft: Draft, incident: Incident, *, answer_id: str, title: str) -> Rendered:
    """Return that a draft is ready, with the button that opens it and what it was made from."""
    sources = [text(" Made from"), *cites(draft.cites, incident, most=6)] if draft.cites else []
    asked: list[Line] = [[text(f"Only you can say: {words}")] for words in draft.missing]
    title_line: Line = [bold(f"{title} is ready"), text(". Nobody has seen it."), *sources]
    kept = shorten(draft.text, MOST_DRAFT_CHARS)
    opens = button("Open the draft", action_id="open_draft", value=kept, is_primary=True)
    blocks = numbered([rich([title_line, *asked]), actions([opens])], answer_id)
    words = f"{title} is ready"
    check(blocks, words)
    return Rendered(blocks=blocks, text=words)


def check_message(
    found: Sequence[Finding], incident: Incident, *, answer_id: str, note: str = ""
) -> Rendered:
    """Return what to look at in a draft of the review.

    Args:
        found: Each remark, in the draft's order.
        incident: Redacted; what is cited.
        answer_id: Of the request.
        note: What of the draft was not read; may be empty.
    """
    words = (
        f"{counted(len(found), 'thing')} to look at in the draft" if found else "Nothing to mend was found"
    )
    title: Line = [bold(words), text(f" · {note}" if note else "")]
    told = [_finding(one, incident) for one in found[:_MOST_FINDINGS]]
    more = len(found) - len(told)
    rest: list[Line] = [[text(f"{more} more: mend these and ask again")]] if more > 0 else []
    closing = context("Checked by code against the messages; what it means, people decide")
    blocks = numbered([rich([title, *told, *rest]), closing], answer_id)
    check(blocks, words)
    return Rendered(blocks=blocks, text=words)


def _finding(one: Finding, incident: Incident) -> Line:
    place = [text(f"line {one.line} ")] if one.line else []
    named = [code(shorten(one.words, _WORDS_CHARS)), text(" ")] if one.words else []
    return [*place, bold(one.kind.value), text(" "), *named, *spans(one.remedy), *cites(one.cites, incident)]


def declined_message(*, answer_id: str, asked: str, send: str, standing: str) -> Rendered:
    """Return that nothing is run here, with a text that a person may send to whoever can.

    Args:
        answer_id: Of the request.
        asked: What was wanted, redacted.
        send: The text.
        standing: How the explanation stands that it would act on; may be empty.
    """
    lines: list[Line] = [
        [bold("I run nothing: I only read."), text(" A person decides. To whoever can, you could send:")],
        [code(shorten(send, MOST_DRAFT_CHARS))],
    ]
    if standing:
        lines.append(spans(standing))
    words = f"I run nothing: {shorten(asked, NOTIFICATION_CHARS // 2)}"
    blocks = numbered([rich(lines)], answer_id)
    check(blocks, words)
    return Rendered(blocks=blocks, text=escaped(words))


def _blocks(view: BriefView, cap: int) -> Blocks:
    read = counted(len(view.incident.messages), "message")
    gone = f", {view.incident.deleted} deleted" if view.incident.deleted else ""
    title: Line = [bold(view.brief.title), text(f" · as of {view.as_of:%H:%M} UTC · {read} read{gone}")]
    lines = [title, *(_line(entry, view.incident, cap) for entry in view.brief.entries)]
    return [rich(lines), actions(_buttons(view)), context(f"{BY_CODE} · check before you act")]


def _line(entry: Entry, incident: Incident, cap: int) -> Line:
    label = [bold(entry.label), text(" ")] if entry.label else []
    claims = [_claim(claim, incident, cap) for claim in entry.claims]
    more = [text(f" · {entry.more} more")] if entry.more else []
    return [*label, *joined(claims), *more]


def _claim(claim: Claim, incident: Incident, cap: int) -> Line:
    return [*spans(cut(claim.text, limit=cap)), *cites(claim.cites, incident)]


def _buttons(view: BriefView) -> Blocks:
    again = [button("Send to my DMs", **_AGAIN[view.what], value=f"{view.what}|dm|{view.args}")]
    return [*(again if view.is_whisper else []), button("Board", action_id="board", value="|")]
