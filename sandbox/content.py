"""What a call wants to be shown: its text, blocks, attachments and metadata, checked."""

from collections.abc import Callable

from sandbox.args import Args
from sandbox.channel import Json
from sandbox.errors import SlackError
from sandbox.limits import check_markdown, check_text, check_total, checked_blocks

MOST_ATTACHMENTS = 100
MOST_METADATA_CHARS = 16_000


def read_content(args: Args, *, new_id: Callable[[], str]) -> Json:
    """Return the message fields that a call gave: of `text`, `blocks`, `attachments`, `metadata`.

    Raises:
        SlackError: `no_text` when there is nothing to show, or the name of a limit.
    """
    if args.has("markdown_text"):
        return _markdown(args, new_id=new_id) | read_metadata(args)
    fields: Json = {}
    if args.has("text"):
        fields["text"] = args.text("text")
        check_text(fields["text"])
    if args.has("blocks"):
        fields["blocks"] = checked_blocks(args.json("blocks", error="invalid_blocks_format"), new_id=new_id)
    if args.has("attachments"):
        fields["attachments"] = _attachments(args, new_id=new_id)
    if not any(fields.values()):
        raise SlackError("no_text")
    return fields | read_metadata(args)


def read_metadata(args: Args) -> Json:
    """Return `{"metadata": …}`, or nothing when the call has none.

    Raises:
        SlackError: `invalid_metadata_format` or `metadata_too_large`.
    """
    if not args.has("metadata"):
        return {}
    metadata = args.json("metadata", error="invalid_metadata_format")
    if not isinstance(metadata, dict) or not isinstance(metadata.get("event_type", ""), str):
        raise SlackError("invalid_metadata_format")
    if metadata and not isinstance(metadata.get("event_payload"), dict):
        raise SlackError("invalid_metadata_format")
    if len(str(metadata)) > MOST_METADATA_CHARS:
        raise SlackError("metadata_too_large")
    return {"metadata": metadata}


def _markdown(args: Args, *, new_id: Callable[[], str]) -> Json:
    if args.has("text") or args.has("blocks"):
        raise SlackError("markdown_text_conflict")
    text = args.text("markdown_text")
    if not text:
        raise SlackError("no_text")
    check_markdown(text)
    return {"text": text, "blocks": [{"type": "markdown", "text": text, "block_id": new_id()}]}


def _attachments(args: Args, *, new_id: Callable[[], str]) -> list[Json]:
    found = args.json("attachments", error="invalid_attachments")
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise SlackError("invalid_attachments")
    if len(found) > MOST_ATTACHMENTS:
        raise SlackError("too_many_attachments")
    shown = [_attachment(item, index, new_id=new_id) for index, item in enumerate(found, 1)]
    check_total([block for item in shown for block in item.get("blocks", ())])
    return shown


def _attachment(item: Json, index: int, *, new_id: Callable[[], str]) -> Json:
    shown = {"id": index, **item}
    if "blocks" in item:
        shown["blocks"] = checked_blocks(item["blocks"], new_id=new_id)
    return shown
