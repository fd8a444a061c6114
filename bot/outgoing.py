"""The way out: everything that leaves the process passes the gate here."""

from dataclasses import dataclass

from bot.answers import Blocks
from bot.safety.filters import FILTERS, Filters
from bot.safety.gate import gate, gate_text
from bot.safety.redaction import Redactor
from bot.slack.limits import check


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One incident's gate.

    Args:
        redactor: The incident's own, so that its aliases stay the same.
        link_hosts: The hosts that may be linked.
        canary: The mark of the orders that models get; see `bot.safety.canary`.
        filters: What words pass.
    """

    redactor: Redactor
    link_hosts: frozenset[str]
    canary: str = ""
    filters: Filters = FILTERS

    def message(self, blocks: Blocks, text: str) -> tuple[Blocks, str]:
        """Return a message that may be sent.

        Raises:
            GateClosedError: It cannot be made safe.
            RedactionFailedError: It could not be checked for secrets.
        """
        safe = gate(
            blocks,
            text,
            allowed_hosts=self.link_hosts,
            mention=None,
            redactor=self.redactor,
            canary=self.canary,
            filters=self.filters,
        )
        check(*safe)
        return safe

    def file(self, text: str) -> str:
        """Return a file's text that may be sent."""
        return gate_text(
            text,
            allowed_hosts=self.link_hosts,
            redactor=self.redactor,
            canary=self.canary,
            filters=self.filters,
        )

    def line(self, words: str) -> str:
        """Return a line of plain words that may be sent, such as a status."""
        return self.message([], words)[1]
