"""The short phrase by which a statement is shown, and the words of its message that carry it."""

from bot.incident.alerts import head
from bot.incident.facts import FactKind
from bot.incident.gist import of_prose, without_moment
from bot.incident.gist_bots import of_alert, of_change
from bot.incident.gist_logs import of_code, of_commands
from bot.incident.messages import Message
from bot.incident.sentences import telling_line
from bot.incident.statements import Statement

_QUOTE_CHARS = 200


def label_of(statement: Statement) -> str:
    """Return the gist of a statement."""
    if statement.is_bot:
        return _bot_label(statement)
    if statement.is_code:
        commands = of_commands(statement.first) if statement.kind is FactKind.CHANGE else ""
        return commands or of_code(statement.first, statement.lead)
    label = of_prose(statement.raw)
    return without_moment(label) if statement.kind is FactKind.CHANGE else label


def quote_of(statement: Statement) -> str:
    """Return one line of the message, exactly as it stands there."""
    raw = telling_line(statement.first) if statement.is_code else _line(statement)
    return raw[:_QUOTE_CHARS].strip()


def _bot_label(statement: Statement) -> str:
    title = title_of(statement.message)
    if statement.kind in {FactKind.CHANGE, FactKind.ACTION}:
        return of_change(statement.message, title)
    return of_alert(statement.message, title)


def title_of(message: Message) -> str:
    """Return the line of a bot's message that names its subject."""
    top = head(message)
    lines = [line for line in message.text.splitlines() if line.strip()]
    says_nothing = top.strip().endswith(":") and lines[1:] and lines[0] == top
    return lines[1] if says_nothing else top


def _line(statement: Statement) -> str:
    if not statement.is_bot:
        return next(iter(statement.first.splitlines()), "")
    title = title_of(statement.message)
    lines = [line for line in statement.message.text.splitlines() if line.strip()]
    return next((line for line in lines if title.strip() in line), lines[0] if lines else "")
