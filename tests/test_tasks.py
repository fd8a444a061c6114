"""Tasks that are to end do end."""

import asyncio

import pytest

from bot.tasks import ended, kept_up, running


async def stubborn(deaf_to: int) -> None:
    for _ in range(deaf_to):
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            continue
    await asyncio.sleep(60)


async def failing() -> None:
    raise ValueError


@pytest.mark.parametrize("deaf_to", [0, 1, 5])
async def test_a_task_that_does_not_hear_the_first_cancellation_is_told_again(deaf_to: int) -> None:
    task = asyncio.create_task(stubborn(deaf_to))
    await asyncio.sleep(0)

    await ended(task, again_seconds=0.001)

    assert task.cancelled()


async def test_what_a_task_raised_before_does_not_matter() -> None:
    tasks = [
        asyncio.create_task(failing()),
        asyncio.create_task(asyncio.sleep(0)),
        asyncio.create_task(stubborn(0)),
    ]
    await asyncio.sleep(0)

    await ended(*tasks)

    assert all(task.done() for task in tasks)


async def test_nothing_to_end_is_no_mistake() -> None:
    await ended()


async def test_work_ends_with_its_block_though_the_block_fails() -> None:
    with pytest.raises(ValueError, match="the block"):
        async with running(stubborn(0)) as task:
            raise ValueError("the block")

    assert task.cancelled()


async def test_work_that_fails_begins_again_and_work_that_ends_does_not() -> None:
    tries = []

    async def work() -> None:
        tries.append(1)
        if len(tries) < 3:
            raise ValueError

    await kept_up(work, restart_seconds=0.001)

    assert len(tries) == 3


async def test_work_that_is_kept_up_ends_with_its_block() -> None:
    began = asyncio.Event()

    async def work() -> None:
        began.set()
        await asyncio.sleep(60)

    async with running(kept_up(work)) as task:
        await began.wait()

    assert task.cancelled()
