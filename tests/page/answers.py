"""What the scripted copilot says: an answer in the product's shape, and the log of its run."""

from tests.page.copilot import Copilot, Json

FACTS = (
    "Writes fail since 21:38 [6] [8] · log 22:12 `403 InvalidAccessKeyId` [13]",
    "Changed before: 20:37 old key pair removed [3] · 20:19 secrets + deploy [2] · 14:00 release [11]",
    "Ruled out: storage nodes 21:58 [10] · 14:00 release 22:10 [12]",
    "_Diagnosis follows._",
)
TOP = (
    "*Likely, not proven:* production still uses the old key pair, removed 20:37 [3].",
    "*Not shown:* that the 20:19 deploy reached production. The commands name no environment [2].",
    "",
    "*Check next* · 1 min · read-only",
    "When did the *production* gateway's storage secret last change?",
    "before 20:19 → H1    ·    at 20:19 → H2",
    "*Would stop it under H1 and H2:* the new pair [1] on production. A person decides.",
    "",
    "*Ruled out* storage nodes 21:58 [10] · 14:00 release 22:10 [12]",
)
FIRST = (
    "*H1* · likely · 3 of 4 links shown",
    "○ 20:19 deploy without environment [2] → production keeps the old pair · _inferred_",
    "● 20:37 old pair removed [3] → stops working late, cache in front [16] · _said by Cho_",
    "● storage does not know the key → `403 InvalidAccessKeyId` [13] · _log, one line, FRA_",
    "● requests refused → all writes, a third of reads fail [8] · _said by Ben_",
    "Against: 61 min from removal to first warning [15]; answered by [16], not measured",
    "Refuted if: production's key id is the new pair's",
)
SECOND = (
    "*H2* · less likely · 1 of 2 links shown",
    "○ production has the new pair, storage does not accept it · _inferred_",
    "● key refused → `403 InvalidAccessKeyId` [13] · _log_",
    "Refuted if: production's secret is older than 20:19",
)
FOOT = (
    "Opus 5.5 high · because of InvalidAccessKeyId, rotated keys\n"
    "As of 22:26 UTC · 21 s · $0.13 · read 15 of 16 messages (1 deleted) · AI: check before you act"
)
DRAFT = (
    "# DRAFT · Object writes failed\n\n## 1 Summary\nThe old pair was removed at 20:37.\n\n"
    "| Time | Event |\n|---|---|\n| 20:37 | Old pair removed |\n\n- **People:** what should have noticed?\n"
)


def button(text: str, action: str) -> Json:
    """Make a button."""
    words = {"type": "plain_text", "text": text}
    return {"type": "button", "action_id": action, "text": words, "value": f"v-{action}"}


def finished(copilot: Copilot) -> list[Json]:
    """The blocks of a finished answer."""
    thumbs = {
        "type": "feedback_buttons",
        "action_id": "feedback",
        "positive_button": {"text": {"type": "plain_text", "text": "Helpful"}, "value": "good"},
        "negative_button": {"text": {"type": "plain_text", "text": "Not helpful"}, "value": "bad"},
    }
    buttons = [
        button("Evidence", "evidence"),
        button("That's wrong…", "refute"),
        button("Use Sonnet", "down"),
    ]
    return [
        copilot.rich(*TOP),
        {"type": "divider"},
        copilot.rich(*FIRST),
        copilot.rich(*SECOND),
        copilot.rich("Computed: not a policy denial. `InvalidAccessKeyId` means the key is unknown."),
        {"type": "actions", "block_id": "buttons", "elements": buttons},
        {"type": "context_actions", "block_id": "thumbs", "elements": [thumbs]},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": FOOT}]},
    ]


def log_until_routed(copilot: Copilot) -> None:
    """The first half of a run's log."""
    copilot.log("request.signed", ms=1.2)
    copilot.log("request.accepted", ms=6, duplicate=False)
    copilot.log("request.accepted", ms=9, duplicate=True)
    copilot.log("request.acked", ms=7)
    copilot.log("request.started", ms=11, wait_ms=4)
    copilot.log("incident.read", messages=15, deleted=1, ms=31)
    copilot.log("incident.redacted", found=0, ms=38)
    copilot.log("facts.shown", ms=64)
    words = (("InvalidAccessKeyId", "m13"), ("rotated keys", "m15"))
    route = {"tier": "opus", "domain": "aws_s3", "model": "claude-opus-5-5", "score": 0.91}
    matched = [{"words": text, "source": source} for text, source in words]
    copilot.log("question.routed", **route, reason="because of InvalidAccessKeyId", matched=matched, ms=70)


def log_the_rest(copilot: Copilot) -> None:
    """The second half of a run's log."""
    copilot.log("hypothesis.verified", hypothesis="H1", shown=3, links=4, ms=9200)
    copilot.log("hypothesis.dropped", reason="quote not found", ms=9400)
    copilot.log("answer.verified", kept=2, dropped=1, ms=12100)
    copilot.log("answer.posted", ts="1", edits=3, ms=12180)
    copilot.log("answer.completed", seconds=12.2, cost_usd=0.13, analyst="claude")


async def answer(copilot: Copilot) -> str:
    """Post a finished answer at once."""
    return await copilot.post(blocks=finished(copilot))
