"""How programs show what they hold: dumps of objects, arguments of calls in a trace, lists of arguments, XML.

The shapes are those of PHP, Perl, Ruby, Rust, Go, .NET, Java and their configuration files, in our words.
"""

from bot.safety.likeness import (
    WORDY,
    is_long_token,
    is_no_number,
    is_odd,
    is_real,
    is_said_value,
    is_shown_alone,
    is_striking,
    is_striking_word,
)
from bot.safety.rule import FLAG_VALUE, VALUE, Rule, Shape

_TELLING = rf"(?i:([\w.:-]*{WORDY}[\w.-]*))"
_QUOTED = r"[\"']([^\"'\n]+)[\"']"
_CALL = (
    r"(?i:(?:\b|_)(?:real_)?(?:connect|login|log_?in|auth|authenticate|bind|sign_?in"
    r"|get_?connection|new_?session"
    r"|basic_?auth|set_?credentials)|\bPDO|\bmysqli|__construct)(?:_\w+)?[ \t]*\("
)
_ARGUMENT = r"[^\"'\n]{0,80}(?:\"[^\"\n]{0,120}\"|'[^'\n]{0,120}'),"
_INSIDE = r"(?:<(?:\w+:)?(?:value|string|plaintext|text)[^<>]*>\s*)?(?:<!\[CDATA\[)?\s*"
_LABEL = (
    r"(?:password|passwd|passphrase|passcode|pwd|pw|passwort|kennwort|mot de passe|contrase(?:ñ|n)a|senha"
    r"|wachtwoord|has(?:ł|l)o|парол\p{L}{1,3}|密码|パスワード|token|secret(?: key)?|(?:api|access|secret"
    r"|private|auth|license|signing|root|app)[ _-]key)"
)

