"""Editing, deleting, reacting and stopping, with the pointer, a finger or the keyboard."""

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from sandbox.people import PERSON_ID, TEAM_ID
from tests.page.answers import answer
from tests.page.copilot import Copilot, Json

pytestmark = pytest.mark.asyncio(loop_scope="session")

PHONE = {"width": 390, "height": 844}
IS_BAR_IN_SIGHT = """() => {
  const bar = document.querySelector("#thread .doing")?.getBoundingClientRect();
  return bar && bar.top >= document.querySelector("#thread .scroll").getBoundingClientRect().top;
}"""


def row(page: Page, ts: str) -> Locator:
    """A message as it stands in the thread."""
    return page.locator(f'#thread .list [data-ts="{ts}"]')


async def point(page: Page, ts: str) -> None:
    """Move the pointer over a message's head."""
    await row(page, ts).hover(position={"x": 120, "y": 12})


async def last_event(copilot: Copilot, subtype: str) -> Json:
    """Wait for the event of a kind that the copilot is sent."""
    while True:
        event = (await copilot.payload("message"))["event"]
        if event.get("subtype") == subtype:
            return event


async def own_message(page: Page) -> str:
    """The ts of what the person asked."""
    return await page.locator("#thread .by-me").last.get_attribute("data-ts") or ""


async def streamed(copilot: Copilot) -> str:
    """Begin an answer; returns its ts."""
    started = await copilot.client.chat_startStream(
        channel=copilot.channel,
        thread_ts=copilot.root,
        recipient_user_id=PERSON_ID,
        recipient_team_id=TEAM_ID,
        markdown_text="Reading the log",
    )
    return str(started["ts"])


async def test_nothing_is_in_the_way_until_the_pointer_comes(page: Page, copilot: Copilot):
    await expect(page.locator(".doing")).to_have_count(0)

    await point(page, copilot.ts_of(8))

    await expect(row(page, copilot.ts_of(8)).locator(".doing button")).to_have_count(2)
    await page.hover("#thread .composer")
    await expect(page.locator(".doing")).to_have_count(0)


async def test_the_bar_of_a_long_answer_stays_in_sight(asked: Page, copilot: Copilot):
    ts = await answer(copilot)
    await asked.set_viewport_size({"width": 1100, "height": 620})
    await row(asked, ts).locator(".thumb").first.scroll_into_view_if_needed()

    await row(asked, ts).locator(".thumb").first.hover()

    await asked.wait_for_function(IS_BAR_IN_SIGHT)


async def test_an_own_message_is_edited_in_its_place(asked: Page, copilot: Copilot):
    ts = await own_message(asked)
    await point(asked, ts)
    await asked.click(".doing-edit")
    area = asked.locator(".editor textarea")
    await expect(area).to_have_value("@copilot why are uploads failing?")

    await area.fill("@copilot why do uploads & reads fail?")
    await area.press("Enter")

    changed = await last_event(copilot, "message_changed")
    assert changed["message"]["text"].endswith("why do uploads &amp; reads fail?")
    assert changed["message"]["edited"]["user"] == PERSON_ID
    await expect(row(asked, ts).locator(".body")).to_contain_text("why do uploads & reads fail?")
    await expect(row(asked, ts).locator(".edited")).to_be_visible()
    await expect(asked.locator(".editor")).to_have_count(0)


async def test_escape_leaves_a_message_as_it_was_and_the_thread_open(asked: Page):
    ts = await own_message(asked)
    await point(asked, ts)
    await asked.click(".doing-edit")
    await asked.fill(".editor textarea", "something else")

    await asked.keyboard.press("Escape")

    await expect(row(asked, ts).locator(".body")).to_contain_text("why are uploads failing?")
    await expect(row(asked, ts).locator(".edited")).to_have_count(0)


async def test_what_is_being_edited_survives_the_message_being_drawn_anew(asked: Page, copilot: Copilot):
    ts = await own_message(asked)
    await point(asked, ts)
    await asked.click(".doing-edit")
    await asked.fill(".editor textarea", "half a sentence")

    copilot.sandbox.person.react(copilot.channel, ts, "eyes", as_user="U0ANA00001")

    await expect(row(asked, ts).locator(".reaction")).to_be_visible()
    await expect(asked.locator(".editor textarea")).to_have_value("half a sentence")


async def test_only_an_own_message_can_be_edited(page: Page, copilot: Copilot):
    await point(page, copilot.ts_of(8))

    await expect(page.locator(".doing-edit")).to_have_count(0)
    await expect(page.locator(".doing-delete")).to_be_visible()


