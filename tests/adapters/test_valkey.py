"""The embedded store: started once, shared, adopted after a crash, and durable."""

import asyncio
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.adapters.steady import steadied
from bot.adapters.valkey import (
    EmbeddedValkey,
    StoreMissingError,
    StoreNotStartedError,
    places_in,
    server_program,
)

PARENT = """
import asyncio, sys
from pathlib import Path
from bot import logs
from bot.adapters.valkey import EmbeddedValkey

logs.set_up(form="json", level="info")

async def main():
    async with EmbeddedValkey(Path(sys.argv[1])) as url:
        print(url, flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


async def process_id(url: str) -> int:
    async with steadied(Redis.from_url(url)) as redis:
        return int((await redis.info("server"))["process_id"])


async def is_there(url: str) -> bool:
    try:
        async with steadied(Redis.from_url(url)) as redis:
            return bool(await redis.ping())
    except RedisError:
        return False


async def test_what_is_stored_is_there_after_a_restart(tmp_path: Path) -> None:
    async with EmbeddedValkey(tmp_path) as url, steadied(Redis.from_url(url)) as redis:
        await redis.set("k", "v")
    assert not await is_there(url)

    async with EmbeddedValkey(tmp_path) as url, steadied(Redis.from_url(url)) as redis:
        assert await redis.get("k") == b"v"


async def test_two_users_share_one_server_and_the_last_one_out_stops_it(tmp_path: Path) -> None:
    first, second = EmbeddedValkey(tmp_path), EmbeddedValkey(tmp_path)
    url = await first.__aenter__()
    assert await second.__aenter__() == url
    pid = await process_id(url)

    await first.__aexit__(None, None, None)
    assert await process_id(url) == pid

    await second.__aexit__(None, None, None)
    assert not await is_there(url)


async def test_two_who_start_at_once_get_one_server(tmp_path: Path) -> None:
    async def use() -> int:
        async with EmbeddedValkey(tmp_path) as url:
            pid = await process_id(url)
            await together.wait()
            return pid

    together = asyncio.Barrier(4)
    pids = await asyncio.gather(*(use() for _ in range(4)))

    assert len(set(pids)) == 1


async def test_a_server_whose_parent_was_killed_is_adopted_with_its_data(tmp_path: Path) -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PARENT, str(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert parent.stdout is not None
    url = (await parent.stdout.readline()).decode().strip()
    async with steadied(Redis.from_url(url)) as redis:
        await redis.set("k", "v")
    parent.kill()
    await parent.wait()

    async with EmbeddedValkey(tmp_path) as again, steadied(Redis.from_url(again)) as redis:
        assert again == url
        assert await redis.get("k") == b"v"
    assert not await is_there(url)


async def test_a_kept_server_goes_on_without_us(tmp_path: Path) -> None:
    async with EmbeddedValkey(tmp_path, keep=True) as url:
        pass
    assert await is_there(url)

    async with EmbeddedValkey(tmp_path):
        pass
    assert not await is_there(url)


async def test_a_server_that_died_meanwhile_is_no_failure(tmp_path: Path) -> None:
    async with EmbeddedValkey(tmp_path) as url, steadied(Redis.from_url(url)) as redis:
        await redis.shutdown(nosave=True)

    assert not await is_there(url)


async def test_a_folder_too_deep_for_a_socket_works(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 60) / ("e" * 60)

    async with EmbeddedValkey(deep) as url:
        assert await is_there(url)
        async with EmbeddedValkey(deep) as same:
            assert same == url
    places_in(deep).socket.parent.rmdir()


async def test_only_we_can_reach_the_socket_and_the_data(tmp_path: Path) -> None:
    async with EmbeddedValkey(tmp_path):
        places = places_in(tmp_path)
        assert stat.S_IMODE(places.socket.stat().st_mode) == 0o700
        assert stat.S_IMODE(places.home.stat().st_mode) == 0o700


async def test_a_folder_for_the_socket_that_others_can_write_to_is_refused(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 60) / ("f" * 60)
    folder = places_in(deep).socket.parent
    folder.chmod(0o777)
    try:
        with pytest.raises(StoreNotStartedError, match="not ours alone"):
            places_in(deep)
    finally:
        folder.rmdir()


async def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    home = places_in(tmp_path).home
    (home / "appendonlydir").write_text("in the way")

    with pytest.raises(StoreNotStartedError) as caught:
        await EmbeddedValkey(tmp_path, start_seconds=2).__aenter__()

    assert "valkey.log" in caught.value.user_message
    assert caught.value.reason


def test_the_server_of_the_wheel_is_found() -> None:
    assert server_program().endswith("valkey-server")


def test_without_the_wheel_a_server_on_path_is_used(tmp_path: Path) -> None:
    program = tmp_path / "redis-server"
    program.touch(mode=0o755)

    assert server_program(wheel="no_such_wheel", path=str(tmp_path)) == str(program)


def test_without_any_server_the_error_says_what_to_do() -> None:
    with pytest.raises(StoreMissingError) as caught:
        server_program(wheel="no_such_wheel", path="/nowhere")

    assert "REDIS_URL" in caught.value.user_message
