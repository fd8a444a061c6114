"""Claude tells folded messages better than code; code checks that nothing is lost and nothing made up."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import structlog

from bot.adapters.claude_pack import message_pages, opening
from bot.adapters.claude_request import parameters
from bot.adapters.claude_trouble import ModelFailedError, TroubleError
from bot.adapters.claude_usage import Ledger
from bot.adapters.claude_wire import WireNote
from bot.incident.case import Case
from bot.incident.check import completed, missing
from bot.incident.digest import Chunk, Digest, Folder, Note
from bot.incident.marks import marks_of
from bot.incident.messages import Message
from bot.incident.pages import page_tokens
from bot.incident.shown import message_tokens
from bot.incident.wording import one_line
from bot.models.catalogue import Catalogue, Model, Phase
from bot.safety.hidden import strip_hidden
from prompts import load

if TYPE_CHECKING:
    from bot.adapters.claude_stream import ClaudeClient

log = structlog.get_logger()

ClientFor = Callable[[str], AbstractAsyncContextManager["ClaudeClient"]]

EFFORT = "low"
NOTES_TOKENS = 6_000
"""Most tokens of the notes, thinking included."""
READ_TOKENS = 24_000
"""Most tokens of folded messages that are read again for them; of older ones the notes of code stand."""
MOST_NOTES = 80
NOTE_CHARS = 240
GROWTH = 1.1
"""The page may grow by so much, since a summary stands beside the words that it rests on."""


async def fold(
    case: Case, client_for: ClientFor, ledger: Ledger, *, catalogue: Catalogue, model: Model
) -> Chunk:
    """Return the newest chunk of a case's digest with Claude's notes, completed by code.

    Args:
        case: With a reading that has folded messages.
        client_for: Gives the client for one request to a model.
        ledger: Takes down what that used.
        catalogue: Knows the prices.
        model: Whom to ask.

    Raises:
        ModelFailedError: There is no better chunk.
    """
    chunk = _newest(case)
    read = messages_to_read(chunk, case)
    if not read:
        raise ModelFailedError(reason="there is nothing but repetition to tell", usage=None)
    try:
        async with client_for(model.id) as client:
            wire = await client.tell(request(case, read, model), ledger)
    except TroubleError as trouble:
        usage = ledger.usage(catalogue)
        raise ModelFailedError(reason=trouble.reason, usage=usage) from trouble
    return better(chunk, wire.notes, read, case, ledger=ledger, catalogue=catalogue)


def request(case: Case, read: Sequence[Message], model: Model) -> dict[str, Any]:
    """Return the request for notes: the answer's own beginning, then the folded messages, then the order.

    Where a model can change its effort within a conversation, it keeps the answer's, so that what the answer
    read comes out of the prompt cache.
    """
    turns = [*opening(_reading_digest(case)), *message_pages(read, case, is_cached=False)]
    turns.append({"role": "assistant", "content": [{"type": "text", "text": "I have read them."}]})
    order = {"role": "user", "content": [{"type": "text", "text": load("fold").text}]}
    if not model.per_message_effort:
        return _parameters(model, model.fit_effort(EFFORT), [*turns, order])
    is_same = case.route.model == model.id
    effort = model.fit_effort(case.route.effort) if is_same else model.effort_by_phase[Phase.DIAGNOSE]
    lower = {"role": "system", "content": [], "output_config": {"effort": model.fit_effort(EFFORT)}}
    return _parameters(model, effort, [*turns, lower, order])


def messages_to_read(chunk: Chunk, case: Case) -> tuple[Message, ...]:
    """Return the folded messages that Claude reads again: no repetition, and of the rest the newest."""
    repeated = {one for pattern in chunk.patterns for one in pattern.ids}
    found: list[Message] = []
    room = READ_TOKENS
    for message_id in reversed(chunk.ids):
        message = case.incident.by_id.get(message_id)
        if message is None or message_id in repeated:
            continue
        room -= message_tokens(message, is_whole=case.is_full)
        if room < 0:
            break
        found.append(message)
    return tuple(reversed(found))


def better(
    chunk: Chunk,
    notes: Sequence[WireNote],
    read: Sequence[Message],
    case: Case,
    *,
    ledger: Ledger,
    catalogue: Catalogue,
) -> Chunk:
    """Return a chunk with a model's notes in place of those of code, as far as they hold; code adds the rest.

    Raises:
        ModelFailedError: Nothing of them holds, or with what had to be added they need much more room.
    """
    by_id = {message.id: message for message in read}
    own = [note for wire in notes[:MOST_NOTES] if (note := checked(wire, by_id)) is not None]
    others = [note for note in chunk.notes if not by_id.keys() >= set(note.cites)]
    told = sorted((*own, *others), key=lambda note: note.at)
    folded = [case.incident.by_id[one] for one in chunk.ids if one in case.incident.by_id]
    bare = replace(chunk, notes=tuple(told), carried=(), by=Folder.CLAUDE)
    whole = completed(bare, folded, case.facts)
    log.info(
        "notes.checked",
        noted=len(notes),
        held=len(own),
        added=len(whole.notes) - len(told),
        tokens=page_tokens(whole),
        tokens_before=page_tokens(chunk),
    )
    is_lossy = bool(missing(whole, folded, case.facts))
    if not own or is_lossy or page_tokens(whole) > GROWTH * page_tokens(chunk):
        raise ModelFailedError(reason="the notes are no better", usage=ledger.usage(catalogue))
    return whole


def checked(wire: WireNote, by_id: Mapping[str, Message]) -> Note | None:
    """Return one note of a model if all of it is real, else None.

    It cites messages that were read, and quotes the exact words of one of them; every identifier and figure
    in it stands in a message that it cites.
    """
    cites = tuple(dict.fromkeys(one.strip() for one in wire.cites))
    if not cites or not by_id.keys() >= set(cites):
        return None
    source = next((one for one in cites if wire.quote and wire.quote in by_id[one].text), None)
    text = one_line(strip_hidden(wire.text))[:NOTE_CHARS].strip()
    said = "\n".join(by_id[one].text for one in cites)
    if source is None or not text or not all(mark in said for mark in marks_of(text)):
        return None
    message = by_id[source]
    return Note(
        kind=wire.kind,
        at=message.at,
        text=text,
        cites=(source, *(one for one in cites if one != source)),
        quote=wire.quote[:NOTE_CHARS],
        who=message.author.name,
    )


def _newest(case: Case) -> Chunk:
    chunks = _reading_digest(case).chunks
    if not chunks:
        raise ModelFailedError(reason="nothing is folded", usage=None)
    return chunks[-1]


def _reading_digest(case: Case) -> Digest:
    return case.reading.digest if case.reading else Digest()


def _parameters(model: Model, effort: str, turns: list[dict[str, Any]]) -> dict[str, Any]:
    return parameters(model_id=model.id, model=model, effort=effort, turns=turns, most_tokens=NOTES_TOKENS)
