"""Two workers change one board at once, on a real store: no change is lost, no number is given twice."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.adapters.queue import open_redis
from bot.adapters.store import RedisMemory
from bot.boards import commit
from bot.errors import BoardActError
from bot.incident.board import Board, is_continuation, merge
from bot.incident.board_acts import Deed, confirm, refute, suspect, take_check
from bot.incident.facts import Facts
from bot.incident.hypotheses import Evidence, Hypothesis, Impact, Link, Trigger
from bot.incident.messages import IncidentRef

NOW = datetime(2031, 5, 6, 10, 0, tzinfo=UTC)
NUMBERS = count()
"""An incident of its own for each try."""
ACTS = {"check": take_check, "refute": refute, "confirm": confirm}
STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from([*ACTS]), st.sampled_from(["H1", "H2", "H3"])),
        st.tuples(st.just("suspect"), st.sampled_from(["DNS at the edge", "the disk of db-1"])),
        st.tuples(st.just("merge"), st.sampled_from(["the release", "a quota", "the pair was removed"])),
    ),
    min_size=1,
    max_size=6,
)


@dataclass
class Worker:
    """One worker with a connection of its own; it keeps what it changed, and every board it saw."""

    name: str
    memory: RedisMemory
    done: list[tuple[str, datetime]] = field(default_factory=list)
    seen: list[Board] = field(default_factory=list)

    async def work(self, ref, steps):
        for number, step in enumerate(steps):
            at = NOW + timedelta(seconds=number, microseconds=ord(self.name[-1]))
            try:
                self.seen.append(await commit(self.memory, ref, self.change(step, at)))
            except BoardActError:
                continue
            self.done.append((step[0], at))

    def change(self, step, at):
        what, name = step
        deed = Deed(by=self.name, by_name=self.name, at=at, because=("m1",), reason="seen")
        if what == "suspect":
            return lambda board: suspect(board, name, deed)[0]
        if what == "merge":
            return lambda board: merge(board, [proposed(name)], now=at, facts=Facts())
        return lambda board: ACTS[what](board, name, deed)


def proposed(claim):
    item = Evidence(id=f"m{len(claim)}")
    return Hypothesis(
        id="H1",
        claim=claim,
        trigger=Trigger(what=claim, evidence=(item,)),
        links=(Link(cause="a", effect="b", evidence_for=(item,)),),
        impact=Impact(symptom="b"),
    )


async def tried(url, number, plans):
    ref = IncidentRef(team_id="T1", channel_id=f"C{number}")
    connections = [open_redis(url) for _ in plans]
    workers = [Worker(f"U{n}", RedisMemory(redis)) for n, redis in enumerate(connections)]
    try:
        await asyncio.gather(*(worker.work(ref, plan) for worker, plan in zip(workers, plans, strict=True)))
        return workers, await workers[0].memory.board(ref)
    finally:
        for redis in connections:
            await redis.aclose()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=STEPS, second=STEPS)
def test_every_change_of_two_workers_stands_in_a_history_once(valkey_url, first, second):
    workers, board = asyncio.run(tried(valkey_url, next(NUMBERS), (first, second)))

    entries = [(one.by, one.at) for h in board.hypotheses for one in h.history]
    for worker in workers:
        made = [at for what, at in worker.done if what != "merge"]
        assert all(entries.count((worker.name, at)) == 1 for at in made)
        assert all(is_continuation(seen, board) for seen in worker.seen)
    claims = {h.claim for h in board.hypotheses}
    assert {name for plan in (first, second) for what, name in plan if what == "merge"} <= claims
    assert len({h.id for h in board.hypotheses}) == len(board.hypotheses)
    assert board.version <= sum(len(worker.done) for worker in workers)
