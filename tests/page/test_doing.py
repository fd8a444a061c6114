"""What a person does at the page reaches the copilot: commands, buttons, modals, and kill -9."""

import pytest
from playwright.async_api import Page, expect

from tests.page.answers import answer, log_the_rest, log_until_routed
from tests.page.copilot import Copilot

pytestmark = pytest.mark.asyncio(loop_scope="session")

MODAL = {
    "type": "modal",
    "callback_id": "refute",
    "title": {"type": "plain_text", "text": "That's wrong"},
    "submit": {"type": "plain_text", "text": "Send"},
    "close": {"type": "plain_text", "text": "Never mind"},
    "blocks": [
        {
            "type": "input",
            "block_id": "which",
            "label": {"type": "plain_text", "text": "Which one"},
            "element": {
                "type": "radio_buttons",
                "action_id": "pick",
                "options": [
                    {"text": {"type": "plain_text", "text": name}, "value": name} for name in ("H1", "H2")
                ],
            },
        },
        {
            "type": "input",
            "block_id": "why",
            "label": {"type": "plain_text", "text": "Why"},
            "element": {"type": "plain_text_input", "action_id": "words", "multiline": True},
        },
    ],
}


async def open_modal(page: Page, copilot: Copilot) -> None:
    await answer(copilot)
    await page.click("#thread >> text=That's wrong…")
    pressed = await copilot.payload("block_actions")
    await copilot.client.views_open(trigger_id=pressed["trigger_id"], view=MODAL)
    await expect(page.locator("#modal")).to_be_visible()


async def test_a_button_reaches_the_copilot_with_its_value(asked: Page, copilot: Copilot):
    await answer(copilot)

    await asked.click("#thread >> text=Evidence")

    pressed = await copilot.payload("block_actions")
    assert pressed["actions"][0]["value"] == "v-evidence"


async def test_a_thumb_stays_pressed(asked: Page, copilot: Copilot):
    await answer(copilot)

    await asked.click("#thread >> [aria-label=Helpful]")

    pressed = await copilot.payload("block_actions")
    assert pressed["actions"][0]["value"] == "good"
    await expect(asked.locator("[aria-label=Helpful]")).to_have_attribute("aria-pressed", "true")


async def test_a_modal_sends_what_was_entered_and_closes(asked: Page, copilot: Copilot):
    await open_modal(asked, copilot)

    await asked.check("#modal >> text=H2")
    await asked.fill("#modal textarea", "the secret is older")
    await asked.click("#modal >> text=Send")

    values = (await copilot.payload("view_submission"))["view"]["state"]["values"]
    assert values["which"]["pick"]["selected_option"]["value"] == "H2"
    assert values["why"]["words"]["value"] == "the secret is older"
    await expect(asked.locator("#modal")).to_be_hidden()


async def test_escape_closes_a_modal_for_good(asked: Page, copilot: Copilot):
    await open_modal(asked, copilot)

    await asked.keyboard.press("Escape")

    await expect(asked.locator("#modal")).to_be_hidden()
    await asked.reload()
    await expect(asked.locator("#thread .by-copilot")).to_be_visible()
    await expect(asked.locator("#modal")).to_be_hidden()


async def test_a_command_is_completed_and_sent(page: Page, copilot: Copilot):
    area = page.locator("#thread textarea")
    await area.fill("/copilot p")
    await expect(page.locator("#thread [role=option]")).to_contain_text("/copilot postmortem")

    await area.press("Tab")
    await area.press("Enter")

    command = await copilot.payload("/copilot")
    assert command["text"] == "postmortem"


async def test_the_three_uses_write_what_they_would_send(page: Page, copilot: Copilot):
    area = page.locator("#thread textarea")
    await page.click("#thread .use:has-text('/opus')")
    await expect(area).to_have_value("/opus why are uploads failing?")

    await area.press("Enter")

    assert (await copilot.payload("/opus"))["text"] == "why are uploads failing?"


async def test_without_a_worker_the_kill_button_says_so(asked: Page, copilot: Copilot):
    await asked.click(".kill")
    await answer(copilot)

    await expect(asked.locator(".kill-report")).to_contain_text("no worker was killed")


class Worker:
    """Stands for the copilot's processes; the kill is told to the page as the product tells it."""

    def __init__(self, copilot: Copilot) -> None:
        self.copilot = copilot

    def info(self) -> dict[str, object]:
        return {"mode": "no model", "detail": "no key", "worker_pid": 4711}

    async def kill_worker(self) -> int:
        self.copilot.sandbox.publish({"type": "bot", "event": "worker_killed", "pid": 4711})
        return 4711


async def test_a_kill_with_nothing_under_way_asks_first_and_reports_what_happened(
    page: Page, copilot: Copilot
):
    copilot.sandbox.bot = Worker(copilot)

    await page.click(".kill")
    await copilot.payload("app_mention")
    log_until_routed(copilot)
    await answer(copilot)
    await expect(page.locator(".kill-report")).to_contain_text("killed worker 4711")

    copilot.sandbox.publish({"type": "bot", "event": "worker_started", "pid": 4712})
    copilot.log("request.repeated", ms=900)
    copilot.log("answer.completed", seconds=1.4, analyst="rules")

    await expect(page.locator(".kill-report li")).to_have_text(
        [
            "asked the question first; waiting for the first words of the answer",
            "killed worker 4711 (SIGKILL) in the middle of the answer",
            "worker 4712 started",
            "the same request was taken up again, from the durable queue",
            "answer completed; it stands in the thread once",
        ]
    )


async def test_a_kill_counts_only_the_answer_that_it_broke(asked: Page, copilot: Copilot):
    copilot.sandbox.bot = Worker(copilot)
    await answer(copilot)
    log_until_routed(copilot)
    log_the_rest(copilot)
    await expect(asked.locator(".run-end")).to_contain_text("by claude")

    await asked.click("text=Ask again here")
    await copilot.payload("app_mention")
    await expect(asked.locator(".asked-at time")).to_have_text(["22:24 (2)", "22:24"])
    copilot.log("incident.read", request="r2", ms=5, messages=16)
    await asked.click(".kill")
    await expect(asked.locator(".kill-report")).to_have_text("a run is under way")
    await answer(copilot)
    await expect(asked.locator(".kill-report")).to_contain_text("in the middle of the answer")
    copilot.log("answer.completed", request="r2", seconds=1.4, analyst="rules")

    await expect(asked.locator("#thread .by-copilot")).to_have_count(2)
    await expect(asked.locator(".kill-report .is-good")).to_contain_text("it stands in the thread once")


async def test_the_report_of_a_kill_goes_with_the_next_run(asked: Page, copilot: Copilot):
    await answer(copilot)
    await asked.click(".kill")
    await copilot.payload("app_mention")
    await answer(copilot)
    await expect(asked.locator(".kill-report")).to_contain_text("no worker was killed")

    copilot.log("incident.read", request="r2", ms=5, messages=16)

    await expect(asked.locator(".kill-report")).to_be_hidden()


async def test_the_report_of_a_kill_goes_with_another_take(asked: Page, copilot: Copilot):
    await asked.click(".kill")
    await expect(asked.locator(".kill-report")).to_be_visible()

    copilot.sandbox.player.control("seek", ts=copilot.sandbox.player.take.scenario.messages[5]["ts"])

    await expect(asked.locator(".kill-report")).to_be_hidden()
