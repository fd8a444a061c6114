import json
import logging

import structlog

from bot import logs


def test_lines_are_json_and_hold_no_secret_of_ours(capsys):
    secret = "xoxb-" + "9" * 12
    logs.set_up(form="json", level="info", secrets=[secret])

    structlog.get_logger("test").info("token.used", request="r1", where=f"Bearer {secret}")
    logging.getLogger("library").warning("failed with %s", secret)

    ours, theirs = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert (ours["event"], ours["request"], ours["where"]) == ("token.used", "r1", "Bearer [own secret]")
    assert theirs["event"] == "failed with [own secret]"
