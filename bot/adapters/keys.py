"""Every key the program writes: its pattern, its owner and how long it lives.

All names share one hash tag, so that a script may touch several of them on a cluster; one workspace group
therefore lives on one shard. `*` stands for anything. The keys of pydocket begin with a pool's `tickets`.

What people wrote before the redactor has seen it stands in here sealed, never in the clear: in a log, and in
a lane's inbox, where a request waits with the question as it was asked, because it must be durable before it
is acknowledged. When the secret changes a log is read anew from Slack; whoever asked is told to ask again.
"""

from dataclasses import dataclass
from fnmatch import fnmatchcase

PREFIX = "{copilot}"
DAY_SECONDS = 86_400

SEEN_SECONDS = 90_000
"""25 hours: longer than any retry of Slack, so that a delivery replayed a day later is still known."""
WAITING_SECONDS = 2 * DAY_SECONDS
"""A question that no worker could answer for two days is moot."""
EFFECT_SECONDS = 2 * DAY_SECONDS
CALL_SECONDS = DAY_SECONDS
"""A call ends within minutes, and its payment is tried again for half a minute at most."""
MONTH_SECONDS = 100 * DAY_SECONDS
"""What a month cost is looked up until the quarter's bill has come."""
STREAM_SECONDS = 3_600
"""Slack ends a stream after five minutes; what is older than an hour was closed by somebody."""
STOP_SECONDS = 900
"""No answer is written for longer, another run after a crash included."""
DEAD_SECONDS = 14 * DAY_SECONDS
DEAD_LIMIT = 200
PROBE_SECONDS = 60
MEMORY_SECONDS = 14 * DAY_SECONDS
NAMES_SECONDS = DAY_SECONDS
"""A name is a person's data: kept no longer than it helps."""
CLAIM_SECONDS = 60
GATHERED_SECONDS = DAY_SECONDS
"""Turns of look-ups are of use until their request ends; whatever became of it, they live no longer."""
RECEIVING_SECONDS = 60
"""Slack delivers again what nobody took for about so long; a shorter gap loses nothing."""
EPOCH_SECONDS = 500 * DAY_SECONDS
"""Longer than any log is kept, so that a log never outlives the epoch in which it was whole."""
WISH_SECONDS = 400 * DAY_SECONDS
"""Longer than any channel of an incident is in use, and not for ever."""
MARK_SECONDS = 400 * DAY_SECONDS
"""As long as the longest retention: until then a forgotten message could be read from history again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """One family of keys.

    Attributes:
        pattern: What follows the prefix; `*` stands for anything.
        owner: The module that alone writes it.
        ttl_seconds: The longest it lives untouched; None when it is bounded in another way.
        holds: What stands in it, and what bounds it when it has no time to live.
    """

    pattern: str
    owner: str
    ttl_seconds: int | None
    holds: str

    def matches(self, key: str) -> bool:
        """Say whether a full key belongs to this family."""
        return fnmatchcase(key.removeprefix(PREFIX), f":{self.pattern}")


TABLE: tuple[Keys, ...] = (
    Keys(pattern="seen:*", owner="lanes", ttl_seconds=SEEN_SECONDS, holds="that a delivery was accepted"),
    Keys(
        pattern="*:tickets:*",
        owner="pydocket",
        ttl_seconds=None,
        holds="tickets without any text: as many as there is work, plus workers seen lately",
    ),
    Keys(
        pattern="*:inbox:*",
        owner="lanes",
        ttl_seconds=WAITING_SECONDS,
        holds="a lane's requests, oldest first, the head under way; what was typed is sealed",
    ),
    Keys(
        pattern="*:team:*",
        owner="lanes",
        ttl_seconds=WAITING_SECONDS,
        holds="a workspace's lanes that wait for a ticket",
    ),
    Keys(
        pattern="*:ring",
        owner="lanes",
        ttl_seconds=WAITING_SECONDS,
        holds="workspaces with waiting lanes, next first",
    ),
    Keys(
        pattern="*:claims", owner="lanes", ttl_seconds=WAITING_SECONDS, holds="ticket → the lane it works on"
    ),
    Keys(
        pattern="*:owners", owner="lanes", ttl_seconds=WAITING_SECONDS, holds="lane → the turn that owns it"
    ),
    Keys(pattern="turns", owner="lanes", ttl_seconds=WAITING_SECONDS, holds="the number of the last turn"),
    Keys(
        pattern="tries:*",
        owner="lanes",
        ttl_seconds=WAITING_SECONDS,
        holds="how often a request was begun and how often it failed",
    ),
    Keys(
        pattern="probe", owner="queue", ttl_seconds=PROBE_SECONDS, holds="that the store took a write lately"
    ),
    Keys(
        pattern="dead",
        owner="lanes",
        ttl_seconds=DEAD_SECONDS,
        holds=f"the last {DEAD_LIMIT} requests given up, without their text",
    ),
    Keys(
        pattern="fx:*",
        owner="ledger",
        ttl_seconds=EFFECT_SECONDS,
        holds="that an effect is about to happen, or its outcome",
    ),
    Keys(
        pattern="call:*",
        owner="purse_store",
        ttl_seconds=CALL_SECONDS,
        holds="that a call of a model was booked, or paid",
    ),
    Keys(
        pattern="spent-request:*",
        owner="purse_store",
        ttl_seconds=EFFECT_SECONDS,
        holds="what one request cost: figures by model",
    ),
    Keys(
        pattern="spent-incident:*",
        owner="purse_store",
        ttl_seconds=MEMORY_SECONDS,
        holds="what an incident cost: figures by model",
    ),
    Keys(
        pattern="spent-month:*",
        owner="purse_store",
        ttl_seconds=MONTH_SECONDS,
        holds="what a workspace spent in a month: figures by model",
    ),
    Keys(
        pattern="consent:*",
        owner="purse_store",
        ttl_seconds=MEMORY_SECONDS,
        holds="who decided whether Opus answers a question although the incident has cost a lot",
    ),
    Keys(
        pattern="streams",
        owner="open_streams",
        ttl_seconds=STREAM_SECONDS,
        holds="messages that are being streamed, by when their worker last said so",
    ),
    Keys(
        pattern="stop:*",
        owner="stops",
        ttl_seconds=STOP_SECONDS,
        holds="who stopped the answer in a message, or what they asked in a thread",
    ),
    Keys(
        pattern="numbers:*",
        owner="store",
        ttl_seconds=MEMORY_SECONDS,
        holds="message ts → its number in the incident",
    ),
    Keys(
        pattern="secret:*", owner="store", ttl_seconds=MEMORY_SECONDS, holds="an incident's key for aliases"
    ),
    Keys(
        pattern="aliases:*",
        owner="aliases",
        ttl_seconds=MEMORY_SECONDS,
        holds="what an incident's secrets are called, by MACs of them, sealed",
    ),
    Keys(
        pattern="board:*",
        owner="store",
        ttl_seconds=MEMORY_SECONDS,
        holds="an incident's hypotheses and their version",
    ),
    Keys(
        pattern="board-post:*",
        owner="store",
        ttl_seconds=MEMORY_SECONDS,
        holds="where the message stands that shows an incident's board",
    ),
    Keys(
        pattern="read:*",
        owner="store",
        ttl_seconds=MEMORY_SECONDS,
        holds="up to when each person was told how an incident stands, when they asked for a catch-up",
    ),
    Keys(
        pattern="review-turns",
        owner="review_timer",
        ttl_seconds=MEMORY_SECONDS,
        holds="which element of each log was the newest when its board was last looked at",
    ),
    Keys(
        pattern="answer:*",
        owner="store",
        ttl_seconds=MEMORY_SECONDS,
        holds="an answer as posted, for its buttons",
    ),
    Keys(
        pattern="answers:*",
        owner="store",
        ttl_seconds=MEMORY_SECONDS,
        holds="the ids of an incident's answers",
    ),
    Keys(
        pattern="files:*",
        owner="store",
        ttl_seconds=MEMORY_SECONDS,
        holds="our files in Slack about an incident, and the numbers of the messages that they cite",
    ),
    Keys(
        pattern="thumbs:*",
        owner="store",
        ttl_seconds=MEMORY_SECONDS,
        holds="person → their verdict on an answer",
    ),
    Keys(
        pattern="log:*",
        owner="incident_log",
        ttl_seconds=MEMORY_SECONDS,
        holds="what was said in an incident, sealed; each element goes when it is as old as that, whatever "
        "comes after it; in the clear, of which messages it tells",
    ),
    Keys(
        pattern="log-where:*",
        owner="incident_log",
        ttl_seconds=MEMORY_SECONDS,
        holds="which elements of a log tell of a message: ids alone",
    ),
    Keys(
        pattern="log-marks:*",
        owner="incident_log",
        ttl_seconds=MEMORY_SECONDS,
        holds="messages of a log that were deleted or edited, by when: what they said before is refused",
    ),
    Keys(
        pattern="log-due:*",
        owner="incident_log",
        ttl_seconds=MEMORY_SECONDS,
        holds="elements of a log that are older than their ids say, by when they count as having arrived",
    ),
    Keys(
        pattern="log-cut:*",
        owner="incident_log",
        ttl_seconds=MEMORY_SECONDS,
        holds="that a log left something out for its age",
    ),
    Keys(
        pattern="digest:*",
        owner="digests",
        ttl_seconds=MEMORY_SECONDS,
        holds="what stands for folded messages, sealed, beside an open log and never longer than their words "
        "are kept there; in the clear, of which messages it tells",
    ),
    Keys(
        pattern="gathered:*",
        owner="turns",
        ttl_seconds=GATHERED_SECONDS,
        holds="turns of look-ups under way, sealed; goes with the log and with any lost word",
    ),
    Keys(
        pattern="shadow:*",
        owner="shadow_course",
        ttl_seconds=MEMORY_SECONDS,
        holds="what would have ranked first in an incident, and when: ids and times, no words",
    ),
    Keys(
        pattern="shadow-turns",
        owner="shadow_timer",
        ttl_seconds=MEMORY_SECONDS,
        holds="which element of each log was the newest when its channel was last looked at unseen",
    ),
    Keys(
        pattern="rechecks:*",
        owner="incident_log",
        ttl_seconds=WAITING_SECONDS,
        holds="message → how often it was looked at again",
    ),
    Keys(
        pattern="log-complete:*",
        owner="incident_log",
        ttl_seconds=MEMORY_SECONDS,
        holds="the epoch in which a log had all of history",
    ),
    Keys(
        pattern="log-active",
        owner="incident_log",
        ttl_seconds=MEMORY_SECONDS,
        holds="logs in which something happened since they were compared with history",
    ),
    Keys(
        pattern="log-trims",
        owner="incident_log",
        ttl_seconds=EPOCH_SECONDS,
        holds="when each log was last freed of what is too old, without any text",
    ),
    Keys(
        pattern="log-looks",
        owner="log_looks",
        ttl_seconds=EPOCH_SECONDS,
        holds="when each log was last compared with history, and the ts of its newest message then",
    ),
    Keys(
        pattern="log-claim:*",
        owner="incident_log",
        ttl_seconds=CLAIM_SECONDS,
        holds="that a worker compares a log with history",
    ),
    Keys(
        pattern="withdrawn:*",
        owner="incident_log",
        ttl_seconds=WAITING_SECONDS,
        holds="that the message which asked was deleted, or is to be forgotten",
    ),
    Keys(
        pattern="receiving",
        owner="epochs",
        ttl_seconds=RECEIVING_SECONDS,
        holds="that somebody receives from Slack",
    ),
    Keys(
        pattern="epoch",
        owner="epochs",
        ttl_seconds=EPOCH_SECONDS,
        holds="how often nobody received for a while, or Slack sent nothing for a while",
    ),
    Keys(
        pattern="watch:*",
        owner="store",
        ttl_seconds=WISH_SECONDS,
        holds="whether a member wants a channel followed",
    ),
    Keys(
        pattern="forgotten:*",
        owner="store",
        ttl_seconds=MARK_SECONDS,
        holds="which messages of a channel are not read again; their ts, no word of them",
    ),
    Keys(pattern="doctor", owner="doctor_store", ttl_seconds=60, holds="that the store takes a write"),
    Keys(
        pattern="names:*",
        owner="slack_names",
        ttl_seconds=NAMES_SECONDS,
        holds="id → display name of people, bots, channels and user groups, sealed",
    ),
)


def key(*parts: str) -> str:
    """Return the full key made of `parts`."""
    return ":".join((PREFIX, *parts))
