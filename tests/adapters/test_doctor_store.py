"""What doctor finds out about a store, from a real one that is set up wrongly."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from redis.asyncio import Redis

from bot.adapters import doctor_store
from bot.adapters.steady import steadied
from bot.adapters.valkey import EmbeddedValkey
from tests.adapters.forwarding import tls_front


def told(findings):
    return {finding.name: (finding.state.value, finding.found) for finding in findings}


async def examined(url, *, seconds=4.0):
    return await doctor_store.examine(url, seconds=seconds)


@pytest.fixture(scope="module")
def own_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("store")


@pytest.fixture
async def own(own_folder):
    """A store that a test may spoil: its settings, its users, its role."""
    async with EmbeddedValkey(own_folder) as url, steadied(Redis.from_url(url)) as redis:
        yield redis, url
        await redis.config_set("requirepass", "")
        await redis.execute_command("REPLICAOF", "NO", "ONE")


@asynccontextmanager
async def listening(answer):
    """A server that says one thing to whoever connects, and reads until they go."""

    async def serve(reader, writer):
        writer.write(answer)
        while await reader.read(1000):
            writer.write(answer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}/0"


async def test_a_good_store_passes_every_check(own):
    _, url = own

    findings = await examined(url)

    assert {finding.name: finding.state.value for finding in findings} == dict.fromkeys(
        ("store", "store writes", "store memory", "store on disk", "store speed"), "pass"
    )
    assert "Valkey 9" in told(findings)["store"][1]


async def test_the_trial_leaves_nothing_behind(own):
    redis, url = own

    await examined(url)

    assert await redis.keys("*doctor*") == []


async def test_a_store_that_would_delete_questions_is_a_failure(own):
    redis, url = own
    await redis.config_set("maxmemory", "100mb")
    await redis.config_set("maxmemory-policy", "allkeys-lru")

    findings = await examined(url)

    await redis.config_set("maxmemory", "0")
    await redis.config_set("maxmemory-policy", "noeviction")
    [memory] = (finding for finding in findings if finding.name == "store memory")
    assert memory.state.value == "fail"
    assert "allkeys-lru" in memory.found
    assert memory.remedy == "Set maxmemory-policy to noeviction."


async def test_a_full_store_is_told_by_its_writes(own):
    redis, url = own
    await redis.config_set("maxmemory", "1")

    found = told(await examined(url))

    await redis.config_set("maxmemory", "0")
    assert found["store writes"] == ("fail", "its memory is full")
    assert found["store memory"][0] == "pass"


async def test_a_store_without_a_file_says_what_a_restart_loses(own):
    redis, url = own
    await redis.config_set("appendonly", "no")

    found = told(await examined(url))

    await redis.config_set("appendonly", "yes")
    assert found["store on disk"][0] == "warn"
    assert "a restart loses" in found["store on disk"][1]


async def test_a_replica_is_told_by_its_writes(own):
    redis, url = own
    await redis.execute_command("REPLICAOF", "127.0.0.1", "1")

    found = told(await examined(url))

    assert found["store writes"] == ("fail", "it is a read-only replica")


async def test_a_password_that_is_missing_or_wrong_is_told(own):
    redis, url = own
    await redis.config_set("requirepass", "open sesame")

    [missing] = await examined(url)
    [wrong] = await examined(url.replace("unix://", "unix://:guess@"))

    assert "it wants a password" in missing.found
    assert "it refuses the password" in wrong.found
    assert "guess" not in wrong.found + wrong.remedy


async def test_a_user_who_may_not_write_is_told(own):
    redis, url = own
    await redis.execute_command("ACL", "SETUSER", "reader", "on", "nopass", "~*", "+@read", "+ping")

    found = told(await examined(url.replace("unix://", "unix://reader:any@")))

    assert found["store"] == ("note", found["store"][1])
    assert found["store writes"] == ("fail", "the user may not write")


async def test_a_port_where_nothing_listens_is_told():
    [finding] = await examined("redis://:pass" + "word@127.0.0.1:1/0")

    assert finding.found == "nothing answers at redis://127.0.0.1:1"
    assert "without REDIS_URL an embedded one is used" in finding.remedy


async def test_a_name_that_does_not_resolve_is_told():
    [finding] = await examined("redis://store.invalid:6379/0")

    assert finding.found == "the name store.invalid cannot be resolved"


async def test_tls_where_there_is_none_is_told():
    async with listening(b"-ERR unknown command\r\n") as url:
        [finding] = await examined(url.replace("redis://", "rediss://"))

    assert finding.found == "127.0.0.1 does not speak TLS"
    assert "redis:// instead of rediss://" in finding.remedy


async def test_a_certificate_that_nobody_knows_is_told(tmp_path):
    async with tls_front("127.0.0.1:1", tmp_path) as (address, _certificate):
        [finding] = await examined(f"rediss://{address}/0")

    assert finding.found == "the certificate of 127.0.0.1 is not trusted"


async def test_a_server_of_another_kind_is_told():
    async with listening(b"220 mail.example ESMTP\r\n") as url:
        [finding] = await examined(url)

    assert "no Redis or Valkey does" in finding.found


async def test_silence_is_told():
    async with listening(b"") as url:
        [finding] = await examined(url, seconds=0.2)

    assert finding.found == "127.0.0.1 did not answer in time"


@pytest.mark.parametrize("url", ["localhost:6379", "https://store.example", "redis://host:port/0"])
async def test_what_is_no_address_is_told(url):
    [finding] = await examined(url)

    assert finding.found.startswith("REDIS_URL is no address")


async def test_the_embedded_store_is_tried():
    [finding] = await doctor_store.examine_embedded()

    assert finding.state.value == "pass"
    assert "embedded Valkey 9" in finding.found