DUMPS: tuple[Rule, ...] = (
    Rule(
        kind="secret",
        needs="=>",
        pattern=rf"{_TELLING}[\"']?(?::[\w\\\"]{{1,80}}(?::private)?)?\]?[ \t]*=>\s*"
        rf"string(?:\(\d+\))?[ \t]+{_QUOTED}",
        shape=Shape.NAMED,
    ),
    Rule(
        kind="secret",
        needs="=>",
        pattern=rf"\[{_TELLING}(?::[\w\\]{{1,80}})?(?::(?:protected|private))?\][ \t]*=>[ \t]*" + VALUE,
        shape=Shape.NAMED,
    ),
    Rule(
        kind="secret",
        pattern=rf"\bs:\d{{1,3}}:\\?\"\W{{0,3}}{_TELLING}\\?\";s:\d{{1,6}}:\\?\"([^\"\n\\]+)",
        needs=";s:",
        shape=Shape.NAMED,
    ),
    Rule(
        kind="secret",
        needs="']",
        pattern=rf"{_TELLING}[\"']\](?:\[[\"'][^\]\n]{{1,40}}[\"']\]){{0,3}}[ \t]*=>?[ \t]*{_QUOTED}",
        shape=Shape.NAMED,
    ),
    Rule(
        kind="secret",
        needs="(\" (' [\" ['",
        pattern=rf"{_TELLING}[\"']?[ \t]*(?:=>|[:=])[ \t]*(?i:some|just|optional|sensitive\w*"
        rf"|secret\w*|redacted"
        rf"|password|securestring|new[ \t]+string)[\[(]+{_QUOTED}",
        shape=Shape.NAMED,
        check=is_odd,
    ),
    Rule(
        kind="secret",
        pattern=r"(?i)\b(?:secure_?auth|auth|logged_in|nonce|cipher|hash|password|encryption|security)_(?:key"
        r"|salt)[\"']?[ \t]*(?:,|=>?|:)[ \t]*(?:'([^'\n]{24,})'|\"([^\"\n]{24,})\")",
        needs="_key _salt",
    ),
    Rule(
        kind="secret",
        pattern=rf"[\"']--?{_TELLING}[\"'][ \t]*,\s*{_QUOTED}",
        needs="\"- '-",
        shape=Shape.NAMED,
    ),
    Rule(
        kind="secret",
        needs="--",
        pattern=rf"(?m)^[ \t]*(?:-[ \t]+)?[\"']?--{_TELLING}[\"']?[ \t]*\r?\n[ \t]*(?:-[ \t]+)?" + FLAG_VALUE,
        shape=Shape.NAMED,
    ),
    Rule(
        kind="secret",
        needs="x00 u0000 \x00",
        pattern=rf"--?{_TELLING}(?:\\x00|\\u0000|\x00)([^\\\x00\s\"']+)",
        shape=Shape.NAMED,
    ),
    Rule(
        kind="password",
        needs="mysql mariadb redis valkey curl mongo sshpass ldap cqlsh docker",
        pattern=r"[\"'](?:[\w/.-]*/)?(?:(?:mysql|mariadb)[\w-]*[\"'],[^\]\n]*?[\"']-p([^\"'\n]+)[\"']"
        r"|(?:(?:redis|valkey)-cli[\"'],[^\]\n]*?[\"']-a|(?:mongo\w*|cqlsh|sshpass|docker)[\"'],"
        r"[^\]\n]*?[\"']-p"
        r"|ldap\w+[\"'],[^\]\n]*?[\"']-w)[\"'],[ \t]*[\"']([^\"'\n]+)[\"']"
        r"|curl[\"'],[^\]\n]*?[\"'](?:-\w{0,6}u|--user)[\"'],[ \t]*[\"'][^\"'\n:]+:([^\"'\n]+)[\"'])",
        check=is_real,
    ),
    Rule(
        kind="secret",
        needs="<<",
        pattern=rf"(?:<<\"|\{{)?{_TELLING}(?:\">>)?[ \t]*(?:,|=>)[ \t]*<<\"([^\"\n]+)\"",
        shape=Shape.NAMED,
    ),
    Rule(
        kind="password",
        needs="mysql pdo",
        pattern=rf"(?i)(?:\bmysqli?_p?connect|\bmysqli(?:->(?:real_)?connect)?|\bPDO(?:->__construct)?)\("
        rf"(?:{_ARGUMENT}){{2}}[ \t]*[\"']([^\"'\n]+)[\"']",
        check=is_no_number,
    ),
    *(
        Rule(
            kind="password",
            needs="\", ',",
            pattern=rf"{_CALL}(?:{_ARGUMENT}){{{before}}}[^\"'\n]{{0,40}}[\"']([^\"'\n]{{4,}})[\"']"
            rf"[ \t]*(?:,|\))",
            check=is_striking_word,
        )
        for before in (1, 2, 3)
    ),
    Rule(
        kind="password",
        needs="<auth-user-pass>",
        pattern=r"<auth-user-pass>\s*\S+[ \t]*\r?\n[ \t]*([^\s<]+)",
    ),
    Rule(
        kind="secret",
        needs="</",
        pattern=rf"(?i)<{_TELLING}(?:\s[^<>]*)?>\s*{_INSIDE}([^<>\s][^<>]*?)\s*(?:\]\]>|</)",
        shape=Shape.NAMED,
    ),
    Rule(
        kind="secret",
        needs="</ ]]",
        pattern=rf"(?i)<[^<>]*?\b(?:name|key|id)=[\"']{_TELLING}[\"'][^<>]*>\s*{_INSIDE}"
        r"([^<>\s][^<>]*?)\s*(?:\]\]>|</)",
        shape=Shape.NAMED,
    ),
    Rule(
        kind="secret",
        needs="</",
        pattern=rf"(?i)<(?:key|name|\w+name)>\s*{_TELLING}\s*</(?:key|name|\w+name)>\s*<(?:string|value|data"
        r"|\w+value)[^<>]*>\s*([^<>\s][^<>]*?)\s*</",
        shape=Shape.NAMED,
    ),
    Rule(kind="secret", needs=">{", pattern=r">\{([A-Za-z0-9+/]{24,}={0,2})\}<"),
    Rule(
        kind="secret",
        needs='=="',
        pattern=r"(?i)\"value\"\s*:\s*\"([A-Za-z0-9+/]{86}==)\"",
    ),
    Rule(
        kind="password",
        needs="-p",
        pattern=r"(?i)(?:^|\s)--[\w-]*(?:passw\w*|pass|pwd)[ \t]+-p[ \t]+[\"']?([^\s\"'`-][^\s\"'`]*)",
        check=is_no_number,
    ),
    Rule(
        kind="secret",
        needs="-t -k -s",
        pattern=r"(?i)(?:^|\s)--[\w-]*(?:secret|token|key)[ \t]+-[tks][ \t]+[\"']?([^\s\"'`-][^\s\"'`]*)",
        check=is_odd,
    ),
    Rule(
        kind="secret",
        needs="x-",
        pattern=r"(?i)\bx-(?:[\w]+-){0,4}(?:api|auth|verify|verification|access|webhook)[\"']?"
        r"[ \t]*[ \t:=][ \t]*"
        r"[\"']?([^\s\"']{12,})",
        check=is_long_token,
    ),
    Rule(
        kind="secret",
        pattern=r"(?:^|[\s{(])((?i:[\w]{2,}(?:password|passwd|secret|passphrase)))[ \t]+[\"']("
        r"[^\"'\n]+)[\"']",
        shape=Shape.NAMED,
        check=is_said_value,
    ),
)
"""Before the settings of one line: what those would read as the value may be the name of its type."""

ALONE: tuple[Rule, ...] = (
    Rule(
        kind="password",
        pattern=rf"(?im)(?:^|[^\w-]){_LABEL}(?:[ \t]+[^\s:]+){{0,6}}?[ \t]*(?:[:\x{{ff1a}}=]|[ \t]"
        rf"(?:is|are|was|below|now"
        r"|here|follows|ist|est|es|это|lautet)[ \t]*[:.]?|[ \t]*->)?[ \t*`]*\r?\n(?:[ \t>]*"
        r"(?:```\w*)?[ \t]*\r?\n){0,2}"
        r"[ \t>:=]*[\"'`*]{0,3}([^\s\"'`*]{6,})[\"'`*]{0,3}[ \t]*$",
        check=is_shown_alone,
    ),
    Rule(
        kind="password",
        needs="new",
        pattern=r"(?i)\b(?:password|token|secret|reset)[^\n]{0,80}\n+[ \t]*new[ \t]+(?:value|password|token)"
        r"[ \t]*[:=][ \t]*(\S{6,})",
        check=is_striking,
    ),
)
"""A label on one line, and on the next one nothing but the value."""
