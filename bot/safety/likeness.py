"""Does a name announce a secret, and can this value be one? Words decide, not entropy."""

import re
from enum import IntEnum
from itertools import pairwise
from operator import ne

WORDY = r"(?:pass|pwd|pw|secret|token|cred|psk|[a-z]{2}[_.-]?key|[_-]pat)"
"""In a pattern: what stands in every name that `judge_name` may find telling."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SPLIT = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_PASSWORDS = ("password", "passwd", "passphrase", "passcode", "passwort", "pwd", "passw")
_PASSWORD_WORDS = _words(
    """
    pass pw pswd psw requirepass masterauth userpass psk sshpass dbpass storepass keypass srcstorepass
    deststorepass srckeypass destkeypass bindpw rootpw adminpw
    """
)
_SECRETS = (
    "secret", "token", "credential", "credentials", "apikey", "secretkey", "accesskey", "accountkey",
    "privatekey", "authkey", "signingkey", "masterkey", "sharedkey",
)  # fmt: skip
_KEY_OF = _words(
    """
    access account admin api app auth client consumer deploy deployment encryption hmac host ingest
    integration jwt license master private root routing secret seed sas service session shared signing
    ssh storage subscription tls webhook writer cipher crypto fernet preshared unseal recovery ingestion
    decryption validation function functions rest developer partner merchant write wep wpa aes
    sentry pagerduty opsgenie datadog dd honeycomb grafana elastic splunk rollbar bugsnag mailgun sendgrid
    stripe twilio openai anthropic gemini openrouter cloudflare fastly algolia amplitude mixpanel
    launchdarkly instrumentation pinecone groq mistral cohere maps google azure aws sdk
    """
)
_HARMLESS_ENDS = _words(
    """
    changed on by since when
    id ids name names arn type types count length len size limit limits policy age expiry expires
    expired expiration ttl file files path paths dir url uri endpoint version ref status state error
    errors valid invalid bucket enabled disabled rotation rotated created updated date time at stdin
    prompt store manager env from field fields format header mode provider source usage used budget
    window index algorithm alg issuer audience scope scopes required missing mismatch exists found
    fingerprint thumbprint lifetime days hours minutes seconds ms num max min total rate
    refresh_interval reset attempts attempt failures lookup description selector placeholder hint label
    encryption hashing
    class method grant strength rules check parser reader factor engine context mount request response
    review reviews namespace accessor accessors duration renewable prefix suffix ending handler helper
    plugin filter guard validator verifier fetcher refresher loader operator controller injector rotator
    """
)
_HOST = re.compile(
    r"(?i)[\w-]+(?:\.[\w-]+)*\.(?:com|net|org|io|dev|local|internal|example|cloud|svc|co|test)"
)

_CAN_TELL = re.compile("pass|pwd|psw|pw|secret|token|cred|psk|key|pat|masterauth")
"""Stands in every telling name, in lower case: most names need not be taken apart."""
_CAN_TELL_ELSEWHERE = re.compile(_CAN_TELL.pattern, re.IGNORECASE)
"""The same where a letter of another script may be one of these in another case."""
_IS_WITHOUT = re.compile(r"(?i)pass(?:word|key|code)[ _-]?(?:less|free)|^chpasswd$")
_STOP = _words(
    """
    missing invalid expired null none nil true false required wrong incorrect empty unset set changed
    rotated revoked yes no ok okay failed failure redacted hidden unknown undefined default string str
    object bytes disabled enabled optional masked removed deleted present absent authentication
    authenticated auth reset refill bucket mismatch denied rejected accepted valid error errors not
    found encrypted plaintext sensitive omitted filtered secret password token key changeme-please todo
    tbd n/a is was the a an for in of and or to from with on at by as will has have been being be we
    they it its our your must should can cannot could stale old new stolen leaked compromised weak
    strong short too rejected_by pending active inactive used unused same different
    """
)
_NEVER_ALNUM = "x{4,}$ | getenv | (?:protected|private)$"
_NEVER = re.compile(
    r"""(?ix) \$[({] | \$(?-i:[A-Z_][A-Z0-9_]*)(?![\w!@#%^*+=?~-]) | \$env: | \$[a-z_]+(?:-|->\w+|[.\[].*)?$
    | %[A-Z][\w-]*-[0-7]-[A-Z] | S-1-\d+-\d | (?:string|int|integer|float|bool|boolean|array|object)\(
    | (?:[\w\\]+:)?(?:protected|private)(?:\]|$)
    | [<({\[] | &lt; | %[({] | \#\{ | @\{ | \*{3} | \.{3} | … | •{3} | _{3} | -{2} | //\w
    | v?\d+\.\d+\.\d+(?:[-+.][\w.-]+)?$ | \\u00 | \?{2} | (?:\w+/)?\d{8}/ | \d{4}-\d\d-\d\d | \d{1,2}:\d\d
    | arn: | vault: | op:// | ssm:/ | file:/ | env: | secretsmanager: | s3:// | gs:// | ENC\[
    | https?://[^\s@]*$ | projects/[\w-]+/secrets/ | keyvault: | @(?:keychain|env): | ref\+ | sops:
    | \!(?:Ref|Sub|GetAtt|ImportValue|Join)\b | \!(?-i:[a-z_]+)$
    | (?:os\.environ|process\.env|system\.getenv) | (?:env|var|local|module|data|self|secrets)\. | """
    + _NEVER_ALNUM
)
_IS_NEVER_ALNUM = re.compile(_NEVER_ALNUM, re.IGNORECASE | re.VERBOSE)
"""All that can match of it where a value holds letters and digits only."""
_PATH = re.compile(r"(?i)[~.]{0,2}/(?:[a-z0-9_.-]+/)*(?:[a-z_.-]+|[a-z0-9_-]+\.[a-z]{1,5})/?")
_PATH_ROOT = re.compile(r"/(?:var|etc|run|mnt|home|opt|usr|tmp|root|secrets?|app|data|srv|proc|dev|api|v\d)/")
_WORDS = re.compile(r"(?:[a-z]{2,}\d{0,2}|\d{1,4}|v\d+)(?:[-_./:](?:[a-z]{2,}\d{0,2}|\d{1,4}|v\d+))*")
_CAMEL = re.compile(r"[A-Z]?[a-z]+(?:[A-Z][a-z]+)*")
_MEASURE = re.compile(r"0x[0-9a-fA-F]{4,40}|\d[\d.,]*[%a-z]{0,3}")
_UPPER = re.compile(r"[A-Z]+(?:_[A-Z]+)*|[A-Z]{1,5}-\d+")
_PLAIN_NAME = re.compile("|".join(shape.pattern for shape in (_WORDS, _CAMEL, _UPPER, _MEASURE)))
_LONG_WORD = re.compile(r"[a-z]{16,}")
_CODE_PATH = re.compile(r"[A-Za-z_]\w*(?:(?:\.|::|->)[A-Za-z_]\w*)+(?:\(.*)?|[A-Za-z_]\w*\(.*")
_KNOWN_ALNUM = re.compile(
    r"""(?x) 0x[0-9a-fA-F]{4,40} | [A-Z]{3,}[-_]?\d{2,6} | [0-9a-fA-F]{7,31} | \d[\d.,:/-]*[A-Za-z%]{0,3}
    | \d{1,2}[hH:]\d\d | [CUTWBGDA]0[A-Z0-9]{8,}
    | (?:[A-Z]\w*)?(?:Error|Exception|Response|Request|Killed|Denied|Failed|Timeout
    |Forbidden|Unauthorized|Exceeded|Refused|Provider|Manager)\d{0,4} """
)
"""All that can match of `_KNOWN_ID` where a value holds letters and digits only."""
_KNOWN_ID = re.compile(
    _KNOWN_ALNUM.pattern
    + r"""| [A-Za-z]+v?\d+(?:\.\d+)+
    | [0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}
    | [a-z]{1,8}-[0-9a-f]{8,17} | \d{4}-\d\d-\d\d[Tt ]?[\d:.Zz+-]*
    | v?\d+(?:\.\d+)+[\w.-]* | [a-z]{2,8}_[A-Za-z0-9]{10,} | (?:[\w-]+\.)+[a-z]{2,}(?::\d+)?(?:/\S*)?
    | [\w.+-]+@[\w-]+(?:\.[\w-]+)+ | [\w-]+:\d+ | \#(?:\d+|[a-z][\w-]*)
    | \w+=[^=\s]\S* | (?:sha\d+|SHA\d+|md5)[:-]\S+ | [a-z]+(?:[-_][a-z0-9]+){2,}
    | (?:[a-z_][\w.-]*/)+[\w.-]+\#[a-z_]+ | (?:SCRAM-SHA-\d+|(?:CRAM|DIGEST)-MD5|XOAUTH2)(?:-PLUS)?
    | (?:Convert(?:To|From)|Get|Set|New|Read|Import|Export|Invoke|Add|Remove|Test)-[A-Z]\w+
    | [\w./-]+\.[a-z]{2,4}:\d+(?::\d+)? """
)
_PASSPHRASE = re.compile(r"[A-Za-z]{3,}\d{0,4}(?:-(?:[A-Za-z]{3,}\d{0,4}|\d{1,4})){2,}")
_ERROR = re.compile(r"[A-Z]{3,}[-_]?\d{2,6}")
_ADDRESS = re.compile(r"[a-z][\w.-]*@[a-z][\w.-]*|[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")
_LONG = 16
_LEAST_PASSWORD, _LEAST_SECRET, _LEAST_STRIKING = 3, 6, 8
_SENTENCE_WORDS = 3
_TWO = 2
_SHORT_PART = 3
_PORT_DIGITS = 5
_RANDOM_RUN = re.compile(r"[\w+/=.~-]+")
_NEXT = re.compile(r"[&,;][\w.-]+=")
_MARKS = re.compile(r"[!@#$%^&*+=?~]")
_LETTER, _DIGIT = re.compile(r"[A-Za-z]"), re.compile(r"\d")
_WORDS_ONLY = re.compile(r"[A-Za-z][a-z-]*")
_JOINS = re.compile(r"[-._/:]")
_IN_SETTING = re.compile(r"[=:/\\<>|@]|%[0-9A-F]{2}")
_IN_ARGUMENT = re.compile(r"[\s/\\]|://")
_CLASSES_OF_LETTERS = (str.islower, str.isupper, str.isdigit)


class _Classes(dict[int, str]):
    """The class of each character: a small or a large letter, a digit, or another."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        is_ascii_letter = letter.isascii() and letter.isalpha()
        self[code] = "0" if letter.isdecimal() else "!" if not is_ascii_letter else "aA"[letter.isupper()]
        return self[code]


_CLASSES = _Classes()


class Name(IntEnum):
    """How strongly a name announces a secret."""

    HARMLESS = 0
    SECRET = 1
    """Tokens, keys, credentials: the value must look like one."""
    PASSWORD = 2
    """Almost anything may be a password."""


def judge_name(name: str) -> Name:
    """Judge the name of a setting, flag, header or field.

    Args:
        name: As written: `PGPASSWORD`, `client_secret`, `redis.auth.password`, `x-api-key`, `accountKey`.
    """
    can_tell = _CAN_TELL.search(name.lower()) if name.isascii() else _CAN_TELL_ELSEWHERE.search(name)
    if not can_tell:
        return Name.HARMLESS
    words = [word.lower() for word in _SPLIT.findall(name)]
    while len(words) > 1 and words[-1].isdigit():
        words.pop()
    if not words or words[-1] in _HARMLESS_ENDS or _HOST.fullmatch(name) or _IS_WITHOUT.search(name):
        return Name.HARMLESS
    if words[-1] == "pat" and len(words) > 1:
        return Name.SECRET
    if words[-1] == "key" and any(word.endswith(_PASSWORDS) for word in words):
        return Name.SECRET
    if any(word in _PASSWORD_WORDS or word.endswith(_PASSWORDS) for word in words):
        return Name.PASSWORD
    is_key = any(owner in _KEY_OF and key == "key" for owner, key in pairwise(words))
    return Name.SECRET if is_key or any(word.endswith(_SECRETS) for word in words) else Name.HARMLESS


def can_be_assigned(value: str, name: Name, *, is_bare_prose: bool = False) -> bool:
    """Say whether a value that stands behind a telling name is a secret.

    Args:
        value: Without its quotes.
        name: What the name says; never `HARMLESS`.
        is_bare_prose: It stands bare after a colon and more words follow: `password: rotated last week`.
    """
    if is_placeholder(value) or _is_sentence(value):
        return False
    if name is Name.PASSWORD:
        if value.endswith("%") and _MEASURE.fullmatch(value):
            return False
        return len(value) >= _LEAST_PASSWORD and not (is_bare_prose and _WORDS_ONLY.fullmatch(value))
    return (
        not value.isdigit()
        and len(value) >= _LEAST_SECRET
        and not is_plain_name(value)
        and not _ERROR.fullmatch(value)
    )


def is_placeholder(value: str) -> bool:
    """Say whether a value stands for a secret without being one: a reference, a mask, a word about it."""
    if value.isalnum():
        return value.lower() in _STOP or bool(_IS_NEVER_ALNUM.match(value))
    bare = value.strip(".,;:!?\"'`()")
    if not bare or bare.lower() in _STOP or _NEVER.match(value):
        return True
    return bool(not _DIGIT.search(value) and _CODE_PATH.fullmatch(value)) or _is_path(value)


def _is_sentence(value: str) -> bool:
    """Say whether quoted words speak about a secret: `must be at least 8 characters`."""
    if len(value.split(maxsplit=_SENTENCE_WORDS - 1)) < _SENTENCE_WORDS:
        return False
    return any(word in _STOP for word in value.lower().split())


def _is_path(value: str) -> bool:
    return value.count("/") > 1 and bool(_PATH_ROOT.match(value) or _PATH.fullmatch(value))


def is_plain_name(value: str) -> bool:
    """Say whether a value reads as a name of something: words, numbers and versions, no random run."""
    return bool(_PLAIN_NAME.fullmatch(value)) and not _LONG_WORD.fullmatch(value)


def can_be_said(value: str, *, is_password: bool) -> bool:
    """Say whether a word of a sentence that speaks of a secret is that secret: it mixes classes and is no id.

    Args:
        value: Without trailing punctuation.
        is_password: The sentence says password, not key or token.
    """
    if len(value) < (6 if is_password else 8) or is_placeholder(value) or _is_known_id(value):
        return False
    if _CAMEL.fullmatch(value) or _UPPER.fullmatch(value) or (value.isalpha() and value.istitle()):
        return False
    if _MARKS.search(value) and _LETTER.search(value) and (is_password or _DIGIT.search(value)):
        return True
    return _classes(value) > 1 and (is_password or not _WORDS.fullmatch(value))


def _classes(value: str) -> int:
    """Count of small letters, large letters and digits which are in a value."""
    if value.isascii():
        return (value != value.upper()) + (value != value.lower()) + bool(_DIGIT.search(value))
    return sum(any(map(of_class, value)) for of_class in _CLASSES_OF_LETTERS)


def _is_known_id(value: str) -> bool:
    """Say whether a value is an address, an id, a version or a path, whose parts are words or ids."""
    if value.isalnum():
        return bool(_KNOWN_ALNUM.fullmatch(value))
    if "/" in value.strip("/") and not _KNOWN_ID.fullmatch(value):
        return all(
            len(part) <= _SHORT_PART or is_plain_name(part) or _KNOWN_ID.fullmatch(part)
            for part in value.split("/")
        )
    return bool(_KNOWN_ID.fullmatch(value))


def is_passphrase(value: str) -> bool:
    """Say whether a value is three joined words and a digit, such as a generator makes."""
    if value.count("-") < _TWO or not _PASSPHRASE.fullmatch(value) or not any(map(str.isdigit, value)):
        return False
    return not any(word in _STOP for word in value.lower().split("-"))


def is_random(value: str) -> bool:
    """Say whether a run of base64 letters is random: all three classes, many changes between them."""
    kinds = value.translate(_CLASSES)
    changes = sum(map(ne, kinds, kinds[1:]))
    return {"0", "A", "a"} <= set(kinds) and 4 * changes >= len(value)


def can_spread(value: str) -> bool:
    """Say whether a value is so particular that it may be looked for everywhere, bare.

    A password `postgres` found once must not take every `postgres` out of the thread.
    """
    is_ascii_alnum = value.isascii() and value.isalnum()
    kinds = _classes(value) if is_ascii_alnum else len(set(value.translate(_CLASSES)))
    if value.isdigit() or kinds < _TWO or is_plain_name(value):
        return False
    return len(value) >= _LEAST_STRIKING or (len(value) >= _LEAST_SECRET and kinds > _TWO)


def is_real(value: str) -> bool:
    """Say whether a value behind a flag stands for itself."""
    return not is_placeholder(value)


def is_no_number(value: str) -> bool:
    """Say whether a value behind a short flag stands for itself, and is no port."""
    return is_real(value) and not value.isdigit()


def is_opaque(value: str) -> bool:
    """Say whether a value stands for itself and is no word."""
    return not is_placeholder(value) and (len(value) >= _LONG or not value.isalpha())


def is_said_password(value: str) -> bool:
    """Say whether a word of a sentence about a password can be it."""
    bare = value.rstrip(".,;:)")
    return is_passphrase(bare) or can_be_said(bare, is_password=True)


def is_said_login(value: str) -> bool:
    """Say whether a word beside an account's name can be its password; `gateway-2` is a name."""
    bare = _NEXT.split(value, maxsplit=1)[0].rstrip(".,;:)")
    if is_passphrase(bare):
        return True
    return can_be_said(bare, is_password=True) and not (is_plain_name(bare) and _JOINS.search(bare))


def is_striking(value: str) -> bool:
    """Say whether a word that only its place betrays is a password: of three classes, or with a mark."""
    bare = value.rstrip(".,;:)")
    if is_passphrase(bare):
        return True
    if not can_be_said(bare, is_password=True) or _ADDRESS.fullmatch(bare) or len(bare) < _LEAST_STRIKING:
        return False
    is_mixed = _classes(bare) == len(_CLASSES_OF_LETTERS)
    return (is_mixed or bool(_MARKS.search(bare))) and not is_plain_name(bare)


def is_random_word(value: str) -> bool:
    """Say whether a word anywhere in a sentence about a password is it: striking, no setting or address."""
    bare = value.strip(".,;:!?()[]<>*_`\"'")
    return not is_passphrase(bare) and not _IN_SETTING.search(bare) and is_striking(bare)


def is_long_token(value: str) -> bool:
    """Say whether a word is random and long: hex of a key's length, or all classes of letters."""
    bare = value.rstrip(".,;:)")
    if re.fullmatch(r"[0-9a-f]{32,}", bare):
        return True
    return len(bare) >= _LONG and not is_passphrase(bare) and is_striking(bare)


def is_code(value: str) -> bool:
    """Say whether a word of a list of codes for recovery is one."""
    return bool(_DIGIT.search(value)) and value.replace("-", "").isalnum()


def is_header_value(value: str) -> bool:
    """Say whether what follows a header's scheme is opaque, and no name of one of several fields."""
    return not re.fullmatch(r"[A-Za-z-]+=+|Credential=.*", value) and is_opaque(value)


def is_striking_word(value: str) -> bool:
    """Say whether an argument of a call is striking and no text with words, address or path."""
    return not _IN_ARGUMENT.search(value) and is_striking(value)


def is_shown_alone(value: str) -> bool:
    """Say whether the only word of a line, below a label, is what the label announces."""
    return is_random_word(value) or (is_long_token(value) and bool(_RANDOM_RUN.fullmatch(value)))


def is_odd(value: str) -> bool:
    """Say whether a value stands for itself and is no name of anything."""
    return not is_placeholder(value) and not is_plain_name(value)


def is_said_value(value: str) -> bool:
    """Say whether a word right behind a setting's name can be its secret."""
    bare = value.rstrip(".,;:)")
    return is_passphrase(bare) or can_be_said(bare, is_password=False)


def is_said_token(value: str) -> bool:
    """Say whether a word of a sentence about a token or key can be it."""
    return can_be_said(value.rstrip(".,;:)"), is_password=False)


def is_url_password(value: str) -> bool:
    """Say whether what stands between `:` and `@` in a URL is a password and no port, variable or mask."""
    port = value.split("/", 1)[0]
    return not (port.isdigit() and len(port) <= _PORT_DIGITS) and not value.startswith(("$", "<", "***", "{"))
