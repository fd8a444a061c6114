"""Commands of the command line that hold more than a line: what they take and what they tell."""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from bot.chosen import assumed
from bot.errors import BadInputError
from bot.iam.answer import answer
from bot.iam.denials import parse_denials
from bot.lines import answered, text_of
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


def judged(text: str) -> Iterator[str]:
    """Yield what `python -m bot iam` says: one JSON line for each request.

    Args:
        text: One request, over as many lines as it likes, or one a line.

    Raises:
        BadInputError: There is one request alone, and it cannot be used.
        PolicyError: The same, because of a policy.
    """
    alone = _alone(text)
    if alone is None:
        yield from answered(text.split("\n"), answer)
    else:
        yield json.dumps({"id": alone.get("id"), **answer(alone)}, ensure_ascii=False)


def _alone(text: str) -> Mapping[str, Any] | None:
    """Return the one request that a text is; None when it is lines."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        if sum(bool(line.strip()) for line in text.split("\n")) > 1:
            return None
        document = None
    if not isinstance(document, dict):
        raise BadInputError(field="the request", problem="is not a JSON object")
    return document


def denied(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what `python -m bot denials` says of one line.

    Raises:
        BadInputError: It has no text.
    """
    found = next(iter(parse_denials(text_of(document))), None)
    names = ("principal", "action", "resource", "policy_type", "explicit")
    return {"denial": None if found is None else {name: getattr(found, name) for name in names}}
