"""Slack's markup becomes what a reader sees: escapes undone once, mentions and dates resolved, links kept."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.incident.messages import Link
from bot.slack.dates import epoch_at, shown_date
from bot.slack.mrkdwn import Flattener

NAMES = {"U0ANA": "Ana", "S1": "sre-team", "C0DB": "db"}
AT = "1742586540"  # 21 March 2025, 19:49 UTC, a Friday


def shown(text: str) -> str:
    return Flattener(NAMES).mrkdwn(text)


def links(text: str) -> list[Link]:
    flattener = Flattener(NAMES)
    flattener.mrkdwn(text)
    return flattener.links


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


@settings(deadline=None)
@given(st.text(alphabet="&<>;ltgamp #x2 ", max_size=40))
def test_an_escape_is_undone_exactly_once(text: str) -> None:
    assert shown(escaped(text)) == text
    assert Flattener({}).plain(escaped(text)) == text


@settings(deadline=None)
@given(st.text(alphabet="<>|!@#^&;{}*_`~[]():/.ahdte1 \n", max_size=60))
def test_no_markup_is_an_error_and_links_are_addresses(text: str) -> None:
    assert isinstance(Flattener({}).markdown(text), str)
    assert all(link.url for link in links(text))


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ("<!subteam^S1> <!subteam^S2> <!subteam^S2|@ops>", "@sre-team @S2 @ops"),
        ("<!here> <!channel|channel> <!everyone>", "@here @channel @everyone"),
        ("<@U0ANA> <@U0X|@zoe> <#C0DB> <#C0DB|storage>", "@Ana @zoe #db #storage"),
        ("&amp;lt;@U0ANA&amp;gt;", "&lt;@U0ANA&gt;"),
        ("&lt;!channel&gt;", "<!channel>"),
        (f"<!date^{AT}^{{date_num}} at {{time}}|x>", "2025-03-21 at 19:49 UTC"),
        (f"<!date^{AT}^Started: {{date_pretty}} | Incident>", "Started: March 21, 2025 "),
        (f"<!date^{AT}^{{time}}^https://a.example/?a&amp;b|x>", "19:49 UTC"),
        (f"<!date^{AT}^{{moon}}|at noon>", "at noon"),
        (f"<!date^{AT}|at noon> <!date^{AT}>", f"at noon {AT}"),
        ("<!date^|x> <!date^99999999999^{time}|far>", "@x far"),
        ("*a* _b_ ~c~ `*d*` ```_e_ <@U0ANA>```", "a b ~c~ `*d*` ```_e_ @Ana```"),
        ("> quoted\n• item", "> quoted\n• item"),
        ("\x02" + "0\x02 *a*", "0 a"),
    ],
)
def test_mentions_and_dates_read_as_people_see_them(text: str, reads: str) -> None:
    assert shown(text) == reads


@pytest.mark.parametrize(
    ("pattern", "reads"),
    [
        ("{date}", "March 21, 2025"),
        ("{date_short}", "Mar 21, 2025"),
        ("{date_short_pretty}", "Mar 21, 2025"),
        ("{date_long_pretty}", "Friday, March 21, 2025"),
        ("{date_slash} {time_secs}", "2025-03-21 19:49:00 UTC"),
        ("{ago}", "2025-03-21 19:49 UTC"),
        ("no format at all", ""),
        ("{date} {novel}", ""),
    ],
)
def test_a_date_is_shown_by_its_format_in_utc(pattern: str, reads: str) -> None:
    assert shown_date(AT, pattern) == reads


@pytest.mark.parametrize("number", ["", "soon", "-5", "123", "12345", "9" * 30, "²", "1e9"])
def test_a_number_that_is_no_time_is_none(number: str) -> None:
    assert epoch_at(number) is None
    assert shown_date(number, "{date}") == ""


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        ("see https://a.example/x?a=1&amp;b=2.", ["https://a.example/x?a=1&b=2"]),
        ("(https://a.example/x) url=http://b.example", ["https://a.example/x", "http://b.example"]),
        ("<https://a.example/x|one> <mailto:a@b.example|two>", ["https://a.example/x", "mailto:a@b.example"]),
        ("myhttps://a.example is no address", []),
        (f"<!date^{AT}^{{time}}^https://a.example|x>", ["https://a.example"]),
    ],
)
def test_addresses_are_kept_whether_marked_or_bare(text: str, urls: list[str]) -> None:
    assert [link.url for link in links(text)] == urls


def test_links_of_standard_markdown_are_kept_with_their_brackets() -> None:
    flattener = Flattener({})

    assert flattener.markdown("[log](https://l.example/a(b)) ![graph](https://g.example)") == "log graph"
    assert flattener.links == [
        Link(url="https://l.example/a(b)", label="log"),
        Link(url="https://g.example", label="graph"),
    ]


@pytest.mark.parametrize(
    "piece",
    [
        "<",
        "<a:b|",
        "<a:b| > ",
        "*a",
        "* a ",
        "_a",
        "`",
        "``` ",
        "[](",
        "[a](b(c",
        "[a",
        "<!date^1^",
        "&",
        "http://a",
    ],
)
def test_a_hostile_text_costs_what_it_is_long(piece: str) -> None:
    short, long = (cost(piece * (chars // len(piece))) for chars in (20_000, 160_000))

    assert long < 40 * max(short, 0.002), "eight times the length may not cost the square of that"


def cost(text: str) -> float:
    def once() -> float:
        began = time.process_time()
        Flattener({}).markdown(text)
        return time.process_time() - began

    return min(once() for _ in range(2))
