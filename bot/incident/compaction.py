"""What of a large incident enters a prompt in full, and what stands for the rest.

No model is needed: repetition becomes patterns, then the oldest messages become notes in their own words. A
fold goes far below the budget, so that the next one is far away and prompts only grow in between.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import accumulate

from bot.incident.bounding import bounded
from bot.incident.check import filled, renewed
from bot.incident.digest import Chunk, Digest
from bot.incident.facts import Facts
from bot.incident.folding import fold, print_of
from bot.incident.merging import merged
from bot.incident.messages import Incident, Message
from bot.incident.pages import page_tokens
from bot.incident.repetition import repetition, shapes_of
from bot.incident.shown import message_tokens
from bot.incident.squeezing import squeezed
from bot.incident.wording import counted, listed

NEWEST = 40
"""How many of the newest messages are read in full before older ones are considered."""
NEWEST_TOKENS = 1_500
"""Of these so many as have room in this, but always the newest few."""
FEWEST_NEWEST = 8
MOST_CHUNKS = 8
"""With more folds than these, the earlier ones become one."""
_LEAST_SHARE = 2
"""A fold must have half the target to fold: a digest that is large by itself is not added to often."""
_WORTH_IT = 0.85
"""Chunks are merged when that leaves at most this share of them."""
_ROOMY = 0.75
"""What is above the budget after a fold is squeezed to this share of it, if names and figures let it."""
_FULL = 0.95
"""To this, where only findings of people are left to give up."""
_SAVED = 0.4
"""About what share of a message goes when it becomes notes."""
BUDGET_TOKENS = 48_000
TARGET_TOKENS = 12_000
MOST_TOKENS = 250_000
"""The last bound: what is so dense that no fold makes it small loses its oldest words beyond it."""
_PROTECTED_SHARE = 2
"""What is cited and pinned takes half of the last bound at most; beyond it that is folded like all else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How an incident enters a prompt.

    Attributes:
        digest: What stands for the folded messages, its pages first.
        kept: Ids of the messages read in full, in the order of the incident.
        raw_tokens: Estimated size of all messages, each of them whole.
        tokens: Estimated size of what enters: the digest's pages and the kept messages, as they are sent.
        folded_now: Ids that this compaction folded; empty when the digest is as it was.
        most_tokens: Beyond which words were left out; 0 where nothing had to be folded.
    """

    digest: Digest
    kept: tuple[str, ...]
    raw_tokens: int
    tokens: int
    folded_now: tuple[str, ...] = ()
    most_tokens: int = 0

    @property
    def words(self) -> str:
        """What is read how: `78 of 1,985 messages in full, 1,907 folded into 12 facts and 61 repetitions`."""
        folded = len(self.digest.ids)
        in_full = f"{len(self.kept):,} of {len(self.kept) + folded:,} messages in full"
        return f"{in_full}, {folded:,} folded into {self.folded_words}" if folded else in_full

    @property
    def folded_words(self) -> str:
        """What stands for the folded messages, for people and models: `120 facts and 61 repetitions`."""
        parts = ((self.digest.notes, "fact"), (self.digest.patterns, "repetition"))
        into = listed([counted(count, noun) for count, noun in parts if count]) or "identifiers alone"
        gone, less = self.digest.left_out, self.digest.shortened
        if less:
            into = f"{into}, of {counted(less, 'remark')} names and figures alone"
        return f"{into}, {counted(gone, 'identifier')} left out" if gone else into


def compact(
    incident: Incident,
    facts: Facts,
    *,
    digest: Digest = Digest(),  # noqa: B008 -- a frozen value
    cited: Collection[str] = (),
    budget_tokens: int = BUDGET_TOKENS,
    target_tokens: int = TARGET_TOKENS,
    most_tokens: int = MOST_TOKENS,
    is_whole: bool = False,
) -> Reading:
    """Fold what is too much.

    Args:
        incident: All messages, redacted.
        facts: What code extracted from them.
        digest: What was folded before.
        cited: Ids to be read in full beside what is pinned: what the board cites.
        budget_tokens: Above it messages are folded.
        target_tokens: Folding goes on until this is reached, so that the next fold is far away.
        most_tokens: Beyond it words of the digest are left out, the oldest first, and counted there.
        is_whole: Messages that are kept are shown whole; otherwise long ones are clipped.

    Returns:
        A reading whose digest and kept messages together hold every message of the incident once.
    """
    current = _renewed(digest, incident, facts)
    size = partial(message_tokens, is_whole=is_whole)
    protected = _protected(incident, cited, size, most_tokens // _PROTECTED_SHARE)
    state = _State(incident=incident, facts=facts, size=size, protected=protected, most_tokens=most_tokens)
    least = min(target_tokens, budget_tokens) // _LEAST_SHARE
    if _tokens(state, current) <= budget_tokens:
        return _reading(state, current)
    if sum(map(size, _foldable(state, current))) < least:
        return _reading(state, _within(state, current, budget_tokens, least))
    chunk = _chunk(state, current, target_tokens)
    added = _within(state, _added(state, current, chunk, target_tokens), budget_tokens, 1)
    return replace(_reading(state, added), folded_now=chunk.ids)


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    incident: Incident
    facts: Facts
    size: Callable[[Message], int]
    protected: frozenset[str]
    most_tokens: int
    counted: dict[int, tuple[Chunk, int]] = field(default_factory=dict)
    joined: dict[tuple[int, ...], tuple[Sequence[Chunk], Chunk]] = field(default_factory=dict)
    """By the identities of chunks: they, so that these stay theirs, and the one that was made of them."""

    def page_tokens(self, chunk: Chunk) -> int:
        """Return what the page of a chunk takes; it is counted once, for a page is long."""
        _, tokens = self.counted.get(id(chunk)) or (chunk, page_tokens(chunk))
        self.counted[id(chunk)] = (chunk, tokens)
        return tokens


def _within(state: _State, digest: Digest, budget_tokens: int, least: int) -> Digest:
    """Squeeze a digest that leaves the whole above the budget; far below it, so that this is rare too.

    A prompt that would hardly become smaller stays as it is, and so it comes out of the cache.
    """
    tokens = _tokens(state, digest)
    if tokens <= budget_tokens or not digest.chunks or _is_spent(digest, least):
        return digest
    whole = _merged(state, digest.chunks)
    excess, must = (tokens - int(budget_tokens * share) for share in (_ROOMY, _FULL))
    less = squeezed(
        whole,
        state.incident.messages,
        state.facts,
        excess_tokens=excess,
        must_tokens=must,
        least_tokens=least,
    )
    small = Digest(chunks=(less,))
    if tokens - _tokens(state, small) >= least:
        return small
    *earlier, newest = digest.chunks
    return Digest(chunks=(*earlier, replace(newest, is_spent=True))) if least > 1 else digest


def _is_spent(digest: Digest, least: int) -> bool:
    """Say whether this digest was squeezed in vain: it would be at every question until the next fold."""
    return least > 1 and digest.chunks[-1].is_spent


def _protected(
    incident: Incident, cited: Collection[str], size: Callable[[Message], int], most_tokens: int
) -> frozenset[str]:
    """Return what is never folded: the newest, the root of the incident's thread, what is cited or pinned."""
    newest: list[str] = []
    room = NEWEST_TOKENS
    for message in reversed(incident.messages[-NEWEST:]):
        room -= size(message)
        if room < 0 and len(newest) >= FEWEST_NEWEST:
            break
        newest.append(message.id)
    roots = (m.id for m in incident.messages if m.ts == incident.ref.thread_ts)
    first = (m.id for m in incident.messages[:1])
    named = (m.id for m in reversed(incident.messages) if m.is_pinned or m.id in cited)
    wanted = dict.fromkeys((*newest, *roots, *first, *named))
    taken = accumulate(size(incident.by_id[message_id]) for message_id in wanted)
    return frozenset(one for one, tokens in zip(wanted, taken, strict=True) if tokens <= most_tokens)


