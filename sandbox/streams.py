"""Messages that grow: text, tasks and blocks appended one call after another."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sandbox.channel import Json
from sandbox.errors import SlackError

_NEEDED: dict[str, dict[str, type]] = {
    "markdown_text": {"text": str},
    "blocks": {"blocks": list},
    "plan_update": {"title": str},
    "task_update": {"id": str, "title": str},
}
TASK_STATUSES = frozenset({"pending", "in_progress", "complete", "error"})


@dataclass(slots=True, kw_only=True)
class Stream:
    """What has been streamed into one message.

    Attributes:
        started_seconds: Machine time, by the workspace's monotonic clock; a stream lives five minutes of it.
        mode: `markdown_text` or `chunks`: the first call decides and the others must follow.
        parts: In order: `{"type": "markdown", "text"}`, blocks as they came, one `plan` for all tasks,
            whichever display mode was asked for.
        is_stopped_by_user: Somebody pressed Stop: it takes no more, and the app still has to close it.
    """

    started_seconds: float
    mode: str = ""
    is_stopped: bool = False
    is_stopped_by_user: bool = False
    parts: list[Json] = field(default_factory=list)
    tasks: dict[str, Json] = field(default_factory=dict)
    plan_title: str = ""

    def append(self, mode: str, chunks: list[Json]) -> None:
        """Take one call's content.

        Args:
            mode: `markdown_text` or `chunks`.
            chunks: Checked chunks; a markdown text is one `markdown_text` chunk.

        Raises:
            SlackError: `streaming_mode_mismatch` when the calls before used the other mode.
        """
        if self.mode not in {"", mode}:
            raise SlackError("streaming_mode_mismatch")
        self.mode = mode
        for chunk in chunks:
            self._take(chunk)

    @property
    def text(self) -> str:
        """All the Markdown so far."""
        return "".join(part["text"] for part in self.parts if part["type"] == "markdown")

    def blocks(self) -> list[Json]:
        """Return what is shown, in the order in which it first came."""
        return list(self._shown())

    def _take(self, chunk: Json) -> None:
        if chunk["type"] == "markdown_text":
            self._take_text(chunk["text"])
        elif chunk["type"] == "blocks":
            self.parts.extend(chunk["blocks"])
        else:
            self._take_plan(chunk)

    def _take_text(self, text: str) -> None:
        if self.parts and self.parts[-1]["type"] == "markdown" and "block_id" not in self.parts[-1]:
            self.parts[-1]["text"] += text
        elif text:
            self.parts.append({"type": "markdown", "text": text})

    def _take_plan(self, chunk: Json) -> None:
        if not any(part["type"] == "plan" for part in self.parts):
            self.parts.append({"type": "plan"})
        if chunk["type"] == "plan_update":
            self.plan_title = chunk["title"]
        else:
            known = self.tasks.setdefault(chunk["id"], {})
            known.update({name: value for name, value in chunk.items() if name != "type"})

    def _shown(self) -> Iterator[Json]:
        for part in self.parts:
            yield self._plan() if part == {"type": "plan"} else part

    def _plan(self) -> Json:
        tasks = [{"type": "task_card", "task_id": key} | _card(task) for key, task in self.tasks.items()]
        return {"type": "plan", "title": self.plan_title, "tasks": tasks}


def parse_chunks(found: object) -> list[Json]:
    """Check the `chunks` of a call.

    Raises:
        SlackError: `invalid_chunks`, with the place of the first wrong one.
    """
    if not isinstance(found, list):
        raise SlackError("invalid_chunks", messages=("chunks must be a list",))
    for index, chunk in enumerate(found):
        problem = _problem(chunk)
        if problem:
            raise SlackError("invalid_chunks", messages=(f"{problem} [json-pointer:/chunks/{index}]",))
    return found


def _problem(chunk: object) -> str:
    if not isinstance(chunk, dict):
        return "must be an object"
    needed = _NEEDED.get(str(chunk.get("type")))
    if needed is None:
        return "unknown chunk type"
    wrong = [name for name, kind in needed.items() if not isinstance(chunk.get(name), kind)]
    if wrong:
        return f"missing or wrong field: {wrong[0]}"
    status = chunk.get("status", "in_progress")
    return "" if status in TASK_STATUSES else f"unknown status: {status}"


def _card(task: Json) -> dict[str, Any]:
    return {name: value for name, value in task.items() if name != "id"}
