"""The end of an answer: its buttons, who answered and why, what it cost, what it read and could not see."""

from bot.incident.messages import Incident
from bot.incident.next_check import best_check
from bot.incident.verification import unread
from bot.incident.wording import clock, counted
from bot.routing.route import Tier
from bot.slack.answer_values import Answer
from bot.slack.blocks import Line, actions, button, cites, context, feedback
from bot.slack.limits import UNCUT, Block, Blocks, shorten
from bot.slack.money import bill_words, over_words

_MOST_UNSEEN = 3
_UNSEEN_CAP = 60
_TENTHS_BELOW_SECONDS = 10


def footer_blocks(answer: Answer, *, cap: int = UNCUT) -> Blocks:
    """Return the buttons, the thumbs and two grey lines."""
    return [
        actions(_buttons(answer)),
        feedback(answer.id),
        context(model_words(answer), _deciding(answer)),
        context(coverage_words(answer, cap=cap)),
    ]


def model_words(answer: Answer) -> str:
    """Return who answered and why: `Opus 5.5 high · because of InvalidAccessKeyId`."""
    route, risen = answer.route, answer.risen
    name = answer.model_name or route.tier.title()
    if not (answer.has_model or answer.is_set_up):
        return "No model is set up: these are rules"
    if not answer.has_model:
        going = risen or route
        return f"No model · the question would go to {risen.tier.title() if risen else name}: {going.reason}"
    if risen is not None:
        return f"{name} {route.effort} · by now it would go to {risen.tier.title()}, {risen.reason}"
    noted = f" · {answer.note}" if answer.note else ""
    return f"{name} {route.effort} · {route.reason}{noted}"


def coverage_words(answer: Answer, *, cap: int = UNCUT) -> str:
    """Return when, how long, how much, what was read and what was not seen.

    What was not seen is named whole where nothing is cut; else the first of it, each in `cap` characters.
    """
    parts = [
        f"As of {clock(answer.as_of, as_of=answer.answered_at or answer.as_of)} UTC",
        _seconds(answer.seconds),
        bill_words(answer.bill, has_model=answer.has_model),
        over_words(answer.bill),
        _read(answer),
        _folded(answer),
        _unsearched(answer),
        _thread_only(answer),
        "could not be compared with Slack's history just now" if answer.incident.is_unchecked else "",
        _dropped(answer),
        _unseen(answer, cap),
        "AI: check before you act" if answer.has_model else "by rules: check before you act",
    ]
    return " · ".join(filter(None, parts))


def _deciding(answer: Answer) -> Line:
    """Return where the words stand that decided the route; none when a person did."""
    if answer.route.is_forced:
        return []
    deciding = answer.risen or answer.route
    sources = dict.fromkeys(match.source for match in deciding.matched)
    spoken = [source for source in sources if source in answer.incident.by_id]
    return [span for span in cites(spoken[:2], answer.incident) if span["text"].strip()]


def _buttons(answer: Answer) -> list[Block]:
    wrong = button("That's wrong…", action_id="wrong", value=answer.id)
    is_over = answer.facts.recovery is not None or not answer.live
    return [
        *_asking_again(answer),
        *_checking(answer),
        button("Evidence", action_id="evidence", value=answer.id),
        *([wrong] if answer.live else []),
        *([_other_tier(answer)] if answer.is_set_up else []),
        *([button("Postmortem", action_id="postmortem", value=answer.id)] if is_over else []),
    ]


def _checking(answer: Answer) -> list[Block]:
    """Return what takes the best check and tells its result; while it lasts, and there is one."""
    check = best_check(answer.live)
    owner = next((h for h in answer.live if check is not None and h.next_check is check), None)
    if owner is None or answer.facts.recovery is not None:
        return []
    value = f"{answer.id}|{owner.id}"
    return [
        button("I'll check", action_id="take_check", value=value),
        button("Result…", action_id="result", value=value),
    ]


def _asking_again(answer: Answer) -> list[Block]:
    """Return what has the model go on, or tried again, where it did not come to an end."""
    if answer.can_go_on:
        return [button("Keep going", action_id="keep_going", value=answer.id, is_primary=True)]
    if answer.has_model or not answer.is_set_up:
        return []
    return [button("Try the model again", action_id="retry_model", value=answer.id, is_primary=True)]


def _other_tier(answer: Answer) -> Block:
    if answer.route.tier is Tier.OPUS:
        return button("Use Sonnet", action_id="deescalate", value=answer.id)
    is_primary = answer.risen is not None and answer.has_model
    return button("Ask Opus", action_id="escalate", value=answer.id, is_primary=is_primary)


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < _TENTHS_BELOW_SECONDS else f"{seconds:.0f} s"


def _read(answer: Answer) -> str:
    incident = answer.incident
    read = len(incident.messages)
    total = read + incident.deleted + incident.omitted
    missing = [f"{incident.deleted} deleted"] if incident.deleted else []
    missing += [f"{incident.omitted} not read yet"] if incident.omitted else []
    of_all = f"{total:,} {'message' if total == 1 else 'messages'}"
    words = f"read {read:,} of {of_all}" + (f" ({', '.join(missing)})" if missing else "")
    return ", ".join([words, *_in_part(incident)])


def _folded(answer: Answer) -> str:
    """Say how a long incident was read: code reads every word, a model notes of older messages."""
    reading = answer.reading
    if reading is None or not reading.digest.chunks:
        return "every message in full, as asked" if answer.is_full and answer.has_model else ""
    if not answer.has_model:
        return "all read in full by code"
    folded, kept = len(reading.digest.ids), len(reading.kept)
    return (
        f"{kept:,} read word for word, {folded:,} older as {reading.folded_words}, all citable · "
        "/opus full reads everything"
    )


def _unsearched(answer: Answer) -> str:
    chars = answer.facts.unread_chars
    return f"{chars:,} characters in the middle of long messages not searched for facts" if chars else ""


def _in_part(incident: Incident) -> list[str]:
    """Say what stands there and was read in part or not at all, with why."""
    counts = (
        (incident.shortened, "message", " shortened"),
        (incident.partial_files, "file", ": first lines only"),
        (incident.binary_files, "file", " not read (binary)"),
        (incident.unread_files, "file", " not read (no preview)"),
    )
    return [f"{counted(count, what)}{fate}" for count, what, fate in counts if count]


def _thread_only(answer: Answer) -> str:
    """Say how much of a private channel was read, and how to let more of it be read."""
    if not answer.incident.is_thread_only:
        return ""
    return "private channel: read this thread only, /copilot watch lets me read the channel"


def _dropped(answer: Answer) -> str:
    """Say how much the analyst said that code did not let through, and of which kinds."""
    if not answer.dropped:
        return ""
    kinds = f" ({answer.left_out})" if answer.left_out else ""
    return f"{counted(answer.dropped, 'statement')} without a source left out{kinds}"


def _unseen(answer: Answer, cap: int) -> str:
    ours = (words for hypothesis in answer.live for words in hypothesis.unseen)
    counted_already = set(unread(answer.incident))
    named = [words for words in dict.fromkeys((*answer.unseen, *ours)) if words not in counted_already]
    unseen = [shorten(words, max(cap, _UNSEEN_CAP)) for words in named]
    most = _MOST_UNSEEN if cap < UNCUT else len(unseen)
    more = len(unseen) - most
    first = ", ".join(unseen[:most])
    return f"not seen: {first}{f' and {more} more' if more > 0 else ''}" if unseen else ""
