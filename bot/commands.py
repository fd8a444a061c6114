"""Commands of the command line that hold more than a line: what they take and what they tell."""

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from bot.chosen import assumed
from bot.errors import BadInputError
from bot.lines import text_of
from bot.router import router_of
from bot.settings import Settings

_WIDTH = 130


def evaluated(
    name: str, data: Path | None, *, as_json: bool, options: Mapping[str, object] | None = None
) -> str:
    """Measure one thing, as `python -m bot eval` prints it.

    Args:
        name: As in `evals.registry.GRADERS`.
        data: A file or folder; the data that ships when None.
        as_json: As data, else as a table.
        options: What a person chose besides, None where nothing; only `incidents` has a choice.

    Raises:
        BadInputError: There is no such thing to measure, or the data or an option cannot be used.
    """
    from evals import registry, tables  # noqa: PLC0415  # graders import much; only this command needs them

    given = {option: value for option, value in (options or {}).items() if value is not None}
    if given and name != "incidents":
        raise BadInputError(
            field=f"--{next(iter(given)).replace('_', '-')}", problem="is for `eval incidents` alone"
        )
    report = registry.report(name, data, **given)
    width = shutil.get_terminal_size((_WIDTH, 0)).columns
    told = tables.printed(report, width=max(width, _WIDTH))
    return json.dumps(report, ensure_ascii=False, indent=2) if as_json else told


def routing(settings: Settings) -> Callable[[Mapping[str, Any]], Mapping[str, Any]]:
    """Return what `python -m bot route` says of one line.

    Args:
        settings: Choose the models; nobody is asked about one that the catalogue does not know.

    Raises:
        BadInputError: A model is known to be of the other tier.
    """
    router = router_of(assumed(settings).pair)

    def work(document: Mapping[str, Any]) -> Mapping[str, Any]:
        chosen = router.route(text_of(document), [])
        return {
            "label": "policy" if chosen.tier == "opus" else "general",
            "tier": chosen.tier.value,
            "model": chosen.model,
            "domain": chosen.domain,
            "score": round(chosen.score, 4),
            "reason": chosen.reason,
        }

    return work
