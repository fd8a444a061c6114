"""The local workspace keeps its processes alive, and tells what it cannot play."""

import os

import pytest

from bot.errors import BadInputError
from bot.local import Child, Local, LocalBot, pause_seconds, run
from bot.settings import load_settings

BROKEN = '{"messages": [{"ts": "soon"}]}'


@pytest.mark.parametrize(("failed", "seconds"), [(0, 0), (1, 0.5), (2, 1), (3, 2), (8, 30), (9_999, 30)])
def test_what_dies_at_its_start_is_started_again_after_ever_longer_pauses(failed, seconds):
    assert pause_seconds(failed) == seconds


async def test_a_process_that_does_not_get_ready_is_named_with_its_log(tmp_path):
    nowhere = {**os.environ, "SLACK_BOT_TOKEN": "", "DATA_DIR": str(tmp_path)}
    web, worker = (Child(role, nowhere, tmp_path / "log", print) for role in ("web", "worker"))
    bot = LocalBot(web=web, worker=worker, publish=print, mode={})

    with pytest.raises(BadInputError, match=r"(web|worker): the process did not get ready.*log"):
        await bot.start()
    await bot.stop()

    assert "SLACK_BOT_TOKEN" in (tmp_path / "log").read_text()


@pytest.mark.parametrize(("folder", "problem"), [("nowhere", "is no folder"), (".", "can be played")])
async def test_a_folder_with_nothing_to_play_is_refused_and_each_wrong_file_is_named(
    tmp_path, folder, problem
):
    (tmp_path / "wrong.json").write_text(BROKEN)
    said = []

    with pytest.raises(BadInputError, match=f"--incidents: .*{problem}"):
        await run(Local(scenarios=tmp_path / folder), load_settings(), say=said.append)

    assert [line.split(":")[1].strip() for line in said] == (["wrong.json"] if folder == "." else [])
