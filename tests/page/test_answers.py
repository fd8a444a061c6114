"""An answer grows in its thread, its citations lead to messages, its run is measured under the hood."""

import pytest
from playwright.async_api import Page, expect

from tests.page.answers import DRAFT, FACTS, answer, finished, log_the_rest, log_until_routed
from tests.page.copilot import Copilot

pytestmark = pytest.mark.asyncio(loop_scope="session")

THIRTEEN = "#thread .message[data-ts='1742595147.001644']"


async def test_the_status_line_comes_at_once_and_goes_when_it_is_cleared(asked: Page, copilot: Copilot):
    await copilot.status("reading 16 messages")
    await expect(asked.locator("#thread .status")).to_contain_text("copilot reading 16 messages")

    await copilot.status("")
    await expect(asked.locator("#thread .status")).to_have_count(0)


async def test_an_answer_grows_in_place_as_one_message(asked: Page, copilot: Copilot):
    ts = await copilot.post(blocks=[copilot.rich(*FACTS)])
    await expect(asked.locator("#thread .by-copilot")).to_contain_text("Diagnosis follows")

    await copilot.update(ts, blocks=finished(copilot))

    await expect(asked.locator("#thread .by-copilot")).to_have_count(1)
    await expect(asked.locator("#thread .block-hypothesis")).to_have_count(2)
    await expect(asked.locator("#thread .by-copilot")).not_to_contain_text("Diagnosis follows")


async def test_the_head_of_a_long_answer_is_in_sight(asked: Page, copilot: Copilot):
    await answer(copilot)

    await expect(
        asked.locator("#thread .by-copilot .body").get_by_text("Likely, not proven:")
    ).to_be_in_viewport()


async def test_hovering_a_citation_outlines_its_message_and_its_tick(asked: Page, copilot: Copilot):
    await copilot.post(blocks=[copilot.rich(*FACTS)])

    await asked.hover("#thread .cite:has-text('[13]')")

    await expect(asked.locator(f"{THIRTEEN}.is-cited")).to_be_visible()
    await expect(asked.locator(".tick.is-cited")).to_have_count(1)


async def test_hovering_a_citation_of_a_message_out_of_sight_shows_it_beside(asked: Page, copilot: Copilot):
    await answer(copilot)

    await asked.hover("#thread .cite:has-text('[3]') >> nth=0")

    await expect(asked.locator(".peek")).to_contain_text("removed the old pair in the storage system")


async def test_clicking_a_citation_scrolls_to_its_message(asked: Page, copilot: Copilot):
    await answer(copilot)

    await asked.click("#thread .cite:has-text('[3]') >> nth=0")

    await expect(asked.locator("#thread [data-ts='1742589434.000411']")).to_be_in_viewport()
    assert asked.url.rstrip("/") == copilot.sandbox.url


async def test_a_permalink_opened_from_outside_shows_its_message(page: Page, copilot: Copilot):
    await page.goto(copilot.permalink(3))

    await expect(page.locator("#thread [data-ts='1742589434.000411']")).to_be_in_viewport()


async def test_the_hood_shows_every_step_with_its_milliseconds(asked: Page, copilot: Copilot):
    log_until_routed(copilot)
    await expect(asked.locator("[data-station=routed]")).to_contain_text("routed: opus70 ms")
    await expect(asked.locator("[data-station=durable]")).to_contain_text("6 ms1 duplicate")
    await expect(asked.locator("[data-station=posted]")).to_have_class("station is-waiting")

    log_the_rest(copilot)
    await expect(asked.locator("[data-station=verified]")).to_contain_text("2 verified12 s1 dropped")
    await expect(asked.locator("[data-station=posted]")).to_contain_text("posted once")
    await expect(asked.locator(".run-end")).to_have_text("by claude · 12.2 s · $0.13")


async def test_the_words_that_decided_are_lit_where_they_stand(asked: Page, copilot: Copilot):
    log_until_routed(copilot)
    await asked.click(".hood-toggle")
    await expect(asked.locator(".route mark").first).to_have_text("InvalidAccessKeyId")

    lit = await asked.evaluate("[...(CSS.highlights.get('routed') ?? [])].map((range) => range.toString())")

    assert sorted(lit) == ["InvalidAccessKeyId", "rotated keys"]