def _foldable(state: _State, digest: Digest) -> list[Message]:
    folded = digest.ids
    return [m for m in state.incident.messages if m.id not in folded and m.id not in state.protected]


def _chunk(state: _State, digest: Digest, target_tokens: int) -> Chunk:
    """Fold repetition first, then the oldest, until the target is reached or nothing is left to fold."""
    candidates = _foldable(state, digest)
    known = shapes_of(pattern for chunk in digest.chunks for pattern in chunk.patterns)
    repeated = repetition(candidates, known=known)
    others = [message for message in candidates if message.id not in repeated.ids]
    known_tokens = sum(state.size(message) for message in candidates if message.id in repeated.ids)
    excess = _tokens(state, digest) - known_tokens - target_tokens
    taken = _enough(state, others, excess) if excess > 0 or not repeated.ids else 0
    while True:
        chosen = repeated.ids | {message.id for message in others[:taken]}
        folded = [message for message in candidates if message.id in chosen]
        is_all = len(folded) == len(candidates)
        chunk = fold(folded, state.facts, known=known, repeated=repeated if is_all else None)
        excess = _tokens(state, Digest(chunks=(*digest.chunks, chunk))) - target_tokens
        if excess <= 0 or taken == len(others):
            return _weighed(chunk, folded)
        taken = len(others) if taken else _enough(state, others, excess)


