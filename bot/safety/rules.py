"""The rule table, strong rules first: a later rule may not touch what an earlier one has claimed.

Evidence that looks like a secret (ARNs, digests, certificates) is claimed between the strong rules and the
weak ones, and left as it is. Without that order `user:[url_password:1]@host` would be read as an e-mail
address, and the host, which is evidence, would be lost.
"""

from bot.safety.commands import COMMANDS
from bot.safety.devices import DEVICES
from bot.safety.dumps import ALONE, DUMPS
from bot.safety.likeness import (
    WORDY,
    is_header_value,
    is_odd,
    is_opaque,
    is_said_token,
    is_url_password,
)
from bot.safety.personal import is_card, is_iban, is_mail
from bot.safety.rule import EVIDENCE, FLAG_VALUE, VALUE, Rule, Shape
from bot.safety.sentences import SENTENCES
from bot.safety.tokens import OPEN_TOKENS

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
    Rule(
        kind="private_key",
        needs="private",
        pattern=rf"(?s){_BEGIN}(.*?)(?:{_END}|\z)",
        shape=Shape.PEM,
        spreads=False,
    ),
    Rule(
        kind="private_key",
        needs="openvpn",
        pattern=r"(?s)-----BEGIN OpenVPN [\w -]{0,40}-----(.*?)(?:-----END|\z)",
        shape=Shape.PEM,
        spreads=False,
    ),
    Rule(
        kind="private_key",
        needs="private-lines",
        pattern=r"(?s)Private-Lines: \d+\s(.*?)(?:Private-MAC|\z)",
        shape=Shape.PEM,
        spreads=False,
    ),
)

"""Before all tokens: our own aliases, so that a second pass changes nothing, and whole keys."""

CONTEXT = (
    Rule(
        kind="password",
        needs="pass",
        pattern=r"(?m)\bUSER[ \t]+\S+[ \t]*\r?\n(?:[^\n]*\n){0,3}?[^\n]*?\bPASS[ \t]+([^\s\"']+)[ \t]*\r?$",
        shape=Shape.EXACT,
    ),
    Rule(
        kind="url_password",
        needs="://",
        pattern=rf"(?i){_SCHEME}[^\s:/?#@\"'<>`]*:([^\s\"'<>`]+?)@[\w.\[\]-]+(?:[:/?,;&\s\"'<>`)|\]\\]|$)",
        check=is_url_password,
        shape=Shape.EXACT,
    ),
    Rule(
        kind="url_password",
        needs="://",
        pattern=rf"(?i){_SCHEME}([^\s:/?#@\"'<>`]{{16,}})@[\w.-]+",
        check=is_opaque,
    ),
    Rule(
        kind="url_password", needs="%3a%2f%2f", pattern=r"(?i)[a-z0-9]%3A%2F%2F[^\s%]*%3A([^\s\"'<>`]+?)%40"
    ),
    Rule(
        kind="url_password",
        pattern=r"(?:^|[\s\"'=`])[\w.-]+:([^\s@/\"'`]{3,})@(?:tcp|unix|udp)\("
        r"|(?i:jdbc:oracle:\w+:[\w.-]+/([^\s@]+)@)",
    ),
    Rule(
        kind="url_signature",
        needs="signature=",
        pattern=r"(?i)[?&;]Signature=([A-Za-z0-9~_-]{40,})",
        shape=Shape.EXACT,
    ),
    Rule(
        kind="url_signature",
        pattern=rf"(?i)(?:[?&~]|\\u0026|%26|%3F|&amp;)(?:{_PARAMETERS})(?:=|%3D)"
        r"([^\s&\"'<>`\\|#~]+)",
        check=is_opaque,
    ),
    Rule(
        kind="assertion",
        needs="saml assertion wresult id_token_hint device_code code_verifier subject_token actor_token",
        pattern=r"(?i)\b(?:SAML(?:Response|Request|Assertion|art)|(?:client_)?assertion|wresult"
        r"|id_token_hint|device_code"
        r"|code_verifier|(?:subject|actor)_token)=([^\s&\"'<>]{16,})",
    ),
    Rule(
        kind="secret",
        needs="account.key sas.",
        pattern=r"(?i)\b(?:account\.key|sas)\.[\w.-]+\.net(?:[ \t]*[=:][ \t]*"
        r"|[ \t]+)[\"']?([A-Za-z0-9+/=%&?_-]{20,})",
    ),
    Rule(
        kind="signature", needs="signature=", pattern=r"(?i)(?:^|[\s,&\"'])Signature=([A-Za-z0-9%+/=_-]{20,})"
    ),
)

