"""The one cheap look that tells most: chosen by what kind of thing was changed, in the thread's own words."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.analysts.rules_scene import Candidate, Scene
from bot.analysts.rules_standing import is_outside
from bot.analysts.rules_words import phrase
from bot.iam.denials import parse_denials
from bot.incident.acts import changes_state
from bot.incident.facts import FactKind
from bot.incident.gist import fitted
from bot.incident.hypotheses import Check, Hypothesis

_SERVICE = re.compile(r"\b(?:service|app|job|component)\b\W{1,3}([a-z][\w]*(?:-[\w]+)*)", re.IGNORECASE)
_NAME = re.compile(r"\b[a-z][a-z0-9]*(?:[-_][a-z0-9]+)+\b")
_CREDENTIAL = re.compile(
    r"\b(?:keys?|key ?pairs?|(?:old|new) pair|secrets?|credentials?|passwords?|tokens?|rotat\w+)\b|"
    r"AccessKey|ApiKey|Signature", re.IGNORECASE
)  # fmt: skip
_CERTIFICATE = re.compile(r"\b(?:cert(?:ificate)?s?|tls|x509|ca bundle)\b", re.IGNORECASE)
_POLICY = re.compile(
    r"\b(?:polic(?:y|ies)|scp|permissions?|roles?|grants?|guard|iam|acl|trust|rbac|allow ?list|"
    r"environment)\b|"
    r"\w+Policy\b", re.IGNORECASE
)  # fmt: skip
_NETWORK = re.compile(
    r"\b(?:(vpc )?endpoints?|dns(?: records?)?|routes?|route tables?|subnets?|firewall|egress|ingress|"
    r"security groups?|"
    r"sg-\w+|load ?balancer|listener|peering|nat|vpce-\w+|resolver)\b", re.IGNORECASE
)  # fmt: skip
_FLAG = re.compile(r"\b(?:flag|toggle|targeting|experiment|rollout|feature)\b", re.IGNORECASE)
_LOAD = re.compile(
    r"\b(?:copy(?:ing)?|copied|backup|backfill\w*|transfer\w*|dump\w*|export(?:ing|ed)|import(?:ing|ed)|"
    r"reindex\w*|"
    r"load test|campaign|batch|bulk|scan|crawl\w*|migration)\b", re.IGNORECASE
)  # fmt: skip
_HOSTS = re.compile(
    r"\b(?:images?|nodes?|kernel|hosts?|instances?|workers?|ami|reboot\w*|fleet|agents?|firmware|"
    r"groups?)\b", re.IGNORECASE
)  # fmt: skip
_DATA = re.compile(
    r"\b(?:delet\w+|remov\w+|drop(?:ped)?|wip\w+|truncat\w+|purg\w+|ran the \w+|cleared|rm)\b", re.IGNORECASE
)
_RELEASE = re.compile(
    r"\b(?:deploy\w*|releas\w+|synced|shipped|rolled|upgrad\w+|v?\d+\.\d+[\w.]*|r\d{3,}|v\d+)\b",
    re.IGNORECASE,
)
_SETTING = re.compile(
    r"\b(?:config\w*|limits?|max\w*|min\w*|settings?|timeouts?|ttl|quota|partitions?|pool|parameter|memory|raised|"
    r"lowered|switched|enabled|disabled|turned (?:on|off)|set)\b",
    re.IGNORECASE,
)
_NOUNS = (("certificate", _CERTIFICATE), ("key id", _CREDENTIAL))
_VERSION = re.compile(
    r"(?<!\bon )(?<!\bto )(?<!\bof )(?<![\w#./-])(?:[a-z][\w-]*-)?v?\d+(?:\.\d+)+[\w.-]*(?<!\.)|"
    r"\b[rv]\d{2,}\b"
)
_CHANGE_CHARS = 58


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One look and its two outcomes.

    Attributes:
        so, otherwise: What would be seen when the hypothesis holds, and when it does not.
        refuted_if: The second outcome as a statement that stands alone.
    """

    do: str
    so: str
    otherwise: str
    refuted_if: str
    minutes: int = 5


