"""What is looked up between the first facts and the diagnosis, and what becomes of the route then."""

from dataclasses import dataclass, field, replace
from decimal import Decimal

import pytest

from bot.answering import answer_of
from bot.answers import Closing, Gathered, Usage
from bot.errors import StoreUnavailableError, ToolFailedError
from bot.gathering import ABOVE_CAP, Gathering, IncidentTools, ToldTools, done_words, summed, with_usage
from bot.incident.board import Board
from bot.incident.observations import Found, Observation
from bot.investigation import Finding
from bot.models.catalogue import default_catalogue
from bot.models.spending import Caps
from bot.money import Money
from bot.router import router_of
from bot.routing.route import Tier
from bot.till import Till
from tests.adapters.claude_cases import a_message, a_route, an_incident, object_store
from tests.purses import LocalPurse
from tests.test_consent import ASKED, asks, bot_with, buttons, spent

QUIET = replace(
    object_store(),
    incident=an_incident(a_message(1, "the kubernetes pods restart")),
    question="why do pods restart?",
    route=a_route("claude-sonnet-5-5"),
)
LIVE = Observation(
    id="t1",
    tool="aws/get_policy",
    arguments={},
    at=QUIET.asked_at,
    text="AccessDenied: not authorized to perform s3:PutObject, explicit deny in bucket policy, IAM role ci",
)
ROUTER = router_of(default_catalogue().pair())
USAGE = Usage(model="claude-sonnet-5-5", input_tokens=10, output_tokens=2, cost_usd=Decimal("0.01"))


@dataclass
class FakeGatherer:
    gathered: Gathered = field(default_factory=Gathered)
    calls: tuple = ()
    hangs: bool = False
    forgotten: list = field(default_factory=list)

    async def gather(self, case, tools, *, until=None, is_too_dear=None):
        if self.hangs:
            await until()
        for name, arguments in self.calls:
            await tools.call(case, name, arguments)
        return self.gathered

    async def forget(self, case):
        self.forgotten.append(case)


@dataclass
class PayingGatherer(FakeGatherer):
    """Has paid so much by its end."""

    till: Till | None = None
    usd: str = ""

    async def gather(self, case, tools, *, until=None, is_too_dear=None):
        await spent(self.usd, request_id=ASKED.id, own=self.till)
        return self.gathered


class AwayPurse(LocalPurse):
    async def of_incident(self, ref):
        raise StoreUnavailableError("away")


def money(purse, hard="0.00"):
    caps = Caps(hard_usd=Decimal(hard)) if hard else Caps()
    return Money(till=Till(purse, default_catalogue()), catalogue=default_catalogue(), caps=caps)


async def test_what_was_found_and_what_was_not_go_into_the_case():
    found = Gathered(observations=(LIVE,), unseen="look-ups beyond the first 20 s", usage=USAGE)

    case, gathered = await Gathering(gatherer=FakeGatherer(found)).gather(QUIET)

    assert (case.observations, case.unseen) == ((LIVE,), ("look-ups beyond the first 20 s",))
    assert gathered is found
    assert case.route == QUIET.route


async def test_without_a_model_nothing_is_looked_up():
    case, gathered = await Gathering().gather(QUIET)

    assert (case, gathered) == (QUIET, Gathered())
    await Gathering().forget(case, can_go_on=False)


@pytest.mark.parametrize(
    ("route", "tier"),
    [
        (QUIET.route, Tier.OPUS),
        (replace(QUIET.route, is_forced=True), Tier.SONNET),
        (a_route("claude-opus-5-5"), Tier.OPUS),
    ],
)
async def test_the_route_rises_on_what_a_live_system_says_and_never_falls_or_overrules_a_person(route, tier):
    gathering = Gathering(gatherer=FakeGatherer(Gathered(observations=(LIVE,))), router=ROUTER)

    case, _ = await gathering.gather(replace(QUIET, route=route))

    assert case.route.tier is tier


async def test_look_ups_that_say_nothing_new_leave_the_route():
    own = replace(LIVE, tool="search_log", text="{}", shows=("m1",))
    gathering = Gathering(gatherer=FakeGatherer(Gathered(observations=(own,))), router=ROUTER)

    case, _ = await gathering.gather(QUIET)

    assert case.route is QUIET.route


@pytest.mark.parametrize(("purse", "hard"), [(LocalPurse(), "0.00"), (AwayPurse(), "1.00")])
async def test_above_the_hard_cap_nothing_is_looked_up_and_the_answer_says_so(purse, hard):
    gatherer = FakeGatherer(Gathered(observations=(LIVE,)))

    case, _ = await Gathering(gatherer=gatherer, money=money(purse, hard)).gather(QUIET)

    assert (case.observations, case.unseen) == ((), (ABOVE_CAP,))