_LABELLED_IDS = (
    r"x-amz-id-2|x-amz-version-id|versionid|version-id|x-amz-cf-id|etag|content-md5|x-amz-request-id"
    r"|extended request id|host ?id|requestid|request[ _-]id|trace[ _-]?id|span[ _-]?id|correlation[ _-]?id"
    r"|x-amzn-trace-id|traceparent|x-request-id|resourceversion|continuation-?token|next-?token"
    r"|(?:trace|span|request|correlation|event|txn|transaction|hash|sha|job|run|build|message|order"
    r"|operation)"
    r"|pagination-?token|page-?token|sync-?token|resume-?token|checksum|digest|integrity|commit"
    r"|revision|serial"
)
PROTECTED = tuple(
    Rule(kind=EVIDENCE, pattern=pattern)
    for pattern in (
        r"(arn:aws[a-z-]*:[^\s\"'`,;<>)\]}|]+)",
        r"(?s)(-----BEGIN (?:CERTIFICATE|PUBLIC KEY|[A-Z ]*REQUEST|X509 CRL)-----.*?(?:-----END|\z))",
        r"(?i)\b((?:sha(?:1|224|256|384|512)|md5)[-:=][A-Za-z0-9+/]{20,}={0,2})",
        rf"(?i)\b((?:{_LABELLED_IDS})\\?[\"']?\s*[:=]\s*\\?[\"']?[A-Za-z0-9+/=_.:-]+)",
        (
            r"(?i)\b((?:next|continuation|page|pagination|sync|resume"
            r"|scroll)[ _-]?token[ \t]+[A-Za-z0-9+/=_-]{8,})"
        ),
        r"(?m)^[ \t]*(?:--- )?(?:PASS|FAIL)(?::[ \t]*|[ \t]+)([\w/.-]+)(?:[ \t]+\(|[ \t]*$)",
        r"\b(?:ssh|scp|sftp|rsync|mosh)[ \t](?:[^\n|;]*?[ \t])?[\"']?(\w[\w.-]*@[\w.-]+)",
        r"\b(?:ssh-(?:rsa|ed25519|dss)|ecdsa-sha2-\w+) (AAAA[A-Za-z0-9+/=]+)",
    )
)
"""Evidence that must survive, though it is long and random."""

_NAME = rf"(?i:([\w.-]*{WORDY}[\w.-]*))"
_GAP = r"(?:[ \t]*|[ \t]*\r?\n[ \t]+)"
_SEPARATOR = rf"(?:\\*[\"'`*_]\]?|\*_|&quot;)?[ \t]*(?::=|=>|->|<<<|[:=|→])[*_]{{0,2}}{_GAP}[*_]?"
_HEADER = r"(?i)authorization\\*[\"'`]?\s*[:=]\s*\\*[\"'`]?"
_MARKUP_OPENS, _MARKUP_CLOSES = r"(?:<|&lt;)", r"(?:>|&gt;)"

