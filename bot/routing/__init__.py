"""Where a question goes: to which model, with what effort, and why."""

from bot.routing.classify import Scored, score
from bot.routing.route import Match, Route, Tier
from bot.routing.router import route
from bot.routing.routes import Routes, parse_routes, shipped_routes

__all__ = ["Match", "Route", "Routes", "Scored", "Tier", "parse_routes", "route", "score", "shipped_routes"]
