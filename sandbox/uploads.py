"""Files: a place to upload to, then the file itself."""

import mimetypes
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

from sandbox.errors import SlackError

PREVIEW_CHARS = 1500
_TEXT_TYPES = {".md": "text/markdown", ".log": "text/plain", ".json": "application/json"}


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One uploaded file.

    Attributes:
        content: None until the bytes have arrived.
        length: How many bytes were announced.
        created: Seconds since 1970, by the channel's time; 0 until it is shared.
    """

    id: str
    name: str
    length: int
    title: str = ""
    content: bytes | None = None
    created: int = 0

    @property
    def mimetype(self) -> str:
        """The kind of content, by the name."""
        suffix = f".{self.name.rpartition('.')[2].lower()}"
        return _TEXT_TYPES.get(suffix) or mimetypes.guess_type(self.name)[0] or "application/octet-stream"

    @property
    def is_text(self) -> bool:
        """It can be shown as text."""
        return self.mimetype.startswith("text/") or self.mimetype == "application/json"

    def as_slack(self, *, base_url: str, user_id: str) -> dict[str, Any]:
        """Return Slack's file object; long text comes as a preview of its head."""
        url = f"{base_url}/files/{self.id}/{quote(self.name)}"
        shown = {
            "id": self.id,
            "created": self.created,
            "timestamp": self.created,
            "name": self.name,
            "title": self.title or self.name,
            "mimetype": self.mimetype,
            "filetype": self.name.rpartition(".")[2].lower(),
            "user": user_id,
            "mode": "snippet" if self.is_text else "hosted",
            "size": self.length,
            "is_external": False,
            "url_private": url,
            "url_private_download": url,
            "permalink": url,
        }
        if self.is_text and self.content is not None:
            shown["preview"] = self.content.decode(errors="replace")[:PREVIEW_CHARS]
        return shown


@dataclass(slots=True)
class Uploads:
    """All files of the workspace, by id."""

    _files: dict[str, File] = field(default_factory=dict)

    def announce(self, file: File) -> None:
        """Expect a file's bytes."""
        self._files[file.id] = file

    def receive(self, file_id: str, content: bytes) -> File:
        """Take a file's bytes.

        Raises:
            KeyError: No such file was announced.
        """
        self._files[file_id] = replace(self._files[file_id], content=content, length=len(content))
        return self._files[file_id]

    def share(self, file_id: str, *, title: str, created: int) -> File:
        """Finish an upload.

        Raises:
            SlackError: `file_not_found` when its bytes never came.
        """
        file = self.find(file_id)
        if file.content is None:
            raise SlackError("file_not_found")
        self._files[file_id] = replace(file, title=title, created=created)
        return self._files[file_id]

    def delete(self, file_id: str) -> None:
        """Forget a file.

        Raises:
            SlackError: `file_not_found`.
        """
        self.find(file_id)
        del self._files[file_id]

    def find(self, file_id: str) -> File:
        """Return a file.

        Raises:
            SlackError: `file_not_found`.
        """
        if file_id not in self._files:
            raise SlackError("file_not_found")
        return self._files[file_id]
