"""Nothing that anybody writes becomes markup, a script or an address that a browser should not follow."""

import pytest
from playwright.async_api import Page, expect

from tests.page.copilot import Copilot

pytestmark = pytest.mark.asyncio(loop_scope="session")

EVIL = "<img src=x onerror=\"document.title='broken in'\"><script>document.title='broken in'</script>"


async def test_markup_in_any_part_of_a_message_stays_text(page: Page, copilot: Copilot):
    plain = {"type": "plain_text", "text": EVIL[:75]}
    await copilot.post(
        text=EVIL,
        attachments=[
            {"color": "a30200", "title": EVIL, "text": EVIL, "fields": [{"title": EVIL, "value": EVIL}]}
        ],
    )
    await copilot.post(
        blocks=[
            copilot.rich(EVIL),
            {"type": "section", "text": {"type": "mrkdwn", "text": EVIL}, "fields": [plain]},
            {"type": "header", "text": plain},
            {"type": "context", "elements": [plain]},
            {"type": "markdown", "text": f"# {EVIL}\n\n- {EVIL}\n\n| {EVIL} |\n|---|\n| {EVIL} |\n\n{EVIL}"},
            {"type": "actions", "elements": [{"type": "button", "action_id": "a", "text": plain}]},
        ]
    )

    await expect(page.locator("#thread .by-copilot")).to_have_count(2)
    await expect(page.locator("#thread img, #thread script")).to_have_count(0)
    assert "broken in" not in await page.title()


async def test_markup_in_a_log_event_stays_text(page: Page, copilot: Copilot):
    copilot.log("question.routed", tier=EVIL, reason=EVIL, matched=[{"words": EVIL, "source": "m1"}], ms=1)
    await page.click(".hood-toggle")

    await expect(page.locator(".route mark")).to_contain_text("<img")
    await expect(page.locator("#hood img, #hood script")).to_have_count(0)


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd"]
)
async def test_an_address_that_is_no_web_address_is_no_link(page: Page, url: str):
    made = await page.evaluate(
        "async (url) => (await import('/static/citations.js')).anchor(url, ['x']).outerHTML", url
    )

    assert "href" not in made


async def test_links_out_tell_nobody_where_they_came_from(page: Page):
    made = await page.evaluate(
        "async () => (await import('/static/citations.js')).anchor('https://a.example/', ['x']).rel"
    )

    assert made == "noopener noreferrer"
