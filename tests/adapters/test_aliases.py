"""What secrets are called, in the real store: the same for ever, sealed, and gone with the incident."""

import asyncio
from dataclasses import replace

import pytest

from bot.adapters.aliases import RedisAliases
from bot.adapters.keys import TABLE, key
from bot.adapters.sealing import Sealer
from bot.adapters.store import RedisMemory
from bot.answers import KeptAliases
from bot.errors import StoreUnavailableError
from bot.naming import LocalAliases, Naming
from tests.adapters.claude_cases import a_message, an_incident

FIRST, SECOND = "Zx9qLm" + "2Wp7", "Qr5tYu" + "8Io3"
THREAD = an_incident(a_message(1, f"DB_PASSWORD={FIRST}"), a_message(2, f"DB_PASSWORD={SECOND}"))
NAMES = KeptAliases(names={"ab12": "[password:1]"})


@pytest.fixture
def aliases(redis_client):
    return RedisAliases(redis_client, Sealer("a secret of the operator"), ttl_seconds=3600)


def naming(memory, aliases):
    return Naming(memory=memory, aliases=aliases, literals=())


async def test_a_secret_keeps_its_name_when_an_earlier_one_is_deleted(redis_client, aliases):
    namer = naming(RedisMemory(redis_client), aliases)
    both, _, _ = await namer.redacted(THREAD, "why?")

    left, _, _ = await namer.redacted(THREAD.with_messages(THREAD.messages[1:]), "why?")

    assert left.messages == both.messages[1:]
    assert ":2]" in left.messages[0].text


async def test_names_are_sealed_and_live_as_long_as_they_may(redis_client, aliases):
    assert await aliases.commit_aliases(THREAD.ref, NAMES)

    name = key("aliases", THREAD.ref.key)
    assert await aliases.aliases(THREAD.ref) == replace(NAMES, version=1)
    assert b"password" not in b"".join((await redis_client.hgetall(name)).values())
    assert 0 < await redis_client.ttl(name) <= 3600
    assert [family.owner for family in TABLE if family.matches(name)] == ["aliases"]


async def test_who_was_slower_does_not_overwrite_what_another_named(aliases):
    assert await aliases.commit_aliases(THREAD.ref, NAMES)

    assert not await aliases.commit_aliases(THREAD.ref, KeptAliases())


async def test_with_another_secret_of_the_operator_names_are_given_anew(redis_client, aliases):
    await aliases.commit_aliases(THREAD.ref, NAMES)
    other = RedisAliases(redis_client, Sealer("another secret"), ttl_seconds=3600)

    assert await other.aliases(THREAD.ref) == KeptAliases(version=1)


async def test_they_are_forgotten_with_the_incident(redis_client, aliases):
    await aliases.commit_aliases(THREAD.ref, NAMES)

    await RedisMemory(redis_client).forget(THREAD.ref)

    assert await aliases.aliases(THREAD.ref) == KeptAliases()


async def test_two_requests_at_once_never_give_one_name_to_two_secrets(redis_client, aliases):
    namer = naming(RedisMemory(redis_client), aliases)
    parts = [THREAD.with_messages([message]) for message in THREAD.messages]

    told = await asyncio.gather(*(namer.redacted(part, "why?") for part in parts))

    assert len({incident.messages[0].text for incident, _, _ in told}) == len(parts)


class _AlwaysSlower(LocalAliases):
    async def commit_aliases(self, ref, kept):
        return False


async def test_names_that_cannot_be_kept_are_not_shown(redis_client):
    with pytest.raises(StoreUnavailableError):
        await naming(RedisMemory(redis_client), _AlwaysSlower()).redacted(THREAD, "why?")


async def test_within_one_process_the_same_holds(redis_client):
    namer = naming(RedisMemory(redis_client), LocalAliases())
    await namer.redacted(THREAD, "why?")

    redactor = await namer.redactor(THREAD.ref)

    assert redactor.redact(f"DB_PASSWORD={SECOND}").text.endswith(":2]")
    assert not await namer.aliases.commit_aliases(THREAD.ref, NAMES)
