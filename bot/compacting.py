"""When an incident is folded, what is kept of it, and when a model tells it better."""

import asyncio
import math
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from bot.answers import KeptDigest
from bot.errors import CopilotError
from bot.incident.case import Case
from bot.incident.compaction import BUDGET_TOKENS, Reading, compact, unfolded
from bot.incident.digest import Digest
from bot.incident.facts import Facts
from bot.incident.hypotheses import Hypothesis, cited_ids
from bot.incident.messages import Incident, IncidentRef
from bot.models.catalogue import Catalogue
from bot.ports import Digests, Log, Memory
from bot.run import Run

LEAST_CONTEXT_TOKENS = 200_000
"""What any model reads; of one that is not in the catalogue no more is known."""
BESIDE_TOKENS = 60_000
"""What a prompt has beside the messages of an incident: the orders, the state, and room for the answer."""
FULL_SHARE = 0.9
"""How much of a model's window is filled: tokens are estimated, and too long a prompt is refused."""
USUAL_SHARE = 0.5
"""The most of it without a wish to read everything: an incident of nothing but names must not cost much."""


def reading_of(
    incident: Incident,
    facts: Facts,
    *,
    digest: Digest,
    board: Iterable[Hypothesis] = (),
    context_tokens: int = LEAST_CONTEXT_TOKENS,
) -> Reading:
    """Return how an incident enters a prompt: folded where it is large, on top of what was folded before.

    Args:
        incident: Redacted.
        facts: What code extracted from it.
        digest: What was folded before.
        board: What it cites is read in full.
        context_tokens: How much the model reads at most.
    """
    most = max(int(context_tokens * USUAL_SHARE), BUDGET_TOKENS)
    return compact(incident, facts, digest=digest, cited=_cited(board), most_tokens=most)


def full_reading(incident: Incident, facts: Facts, *, context_tokens: int) -> Reading:
    """Return the reading of every message in full; what not even the model's window can hold is folded.

    Args:
        incident: Redacted.
        facts: What code extracted from it.
        context_tokens: How much the model reads at most.
    """
    whole = unfolded(incident, is_whole=True)
    room = int((context_tokens - BESIDE_TOKENS) * FULL_SHARE)
    return whole if whole.tokens <= room else _filled(incident, facts, Digest(), room)


def _filled(incident: Incident, facts: Facts, digest: Digest, room: int) -> Reading:
    """Return the reading that shows as much in full as there is room for."""
    return compact(
        incident,
        facts,
        digest=digest,
        budget_tokens=room,
        target_tokens=room,
        most_tokens=room,
        is_whole=True,
    )


def read_again(case: Case, incident: Incident, facts: Facts) -> Reading | None:
    """Return the reading of a case after messages of it changed: no word that is gone is left in it.

    What was read in full is in full again, and what was folded for it stays folded.
    """
    before = case.reading
    if before is None:
        return None
    if not before.digest.chunks:
        return unfolded(incident, is_whole=case.is_full)
    if case.is_full:
        again = _filled(incident, facts, before.digest, before.most_tokens)
    else:
        cited = _cited(case.board)
        again = compact(incident, facts, digest=before.digest, cited=cited, most_tokens=before.most_tokens)
    return replace(again, folded_now=before.folded_now)


def _cited(board: Iterable[Hypothesis]) -> frozenset[str]:
    return frozenset(one for hypothesis in board for one in cited_ids(hypothesis.evidence))


