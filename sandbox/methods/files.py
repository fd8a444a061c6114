"""`files.*`: an upload in three steps, and what is known of a file."""

from sandbox.args import Args
from sandbox.channel import Json
from sandbox.clock import MICROS
from sandbox.errors import SlackError
from sandbox.methods.chat import own_fields
from sandbox.people import BOT_USER_ID
from sandbox.uploads import File
from sandbox.workspace import Workspace


def get_upload_url(workspace: Workspace, args: Args) -> Json:
    """`files.getUploadURLExternal`: announces a file; the bytes go to `upload_url`."""
    name, length = args.text("filename"), args.text("length")
    if not length.isdecimal() or int(length) < 1:
        raise SlackError("invalid_arguments", messages=("[ERROR] must be a positive number: length",))
    file = File(id=workspace.new_id("F"), name=name.replace("/", "_"), length=int(length))
    workspace.uploads.announce(file)
    return {"ok": True, "upload_url": f"{workspace.base_url}/upload/v1/{file.id}", "file_id": file.id}


def complete_upload(workspace: Workspace, args: Args) -> Json:
    """`files.completeUploadExternal`: shares the files in a channel or thread, as one message."""
    wanted = args.json("files", error="invalid_arguments")
    if not isinstance(wanted, list) or not wanted or not all(_is_named(item) for item in wanted):
        raise SlackError("invalid_arguments", messages=("[ERROR] must be a list of {id, title}: files",))
    if not args.has("channel_id"):
        kept = [_shown(workspace, _finished(workspace, item, created=0)) for item in wanted]
        return {"ok": True, "files": kept}
    channel = workspace.joined_channel(args.text("channel_id"))
    created = channel.clock.now_micros() // MICROS
    files = [_shown(workspace, _finished(workspace, item, created=created)) for item in wanted]
    message = {**own_fields(), "text": args.text("initial_comment", ""), "files": files, "upload": True}
    place = {"thread_ts": args.text("thread_ts")} if args.has("thread_ts") else {}
    workspace.post(channel, message | place)
    return {"ok": True, "files": files}


def file_info(workspace: Workspace, args: Args) -> Json:
    """`files.info`: of uploads, and of what an incident's messages carry."""
    file_id = args.text("file")
    for channel in workspace.channels.values():
        for message in channel.everything():
            for file in message.get("files") or ():
                if file.get("id") == file_id:
                    return {"ok": True, "file": file, "content": file.get("preview", "")}
    return {"ok": True, "file": _shown(workspace, workspace.uploads.find(file_id))}


def delete_file(workspace: Workspace, args: Args) -> Json:
    """`files.delete`: messages that carry the file stay, and say that it was deleted."""
    file_id = args.text("file")
    workspace.uploads.delete(file_id)
    for channel in workspace.channels.values():
        for message in [one for one in channel.everything() if _carries(one, file_id)]:
            files = [_tombstone(file, file_id) for file in message["files"]]
            workspace.change(channel, channel.message(message["ts"]), {"files": files})
    return {"ok": True}


def _carries(message: Json, file_id: str) -> bool:
    return any(file.get("id") == file_id for file in message.get("files") or ())


def _tombstone(file: Json, file_id: str) -> Json:
    return {"id": file_id, "mode": "tombstone"} if file.get("id") == file_id else file


def _is_named(item: object) -> bool:
    return isinstance(item, dict) and isinstance(item.get("id"), str)


def _finished(workspace: Workspace, item: Json, *, created: int) -> File:
    return workspace.uploads.share(item["id"], title=str(item.get("title") or ""), created=created)


def _shown(workspace: Workspace, file: File) -> Json:
    return file.as_slack(base_url=workspace.base_url, user_id=BOT_USER_ID)


METHODS = {
    "files.getUploadURLExternal": get_upload_url,
    "files.completeUploadExternal": complete_upload,
    "files.delete": delete_file,
    "files.info": file_info,
}