async def test_a_deletion_is_asked_for_twice_and_leaves_a_quiet_line(asked: Page, copilot: Copilot):
    ts = copilot.ts_of(13)
    await point(asked, ts)
    await asked.click(".doing-delete")
    await expect(row(asked, ts)).to_contain_text("Delete for everyone?")
    await asked.click(".doing-keep")
    await expect(row(asked, ts).locator(".doing-react")).to_be_visible()

    await asked.click(".doing-delete")
    await asked.click(".doing-sure")

    deleted = await last_event(copilot, "message_deleted")
    assert deleted["deleted_ts"] == ts
    await expect(row(asked, ts)).to_contain_text("message deleted")


async def test_an_answer_whose_evidence_went_says_so_by_the_copilots_edit(asked: Page, copilot: Copilot):
    ts = await answer(copilot)
    copilot.sandbox.person.delete(copilot.channel, copilot.ts_of(13), is_admin=True)
    line = "No longer stands: it rests on a message that was deleted."

    blocks = [copilot.rich(f"*{line}*"), copilot.rich("what stood here before")]
    await copilot.client.chat_update(channel=copilot.channel, ts=ts, text=line, blocks=blocks)

    await expect(row(asked, ts).locator(".body > *").first).to_have_text(line)
    await expect(row(asked, ts).locator(".edited")).to_be_visible()


async def test_the_deleted_root_of_a_thread_keeps_its_replies(page: Page, copilot: Copilot):
    copilot.sandbox.person.delete(copilot.channel, copilot.root, is_admin=True)

    gone = page.locator(f'#channel .list [data-ts="{copilot.root}"]')

    await expect(gone).to_contain_text("message deleted")
    await expect(gone.locator(".replies")).to_be_visible()
    await expect(row(page, copilot.ts_of(2))).to_be_visible()


async def test_a_reaction_is_chosen_shown_and_taken_back(page: Page, copilot: Copilot):
    ts = copilot.ts_of(8)
    await point(page, ts)
    await page.click(".doing-react")
    await expect(page.locator(".doing-emoji")).to_have_text(["👍", "👀", "✅", "📌", "💡", "🚫"])

    await page.click(".doing-emoji >> nth=4")
    added = await copilot.payload("reaction_added")
    mine = row(page, ts).locator(".reaction[aria-pressed=true]")
    await expect(mine).to_have_text("💡1")
    await mine.click()
    removed = await copilot.payload("reaction_removed")

    assert (added["event"]["reaction"], added["event"]["item"]["ts"]) == ("bulb", ts)
    assert removed["event"]["user"] == PERSON_ID
    await expect(row(page, ts).locator(".reaction[aria-pressed=true]")).to_have_count(0)


async def test_a_streamed_answer_is_stopped_where_it_grows(asked: Page, copilot: Copilot):
    ts = await streamed(copilot)

    await row(asked, ts).locator(".stop").click()

    stopped = (await copilot.payload("agent_session_stopped"))["event"]
    assert (stopped["streaming_message_ts"], stopped["thread_ts"]) == ([ts], copilot.root)
    await expect(row(asked, ts)).not_to_have_class("is-streaming")
    await expect(asked.locator(".stop")).to_have_count(0)


async def test_work_that_streams_nothing_yet_is_stopped_at_its_status(asked: Page, copilot: Copilot):
    await copilot.status("is reading")

    await asked.locator("#thread .status .stop").click()

    stopped = (await copilot.payload("agent_session_stopped"))["event"]
    assert (stopped["streaming_message_ts"], stopped["thread_ts"]) == ([], copilot.root)


async def test_the_keyboard_goes_from_message_to_message_and_reaches_the_bar(page: Page, copilot: Copilot):
    await page.focus("#thread .list")
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("ArrowUp")
    ts = await page.evaluate("document.activeElement.dataset.ts")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator(".doing-emoji").first).to_be_focused()

    await page.keyboard.press("Enter")

    added = await copilot.payload("reaction_added")
    assert (added["event"]["reaction"], added["event"]["item"]["ts"]) == ("+1", ts)


async def test_on_a_phone_a_tap_brings_the_bar_and_another_takes_it_away(browser: Browser, copilot: Copilot):
    context = await browser.new_context(
        viewport=PHONE, has_touch=True, is_mobile=True, reduced_motion="reduce"
    )
    phone = await context.new_page()
    await phone.goto(copilot.sandbox.url)
    message = row(phone, copilot.ts_of(8))

    await message.tap(position={"x": 120, "y": 10})
    await expect(message.locator(".doing")).to_be_visible()
    await message.tap(position={"x": 120, "y": 10})
    await expect(phone.locator(".doing")).to_have_count(0)
    await message.tap(position={"x": 120, "y": 10})
    await phone.locator(".doing-react").tap()
    await phone.locator(".doing-emoji >> nth=1").tap()

    await expect(message.locator(".reaction[aria-pressed=true]")).to_have_text("👀1")
    box = await message.locator(".reaction").first.bounding_box()
    assert box is not None
    assert box["height"] >= 24
    await context.close()
