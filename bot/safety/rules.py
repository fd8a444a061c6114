"""What a secret looks like: the rule table, strong rules first.

A rule claims the spans of its groups; a later rule may not touch a claimed span. The shapes of vendor tokens are
those that the vendors document. Evidence that looks like a secret (ARNs, digests, certificates) is claimed between
the strong rules and the weak ones, and left as it is.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from bot.safety.likeness import Name, can_be_said, is_card, is_placeholder, is_random
from bot.safety.patterns import Pattern

Check = Callable[[str], bool]

EVIDENCE = ""
"""The kind of rules that protect what they find."""


class Shape(StrEnum):
    """How the groups of a rule are read."""

    PLAIN = "plain"
    """Every group that took part is a secret."""
    NAMED = "named"
    """The first group is a name that decides with the value; every other group is a value."""
    PAIRS = "pairs"
    """The group is a list of `name=value`; the values are secrets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One kind of secret.

    Attributes:
        kind: The alias's type; `EVIDENCE` protects the span instead.
        hints: Lower-case words of which one must be in the text; empty means always.
        check: A value that fails it is left alone, and not claimed.
        spreads: The value is looked for bare, everywhere in the incident: it cannot be told by its shape.
    """

    kind: str
    pattern: str
    hints: tuple[bytes, ...] = ()
    check: Check | None = None
    shape: Shape = Shape.PLAIN
    at_least: Name = Name.SECRET
    spreads: bool = False
    compiled: Pattern = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "compiled", Pattern(self.pattern))


def _is_real(value: str) -> bool:
    return not is_placeholder(value)


def _is_said_password(value: str) -> bool:
    return can_be_said(value.rstrip(".,;:)"), is_password=True)


def _is_said_token(value: str) -> bool:
    return can_be_said(value.rstrip(".,;:)"), is_password=False)


def _is_url_password(value: str) -> bool:
    port = value.split("/", 1)[0]
    return (
        bool(value)
        and not (port.isdigit() and len(port) <= 5)
        and not value.startswith(("$", "<", "***", "{"))
    )  # noqa: PLR2004 ports


def _is_opaque(value: str) -> bool:
    return _is_real(value) and (len(value) >= 16 or not value.isalpha())  # noqa: PLR2004 no word is that long


def _is_mail(value: str) -> bool:
    user, _, host = value.lower().partition("@")
    is_machine = (
        host.endswith((".gserviceaccount.com", ".internal", ".local", ".lan", ".svc")) or "amazonses" in host
    )
    return user != "git" and not is_machine


_TOKENS: tuple[tuple[str, str, tuple[bytes, ...]], ...] = (
    ("aws_key_id", r"((?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16,20})", (b"akia", b"asia", b"abia", b"acca")),
    (
        "aws_session_token",
        r"((?:IQoJb3JpZ2lu|FwoGZXIvYXdz|FQoGZXIvYXdz)(?:[A-Za-z0-9+/=_-]|%[0-9A-Fa-f]{2}|\\/){16,})",
        (b"iqojb3jpz2lu", b"fwogzxivyxdz", b"fqogzxivyxdz"),
    ),
    ("aws_bedrock_key", r"(ABSK[A-Za-z0-9+/=]{60,}|bedrock-api-key-[A-Za-z0-9+/=]{40,})", (b"absk", b"bedrock-api")),
    ("anthropic_key", r"(sk-ant-[A-Za-z0-9_-]{12,})", (b"sk-ant-",)),
    ("stripe_key", r"((?:sk|rk)_(?:live|test)_[A-Za-z0-9]{10,}|whsec_[A-Za-z0-9+/=]{16,})", (b"k_live_", b"k_test_", b"whsec_")),
    ("api_key", r"\b(sk-(?:proj-|svcacct-|admin-|or-v1-|lf-)?[A-Za-z0-9_-]{20,})", (b"sk-",)),
    ("github_token", r"((?:gh[pousr]_|github_pat_)[A-Za-z0-9_]{16,})", (b"ghp_", b"gho_", b"ghu_", b"ghs_", b"ghr_", b"github_pat_")),
    (
        "gitlab_token",
        r"(gl(?:pat|dt|rt|rtr|cbt|ptt|ft|soat|imt|agent|oas|wt|ffct)-[A-Za-z0-9_.-]{10,}[A-Za-z0-9_-])",
        (b"glpat-", b"gldt-", b"glrt", b"glcbt-", b"glptt-", b"glft-", b"glsoat-", b"glimt-", b"glagent-", b"gloas-", b"glwt-", b"glffct-"),
    ),
    ("slack_token", r"(xox[a-z](?:\.xox[a-z])?-[A-Za-z0-9-]{8,}|xapp-\d-[A-Za-z0-9-]{8,})", (b"xox", b"xapp-")),
    (
        "slack_webhook",
        r"(?i)hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/([A-Za-z0-9_/%-]{10,})",
        (b"hooks.slack",),
    ),
    (
        "webhook_url",
        r"(?i)(?:discord(?:app)?\.com/api/webhooks/|\.webhook\.office\.com/webhookb2/|events\.pagerduty\.com/integration/"
        r"|outlook\.office\.com/webhook/|api\.opsgenie\.com/v1/json/[a-z]+\?apikey=|alert\.victorops\.com/integrations/[a-z]+/\d+/alert/)"
        r"([A-Za-z0-9_@/-]{16,})",
        (b"webhook", b"pagerduty.com/int", b"victorops", b"opsgenie"),
    ),
    ("google_key", r"(AIza[A-Za-z0-9_-]{25,}|ya29\.[A-Za-z0-9_.-]{16,}|GOCSPX-[A-Za-z0-9_-]{16,}|1//0[A-Za-z0-9_-]{24,})", (b"aiza", b"ya29.", b"gocspx-", b"1//0")),
    ("npm_token", r"(npm_[A-Za-z0-9]{20,})", (b"npm_",)),
    ("pypi_token", r"(pypi-[A-Za-z0-9_-]{40,})", (b"pypi-",)),
    ("vault_token", r"(hv[sbr]\.[A-Za-z0-9_-]{16,}|\b[sb]\.[A-Za-z0-9]{24}\b)", (b"hvs.", b"hvb.", b"hvr.", b"s.", b"b.")),
    ("terraform_token", r"([A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{30,})", (b".atlasv1.",)),
    ("sendgrid_key", r"(SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,})", (b"sg.",)),
    ("grafana_token", r"(glsa_[A-Za-z0-9]{16,}(?:_[0-9a-fA-F]{8})?|glc_[A-Za-z0-9+/=]{24,}|eyJrIjoi[A-Za-z0-9+/=]{24,})", (b"glsa_", b"glc_", b"eyjrijoi")),
    ("atlassian_token", r"(AT(?:ATT|CTT|BB)[A-Za-z0-9_=+/-]{20,})", (b"atatt", b"atctt", b"atbb")),
    ("datadog_key", r"(dd(?:app|api|p)_[A-Za-z0-9]{30,})", (b"ddapp_", b"ddapi_", b"ddp_")),
    ("newrelic_key", r"(NR(?:AK|JS|II|RA|IQ|SP|BR)-[A-Za-z0-9_-]{16,})", (b"nrak-", b"nrjs-", b"nrii-", b"nrra-", b"nriq-", b"nrsp-", b"nrbr-")),
    ("sentry_token", r"(sntr[ysu]s?_[A-Za-z0-9_=+/-]{30,})", (b"sntr",)),
    ("dynatrace_token", r"(dt0[a-z]\d{2}\.[A-Z0-9]{24}\.[A-Z0-9]{40,64})", (b"dt0",)),
    ("databricks_token", r"\b(dapi[a-f0-9]{32}(?:-\d)?)", (b"dapi",)),
    ("digitalocean_token", r"(do[opr]_v1_[a-f0-9]{40,})", (b"_v1_",)),
    ("docker_token", r"(dckr_[a-z]{2,4}_[A-Za-z0-9_-]{16,})", (b"dckr_",)),
    ("doppler_token", r"\b(dp\.(?:pt|st|sa|ct|scim|audit)\.[A-Za-z0-9._-]{24,})", (b"dp.",)),
    ("huggingface_token", r"\b(hf_[A-Za-z0-9]{24,}|api_org_[A-Za-z0-9]{24,})", (b"hf_", b"api_org_")),
    ("api_key", r"\b((?:gsk|xai|pplx|r8|nvapi|fw|tgp_v1|csk)[_-][A-Za-z0-9_-]{30,})", (b"gsk_", b"xai-", b"pplx-", b"r8_", b"nvapi-", b"fw_", b"tgp_v1_", b"csk-")),
    ("pulumi_token", r"\b(pul-[a-f0-9]{40})", (b"pul-",)),
    ("planetscale_token", r"(pscale_[a-z]{2,5}_[A-Za-z0-9_.=-]{24,})", (b"pscale_",)),
    ("supabase_key", r"(sbp_[a-f0-9]{40}|sb_secret_[A-Za-z0-9_-]{16,})", (b"sbp_", b"sb_secret_")),
    ("shopify_token", r"(shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32})", (b"shp",)),
    ("square_token", r"(sq0[a-z]{3}-[A-Za-z0-9_-]{20,})", (b"sq0",)),
    ("linear_key", r"(lin_(?:api|oauth)_[A-Za-z0-9]{24,})", (b"lin_",)),
    ("notion_token", r"\b(ntn_[A-Za-z0-9]{32,}|secret_[A-Za-z0-9]{40,})", (b"ntn_", b"secret_")),
    ("figma_token", r"(fig[dour]_[A-Za-z0-9_-]{24,})", (b"figd_", b"figo_", b"figu_", b"figr_")),
    ("airtable_token", r"\b(pat[A-Za-z0-9]{14}\.[a-f0-9]{40,64})", (b"pat",)),
    ("hubspot_token", r"(pat-[a-z]{2}\d-[a-f0-9-]{36})", (b"pat-",)),
    ("mailgun_key", r"\b(key-[0-9a-f]{32})\b", (b"key-",)),
    ("mailchimp_key", r"\b([0-9a-f]{32}-us\d{1,2})\b", (b"-us",)),
    ("twilio_key", r"\b(SK[0-9a-f]{32})\b", (b"sk",)),
    ("telegram_token", r"\b(\d{8,10}:AA[A-Za-z0-9_-]{32,34})", (b":aa",)),
    ("discord_token", r"\b([MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,40})", (b".",)),
    ("azure_secret", r"([A-Za-z0-9_~.-]{3}\dQ~[A-Za-z0-9_~.-]{30,40})", (b"q~",)),
    ("artifactory_key", r"\b(AKC[a-z][A-Za-z0-9]{50,}|cmVmdGtu[A-Za-z0-9]{48,})", (b"akc", b"cmvmdgtu")),
    ("rubygems_key", r"(rubygems_[a-f0-9]{40,})", (b"rubygems_",)),
    ("cargo_token", r"\b(cio[A-Za-z0-9]{32})\b", (b"cio",)),
    ("age_key", r"(AGE-SECRET-KEY-1[0-9A-Z]{40,})", (b"age-secret-key-",)),
    ("tailscale_key", r"(tskey-[a-z]+-[A-Za-z0-9-]{16,})", (b"tskey-",)),
    ("ci_token", r"(CCIPAT_[A-Za-z0-9_]{20,}|bk[a-z]{2}_[a-f0-9]{40}|sqp_[a-f0-9]{40}|squ_[a-f0-9]{40})", (b"ccipat_", b"bkua_", b"bkpt_", b"sqp_", b"squ_")),
    ("postman_key", r"(PMAK-[a-f0-9]{20,}-[a-f0-9]{30,})", (b"pmak-",)),
    ("fly_token", r"(fm\d_[A-Za-z0-9+/=_-]{40,}|fo1_[A-Za-z0-9_-]{30,})", (b"fm1_", b"fm2_", b"fo1_")),
    ("onepassword_token", r"(ops_eyJ[A-Za-z0-9+/=_-]{40,})", (b"ops_eyj",)),
    ("heroku_key", r"(HRKU-[A-Za-z0-9_-]{30,})", (b"hrku-",)),
    ("easypost_key", r"\b(EZ[AT]K[A-Za-z0-9]{50,})", (b"ezak", b"eztk")),
    ("netlify_token", r"\b(nfp_[A-Za-z0-9]{32,})", (b"nfp_",)),
    ("contentful_token", r"(CFPAT-[A-Za-z0-9_-]{40,})", (b"cfpat-",)),
    ("jwt", r"(eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]{4,}){1,4}\.?)", (b"eyj",)),
)  # fmt: skip
"""Tokens that their own shape gives away: kind, pattern, hints."""

_PEM = (
    r"(?s)-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
    r"(.*?)(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|\z)"
)

_BOUND = r"(?:^|[\s\"'`=,;|(\[{>])"
_PARAM = (
    r"(?i)(?:[?&;]|&amp;|\\u0026|%26|%3F)(?:amp;)?(?:x-amz-signature|x-amz-security-token|x-goog-signature|x-oss-signature|sig|signature"
    r"|(?:[a-z]+[_-])?(?:access|refresh|id|auth|session|api|bot|user|sas)?[_-]?token|api[_-]?key|app[_-]?key|subscription-key|key"
    r"|(?:client[_-]?)?secret|password|passwd|pwd|pass|auth|sid|session(?:id)?|jwt|assertion|samlresponse|hmac|code|credential)"
    r"(?:=|%3D)([^\s&\"'<>`\\|#]+)"
)  # fmt: skip

_STRONG = (
    Rule(kind="private_key", pattern=_PEM, hints=(b"private key",)),
    Rule(
        kind="private_key",
        pattern=r"(?s)Private-Lines: \d+\s(.*?)(?:Private-MAC|\z)",
        hints=(b"private-lines",),
    ),
    *(Rule(kind=kind, pattern=pattern, hints=hints) for kind, pattern, hints in _TOKENS),
    Rule(
        kind="url_password",
        pattern=r"(?i)[a-z][a-z0-9+.-]{1,24}://[^\s:/?#@\"'<>`]*:([^\s\"'<>`]+?)@[\w.\[\]-]+(?:[:/?,;&\s\"'<>`)|\]\\]|$)",
        hints=(b"://",),
        check=_is_url_password,
        spreads=True,
    ),
    Rule(
        kind="url_password",
        pattern=r"(?i)[a-z][a-z0-9+.-]{1,24}://([^\s:/?#@\"'<>`]{16,})@[\w.-]+",
        hints=(b"://",),
        check=_is_opaque,
        spreads=True,
    ),
    Rule(
        kind="url_password",
        pattern=r"(?i)[a-z0-9+.-]{2,24}%3A%2F%2F[^\s%]*%3A([^\s\"'<>`]+?)%40",
        hints=(b"%3a%2f%2f",),
        spreads=True,
    ),
    Rule(
        kind="url_password",
        pattern=r"(?:^|[\s\"'=`])[\w.-]+:([^\s@/\"'`]{3,})@(?:tcp|unix|udp)\(|(?i:jdbc:oracle:\w+:[\w.-]+/([^\s@]+)@)",
        hints=(b"@tcp(", b"@unix(", b"@udp(", b"jdbc:oracle"),
        spreads=True,
    ),
    Rule(kind="url_signature", pattern=_PARAM, hints=(b"=", b"%3d"), check=_is_opaque, spreads=True),
    Rule(
        kind="signature",
        pattern=r"(?i)(?:^|[\s,&\"'])Signature=([A-Za-z0-9%+/=_-]{20,})",
        hints=(b"signature=",),
    ),
)

_PROTECTED = tuple(
    Rule(kind=EVIDENCE, pattern=pattern, hints=hints)
    for pattern, hints in (
        (r"(\[[a-z0-9_]{3,24}:\d{1,5}\])", (b":",)),
        (r"(arn:aws[a-z-]*:[^\s\"'`,;<>)\]}|]+)", (b"arn:aws",)),
        (r"(?s)(-----BEGIN (?:CERTIFICATE|PUBLIC KEY|[A-Z ]*REQUEST|X509 CRL)-----.*?(?:-----END|\z))", (b"-----begin",)),
        (r"(?i)\b((?:sha(?:1|224|256|384|512)|md5)[-:=][A-Za-z0-9+/]{20,}={0,2})", (b"sha", b"md5")),
        (r"(?i)\b((?:x-amz-id-2|x-amz-version-id|versionid|version-id|x-amz-cf-id|etag|content-md5|x-amz-request-id"
         r"|extended request id|host ?id|requestid|request[ _-]id|trace[ _-]?id|span[ _-]?id|correlation[ _-]?id"
         r"|x-amzn-trace-id|traceparent|x-request-id|resourceversion|continuation-?token|next-?token|pagination-?token"
         r"|checksum|digest|integrity|commit|revision|serial)\\?[\"']?\s*[:=]\s*\\?[\"']?[A-Za-z0-9+/=_.:-]+)",
         (b"id", b"etag", b"version", b"md5", b"token", b"trace", b"check", b"digest", b"integr", b"commit", b"serial")),
        (r"\b(?:ssh-(?:rsa|ed25519|dss)|ecdsa-sha2-\w+) (AAAA[A-Za-z0-9+/=]+)", (b"ssh-", b"ecdsa-")),
    )
)  # fmt: skip
"""Evidence that must survive, though it is long and random."""

_VALUE = (
    r"(?:\\+[\"']([^\"'\\\n{\[][^\"'\\\n]*)"
    r"|b?\"([^\"\\\n{\[](?:[^\"\\\n]|\\[^\n])*)"
    r"|b?'([^'\\\n{\[](?:[^'\\\n]|\\[^\n])*)"
    r"|`([^`\n]+)`"
    r"|&quot;([^&\s]+)&quot;"
    r"|([^\s\"'`<>|{}\[\],;&\\=:][^\s\"'`<>]*))"
)
"""A value: in quotes of any kind, escaped or not, or bare; a group each."""

_WORDY = r"(?:pass|pwd|pw|secret|token|key|cred|psk)"
_NAME = rf"(?i:([\w.-]*{_WORDY}[\w.-]*))"
_GAP = r"(?:[ \t]*|[ \t]*\r?\n[ \t]+)"
_SEP = rf"(?:\\*[\"'`*_]|\*_|&quot;)?[ \t]*(?::=|=>|->|<<<|[:=|→])[*_]{{0,2}}{_GAP}[*_]?"
_NAME_HINTS = (b"pass", b"pwd", b"pw", b"secret", b"token", b"key", b"cred", b"psk")

_ASSIGNED = (
    Rule(
        kind="authorization",
        pattern=r"(?i)authorization\\*[\"'`]?\s*[:=]\s*\\*[\"'`]?(?:(?:basic|bearer|token|apikey|api-key|negotiate|ntlm|splunk"
        r"|genie ?key|digest|key|sso-key|bot|ssws)[ \t:=]+(?:token=)?)?\\*[\"']?([A-Za-z0-9._~+/:=%!|-]{6,})",
        hints=(b"authorization",),
        check=_is_opaque,
        spreads=True,
    ),
    Rule(
        kind="authorization",
        pattern=r"(?i)\b(?:bearer|basic)[ \t]+\\*[\"']?([A-Za-z0-9._~+/=-]{12,})",
        hints=(b"bearer", b"basic"),
        check=_is_said_token,
        spreads=True,
    ),
    Rule(
        kind="authorization",
        pattern=r"(?i)\bdigest[ \t][^\n]*?response=\"?([0-9a-f]{32,})",
        hints=(b"digest",),
    ),
    Rule(
        kind="cookie",
        pattern=r"(?i)\b(?:set-)?cookie\\*[\"'`]?\s*[:=]\s*\\*[\"'`]?([^\n\"'`\\]+)",
        hints=(b"cookie",),
        shape=Shape.PAIRS,
        check=_is_opaque,
    ),
    Rule(
        kind="secret",
        pattern=r"(?i)\bname\\*[\"']?\s*[:=]\s*\\*[\"']?([\w.-]+)\\*[\"']?\s*,?\s*-?\s*\\*[\"']?value\\*[\"']?\s*[:=]\s*"
        + _VALUE,
        hints=(b"value",),
        shape=Shape.NAMED,
        spreads=True,
    ),
    Rule(
        kind="secret",
        pattern=rf"(?i)<([\w:.-]*{_WORDY}[\w.-]*)(?:\s[^<>]*)?>\s*([^<>\s][^<>]*?)\s*</",
        hints=(b"</",),
        shape=Shape.NAMED,
        spreads=True,
    ),
    Rule(kind="secret", pattern=_NAME + _SEP + _VALUE, hints=_NAME_HINTS, shape=Shape.NAMED, spreads=True),
    Rule(
        kind="secret",
        pattern=rf"(?i)(?:^|[\s\"'`])--?({_WORDY}|[\w-]*{_WORDY}[\w-]*)[ \t]+" + _VALUE,
        hints=(b"-",),
        shape=Shape.NAMED,
        spreads=True,
    ),
    Rule(
        kind="secret",
        pattern=rf"(?im)^[ \t|]*([\w.-]*{_WORDY}[\w.-]*)(?:[ \t]{{2,}}|\t+|[ \t]*\|[ \t]*)([^\s|]+)[ \t|]*$",
        hints=_NAME_HINTS,
        shape=Shape.NAMED,
        spreads=True,
    ),
)

_COMMANDS = tuple(
    Rule(kind="password", pattern=pattern, hints=hints, check=check, spreads=True)
    for pattern, hints, check in (
        (r"(?:^|\s)(?:-u|--user|--proxy-user|-U)[ \t=]*[\"']?[\w.@+-]+:([^\s\"'`]{3,})", (b"-u", b"--user", b"--proxy"), _is_real),
        (r"\b(?:mysql|mysqldump|mysqladmin|mariadb|mongo|mongosh|mongodump|xtrabackup)\b[^\n|;]*?\s-p[\"']?([^\s\"'`=-][^\s\"'`]*)",
         (b"mysql", b"mariadb", b"mongo", b"xtrabackup"), _is_real),
        (r"\bsshpass[ \t]+-p[ \t]*[\"']?([^\s\"'`]+)", (b"sshpass",), _is_real),
        (r"\b(?:docker|podman|helm|az|oc|skopeo|crane|buildah)\b[^\n|;]*\blogin\b[^\n|;]*?\s-p[ \t=]*[\"']?([^\s\"'`]+)", (b"login",), _is_real),
        (r"\bredis-cli\b[^\n|;]*?\s-a[ \t]*[\"']?([^\s\"'`]+)", (b"redis-cli",), _is_real),
        (r"\b(?:ldapsearch|ldapmodify|ldapadd|ldapwhoami|ldappasswd)\b[^\n|;]*?\s-w[ \t]*[\"']?([^\s\"'`]+)", (b"ldap",), _is_real),
        (r"\b(?:curl|wget|http)\b[^\n|;]*?\s(?:-a|--auth)[ \t=]+[\"']?[\w.@-]+:([^\s\"'`]+)", (b"-a", b"--auth"), _is_real),
        (r"\bsqlplus\b[^\n]*?\b[\w$#]+/([^\s@/]+)@", (b"sqlplus",), _is_real),
        (r"\bhtpasswd\b[^\n|;]*?\s-\w*b\w*[ \t]+\S+[ \t]+\S+[ \t]+[\"']?([^\s\"'`]+)", (b"htpasswd",), _is_real),
        (r"(?:^|[\s\"'])pass:([^\s\"'`]{3,})", (b"pass:",), _is_real),
        (r"--from-literal[= ][\"']?[\w.-]+=[\"']?([^\s\"'`]{4,})", (b"--from-literal",), _is_said_password),
        (r"(?i)\becho[ \t]+(?:-n[ \t]+)?[\"']?([^\s\"'`|]+)[\"']?[ \t]*\|[^\n]*(?:--password-stdin|--with-token|\bpasswd\b|base64|sudo -S|login)",
         (b"echo",), _is_said_password),
        (r"(?i)(?:--with-token|--password-stdin)[ \t]*<<<[ \t]*[\"']?([^\s\"'`]+)", (b"<<<",), _is_real),
        (r"(?i)\bidentified[ \t]+(?:with[ \t]+\S+[ \t]+)?by[ \t]+(?:password[ \t]+)?[\"']([^\"'\n]+)", (b"identified",), _is_real),
        (r"(?i)\bpassword[ \t]*(?:=[ \t]*)?(?:password[ \t]*\([ \t]*)?'([^'\n]+)'", (b"password",), _is_real),
        (r"(?i)\b(?:requirepass|masterauth)[ \t]+[\"']?([^\s\"'`]+)", (b"requirepass", b"masterauth"), _is_real),
        (r"(?m)(?:^|>[ \t]*)AUTH[ \t]+(?:\w+[ \t]+)?[\"']?([^\s\"'`]{4,})[\"']?[ \t]*$", (b"auth",), _is_said_password),
        (r"(?i)\bmachine[ \t]+\S+\s+login[ \t]+\S+\s+password[ \t]+(\S+)", (b"machine",), _is_real),
        (r"(?i)\bchpasswd\b[^\n]*<<<[ \t]*[\"']?\w+:([^\s\"'`]+)|\becho[ \t]+[\"']?\w+:([^\s\"'`|]+)[\"']?[ \t]*\|[^\n]*chpasswd", (b"chpasswd",), _is_real),
        (r"\$(?:2[abxy]|argon2\w*|5|6|y|1)\$([./A-Za-z0-9$=,+]{20,})", (b"$",), None),
    )
)  # fmt: skip
"""Where commands and statements carry a password without naming it."""

_SHOWN = (
    Rule(
        kind="k8s_secret",
        pattern=r"(?i)(?:kubectl|oc)\b[^\n]*\bget\b[^\n]*\bsecrets?\b[^\n]*?(?:\n+|[ \t]+(?:->|=>|→|=|:|gives|returns)[ \t]*)([A-Za-z0-9+/]{8,}={0,2})(?:\s|$)",
        hints=(b"secret",),
        check=_is_said_token,
        spreads=True,
    ),
    Rule(
        kind="secret",
        pattern=r"(?i)(?:(?:kubectl|oc)\b[^\n]*\bget\b[^\n]*\bsecrets?\b[^\n]*(?:jsonpath|template|base64)|vault[ \t]+(?:kv[ \t]+get|read)\b"
        r"[^\n]*-field|\bop[ \t]+read|get-secret-value\b[^\n]*--query|secrets[ \t]+versions[ \t]+access|keyvault[ \t]+secret[ \t]+show"
        r"|find-generic-password|openssl[ \t]+rand|\bpwgen|print-access-token|get-login-password|create-token|base64[ \t]+(?:-d|-D|--decode))"
        r"[^\n]*\n+[ \t]*([^\s]{6,})[ \t]*(?:\n|$)",
        hints=(b"secret", b"vault", b"op read", b"find-generic", b"openssl", b"pwgen", b"token", b"password", b"base64"),
        check=_is_opaque,
        spreads=True,
    ),
)  # fmt: skip
"""What a command printed, when the command prints secrets."""

_LINK = r"(?:[ \t]+(?:\w+[ \t]+){0,3}?(?:is|was|are|now|to|as|still|set)\b(?:[ \t]+(?:now|still|set|to|just|currently|also))*[ \t]*[:=]?|[ \t]*[:=→]|[ \t]*->)"
_SAID = (
    Rule(
        kind="password",
        pattern=rf"(?i)\b(?:password|passwd|passphrase|passcode|pwd|pw|passwort|psk|pass)\b[*_]?{_LINK}[ \t]*[\"'`*_(]*([^\s\"'`]+)",
        hints=(b"pass", b"pw", b"psk"),
        check=_is_said_password,
        spreads=True,
    ),
    Rule(
        kind="password",
        pattern=r"(?i)\b(?:password|passwd|passphrase|passcode|pw)\b(?:[ \t]+(?:for|of|on|to)[ \t]+\S+(?:[ \t]+\S+){0,3}?[ \t]*(?::|=|is|was|->))?[ \t]+[\"'`*_(]*([^\s\"'`]+)",
        hints=(b"pass", b"pw"),
        check=_is_said_password,
        spreads=True,
    ),
    Rule(
        kind="secret",
        pattern=rf"(?i)\b(?:token|(?:api|access|secret|account|private|signing|encryption|auth|storage)[ _-]?key|secret)\b[*_]?{_LINK}[ \t]*[\"'`*_(]*([^\s\"'`]+)",
        hints=(b"token", b"key", b"secret"),
        check=_is_said_token,
        spreads=True,
    ),
    Rule(
        kind="password",
        pattern=r"(?i)\b(?:log(?:ged)?[ -]?(?:in|on)|login|sign(?:ed)?[ -]?in|creds?|credentials?|auth(?:enticate)?)\b[^\n]{0,40}?\b[\w.@+-]+"
        r"[ \t]*(?:[/|]|:(?:[ \t]|[^/\s])|[ \t]with[ \t]|[ \t]and[ \t])[ \t]*[\"'`*]*([^\s\"'`]+)",
        hints=(b"log", b"sign", b"cred", b"auth"),
        check=_is_said_password,
        spreads=True,
    ),
)  # fmt: skip
"""What people write in sentences; only values that mix classes."""

_PERSONAL = (
    Rule(
        kind="email",
        pattern=r"([A-Za-z0-9][A-Za-z0-9._%+'-]*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,24})\b",
        hints=(b"@",),
        check=_is_mail,
    ),
    Rule(
        kind="email",
        pattern=r"([A-Za-z0-9][A-Za-z0-9._+-]*%40[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,24})\b",
        hints=(b"%40",),
    ),
    Rule(
        kind="card",
        pattern=r"(?:^|[^\w.-])((?:4\d{3}|5[1-5]\d{2}|2[2-7]\d{2}|6(?:011|4[4-9]\d|5\d{2}))(?:[ -]?\d{4}){3}|3[47]\d{2}[ -]?\d{6}[ -]?\d{5})(?:[^\w.-]|[.-](?:\D|$)|$)",
        hints=(b"4", b"5", b"2", b"6", b"3"),
        check=is_card,
    ),
)

RULES: tuple[Rule, ...] = (*_STRONG, *_PROTECTED, *_ASSIGNED, *_COMMANDS, *_SHOWN, *_SAID, *_PERSONAL)
"""In the order in which they claim."""

STRONG_COUNT = len(_STRONG)

BARE_AWS_SECRET = Pattern(r"(?:^|[^A-Za-z0-9/+=])([A-Za-z0-9/+]{40})(?:[^A-Za-z0-9/+=]|$)")
BASE64_RUN = Pattern(r"([A-Za-z0-9+/_-]{24,}={0,2})")
ESCAPED_RUN = Pattern(r"([^\s\"'<>`]*%[0-9A-Fa-f]{2}[^\s\"'<>`]*)")


def is_aws_secret(value: str) -> bool:
    """Say whether 40 letters of base64 are random enough for an AWS secret key."""
    return is_random(value)
