import pytest

from bot.errors import BadInputError
from bot.permalinks import Place, place_of

MESSAGE = "https://acme.slack.com/archives/C0INC00001/p1742586540000137"


@pytest.mark.parametrize(
    ("link", "place"),
    [
        (MESSAGE, Place(channel_id="C0INC00001", ts="1742586540.000137")),
        (f" <{MESSAGE}|look> ", Place(channel_id="C0INC00001", ts="1742586540.000137")),
        (
            f"{MESSAGE}?thread_ts=1742580000.000001&amp;cid=C0INC00001",
            Place(channel_id="C0INC00001", ts="1742586540.000137", thread_ts="1742580000.000001"),
        ),
        ("http://127.0.0.1:8300/archives/G0SECRET01/", Place(channel_id="G0SECRET01")),
        ("https://app.slack.com/client/T0ACME001/C0INC00001", Place(channel_id="C0INC00001")),
        (
            "https://app.slack.com/client/T0ACME001/C0INC00001/thread/C0INC00001-1742586540.000137",
            Place(channel_id="C0INC00001", ts="1742586540.000137", is_thread=True),
        ),
    ],
)
def test_every_form_of_link_that_slack_copies_is_understood(link, place):
    assert place_of(link) == place


@pytest.mark.parametrize(
    "link",
    [
        "",
        "C0INC00001",
        "slack://channel?team=T1&id=C1",
        "https://acme.slack.com/",
        "https://acme.slack.com/archives/../p1",
        "https://acme.slack.com/archives/C0INC00001/p12",
        "ftp://acme.slack.com/archives/C0INC00001",
        "https://[::1/archives/C0INC00001",
        f"{MESSAGE}?thread_ts=now",
    ],
)
def test_another_text_is_refused_with_what_would_be_right(link):
    with pytest.raises(BadInputError) as raised:
        place_of(link)

    assert raised.value.field == "PERMALINK"


def test_the_root_of_a_thread_is_named_or_the_message_itself():
    assert place_of(MESSAGE).root_ts == "1742586540.000137"
    assert place_of(f"{MESSAGE}?thread_ts=1742580000.000001").root_ts == "1742580000.000001"
