"""Where network gear, mail and file servers show a secret: settings and dialogues without `name=value`."""

from bot.safety.likeness import is_odd, is_real
from bot.safety.rule import Check, Rule

_VALUE = r"[\"']?([^\s\"']{3,})"

_SHOWN: tuple[tuple[str, str, Check | None], ...] = (
    ("community", rf"(?i)\b(?:snmp-server|snmp|set)[ \t]+(?:\S+[ \t]+)?community[ \t]+{_VALUE}", is_odd),
    (
        "enable",
        rf"(?i)\benable[ \t]+(?:secret|password)[ \t]+(?:(?:level[ \t]+)?\d{{1,2}}[ \t]+)?{_VALUE}",
        is_odd,
    ),
    (
        "username",
        (
            r"(?i)\busername[ \t]+\S+(?:[ \t]+privilege[ \t]+\d+)?(?:[ \t]+role[ \t]+\S+)?"
            r"[ \t]+(?:secret|password)[ \t]+"
            rf"(?:\d{{1,2}}[ \t]+)?{_VALUE}"
        ),
        is_odd,
    ),
    ("key-string", rf"(?i)\bkey-string[ \t]+(?:\d[ \t]+)?{_VALUE}", is_odd),
    (
        "tacacs radius",
        rf"(?i)\b(?:tacacs|radius)(?:-server|\+)?\b[^\n]*?\bkey[ \t]+(?:\d[ \t]+)?{_VALUE}",
        is_odd,
    ),
    ("neighbor", rf"(?i)\bneighbor[ \t]+\S+[ \t]+password[ \t]+(?:\d[ \t]+)?{_VALUE}", is_odd),
    ("isakmp", rf"(?i)\bisakmp[ \t]+key[ \t]+(?:\d[ \t]+)?{_VALUE}", is_odd),
    (
        "pre-shared-key",
        (
            rf"(?i)\bpre-shared-key[ \t]+(?:(?:ascii-text|hexadecimal|local|remote|address"
            rf"|\d)[ \t]+)*{_VALUE}"
        ),
        is_odd,
    ),
    ("message-digest-key", rf"(?i)\bmessage-digest-key[ \t]+\d+[ \t]+md5[ \t]+(?:\d[ \t]+)?{_VALUE}", is_odd),
    (
        "authentication-key encrypted-password auth-password priv-password",
        rf"(?i)\b(?:authentication-key|encrypted-password|auth-password|priv-password)[ \t]+{_VALUE}",
        is_odd,
    ),
    (
        "set",
        rf"(?im)^[ \t]*set[ \t]+(?:passwd|password|psksecret|secret|key)[ \t]+(?:ENC[ \t]+)?{_VALUE}",
        is_odd,
    ),
    ("com2sec", rf"(?i)\bcom2sec6?[ \t]+\S+[ \t]+\S+[ \t]+{_VALUE}", is_odd),
    ("rouser rwuser rocommunity rwcommunity", rf"(?i)\br[ow](?:user|community)6?[ \t]+{_VALUE}", is_odd),
    (
        "createuser",
        (
            rf"\bcreateUser[ \t]+\S+[ \t]+(?:MD5|SHA[\d-]*)[ \t]+{_VALUE}(?:[\"']?[ \t]+"
            rf"(?:AES\d*|DES)[ \t]+{_VALUE})?"
        ),
        is_odd,
    ),
    ("key secret", rf"(?im)^[ \t]+(?:shared-)?(?:key|secret)[ \t]+\d[ \t]+{_VALUE}", is_odd),
    ("psk xauth eap ntlm pin", r":[ \t]*(?:PSK|XAUTH|EAP|NTLM|PIN)[ \t]+[\"']([^\"'\n]+)[\"']", is_real),
    ("content", rf"(?im)\bkey content[ \t]*:[ \t]*{_VALUE}", is_odd),
    ("]:", r"\]:\d{2,5}[ \t]+[\w.@+-]+:([^\s\"']{6,})", is_odd),
    ("static:", r"\bstatic:[\w.@+-]+:([^\s\"']{6,})", is_odd),
    ("(0x", r"\((?:aes|des|arcfour|camellia)[\w-]+\)[ \t]+\((0x[0-9a-f]{16,})\)", None),
    ("auth", r"(?i)\bAUTH[ \t]+PLAIN[ \t]+([A-Za-z0-9+/=]{12,})", None),
    ("334", r"\b334[ \t]+UGFzc3dvcmQ6\s+(?:[A-Z]?[:>-]+[ \t]*)?([A-Za-z0-9+/=]{6,})", None),
    ("login", rf"(?i)\b(?:a|\w?\d+)[ \t]+LOGIN[ \t]+\S+[ \t]+{_VALUE}", is_odd),
    ("pass", r"(?m)(?:^|[>\]:-][ \t]*)PASS[ \t]+([^\s\"']{4,})[ \t]*$", is_odd),
    (
        "",
        (
            r"(?m)(?:^|[\s`\"'])(?:\*|[\w.-]+):(?:\*|\d{2,5}):(?:\*|[\w-]+):[\w.*-]+:([^\s:\"'`]{6,})"
            r"[ \t]*$"
        ),
        is_odd,
    ),
    (
        "userpassword unicodepwd sambantpassword",
        r"(?im)^(?:userPassword|unicodePwd|sambaNTPassword)::?[ \t]*(\S{6,})",
        None,
    ),
    ("scram-sha", r"\bSCRAM-SHA-(?:1|256|512)\$\d+:([A-Za-z0-9+/=$:]{24,})", None),
    ("sha md5 crypt", r"\{S?(?:SHA|MD5|CRYPT|SHA256|SHA512)\}([A-Za-z0-9+/=$.]{20,})", None),
    (
        "$",
        (
            r"\bpbkdf2[_:-]sha\d+\$\d+\$([A-Za-z0-9+/=$.]{20,})|\$(?:7|9|y|scrypt"
            r"|pbkdf2)[\w-]*\$([A-Za-z0-9+/=$.]{20,})"
        ),
        None,
    ),
    (":::", r"(?i):\d+:[0-9a-f]{32}:([0-9a-f]{32}):::", None),
    ("md5 '*", r"(?i)\bpassword[ \t]+'(md5[0-9a-f]{32})'|\bas[ \t]+'(\*[0-9A-F]{40})'", None),
)

DEVICES: tuple[Rule, ...] = tuple(
    Rule(kind="password", needs=needs, pattern=pattern, check=check) for needs, pattern, check in _SHOWN
)
"""Routers and switches (Cisco, Juniper, Fortinet), SMTP, IMAP, FTP, libpq's password file, and hashes."""
