"""What can go wrong in the local workspace, named once."""

from typing import Any


class SlackError(Exception):
    """A call that Slack would refuse: it becomes HTTP 200 with `ok: false`.

    Args:
        code: Slack's own error name, such as `channel_not_found`.
        messages: Sentences for `response_metadata.messages`, as Slack adds them to argument errors.
        facts: Further fields of the answer, such as `needed`.
    """

    def __init__(self, code: str, *, messages: tuple[str, ...] = (), **facts: object) -> None:
        super().__init__(f"{code}: {'; '.join(messages)}" if messages else code)
        self.code = code
        self.messages = messages
        self.facts = facts

    def body(self) -> dict[str, Any]:
        """Return the JSON body that Slack would answer with."""
        answer: dict[str, Any] = {"ok": False, "error": self.code, **self.facts}
        if self.messages:
            answer["response_metadata"] = {"messages": list(self.messages)}
        return answer


class ScenarioError(Exception):
    """An incident file that cannot be played.

    Args:
        file: The file's name.
        field: Where it is wrong, as a path such as `messages[3].ts`.
        problem: What is wrong and what would be right.
    """

    def __init__(self, *, file: str, field: str, problem: str) -> None:
        super().__init__(f"{file}: {field}: {problem}")
        self.file = file
        self.field = field
        self.problem = problem


class PageError(Exception):
    """A call of the page that makes no sense; it becomes HTTP 4xx with `error`.

    Args:
        problem: One sentence for the person at the page.
        status: The HTTP status.
    """

    def __init__(self, problem: str, *, status: int = 400) -> None:
        super().__init__(problem)
        self.problem = problem
        self.status = status
