"""The page fits its screens and works by keyboard; pictures of it go to the artifacts."""

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.page.answers import FACTS, finished, log_the_rest, log_until_routed
from tests.page.conftest import DESKTOP, to_the_question
from tests.page.copilot import Copilot

pytestmark = pytest.mark.asyncio(loop_scope="session")

PHONE = {"width": 390, "height": 844}
OVERFLOWS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


async def test_a_phone_shows_one_pane_at_a_time_and_never_scrolls_sideways(asked: Page, copilot: Copilot):
    await copilot.post(blocks=finished(copilot))
    log_until_routed(copilot)
    await asked.set_viewport_size(PHONE)

    for name, shown in (("side", "#side"), ("channel", "#channel"), ("thread", "#thread"), ("hood", "#hood")):
        await asked.click(f"[data-to={name}]")
        await expect(asked.locator(shown)).to_be_visible()
        await expect(asked.locator("#side:visible, .pane:visible, #hood:visible")).to_have_count(1)
        assert not await asked.evaluate(OVERFLOWS), name


async def test_a_phone_without_an_open_thread_starts_in_the_channel(page: Page):
    await page.click("text=inc-payments-5xx")
    await expect(page.locator("#incident-name")).to_have_text("inc-payments-5xx")
    await page.set_viewport_size(PHONE)

    await page.reload()

    await expect(page.locator("[data-to=channel]")).to_have_attribute("aria-current", "page")
    await expect(page.locator("[data-to=thread]")).to_be_disabled()
    await page.click("#channel .replies >> nth=0")
    await expect(page.locator("[data-to=thread]")).to_have_attribute("aria-current", "page")


async def test_the_mark_of_the_question_is_whole_on_a_phone(page: Page):
    await page.set_viewport_size(PHONE)

    for incident in await page.locator("#incidents button").all():
        await page.click("[data-to=side]")
        await incident.click()
        name = (await incident.locator(".incident-name").inner_text()).lstrip("#")
        await expect(page.locator("#incident-name")).to_have_text(name)
        box = await page.locator(".flag b").bounding_box()
        assert box["x"] >= 0, name
        assert box["x"] + box["width"] <= PHONE["width"], name


async def test_a_thumb_can_take_the_slider(asked: Page):
    await asked.set_viewport_size(PHONE)

    await expect(asked.locator(".slider")).to_have_css("height", "44px")


async def test_long_lines_of_code_stay_inside_their_pane(asked: Page, copilot: Copilot):
    await copilot.post(text=f"```{'arn:aws:iam::111122223333:role/' * 20}```\n`{'x' * 400}`")
    await asked.set_viewport_size(PHONE)
    await expect(asked.locator("#thread .by-copilot pre")).to_be_visible()

    assert not await asked.evaluate(OVERFLOWS)
    assert await asked.locator("#thread .scroll").evaluate("node => node.scrollWidth <= node.clientWidth")


async def test_the_keyboard_walks_through_messages(page: Page):
    await page.locator("#thread .message").first.focus()

    await page.keyboard.press("j")
    await page.keyboard.press("j")
    await page.keyboard.press("k")

    await expect(page.locator("#thread .message").nth(1)).to_be_focused()


async def test_the_first_tab_offers_to_skip_to_the_thread(page: Page):
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")

    await expect(page.locator(".skips a:focus")).to_have_text("Skip to the thread")


async def test_a_reader_who_scrolled_up_is_left_where_they_are(asked: Page, copilot: Copilot):
    await asked.locator("#thread .scroll").evaluate("node => { node.scrollTop = 0; }")
    await expect(asked.locator("#thread .message").first).to_be_in_viewport()

    await copilot.post(text="something new")

    await expect(asked.locator("#thread .jump")).to_be_visible()
    await expect(asked.locator("#thread .message").first).to_be_in_viewport()
    await asked.click("#thread .jump")
    await expect(asked.locator("#thread").get_by_text("something new")).to_be_in_viewport()


async def test_a_drawer_that_has_nothing_to_tell_is_low(page: Page):
    await page.click(".hood-toggle")
    await expect(page.locator("#hood-body")).to_have_text("Nothing has run.")

    box = await page.locator("#hood-body").bounding_box()

    assert box["height"] < DESKTOP["height"] / 10


async def test_the_theme_can_be_changed_and_is_kept(page: Page):
    await page.click("#theme")
    assert await page.evaluate("document.documentElement.dataset.theme") == "light"

    await page.reload()

    assert await page.evaluate("document.documentElement.dataset.theme") == "light"


@pytest.mark.parametrize("scheme", ["dark", "light"])
async def test_pictures(page: Page, copilot: Copilot, artifacts: Path, scheme: str):
    async def picture(name: str) -> None:
        await page.screenshot(path=artifacts / f"{scheme}-{name}.png")

    await page.emulate_media(color_scheme=scheme)
    await picture("playing")
    await to_the_question(page)
    await picture("question")
    await page.keyboard.press("Enter")
    await copilot.payload("app_mention")
    await copilot.status("asking Opus: InvalidAccessKeyId")
    ts = await copilot.post(blocks=[copilot.rich(*FACTS)])
    log_until_routed(copilot)
    await expect(page.locator("[data-station=routed].is-done")).to_be_visible()
    await picture("facts")
    await copilot.update(ts, blocks=finished(copilot))
    await copilot.status("")
    log_the_rest(copilot)
    await expect(page.locator("#thread .block-hypothesis")).to_have_count(2)
    await picture("answer")
    copilot.sandbox.player.control("seek", ts=copilot.sandbox.player.take.scenario.end)
    await page.click(".hood-toggle")
    await expect(page.locator("#verdict")).to_be_visible()
    await picture("end")
    await page.set_viewport_size(PHONE)
    for name in ("side", "channel", "thread", "hood"):
        await page.click(f"[data-to={name}]")
        await picture(f"phone-{name}")
    await page.set_viewport_size(DESKTOP)
