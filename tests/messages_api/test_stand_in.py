"""The stand-in itself: what it refuses, and that it runs as a process of its own."""

import asyncio
import copy
import json
import os
import signal
import sys

import pytest

from bot.adapters.claude import ClaudeAnalyst
from bot.models.catalogue import default_catalogue
from tests.adapters.claude_cases import object_store, steps_of
from tests.messages_api.cache import PromptCache
from tests.messages_api.issued import Issued
from tests.messages_api.judge import RefusalError, judge

CALL = {"type": "tool_use", "id": "a", "name": "read", "input": {}}
RESULT = {"type": "tool_result", "tool_use_id": "a", "content": "{}"}
BODY = {
    "model": "claude-opus-5-5",
    "max_tokens": 100,
    "tools": [{"name": "read"}],
    "messages": [
        {"role": "user", "content": "Read."},
        {"role": "assistant", "content": [CALL]},
        {"role": "user", "content": [RESULT, {"type": "text", "text": "Why?"}]},
    ],
}
FIVE = {"type": "ephemeral"}
HOUR = {"type": "ephemeral", "ttl": "1h"}


def schema(**changes: object) -> dict[str, object]:
    node = {"type": "object", "properties": {"n": {"type": "integer"}}, "additionalProperties": False}
    return {"output_config": {"format": {"type": "json_schema", "schema": {**node, **changes}}}}


def turns(*contents: object) -> dict[str, object]:
    roles = ("user", "assistant")
    return {"messages": [{"role": roles[n % 2], "content": c} for n, c in enumerate(contents)]}


def efforts(level: str) -> dict[str, object]:
    """A conversation whose effort changes before its last turn."""
    change = {"role": "system", "content": [], "output_config": {"effort": level}}
    first, answer, last = turns("Read.", "I have.", "Why?")["messages"]
    return {"messages": [first, answer, change, last]}


def marked(*marks: object) -> dict[str, object]:
    return {"system": [{"type": "text", "text": "s", "cache_control": mark} for mark in marks]}


def test_a_request_in_order_passes():
    assert judge(BODY, has_key=True) is None


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"temperature": 0.2}, "temperature: Extra inputs"),
        ({"top_p": 1}, "top_p: Extra inputs"),
        ({"compaction": {}}, "compaction: Extra inputs"),
        ({"max_tokens": None}, "max_tokens: Field required"),
        ({"max_tokens": 200_000}, "max_tokens: out of range"),
        ({"model": "claude-3"}, "model: claude-3"),
        ({"thinking": {"type": "enabled", "budget_tokens": 9}}, "enabled is not supported"),
        ({"thinking": {"type": "disabled"}}, "disabled is not supported"),
        ({"thinking": {"type": "adaptive", "budget_tokens": 9}}, "budget_tokens"),
        ({"thinking": {"type": "adaptive", "display": "updates"}}, "display"),
        ({"output_config": {"effort": "huge"}}, "effort"),
        ({"model": "claude-opus-4-6", "output_config": {"effort": "xhigh"}}, "effort"),
        (schema(additionalProperties=True), "additionalProperties"),
        (schema(properties={"n": {"type": "integer", "minimum": 1}}), "unsupported bound"),
        (schema(properties={f"n{i}": {"type": "integer"} for i in range(25)}), "too many optional"),
        ({"tool_choice": {"type": "any"}}, "forcing a tool"),
        ({"tool_choice": {"type": "tool", "name": "read"}}, "forcing a tool"),
        ({"tools": None}, "tools: required"),
        (efforts("low"), "role system is not supported"),
        (turns(), "at least one message"),
        ({"messages": [{"role": "assistant", "content": "hi"}]}, "first message"),
        (turns("Read.", "prefilled"), "prefilling"),
        (turns("Read.", [CALL], "Why?"), "without their pair"),
        (turns([RESULT]), "without their pair"),
        (turns("Read.", [CALL], [{"type": "text", "text": "Why?"}, RESULT]), "must come first"),
        (turns(" "), "must contain text"),
        (marked(FIVE, HOUR), "a 1h block must not come after"),
        (marked(FIVE, FIVE, FIVE, FIVE, FIVE), "at most 4"),
    ],
)
def test_what_the_api_refuses_is_refused(changes, says):
    body = {key: value for key, value in {**BODY, **changes}.items() if value is not None}

    with pytest.raises(RefusalError) as caught:
        judge(body, has_key=True)

    assert says in caught.value.message


def test_a_request_without_a_key_is_not_authenticated():
    with pytest.raises(RefusalError) as caught:
        judge(BODY, has_key=False)

    assert caught.value.status == 401


