"""The whole story at the page, with the real copilot: alert, question, board, doubt, end, review."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from bot import local
from bot.settings import Settings
from tests.page.conftest import DESKTOP, INCIDENT, INCIDENTS

pytestmark = pytest.mark.asyncio(loop_scope="session")

PHONE = {"width": 390, "height": 844}


@pytest_asyncio.fixture(loop_scope="session")
async def story(browser: Browser, tmp_path: Path) -> AsyncIterator[Page]:
    """The page of the whole product, without a model and without a pause."""
    wanted = local.Local(
        scenarios=INCIDENTS,
        scenario=INCIDENT,
        data_dir=tmp_path,
        pace_seconds=0.0,
        lease_seconds=30.0,
        autoplay=False,
    )
    async with local.running(wanted, Settings()) as (sandbox, _):
        context = await browser.new_context(viewport=DESKTOP, reduced_motion="reduce")
        page = await context.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        await page.goto(sandbox.url)
        await page.wait_for_selector("#thread .message")
        yield page
        await context.close()
        assert errors == []


async def say(page: Page, words: str) -> None:
    """Write in the thread."""
    await page.locator("#thread textarea").fill(words)
    await page.locator("#thread textarea").press("Enter")


async def test_from_the_alert_to_the_review(story: Page):
    page, thread = story, story.locator("#thread")
    await page.get_by_text("To the question").click()
    await expect(thread.get_by_text("write availability").first).to_be_visible()
    await say(page, "@copilot why are uploads failing?")
    answer = thread.locator(".by-copilot").first
    await expect(answer.get_by_role("button", name="I'll check")).to_be_visible()

    await say(page, "@copilot board")
    board = thread.locator(".by-copilot", has_text="Check next")
    await expect(board.get_by_role("button", name="Refute…")).to_be_visible()

    await say(page, "@copilot catch me up")
    told = thread.locator(".whisper, .ephemeral").filter(has_text="no model asked").last
    await expect(told).to_contain_text("Impact")
    await expect(page.locator("#asked, aside").get_by_text("told to you alone").first).to_be_visible()

    await board.get_by_role("button", name="Refute…").click()
    form = page.get_by_role("dialog")
    await form.locator("select").select_option(value="H2")
    await form.locator("textarea").fill("the log shows the old key id")
    await form.get_by_role("button", name="Refute").click()
    await expect(thread.get_by_text("H2 is refuted, under your name").last).to_be_visible()

    await page.set_viewport_size(PHONE)
    await say(page, "@copilot draft an update for customers")
    await thread.get_by_role("button", name="Open the draft").last.click()
    await expect(page.get_by_role("dialog").locator("textarea")).to_have_value(re.compile("^Investigating"))
    await page.get_by_role("dialog").get_by_role("button", name="Cancel").click()

    await page.set_viewport_size(DESKTOP)
    await say(page, "@copilot postmortem")
    await expect(thread.get_by_text(re.compile(r"postmortem.*\.md")).last).to_be_visible()
