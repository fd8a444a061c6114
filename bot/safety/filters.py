"""What every word that leaves passes, as one record: so that it can be shown what each filter is good for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.safety.hidden import strip_hidden
from bot.safety.mentions import inert, inert_markdown, inert_mrkdwn
from bot.safety.orders import in_backticks, with_commands_marked, without_commands

Elements = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """The product has all of them; a grader puts others in their place.

    Attributes:
        visible: Takes out what nobody sees.
        words: Makes pings and addresses in literal text harmless.
        mrkdwn: The same in Slack's markup; with the one user id that may be mentioned.
        markdown: The same in files.
        elements: Marks commands in the elements of a section.
        lines: Marks commands in Slack's markup.
        plain: Leaves commands out where no code can be shown.
    """

    visible: Callable[[str], str] = strip_hidden
    words: Callable[[str, frozenset[str]], str] = inert
    mrkdwn: Callable[[str, frozenset[str], str | None], str] = inert_mrkdwn
    markdown: Callable[[str, frozenset[str]], str] = inert_markdown
    elements: Callable[[Elements], list[dict[str, Any]]] = with_commands_marked
    lines: Callable[[str], str] = in_backticks
    plain: Callable[[str], str] = without_commands


FILTERS = Filters()
