"""`views.*`: modals."""

from dataclasses import replace

from sandbox.args import Args
from sandbox.channel import Json
from sandbox.errors import SlackError
from sandbox.limits import check_view
from sandbox.views import View
from sandbox.workspace import Change, Workspace


def open_view(workspace: Workspace, args: Args) -> Json:
    """`views.open`."""
    definition = with_block_ids(workspace, check_view(args.json("view", error="invalid_arguments")))
    trigger = workspace.views.use_trigger(args.text("trigger_id"), now_seconds=workspace.monotonic())
    view = View(id=workspace.new_id("V"), definition=definition, channel_id=trigger.channel_id)
    return {"ok": True, "view": show_view(workspace, view)}


def update_view(workspace: Workspace, args: Args) -> Json:
    """`views.update`, by `view_id` or `external_id`; with `hash`, only if nobody updated in between."""
    found = _named(workspace, args)
    if args.has("hash") and args.text("hash") != found.hash:
        raise SlackError("hash_conflict")
    definition = with_block_ids(workspace, check_view(args.json("view", error="invalid_arguments")))
    view = replace(found, definition=definition, version=found.version + 1)
    return {"ok": True, "view": show_view(workspace, view)}


def show_view(workspace: Workspace, view: View) -> Json:
    """Show a modal, or its next version, and return it as Slack does."""
    shown = workspace.views.show(view).as_slack()
    what = {"view_id": view.id, "view": shown}
    workspace.tell(Change(kind="view", channel_id=view.channel_id, what=what))
    return shown


def with_block_ids(workspace: Workspace, definition: Json) -> Json:
    """Return a modal's definition with a `block_id` on every block and an `action_id` on every input."""
    return {**definition, "blocks": [_with_ids(workspace, block) for block in definition["blocks"]]}


def _with_ids(workspace: Workspace, block: Json) -> Json:
    block = {**block, "block_id": block.get("block_id") or workspace.new_id("b")}
    if block["type"] == "input":
        block["element"] = {"action_id": workspace.new_id("a"), **block["element"]}
    return block


def _named(workspace: Workspace, args: Args) -> View:
    if args.has("view_id"):
        return workspace.views.find(args.text("view_id"))
    return workspace.views.find_external(args.text("external_id"))


METHODS = {"views.open": open_view, "views.update": update_view}
