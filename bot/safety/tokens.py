"""Tokens that their own shape gives away, as their vendors document it: searched for in one pass."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.safety.patterns import Meter, Pattern, Span
from bot.safety.rule import Rule
from bot.safety.vendors import VENDORS

_TOKENS: tuple[tuple[str, str], ...] = (
    ("aws_key_id", r"((?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16,20})"),
    (
        "aws_session_token",
        (
            r"((?:IQoJb3JpZ2lu|FwoGZXIvYXdz|FQoGZXIvYXdz)(?:[A-Za-z0-9+/=_-]|%[0-9A-Fa-f]{2}"
            r"|\\/){16,})"
        ),
    ),
    ("aws_bedrock_key", r"(ABSK[A-Za-z0-9+/=]{60,}|bedrock-api-key-[A-Za-z0-9+/=]{40,})"),
    ("anthropic_key", r"(sk-ant-[A-Za-z0-9_-]{12,})"),
    ("stripe_key", r"((?:sk|rk)_(?:live|test)_[A-Za-z0-9]{10,}|whsec_[A-Za-z0-9+/=]{16,})"),
    ("api_key", r"\b(sk-(?:proj-|svcacct-|admin-|or-v1-|lf-)?[A-Za-z0-9_-]{20,})"),
    ("github_token", r"((?:gh[pousr]_|github_pat_)[A-Za-z0-9_]{16,})"),
    (
        "gitlab_token",
        (
            r"(gl(?:pat|dt|rt|rtr|cbt|ptt|ft|soat|imt|agent|oas|wt|ffct)-[A-Za-z0-9_.-]{10,}"
            r"[A-Za-z0-9_-])"
        ),
    ),
    ("slack_token", r"(xox[a-z](?:\.xox[a-z])?-[A-Za-z0-9-]{8,}|xapp-\d-[A-Za-z0-9-]{8,})"),
    (
        "slack_webhook",
        (
            r"(?i)hooks?\.[\w.-]+/(?:services|workflows|triggers)/([A-Za-z0-9_/%-]{10,}"
            r")"
        ),
    ),
    (
        "webhook_url",
        (
            r"(?i)(?:discord(?:app)?\.com/api/webhooks/|\.webhook\.office\.com/webhookb2/|"
            r"/api/webhooks/\d{6,}/|/webhookb2/|/IncomingWebhook/|/bot/v2/hook/|/hooks/catch/"
            r"|events\.pagerduty\.com/integration/|outlook\.office\.com/webhook/"
            r"|api\.opsgenie\.com/v1/json/[a-z]+\?apikey=|"
            r"alert\.victorops\.com/integrations/[a-z]+/\d+/alert/)([A-Za-z0-9_@/-]{16,}"
            r")"
        ),
    ),
    (
        "google_key",
        (
            r"(AIza[A-Za-z0-9_-]{25,}|ya29\.[A-Za-z0-9_.-]{16,}|GOCSPX-[A-Za-z0-9_-]{16,}"
            r"|1//0[A-Za-z0-9_-]{24,})"
        ),
    ),
    ("npm_token", r"(npm_[A-Za-z0-9]{20,})"),
    ("pypi_token", r"(pypi-[A-Za-z0-9_-]{40,})"),
    ("vault_token", r"(hv[sbr]\.[A-Za-z0-9_-]{16,}|\b[sb]\.[A-Za-z0-9]{24}\b)"),
    ("terraform_token", r"([A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{30,})"),
    ("sendgrid_key", r"(SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,})"),
    (
        "grafana_token",
        (
            r"(glsa_[A-Za-z0-9]{16,}(?:_[0-9a-fA-F]{8})?|glc_[A-Za-z0-9+/=]{24,}|eyJrIjoi[A-Za-z0-9+/=]{24,}"
            r")"
        ),
    ),
    ("atlassian_token", r"(AT(?:ATT|CTT|BB)[A-Za-z0-9_=+/-]{20,})"),
    ("datadog_key", r"(dd(?:app|api|p)_[A-Za-z0-9]{30,})"),
    ("newrelic_key", r"(NR(?:AK|JS|II|RA|IQ|SP|BR)-[A-Za-z0-9_-]{16,})"),
    ("sentry_token", r"(sntr[ysu]s?_[A-Za-z0-9_=+/-]{30,})"),
    ("dynatrace_token", r"(dt0[a-z]\d{2}\.[A-Z0-9]{24}\.[A-Z0-9]{40,64})"),
    ("databricks_token", r"\b(dapi[a-f0-9]{32}(?:-\d)?)"),
    ("digitalocean_token", r"(do[opr]_v1_[a-f0-9]{40,})"),
    ("docker_token", r"(dckr_[a-z]{2,4}_[A-Za-z0-9_-]{16,})"),
    ("doppler_token", r"\b(dp\.(?:pt|st|sa|ct|scim|audit)\.[A-Za-z0-9._-]{24,})"),
    ("huggingface_token", r"\b(hf_[A-Za-z0-9]{24,}|api_org_[A-Za-z0-9]{24,})"),
    ("api_key", r"\b((?:gsk|xai|pplx|r8|nvapi|fw|tgp_v1|csk)[_-][A-Za-z0-9_-]{30,})"),
    ("pulumi_token", r"\b(pul-[a-f0-9]{40})"),
    ("planetscale_token", r"(pscale_[a-z]{2,5}_[A-Za-z0-9_.=-]{24,})"),
    ("supabase_key", r"(sbp_[a-f0-9]{40}|sb_secret_[A-Za-z0-9_-]{16,})"),
    ("shopify_token", r"(shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32})"),
    ("square_token", r"(sq0[a-z]{3}-[A-Za-z0-9_-]{20,})"),
    ("linear_key", r"(lin_(?:api|oauth)_[A-Za-z0-9]{24,})"),
    ("notion_token", r"\b(ntn_[A-Za-z0-9]{32,}|secret_[A-Za-z0-9]{40,})"),
    ("figma_token", r"(fig[dour]_[A-Za-z0-9_-]{24,})"),
    ("airtable_token", r"\b(pat[A-Za-z0-9]{14}\.[a-f0-9]{40,64})"),
    ("hubspot_token", r"(pat-[a-z]{2}\d-[a-f0-9-]{36})"),
    ("mailgun_key", r"\b(key-[0-9a-f]{32})\b"),
    ("mailchimp_key", r"\b([0-9a-f]{32}-us\d{1,2})\b"),
    ("twilio_key", r"\b(SK[0-9a-f]{32})\b"),
    ("telegram_token", r"\b(\d{8,10}:AA[A-Za-z0-9_-]{32,34})"),
    ("discord_token", r"\b([MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,40})"),
    ("azure_secret", r"([A-Za-z0-9_~.-]{3}\dQ~[A-Za-z0-9_~.-]{30,40})"),
    ("artifactory_key", r"\b(AKC[a-z][A-Za-z0-9]{50,}|cmVmdGtu[A-Za-z0-9]{48,})"),
    ("rubygems_key", r"(rubygems_[a-f0-9]{40,})"),
    ("cargo_token", r"\b(cio[A-Za-z0-9]{32})\b"),
    ("age_key", r"(AGE-SECRET-KEY-1[0-9A-Z]{40,})"),
    ("tailscale_key", r"(tskey-[a-z]+-[A-Za-z0-9-]{16,})"),
    ("ci_token", r"(CCIPAT_[A-Za-z0-9_]{20,}|bk[a-z]{2}_[a-f0-9]{40}|sqp_[a-f0-9]{40}|squ_[a-f0-9]{40})"),
    ("postman_key", r"(PMAK-[a-f0-9]{20,}-[a-f0-9]{30,})"),
    ("fly_token", r"(fm\d_[A-Za-z0-9+/=_-]{40,}|fo1_[A-Za-z0-9_-]{30,})"),
    ("onepassword_token", r"(ops_eyJ[A-Za-z0-9+/=_-]{40,})"),
    ("heroku_key", r"(HRKU-[A-Za-z0-9_-]{30,})"),
    ("easypost_key", r"\b(EZ[AT]K[A-Za-z0-9]{50,})"),
    ("netlify_token", r"\b(nfp_[A-Za-z0-9]{32,})"),
    ("contentful_token", r"(CFPAT-[A-Za-z0-9_-]{40,})"),
    ("jwt", r"(eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]{4,}){1,4}\.?)"),
)
"""Kind and pattern; each pattern has exactly one group: the secret."""

_ALL = (*_TOKENS, *((kind, pattern) for kind, pattern, _ in VENDORS))
_BEGINS_OPENLY = re.compile(r"(?:\(\?i\))?(?:\\b)?[(?:]*(?:\[|\\d)")
_MARKS = {
    "terraform_token": ".atlasv1.",
    "mailchimp_key": "-us",
    "telegram_token": ":aa",
    "azure_secret": "q~",
    "azure_key": "azdo jqqj99 +ast +asb +aeh +aba +acr +amc acdb aiot apim azfu azse azca",
    "newrelic_key": "nral",
    "maxmind_key": "_mmk",
}
"""What stands inside of tokens of a kind that begins openly."""

KINDS = tuple(one for one in _ALL if not _BEGINS_OPENLY.match(one[1]))
"""Kind and pattern of every token that begins with letters of its own, in the order in which they count."""

OPEN_TOKENS = tuple(
    Rule(kind=kind, pattern=pattern, needs=_MARKS.get(kind, ""), spreads=False)
    for kind, pattern in _ALL
    if _BEGINS_OPENLY.match(pattern)
)
"""Those that begin with any letter of a class. Each by itself: they follow every run of letters from each of
its places, and in one pattern with the others their states multiply."""
_A_FEW = 12

TOKENS = Pattern("|".join(f"(?:{pattern})" for _, pattern in KINDS), captures=False)
"""Says whether there is any of `KINDS`."""


@dataclass(frozen=True, slots=True)
class _Few:
    """Some of the kinds, in one pattern with a group each.

    All of them in one would be slow: backwards, where a match begins is seen late, and on random letters each
    has states of its own.
    """

    kinds: tuple[str, ...]
    pattern: Pattern


def _few(rules: Sequence[tuple[str, str]]) -> _Few:
    pattern = "|".join(f"(?:{pattern})" for _, pattern in rules)
    return _Few(tuple(kind for kind, _ in rules), Pattern(pattern))


_FEWS = tuple(_few(KINDS[at : at + _A_FEW]) for at in range(0, len(KINDS), _A_FEW))


def tokens_in(data: bytes, meter: Meter) -> list[tuple[Span, str]]:
    """Return span and kind of each token in a text; where two overlap, the one that counts comes first."""
    found = [
        (max(groups), number, few.kinds[groups.index(max(groups))])  # the one group that took part
        for number, few in enumerate(_FEWS)
        for _, *groups in few.pattern.spans(data, meter)
    ]
    return [(span, kind) for span, _, kind in sorted(found, key=_rank)]


def _rank(found: tuple[Span, int, str]) -> tuple[int, int]:
    (start, _), number, _ = found
    return start, number
