"""The table of routes: what it says by default, and what a user may change."""

import pytest

from bot.errors import BadInputError
from bot.routing import Tier, parse_routes, shipped_routes

LEAST = "smallest_gap_points = 5.0\n"


@pytest.mark.parametrize(
    ("domain", "tier"),
    [
        ("aws_iam", Tier.OPUS),
        ("aws_s3", Tier.OPUS),
        ("aws_network", Tier.SONNET),
        ("kubernetes", Tier.SONNET),
        ("azure_storage", Tier.SONNET),
        ("gcp_identity", Tier.SONNET),
        ("other", Tier.SONNET),
    ],
)
def test_a_domain_goes_to_opus_where_the_measured_gap_is_wide(domain, tier):
    assert shipped_routes().tier_of(domain) is tier


def test_a_gap_of_exactly_the_smallest_escalates():
    routes = parse_routes(LEAST + "[scores]\nlinux = { sonnet = 80.1, opus = 85.1, n = 12 }")

    assert routes.tier_of("linux") is Tier.OPUS
    assert routes.scores["linux"].n == 12


def test_a_smaller_gap_makes_more_domains_escalate():
    routes = parse_routes("smallest_gap_points = 2\n[scores]\nkubernetes = { sonnet = 94.5, opus = 97.3 }")

    assert routes.tier_of("kubernetes") is Tier.OPUS


def test_a_users_own_choice_counts_more_than_the_scores():
    routes = parse_routes(
        LEAST
        + '[scores]\naws_s3 = { sonnet = 75.7, opus = 91.9 }\n[overrides]\naws_s3 = "sonnet"\nother = "opus"'
    )

    assert routes.tier_of("aws_s3") is Tier.SONNET
    assert routes.tier_of("other") is Tier.OPUS


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("= 5", "routes"),
        ("", "smallest_gap_points"),
        ("smallest_gap_points = true", "smallest_gap_points"),
        ("smallest_gap_points = nan", "smallest_gap_points"),
        (LEAST + "scores = 3", "scores"),
        (LEAST + "[scores]\nlinux = 80", "scores.linux"),
        (LEAST + "[scores]\nlinux = { sonnet = 80 }", "scores.linux.opus"),
        (LEAST + "[scores]\nlinux = { sonnet = 80, opus = 101 }", "scores.linux.opus"),
        (LEAST + "[scores]\nlinux = { sonnet = 80, opus = 81, n = -1 }", "scores.linux.n"),
        (LEAST + '[overrides]\nlinux = "haiku"', "overrides.linux"),
        (LEAST + "[overrides]\nlinux = []", "overrides.linux"),
    ],
)
def test_a_table_that_cannot_be_used_says_where(text, field):
    with pytest.raises(BadInputError) as refused:
        parse_routes(text)

    assert refused.value.field == field