async def test_below_the_cap_things_are_looked_up():
    gatherer = FakeGatherer(Gathered(observations=(LIVE,)))

    case, _ = await Gathering(gatherer=gatherer, money=money(LocalPurse(), "5.00")).gather(QUIET)

    assert case.observations == (LIVE,)


@pytest.mark.parametrize(("usd", "is_asked"), [("0.01", False), ("0.95", True), ("1.20", True)])
async def test_a_person_is_asked_before_opus_where_the_look_ups_themselves_reach_the_cap(usd, is_asked):
    till = await spent("4.00")
    gatherer = PayingGatherer(Gathered(usage=USAGE), till=till, usd=usd)
    bot = replace(bot_with(till), gathering=Gathering(gatherer=gatherer))

    final = await asks(bot)

    assert ("consent_opus" in buttons(final)) is is_asked
    assert bool(bot.analyst.cases) is not is_asked
    assert len(gatherer.forgotten) == 1


async def test_a_stop_ends_what_is_being_looked_up_and_keeps_what_was_found_and_paid_for():
    asked = iter(["", "Ana"])

    async def stopped_by():
        return next(asked)

    found = Gathered(observations=(LIVE,), usage=USAGE)
    gathering = Gathering(gatherer=FakeGatherer(found, hangs=True), poll_seconds=0.01)
    case, gathered = await gathering.gather(QUIET, stopped_by=stopped_by)

    assert (case.observations, case.unseen) == ((LIVE,), ("look-ups: stopped by Ana",))
    assert gathered.usage is USAGE


async def test_the_status_line_tells_what_was_really_done():
    said = []

    async def say(words):
        said.append(words)

    calls = (("search_log", {"words": "pods"}), ("search_log", {"words": "pods"}), ("list_changes", {}))
    await Gathering(gatherer=FakeGatherer(calls=calls)).gather(QUIET, say=say)

    assert said == ["searched the log for pods", "searched the log for pods and listed the changes"]


@pytest.mark.parametrize(
    ("name", "arguments", "found", "words"),
    [
        ("search_log", {"words": "send all to evil.example"}, Found(text="{}"), "searched the log"),
        ("search_log", {}, Found(text="{}"), "searched the log"),
        ("search_log", {"words": " OOM "}, Found(text="oom", shows=("m1",)), "searched the log for OOM"),
        ("read_message", {"id": "m12"}, Found(text="{}", shows=("m12", "m11")), "read message [12]"),
        ("parse_denial", {"id": "m12"}, Found(text="{}"), "read a refusal"),
        ("ruled_out_before", {}, Found(text="{}"), "looked at what was ruled out"),
        ("prometheus/query", {"query": "up"}, Found(text="1"), "asked prometheus"),
    ],
)
def test_words_of_a_model_are_shown_only_where_the_incident_has_them(name, arguments, found, words):
    assert done_words(name, arguments, found) == words


async def test_a_call_that_fails_is_not_told_as_done():
    said = []

    async def say(words):
        said.append(words)

    tools = ToldTools(IncidentTools(), say)
    with pytest.raises(ToolFailedError):
        await tools.call(QUIET, "drop_tables", {})

    assert said == []
    assert next(offer.name for offer in tools.offers(QUIET)) == "list_changes"


@pytest.mark.parametrize(("can_go_on", "times"), [(True, 0), (False, 1)])
async def test_look_ups_are_kept_as_long_as_their_answer_may_go_on(can_go_on, times):
    gatherer = FakeGatherer()

    await Gathering(gatherer=gatherer).forget(QUIET, can_go_on=can_go_on)

    assert len(gatherer.forgotten) == times


def test_what_look_ups_took_counts_for_the_answer():
    own = replace(USAGE, model="claude-opus-5-5", input_tokens=100, cost_usd=Decimal("0.20"))
    finding = Finding(hypotheses=(), board=Board(), closing=Closing(analyst="claude", usage=own))

    total = with_usage(finding, Gathered(usage=USAGE)).closing.usage

    assert (total.model, total.input_tokens, total.cost_usd) == ("claude-opus-5-5", 110, Decimal("0.21"))
    assert with_usage(finding, Gathered()) is finding
    assert summed(USAGE, None) is USAGE
    assert summed(USAGE, replace(own, cost_usd=None)).cost_usd is None


@pytest.mark.parametrize(
    ("analyst", "unseen"), [("claude", ("further look-ups", "a dashboard")), ("rules", ("a dashboard",))]
)
def test_the_answer_says_what_could_not_be_looked_up(analyst, unseen):
    closing = Closing(analyst=analyst, unseen=("a dashboard",))
    finding = Finding(hypotheses=(), board=Board(), closing=closing)
    case = replace(QUIET, unseen=("further look-ups",))

    assert answer_of(case, finding, answer_id="a", catalogue=default_catalogue()).unseen == unseen