async def test_runs_of_several_requests_are_kept_apart(asked: Page, copilot: Copilot):
    log_until_routed(copilot)
    copilot.log("request.signed", request="r2", ms=3)
    copilot.log("incident.read", request="r2", ms=4, messages=3)
    copilot.log("cache.warmed", request="r2", ms=5, keys=2)
    await asked.click(".hood-toggle")

    await expect(asked.locator(".events")).to_contain_text("cache.warmedkeys 2")
    await asked.click("[role=tab]:has-text('run 1')")
    await expect(asked.locator(".events")).not_to_contain_text("cache.warmed")


async def test_a_result_that_stands_twice_is_not_called_posted_once(asked: Page, copilot: Copilot):
    log_until_routed(copilot)
    copilot.log("answer.posted", ts="1", ms=9)
    copilot.log("answer.posted", ts="2", ms=10)

    await expect(asked.locator("[data-station=posted]")).to_contain_text("posted 2 times")


async def test_a_shared_draft_opens_in_the_reader_and_can_be_saved(asked: Page, copilot: Copilot):
    await copilot.client.files_upload_v2(
        channel=copilot.channel, thread_ts=copilot.root, filename="review.md", content=DRAFT
    )

    await asked.click("text=Read the draft")

    await expect(asked.locator("#reader h3")).to_have_text("1 Summary")
    await expect(asked.locator("#reader td").first).to_have_text("20:37")
    async with asked.expect_download() as download:
        await asked.click("#reader >> text=Download .md")
    assert (await download.value).suggested_filename == "review.md"


async def test_what_only_the_asker_sees_says_so_and_can_be_put_away(asked: Page, copilot: Copilot):
    await copilot.client.chat_postEphemeral(
        channel=copilot.channel, thread_ts=copilot.root, user="U0YOU00001", text="three quotes"
    )
    await expect(asked.locator("#thread .whisper")).to_contain_text("only visible to you")

    await asked.click(".whisper >> [aria-label=Dismiss]")

    await expect(asked.locator(".whisper")).to_have_count(0)


async def test_a_look_up_does_not_take_the_drawer_from_the_answer(asked: Page, copilot: Copilot):
    log_until_routed(copilot)
    copilot.log("request.signed", request="r2", ms=1)
    copilot.log("request.started", request="r2", ms=2, kind="evidence")
    await asked.click(".hood-toggle")

    await expect(asked.locator("[role=tab][aria-selected=true]")).to_contain_text("run 1")
    await expect(asked.locator("[role=tab]").nth(1)).to_contain_text("run 2 · evidence")


@pytest.mark.parametrize(
    ("kind", "stations"),
    [
        ("evidence", ["signed", "durable", "acked"]),
        ("refute", ["signed", "durable", "acked"]),
        ("feedback", ["signed", "durable", "acked"]),
        ("help", ["signed", "durable", "acked"]),
        ("postmortem", ["signed", "durable", "acked", "read", "redacted", "routed", "posted"]),
    ],
)
async def test_a_run_shows_only_the_steps_that_its_kind_has(
    asked: Page, copilot: Copilot, kind: str, stations: list[str]
):
    copilot.log("request.signed", ms=1)
    copilot.log("request.started", ms=2, kind=kind)

    shown = asked.locator(".station")
    await expect(shown).to_have_count(len(stations))
    assert await shown.evaluate_all("nodes => nodes.map((node) => node.dataset.station)") == stations


async def test_the_last_run_outlives_a_reload(asked: Page, copilot: Copilot):
    await answer(copilot)
    log_until_routed(copilot)
    log_the_rest(copilot)
    await expect(asked.locator(".run-end")).to_contain_text("by claude")

    await asked.reload()

    await expect(asked.locator("[data-station=posted]")).to_contain_text("posted once")
    await expect(asked.locator(".run-end")).to_have_text("by claude · 12.2 s · $0.13")


@pytest.mark.parametrize(
    ("top", "fell"),
    [
        ("*Superseded 22:36*: H1 refuted [16]", "H1 refuted since"),
        ("*Updated 22:36*: H1 is not supported any more [16]: H2 is confirmed", "H1 not supported any more"),
        ("*Updated 22:36*: H1 and H3 are not supported any more: gone", "H1 not supported any more"),
    ],
)
async def test_an_asked_moment_tells_of_the_hypothesis_that_fell_since(
    asked: Page, copilot: Copilot, top: str, fell: str
):
    ts = await answer(copilot)
    await expect(asked.locator(".rival").first).to_contain_text("likely")

    await copilot.update(ts, blocks=[copilot.rich(top), *finished(copilot)])

    await expect(asked.locator(".rival.has-fallen")).to_have_text(fell)
    await expect(asked.locator(".rival").nth(1)).to_contain_text("H2 less likely")
