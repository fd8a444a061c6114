"""`cost`: what the models have cost, told at once to the person who asks."""

from dataclasses import dataclass

from bot.errors import ChannelUnreadableError, ClosedChannelError, NoThreadError
from bot.incident.messages import IncidentRef
from bot.models.spending import Spending
from bot.money import Money
from bot.outgoing import Outgoing
from bot.ports import Workspace
from bot.request import Request
from bot.slack.money import CostView, cost_blocks, cost_words

NO_INCIDENT = "I do not know which one you mean. Mention me with “cost” in its thread."


@dataclass(frozen=True, slots=True)
class Costs:
    """Looks up what was spent; no model is asked, and nothing of the incident is read."""

    workspace: Workspace
    money: Money
    out: Outgoing

    async def tell(self, request: Request) -> None:
        """Whisper what the incident and the month have cost.

        Raises:
            ExternalChannelError: People of another organisation are in the channel.
            StoreUnavailableError: It cannot be looked up now.
        """
        ref = await self._ref(request)
        purse, month = self.money.till.purse, self.money.till.month
        incident = await purse.of_incident(ref) if ref else None
        spent = await purse.of_month(request.team_id, month)
        view = CostView(
            incident=incident,
            where="" if ref else NO_INCIDENT,
            month=spent,
            month_name=month,
            caps=self.money.caps,
            names=self._names(incident, spent),
            has_model=self.money.has_model,
        )
        blocks, text = self.out.message(cost_blocks(view, answer_id=request.id), cost_words(view))
        await self.workspace.whisper(request, blocks, text=text)

    async def _ref(self, request: Request) -> IncidentRef | None:
        try:
            return await self.workspace.locate(request)
        except (NoThreadError, ClosedChannelError, ChannelUnreadableError):
            return None

    def _names(self, *spendings: Spending | None) -> dict[str, str]:
        models = {spent.model for spending in spendings if spending for spent in spending.by_model}
        return {model: self.money.catalogue.label(model) for model in models}
