"""A real browser for the page's tests."""

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright

from tests.page.standin import StandIn

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
PHONE = {"width": 390, "height": 844}


def executable() -> str:
    """Return the system's Chromium; skip with one sentence when it is absent, fail in CI."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found:
        return found
    words = "no Chromium: apt-get install chromium"
    if os.environ.get("CI") == "true":
        pytest.fail(words)
    pytest.skip(words)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """A headless browser, closed after the test."""
    path = executable()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest.fixture
async def stand() -> AsyncIterator[StandIn]:
    """A stand-in for the workspace at the start of an incident told in one thread."""
    async with StandIn() as stand:
        yield stand


@pytest.fixture
async def page(browser: Browser, stand: StandIn) -> AsyncIterator[Page]:
    """The page on a desktop, drawn, with its event stream open; an error in its scripts fails the test."""
    page = await browser.new_page(viewport=DESKTOP, color_scheme="dark", reduced_motion="reduce")
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    await page.goto(stand.url)
    await page.wait_for_selector(".incidents [aria-current]")
    yield page
    await page.close()
    assert errors == []


@pytest.fixture
def artifacts(tmp_path: Path) -> Path:
    """Where pictures go: `$ARTIFACTS`, else a folder of this test."""
    folder = Path(os.environ.get("ARTIFACTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
