"""What the house promises about itself and no linter checks."""

import ast
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from handlers.manifest import manifest

ROOT = Path(__file__).parents[1]
LISTED = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
FILES = [ROOT / line for line in LISTED.splitlines()]
SOURCES = [file for file in FILES if file.suffix == ".py" and file.exists()]
OURS = [file for file in SOURCES if "tests" not in file.relative_to(ROOT).parts]


BROAD = {"Exception", "BaseException", "bare"}


def _is_listed(kind):
    return isinstance(kind, ast.Tuple | ast.Attribute)


def named(files):
    return [str(file.relative_to(ROOT)) for file in files]


@pytest.mark.skipif(not FILES, reason="no git checkout: the files that belong to the project are not known")
def test_no_file_is_longer_than_400_lines():
    longest = {name: file.read_text().count("\n") for name, file in zip(named(SOURCES), SOURCES, strict=True)}

    assert {name: lines for name, lines in longest.items() if lines > 400} == {}


def test_one_broad_catch_stands_at_the_edge_of_a_ticket():
    handlers = [
        (str(file.relative_to(ROOT)), node.type)
        for file in OURS
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.ExceptHandler)
    ]

    broad = [file for file, kind in handlers if getattr(kind, "id", "bare") in BROAD and not _is_listed(kind)]

    assert broad == ["bot/adapters/tickets.py"]


def test_nothing_is_mocked():
    assert [name for name, file in zip(named(SOURCES), SOURCES, strict=True) if _mocks(file)] == []


def _mocks(file):
    imports = [n for n in ast.walk(ast.parse(file.read_text())) if isinstance(n, ast.ImportFrom | ast.Import)]
    names = [alias.name for node in imports for alias in node.names]
    return "unittest.mock" in names or any(getattr(node, "module", "") == "unittest.mock" for node in imports)


def test_the_lock_holds_hashes_and_no_address():
    for lock in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / lock).read_text()

        assert "--hash=sha256:" in text
        assert "://" not in text
        assert "--index-url" not in text


def test_the_wheel_ships_prompts_data_and_the_page(tmp_path):
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )

    [wheel] = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())

    assert {
        "prompts/diagnose_system.md",
        "bot/models/models.toml",
        "bot/routing/routes.toml",
        "sandbox/page/index.html",
        "evals/data/incidents/objectstore-key-rotation.json",
        "handlers/receiver.py",
        "bot/py.typed",
    } <= names


def test_the_manifest_is_the_one_that_the_program_prints():
    printed = subprocess.run(
        [sys.executable, "-m", "bot", "manifest"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout

    assert printed == (ROOT / "manifest.json").read_text()
    assert manifest(None)["settings"]["socket_mode_enabled"] is True


def test_tasks_are_cancelled_in_one_place_which_waits_until_they_have_ended():
    calls = [
        (name, node.func)
        for name, file in zip(named(OURS), OURS, strict=True)
        if name.startswith(("bot/", "handlers/"))
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    ]

    bare = {(name, ast.unparse(func.value)) for name, func in calls if func.attr == "cancel"}

    no_tasks = {("bot/adapters/slack_stream.py", "timer"), ("bot/adapters/slack_stream.py", "self")}
    pacers = {("bot/adapters/slack_reply.py", "self._pacer")}
    assert bare - no_tasks - pacers == {("bot/tasks.py", "task")}