def question(candidate: Candidate, view: Scene, *, effect: str) -> Question:
    """Return the look that tests `candidate`, which is said to have led to `effect`."""
    if candidate.is_condition:
        return _condition(candidate, view, effect)
    if is_outside(candidate.facts, view):
        return _outside(candidate)
    told = _told(candidate, view)
    asked = next((ask(candidate, view) for fits, ask in _KINDS if fits(told, view)), None)
    if asked is not None and not changes_state(asked.do):
        return asked
    seen = _first_seen(candidate, effect)
    return _first_seen(candidate, "the trouble") if changes_state(seen.do) else seen


def _outside(candidate: Candidate) -> Question:
    return Question(
        do="Do others who depend on the same provider see it too, and since when?",
        so=f"yes, since about {_at(candidate)}",
        otherwise="no, it works for them",
        refuted_if="it works for others who depend on the same provider",
    )


def check(live: Sequence[Candidate], hypotheses: Sequence[Hypothesis], view: Scene) -> Check:
    """Return the look for the best hypothesis; what speaks against it speaks for its rivals."""
    asked = question(live[0], view, effect=hypotheses[0].links[0].effect)
    return Check(
        do=asked.do, expect_if_true=asked.so, expect_if_false=asked.otherwise,
        splits=tuple(h.id for h in hypotheses), minutes=asked.minutes,
    )  # fmt: skip


def failing(view: Scene) -> str:
    """Return the name of what fails, as the alerts give it."""
    symptoms = [view.symptom] if view.symptom else []
    texts = [view.message(f).text for f in (*symptoms, *view.case.facts.of(FactKind.ALERT))]
    found = (m[1] for text in texts if (m := _SERVICE.search(text)))
    named = (m[0] for f in symptoms if (m := _NAME.search(f.short)))
    return next(found, next(named, "what fails"))


def _told(candidate: Candidate, view: Scene) -> str:
    steps = [*candidate.facts, *candidate.earlier_steps]
    return "\n".join([f.short for f in steps] + [view.message(f).text for f in steps])


def _change(candidate: Candidate, view: Scene) -> str:
    return fitted(phrase(candidate.head, names=view.names), limit=_CHANGE_CHARS)


def _thing(candidate: Candidate, view: Scene) -> str:
    """Return the version that was brought in, when the change names one; else the change."""
    label = _change(candidate, view)
    named = _VERSION.findall(label)
    return max(named, key=len) if named else label


def _at(candidate: Candidate) -> str:
    return f"{candidate.at:%H:%M} UTC"


def _is_refused(view: Scene) -> bool:
    return bool(view.case.facts.of(FactKind.DENIAL))


def _credential(candidate: Candidate, view: Scene) -> Question:
    noun = next((noun for noun, shape in _NOUNS if shape.search(_told(candidate, view))), "key id")
    return Question(
        do=f"Which {noun} does {failing(view)} use now?",
        so="the old one",
        otherwise="the new one",
        refuted_if=f"{failing(view)} uses the new {noun} already",
        minutes=2,
    )


def _policy(candidate: Candidate, view: Scene) -> Question:
    return _statement(candidate, view) or _layer(candidate, view)


def _statement(candidate: Candidate, view: Scene) -> Question | None:
    """Ask how old the statement is that denies, where the policies that were pasted name it."""
    verdicts = reversed(view.case.verdicts)
    found = next((one for one in verdicts if one.verdict and one.verdict.decision == "explicit_deny"), None)
    if found is None:
        return None
    named = found.deciding[0].words.partition(": ")[0]
    return Question(
        do=f"Since when does this deny {found.denial.action}: {named}?",
        so=f"since about {_at(candidate)}",
        otherwise="it is older",
        refuted_if=f"{found.denial.action} was refused before {_at(candidate)} too",
        minutes=2,
    )


def _layer(candidate: Candidate, view: Scene) -> Question:
    message = next((view.message(f) for f in view.case.facts.of(FactKind.DENIAL)), None)
    denial = next(iter(parse_denials(message.text, source=message.id)), None) if message else None
    action = denial.action if denial and denial.action else "the refused call"
    who = f" for {_role(denial.principal)}" if denial and denial.principal else ""
    return Question(
        do=f"Which statement denies {action}{who}, and since when?",
        so=f"one that came or stopped matching at {_at(candidate)}",
        otherwise="one that is older, with nothing it names changed",
        refuted_if=f"{action} was refused before {_at(candidate)} too",
    )