@dataclass(slots=True)
class LocalDigests:
    """The `Digests` of one process, without any log to go with: for what keeps nothing."""

    kept: dict[str, KeptDigest] = field(default_factory=dict)

    async def digest(self, ref: IncidentRef) -> KeptDigest:
        """Return the digest; an empty one when there is none."""
        return self.kept.get(ref.key, KeptDigest())

    async def commit_digest(self, ref: IncidentRef, kept: KeptDigest, *, age_seconds: int = 0) -> bool:
        """Store a digest if nobody stored one since its version was read; `age_seconds` is of no account."""
        del age_seconds
        if (await self.digest(ref)).version != kept.version:
            return False
        self.kept[ref.key] = replace(kept, version=kept.version + 1)
        return True

    async def drop_digest(self, ref: IncidentRef) -> None:
        """Remove the digest of an incident."""
        self.kept.pop(ref.key, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compacting:
    """Keeps digests.

    Args:
        digests: Where they are kept.
        memory: Knows what must not be read any more.
        log: Knows what changed.
    """

    digests: Digests
    memory: Memory
    log: Log

    async def read(self, run: Run, case: Case, catalogue: Catalogue) -> Case:
        """Return a case with its reading: folded where the incident is large, whole if a person wants that.

        Args:
            run: The request, and what is stored of the incident.
            case: Without a reading.
            catalogue: Knows how much the model reads.
        """
        model = catalogue.find(case.route.model)
        context_tokens = model.context_tokens if model else LEAST_CONTEXT_TOKENS
        if run.request.is_full:
            make = partial(full_reading, case.incident, case.facts, context_tokens=context_tokens)
        else:
            known = partial(reading_of, digest=run.kept.digest, board=case.board)
            make = partial(known, case.incident, case.facts, context_tokens=context_tokens)
        reading = await asyncio.to_thread(make)
        run.log(
            "incident.compacted",
            kept=len(reading.kept),
            folded=len(reading.digest.ids),
            folded_now=len(reading.folded_now),
            raw_tokens=reading.raw_tokens,
            tokens=reading.tokens,
            left_out=reading.digest.left_out,
        )
        return replace(case, reading=reading, is_full=run.request.is_full)

    async def keep(self, run: Run, case: Case) -> KeptDigest | None:
        """Keep the digest of an answer's reading; it never fails the answer.

        Returns:
            What is kept now; None when nothing new is: it was so before, somebody was faster, nothing of the
            incident is logged, or some of its words must not be kept.
        """
        digest = case.reading.digest if case.reading else run.kept.digest
        if case.is_full or digest == run.kept.digest or not run.incident.cursor:
            return None
        try:
            following = KeptDigest(digest=digest, version=run.kept.version)
            kept = await self.store(run.incident, following, as_of=run.asked_at)
        except CopilotError as error:
            run.log("digest.left", error=type(error).__name__)
            return None
        run.log("digest.kept" if kept else "digest.not_kept", chunks=len(digest.chunks))
        return kept

    async def store(self, incident: Incident, kept: KeptDigest, *, as_of: datetime) -> KeptDigest | None:
        """Store a digest, then look whether its words may be kept: whoever erases words looks for it.

        Args:
            incident: As it was read for the digest.
            kept: The digest, and the version that it follows.
            as_of: What counts as now, by Slack's clock.

        Raises:
            StoreUnavailableError: It may be kept and must not be; its words go with the next lost word.
        """
        age_seconds = _age_seconds(incident, kept, as_of)
        if not await self.digests.commit_digest(incident.ref, kept, age_seconds=age_seconds):
            return None
        if await self._must_go(incident, kept):
            await self.digests.drop_digest(incident.ref)
            return None
        return replace(kept, version=kept.version + 1)

    async def _must_go(self, incident: Incident, kept: KeptDigest) -> bool:
        lost = await self.log.changed(incident)
        marks = await self.memory.forgotten(incident.ref)
        told = [incident.by_id[one] for one in kept.told if one in incident.by_id]
        is_gone = len(told) < len(kept.told)
        return is_gone or any(m.ts in lost or marks.covers(m.ts, m.thread_ts) for m in told)


def _age_seconds(incident: Incident, kept: KeptDigest, as_of: datetime) -> int:
    """Return how old the oldest message of a digest is, whole seconds rounded up."""
    told = [incident.by_id[one].at for one in kept.told if one in incident.by_id]
    oldest = min(told, default=as_of)
    now = max(as_of, incident.messages[-1].at) if incident.messages else as_of
    return max(math.ceil((now - oldest).total_seconds()), 0)
