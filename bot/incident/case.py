"""Everything an analyst is given for one question: redacted, numbered, routed."""

from dataclasses import dataclass
from datetime import datetime

from bot.iam.thread import ThreadVerdict
from bot.incident.compaction import Reading
from bot.incident.facts import Facts
from bot.incident.hypotheses import Hypothesis
from bot.incident.judged import verdicts_of
from bot.incident.messages import Incident
from bot.incident.observations import Observation
from bot.routing.route import Route


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One question about one incident at one moment.

    Attributes:
        question: In the asker's words, redacted; data, never instruction.
        asked_at: The moment that counts: nothing later is known.
        incident: Redacted; only what is visible at `asked_at`.
        board: The hypotheses that stand already, ids stable.
        request_id: To which a model's cost is charged; empty where nobody keeps an account.
        reading: What a model reads in full and what stands for the rest; None for all messages in full.
        is_full: A person wants every message read in full, long pastes too.
        spent_seconds: How long the asker has waited already; a model's time is what is left.
        continues: Id of the request on which this one goes on, whose time was up: what was found then is on
            the board, and its look-ups count for this one; empty for a new question.
        observations: What was gathered for the question, oldest first.
        unseen: What could not be gathered, in people's words.
        risen: Where the question would go by what was found while it was answered, when that is higher.
    """

    question: str
    asked_at: datetime
    incident: Incident
    facts: Facts
    route: Route
    board: tuple[Hypothesis, ...] = ()
    request_id: str = ""
    reading: Reading | None = None
    is_full: bool = False
    spent_seconds: float = 0.0
    risen: Route | None = None
    continues: str = ""
    observations: tuple[Observation, ...] = ()
    unseen: tuple[str, ...] = ()

    @property
    def verdicts(self) -> tuple[ThreadVerdict, ...]:
        """What code computes of the refusals in the incident: evidence `p1` and so on."""
        return verdicts_of(self.incident)
