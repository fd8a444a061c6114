import pytest

from bot.watching import ChannelFacts, Scope, Watch, decide

WHOLE = Watch(scope=Scope.CHANNEL, is_logged=True)
THREAD = Watch(scope=Scope.THREAD, is_logged=True)
UNLOGGED = Watch(scope=Scope.THREAD)
CLOSED = Watch(scope=Scope.THREAD, is_closed=True)
REFUSED = Watch(scope=Scope.REFUSED)


@pytest.mark.parametrize(
    ("facts", "wish", "expected"),
    [
        ({"name": "inc-1"}, None, WHOLE),
        ({"name": "inc-1"}, False, UNLOGGED),
        ({"name": "talk"}, None, THREAD),
        ({"name": "talk"}, True, WHOLE),
        ({"name": ""}, None, THREAD),
        ({"name": "inc-1", "is_private": True}, None, CLOSED),
        ({"name": "inc-1", "is_private": True}, False, CLOSED),
        ({"name": "talk", "is_private": True}, True, WHOLE),
        ({"is_direct": True}, None, UNLOGGED),
        ({"is_direct": True}, True, UNLOGGED),
        ({"name": "inc-1", "is_external": True}, True, REFUSED),
        ({"is_direct": True, "is_external": True}, None, REFUSED),
    ],
)
def test_a_name_opens_public_channels_and_a_member_opens_private_ones(facts, wish, expected):
    found = ChannelFacts(id="C1", **facts)

    assert decide(found, patterns=("inc-*",), wish=wish, allow_external=False) == expected


def test_an_operator_can_allow_channels_shared_with_others():
    shared = ChannelFacts(id="C1", name="inc-1", is_external=True)

    assert decide(shared, patterns=("inc-*",), wish=None, allow_external=True) == WHOLE
