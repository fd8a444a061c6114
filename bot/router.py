"""The routes of the bot joined with the models that it has."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.models.catalogue import Pair, Phase, default_catalogue
from bot.routing.route import Route, Tier
from bot.routing.router import route
from bot.routing.routes import Routes, shipped_routes


@dataclass(frozen=True, slots=True)
class Router:
    """Says which model answers a question.

    Args:
        routes: Which domain goes to which tier.
        pair: The two models.
    """

    routes: Routes
    pair: Pair

    def route(self, question: str, texts: Sequence[tuple[str, str]], *, forced: Tier | None = None) -> Route:
        """Decide; see `bot.routing.router.route`. A person's escalation gets the model's highest effort."""
        phase = Phase.ESCALATED if forced is Tier.OPUS else Phase.DIAGNOSE
        models = {tier: self.pair.of(tier.value) for tier in Tier}
        return route(
            question,
            texts,
            routes=self.routes,
            models={tier: model.id for tier, model in models.items()},
            efforts={tier: model.effort_by_phase[phase] for tier, model in models.items()},
            forced=forced,
        )


def router_for(pair_name: str) -> Router:
    """Return the router with the routes and a pair of models that ship with the program."""
    return router_of(default_catalogue().pair(pair_name))


def router_of(pair: Pair) -> Router:
    """Return the router with the routes that ship with the program."""
    return Router(shipped_routes(), pair)
