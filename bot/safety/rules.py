"""The rule table, strong rules first: a later rule may not touch what an earlier one has claimed.

Evidence that looks like a secret (ARNs, digests, certificates) is claimed between the strong rules and the
weak ones, and left as it is. Without that order `user:[url_password:1]@host` would be read as an e-mail
address, and the host, which is evidence, would be lost.
"""

from bot.safety.commands import COMMANDS
from bot.safety.likeness import (
    WORDY,
    is_card,
    is_mail,
    is_opaque,
    is_said_login,
    is_said_password,
    is_said_token,
    is_url_password,
)
from bot.safety.rule import EVIDENCE, Rule, Shape

_BEGIN, _END = (rf"-----{word} [A-Z0-9 ]{{0,40}}PRIVATE KEY(?: BLOCK)?-----" for word in ("BEGIN", "END"))
_SCHEME = r"[a-z0-9]://"
_PARAMETERS = (
    r"x-amz-signature|x-amz-security-token|x-goog-signature|x-oss-signature|sig|signature"
    r"|(?:[a-z]+[_-])?(?:access|refresh|id|auth|session|api|bot|user|sas)?[_-]?token"
    r"|(?:[a-z]+[_-])?(?:api|app|auth|access|account|integration|routing|subscription|shared)[_-]?key|key"
    r"|(?:[a-z]+[_-])?secret|password|passwd|pwd|pass|auth|sid|session(?:id)?|jwt|assertion|samlresponse"
    r"|hmac|code|credential"
)

STRONG = (
    Rule(kind=EVIDENCE, pattern=r"(\[[a-z0-9_]{3,24}:\d{1,5}\])"),
    Rule(kind="private_key", pattern=rf"(?s){_BEGIN}(.*?)(?:{_END}|\z)", shape=Shape.PEM, spreads=False),
    Rule(
        kind="private_key",
        pattern=r"(?s)Private-Lines: \d+\s(.*?)(?:Private-MAC|\z)",
        shape=Shape.PEM,
        spreads=False,
    ),
)

"""Before all tokens: our own aliases, so that a second pass changes nothing, and whole keys."""

CONTEXT = (
    Rule(
        kind="url_password",
        pattern=rf"(?i){_SCHEME}[^\s:/?#@\"'<>`]*:([^\s\"'<>`]+?)@[\w.\[\]-]+(?:[:/?,;&\s\"'<>`)|\]\\]|$)",
        check=is_url_password,
        shape=Shape.EXACT,
    ),
    Rule(kind="url_password", pattern=rf"(?i){_SCHEME}([^\s:/?#@\"'<>`]{{16,}})@[\w.-]+", check=is_opaque),
    Rule(kind="url_password", pattern=r"(?i)[a-z0-9]%3A%2F%2F[^\s%]*%3A([^\s\"'<>`]+?)%40"),
    Rule(
        kind="url_password",
        pattern=r"(?:^|[\s\"'=`])[\w.-]+:([^\s@/\"'`]{3,})@(?:tcp|unix|udp)\("
        r"|(?i:jdbc:oracle:\w+:[\w.-]+/([^\s@]+)@)",
    ),
    Rule(
        kind="url_signature",
        pattern=rf"(?i)(?:[?&;]|\\u0026|%26|%3F)(?:amp;)?(?:{_PARAMETERS})(?:=|%3D)"
        r"([^\s&\"'<>`\\|#]+)",
        check=is_opaque,
    ),
    Rule(kind="signature", pattern=r"(?i)(?:^|[\s,&\"'])Signature=([A-Za-z0-9%+/=_-]{20,})"),
)