def _role(principal: str) -> str:
    parts = principal.rsplit(":", maxsplit=1)[-1].split("/")
    return parts[1] if len(parts) > 1 else parts[0]


def _network(candidate: Candidate, view: Scene) -> Question:
    found = _CERTIFICATE.search(_told(candidate, view)) or _NETWORK.search(candidate.head.short)
    noun = re.sub(r"(?<=[tdekp])s$", "", found[0].lower()) if found else "address"
    return Question(
        do=f"Which {noun} do the failing clients use, and which those that work?",
        so=f"the failing ones use what changed at {_at(candidate)}",
        otherwise="both use the same",
        refuted_if=f"clients that do not use what changed at {_at(candidate)} fail too",
    )


def _flag(candidate: Candidate, view: Scene) -> Question:
    named = _NAME.search(candidate.head.short)
    flag = named[0] if named else _change(candidate, view)
    return Question(
        do=f"Do requests without {flag} fail too?",
        so=f"no, only those with {flag}",
        otherwise="yes, all alike",
        refuted_if=f"requests without {flag} fail too",
    )


def _load(candidate: Candidate, view: Scene) -> Question:
    what = _change(candidate, view)
    return Question(
        do=f"Does the trouble rise and fall with this: {what}?",
        so="yes, both rates move together",
        otherwise="no, it stays when that is idle",
        refuted_if="the trouble stays while that is idle",
    )


def _hosts(candidate: Candidate, view: Scene) -> Question:
    return Question(
        do=f"Do hosts without this fail too: {_thing(candidate, view)}?",
        so="no, only those that got it",
        otherwise="yes, all alike",
        refuted_if="hosts that did not get it fail in the same way",
    )


def _data(candidate: Candidate, view: Scene) -> Question:
    del view
    return Question(
        do=f"Where does the data still stand, and where did the {candidate.at:%H:%M} command run?",
        so="it is missing only where that ran",
        otherwise="it was missing before, or elsewhere too",
        refuted_if=f"the data was missing before {_at(candidate)}",
    )


def _release(candidate: Candidate, view: Scene) -> Question:
    return Question(
        do=f"Do instances still on the version before this fail too: {_thing(candidate, view)}?",
        so="no, only the new ones",
        otherwise="yes, old and new alike",
        refuted_if="instances on the previous version fail too",
    )


def _setting(candidate: Candidate, view: Scene) -> Question:
    return Question(
        do=f"Does what still has the old setting fail too: {_change(candidate, view)}?",
        so="no, only where it was changed",
        otherwise="yes, all alike",
        refuted_if="what still has the old setting fails too",
    )


def _first_seen(candidate: Candidate, effect: str) -> Question:
    return Question(
        do=f"When was this first seen: {effect}?",
        so=f"after {_at(candidate)}",
        otherwise="earlier",
        refuted_if=f"it was seen before {_at(candidate)}: {effect}",
    )


def _condition(candidate: Candidate, view: Scene, effect: str) -> Question:
    del effect
    return Question(
        do=f"Do the logs show this before the first sign: {_change(candidate, view)}?",
        so="yes, there are such entries",
        otherwise="no trace of it",
        refuted_if="the same happens where that is not so",
        minutes=15,
    )


_Fits = Callable[[str, Scene], bool]
_KINDS: tuple[tuple[_Fits, Callable[[Candidate, Scene], Question]], ...] = (
    (lambda told, view: _is_refused(view) and bool(_CREDENTIAL.search(told)), _credential),
    (lambda told, _: bool(_FLAG.search(told)) and not _HOSTS.search(told), _flag),
    (lambda told, view: not _is_refused(view) and bool(_CERTIFICATE.search(told)), _credential),
    (lambda told, _: bool(_NETWORK.search(told)) and not _POLICY.search(told), _network),
    (lambda told, view: _is_refused(view) and bool(_POLICY.search(told) or _NETWORK.search(told)), _policy),
    (lambda told, _: bool(_LOAD.search(told)), _load),
    (lambda told, _: bool(_HOSTS.search(told)), _hosts),
    (lambda told, _: bool(_DATA.search(told)), _data),
    (lambda told, _: bool(_RELEASE.search(told)), _release),
    (lambda told, _: bool(_SETTING.search(told)), _setting),
)
"""Asked in this order: what says most about the mechanism first."""
