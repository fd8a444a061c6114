"""Sentences without people's names."""

from dataclasses import replace

import pytest

from bot.incident.messages import Alert
from bot.incident.naming import impersonal, nameless, people
from tests.incident.scripts import incident


def test_authors_and_the_doers_in_a_bots_fields_are_people():
    told = incident("09:00 ana hello\n09:01 ci* deployed")
    bot = replace(told.messages[1], fields=(("Author", "jon"), ("Revision", "abc"), ("Queued by", "9c1")))

    assert people([told.messages[0], bot]) == {"Ana", "jon"}


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("deployed by ana", "deployed"),
        ("ana turned it off", "somebody turned it off"),
        ("path /home/ana stays", "path /home/ana stays"),
        ("banana stays", "banana stays"),
        ("Max raised it", "somebody raised it"),
        ("max connections", "max connections"),
        ("ask @Max", "ask somebody"),
    ],
)
def test_a_name_is_replaced_where_it_is_one(text, read):
    assert nameless(text, names={"Ana", "Max"}) == read


def test_without_names_nothing_changes():
    assert nameless("ana turned it off", names=()) == "ana turned it off"


def test_the_first_person_becomes_somebody():
    told = impersonal("I've put our key into us-east-1, it hit us", names=())

    assert told == "somebody put the key into us-east-1, it hit them"


def test_whom_a_message_mentions_is_a_person_and_so_is_their_account():
    told = incident("09:00 ana @Dana Lopez and @raj look, @here and @sre-oncall too, x@y.z")

    names = people(told.messages)

    assert {"Dana", "Lopez", "dana.lopez", "dlopez", "raj"} <= names
    assert not {"here", "sre-oncall", "y.z"} & names
    assert nameless("dlopez and Dana's change", names=names) == "somebody and somebody's change"


def test_a_name_that_a_service_has_is_nobodys():
    told = incident("09:00 ana ok\n09:01 Jenkins* build failed\n09:02 jenkins it is")
    served = replace(told.messages[1], alert=Alert(service="ana"))

    assert people(told.messages) == {"Ana"}
    assert people([told.messages[0], served]) == frozenset()


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Grafana shows nothing", "Grafana shows nothing"),
        ("Grafana's change", "somebody's change"),
        ("Li removed it", "somebody removed it"),
        ("li and LI stay", "li and LI stay"),
    ],
)
def test_a_short_name_and_a_products_name_is_one_only_where_somebody_acts(text, read):
    assert nameless(text, names={"Grafana", "Li"}) == read