_LABELLED_IDS = (
    r"x-amz-id-2|x-amz-version-id|versionid|version-id|x-amz-cf-id|etag|content-md5|x-amz-request-id"
    r"|extended request id|host ?id|requestid|request[ _-]id|trace[ _-]?id|span[ _-]?id|correlation[ _-]?id"
    r"|x-amzn-trace-id|traceparent|x-request-id|resourceversion|continuation-?token|next-?token"
    r"|pagination-?token|checksum|digest|integrity|commit|revision|serial"
)
PROTECTED = tuple(
    Rule(kind=EVIDENCE, pattern=pattern)
    for pattern in (
        r"(arn:aws[a-z-]*:[^\s\"'`,;<>)\]}|]+)",
        r"(?s)(-----BEGIN (?:CERTIFICATE|PUBLIC KEY|[A-Z ]*REQUEST|X509 CRL)-----.*?(?:-----END|\z))",
        r"(?i)\b((?:sha(?:1|224|256|384|512)|md5)[-:=][A-Za-z0-9+/]{20,}={0,2})",
        rf"(?i)\b((?:{_LABELLED_IDS})\\?[\"']?\s*[:=]\s*\\?[\"']?[A-Za-z0-9+/=_.:-]+)",
        r"\b(?:ssh-(?:rsa|ed25519|dss)|ecdsa-sha2-\w+) (AAAA[A-Za-z0-9+/=]+)",
    )
)
"""Evidence that must survive, though it is long and random."""

_VALUE = (
    r"(?:\\+[\"']([^\"'\\\n{\[][^\"'\\\n]*)"
    r"|b?\"([^\"\\\n{\[](?:[^\"\\\n]|\\[^\n])*)"
    r"|b?'([^'\\\n{\[](?:[^'\\\n]|\\[^\n])*)"
    r"|`([^`\n]+)`"
    r"|&quot;([^&\s]+)&quot;"
    r"|([^\s\"'`<>|{}\[\],;&\\=:]))"
)
"""A value: in quotes of any kind, escaped or not; of a bare one, last, only where it begins. A group each."""

_NAME = rf"(?i:([\w.-]*{WORDY}[\w.-]*))"
_GAP = r"(?:[ \t]*|[ \t]*\r?\n[ \t]+)"
_SEPARATOR = rf"(?:\\*[\"'`*_]|\*_|&quot;)?[ \t]*(?::=|=>|->|<<<|[:=|→])[*_]{{0,2}}{_GAP}[*_]?"
_SCHEMES = (
    r"basic|bearer|token|apikey|api-key|negotiate|ntlm|splunk|genie ?key|digest|key|sso-key|bot|ssws"
    r"|aws4-hmac-sha256"
)
_HEADER = r"(?i)authorization\\*[\"'`]?\s*[:=]\s*\\*[\"'`]?"
_MARKUP_OPENS, _MARKUP_CLOSES = r"(?:<|&lt;)", r"(?:>|&gt;)"

ASSIGNED = (
    Rule(
        kind="authorization",
        pattern=_HEADER + rf"(?:(?:{_SCHEMES})[ \t:=]+(?:token=)?)?\\*[\"']?"
        r"([A-Za-z0-9._~+/:=%!|-]{6,})",
        check=is_opaque,
    ),
    Rule(
        kind="authorization",
        pattern=r"(?i)\b(?:bearer|basic)[ \t]+\\*[\"']?([A-Za-z0-9._~+/=-]{12,})",
        check=is_said_token,
    ),
    Rule(kind="authorization", pattern=r"(?i)\bdigest[ \t][^\n]*?response=\"?([0-9a-f]{32,})"),
    Rule(
        kind="cookie",
        pattern=r"(?i)\b(?:set-)?cookie\\*[\"'`]?\s*[:=]\s*\\*[\"'`]?([^\n\"'`\\]+)",
        shape=Shape.PAIRS,
        check=is_opaque,
        spreads=False,
    ),
    Rule(
        kind="secret",
        pattern=r"(?i)\b(?:name|key)\\*[\"']?\s*[:=]\s*\\*[\"']?([\w.-]+)\\*[\"']?"
        r"\s*,?\s*-?\s*\\*[\"']?value\\*[\"']?\s*[:=]\s*" + _VALUE,
        shape=Shape.NAMED,
    ),
    Rule(
        kind="secret",
        pattern=rf"(?i){_MARKUP_OPENS}([\w:.-]*{WORDY}[\w.-]*)(?:\s[^<>&]*)?{_MARKUP_CLOSES}"
        rf"\s*([^<>\s][^<>]*?)\s*{_MARKUP_OPENS}/",
        shape=Shape.NAMED,
    ),
    Rule(kind="secret", pattern=_NAME + _SEPARATOR + _VALUE, shape=Shape.NAMED),
    Rule(
        kind="secret",
        pattern=rf"(?i)(?:^|[\s\"'`])--?([\w-]*{WORDY}[\w-]*)[ \t]+" + _VALUE,
        shape=Shape.NAMED,
    ),
    Rule(
        kind="secret",
        pattern=rf"(?im)^[ \t|]*([\w.-]*{WORDY}[\w.-]*)(?:[ \t]{{2,}}|\t+|[ \t]*\|[ \t]*)([^\s|]+)[ \t|]*$",
        shape=Shape.NAMED,
    ),
)
"""Headers, settings, fields and flags whose name announces a secret."""

