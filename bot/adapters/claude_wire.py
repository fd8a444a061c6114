"""The form in which Claude answers, and its translation into our own values.

The API's grammar enforces types, names and enums. Bounds on numbers and lengths are not in the schema: the
API does not enforce them, while pydantic here would reject a whole answer for one of them; `to_hypothesis`
clamps instead. Every field is required, because optional ones are limited to 24 in a schema.
"""

import re
from collections.abc import Collection, Iterable
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from bot.answers import Closing
from bot.incident.facts import FactKind
from bot.incident.hypotheses import (
    Access,
    Check,
    Evidence,
    EvidenceKind,
    Hypothesis,
    Impact,
    Link,
    Mitigation,
    Trigger,
)

MAX_HYPOTHESES = 5
MAX_LINKS = 8
MAX_EVIDENCE = 8
MAX_WORDS = 8
"""Most entries of one list of plain words, such as the open questions."""
MAX_CHECK_MINUTES = 60

_HYPOTHESIS_ID = re.compile(r"H[1-9][0-9]{0,3}")


def _lower(value: object) -> object:
    """Return words in lower case: the API may answer an enum's value in another capitalisation."""
    return value.strip().lower() if isinstance(value, str) else value


class Wire(BaseModel):
    """Anything on the wire: nothing missing, nothing more."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class WireEvidence(Wire):
    """One citation."""

    id: str
    quote: str
    kind: Annotated[EvidenceKind, BeforeValidator(_lower)]


class WireTrigger(Wire):
    """What started it."""

    what: str
    evidence: list[WireEvidence]


class WireLink(Wire):
    """One step."""

    cause: str
    effect: str
    mechanism: str
    evidence_for: list[WireEvidence]
    evidence_against: list[WireEvidence]
    falsifier: str


class WireImpact(Wire):
    """What is broken, and for whom."""

    symptom: str
    population: str
    evidence: list[WireEvidence]


class WireCheck(Wire):
    """Something to look at; an empty `do` says that there is nothing."""

    do: str
    expect_if_true: str
    expect_if_false: str
    splits: list[str]
    minutes: int


class WireAccess(Wire):
    """What an explanation claims about one refusal."""

    denial: str
    decision: Annotated[
        Literal["allow", "explicit_deny", "implicit_deny", "unknown"], BeforeValidator(_lower)
    ]
    layer: Annotated[
        Literal["identity", "resource", "boundary", "session", "scp", "rcp", "endpoint", "none"],
        BeforeValidator(_lower),
    ]


class WireHypothesis(Wire):
    """One explanation."""

    id: str
    claim: str
    trigger: WireTrigger
    links: list[WireLink]
    impact: WireImpact
    conditions: list[str]
    does_not_explain: list[str]
    refuted_if: str
    next_check: WireCheck
    access: list[WireAccess] = Field(default_factory=list)


class WireMitigation(Wire):
    """Something that would stop the impact."""

    do: str
    safe_under: list[str]
    cites: list[str]


class WireNote(Wire):
    """One statement of folded messages."""

    kind: Annotated[FactKind, BeforeValidator(_lower)]
    text: str
    cites: list[str]
    quote: str


class WireDiagnosis(Wire):
    """A whole answer; hypotheses stand first, so that they can be shown while the rest is written.

    Notes have their place in it because requests that share the prompt cache share the form of the answer.
    """

    hypotheses: list[WireHypothesis]
    mitigations: list[WireMitigation]
    open_questions: list[str]
    unseen: list[str]
    insufficient: str
    notes: list[WireNote] = Field(default_factory=list)


@cache
def answer_schema() -> dict[str, Any]:
    """Return the JSON schema of an answer as the API wants it, without notes and titles; read only."""
    schema: dict[str, Any] = _plain(WireDiagnosis.model_json_schema())
    return schema


def _plain(node: Any) -> Any:
    if isinstance(node, list):
        return [_plain(item) for item in node]
    if not isinstance(node, dict):
        return node
    notes = {key for key in ("title", "description") if isinstance(node.get(key), str)}
    plain = {key: _plain(value) for key, value in node.items() if key not in notes}
    return {**plain, "required": list(plain["properties"])} if "properties" in plain else plain


def to_hypothesis(wire: WireHypothesis, *, taken: Collection[str]) -> Hypothesis:
    """Translate one hypothesis; nothing in it is verified yet.

    Args:
        wire: As the model gave it.
        taken: Ids that earlier hypotheses of this answer have; a second use gets the next free number.
    """
    return Hypothesis(
        id=_free_id(wire.id, taken),
        claim=wire.claim.strip(),
        trigger=Trigger(what=wire.trigger.what.strip(), evidence=_evidence(wire.trigger.evidence)),
        links=tuple(_link(link) for link in wire.links[:MAX_LINKS]),
        impact=Impact(
            symptom=wire.impact.symptom.strip(),
            population=wire.impact.population.strip(),
            evidence=_evidence(wire.impact.evidence),
        ),
        conditions=_words(wire.conditions),
        does_not_explain=_words(wire.does_not_explain),
        refuted_if=wire.refuted_if.strip(),
        next_check=_check(wire.next_check),
        access=_access(wire.access),
    )


def _access(wire: Iterable[WireAccess]) -> tuple[Access, ...]:
    told = (Access(denial=one.denial.strip(), decision=one.decision, layer=one.layer) for one in wire)
    return tuple(dict.fromkeys(told))[:MAX_WORDS]


def to_closing(wire: WireDiagnosis) -> Closing:
    """Translate what follows the hypotheses."""
    mitigations = tuple(
        Mitigation(do=item.do.strip(), safe_under=_words(item.safe_under), cites=_words(item.cites))
        for item in wire.mitigations[:MAX_WORDS]
        if item.do.strip()
    )
    return Closing(
        analyst="claude",
        mitigations=mitigations,
        open_questions=_words(wire.open_questions),
        unseen=_words(wire.unseen),
        insufficient=_insufficient(wire),
    )


def _insufficient(wire: WireDiagnosis) -> str:
    if wire.hypotheses:
        return ""
    return wire.insufficient.strip() or "The model found no chain that the messages support."


def _free_id(wanted: str, taken: Collection[str]) -> str:
    name = wanted.strip().upper()
    if _HYPOTHESIS_ID.fullmatch(name) and name not in taken:
        return name
    number = 1
    while f"H{number}" in taken:
        number += 1
    return f"H{number}"


def _link(wire: WireLink) -> Link:
    return Link(
        cause=wire.cause.strip(),
        effect=wire.effect.strip(),
        mechanism=wire.mechanism.strip(),
        evidence_for=_evidence(wire.evidence_for),
        evidence_against=_evidence(wire.evidence_against),
        falsifier=wire.falsifier.strip(),
    )


def _evidence(wire: Iterable[WireEvidence]) -> tuple[Evidence, ...]:
    items = (Evidence(id=item.id.strip(), quote=item.quote, kind=item.kind) for item in wire)
    return tuple(dict.fromkeys(items))[:MAX_EVIDENCE]


def _check(wire: WireCheck) -> Check | None:
    if not wire.do.strip():
        return None
    return Check(
        do=wire.do.strip(),
        expect_if_true=wire.expect_if_true.strip(),
        expect_if_false=wire.expect_if_false.strip(),
        splits=_words(wire.splits),
        minutes=min(max(wire.minutes, 1), MAX_CHECK_MINUTES),
    )


def _words(wire: Iterable[str]) -> tuple[str, ...]:
    stripped = (words.strip() for words in wire)
    return tuple(dict.fromkeys(words for words in stripped if words))[:MAX_WORDS]
