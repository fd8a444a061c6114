"""Redaction of one incident, request after request: what a secret was called once it is called ever after."""

import asyncio
from dataclasses import dataclass, field, replace

from bot.answers import KeptAliases
from bot.errors import StoreUnavailableError
from bot.incident.messages import Incident, IncidentRef
from bot.investigation import redact
from bot.ports import Aliases, Memory
from bot.safety.redaction import Redactor

COMMITS = 5
"""How often redaction begins anew because another request named something meanwhile."""


@dataclass(slots=True)
class LocalAliases:
    """The `Aliases` of one process."""

    kept: dict[str, KeptAliases] = field(default_factory=dict)

    async def aliases(self, ref: IncidentRef) -> KeptAliases:
        """Return the names that were given in an incident."""
        return self.kept.get(ref.key, KeptAliases())

    async def commit_aliases(self, ref: IncidentRef, kept: KeptAliases) -> bool:
        """Store names if nobody stored any since their version was read."""
        if (await self.aliases(ref)).version != kept.version:
            return False
        self.kept[ref.key] = replace(kept, version=kept.version + 1)
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """Makes the redactor of an incident.

    Args:
        memory: Has the incident's key.
        aliases: Has the names that were given before.
        literals: The process's own secrets, removed from everything.
    """

    memory: Memory
    aliases: Aliases
    literals: tuple[str, ...]

    async def redactor(self, ref: IncidentRef) -> Redactor:
        """Return a redactor that knows every name that was given in an incident."""
        return self._redactor(await self.memory.incident_key(ref), await self.aliases.aliases(ref))

    async def redacted(self, raw: Incident, question: str) -> tuple[Incident, Redactor, int]:
        """Return an incident without its secrets, its redactor, and how many secrets there are.

        Args:
            raw: As it was read.
            question: Its secrets are named too; the redactor removes them.

        Raises:
            RedactionFailedError: Some text could not be checked; nothing of the incident may be used.
            StoreUnavailableError: The names cannot be kept, so they must not be shown.
        """
        key = await self.memory.incident_key(raw.ref)
        for _ in range(COMMITS):
            kept = await self.aliases.aliases(raw.ref)
            redactor = self._redactor(key, kept)
            incident, found = await asyncio.to_thread(redact, raw, redactor)
            redactor.redact(question)
            names = redactor.aliases
            following = KeptAliases(names=names, version=kept.version)
            if names == kept.names or await self.aliases.commit_aliases(raw.ref, following):
                return incident, redactor, found
        raise StoreUnavailableError("the names of secrets changed too often")

    def _redactor(self, key: bytes, kept: KeptAliases) -> Redactor:
        return Redactor(key, literals=self.literals, known=kept.names)
