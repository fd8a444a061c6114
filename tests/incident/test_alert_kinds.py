"""What a bot's post reports, when its words leave it open, is decided by the state that it states."""

import pytest

from bot.incident.alerts import bot_kind
from bot.incident.facts import FactKind
from bot.incident.messages import Alert, AlertState, Author, AuthorKind, Message

BOT = Author(id="B1", name="monitor", kind=AuthorKind.BOT)


def post(text: str, *, title: str = "", alert: Alert | None = None) -> Message:
    return Message(id="m1", ts="1742593500.000001", author=BOT, text=text, title=title, alert=alert)


def stated(state: AlertState, status: str = "") -> Alert:
    return Alert(state=state, status=status)


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        (post("queue is busy", alert=stated(AlertState.FIRING, "ALARM")), FactKind.ALERT),
        (post("queue is busy", alert=stated(AlertState.FIRING, ":red_circle:")), None),
        (post("queue is busy", alert=stated(AlertState.FIRING)), None),
        (post("queue is busy", alert=stated(AlertState.UNKNOWN)), None),
        (post("queue is busy"), None),
        (post("5xx above 5%, threshold 2", alert=stated(AlertState.RESOLVED, "CLOSED")), FactKind.RECOVERY),
        (post("5xx above 5%, threshold 2", alert=stated(AlertState.RESOLVED)), FactKind.ALERT),
        (post("5xx above 5%, threshold 2", alert=stated(AlertState.RESOLVED, "Done")), FactKind.ALERT),
        (post("kim created a Bug", alert=stated(AlertState.OPENED, "created a Bug")), None),
        (post("kim deployed v4", alert=stated(AlertState.CHANGED, "deployed")), FactKind.CHANGE),
    ],
)
def test_the_stated_state_decides_where_words_do_not(message: Message, kind: FactKind | None) -> None:
    assert bot_kind(message) is kind
