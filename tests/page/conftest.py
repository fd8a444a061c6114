"""A real browser before the real workspace, with a scripted copilot in it."""

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

from sandbox.server import Sandbox, running_sandbox
from tests.page.copilot import Copilot, running_copilot

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP = {"width": 1440, "height": 900}
INCIDENTS = Path(__file__).resolve().parents[2] / "evals" / "data" / "incidents"
INCIDENT = "objectstore-key-rotation"
expect.set_options(timeout=30_000)  # milliseconds; other suites and browsers share the machine


def executable() -> str:
    """Return the system's Chromium; skip with one sentence when it is absent, fail in CI."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found:
        return found
    words = "no Chromium: apt-get install chromium"
    if os.environ.get("CI") == "true":
        pytest.fail(words)
    pytest.skip(words)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One headless browser for all tests; each test has a context of its own in it."""
    path = executable()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def sandbox() -> AsyncIterator[Sandbox]:
    """The workspace, twenty seconds before the question; time stands until somebody plays."""
    async with running_sandbox(scenario_dir=INCIDENTS, scenario=INCIDENT, autoplay=False) as sandbox:
        yield sandbox


@pytest_asyncio.fixture(loop_scope="session")
async def copilot(sandbox: Sandbox) -> AsyncIterator[Copilot]:
    """The scripted copilot of the workspace."""
    async with running_copilot(sandbox) as copilot:
        yield copilot


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser, copilot: Copilot) -> AsyncIterator[Page]:
    """The page on a desktop, drawn; an error in its scripts fails the test."""
    context = await browser.new_context(viewport=DESKTOP, color_scheme="dark", reduced_motion="reduce")
    page = await context.new_page()
    page.set_default_timeout(10_000)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    await page.goto(copilot.sandbox.url)
    await page.wait_for_selector("#thread .message")
    yield page
    await context.close()
    assert errors == []


@pytest_asyncio.fixture(loop_scope="session")
async def asked(page: Page, copilot: Copilot) -> Page:
    """The page at the question, with the question asked and one finished answer."""
    await to_the_question(page)
    await page.keyboard.press("Enter")
    await copilot.payload("app_mention")
    return page


async def to_the_question(page: Page) -> None:
    """Jump to `ask_at` and wait until the question stands ready."""
    await page.click("text=To the question")
    await page.wait_for_selector("#thread .enter.is-pulsing")


@pytest.fixture
def artifacts(tmp_path: Path) -> Path:
    """Where pictures go: `$ARTIFACTS`, else a folder of this test."""
    folder = Path(os.environ.get("ARTIFACTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
