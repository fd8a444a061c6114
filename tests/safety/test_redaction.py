"""Secrets are gone, evidence is kept, aliases are stable, and failure is closed."""

import base64
import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import RedactionFailedError
from bot.safety.redaction import Redactor
from tests.safety.secrets import HEX, LETTERS, UPPER, Maker

make = Maker(7)
KEY_ID = "AKI" + "A" + make.of(UPPER, 16)
AWS = make.aws_secret()
SESSION = "IQoJb3" + "JpZ2luX2Vj" + make.of(LETTERS, 120) + "=="
JWT = "eyJ" + make.of(LETTERS, 30) + ".eyJ" + make.of(LETTERS, 40) + "." + make.of(LETTERS, 43)
PASSWORD = make.word(12) + "!"
WORD = make.word(20)
HEX_64 = make.of(HEX, 64)
PEM_LINE = make.of(LETTERS, 64)
BEGIN, END = ("-----" + word + " RSA PRIVATE " + "KEY-----" for word in ("BEGIN", "END"))


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def redacted(text: str) -> str:
    return Redactor(b"key").redact(text).text


def is_left(secret: str, text: str) -> bool:
    return any(secret[at : at + 8] in text for at in range(max(1, len(secret) - 7)))


SECRETS = [
    ("aws_access_key_id = {}", KEY_ID),
    ("key:\u200b{}\u200b(hidden around)", KEY_ID),
    ('"SecretAccessKey": "{}", "Expiration": "x"', AWS),
    ("AWS_SECRET_ACCESS_KEY:\n  {}\n", AWS),
    (KEY_ID + "\t2026-05-04T18:00:00Z\t{}", AWS),
    ("spark.hadoop.fs.s3a.secret.key {}", AWS),
    ("x-amz-security-token: {} for role x", SESSION),
    ("remote: {} (commit 056c7bab8184)", make.token("github" + "_pat_", 60)),
    ("export T={}", make.token("ghp" + "_")),
    ("{} in env", make.token("xox" + "b-", 40)),
    ("hook https://hooks.slack.com/services/{}", "T3ZZC981X/BSX2051V57E/" + make.of(LETTERS, 24)),
    ("key {} 401", make.token("sk-" + "ant-api03-", 80)),
    ("TWINE_PASSWORD={} upload 403", make.token("pypi" + "-", 80)),
    ("token mounted: {}", JWT),
    ("postgresql+asyncpg://svc:{}@db.internal/ledger", PASSWORD),
    ("redis://:{}@cache:6379/0", make.word()),
    ("https://{}@github.com/x", make.word(24)),
    ("svc:{}@tcp(10.0.0.1:3306)/x", make.word()),
    ("postgres%3A%2F%2Fsvc%3A{}%40db", make.word()),
    ("GET /x?a=1&sig={}&se=2", make.of(LETTERS, 43)),
    ("GET /x?a=1&amp;token={}&amp;b=2", WORD),
    ("u=https%3A%2F%2Fa%2Fl%3Ftoken%3D{}%26x%3D1", WORD),
    ("Credential=X/20260504/us-east-1/s3/aws4_request,Signature={}", HEX_64),
    ("Authorization: Basic {}\nHost: x", b64("admin:" + make.word())),
    ('"authorization":["Bearer {}"]', make.of(LETTERS, 30)),
    ("sent Bearer {} upstream", make.word(30)),
    ('Authorization: Digest username="x", response="{}"', make.of(HEX, 32)),
    ("Cookie: sid={}; theme=dark; Path=/", make.of(LETTERS, 32)),
    ("curl -u deploy:{} https://a.example", make.word()),
    ("mysql -uroot -p{} -e 'select 1'", make.word()),
    ("sshpass -p '{}' ssh x", PASSWORD),
    ("ALTER USER x WITH PASSWORD '{}';", PASSWORD + ";x"),
    ("IDENTIFIED BY '{}'", PASSWORD),
    ("--from-literal=DB_URL='{}'", make.word()),
    ("echo {} | docker login --password-stdin x", make.word()),
    ("tool --auth-token {} --x", WORD),
    ("- name: DB_PASSWORD\n  value: '{}'", make.word()),
    ('<add key="DbPassword" value="{}" />', make.word()),
    ("<password>{}</password>", make.word()),
    ("| password | {} |", make.word()),
    ('{{\\"password\\":\\"{}\\"}}', make.word()),
    ('"SecretString": "{{\\"u\\":\\"x\\",\\"password\\":\\"{}\\"}}"', make.word()),
    ("password: `{}`", make.word()),
    ("password: {}\nhost: db1", "swordfish"),
    ("DB_PASSWORD_2={}", make.word()),
    ("pass&amp;word: x api_key=&quot;{}&quot;", WORD),
    ("Password={};Timeout=30", make.word()),
    ("--set a.password={},b.c=1", make.word()),
    ("PASSWORD={}\\nDB=orders", make.word()),
    ("kind: Secret\nmetadata: {{name: tls-edge}}\nstringData:\n  api-token: {}\n  mode: strict", WORD),
    ("kind: Secret\nstringData: {{a: '***', api-token: '{}'}}", WORD),
    ("secret={}", "qwertzuiop" + "asdfghjkl"),
    ("data:\n  any: {}\nkind: Secret", b64("abcdefghi")),
    ('{{"kind":"Secret","data":{{"x":"{}"}}}}', b64("abcdefghi")),
    ("kind: Secret\ndata:\n  key: |\n    {}\ntype: Opaque", b64("abcdefghijkl")),
    ("$ kubectl get secret db -o yaml\n{}", b64("aZ7" + make.word())),
    ("$ kubectl get secret db -o jsonpath='{{.x}}' | base64 -d\n{}\n", PASSWORD),
    ("payload {} failed", b64(json.dumps({"password": make.word()}))),
    ("login blob {}", b64("admin:" + make.word())),
    ("got %22password%22%3A%22{}%22", quote("a/b" + make.word(), safe="")),
    ("the password for grafana is {} btw", PASSWORD),
    ("login as admin / {} on the old one", make.word()),
    ("the api key is {}, please", WORD),
    ("Cc: {}; bounce", "maria.keller" + "@" + "customer.example"),
    ("card {} declined", "4242 4242 " + "4242 4242"),
    ("amex {} declined", "3782822463" + "10005"),
]


