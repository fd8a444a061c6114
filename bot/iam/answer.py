"""What `python -m bot iam` says of one request."""

from collections.abc import Mapping
from typing import Any

from bot.iam.asked import read_request
from bot.iam.s3 import judge_s3
from bot.iam.verdict import judge


def answer(request: Mapping[str, object]) -> dict[str, Any]:
    """Judge one request.

    Args:
        request: As `bot.iam.asked.read_request` takes it; for S3, `s3` as `bot.iam.s3.read_given` takes it.

    Returns:
        `decision`, `because` and `missing`, as JSON.

    Raises:
        BadInputError: The request cannot be used.
        PolicyError: A policy cannot be evaluated.
    """
    asked = read_request(request)
    verdict = judge_s3(asked, request) if asked.action.casefold().startswith("s3:") else judge(asked)
    return {
        "decision": verdict.decision,
        "because": list(verdict.because),
        "missing": list(verdict.missing),
    }
