"""What answers cost: the bill below them, and when a person is asked before Opus is."""

from dataclasses import dataclass, replace
from decimal import Decimal

import structlog

from bot.answering import bill_of
from bot.answers import Usage
from bot.errors import StoreUnavailableError
from bot.incident.case import Case
from bot.incident.compaction import unfolded
from bot.incident.messages import IncidentRef
from bot.incident.sizes import estimate_tokens
from bot.models.catalogue import Catalogue, Model
from bot.models.cost import Tokens, counted_nanousd, usd_of
from bot.models.estimate import TYPICAL_OUTPUT_TOKENS, about_usd
from bot.models.spending import NO_CAPS, Caps
from bot.request import RequestKind
from bot.router import Router
from bot.routing.route import Tier
from bot.run import Run
from bot.slack.money import Asking, Bill
from bot.till import Till

log = structlog.get_logger()

PROMPT_TOKENS = 3_000
"""What the instructions, the form of the answer and the question take."""
FACT_TOKENS = 30
"""What a fact takes in the state beside its words."""
STATE_TOKENS = 12_000
"""The most that the state takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """What the copilot knows of money.

    Attributes:
        till: Where it is written down.
        catalogue: Knows the prices.
        caps: How much an incident may cost.
        has_model: There is a model to ask; without one nothing is paid, and nobody is asked.
    """

    till: Till
    catalogue: Catalogue
    caps: Caps = NO_CAPS
    has_model: bool = True

    async def bill(self, run: Run, usage: Usage | None) -> Bill | None:
        """Return what an answer cost, with all earlier runs of its request, and its incident.

        Args:
            run: The request.
            usage: What the analyst says; counts where nothing is written down.

        Returns:
            None when nothing but the usage is known.
        """
        await self.till.settled()
        try:
            paid = await self.till.purse.of_request(run.request.id)
            incident = await self.till.purse.of_incident(run.ref)
        except StoreUnavailableError:
            log.warning("bill.left_out", request=run.request.id)
            return None
        told = bill_of(usage) if usage else Bill()
        own = told if paid.is_nothing else Bill(usd=paid.usd, is_least=not paid.is_exact)
        return replace(own, incident=incident, caps=self.caps)

    async def is_above_hard(self, ref: IncidentRef) -> bool:
        """Say whether an incident has reached its hard cap.

        Raises:
            StoreUnavailableError: Nobody knows now.
        """
        return self.has_model and self.caps.is_above_hard(await self.till.purse.of_incident(ref))

    async def allows(self, case: Case) -> bool:
        """Say whether asking the case's model keeps its incident below the hard cap.

        Raises:
            StoreUnavailableError: Nobody knows now.
        """
        spent = await self.till.purse.of_incident(case.incident.ref)
        return not self.caps.is_above_hard(spent, more_usd=self._guess_usd(case))

    async def question(self, run: Run, case: Case, router: Router) -> Asking | None:
        """Return what a person must be asked before this case goes to its model; None when nothing.

        They are asked when the incident has reached its hard cap, or would with this answer.

        Raises:
            StoreUnavailableError: Nobody knows now what the incident has cost.
        """
        is_free = case.route.tier is not Tier.OPUS or run.request.kind is RequestKind.CONSENT
        if is_free or not self.has_model or self.caps.hard_usd is None:
            return None
        spent, about = await self.till.purse.of_incident(run.ref), await self.about_usd(run, case)
        more = self._guess_usd(case) if about is None else about
        if not self.caps.is_above_hard(spent, more_usd=more):
            return None
        return Asking(
            spent=spent,
            caps=self.caps,
            about_usd=about,
            opus=self.catalogue.label(case.route.model),
            sonnet=router.pair.sonnet.label,
            sonnet_usd=await self._spare_usd(run, case, router.pair.sonnet),
            is_full=run.request.is_full,
        )

    async def _spare_usd(self, run: Run, case: Case, model: Model) -> Decimal | None:
        """Return what the smaller model would cost about; it reads less than was wished for, then unknown."""
        if run.request.is_full:
            return None
        route = replace(case.route, model=model.id)
        return await self.about_usd(run, replace(case, route=route))

    def _guess_usd(self, case: Case) -> Decimal:
        """Return what an answer counts for the caps where its price is not known."""
        used = Tokens(model=case.route.model, write_5m=prompt_tokens(case), output=TYPICAL_OUTPUT_TOKENS)
        return usd_of(counted_nanousd(used, self.catalogue))

    async def about_usd(self, run: Run, case: Case) -> Decimal | None:
        """Return what it costs about to ask the case's model; None when its price is not known.

        Raises:
            StoreUnavailableError: Nobody knows now what such answers cost lately.
        """
        model = self.catalogue.find(case.route.model)
        if model is None:
            return None
        month = await self.till.purse.of_month(run.ref.team_id, self.till.month)
        return about_usd(model, prompt_tokens=prompt_tokens(case), spending=month)


def prompt_tokens(case: Case) -> int:
    """Return about how long the prompt for a case is: what is read of its messages, and its state."""
    reading = case.reading or unfolded(case.incident, is_whole=case.is_full)
    state = sum(FACT_TOKENS + estimate_tokens(fact.text) for fact in case.facts)
    return PROMPT_TOKENS + reading.tokens + min(state, STATE_TOKENS)
