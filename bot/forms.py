"""Which form a button opens, made of what is kept: no incident is read for it, Slack waits three seconds."""

from dataclasses import dataclass
from typing import Any, Protocol

from bot.answers import SavedAnswer
from bot.incident.board import Board
from bot.incident.hypotheses import Hypothesis
from bot.incident.messages import IncidentRef
from bot.incident.standing import rank
from bot.lookups import ref_of
from bot.safety.hidden import strip_hidden
from bot.slack.modals import Choice, confirm_modal, draft_modal, result_modal, wrong_modal

View = dict[str, Any]


class Kept(Protocol):
    """What a form is made of."""

    async def board(self, ref: IncidentRef) -> Board:
        """Return a board; an empty one when there is none."""
        ...

    async def answer(self, answer_id: str) -> SavedAnswer | None:
        """Return a kept answer."""
        ...


class Press(Protocol):
    """A button that opens a form; see `handlers.views.Press`."""

    @property
    def action_id(self) -> str:
        """Which button."""
        ...

    @property
    def answer_id(self) -> str:
        """Of the answer that carries it; empty on a board."""
        ...

    @property
    def hypothesis_id(self) -> str:
        """That it is about; empty when the form asks."""
        ...

    @property
    def team_id(self) -> str:
        """The workspace."""
        ...

    @property
    def channel_id(self) -> str:
        """Where it stands."""
        ...

    @property
    def thread_ts(self) -> str | None:
        """The thread it stands in."""
        ...

    @property
    def text(self) -> str:
        """All of its value."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Forms:
    """Makes forms.

    Args:
        memory: What they are made of; its words are redacted.
    """

    memory: Kept

    async def view(self, press: Press) -> View | None:
        """Return the form that a button opens; None when there is nothing that it could be about."""
        if press.action_id == "open_draft":
            return draft_modal(press.text)
        if press.action_id == "wrong":
            return await self._wrong(press.answer_id)
        live = [h for h in rank((await self._board(press)).hypotheses) if h.is_live]
        choices = [_choice(h) for h in sorted(live, key=lambda h: h.id != press.hypothesis_id)]
        if not choices:
            return None
        if press.action_id == "board_refute":
            return wrong_modal(press.answer_id, {one.id: one.claim for one in choices})
        is_result = press.action_id in {"result", "board_result"}
        return (result_modal if is_result else confirm_modal)(press.answer_id, choices)

    async def _wrong(self, answer_id: str) -> View | None:
        answer = await self.memory.answer(answer_id)
        if answer is None or not answer.hypothesis_ids:
            return None
        claims = {one: strip_hidden(answer.claims.get(one, "")) for one in answer.hypothesis_ids}
        return wrong_modal(answer_id, claims)

    async def _board(self, press: Press) -> Board:
        """Return the board of the answer, else that of the thread, else that of the channel."""
        answer = await self.memory.answer(press.answer_id) if press.answer_id else None
        if answer is not None:
            return await self.memory.board(ref_of(answer))
        ref = IncidentRef(team_id=press.team_id, channel_id=press.channel_id, thread_ts=press.thread_ts)
        board = await self.memory.board(ref)
        whole = IncidentRef(team_id=press.team_id, channel_id=press.channel_id)
        return board if board.hypotheses else await self.memory.board(whole)


def _choice(hypothesis: Hypothesis) -> Choice:
    check = hypothesis.next_check
    return Choice(
        id=hypothesis.id,
        claim=strip_hidden(hypothesis.claim or hypothesis.trigger.what),
        if_true=strip_hidden(check.expect_if_true) if check else "",
        if_false=strip_hidden(check.expect_if_false) if check else "",
    )
