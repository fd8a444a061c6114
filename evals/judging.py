"""A model's verdict on an explanation, in four grades; asked only where `JUDGE_MODEL` names one.

The grades and what they are worth are those that incident.io describes for its own reviews: bullseye 100,
one hop short 65, right area but wrong diagnosis 35, wrong area 0; and whether acting on it would have helped.
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from typing import Any

import anthropic
import httpx2
from pydantic import BaseModel, ConfigDict, ValidationError

from bot.adapters.claude_usage import tokens_of
from bot.chosen import Models
from bot.incident.hypotheses import Hypothesis
from bot.models.catalogue import Catalogue
from bot.models.cost import cost_usd
from bot.settings import Settings, require
from evals.growing import Budget, Moment
from evals.recorded import Told
from prompts import load

PERCENT = {"bullseye": 100, "one_hop_short": 65, "right_area": 35, "wrong_area": 0}
_MOST_TOKENS = 4_000
_TOOL: Any = {
    "name": "read_incident",
    "description": "Read what was found out about the incident, and the explanation to grade.",
    "input_schema": {"type": "object", "properties": {}, "additionalProperties": False},
}
_SCHEMA: Any = {
    "type": "object",
    "properties": {
        "grade": {"type": "string", "enum": list(PERCENT)},
        "would_fix": {"type": "boolean"},
        "because": {"type": "string"},
    },
    "required": ["grade", "would_fix", "because"],
    "additionalProperties": False,
}
_FAILURES = (anthropic.AnthropicError, httpx2.HTTPError, ValidationError, ValueError)


class _Verdict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    grade: str
    would_fix: bool
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A verdict.

    Attributes:
        grade: One of `PERCENT`.
        would_fix: Acting on the explanation alone would have stopped the impact.
    """

    grade: str
    would_fix: bool
    because: str

    @property
    def percent(self) -> int:
        """What the grade is worth, 0 to 100."""
        return PERCENT[self.grade]

    def as_json(self) -> dict[str, Any]:
        """Return it as data."""
        return {**asdict(self), "percent": self.percent}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """Asks a model for verdicts, as long as the money lasts."""

    client: anthropic.AsyncAnthropic
    model: str
    catalogue: Catalogue
    budget: Budget

    async def judge(self, told: Told, moment: Moment | None) -> Judged | None:
        """Return the verdict on what ranks first; None where there is nothing to judge or no verdict.

        Args:
            told: With its truth.
            moment: The answer.
        """
        if moment is None or moment.top is None or self.budget.is_spent:
            return None
        try:
            return await self._asked(told, moment.top)
        except _FAILURES:
            return None  # a verdict that is missing shows in its n; the rest of the report stands

    async def _asked(self, told: Told, top: Hypothesis) -> Judged | None:
        seen = {"truth": told.story, "explanation": _explanation(top)}
        async with self.client.beta.messages.stream(
            model=self.model,
            max_tokens=_MOST_TOKENS,
            system=load("judge").text,
            tools=[_TOOL],
            tool_choice={"type": "none"},
            messages=_turns(json.dumps(seen, ensure_ascii=False)),
            output_config={"effort": "low", "format": {"type": "json_schema", "schema": _SCHEMA}},
        ) as stream:
            message = await stream.get_final_message()
        self.budget.pay(cost_usd(tokens_of(message.model, message.usage), self.catalogue))
        return _read("".join(block.text for block in message.content if block.type == "text"))


def _turns(seen: str) -> Any:
    call = {"type": "tool_use", "id": "toolu_judge_0001", "name": "read_incident", "input": {}}
    result = {"type": "tool_result", "tool_use_id": "toolu_judge_0001", "content": seen}
    return [
        {"role": "user", "content": "Read the incident and grade the explanation."},
        {"role": "assistant", "content": [call]},
        {"role": "user", "content": [result]},
    ]


def _read(text: str) -> Judged | None:
    verdict = _Verdict.model_validate_json(text)
    if verdict.grade not in PERCENT:
        return None
    return Judged(grade=verdict.grade, would_fix=verdict.would_fix, because=verdict.because)


def _explanation(top: Hypothesis) -> dict[str, Any]:
    return {
        "claim": top.claim,
        "trigger": top.trigger.what,
        "links": [{"cause": link.cause, "effect": link.effect} for link in top.links],
        "impact": top.impact.symptom,
    }


@asynccontextmanager
async def open_judge(settings: Settings, models: Models, budget: Budget) -> AsyncIterator[Judge | None]:
    """Give the judge; None where no model is named for it.

    Raises:
        BadInputError: A model is named and there is no key.
    """
    if not settings.judge_model:
        yield None
        return
    require(settings, "anthropic_api_key", or_else="leave JUDGE_MODEL empty")
    key = settings.anthropic_api_key.get_secret_value()
    async with anthropic.AsyncAnthropic(api_key=key, max_retries=2, timeout=120) as client:
        yield Judge(client=client, model=settings.judge_model, catalogue=models.catalogue, budget=budget)