@pytest.mark.parametrize(("template", "secret"), SECRETS, ids=[template[:40] for template, _ in SECRETS])
def test_a_secret_is_gone_and_its_surroundings_stay(template: str, secret: str) -> None:
    before, _, after = template.replace("{{", "{").replace("}}", "}").partition("{}")
    text = redacted(template.format(secret))
    assert not is_left(secret, text)
    assert text.startswith(before.replace("\u200b", "")[:4]) or before.startswith(KEY_ID)
    assert text.endswith(after.replace("\u200b", "")[-8:])


KEPT = [
    "User: arn:aws:sts::111122223333:assumed-role/ci/x is not authorized to perform: s3:GetObject",
    "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/orders-db-AbC123 AccessDenied",
    f"sha256:{HEX_64} pulled",
    f"commit {HEX_64[:40]} rolled out, suspect {HEX_64[:7]}",
    'ETag: "015a09506fd1ecf9c14a88be8930de62"',
    "x-amz-id-2: " + make.of(LETTERS, 75) + "=",
    "-----BEGIN CERTIFICATE-----\n" + PEM_LINE + "\n-----END CERTIFICATE-----\nnotAfter=May 4",
    "KMSInvalidStateException key 9a5bad68-a16b-42e5-ad31-238b23e648bb is pending deletion",
    "max_tokens=4096 input_tokens: 182344 token_type=Bearer",
    "secretName: orders-tls AWS_SECRET_NAME=prod/orders secret: db-creds",
    "password authentication failed for user app_rw2",
    "password: rotated last week",
    "password: ${DB_PASSWORD} token=$(cat /run/token) pw={{ .Values.pw }} secret=*** key_path=/etc/x",
    "api_key = var.datadog_api_key and token: process.env.TOKEN and authToken=getToken()",
    "password_last_changed: 2026-05-01, token expired at 2026-05-04T10:00:00Z",
    "connect 172.29.177.212:6379 ECONNREFUSED, peer fe80::1ff:fe23:4567:890a",
    "ec2-user@ip-10-2-3-4.eu-west-1.compute.internal git@github.com:acme/api.git",
    "https://acme.slack.com/archives/C0123ABC456/p1742595147001644?thread_ts=1742586540.000137&cid=C0123ABC456",
    "https://grafana.acme.local:3000/d/a@b/orders?orgId=1&from=1777886400000&var-key=orders",
    "ssh-ed25519 " + make.of(LETTERS, 68) + " ana",
    "offset 1786993850107 order 4111-2222 epoch 1700000000000",
    "token.actions.githubusercontent.com:sub repo:acme/infra:ref:refs/heads/main",
    "auth service / gateway-2 unhealthy; login failed for user svc-report from 10.2.3.4",
    "kind: Secret\nmetadata:\n  name: db-creds\n  namespace: payments\ntype: Opaque",
    "kind: SecretStore\ndata:\n  region: eu-west-1",
    "path s3a://bucket/exports/2026/05/04/part00001abcdefghijklm",
    "rotate STORAGE_SECRET_ACCESS_KEY with gwctl secret put STORAGE_ACCESS_KEY_ID",
    "Bearer token missing, Basic authentication disabled",
    "the token is InvalidSignature, the secret is db-creds, the pass is ok",
    "echo ok | base64 and -----BEGIN nothing",
    "Cookie: theme=dark; Path=/",
]


@pytest.mark.parametrize("text", KEPT, ids=[text[:40] for text in KEPT])
def test_evidence_survives(text: str) -> None:
    assert redacted(text) == text


