"""Where a question goes: to which model, with what effort, and why."""

from bot.routing.classify import Scored, score
from bot.routing.route import Match, Route, Said, Tier, risen
from bot.routing.router import route
from bot.routing.routes import Routes, parse_routes, shipped_routes

__all__ = [
    "Match",
    "Route",
    "Routes",
    "Said",
    "Scored",
    "Tier",
    "parse_routes",
    "risen",
    "route",
    "score",
    "shipped_routes",
]