_IS = (
    r"(?:[ \t]+(?:\w+[ \t]+){0,3}?(?:is|was|are|now|to|as|still|set)\b"
    r"(?:[ \t]+(?:now|still|set|to|just|currently|also))*[ \t]*[:=]?|[ \t]*[:=→]|[ \t]*->)"
)
_NOUN = r"(?:password|passwd|passphrase|passcode|pwd|pw|passwort|psk)"
_PREFIX = r"(?:[\w.-]*[_.-])?"
_WORD = r"[ \t]*[\"'`*_(]*([^\s\"'`]+)"
_FOR = r"(?:[ \t]+(?:for|of|on|to)[ \t]+\S+(?:[ \t]+\S+){0,3}?[ \t]*(?::|=|is|was|->))?"

SAID = (
    Rule(
        kind="password",
        pattern=rf"(?i)\b{_PREFIX}(?:{_NOUN}|pass)\b[*_]?{_IS}{_WORD}",
        check=is_said_password,
    ),
    Rule(kind="password", pattern=rf"(?i)\b{_NOUN}\b{_FOR}[ \t]{_WORD}", check=is_said_password),
    Rule(
        kind="secret",
        pattern=rf"(?i)\b{_PREFIX}(?:token|secret"
        r"|(?:api|access|secret|account|private|signing|encryption|auth|storage)[ _-]?key)"
        rf"\b[*_]?{_IS}{_WORD}",
        check=is_said_token,
    ),
    Rule(
        kind="password",
        pattern=r"(?i)\b(?:log(?:ged)?[ -]?(?:in|on)|login|sign(?:ed)?[ -]?in|creds?|credentials?|auth)\b"
        r"[^\n]{0,40}?\b[\w.@+-]+[ \t]*(?:[/|]|:(?:[ \t]|[^/\s])|[ \t]with[ \t]|[ \t]and[ \t])"
        r"[ \t]*[\"'`*]*([^\s\"'`]+)",
        check=is_said_login,
    ),
)
"""What people write in sentences; only values that mix classes of characters."""

_CARD_RANGES = r"4\d{3}|5[1-5]\d{2}|2[2-7]\d{2}|6(?:011|4[4-9]\d|5\d{2})"
PERSONAL = (
    Rule(
        kind="email",
        pattern=r"([A-Za-z0-9][A-Za-z0-9._%+'-]*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,24})\b",
        check=is_mail,
        shape=Shape.EXACT,
        spreads=False,
    ),
    Rule(
        kind="email",
        pattern=r"([A-Za-z0-9][A-Za-z0-9._+-]*%40[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,24})\b",
        spreads=False,
    ),
    Rule(
        kind="card",
        pattern=rf"(?:^|[^\w.-])((?:{_CARD_RANGES})(?:[ -]?\d{{4}}){{3}}"
        r"|3[47]\d{2}[ -]?\d{6}[ -]?\d{5})"
        r"(?:[^\w.-]|[.-](?:\D|$)|$)",
        check=is_card,
        shape=Shape.EXACT,
        spreads=False,
    ),
)

RULES: tuple[tuple[Rule, ...], ...] = (CONTEXT, PROTECTED, ASSIGNED, COMMANDS, SAID, PERSONAL)
"""What follows the keys and tokens, in the order in which the rules claim."""
