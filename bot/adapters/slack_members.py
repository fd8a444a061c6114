"""Who is a full member of the workspace: guests, apps and people of other organisations decide nothing."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from slack_sdk.web.async_client import AsyncWebClient

KNOWN_SECONDS = 600.0
"""So long a person is not asked about again; who becomes a guest is one within ten minutes."""
_LESSER = ("deleted", "is_bot", "is_restricted", "is_ultra_restricted", "is_stranger", "is_workflow_bot")


@dataclass(slots=True)
class Members:
    """Tells full members from others.

    Args:
        guests_may: Guests count as members, since the operator says so; apps and strangers never do.
        monotonic: Seconds.
    """

    client: AsyncWebClient
    guests_may: bool = False
    monotonic: Callable[[], float] = time.monotonic
    _known: dict[tuple[str, str], tuple[bool, float]] = field(default_factory=dict)

    async def is_full(self, team_id: str, person_id: str) -> bool:
        """Say whether a person is a full member of a workspace.

        Raises:
            SlackApiError: Slack does not say.
        """
        known = self._known.get((team_id, person_id))
        if known is not None and self.monotonic() - known[1] < KNOWN_SECONDS:
            return known[0]
        answer = await self.client.users_info(user=person_id)
        user = answer.get("user")
        is_full = isinstance(user, Mapping) and self._is_full(team_id, user)
        self._known[team_id, person_id] = is_full, self.monotonic()
        return is_full

    def _is_full(self, team_id: str, user: Mapping[str, object]) -> bool:
        """Read a user as `users.info` tells it; in an organisation their team may be another one."""
        lesser = [name for name in _LESSER if user.get(name)]
        guest = {"is_restricted", "is_ultra_restricted"} if self.guests_may else set()
        enterprise = user.get("enterprise_user")
        teams = enterprise.get("teams") if isinstance(enterprise, Mapping) else None
        is_home = user.get("team_id") in {team_id, None} or (isinstance(teams, list) and team_id in teams)
        return is_home and not set(lesser) - guest
