"""The incident plays, stops at its question, and can be asked again at other moments."""

import pytest
from playwright.async_api import Page, expect

from tests.page.answers import answer
from tests.page.conftest import to_the_question
from tests.page.copilot import Copilot

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_an_incident_told_in_one_thread_opens_it_by_itself(page: Page):
    await expect(page.locator("#incident-name")).to_have_text("inc-0321-object-writes")
    await expect(page.locator("#thread .message").first).to_contain_text("starting the planned key rotation")
    await expect(page.locator("#thread [data-ts='1742589434.000411'] .number")).to_have_text("[3]")


async def test_playing_moves_the_clock_and_brings_messages(page: Page):
    before = await page.locator("#thread .message").count()
    await page.select_option(".speed", "300")

    await page.click(".play")

    await expect(page.locator(".play")).to_have_attribute("aria-label", "Pause")
    await expect(page.locator("#thread .message")).not_to_have_count(before)


async def test_at_the_question_only_enter_is_left(page: Page, copilot: Copilot):
    await to_the_question(page)

    area = page.locator("#thread textarea")
    await expect(area).to_have_value("@copilot why are uploads failing?")
    await expect(area).to_be_focused()
    await expect(page.locator(".is-pulsing")).to_have_count(1)

    await page.keyboard.press("Enter")

    payload = await copilot.payload("app_mention")
    assert payload["event"]["text"].endswith("why are uploads failing?")
    assert payload["event"]["thread_ts"] == copilot.root
    await expect(page.locator("#thread .by-me")).to_contain_text("why are uploads failing?")
    await expect(page.locator(".is-pulsing")).to_have_count(0)


async def test_dragging_the_tape_back_begins_another_take_and_keeps_what_was_answered(
    asked: Page, copilot: Copilot
):
    await answer(copilot)
    await expect(asked.locator(".asked li")).to_have_count(1)

    slider = asked.locator(".slider")
    await slider.focus()
    await slider.evaluate("node => { node.value = 7000; node.dispatchEvent(new Event('change')); }")

    await expect(asked.locator("#thread .by-copilot")).to_have_count(0)
    await expect(asked.locator(".now")).to_contain_text("21:45")
    await expect(asked.locator(".asked .is-past")).to_contain_text("production still uses the old key pair")

    await asked.click("text=Ask again here")
    await copilot.payload("app_mention")
    await answer(copilot)
    await expect(asked.locator(".asked li")).to_have_count(2)
    await expect(asked.locator(".asked-mark")).to_have_count(2)


async def test_the_end_says_who_found_it_first_from_what_was_answered(asked: Page, copilot: Copilot):
    await answer(copilot)
    await expect(asked.locator(".asked li")).to_contain_text("H1")
    await expect(asked.locator("#verdict")).to_be_hidden()

    copilot.sandbox.player.control("seek", ts=copilot.sandbox.player.take.scenario.end)

    await expect(asked.locator("#verdict")).to_contain_text("people found it at 22:36")
    await expect(asked.locator("#verdict")).to_contain_text("first check naming it at 22:24")
    await expect(asked.locator("#verdict")).to_contain_text("[3] in H1")


async def test_the_end_says_not_found_when_no_answer_cites_the_trigger(asked: Page, copilot: Copilot):
    await copilot.post(blocks=[copilot.rich("*No chain yet.* Errors in the log [13]")])
    await expect(asked.locator(".asked li")).to_contain_text("No chain yet")

    copilot.sandbox.player.control("seek", ts=copilot.sandbox.player.take.scenario.end)

    await expect(asked.locator("#verdict")).to_contain_text("not found")


async def test_another_incident_can_be_chosen(page: Page):
    await page.click("text=inc-payments-5xx")

    await expect(page.locator("#incident-name")).to_have_text("inc-payments-5xx")
    await expect(page.locator("#channel .message").first).to_contain_text("region guard SCP is live")
    await expect(page.locator("#thread")).to_be_hidden()
    await expect(page.locator("#channel .replies").first).to_contain_text("1 reply")


async def test_a_thread_of_a_channel_opens_beside_it_and_escape_closes_it(page: Page):
    await page.click("text=inc-payments-5xx")

    await page.click("#channel .replies >> nth=0")
    await expect(page.locator("#thread .message")).not_to_have_count(0)

    await page.locator("#thread .message").first.focus()
    await page.keyboard.press("Escape")
    await expect(page.locator("#thread")).to_be_hidden()


async def test_a_lost_stream_is_opened_again_and_what_was_missed_is_there(page: Page, copilot: Copilot):
    await page.context.set_offline(True)
    copilot.sandbox.listeners.stop()
    await expect(page.locator("#notice")).to_contain_text("does not answer")
    await copilot.post(text="said while the page was away")

    await page.context.set_offline(False)

    await expect(page.locator("#thread")).to_contain_text("said while the page was away")
    await expect(page.locator("#notice")).to_be_hidden()


async def test_somebody_who_writes_for_the_first_time_has_a_name(page: Page):
    await expect(page.locator("#thread")).not_to_contain_text("Eli")

    await to_the_question(page)

    await expect(page.locator("#thread .author", has_text="Eli")).to_be_visible()
