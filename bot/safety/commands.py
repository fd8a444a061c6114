"""Where commands and statements carry a secret without naming it, or print one."""

from bot.safety.likeness import is_opaque, is_real, is_said_password, is_said_token
from bot.safety.rule import Check, Rule

_WORD = r"[\"']?([^\s\"'`]+)"
_UP_TO = r"\b[^\n|;]*?\s"
_LDAP = r"ldap(?:search|modify|add|whoami|passwd|delete)"
_LOGIN_TOOLS = r"docker|podman|helm|az|oc|skopeo|crane|buildah|nerdctl"
_MYSQL = r"mysql|mysqldump|mysqladmin|mariadb|mongo|mongosh|mongodump|mongorestore|xtrabackup"
_STDIN = r"--password-stdin|--with-token|\bpasswd\b|base64|sudo -S|login"

_ARGUMENTS: tuple[tuple[str, Check | None], ...] = (
    (r"(?:^|\s)(?:-u|--user|--proxy-user|-U)[ \t=]*[\"']?[\w.@+-]+:([^\s\"'`]{3,})", is_real),
    (rf"\b(?:{_MYSQL}){_UP_TO}-p[\"']?([^\s\"'`=-][^\s\"'`]*)", is_real),
    (rf"\bsshpass[ \t]+-p[ \t]*{_WORD}", is_real),
    (rf"\b(?:{_LOGIN_TOOLS})\b[^\n|;]*\blogin{_UP_TO}-p[ \t=]*{_WORD}", is_real),
    (rf"\bredis-cli{_UP_TO}-a[ \t]*{_WORD}", is_real),
    (rf"\b{_LDAP}{_UP_TO}-w[ \t]*{_WORD}", is_real),
    (rf"\b(?:curl|wget|https?){_UP_TO}(?:-a|--auth)[ \t=]+[\"']?[\w.@-]+:([^\s\"'`]+)", is_real),
    (r"\bsqlplus\b[^\n]*?\b[\w$#]+/([^\s@/]+)@", is_real),
    (rf"\bhtpasswd{_UP_TO}-\w*b\w*[ \t]+\S+[ \t]+\S+[ \t]+{_WORD}", is_real),
    (r"(?:^|[\s\"'])pass:([^\s\"'`]{3,})", is_real),
    (r"--from-literal[= ][\"']?[\w.-]+=[\"']?([^\s\"'`]{4,})", is_said_password),
    (rf"(?i)\becho[ \t]+(?:-n[ \t]+)?[\"']?([^\s\"'`|]+)[\"']?[ \t]*\|[^\n]*(?:{_STDIN})", is_said_password),
    (rf"(?i)(?:--with-token|--password-stdin)[ \t]*<<<[ \t]*{_WORD}", is_real),
    (r"(?i)\bidentified[ \t]+(?:with[ \t]+\S+[ \t]+)?by[ \t]+(?:password[ \t]+)?[\"']([^\"'\n]+)", is_real),
    (r"(?i)\bpassword[ \t]*(?:=[ \t]*)?(?:password[ \t]*\([ \t]*)?'([^'\n]+)'", is_real),
    (rf"(?i)\b(?:requirepass|masterauth)[ \t]+{_WORD}", is_real),
    (r"(?m)(?:^|>[ \t]*)AUTH[ \t]+(?:\w+[ \t]+)?[\"']?([^\s\"'`]{4,})[\"']?[ \t]*$", is_said_password),
    (r"(?i)\bmachine[ \t]+\S+\s+login[ \t]+\S+\s+password[ \t]+(\S+)", is_real),
    (r"(?i)\bchpasswd\b[^\n]*<<<[ \t]*[\"']?\w+:([^\s\"'`]+)", is_real),
    (r"(?i)\becho[ \t]+[\"']?\w+:([^\s\"'`|]+)[\"']?[ \t]*\|[^\n]*chpasswd", is_real),
    (r"\$(?:2[abxy]|argon2\w*|5|6|y|1)\$([./A-Za-z0-9$=,+]{20,})", None),
)

_GETS = r"(?:kubectl|oc)\b[^\n]*\bget\b[^\n]*\bsecrets?\b"
_PRINTERS = (
    rf"{_GETS}[^\n]*(?:jsonpath|template|base64)"
    r"|vault[ \t]+(?:kv[ \t]+get|read)\b[^\n]*-field|\bop[ \t]+read"
    r"|get-secret-value\b[^\n]*--query|secrets[ \t]+versions[ \t]+access|keyvault[ \t]+secret[ \t]+show"
    r"|find-generic-password|openssl[ \t]+rand|\bpwgen|print-access-token|get-login-password|create[ -]token"
    r"|base64[ \t]+(?:-d|-D|--decode)"
)
_PRINTED = (
    Rule(
        kind="k8s_secret",
        pattern=rf"(?i){_GETS}[^\n]*?(?:\n+|[ \t]+(?:->|=>|→|=|:|gives|returns)[ \t]*)"
        r"([A-Za-z0-9+/]{8,}={0,2})(?:\s|$)",
        check=is_said_token,
    ),
    Rule(
        kind="secret",
        pattern=rf"(?i)(?:{_PRINTERS})[^\n]*\n+[ \t]*([^\s]{{6,}})[ \t]*(?:\n|$)",
        check=is_opaque,
    ),
)

COMMANDS: tuple[Rule, ...] = (
    *(Rule(kind="password", pattern=pattern, check=check) for pattern, check in _ARGUMENTS),
    *_PRINTED,
)
