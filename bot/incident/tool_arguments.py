"""The arguments of a tool as a model wrote them: checked, with one clear sentence where that fails."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.errors import ToolFailedError

_CLOCK_CHARS = 5
MOST_CHARS = 200


@dataclass(frozen=True, slots=True)
class Arguments:
    """What a tool was asked, read one by one.

    Args:
        tool: Its name, for the sentences.
        given: As the model wrote them.
    """

    tool: str
    given: Mapping[str, object]

    def only(self, *names: str) -> None:
        """Refuse what the tool does not take.

        Raises:
            ToolFailedError: There is something else.
        """
        if unknown := sorted(set(self.given) - set(names)):
            takes = f"takes {', '.join(names)}" if names else "takes no arguments"
            raise ToolFailedError(reason=f"{self.tool} {takes}; it does not know {', '.join(unknown)[:80]}.")

    def words(self, name: str) -> str:
        """Return a text without blanks around it; empty when it is not given.

        Raises:
            ToolFailedError: It is no text, or too long to be meant.
        """
        value = self.given.get(name)
        if value is None:
            return ""
        if not isinstance(value, str) or len(value) > MOST_CHARS:
            raise ToolFailedError(reason=f"`{name}` must be a text of at most {MOST_CHARS} characters.")
        return value.strip()

    def count(self, name: str, *, usual: int, most: int) -> int:
        """Return a whole number from 0 to `most`.

        Raises:
            ToolFailedError: It is none.
        """
        value = self.given.get(name, usual)
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        if not is_whole or not isinstance(value, int) or not 0 <= value <= most:
            raise ToolFailedError(reason=f"`{name}` must be a whole number from 0 to {most}.")
        return value

    def moment(self, name: str, *, now: datetime) -> datetime | None:
        """Return a time: ISO 8601, without a zone as UTC, or `HH:MM`, the last one before `now`.

        Raises:
            ToolFailedError: It is none.
        """
        value = self.words(name)
        try:
            return _moment(value, now) if value else None
        except ValueError:
            forms = "a time such as 2026-11-23T03:10:00Z or 03:10"
            raise ToolFailedError(reason=f"`{name}` must be {forms}, in UTC.") from None

    def message_id(self, name: str, *, known: Collection[str]) -> str:
        """Return the id of a message that there is.

        Raises:
            ToolFailedError: It is none.
        """
        value = self.words(name).strip("[]")
        value = f"m{value}" if value.isdigit() else value
        if value not in known:
            raise ToolFailedError(reason=f"`{name}` must be the id of a message of this incident, as m17.")
        return value


def _moment(value: str, now: datetime) -> datetime:
    if len(value) <= _CLOCK_CHARS:
        clock = datetime.strptime(value, "%H:%M").time()  # noqa: DTZ007  # the zone is added below
        at = datetime.combine(now.date(), clock, tzinfo=UTC)
        return at if at <= now else at - timedelta(days=1)
    at = datetime.fromisoformat(value)
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
