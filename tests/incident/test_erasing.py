import pytest

from bot.incident.erasing import Erasure, erased_json

GONE = "customer ACME-4711 lost writes on gw-prod-17.internal, see runbook Foxtrot"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("writes fail for customer ACME-4711 since 21:38", "writes fail for (deleted) since 21:38"),
        ("on gw-prod-17.internal: pods restart", "(deleted): pods restart"),
        ("see runbook Foxtrot first", "(deleted) first"),
        ("runbook Foxtrot", "(deleted)"),
        ("writes fail", "writes fail"),
        ("customer asks", "customer asks"),
        ("GW-PROD-17.internal", "(deleted)"),
        ("lost writes everywhere", "lost writes everywhere"),
        ("", ""),
    ],
)
def test_words_leave_where_they_can_only_be_the_messages(text, left):
    assert Erasure(gone=GONE, kept=()).words(text) == left


def test_words_that_are_said_elsewhere_too_stay():
    erasure = Erasure(gone=GONE, kept=("we lost writes on gw-prod-17.internal",), mark="(edited)")

    assert erasure.words("gw-prod-17.internal of customer ACME-4711") == "gw-prod-17.internal of (edited)"


def test_an_erasure_of_nothing_changes_nothing():
    assert Erasure(gone="", kept=()).words(GONE) == GONE


def test_blocks_lose_words_and_nothing_else():
    blocks = [
        {
            "type": "rich_text",
            "block_id": "cp:ACME-4711:1",
            "elements": [{"type": "text", "text": "see runbook Foxtrot", "style": {"bold": True}}],
        },
        {"type": "actions", "elements": [{"text": {"type": "plain_text", "text": "Evidence"}, "value": "1"}]},
    ]

    left = erased_json(blocks, Erasure(gone=GONE, kept=()).words)

    assert left[0]["elements"][0] == {"type": "text", "text": "(deleted)", "style": {"bold": True}}
    assert left[0]["block_id"] == "cp:ACME-4711:1"
    assert left[1] == blocks[1]
