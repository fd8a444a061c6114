"""An answer under way when messages change: it is checked again before it is finished."""

import asyncio
from dataclasses import dataclass, replace

from bot.compacting import read_again
from bot.errors import ForgottenError
from bot.incident.case import Case
from bot.incident.extraction import extract
from bot.incident.lost import Lost
from bot.incident.messages import Incident
from bot.investigation import Finding, examined_again, redact
from bot.ports import Log, Memory, Workspace
from bot.run import Run
from bot.safety.redaction import Redactor


@dataclass(frozen=True, slots=True)
class Freshness:
    """Brings a finding up to what is said now.

    Args:
        workspace: Reads the incident again, only when the log says that something changed.
        memory: Knows what must not be read any more.
        log: Knows what changed.
    """

    workspace: Workspace
    memory: Memory
    log: Log

    async def renewed(self, run: Run, case: Case, finding: Finding) -> tuple[Run, Case, Finding]:
        """Return all three with the messages as they stand now; the same when none of them changed.

        Raises:
            ForgottenError: Some of them must not be kept any more.
        """
        if await self.forgotten(run.incident):
            raise ForgottenError
        incident, lost = await self.since(run.incident, run.redactor)
        if not lost:
            return run, case, finding
        facts = await asyncio.to_thread(extract, incident, now=run.asked_at)
        reading = await asyncio.to_thread(read_again, case, incident, facts)
        case = replace(case, incident=incident, facts=facts, reading=reading)
        run = replace(run, incident=incident)
        run.log("answer.rechecked", deleted=sum(one.text is None for one in lost), changed=len(lost))
        return run, case, examined_again(finding, case, lost)

    async def forgotten(self, incident: Incident) -> frozenset[str]:
        """Return the ids of the messages that an operator had forgotten since they were read."""
        marks = await self.memory.forgotten(incident.ref)
        return frozenset(m.id for m in incident.messages if marks.covers(m.ts, m.thread_ts))

    async def since(self, before: Incident, redactor: Redactor) -> tuple[Incident, list[Lost]]:
        """Return an incident with what changed in it since it was read, and what that was.

        What was said since is not in it.

        Args:
            before: As it was read for an answer; redacted.
            redactor: Of the incident.
        """
        changed = await self.log.changed(before)
        if not changed:
            return before, []
        now = await self.workspace.read(before.ref, until_ts=before.messages[-1].ts)
        touched = now.with_messages(message for message in now.messages if message.ts in changed)
        clean, _ = await asyncio.to_thread(redact, touched, redactor)
        return _updated(before, now, clean, changed)


def _updated(
    before: Incident, now: Incident, clean: Incident, changed: frozenset[str]
) -> tuple[Incident, list[Lost]]:
    """Return the incident with what changed in it, and what that was."""
    by_ts = {message.ts: message for message in clean.messages}
    messages = [by_ts.get(m.ts, m) for m in before.messages if m.ts not in changed or m.ts in by_ts]
    gone = [Lost(id=m.id) for m in before.messages if m.ts in changed and m.ts not in by_ts]
    other = [
        Lost(id=m.id, text=by_ts[m.ts].text)
        for m in before.messages
        if m.ts in by_ts and by_ts[m.ts].text != m.text
    ]
    deleted = max(now.deleted, before.deleted + len(gone)) if gone else before.deleted
    return replace(before, messages=tuple(messages), deleted=deleted, cursor=now.cursor), [*gone, *other]
