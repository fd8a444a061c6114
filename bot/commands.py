"""Commands of the command line that hold more than a line: what they take and what they tell."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from bot.lines import text_of
from bot.router import router_for


def evaluated(name: str, data: Path | None, *, as_json: bool) -> str:
    """Measure one thing, as `python -m bot eval` prints it.

    Args:
        name: As in `evals.registry.GRADERS`.
        data: A file or folder; the data that ships when None.
        as_json: As data, else as a table.

    Raises:
        BadInputError: There is no such thing to measure, or the data cannot be used.
    """
    from evals import registry, tables  # noqa: PLC0415  # graders import much; only this command needs them

    report = registry.report(name, data)
    return json.dumps(report, ensure_ascii=False, indent=2) if as_json else tables.printed(report)


def routing(pair_name: str) -> Callable[[Mapping[str, Any]], Mapping[str, Any]]:
    """Return what `python -m bot route` says of one line.

    Args:
        pair_name: The pair of models, as in the setting.
    """
    router = router_for(pair_name)

    def work(document: Mapping[str, Any]) -> Mapping[str, Any]:
        chosen = router.route(text_of(document), [])
        return {
            "label": "policy" if chosen.tier == "opus" else "general",
            "tier": chosen.tier.value,
            "domain": chosen.domain,
            "score": round(chosen.score, 4),
            "reason": chosen.reason,
        }

    return work
