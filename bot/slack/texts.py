"""The short things the bot says: a sentence, help, a status line."""

from decimal import Decimal

from bot.incident.wording import counted, one_line
from bot.routing.route import Route
from bot.slack.blocks import Line, actions, bold, button, code, context, numbered, rich, spans, text
from bot.slack.limits import Block, Blocks, shorten

_STATUS_CHARS = 100
_UNKNOWN_CHARS = 60
_FULL_CHARS = 160
WHY = "Noted. What was wrong with it? One press is enough; it helps whoever measures me."
_HELP = (
    ("@copilot why are uploads failing?", "rival explanations, each link with its messages"),
    ("@copilot escalate [question]", "the same from Opus"),
    ("/opus [question]", "the same, for the thread with the newest message"),
    ("/opus full [question]", "nothing folded: every message in full, with the price told first"),
    ("/copilot catchup [15m · 14:05 · exec · sme]", "what you missed, for you alone"),
    ("/copilot summary · timeline · actions", "how it stands, what happened, what is left to do"),
    ("/copilot handoff", "for whoever takes over, in the thread"),
    ("/copilot update [exec · customer]", "a draft to read, change and send yourself"),
    ("@copilot is it fixed?", "what shows that it is over, or what would"),
    ("@copilot board", "all explanations, how they stand, what moved them; edited in place"),
    ("@copilot suspect … · check H1 · result H1 yes · refute H2 because …", "kept under your name"),
    ("@copilot did anyone check …?", "what was ruled out, by whom, and what would reopen it"),
    ("/copilot postmortem", "a draft of the review, as a file"),
    ("/copilot cost", "what this incident and this month have cost, for you alone"),
    ("/copilot watch", "I follow this whole channel as one incident; `/copilot unwatch` ends it"),
    ("/copilot help", "this"),
)


def escaped(words: str) -> str:
    """Return words for a message's `text`, in which Slack would read mentions and links otherwise."""
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain(sentence: str, *, answer_id: str) -> Blocks:
    """Return one sentence of ours as a message; words between backticks become code."""
    return numbered([rich([spans(sentence)])], answer_id)


def help_blocks(*, answer_id: str, unknown: str = "", nearest: str = "") -> Blocks:
    """Return what the bot can be asked and what it never does; shown to the asker alone.

    Args:
        answer_id: By which it is found again.
        unknown: What was typed and not understood, redacted; told first.
        nearest: The verb of `/copilot` that was perhaps meant.
    """
    title: Line = [bold("I read this incident and say what may have caused it, citing the messages.")]
    ways: list[Line] = [[code(words), *spans(f"  {meaning}")] for words, meaning in _HELP]
    promise: Line = [
        text(
            "\nI only read. I cite every claim, ping nobody and run nothing in production: "
            "what would stop the impact is for a person to decide."
        )
    ]
    first = [_unknown(unknown, nearest)] if unknown else []
    return numbered([rich([*first, title, *ways, promise]), _buttons()], answer_id)


def _buttons() -> Block:
    """Return the five things asked for most."""
    return actions(
        [
            button("Catch me up", action_id="brief_catchup", value="catchup||"),
            button("Summary", action_id="brief_summary", value="summary||"),
            button("Timeline", action_id="brief_timeline", value="timeline||"),
            button("Board", action_id="board", value="|"),
            button("Hand off", action_id="brief_handoff", value="handoff||"),
        ]
    )


def _unknown(words: str, nearest: str) -> Line:
    told: Line = [text("I do not know "), code(shorten(one_line(words), _UNKNOWN_CHARS)), text(".")]
    return [*told, text(" Did you mean "), code(f"/copilot {nearest}"), text("?")] if nearest else told


def why_blocks(answer_id: str, *, asked_in: str) -> Blocks:
    """Return the question what was wrong with an answer, with the answers people give most.

    Args:
        answer_id: Of the answer.
        asked_in: Id of the request that found it not useful.
    """
    reasons = [
        button("Wrong fact", action_id="why_fact", value=f"bad:fact|{answer_id}"),
        button("Wrong inference", action_id="why_inference", value=f"bad:inference|{answer_id}"),
        button("Out of date", action_id="why_stale", value=f"bad:stale|{answer_id}"),
        button("Too long", action_id="why_long", value=f"bad:long|{answer_id}"),
        button("Not wanted here", action_id="why_unwanted", value=f"bad:unwanted|{answer_id}"),
    ]
    return numbered([rich([spans(WHY)]), actions(reasons)], asked_in)


def full_words(*, read: str, model_name: str, usd: Decimal | None) -> str:
    """Return what it takes to read everything in full, before it is paid for.

    Args:
        read: How much is read: `1,985 of 1,985 messages in full`.
        model_name: Who reads it.
        usd: What that costs about; None when the price is not known.
    """
    price = "at a price that is not known" if usd is None else f"for about ${usd:.2f}"
    return shorten(f"reading {read} with {model_name} {price}", _FULL_CHARS)


def note_blocks(words: str, *, answer_id: str, n: int) -> Blocks:
    """Return one small line of ours while an answer grows, block number `n` of it."""
    return numbered([context(words)], answer_id, start=n)


def status_words(
    *,
    messages: int = 0,
    route: Route | None = None,
    model_name: str = "",
) -> str:
    """Return the status line for how far an answer is: each step of the work adds one argument.

    `reading the thread`, then `reading 16 messages`, then `asking Opus 5.5: because of …`.
    """
    if route is not None:
        return shorten(f"asking {model_name or route.tier.title()}: {route.reason}", _STATUS_CHARS)
    return f"reading {counted(messages, 'message')}" if messages else "reading the thread"
