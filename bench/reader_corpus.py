"""A busy incident channel in Slack's shapes: people, alert bots, threads, edits, reactions; made up."""

import random
from collections.abc import Iterator
from typing import Any

PEOPLE, BOTS = 500, 6
TEAM, CHANNEL, US, OUR_BOT = "T0BENCH001", "C0BENCH001", "U0COPILOT1", "B0COPILOT1"
START = 1_750_000_000
THREADS_EACH = 50
"""One thread for so many messages; half of all messages are replies."""
WORDS = """
gateway storage checkout region primary replica shard latency timeout error rate deploy rollback config key
rotation certificate queue consumer backlog pod restart memory limit cache miss traffic failover dns lookup
retry budget alert paging customer refund ticket dashboard since before after still again flat rising
""".split()  # noqa: SIM905  # as prose it can be read

Json = dict[str, Any]


def corpus(count: int, *, seed: int = 7) -> list[Json]:
    """Return `count` messages of one channel, oldest first, their roots with counters as Slack has them."""
    dice = random.Random(seed)  # noqa: S311  # data, no secret
    made: list[Json] = []
    open_threads: list[Json] = []
    for n in range(count):
        message = _message(dice, n)
        if n % THREADS_EACH == 0:
            open_threads = [*open_threads[-3:], message]
        elif dice.random() < 0.5:  # half of all
            _reply(dice.choice(open_threads), message)
        made.append(message)
    return made


def _reply(root: Json, message: Json) -> None:
    message["thread_ts"] = root["thread_ts"] = root["ts"]
    root["reply_count"] = root.get("reply_count", 0) + 1
    root["latest_reply"] = message["ts"]


def _message(dice: random.Random, n: int) -> Json:
    ts = f"{START + 11 * n}.{dice.randrange(1_000_000):06d}"
    message = _alert(dice, ts) if dice.random() < 0.25 else _person(dice, ts)  # a quarter
    if dice.random() < 0.1:  # a tenth
        users = [_user(dice) for _ in range(dice.randint(1, 4))]
        message["reactions"] = [{"name": "eyes", "users": users, "count": len(users)}]
    return message


def _user(dice: random.Random, people: int = PEOPLE) -> str:
    """A few say most, as in any channel."""
    return f"U0P{int(people * dice.random() ** 2):06d}"


def _words(dice: random.Random, count: int) -> str:
    return " ".join(dice.choices(WORDS, k=count))


def _person(dice: random.Random, ts: str, people: int = PEOPLE) -> Json:
    said, other = _words(dice, dice.randint(5, 40)), _user(dice, people)
    url = f"https://dash.example.com/d/{dice.randrange(10**6)}?from=now-1h&to=now"
    shown: list[Json] = [
        {"type": "text", "text": said + " "},
        {"type": "user", "user_id": other},
        {"type": "text", "text": " see "},
        {"type": "link", "url": url, "text": "dashboard"},
        {"type": "text", "text": " kubectl get pods", "style": {"code": True}},
    ]
    text = f"{said} <@{other}> see <{url.replace('&', '&amp;')}|dashboard> ` kubectl get pods`"
    section = {"type": "rich_text_section", "elements": shown}
    message: Json = {
        "type": "message",
        "user": _user(dice, people),
        "ts": ts,
        "client_msg_id": f"{dice.getrandbits(128):032x}",
        "team": TEAM,
        "text": text,
        "blocks": [{"type": "rich_text", "block_id": f"b{dice.randrange(10**5)}", "elements": [section]}],
    }
    if dice.random() < 0.05:  # one in twenty
        message["edited"] = {"user": message["user"], "ts": f"{int(ts.split('.', maxsplit=1)[0]) + 5}.000000"}
    return message


def _alert(dice: random.Random, ts: str) -> Json:
    number, state = dice.randrange(BOTS), dice.choice(("FIRING", "RESOLVED"))
    title = f"[{state}:1] {_words(dice, 3).title().replace(' ', '')}"
    fields = [
        {"title": name, "value": _words(dice, 1), "short": True} for name in ("severity", "service", "region")
    ]
    attachment = {
        "id": 1,
        "color": "a30200",
        "fallback": f"{title} | {_words(dice, 4)}",
        "title": title,
        "title_link": f"https://alerts.example.com/{dice.randrange(10**6)}",
        "text": _words(dice, dice.randint(10, 40)),
        "fields": fields,
        "footer": "alerts",
        "ts": int(ts.split(".", maxsplit=1)[0]),
    }
    return {
        "type": "message",
        "subtype": "bot_message",
        "ts": ts,
        "bot_id": f"B0A{number:06d}",
        "username": f"alerts-{number}",
        "text": "",
        "team": TEAM,
        "attachments": [attachment],
    }


def new(count: int, after: str) -> Iterator[Json]:
    """Yield messages that are said after `after`, by people who said much before."""
    dice = random.Random(after)  # noqa: S311  # as above
    second = int(after.split(".", maxsplit=1)[0])
    for n in range(1, count + 1):
        yield _person(dice, f"{second + n}.000{n % 1000:03d}", people=50)
