import json
import logging

import pytest
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


def fail():
    try:
        {}["what Ana wrote"]
    except KeyError as error:
        raise ExceptionGroup("what Ben wrote", [ValueError("what Cho wrote")]) from error


@pytest.mark.parametrize("form", ["json", "console"])
def test_an_exception_is_logged_with_its_types_and_frames_but_without_its_words(capsys, form):
    logs.set_up(form=form, level="info")

    try:
        fail()
    except ExceptionGroup as error:
        structlog.get_logger("test").error("ticket.failed", exc_info=error)
        logging.getLogger("library").exception("it failed")

    told = capsys.readouterr().err
    assert " wrote" not in told
    assert told.count("ExceptionGroup at ") == 2
    assert told.count("; from ValueError; from KeyError at ") == 2
    assert "test_logs.py:" in told


def test_an_exception_that_is_its_own_cause_is_logged_once():
    error = ValueError("words")
    error.__context__ = RuntimeError("words")
    error.__context__.__context__ = error

    assert logs.without_its_words(error) == "ValueError; from RuntimeError"


def refuse(words):
    raise RuntimeError(words) from ValueError(words)


@pytest.mark.parametrize("form", ["json", "console"])
def test_neither_a_secret_of_ours_nor_a_token_in_the_words_of_an_exception_is_logged(capsys, form):
    own, token = "own-" + "7" * 16, "ghp" + "_" + "aB3" * 12
    logs.set_up(form=form, level="info", secrets=[own])

    try:
        refuse(f"key {own} and {token}")
    except RuntimeError:
        structlog.get_logger("test").exception("call.failed", key=f"used {own}")
        logging.getLogger("library").exception("it failed")

    told = capsys.readouterr().err
    assert own not in told
    assert token not in told
    assert told.count("; from ValueError") == 2
