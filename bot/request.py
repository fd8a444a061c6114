"""One accepted piece of work, parsed at the door: no payload of Slack goes further than this."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class RequestKind(StrEnum):
    """What a person asked for."""

    ANSWER = "answer"
    """A question, by mention or direct message."""
    ESCALATE = "escalate"
    """The same, forced to Opus: `/opus`, the button, or a mention that begins with `escalate`."""
    DEESCALATE = "deescalate"
    """The same, forced to Sonnet, by the button."""
    CONSENT = "consent"
    """The same from Opus, whose cost a person has agreed to; `subject` is the id of what was asked."""
    DECLINE = "decline"
    """The same from Sonnet, since a person does not want to pay for Opus; `subject` as for `CONSENT`."""
    KEEP_GOING = "keep_going"
    """The same from the same model, whose time was up; `subject` is the id of the answer so far."""
    POSTMORTEM = "postmortem"
    """A draft of the review, as a Markdown file."""
    HELP = "help"
    """Short help for the asker alone; `text` is what was not understood, `subject` the verb near to it."""
    EVIDENCE = "evidence"
    """The quotes behind an answer, shown to the asker alone; `subject` is the answer's id."""
    REFUTE = "refute"
    """A person says a hypothesis is wrong; `subject` is `answer id|hypothesis id`, `text` the reason.

    Where no answer is at hand (a command, a mention, the board) the part before `|` is empty: then the
    hypothesis is one of the incident of the thread or channel. So with all acts on hypotheses.
    """
    SUSPECT = "suspect"
    """A person suspects something; `text` is what."""
    CHECK = "check"
    """A person looks at a hypothesis now; `subject` is `answer id|hypothesis id`."""
    RESULT = "result"
    """A person says what a check showed; `subject` is `answer id|hypothesis id|yes`, `…|no` or `…|unclear`
    (what a true hypothesis would show was seen, was not, or neither); `text` is what was seen."""
    CONFIRM = "confirm"
    """A person says a hypothesis is what happened; `subject` is `answer id|hypothesis id`, `text` why."""
    REOPEN = "reopen"
    """A person brings back what was out of the race; `subject` is `answer id|hypothesis id`, `text` why."""
    BOARD = "board"
    """The board of the incident, in one message that is edited in place from then on."""
    BRIEF = "brief"
    """How the incident stands; `subject` is `what` or `what|dm`, with what one of catchup, summary, timeline,
    actions, handoff, fixed, update, check, declined or note; `text` is what was typed after it."""
    RULED_OUT = "ruled_out"
    """What was ruled out, by whom and what would bring it back, told to the asker alone; `text` may name
    what to look for."""
    FEEDBACK = "feedback"
    """Thumbs on an answer; `subject` is the answer's id, `text` is `good`, `bad` or `bad:why`."""
    COST = "cost"
    """What the models have cost, told to the asker alone."""
    STOP = "stop"
    """A person stopped answers under way; `subject` is their messages' `ts`, comma-separated."""
    WATCH = "watch"
    """A member lets the copilot follow this channel."""
    UNWATCH = "unwatch"
    """A member takes that back; what was logged of the channel is removed."""
    FOLLOW = "follow"
    """Nobody asked: something was said in a channel not known yet; find out whether to log it."""
    RECHECK = "recheck"
    """Nobody asked: a logged message was edited or deleted; `subject` is its `ts`, `text` says which."""
    SHADOW = "shadow"
    """Nobody asked: with `SHADOW=on`, what would be said of a followed channel as of now."""
    REVIEW = "review"
    """Nobody asked: something was said in an incident that has a board; the rules look at it again."""


SILENT_KINDS = frozenset({RequestKind.FOLLOW, RequestKind.RECHECK, RequestKind.SHADOW, RequestKind.REVIEW})
"""Kinds that nobody asked for: they have no asker, and whatever becomes of them, nobody is told."""

QUICK_KINDS = frozenset(
    {
        RequestKind.HELP,
        RequestKind.EVIDENCE,
        RequestKind.REFUTE,
        RequestKind.SUSPECT,
        RequestKind.CHECK,
        RequestKind.RESULT,
        RequestKind.CONFIRM,
        RequestKind.REOPEN,
        RequestKind.BOARD,
        RequestKind.BRIEF,
        RequestKind.RULED_OUT,
        RequestKind.REVIEW,
        RequestKind.FEEDBACK,
        RequestKind.COST,
        RequestKind.STOP,
        RequestKind.WATCH,
        RequestKind.UNWATCH,
        RequestKind.RECHECK,
    }
)
"""Kinds that use no model and so never wait behind one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One accepted piece of work.

    Attributes:
        id: Stable over redeliveries: made from what Slack identifies, never from a clock or chance.
        team_id: The workspace.
        channel_id: Where it was asked.
        thread_ts: The thread it was asked in; None at the top level of a channel.
        asker_id: Who asked; empty for `SILENT_KINDS`.
        text: The question with the bot's own mention removed, in Slack's escaping; may be empty.
        message_ts: The message that asked; None for commands and buttons.
        received_at: When we accepted it, by our clock; aware, UTC.
        subject: What the kind says it is; else empty.
        is_direct: Asked in a direct message to the bot.
        pressed_ts: By Slack's clock, when the button was pressed that opened a form, or when what is to be
            rechecked happened; else empty.
        is_full: Every message is to be read in full, whatever that costs.
        is_unreadable: What was typed was sealed with another secret and cannot be read any more; only whoever
            asked can say it again.
    """

    id: str
    kind: RequestKind
    team_id: str
    channel_id: str
    asker_id: str
    text: str
    received_at: datetime
    thread_ts: str | None = None
    message_ts: str | None = None
    subject: str = ""
    is_direct: bool = False
    pressed_ts: str = ""
    is_full: bool = False
    is_unreadable: bool = False

    @property
    def lane(self) -> str:
        """The queue's lane: one asker in one thread, look-ups apart from model work."""
        speed = "quick" if self.kind in QUICK_KINDS else "model"
        return f"{self.channel_id}:{self.thread_ts or self.message_ts or 'channel'}:{self.asker_id}:{speed}"