def _weighed(chunk: Chunk, messages: Iterable[Message]) -> Chunk:
    return replace(chunk, raw_tokens=_raw_tokens(messages))


def _enough(state: _State, others: Sequence[Message], excess: int) -> int:
    """Return how many of the oldest to fold so that about `excess` tokens go; at least one."""
    saved = accumulate(state.size(message) * _SAVED for message in others)
    return 1 + next((n for n, sum_so_far in enumerate(saved) if sum_so_far >= excess), len(others) - 1)


def _renewed(digest: Digest, incident: Incident, facts: Facts) -> Digest:
    """Fold anew what no longer is as it was folded; chunks of which nothing is left go."""
    seen: set[str] = set()
    chunks: list[Chunk] = []
    for chunk in digest.chunks:
        left = [m for i in chunk.ids if i not in seen and (m := incident.by_id.get(i)) is not None]
        seen.update(chunk.ids)
        if tuple(print_of(message) for message in left) == chunk.prints:
            chunks.append(renewed(chunk, left, facts))
        elif left:
            chunks.append(_weighed(fold(left, facts), left))
    return Digest(chunks=tuple(chunks))


def _added(state: _State, digest: Digest, chunk: Chunk, target_tokens: int) -> Digest:
    """Add a chunk; a digest that has grown large becomes one chunk where that makes it clearly smaller."""
    chunks = (*digest.chunks, chunk)
    if len(chunks) > MOST_CHUNKS:
        chunks = (_merged(state, digest.chunks), chunk)
    tokens = sum(map(state.page_tokens, chunks))
    if len(chunks) == 1 or tokens <= target_tokens:
        return Digest(chunks=chunks)
    whole = _merged(state, chunks)
    return Digest(chunks=(whole,) if state.page_tokens(whole) <= _WORTH_IT * tokens else chunks)


def _merged(state: _State, chunks: Sequence[Chunk]) -> Chunk:
    """Make one chunk of several, once: first it is weighed, then it may be squeezed."""
    key = tuple(map(id, chunks))
    if key not in state.joined:
        state.joined[key] = (chunks, chunks[0] if len(chunks) == 1 else _one(state, chunks))
    return state.joined[key][1]


def _one(state: _State, chunks: Sequence[Chunk]) -> Chunk:
    """Make one chunk, and tell word for word what only examples told that stand no more."""
    whole = merged(chunks)
    left = {id(note) for note in whole.notes}
    told = {pattern.example_id for chunk in chunks for pattern in chunk.patterns}
    told |= {one for chunk in chunks for note in chunk.notes if id(note) not in left for one in note.cites}
    again = filled(whole, (m for m in state.incident.messages if m.id in told), state.facts)
    return renewed(again, state.incident.messages, state.facts)


def _tokens(state: _State, digest: Digest) -> int:
    folded = digest.ids
    kept = sum(state.size(message) for message in state.incident.messages if message.id not in folded)
    return kept + sum(map(state.page_tokens, digest.chunks))


def _reading(state: _State, digest: Digest) -> Reading:
    folded = digest.ids
    kept = [message for message in state.incident.messages if message.id not in folded]
    kept_tokens, digest_tokens = sum(map(state.size, kept)), sum(map(state.page_tokens, digest.chunks))
    room = max(state.most_tokens - kept_tokens, 0)
    within = bounded(digest, most_tokens=room) if digest_tokens > room else digest
    return Reading(
        digest=within,
        kept=tuple(message.id for message in kept),
        raw_tokens=_raw_tokens(kept) + sum(_chunk_raw_tokens(state, chunk) for chunk in digest.chunks),
        tokens=kept_tokens + sum(map(state.page_tokens, within.chunks)),
        most_tokens=state.most_tokens if folded else 0,
    )


def _chunk_raw_tokens(state: _State, chunk: Chunk) -> int:
    """Return what the messages of a chunk take in full; older ones do not say it."""
    return chunk.raw_tokens or _raw_tokens(state.incident.by_id[one] for one in chunk.ids)


def _raw_tokens(messages: Iterable[Message]) -> int:
    return sum(message_tokens(message, is_whole=True) for message in messages)


def unfolded(incident: Incident, *, is_whole: bool = False) -> Reading:
    """Return the reading in which every message is read in full; without `is_whole` long ones are clipped."""
    tokens = sum(message_tokens(message, is_whole=is_whole) for message in incident.messages)
    kept = tuple(message.id for message in incident.messages)
    return Reading(digest=Digest(), kept=kept, raw_tokens=_raw_tokens(incident.messages), tokens=tokens)