ASSIGNED = (
    *DUMPS,
    Rule(
        kind="authorization",
        pattern=_HEADER + r"(?:[a-z][\w-]{0,24}(?: key)?[ \t:=]+(?:token=)?)?\\*[\"']?"
        r"([A-Za-z0-9._~+/:=%!|-]{6,})",
        check=is_header_value,
    ),
    Rule(
        kind="authorization",
        needs="bearer basic",
        pattern=r"(?i)\b(?:bearer|basic)[ \t]+\\*[\"']?([A-Za-z0-9._~+/=-]{12,})",
        check=is_said_token,
    ),
    Rule(
        kind="authorization", needs="digest", pattern=r"(?i)\bdigest[ \t][^\n]*?response=\"?([0-9a-f]{32,})"
    ),
    Rule(
        kind="cookie",
        needs="cookie",
        pattern=r"(?i)\b(?:set-)?cookie\\*[\"'`]?\s*[:=]\s*\\*[\"'`]?([^\n\"'`\\]+)",
        shape=Shape.PAIRS,
        check=is_opaque,
        spreads=False,
    ),
    Rule(
        kind="secret",
        pattern=r"(?i)\b(?:parameter|option|setting|variable|env|header|secret)?_?(?:name"
        r"|key)\\*[\"']?\s*[:=]\s*\\*[\"']?([\w./-]+)\\*[\"']?"
        r"(?:\s*,\s*\\*\"\w+\\*\"\s*:\s*\\*\"?[\w.:/-]*\\*\"?){0,2}\s*,?\s*-?\s*\\*[\"']?"
        r"(?:parameter)?_?value\\*[\"']?\s*[:=]\s*" + VALUE,
        shape=Shape.NAMED,
    ),
    Rule(
        kind="cookie",
        needs="cookie",
        pattern=r"(?i)\"name\"\s*:\s*\"(?:set-)?cookie\"\s*,\s*\"value\"\s*:\s*\"([^\"\n]+)\"",
        shape=Shape.PAIRS,
        check=is_opaque,
        spreads=False,
    ),
    Rule(
        kind="authorization",
        needs="authorization",
        pattern=r"(?i)\"name\"\s*:\s*\"(?:proxy-)?authorization\"\s*,\s*\"value\"\s*:\s*\"(?:\w+[ ]"
        r")?([^\"\n]{6,})\"",
        check=is_opaque,
    ),
    Rule(
        kind="cookie",
        needs="curl wget document.cookie",
        pattern=r"(?i)(?:\bcurl\b[^\n]*?[ \t](?:-b|--cookie)[ \t=]+"
        r"|document\.cookie[ \t]*=[ \t]*)[\"']([^\"'\n]+)[\"']",
        shape=Shape.PAIRS,
        check=is_opaque,
        spreads=False,
    ),
    Rule(
        kind="secret",
        pattern=rf"(?i){_MARKUP_OPENS}([\w:.-]*{WORDY}[\w.-]*)(?:\s[^<>&]*)?{_MARKUP_CLOSES}"
        rf"\s*([^<>\s][^<>]*?)\s*{_MARKUP_OPENS}/",
        shape=Shape.NAMED,
    ),
    Rule(
        kind="secret",
        needs="value",
        pattern=r"(?i)\bvalue\\*[\"']?[ \t]*[:=][ \t]*\\*[\"']([^\"'\n\\]+)\\*[\"'][ \t]*(?:,"
        r"|where\b)[^\n\"'=:]{0,40}[\"']?(?:name|key|id)[\"']?"
        r"[ \t]*[:=][ \t]*\\*[\"'][\w./-]*(?:passw|passphrase|secret|token|api_?key|_key|credential)\w*[\"']",
        check=is_odd,
    ),
    Rule(
        kind="secret",
        pattern=rf"(?i){_MARKUP_OPENS}[^<>]*?\b(?:name|key|id)=[\"']([\w:.-]*{WORDY}[\w.-]*)[\"']"
        rf"[^<>]*{_MARKUP_CLOSES}"
        rf"\s*([^<>\s][^<>]*?)\s*{_MARKUP_OPENS}/",
        shape=Shape.NAMED,
    ),
    Rule(
        kind="secret",
        pattern=rf"(?im)^[ \t-]*(?:[\w.-]*{WORDY}[\w.-]*)[ \t]*:[ \t]*[|>]"
        rf"[+-]?[ \t]*\n((?:[ \t]+\S+[ \t]*(?:\n|$))+)",
        shape=Shape.BLOCK,
        check=is_odd,
    ),
    Rule(
        kind="secret",
        pattern=rf"(?i)\bvariable\s+\"([\w-]*{WORDY}[\w-]*)\"\s*\{{[^{{}}]*?\bdefault\s*=\s*\"([^\"\n]+)\"",
        shape=Shape.NAMED,
    ),
    Rule(
        kind="secret",
        pattern=r"(?is)\"(?:random_password|random_string)\".{0,600}?\"result\"\s*:\s*\"([^\"\n]+)\""
        r"|\"sensitive\"\s*:\s*true\s*,\s*(?:\"type\"\s*:\s*\"\w+\"\s*,\s*)?\"value\"\s*:\s*\"([^\"\n]+)\"",
        check=is_opaque,
    ),
    Rule(
        kind="secret",
        pattern=rf"(?i)([\w.-]*{WORDY}[\w.-]*)\\*[\"']?[ \t]*[=:][ \t]*\\*[\"'][^\"'\n]*[\"']"
        rf"[ \t]*->[ \t]*[\"']([^\"'\n]+)[\"']",
        shape=Shape.NAMED,
    ),
    Rule(kind="password", pattern=r"(?i)\b(?:pwd|password)[ \t]*=[ \t]*\{([^{}\s]{3,})\}", check=is_odd),
    Rule(
        kind="secret",
        pattern=r"(?i)((?:[\w.]*[._-])?(?:set|with|define|use|new)?_?(?:password|passwd|pwd|pass|secret|token"
        r"|(?:api|secret|access|auth|private)_?key|salt)(?:_\w+)?)[\"'`]?[ \t]*[,(][ \t]*[N]?[\"']"
        r"([^\"'\n]+)[\"']",
        shape=Shape.NAMED,
        check=is_odd,
    ),
    Rule(
        kind="secret",
        needs="value",
        pattern=rf"(?i)([\w.-]*{WORDY}[\w.-]*)\\*\"[ \t]*:[ \t]*\{{\s*\\*\"value\\*\"[ \t]*:"
        r"[ \t]*\\*\"([^\"\n\\]+)\"",
        shape=Shape.NAMED,
    ),
    Rule(kind="secret", pattern=_NAME + _SEPARATOR + VALUE, shape=Shape.NAMED),
    Rule(
        kind="secret",
        pattern=rf"(?i)(?:^|[\s\"'`])--?([\w-]*{WORDY}[\w-]*)[ \t]+" + FLAG_VALUE,
        shape=Shape.NAMED,
    ),
    Rule(
        kind="secret",
        pattern=rf"(?im)^[ \t|]*([\w.-]*{WORDY}[\w.-]*)(?:[ \t]{{2,}}|\t+|[ \t]*\|[ \t]*)([^\s|]+)[ \t|]*$",
        shape=Shape.NAMED,
    ),
)
"""Headers, settings, fields and flags whose name announces a secret."""

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
        kind="iban",
        pattern=r"\b([A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?)\b",
        check=is_iban,
        shape=Shape.EXACT,
        spreads=False,
    ),
    Rule(
        kind="iban",
        needs="iban",
        pattern=(
            r"(?i)\biban\b[^\n\d]{0,20}?\b((?-i:[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}"
            r"(?: ?[A-Z0-9]{1,3})?))\b"
        ),
        shape=Shape.EXACT,
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

RULES: tuple[tuple[Rule, ...], ...] = (
    OPEN_TOKENS,
    CONTEXT,
    PROTECTED,
    ASSIGNED,
    COMMANDS,
    DEVICES,
    (*SENTENCES, *ALONE),
    PERSONAL,
)
"""What follows the keys and tokens with a prefix, in the order in which the rules claim."""