def test_a_whole_private_key_is_gone_and_a_cut_one_spares_the_prose_after_it() -> None:
    whole = redacted(f"{BEGIN}\n{PEM_LINE}\n{PEM_LINE}\n{END}\nfingerprint SHA256:x")
    cut = redacted(f"{BEGIN}\n{PEM_LINE}\n(cut by the shipper)\nnode edge-7 restarted")
    assert not is_left(PEM_LINE, whole + cut)
    assert whole.endswith("fingerprint SHA256:x")
    assert "(cut by the shipper)\nnode edge-7 restarted" in cut


def test_the_same_value_has_the_same_alias_and_another_value_another() -> None:
    one, two = make.word(), make.word()
    redactor = Redactor(b"key")
    first, second = redactor.redact_all([f"password={one}", f"db_password={two} admin_password={one}"])
    assert first.text == "password=[password:1]"
    assert second.text == "db_password=[password:2] admin_password=[password:1]"
    assert [(item.kind, item.alias) for item in second.found] == [
        ("password", "[password:2]"),
        ("password", "[password:1]"),
    ]


def test_a_value_found_once_is_removed_everywhere_bare_too() -> None:
    value = "aB3/" + make.word(12)
    texts = [
        f"just {value}, no word about it",
        f"password={value}",
        f"url {quote(value, safe='')}",
        "nothing",
    ]
    redactor = Redactor(b"key")
    shown = [item.text for item in redactor.redact_all(texts)]
    assert shown == [
        "just [password:1], no word about it",
        "password=[password:1]",
        "url [password:1]",
        "nothing",
    ]
    assert redactor.redact(f"later: {value}").text == "later: [password:1]"


def test_a_short_value_is_not_cut_out_of_words() -> None:
    texts = ["password=Ab1xyzQ9", "the AAb1xyzQ9 host and Ab1xyzQ9"]
    assert Redactor(b"key").redact_all(texts)[1].text == "the AAb1xyzQ9 host and [password:1]"


def test_a_password_that_is_a_word_does_not_take_the_word_out_of_the_thread() -> None:
    texts = ["password=postgres", "postgres is down"]
    assert [item.text for item in Redactor(b"key").redact_all(texts)] == [
        "password=[password:1]",
        "postgres is down",
    ]


def test_very_many_values_are_still_found_bare() -> None:
    values = [make.word(14) for _ in range(600)]
    shown = Redactor(b"key").redact_all(
        [" ".join(f"password={value}" for value in values), f"saw {values[5]} there"]
    )
    assert not is_left(values[5], shown[1].text)


FORMS = {
    "plain": lambda own: own,
    "reversed": lambda own: own[::-1],
    "spaced": " ".join,
    "base64": b64,
    "base64, shifted by one": lambda own: b64("x" + own),
    "base64, shifted by two": lambda own: b64("xy" + own + "z"),
    "hex": lambda own: own.encode().hex(),
    "percent": lambda own: quote(own, safe=""),
}


@pytest.mark.parametrize("form", FORMS)
def test_the_process_s_own_secrets_are_removed_in_every_form(form: str) -> None:
    own = "canary/" + "ünlocked." + make.word()
    written = FORMS[form](own)
    shown = Redactor(b"key", literals=[own, ""]).redact(f"it is {written} so").text
    assert "[own_secret:1]" in shown
    assert not is_left(written[4:-4], shown)


def test_of_two_own_secrets_the_longer_one_is_taken_whole() -> None:
    short = make.word()
    shown = Redactor(b"key", literals=[short, short + "-and-more"]).redact(f"{short}-and-more {short}").text
    assert shown == "[own_secret:1] [own_secret:2]"


def test_redacting_twice_changes_nothing_more() -> None:
    for template, secret in SECRETS:
        once = redacted(template.format(secret))
        assert redacted(once) == once


def test_an_alias_tells_nothing_without_the_key_and_characters_stay_whole() -> None:
    assert redacted(f"pässword=ä{WORD}ö naïve") in {"pässword=[password:1] naïve", f"pässword=ä{WORD}ö naïve"}
    assert redacted(f"Passwort: »{WORD}« und ü").endswith("und ü")


class _Unreadable(str):
    """A text that cannot be encoded, as a broken one from outside might be."""

    __slots__ = ()

    def isascii(self) -> bool:
        raise ValueError("broken")


def test_a_text_that_cannot_be_checked_is_not_used() -> None:
    with pytest.raises(RedactionFailedError):
        Redactor(b"key").redact_all(["fine", _Unreadable("x")])


HOSTILE = [
    "password",
    "=",
    ":",
    "'",
    '"',
    "\\",
    "token",
    "&",
    "%3D",
    "@",
    "://",
    "aZ7",
    "eyJ",
    "{",
    "<",
    "é",
    " ",
    "\n",
]


@given(st.text(max_size=200))
def test_any_text_can_be_redacted(text: str) -> None:
    once = redacted(text)
    assert redacted(once) == once


@given(st.lists(st.sampled_from(HOSTILE), max_size=40))
def test_hostile_pieces_never_break_it(pieces: list[str]) -> None:
    assert isinstance(redacted("".join(pieces)), str)
