"""Texts that somebody could paste to make the redactor slow: each kind aims at one way of working.

Some repeat one piece, so that whoever judges each place anew pays for all of them; others never say the same
thing twice, so that remembering does not help. No value in here is a secret of anybody.
"""

import base64
import random
import string
from collections.abc import Callable, Mapping
from types import MappingProxyType

LETTERS = string.ascii_letters + string.digits
_KEY_ID = "AKI" + "A"
_BEGIN = "-----BEGIN " + "RSA PRIVATE KEY-----"
_SCHEME = "postgres:" + "//"

Text = Callable[[int], str]
"""Makes the text of one kind, of about so many characters."""


def _repeated(piece: str) -> Text:
    return lambda size: piece * max(1, size // len(piece))


def _varied(template: str, letters: str = LETTERS, *, length: int = 16) -> Text:
    """Fill `{}` of a template with random letters, anew each time."""

    def text(size: int) -> str:
        chance = random.Random(size)  # noqa: S311 no secret
        count = max(1, size // (len(template) - 2 + length))
        pool = "".join(chance.choices(letters, k=count + length + 4096))
        starts = (chance.randrange(len(pool) - length) for _ in range(count))
        return "".join(template.replace("{}", pool[at : at + length]) for at in starts)

    return text


def _nested_base64(size: int) -> str:
    text = b"password=Xy7hunter2Q"
    while len(text) < min(size, 4096):
        text = base64.b64encode(text)
    return (text.decode() + " ") * max(1, size // (len(text) + 1))


def _known_values(size: int) -> str:
    """Values that are named first, and then told bare: a third of the text names, the rest tells."""
    chance = random.Random(size)  # noqa: S311 no secret
    values = ["".join(chance.choices(LETTERS, k=13)) + "aZ7" for _ in range(max(1, size // 75))]
    named = "".join(f"password={value}\n" for value in values)
    return named + "".join(f"saw {value} there\n" for value in values)


def _known_stem(size: int) -> str:
    """Values of one stem, each a little longer than the last, and then the stem alone, again and again."""
    stem = "aB3" * 400
    named = "".join(f"password={stem[:length]}X\n" for length in range(12, 600) if length**2 < size)
    return named + stem * max(1, (size - len(named)) // len(stem))


def _deep_json(size: int) -> str:
    depth = size // 12
    return '{"secret":' * depth + "1" + "}" * depth


def _programs_and_flags(size: int) -> str:
    """Names of programs, and the flags that would follow them so far behind that each reads all between."""
    programs = (
        "curl mysql redis-cli sqlcmd mongosh sqlplus ldapsearch docker net use smbclient openssl vault "
    )
    return programs + "x " * (size // 2) + " -p a1! -P b2! -u c:d3! -w e4! -a f5! /user:g h6! -k i7!\n"


def _words_and_one_value(size: int) -> str:
    words = "the password token secret api key psk pw creds login passwort clave wachtwoord mdp is: ="
    return words + "aZ7" * (size // 3)


def _rows(size: int) -> str:
    return "id,user,password,host\n" + _varied("7,bob,{},db-7\n")(size)


def _columns(size: int) -> str:
    return "| a | password " * (size // 30) + "|\n" + "| b | aB3xY7qq " * (size // 30) + "|\n"


def _values_in_values(size: int) -> str:
    """Values that each begin with the last, and a text that goes on otherwise behind the shortest."""
    stem = "aB3" * 400
    named = "".join(f"password={stem[:length]}\n" for length in range(12, 900) if length**2 < size)
    return named + (stem[:12] + "b ") * max(1, (size - len(named)) // 14)


def _base64_lines(size: int) -> str:
    lines = _varied("password={}\nuser=bob\n")(size // 2).split("user=bob\n")
    return " ".join(base64.b64encode(line.encode()).decode() for line in lines)


HOSTILE: Mapping[str, Text] = MappingProxyType(
    {
        "a's": _repeated("a"),
        "A's and digits": _repeated("aA1"),
        "many known values": _known_values,
        "known values of one stem": _known_stem,
        "long known values": _varied("password={}\n", length=3000),
        "fragments of links": _varied("?token={}#"),
        "one run of percent names": _varied("password%3D{}&"),
        "percent quotes": _varied("%22token%22%3A%22{}%22"),
        "versions": lambda size: "password is " + "1.1" * (size // 3) + "!",
        "marks of cuts": _repeated("a-b1 Xy7! […] [1,000 characters left out here]"),
        "one long name": lambda size: "password_" * (size // 9) + "=x",
        'secret="': _repeated('secret="'),
        "secret='\"": _repeated("secret='\""),
        "password:": _repeated("password: "),
        "password=": _repeated("password="),
        "passwords": _varied("password={} "),
        "passwords that are words": _varied("password: {} is wrong\n", string.ascii_lowercase, length=7),
        "names of keys": _varied("{}_api_key=", string.ascii_lowercase, length=9),
        "words named": _varied("token: {}, ", string.ascii_lowercase, length=9),
        "percent escapes": _repeated("%41%42%43"),
        "percent words": _varied("a%20{} "),
        "percent of percent": _repeated("%252525"),
        "percent of names": _varied("password%3D{} "),
        "key id prefixes": _repeated(_KEY_ID),
        "key ids": _varied(_KEY_ID + "{} ", string.ascii_uppercase + string.digits),
        "token prefixes": _repeated("sk-" + "ghp" + "_xox" + "b-"),
        "like JWTs": _varied("eyJ" + "{}.eyJ", length=12),
        "eyJ": _repeated("eyJ"),
        "tables": _repeated("| password | x |\n"),
        "wide tables": _varied("secret_key\t{}\n"),
        "Kubernetes documents": _varied("kind: " + "Secret\ndata:\n  a: {}\n---\n"),
        "kind: Secret": _repeated("kind: " + "Secret\n"),
        "one document of many values": lambda size: (
            "kind: " + "Secret\ndata:\n" + _varied("  k: {}\n")(size - 20)
        ),
        "one flow of many values": lambda size: (
            "kind: " + "Secret\ndata: {" + _varied("k: '{}', ")(size - 30) + "}"
        ),
        "flows": _repeated("data: {a: "),
        "URLs": _varied(_SCHEME + "u:{}@h/ "),
        "URLs without end": _repeated(_SCHEME),
        "URL parameters": _varied("&token={}"),
        "addresses in addresses": _repeated("a://b:c@"),
        "cookies": _varied("Cookie: sid={}; a=b\n"),
        "one cookie": lambda size: "Cookie: " + _varied("a={}; ")(size - 8),
        "cookie": _repeated("cookie: "),
        "e-mail": _varied("{}@example.org ", string.ascii_lowercase),
        "a@a.": _repeated("a@a."),
        "at signs": _repeated("@"),
        "digits": _repeated("4"),
        "cards": _varied("4242 {} ", string.digits, length=12),
        "shell flags": _varied("curl -u a:{} -p x\n"),
        "one command": lambda size: "mysql " + _varied("-p{} ")(size),
        "commands": _repeated("curl mysql redis-cli htpasswd docker login "),
        "private keys without end": _repeated(_BEGIN + "\n"),
        "private keys": _repeated(_BEGIN + "\nabcdefghijklmnop\n" + _BEGIN.replace("BEGIN", "END") + "\n"),
        "base64 of base64": _nested_base64,
        "runs of 24": _varied("{} ", length=24),
        "runs of 40": _varied("aws {} ", length=40),
        "equals signs": _repeated("="),
        "colons": _repeated(":"),
        "quotes": _repeated("\"'"),
        "backslashes": _repeated("\\"),
        "escaped quotes": _repeated('\\"password\\":\\"'),
        "deep JSON": _deep_json,
        "markup": _repeated("<password>"),
        "a million lines": _repeated("\n"),
        "lines of one letter": _repeated("a\n"),
        "spaces": _repeated(" "),
        "password and spaces": _repeated("password" + " " * 200),
        "said": _varied("the password for db is {} and "),
        "logins": _varied("login as admin / {} "),
        "credentials": _repeated("creds "),
        "secrets in secrets": _repeated("secret: token: key="),
        "aliases": _repeated("[password:1] "),
        "half aliases": _repeated("[password:"),
        "hidden characters": _repeated("a\u200b"),
        "letters of two bytes": _repeated("é"),
        "emoji": _repeated("password=😀"),
        "wide letters": _repeated("p\uff41ss："),  # noqa: RUF001 they are the point
        "flags of regions": _repeated("\U0001f3f4\U000e0067\U000e007f"),
        "terminal escapes": _repeated("\x1b]8;;"),
        "ARNs": _repeated("arn:aws:"),
        "digests": _repeated("sha256:"),
        "request ids": _repeated("request id: "),
        "name and value": _repeated("name: password value: "),
        "kubectl get secret": _repeated("kubectl get secret "),
        "authorization": _repeated("Authorization: Basic "),
        "signatures": _repeated("Signature="),
        "hashes of passwords": _repeated("$6$"),
        "programs, and flags far behind": _programs_and_flags,
        "words, and one value": _words_and_one_value,
        "one quoted value": lambda size: 'password="' + "x y " * (size // 4) + '"',
        "one quote without end": lambda size: "password='" + "x y " * (size // 4),
        "one random run": _varied("{}"),
        "one run with marks": _varied("{}", LETTERS + "_-.:/"),
        "one run of hex": _varied("{}", "0123456789abcdef"),
        "key=": _repeated("key="),
        "lines of base64": _base64_lines,
        "alternating quotes": _repeated("'password\":`"),
        "headers of keys": _varied("-----BEGIN {} PRIVATE " + "KEY-----\n", string.ascii_uppercase, length=8),
        "rows of a dump": _rows,
        "a row of many columns": _columns,
        "chains of mail": _varied("a.{}@b.{}.c@", string.ascii_lowercase, length=8),
        "chains of userinfo": _varied("https:" + "//{}:{}@", length=8),
        "percent of percent of names": _varied("%2570assword%253D{}%2526"),
        "entities": _varied("&lt;password&gt;{}&lt;/password&gt; &amp;token={}&amp;"),
        "many scripts": _varied("пароль от 密码は{} mot de passe "),
        "lines of Windows": _repeated("\r\n"),
        "few secrets, often": lambda size: _varied("password={} saw it\n")(4_000) * max(1, size // 4_000),
        "JSON in JSON": _varied('\\\\\\"password\\\\\\":\\\\\\"{}\\\\\\",'),
        "blocks of YAML": _varied("password: |\n  {}\n"),
        "calls": _varied("connect('db', 'u', '{}!')\n"),
        "names and values": _varied('{"name": "DB_PASSWORD", "value": "{}"},'),
        "markup with names": _varied('<entry key="password">{}</entry>'),
        "hex dumps": _repeated("00000010  70 61 73 73 77 6f 72 64 3d 61 62 63  |password=abc|\n"),
        "codes for recovery": _varied("recovery codes: {}-{}\n", "0123456789abcdef", length=5),
        "labels on lines of their own": _varied("Password:\n{}\n"),
        "values in values": _values_in_values,
        "accounts": _varied("DE89 {} ", string.digits, length=18),
    }
)
"""Each kind by its name."""
