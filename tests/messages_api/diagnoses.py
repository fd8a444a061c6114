"""Scripted diagnoses whose citations are looked up in the request itself, so that their ids are real.

A citation is written as (words, kind): it becomes the id of the first message in the request that holds these
words. Words that no message holds yet are left out, as a model could not cite them either.
"""

import json
from collections.abc import Sequence
from typing import Any

Cite = tuple[str, str]
Json = dict[str, Any]


def tool_results(body: Json) -> list[Json]:
    """Return what the request's tool results hold, in their order."""
    blocks = (block for turn in body["messages"] for block in turn["content"] if isinstance(block, dict))
    return [json.loads(block["content"]) for block in blocks if block["type"] == "tool_result"]


def messages(body: Json) -> list[Json]:
    """Return the messages that the request holds in full."""
    return [message for result in tool_results(body) for message in result.get("messages", ())]


def diagnosis(
    hypotheses: Sequence[Json] = (), *, insufficient: str = "", mitigations: Sequence[Json] = ()
) -> str:
    """Return an answer as the model writes it."""
    return json.dumps(
        {
            "hypotheses": list(hypotheses),
            "mitigations": list(mitigations),
            "open_questions": ["Which key id does production use?"] if hypotheses else [],
            "unseen": ["the release history of production"] if hypotheses else [],
            "insufficient": insufficient,
            "notes": [],
        }
    )


def noted(*notes: Json) -> str:
    """Return notes on folded messages as the model writes them."""
    return json.dumps({**json.loads(diagnosis()), "notes": list(notes)})


def object_store(body: Json) -> str:
    """Explain the incident in which object writes fail after a key rotation, from what the request shows."""
    evidence = _Evidence(messages(body))
    removed = evidence(("removed the old pair in the storage system", "direct"))
    if not removed:
        return diagnosis(insufficient="Nothing shows yet what changed before the writes failed.")
    refused = evidence(("403 InvalidAccessKeyId", "direct"))
    failing = evidence(("PUT, multipart and delete all failing everywhere", "direct"))
    first = _hypothesis(
        "H1",
        "Production still uses the old key pair, which no longer exists",
        trigger=("Old storage key pair removed", removed),
        links=(
            ("Deploy commands name no environment", "Production keeps the old key pair", ()),
            (
                "Old key pair removed",
                "Storage no longer knows the pair production uses",
                evidence(("deletes of keys reach the storage nodes slowly", "direct")),
            ),
            ("Storage does not know the key", "403 InvalidAccessKeyId", refused),
            ("403 InvalidAccessKeyId", "All writes fail", failing),
        ),
        impact=("All writes and about a third of reads fail", failing),
    )
    second = _hypothesis(
        "H2",
        "Production has the new key pair and storage does not accept it",
        trigger=(
            "New secrets deployed",
            evidence(("gwctl secret put STORAGE_ACCESS_KEY_ID", "correlational")),
        ),
        links=(
            ("New pair is not accepted by storage", "403 InvalidAccessKeyId", refused),
            ("403 InvalidAccessKeyId", "All writes fail", failing),
        ),
        impact=("All writes fail", failing),
    )
    named = [item["id"] for item in evidence(("new pair created", "direct"))]
    mitigation = {"do": "Put the new pair on production", "safe_under": ["H1", "H2"], "cites": named}
    return diagnosis([first, second], mitigations=[mitigation])


def from_facts(body: Json) -> str:
    """Explain any incident by its last change before the first sign of trouble: for runs of the whole bot."""
    state = tool_results(body)[-1]
    texts = {message["id"]: message["text"] for message in messages(body)}
    change = _last(state["facts"], kinds=("change",), texts=texts)
    symptom = _last(state["facts"], kinds=("alert", "impact", "denial"), texts=texts)
    if change is None or symptom is None:
        return diagnosis(insufficient="No change and no symptom is stated yet.")
    cause, effect = _cited(change, texts), _cited(symptom, texts)
    links = (
        ("The change", "A step that nobody has shown", cause),
        ("A step that nobody has shown", "The symptom", effect),
    )
    claim = "The last change before the first sign of trouble brings the symptom"
    chain = _hypothesis(
        "H1", claim, trigger=("The change", cause), links=links, impact=("The symptom", effect)
    )
    return diagnosis([chain])


def any_incident(body: Json) -> str:
    """Explain the object-store incident by its own script and every other one by its facts; take notes."""
    if "facts" not in tool_results(body)[-1]:
        return noted(*(_note(message) for message in messages(body)))
    is_known = any("removed the old pair" in message["text"] for message in messages(body))
    return object_store(body) if is_known else from_facts(body)


def _note(message: Json) -> Json:
    words = message["text"][:80]
    return {"kind": "observation", "text": "said so", "cites": [message["id"]], "quote": words}


class _Evidence:
    def __init__(self, shown: list[Json]) -> None:
        self._shown = shown

    def __call__(self, *cites: Cite) -> list[Json]:
        found = ((self._id_of(words), words, kind) for words, kind in cites)
        return [{"id": name, "quote": words, "kind": kind} for name, words, kind in found if name]

    def _id_of(self, words: str) -> str:
        return next((message["id"] for message in self._shown if words in message["text"]), "")


def _hypothesis(
    name: str,
    claim: str,
    *,
    trigger: tuple[str, Sequence[Json]],
    links: Sequence[tuple[str, str, Sequence[Json]]],
    impact: tuple[str, Sequence[Json]],
) -> Json:
    return {
        "id": name,
        "claim": claim,
        "trigger": {"what": trigger[0], "evidence": list(trigger[1])},
        "links": [_link(cause, effect, evidence) for cause, effect, evidence in links],
        "impact": {"symptom": impact[0], "population": "", "evidence": list(impact[1])},
        "conditions": [],
        "does_not_explain": [],
        "refuted_if": "production's key id is the new pair's",
        "next_check": {
            "do": "When did production's storage secret last change?",
            "expect_if_true": "before the rotation",
            "expect_if_false": "during the rotation",
            "splits": ["H1", "H2"],
            "minutes": 1,
        },
    }


def _link(cause: str, effect: str, evidence: Sequence[Json]) -> Json:
    return {
        "cause": cause,
        "effect": effect,
        "mechanism": "",
        "evidence_for": list(evidence),
        "evidence_against": [],
        "falsifier": "the effect is seen without the cause",
    }


def _last(facts: list[Json], *, kinds: Sequence[str], texts: dict[str, str]) -> Json | None:
    fitting = [fact for fact in facts if fact["kind"] in kinds and fact["cites"][0] in texts]
    return fitting[-1] if fitting else None


def _cited(fact: Json, texts: dict[str, str]) -> list[Json]:
    name = fact["cites"][0]
    return [{"id": name, "quote": texts[name].splitlines()[0], "kind": "correlational"}]
