"""What an incident is about: which alarm belongs to it, and which end is the end of it.

A channel that many monitors post to holds alarms of other services; people say what this one is about when
they say what is broken.
"""

from collections.abc import Collection, Sequence
from datetime import timedelta

from bot.incident import verdicts
from bot.incident.alerts import alert_key
from bot.incident.entities import is_name
from bot.incident.facts import Fact, FactKind
from bot.incident.messages import Incident
from bot.incident.statements import Statement

_FEW_MONITORS = 3
"""Where no more than so many monitors speak, all of them speak of the same trouble."""

_APART = timedelta(hours=4)
_BROKEN = frozenset({FactKind.IMPACT, FactKind.DENIAL})


def opening_alerts(read: Sequence[Statement], impacts: Sequence[Statement]) -> tuple[Statement, ...]:
    """Return the alerts that may open the incident.

    An alert that shares no word with what people call broken is none when it came hours before they said so,
    or when so many monitors speak that one of the others does share a word.
    """
    alerts = tuple(s for s in read if s.kind is FactKind.ALERT)
    told = [s for s in impacts if not s.is_bot]
    if not told:
        return alerts
    words = frozenset(entity for s in told for entity in s.entities)
    shared = tuple(s for s in alerts if s.entities & words)
    first_at = min(s.at for s in told)
    near = tuple(s for s in alerts if s in shared or first_at - s.at <= _APART)
    return shared if shared and _is_crowded({alert_key(s.message) for s in alerts}) else near


def _is_crowded(keys: Collection[str]) -> bool:
    return len(keys) > _FEW_MONITORS


def ends(back: Fact, facts: Sequence[Fact], onset: Fact | None, incident: Incident) -> bool:
    """Say whether a recovery is the incident's own and nobody says afterwards that it goes on.

    Args:
        back: The recovery.
        facts: All of the incident.
        onset: What opened it.
        incident: Holds what is cited.
    """
    text = incident.by_id[back.cites[0]].text
    if verdicts.UNRELATED.search(text):
        return False
    broken = [f for f in facts if f.kind in _BROKEN]
    about = frozenset(e for f in (*broken, *([onset] if onset else ())) for e in f.entities)
    keys = {alert_key(incident.by_id[f.cites[0]]) for f in facts if f.kind is FactKind.ALERT}
    is_own = bool(back.entities & about) or not any(is_name(entity) for entity in back.entities)
    return (is_own or not _is_crowded(keys)) and not any(_goes_on(f, back) for f in broken)


def _goes_on(impact: Fact, back: Fact) -> bool:
    return impact.at > back.at and verdicts.GOES_ON.search(impact.text) is not None