def test_the_cache_gives_back_what_was_stored_until_the_prefix_changes():
    cache = PromptCache()
    body = {**BODY, "system": [{"type": "text", "text": "word " * 600, "cache_control": HOUR}]}
    changed = copy.deepcopy(body)
    changed["system"][0]["text"] += "!"

    first, second, third = cache.count(body), cache.count(body), cache.count(changed)

    assert first["cache_creation"]["ephemeral_1h_input_tokens"] == first["cache_creation_input_tokens"] > 0
    assert second["cache_read_input_tokens"] == first["cache_creation_input_tokens"]
    assert third["cache_read_input_tokens"] == 0


def test_a_prompt_below_the_minimum_of_the_model_is_not_cached():
    body = {**BODY, **marked(FIVE), "model": "claude-opus-4-6"}

    assert PromptCache().count(body)["cache_creation_input_tokens"] == 0


async def test_it_runs_as_a_process_that_answers_with_citations_of_the_request():
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.messages_api", "--port", "0", "--turns", "overloaded,answer"),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": "."},
    )
    try:
        base_url = json.loads(await process.stdout.readline())["base_url"]
        claude = ClaudeAnalyst(
            catalogue=default_catalogue(), api_key="test", base_url=base_url, backoff_seconds=0.01
        )

        steps = await steps_of(claude, object_store())
        await claude.close()
    finally:
        process.send_signal(signal.SIGTERM)
        await process.communicate()

    assert [item.id for item in steps[0].trigger.evidence] == ["m3"]
    assert process.returncode == 0


COMPACT = {"betas": {"compact-2026-09-04"}}
SUMMARY = {"type": "compaction", "content": "so far", "signature": "s"}
GO_ON = {"role": "user", "content": "Go on."}


@pytest.mark.parametrize(
    ("changes", "betas", "says"),
    [
        ({"compaction": {"type": "summarize"}}, {}, "compaction: Extra inputs"),
        ({"compaction": {"type": "shorten"}}, COMPACT, "compaction.type"),
        (
            {"compaction": {"type": "summarize", "instructions": "x" * 16_385}},
            COMPACT,
            "compaction: too long",
        ),
        ({"compaction": {"type": "summarize"}, "stop_sequences": ["x"]}, COMPACT, "not with stop_sequences"),
        ({"compaction": {"type": "summarize"}, **schema()}, COMPACT, "not with a format"),
        ({"messages": [{"role": "assistant", "content": [SUMMARY]}, GO_ON]}, {}, "need the beta"),
        (turns("Read.", [SUMMARY], "Go on."), COMPACT, "compaction_block_misplaced"),
        (
            {"messages": [{"role": "assistant", "content": [SUMMARY, SUMMARY]}, GO_ON]},
            COMPACT,
            "compaction_block_misplaced",
        ),
    ],
)
def test_what_the_api_refuses_of_summaries_is_refused(changes, betas, says):
    with pytest.raises(RefusalError) as caught:
        judge({**BODY, **changes}, has_key=True, **betas)

    assert says in caught.value.message


THOUGHT = {"type": "thinking", "thinking": "hm", "signature": "c2ln"}
LOOP = [THOUGHT, {**CALL, "id": "b"}]
ANSWERED = [{**RESULT, "tool_use_id": "b"}]


def loop(content, *, model="claude-sonnet-5-5", first="Read."):
    return {**BODY, **turns(first, content, ANSWERED), "model": model}


@pytest.mark.parametrize("model", ["claude-sonnet-5-5", "claude-sonnet-4-6"])
@pytest.mark.parametrize(
    ("content", "says"),
    [
        ([{**THOUGHT, "thinking": "ha"}, LOOP[1]], "invalid thinking signature"),
        ([{**THOUGHT, "signature": "b3RoZXI="}, LOOP[1]], "invalid thinking signature"),
        (LOOP[1:], "were modified"),
        ([THOUGHT, {**LOOP[1], "input": {"page": 2}}], "were modified"),
    ],
)
def test_a_turn_that_does_not_come_back_as_it_was_is_refused(model, content, says):
    issued = Issued()
    issued.note({**BODY, **turns("Read."), "model": model}, LOOP, end="tool_use")

    issued.judge(loop(LOOP, model=model))
    with pytest.raises(RefusalError) as caught:
        issued.judge(loop(content, model=model))

    assert says in caught.value.message


def test_thinking_behind_a_changed_prefix_is_refused_by_the_newer_pair_alone():
    issued, older = Issued(), Issued()
    issued.note({**BODY, **turns("Read."), "model": "claude-sonnet-5-5"}, LOOP, end="tool_use")
    older.note({**BODY, **turns("Read."), "model": "claude-sonnet-4-6"}, LOOP, end="tool_use")

    older.judge(loop(LOOP, model="claude-sonnet-4-6", first="Read it all."))
    with pytest.raises(RefusalError) as caught:
        issued.judge(loop(LOOP, first="Read it all."))

    assert "does not match the conversation" in caught.value.message


def test_a_summary_that_nobody_gave_out_is_refused():
    with pytest.raises(RefusalError):
        Issued().judge({**BODY, "messages": [{"role": "assistant", "content": [SUMMARY]}, GO_ON]})
