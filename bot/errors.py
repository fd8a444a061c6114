"""Everything that can go wrong, named once.

Each error carries its facts as attributes and owns the one sentence that people are shown
(`user_message`). The text of the exception itself is for the log and never leaves the process.
"""


class CopilotError(Exception):
    """An expected failure: the request ends with `user_message` in its thread."""

    user_message = "Something went wrong on my side; the request is logged and nothing was lost."


class BadInputError(CopilotError):
    """Input from outside cannot be used.

    Args:
        field: Where it is wrong, as a path a person can find (`messages[3].ts`).
        problem: What is wrong and what would be right, in one sentence.
    """

    def __init__(self, *, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field
        self.problem = problem
        self.user_message = f"{field}: {problem}"


class BoardActError(BadInputError):
    """Somebody wants to do to a hypothesis what cannot be done to it.

    Args:
        problem: Why, and what would help, in one sentence.
    """

    def __init__(self, *, problem: str) -> None:
        super().__init__(field="board", problem=problem)
        self.user_message = f"{problem[:1].upper()}{problem[1:]}."


class BriefError(BoardActError):
    """Somebody asks for a brief with words that name neither a time nor a reader."""


class NotPermittedError(BoardActError):
    """Somebody who is no full member of the workspace wants what only those may.

    Args:
        what: In words that follow `may`.
    """

    def __init__(self, *, what: str) -> None:
        super().__init__(
            problem=f"only full members of this workspace may {what}; guests, apps and people of other "
            "organisations may not. Ask somebody of the team to do it"
        )


class ChannelUnreadableError(CopilotError):
    """Slack refused to show a channel.

    Args:
        channel_id: The channel.
        code: Slack's error name, such as `not_in_channel` or `missing_scope`.
        needed: The scope that is missing, when Slack names it.
    """

    def __init__(self, *, channel_id: str, code: str, needed: str = "") -> None:
        super().__init__(f"cannot read {channel_id}: {code} {needed}".strip())
        self.channel_id = channel_id
        self.code = code
        self.needed = needed
        self.user_message = self._sentence()

    def _sentence(self) -> str:
        if self.code == "missing_scope":
            return (
                "I cannot read this channel: the app lacks the scope "
                f"`{self.needed or 'channels:history'}`. "
                "Add it in the app's settings, then reinstall the app."
            )
        if self.code in {"not_in_channel", "channel_not_found"}:
            return (
                "I cannot read this channel: I am not a member. "
                "Invite me with `/invite @copilot` and ask again."
            )
        if self.code == "thread_not_found":
            return "I cannot read this thread any more: its first message was deleted."
        return f"I cannot read this channel: Slack answered `{self.code}`."


class ExternalChannelError(CopilotError):
    """People of another organisation are in the channel, and the operator has not allowed that.

    Args:
        channel_id: The channel.
    """

    user_message = (
        "I do not work in this channel: it is shared with people outside this workspace (Slack Connect), who "
        "could read and ask what is meant for you. Ask me in a channel of your own, or have whoever runs me "
        "set `SLACK_CONNECT=on`."
    )

    def __init__(self, *, channel_id: str) -> None:
        super().__init__(channel_id)
        self.channel_id = channel_id


class ClosedChannelError(CopilotError):
    """A command was given in a private channel that no member has opened: it is not searched for threads."""

    user_message = (
        "This channel is private, so I read nothing in it unasked. Mention me in the thread that you mean, "
        "or let me follow the whole channel with `/copilot watch`."
    )


class WithdrawnError(CopilotError):
    """The message that asked was deleted: the request ends without a word."""


class NoThreadError(CopilotError):
    """A command was given in a channel where no thread says which incident is meant."""

    user_message = (
        "I do not know which incident you mean: this channel is not watched as a whole and has no thread. "
        "Mention me in the thread that you mean, or let me follow the whole channel with `/copilot watch`."
    )


class PostRefusedError(CopilotError):
    """Slack will not take a message of ours, however often it is sent.

    Args:
        code: Slack's error name, such as `invalid_blocks` or `is_archived`.
        is_about_content: Another message would be taken in the same place.
    """

    def __init__(self, *, code: str, is_about_content: bool) -> None:
        super().__init__(code)
        self.code = code
        self.is_about_content = is_about_content
        self.user_message = f"I cannot show my answer where you asked: Slack refused it (`{code}`)."


class RedactionFailedError(CopilotError):
    """The redactor failed on a text, so the text was not used (fail closed)."""

    user_message = "I could not check this thread for secrets, so I did not send or show any of it."


class AnalystFailedError(CopilotError):
    """The model gave no usable diagnosis; the rules analyst answers instead.

    Args:
        reason: Short words for the label of the answer, such as `API overloaded`.
    """

    def __init__(self, *, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.user_message = f"The model gave no usable answer ({reason})."


class EditFailedError(CopilotError):
    """An earlier message of ours could not be changed now; nothing is lost, it still says what it said.

    Args:
        code: Slack's error name, or the name of the fault on the way there.
    """

    def __init__(self, *, code: str) -> None:
        super().__init__(code)
        self.code = code
        self.user_message = f"I could not change my earlier answer: Slack answered `{code}`."


class SlackAwayError(CopilotError):
    """Slack did not answer, or not well; trying again may help.

    Args:
        code: What it answered, or the name of what failed.
    """

    def __init__(self, *, code: str) -> None:
        super().__init__(code)
        self.code = code


class ForgottenError(CopilotError):
    """An operator had messages forgotten that were read for an answer under way."""

    user_message = (
        "Messages here were removed by an operator while I worked, so I do not show what I found. "
        "Please ask again."
    )


class ToolFailedError(CopilotError):
    """A tool that looks something up could not, or was asked in a way that it does not understand.

    Args:
        reason: One sentence without anybody's data, for the model that called it and for people.
    """

    def __init__(self, *, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class StaleRunError(CopilotError):
    """Another worker took this request over; this run must stop without a further effect."""


class GateClosedError(CopilotError):
    """The output gate could not make an outgoing message safe, so it was not sent."""

    user_message = "I made an answer that I could not check for safety, so I did not post it."


class StoreUnavailableError(CopilotError):
    """The store did not take a write in time."""
