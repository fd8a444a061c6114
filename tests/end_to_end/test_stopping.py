"""A role that is told to stop: no new work, what was begun is finished, and it leaves in order."""

import aiohttp
import pytest

from bot.local import free_port
from tests.end_to_end.person import words
from tests.end_to_end.test_roles import SECRET, program, slack, workspace


async def test_an_answer_under_way_is_finished_before_the_process_leaves(tmp_path):
    port = free_port()
    async with workspace() as (sandbox, person):
        sandbox.deliver_http(f"http://127.0.0.1:{port}/slack/events", SECRET)
        environment = slack(sandbox, SLACK_SIGNING_SECRET=SECRET, PORT=str(port), LEASE_SECONDS="1")
        async with program("all", tmp_path, PACE_SECONDS="0.8", **environment) as running:
            await person.ask()
            await person.posts()
        stopped = await person.own_posts()  # the block has ended it as an operator does
        with pytest.raises(aiohttp.ClientConnectorError):
            await person.session.get(f"http://127.0.0.1:{port}/healthz")

    assert running.process.returncode == 0
    assert len(stopped) == 1
    assert "check before you act" in words(stopped[0]["blocks"])
    assert not await running.logged("work.cut_off")
    assert await running.logged("process.stopped")
