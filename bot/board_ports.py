"""What is asked of the store about the message that shows a board, and about who was told how it stands."""

from typing import Protocol

from bot.answers import KeptBoardPost, LastRead
from bot.incident.messages import IncidentRef


class BoardPosts(Protocol):
    """Where the one message stands that shows the board of an incident."""

    async def board_post(self, ref: IncidentRef) -> KeptBoardPost | None:
        """Return it; None when nobody asked for one, or it was deleted."""
        ...

    async def save_board_post(self, ref: IncidentRef, post: KeptBoardPost) -> None:
        """Keep where it stands and what it shows."""
        ...

    async def last_read(self, ref: IncidentRef, person_id: str) -> LastRead | None:
        """Return up to when a person was told how the incident stands; None when they never asked."""
        ...

    async def save_read(self, ref: IncidentRef, person_id: str, read: LastRead) -> None:
        """Keep it."""
        ...

    async def review_later(self, ref: IncidentRef) -> None:
        """Have the board looked at again, though nothing more is said: its message is behind."""
        ...
