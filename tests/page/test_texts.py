"""Slack's text, Markdown and Block Kit look as their authors meant them."""

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.page.copilot import Copilot, Json

pytestmark = pytest.mark.asyncio(loop_scope="session")

MRKDWN = {
    "*bold* _it_ ~no~ `code`": "<strong>bold</strong> <em>it</em> <s>no</s> <code>code</code>",
    "*bold _and_ more*": "<strong>bold <em>and</em> more</strong>",
    "2*3*4 and snake_case_name": "2*3*4 and snake_case_name",
    "<@U1> in <#C1|ops>, <!here>": (
        '<span class="mention">@Ana</span> in <span class="mention">#ops</span>, '
        '<span class="mention">@here</span>'
    ),
    "a &lt;b&gt; &amp; c": "a &lt;b&gt; &amp; c",
    "<name> is no link": "&lt;name&gt; is no link",
    "20:19:05 and :unknown_name:": "20:19:05 and :unknown_name:",
    "before\n&gt; quoted\nafter": "before<blockquote>quoted</blockquote>after",
}
MARKDOWN = {
    "# A *b*": "<h2>A <em>b</em></h2>",
    "a **b** ~~c~~ `d`": "<p>a <strong>b</strong> <s>c</s> <code>d</code></p>",
    "- a\n- b\n  - c": "<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>",
    "1. a\n2. b": "<ol><li>a</li><li>b</li></ol>",
    "- [x] done\n- [ ] open": "<ul><li>☑ done</li><li>☐ open</li></ul>",
    "> a\n> b": "<blockquote><p>a\nb</p></blockquote>",
    "---": "<hr>",
    "1\\. no list \\*": "<p>1. no list *</p>",
    "<b>x</b>": "<p>&lt;b&gt;x&lt;/b&gt;</p>",
}


@pytest_asyncio.fixture(loop_scope="session")
async def drawn(page: Page):
    """Draw with one of the page's modules and return the HTML of what came out."""

    async def draw(module: str, call: str, value: object) -> str:
        return await page.evaluate(
            f"""async (value) => {{
                const made = (await import('/static/{module}.js')).{call};
                const holder = document.createElement('div');
                holder.append(...[made].flat());
                for (const node of holder.querySelectorAll('[class=""]')) node.removeAttribute('class');
                return holder.innerHTML;
            }}""",
            value,
        )

    return draw


async def test_mrkdwn_is_drawn(drawn):
    for source, expected in MRKDWN.items():
        assert await drawn("mrkdwn", "mrkdwn(value, (id) => ({ U1: 'Ana' })[id])", source) == expected, source


async def test_markdown_is_drawn(drawn):
    for source, expected in MARKDOWN.items():
        assert await drawn("markdown", "markdown(value)", source) == expected, source


async def test_code_in_markdown_keeps_its_marks(drawn):
    made = await drawn("markdown", "markdown(value)", "```sh\n*a* <b>\n```\nafter")

    assert "<code>*a* &lt;b&gt;</code>" in made
    assert made.endswith("<p>after</p>")


async def test_emoji_are_drawn_with_their_names(drawn):
    made = await drawn("mrkdwn", "mrkdwn(value, () => '')", ":tada:")

    assert 'aria-label="tada"' in made
    assert "🎉" in made


BLOCKS: tuple[tuple[Json, str], ...] = (
    (
        {
            "type": "rich_text",
            "elements": [
                {
                    "type": "rich_text_list",
                    "style": "ordered",
                    "elements": [
                        {"type": "rich_text_section", "elements": [{"type": "text", "text": "one"}]},
                    ],
                },
                {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "log line"}]},
                {"type": "rich_text_quote", "elements": [{"type": "user", "user_id": "U1"}]},
            ],
        },
        "<ol|one|<pre|log line|<blockquote|@Ana",
    ),
    (
        {
            "type": "table",
            "column_settings": [{"align": "right"}],
            "rows": [[{"type": "raw_text", "text": "n"}], [{"type": "raw_number", "value": 7}]],
        },
        '<th class="align-right">n|<td class="align-right">7',
    ),
    (
        {
            "type": "section",
            "text": {"type": "plain_text", "text": "*as is*"},
            "accessory": {
                "type": "static_select",
                "action_id": "s",
                "options": [{"text": {"type": "plain_text", "text": "One"}, "value": "1"}],
            },
        },
        '*as is*|<select|<option value="1">One',
    ),
    (
        {
            "type": "context_actions",
            "elements": [
                {"type": "icon_button", "icon": "trash", "text": {"type": "plain_text", "text": "Remove"}}
            ],
        },
        'aria-label="Remove"|🗑',
    ),
    ({"type": "image", "alt_text": "a graph", "image_url": "https://a.example/g.png"}, "[image: a graph]"),
    ({"type": "hologram"}, "[hologram is not drawn here]"),
)


async def test_blocks_are_drawn(drawn):
    for block, expected in BLOCKS:
        made = await drawn(
            "blocks", "blockNodes([value], { nameOf: (id) => ({ U1: 'Ana' })[id], press() {} })", block
        )
        for part in expected.split("|"):
            assert part in made, (part, made)


async def test_an_alert_is_as_bad_as_it_says(page: Page):
    alerts = {
        ("Warn: availability", "a30200"): "warn",
        ("Recovered: availability", "2eb886"): "good",
        ("Triggered #55012", "990000"): "bad",
        ("deploy finished", "3aa3e3"): "info",
    }
    for (title, color), expected in alerts.items():
        found = await page.evaluate(
            "async (message) => (await import('/static/attachments.js')).severityOf(message)",
            {"attachments": [{"title": title, "color": color}]},
        )
        assert found == expected, title


async def test_a_very_long_text_shows_its_head_and_the_rest_on_demand(page: Page, copilot: Copilot):
    text = "👀" * 3000
    preview = {"id": "F0LOG", "name": "app.log", "filetype": "log", "size": 9_999_999, "preview": "9f" * 4000}
    content = {"text": text, "files": [preview]}
    posted = copilot.sandbox.person.post(
        copilot.channel, content, thread_ts=copilot.root, as_user="U0ANA00001"
    )
    message = page.locator(f'#thread .list [data-ts="{posted["ts"]}"]')
    await expect(message.locator(".more")).to_have_text(
        ["Show all 6,000 characters", "Show all 8,000 characters"]
    )
    await expect(message.locator(".body .mrkdwn")).to_have_text("👀" * 2000 + "…")
    await expect(message.locator(".file-meta")).to_contain_text("9.5 MB")

    await message.locator(".body .more").click()

    await expect(message.locator(".body .mrkdwn")).to_have_text(text)
    await expect(message.locator(".more")).to_have_count(1)
