"""What becomes visible while an answer is made: the facts, then each hypothesis that passed verification."""

from collections.abc import Awaitable, Callable

from bot.answers import Blocks
from bot.incident.hypotheses import Hypothesis
from bot.outgoing import Outgoing
from bot.ports import Reply
from bot.run import Run
from bot.slack.hypothesis_lines import hypothesis_blocks


async def show(reply: Reply, out: Outgoing, blocks: Blocks, text: str) -> None:
    """Show blocks below what is shown already, through the gate."""
    safe, words = out.message(blocks, text)
    await reply.show(safe, text=words)


def shower(run: Run, reply: Reply, out: Outgoing, *, start: int) -> Callable[[Hypothesis], Awaitable[None]]:
    """Return what shows each hypothesis as soon as it has passed verification.

    Args:
        run: The request.
        reply: Its message.
        out: The gate.
        start: How many blocks stand already.
    """
    number = start

    async def shows(hypothesis: Hypothesis) -> None:
        nonlocal number
        blocks = hypothesis_blocks(
            hypothesis, run.incident, answer_id=run.request.id, as_of=run.asked_at, n=number
        )
        number += len(blocks)
        await show(reply, out, blocks, hypothesis.claim)
        facts = {"hypothesis": hypothesis.id, "shown": hypothesis.shown, "links": len(hypothesis.links)}
        run.log("hypothesis.verified", **facts)

    return shows
