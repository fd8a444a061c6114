"""What is looked up between the first facts and the diagnosis, and where the question goes then.

It costs less evidence at most: whatever fails here, the answer is made of what is known.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial

import structlog

from bot.answers import Gathered, Usage
from bot.errors import StoreUnavailableError
from bot.incident import tools as incident_tools
from bot.incident.case import Case
from bot.incident.observations import Found, Observation, Offer
from bot.incident.wording import listed
from bot.investigation import Finding
from bot.money import Money
from bot.ports import Gatherer, Tools
from bot.router import Router, said_in
from bot.routing.route import Said, risen
from bot.tasks import ended

log = structlog.get_logger()

POLL_SECONDS = 1.0
ABOVE_CAP = "look-ups: this incident has cost as much as it may"
_REFUSED = '"denials":[{'
"""How the result of `parse_denial` begins its list when it found one."""

Say = Callable[[str], Awaitable[None]]
StoppedBy = Callable[[], Awaitable[str]]


class IncidentTools:
    """The tools that every incident has: over what was said in it."""

    def offers(self, case: Case) -> Sequence[Offer]:
        """Return the tools; the same for every case."""
        del case
        return incident_tools.OFFERS

    async def call(self, case: Case, name: str, arguments: Mapping[str, object]) -> Found:
        """Look something up, in a thread: a long incident takes a while.

        Raises:
            ToolFailedError: There is no such tool, or its arguments are of no use.
        """
        return await asyncio.to_thread(incident_tools.call, case, name, arguments)


@dataclass(slots=True)
class ToldTools:
    """Tools that say what is looked up, by what was really done.

    Args:
        tools: That look it up.
        say: Shows a status line.
    """

    tools: Tools
    say: Say
    _done: list[str] = field(default_factory=list)

    def offers(self, case: Case) -> Sequence[Offer]:
        """Return the tools."""
        return self.tools.offers(case)

    async def call(self, case: Case, name: str, arguments: Mapping[str, object]) -> Found:
        """Look something up and say so.

        Raises:
            ToolFailedError: As the tools say.
        """
        found = await self.tools.call(case, name, arguments)
        words = done_words(name, arguments, found)
        if words not in self._done:
            self._done.append(words)
            await self.say(listed(self._done[-2:]))
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathering:
    """Looks things up for a case.

    Args:
        gatherer: Chooses what; None without a model.
        tools: What can be looked up.
        router: Says where the question goes by what was found; None where it stays.
        money: Whether an incident may cost more; None where nobody keeps an account.
        poll_seconds: How often a Stop is looked for.
    """

    gatherer: Gatherer | None = None
    tools: Tools = field(default_factory=IncidentTools)
    router: Router | None = None
    money: Money | None = None
    poll_seconds: float = POLL_SECONDS

    async def gather(
        self, case: Case, *, say: Say | None = None, stopped_by: StoppedBy | None = None
    ) -> tuple[Case, Gathered]:
        """Return a case with what was found for it, and what that took; its route may have risen.

        Args:
            case: With its reading.
            say: Shows a status line; None where nobody looks.
            stopped_by: Says who stopped the answer; looked at once a second; None where nobody can.
        """
        if self.gatherer is None:
            return case, Gathered()
        if await self._is_too_dear(case):
            return replace(case, unseen=(*case.unseen, ABOVE_CAP)), Gathered()
        tools = ToldTools(self.tools, say) if say else self.tools
        stopped, is_too_dear = asyncio.Event(), partial(self._is_too_dear, case)
        looking = asyncio.create_task(
            self.gatherer.gather(case, tools, until=stopped.wait, is_too_dear=is_too_dear)
        )
        try:
            gathered = await self._unless_stopped(looking, stopped, stopped_by)
        finally:
            await ended(looking)
        unseen = (gathered.unseen,) if gathered.unseen else ()
        known = replace(case, observations=gathered.observations, unseen=(*case.unseen, *unseen))
        return await asyncio.to_thread(self._raised, known), gathered

    async def forget(self, case: Case, *, can_go_on: bool) -> None:
        """Keep nothing of look-ups whose answer stands, unless somebody may let it go on."""
        if self.gatherer is not None and not can_go_on:
            await self.gatherer.forget(case)

    def _raised(self, case: Case) -> Case:
        return raised(case, self.router) if self.router is not None else case

    async def _unless_stopped(
        self, looking: "asyncio.Task[Gathered]", stopped: asyncio.Event, stopped_by: StoppedBy | None
    ) -> Gathered:
        """Wait for what is looked up; somebody's Stop ends it with what was found and paid for by then.

        The diagnosis will see the Stop too.
        """
        while not looking.done():
            await asyncio.wait({looking}, timeout=self.poll_seconds)
            if not looking.done() and stopped_by and (who := await stopped_by()):
                stopped.set()
                return replace(await looking, unseen=f"look-ups: stopped by {who}")
        return looking.result()

    async def _is_too_dear(self, case: Case) -> bool:
        if self.money is None:
            return False
        with suppress(StoreUnavailableError):
            return await self.money.is_above_hard(case.incident.ref)
        return True  # nobody knows what it has cost


def raised(case: Case, router: Router) -> Case:
    """Return a case that goes where its question goes with what was looked up; it rises or stays."""
    said = [*said_in(case.incident, case.facts), *_said(case.observations)]
    if len(said) == len(said_in(case.incident, case.facts)):
        return case
    higher = risen(case.route, router.route(case.question, said))
    return case if higher is case.route else replace(case, route=higher)


def _said(observations: Sequence[Observation]) -> list[Said]:
    """Return what look-ups say beyond the messages: refusals that were parsed, and live systems' answers."""
    return [
        Said(id=one.id, text=one.text, is_refusal=_REFUSED in one.text)
        for one in observations
        if one.is_evidence or _REFUSED in one.text
    ]


def with_usage(finding: Finding, gathered: Gathered) -> Finding:
    """Return a finding whose usage counts what the look-ups took too."""
    if gathered.usage is None:
        return finding
    total = summed(gathered.usage, finding.closing.usage)
    return replace(finding, closing=replace(finding.closing, usage=total))


def summed(first: Usage, last: Usage | None) -> Usage:
    """Return the use of two models together, as that of the last one; a price that is unknown stays so."""
    if last is None:
        return first
    is_known = first.cost_usd is not None and last.cost_usd is not None
    return replace(
        last,
        input_tokens=first.input_tokens + last.input_tokens,
        output_tokens=first.output_tokens + last.output_tokens,
        cache_read_tokens=first.cache_read_tokens + last.cache_read_tokens,
        cache_write_tokens=first.cache_write_tokens + last.cache_write_tokens,
        cost_usd=(first.cost_usd or 0) + (last.cost_usd or 0) if is_known else None,  # type: ignore[arg-type]
        is_partial=first.is_partial or last.is_partial,
    )


_DONE = {
    "list_changes": "listed the changes",
    "parse_denial": "read a refusal",
    "read_message": "read a message",
    "ruled_out_before": "looked at what was ruled out",
    "search_log": "searched the log",
}


def done_words(name: str, arguments: Mapping[str, object], found: Found) -> str:
    """Say what was looked up. Words of a model are shown only where what was found holds them all."""
    words = " ".join(str(arguments.get("words", "")).split())[:40]
    text = found.text.casefold()
    if name == "search_log" and words and all(word in text for word in words.casefold().split()):
        return f"searched the log for {words}"
    if name in {"read_message", "parse_denial"} and found.shows:
        return f"read message [{found.shows[0][1:]}]"
    return _DONE.get(name) or f"asked {name.partition('/')[0]}"
