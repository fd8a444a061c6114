"""What the command `forget` removed, counted and in words."""

from dataclasses import dataclass, field, fields

from bot.incident.wording import counted

NOUNS = {
    "messages": ("message", "messages"),
    "logs": ("whole log", "whole logs"),
    "hypotheses": ("hypothesis", "hypotheses"),
    "answers": ("answer", "answers"),
    "posts": ("post in Slack", "posts in Slack"),
    "files": ("file in Slack", "files in Slack"),
    "keys": ("other entry of the store", "other entries of the store"),
}
UNMARKED = ". Slack's history may bring it back: run it again with a good SLACK_BOT_TOKEN."
LEFT = (
    " Still in Slack: {count}, which could not be reached or changed; "
    "run it again with a good SLACK_BOT_TOKEN."
)


@dataclass(slots=True, kw_only=True)
class Counts:
    """What was removed.

    Attributes:
        messages: Messages whose words were kept in a log.
        logs: Whole logs.
        hypotheses: Off the boards.
        answers: Kept answers, with their quotes.
        posts: Answers in Slack that were replaced by a sentence.
        files: Whole answers and drafts in Slack that were removed.
        left: Ids of answers and files that still stand in Slack, because it could not be reached or refused.
        keys: Other keys of whole incidents: numbers, secrets, boards, thumbs.
        marks: Marks left, so that Slack's history brings nothing back.
    """

    messages: int = 0
    logs: int = 0
    hypotheses: int = 0
    answers: int = 0
    posts: int = 0
    files: int = 0
    left: set[str] = field(default_factory=set)
    keys: int = 0
    marks: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        """Return both together."""
        both = {name: count + getattr(other, name) for name, count in self._numbers().items()}
        return Counts(**both, left=self.left | other.left)

    def as_json(self) -> dict[str, int]:
        """Return them by name."""
        return {**self._numbers(), "posts_left": len(self.left)}

    def in_words(self) -> str:
        """Return them as one line for whoever ran it."""
        told = [
            counted(count, *NOUNS[name]) for name, count in self._numbers().items() if count and name in NOUNS
        ]
        removed = f"Removed {', '.join(told)}" if told else "Nothing of it was kept"
        unmarked = UNMARKED if told else "."
        marked = "; it will not be read again." if self.marks else unmarked
        return f"{removed}{marked}{LEFT.format(count=len(self.left)) if self.left else ''}"

    def _numbers(self) -> dict[str, int]:
        return {one.name: getattr(self, one.name) for one in fields(self) if one.name != "left"}
