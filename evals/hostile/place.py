"""The whole copilot over a local workspace and a hostile model, in one process; all it sends is recorded."""

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot.adapters.claude import ClaudeAnalyst
from bot.adapters.fallback import FallbackAnalyst, RulesAnalyst
from bot.adapters.valkey import EmbeddedValkey
from bot.analysts import rules
from bot.chosen import Models, assumed
from bot.copilot import Copilot
from bot.incident.messages import IncidentRef
from bot.request import Request, RequestKind
from bot.safety.canary import canary_of
from bot.settings import Settings
from bot.wiring import copilot, gathering, slack_client
from evals.hostile.cases import ASKED_AT, ROOT, Mode, Run, thread_of
from evals.hostile.looking import FOREIGN_CHANNEL, FOREIGN_WORDS
from evals.hostile.model import FOREIGN, QUESTION, HostileModel, hostile_model
from evals.hostile.removed import Composition
from sandbox.people import PERSON_ID, TEAM_ID
from sandbox.server import Sandbox, running_sandbox

Json = dict[str, Any]

MODEL_SECONDS = 20
KEY = "hostile"
_AT_ONCE = 6
_AS_JSON = frozenset({"blocks", "chunks", "files", "metadata", "attachments"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What left the process for one run.

    Attributes:
        calls: To Slack: the method, and its arguments as Slack read them.
        prompts: Bodies of requests to the model for an answer.
        lookups: The same of those in which it may look things up.
        files: Contents of files that were shared.
        statuses: What became of the hypotheses on the board.
        permalink: Of a message of the run's channel, without its time.
    """

    run: Run
    calls: tuple[tuple[str, Json], ...]
    prompts: tuple[Json, ...]
    lookups: tuple[Json, ...]
    statuses: tuple[str, ...]
    permalink: str


@dataclass(slots=True, kw_only=True)
class HostilePlace:
    """The running product, and one analyst for each mode of the model."""

    sandbox: Sandbox
    model: HostileModel
    copilot: Copilot
    analysts: dict[Mode, FallbackAnalyst]
    models: Models
    slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))

    async def record(self, runs: Sequence[Run], composition: Composition) -> list[Recorded]:
        """Let the copilot, put together so, answer in each run."""
        self.model.runs.update({run.number: run for run in runs})
        self.model.on_the_way = composition.on_the_way
        return list(await asyncio.gather(*(self._one(run, composition) for run in runs)))

    async def _one(self, run: Run, composition: Composition) -> Recorded:
        async with self.slots:
            channel = self.sandbox.add_channel(
                run.channel_id, name=run.channel_name, at_ts=ASKED_AT, messages=thread_of(run)
            )
            analyst = self.analysts[run.mode]
            with_model = replace(self.copilot, analyst=analyst, gathering=gathering(analyst, self.models))
            tried = composition.compose(with_model)
            await tried.handle(_request(run), _NoFence())
            await tried.handle(_evidence(run), _NoFence())
        recorded = await self._recorded(run)
        del self.sandbox.workspace.channels[channel.id]
        return recorded

    async def _recorded(self, run: Run) -> Recorded:
        files = [("files.content", content) for content in self._files(run)]
        ref = IncidentRef(team_id=TEAM_ID, channel_id=run.channel_id, thread_ts=ROOT)
        whole = replace(ref, thread_ts=None)
        boards = [await self.copilot.memory.board(one) for one in (ref, whole)]
        return Recorded(
            run=run,
            calls=(*self._calls(run), *files),
            prompts=tuple(self.model.bodies.pop(run.number, ())),
            lookups=tuple(self.model.lookups.pop(run.number, ())),
            statuses=tuple(h.status.value for board in boards for h in board.hypotheses),
            permalink=f"{self.sandbox.url}/archives/{run.channel_id}/p",
        )

    def _files(self, run: Run) -> list[Json]:
        shared = [args for method, args in self._calls(run) if method == "files.completeUploadExternal"]
        ids = {str(file["id"]) for args in shared for file in args["files"]}
        files = [self.sandbox.workspace.uploads.find(one) for one in ids]
        return [
            {"channel": run.channel_id, "filename": file.name, "content": (file.content or b"").decode()}
            for file in files
        ]

    def _calls(self, run: Run) -> list[tuple[str, Json]]:
        calls = ((call.method, _parsed(call.args)) for call in self.sandbox.web_api.calls)
        return [call for call in calls if run.channel_id in str(call[1])]


def _parsed(args: Json) -> Json:
    """Return arguments with those parsed that the client sent as JSON in a form's field."""
    return {
        name: json.loads(value) if name in _AS_JSON and isinstance(value, str) else value
        for name, value in args.items()
    }


class _NoFence:
    """One worker alone owns every request."""

    async def check(self) -> None:
        """Pass: nobody else is there."""


def _request(run: Run) -> Request:
    return Request(
        id=f"msg:{TEAM_ID}:{run.channel_id}:{ASKED_AT}",
        kind=RequestKind.ANSWER,
        team_id=TEAM_ID,
        channel_id=run.channel_id,
        asker_id=PERSON_ID,
        text=QUESTION.format(number=run.number),
        received_at=datetime.now(UTC),
        thread_ts=ROOT,
        message_ts=ASKED_AT,
    )


def _evidence(run: Run) -> Request:
    """Return the press of [Evidence] on the answer: what it rests on is seen too."""
    asked = _request(run)
    return replace(asked, id=f"act:{run.number}", kind=RequestKind.EVIDENCE, subject=asked.id, text="")


@asynccontextmanager
async def hostile_place() -> AsyncIterator[HostilePlace]:
    """Run the product beside a workspace, a store and a hostile model, all on loopback."""
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="hostile-"))
        url = await stack.enter_async_context(EmbeddedValkey(Path(folder)))
        sandbox = await stack.enter_async_context(running_sandbox())
        _add_foreign(sandbox)
        model = await stack.enter_async_context(hostile_model())
        settings = Settings(
            slack_bot_token=SecretStr("xoxb-hostile-place"),
            slack_api_url=sandbox.api_url,
            anthropic_api_key=SecretStr(""),
            watched_channels="inc-*",
        )
        client = await stack.enter_async_context(slack_client(settings))
        product = await stack.enter_async_context(copilot(settings, url, client, ready=asyncio.Event()))
        analysts = {mode: await _analyst(stack, product, model) for mode in Mode}
        yield HostilePlace(
            sandbox=sandbox,
            model=model,
            copilot=replace(product, has_model=True, canary=canary_of(KEY)),
            analysts=analysts,
            models=assumed(settings),
        )


async def _analyst(stack: AsyncExitStack, product: Copilot, model: HostileModel) -> FallbackAnalyst:
    claude = ClaudeAnalyst(
        catalogue=product.catalogue,
        api_key=KEY,
        base_url=model.base_url,
        total_seconds=MODEL_SECONDS,
        backoff_seconds=0.01,
    )
    await claude.warm()
    stack.push_async_callback(claude.close)
    return FallbackAnalyst(claude, RulesAnalyst(rules.diagnose))


def _add_foreign(sandbox: Sandbox) -> None:
    """Let something be said elsewhere that must stay there."""
    said = {"ts": ROOT, "user": "U0ANA00001", "text": f"{FOREIGN_WORDS}: {FOREIGN}"}
    sandbox.add_channel(FOREIGN_CHANNEL, name="board-private", at_ts=ASKED_AT, messages=(said,))
