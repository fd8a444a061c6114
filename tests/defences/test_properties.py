"""Whatever words go in, nothing active comes out; ordinary words come out as they went in."""

import html
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.safety.gate import gate, gate_text
from bot.safety.hidden import strip_hidden
from bot.safety.redaction import Redactor
from evals.hostile.effects import hosts, unseen

HOST = "collect.attacker.example"
HOSTILE = st.sampled_from(
    [
        "<!channel>",
        "<!here|here>",
        "<!subteam^S0EXAMPLE1|@sre>",
        "&lt;!channel&gt;",
        "&amp;lt;!here&amp;gt;",
        "<!date^1^{date}^https://collect.attacker.example|x>",
        "<@U0EXAMPLE7>",
        "\u202e",
        "\u2066",
        "\u200b",
        "\U000e0041",
        "\ufeff",
        "\x1b[8m",
        f"https://{HOST}/a?b=c",
        f"<https://{HOST}|ok>",
        f"[a](https://{HOST})",
        f"![a](https://{HOST}/i.png)",
        f"www.{HOST}",
        f"https:\\\\{HOST}",
        f"[1]: https://{HOST}",
        "<script>",
        "`",
        "*",
        "\n",
        " ",
        "|",
        "<",
        ">",
        "&",
    ]
)
TEXTS = st.lists(HOSTILE | st.text(max_size=6), max_size=12).map("".join)
ACTIVE = re.compile(r"(?i)<(?:!(?:channel|here|everyone|subteam)|@[UW])")
BENIGN = st.lists(
    st.sampled_from(
        ["pods", "OOMKilled", "com.acme.Pay.pay", "99.98%", "R&D", "a < b", "café", "→", "m17", "v2.3.1"]
    ),
    min_size=1,
    max_size=8,
).map(" ".join)


def passed(words: str) -> tuple[str, str, str]:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": words}]}
    blocks, text = gate(
        [{"type": "rich_text", "elements": [section]}],
        words,
        allowed_hosts=frozenset({"acme.slack.com"}),
        mention=None,
        redactor=Redactor(b"k"),
    )
    leaves = blocks[0]["elements"][0]["elements"] if blocks and blocks[0].get("elements") else []
    file = gate_text(words, allowed_hosts=frozenset(), redactor=Redactor(b"k"))
    return "".join(leaf["text"] for leaf in leaves), text, file


@given(TEXTS)
@settings(max_examples=150, deadline=None)
def test_nothing_active_comes_out_of_hostile_words(words: str):
    for out in passed(words):
        assert not unseen(out)
        assert HOST not in set(hosts(out))
        assert not ACTIVE.search(out)
        assert not ACTIVE.search(html.unescape(out))


@given(BENIGN)
@settings(max_examples=50, deadline=None)
def test_ordinary_words_are_shown_as_they_are(words: str):
    in_block, text, _ = passed(words)
    assert in_block == strip_hidden(words)
    assert html.unescape(text) == words
