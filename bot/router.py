"""The routes of the bot joined with the models that it has, and with what an incident says."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.incident.case import Case
from bot.incident.facts import Fact, FactKind, Facts
from bot.incident.messages import Incident
from bot.models.catalogue import Pair, Phase
from bot.routing.route import Route, Said, Tier, risen
from bot.routing.router import route
from bot.routing.routes import Routes, shipped_routes

_TELLING = frozenset(
    {
        FactKind.ALERT,
        FactKind.IMPACT,
        FactKind.CHANGE,
        FactKind.OBSERVATION,
        FactKind.DENIAL,
        FactKind.ACTION,
        FactKind.BELIEF,
    }
)
"""What tells what an incident is about; questions, plans and roles only name things."""
_WHOLE_CHARS = 4_000
"""A message up to this length is read whole; of a longer paste, the statements in it."""


@dataclass(frozen=True, slots=True)
class Router:
    """Says which model answers a question.

    Args:
        routes: Which domain goes to which tier.
        pair: The two models.
    """

    routes: Routes
    pair: Pair

    def route(
        self,
        question: str,
        said: Sequence[Said],
        *,
        forced: Tier | None = None,
        phase: Phase = Phase.DIAGNOSE,
    ) -> Route:
        """Decide; see `bot.routing.router.route`.

        Args:
            question: As it was asked.
            said: What tells what the incident is about.
            forced: The tier that a person chose.
            phase: Decides the effort; a person's wish for the stronger model gets the highest.
        """
        models = {tier: self.pair.of(tier.value) for tier in Tier}
        return route(
            question,
            said,
            routes=self.routes,
            models={tier: model.id for tier, model in models.items()},
            efforts={tier: model.effort_by_phase[phase] for tier, model in models.items()},
            forced=forced,
        )

    def raised(self, case: Case) -> Case:
        """Return a case whose route has risen, if what is known by now asks for that; it never falls.

        Args:
            case: With the facts as they stand now.
        """
        again = self.route(case.question, said_in(case.incident, case.facts))
        higher = risen(case.route, again)
        return case if higher is case.route else replace(case, risen=higher)


def said_in(incident: Incident, facts: Facts) -> list[Said]:
    """Return what tells what an incident is about: the messages that state a fact, and the first of all.

    A suspicion that was ruled out tells nothing any more.

    Args:
        incident: Redacted.
        facts: Extracted from it.
    """
    stated: dict[str, list[Fact]] = {message.id: [] for message in incident.messages[:1]}
    for fact in _telling(facts):
        stated.setdefault(fact.cites[0], []).append(fact)
    return [
        Said(
            id=message.id,
            text=_words(message.text, stated[message.id]),
            is_refusal=any(fact.kind is FactKind.DENIAL for fact in stated[message.id]),
        )
        for message in incident.messages
        if message.id in stated
    ]


def _telling(facts: Facts) -> Iterator[Fact]:
    cleared = {source for fact in facts.of(FactKind.RULED_OUT) for source in fact.cites[1:]}
    for fact in facts:
        is_cleared = fact.kind is FactKind.BELIEF and not cleared.isdisjoint(fact.cites)
        if fact.kind in _TELLING and fact.cites and not is_cleared:
            yield fact


def _words(text: str, facts: Sequence[Fact]) -> str:
    if len(text) <= _WHOLE_CHARS:
        return text
    return "\n".join([text[:_WHOLE_CHARS], *(fact.quote or fact.text for fact in facts)])


def router_of(pair: Pair) -> Router:
    """Return the router with the routes that ship with the program."""
    return Router(shipped_routes(), pair)
