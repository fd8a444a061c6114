"""What commands, devices, tables, settings and sentences show is gone; what only looks like it stays."""

import base64

import pytest

from bot.safety.redaction import Redactor
from tests.safety.secrets import HEX, LETTERS, Maker

make = Maker(11)
PASSWORD = make.word(12) + "!"
PLAIN = make.word(16)
PHRASE = "maple-quartz-Velvet" + "84"
LONG = make.word(40)
HASH = make.of(HEX, 40)
BASE64 = make.aws_secret() + "Q="
UUID = "-".join(make.of(HEX, size) for size in (8, 4, 4, 4, 12))
CODES = "-".join((make.of(HEX, 5), make.of(HEX, 5)))

SIGNED = f"{make.word(40)}~{make.word(40)}-{make.word(30)}__"

GONE = {
    "signed links": [
        ("https://d1.cloudfront.net/a.m3u8?Expires=1781150400&Signature={}&Key-Pair-Id=K1", SIGNED),
        ("<http://d9.example/b.ts?Expires=1781150400&amp;Signature={}|b>", SIGNED),
    ],
    "programs": [
        ("net use Z: \\\\fs01\\share {} /user:ACME\\svc", PASSWORD),
        ("net use \\\\fs01\\share /user:ACME\\svc {}\nSystem error", PASSWORD),
        ("net user bob {} /add", PASSWORD),
        ("sqlcmd -S sql01 -U sa -P '{}' -Q 'select 1'", PASSWORD),
        ("ipmitool -I lanplus -H 10.9.9.9 -U ADMIN -P {} chassis", PLAIN),
        ("mongosh -u root -p {} --host mongo-0", PLAIN),
        ("smbclient //fs01/backup -U 'ACME\\svc%{}'", PLAIN),
        ("psexec.py ACME/administrator:{}@10.4.5.6", PASSWORD),
        ("snmpwalk -v2c -c {} 10.2.2.1 sysUpTime", PLAIN),
        ("snmpget -v3 -u m -a SHA -A someAuth1 -x AES -X {} 10.3.4.5", PLAIN),
        ("lftp -u up,{} sftp.partner.com", PLAIN),
        ("rabbitmqctl change_password app '{}'", PASSWORD),
        ("vault operator unseal {}", BASE64),
        ("mc alias set prod https://minio.acme.io MYACCESSKEYID9 {}", LONG),
        ("ACL SETUSER app on >{} ~* +@all", PLAIN),
        ("heroku config:set A=1 SOMETHING={} -a shop", PLAIN),
        ("(ConvertTo-SecureString '{}' -AsPlainText -Force)", PASSWORD),
        ('New-Object PSCredential("CORP\\svc", "{}")', PASSWORD),
        ("zkCli addauth digest admin:{}", PLAIN),
        ('expect "assword:"\nsend "{}\\r"', PASSWORD),
        ("setx DB_PASS {}", PLAIN),
        ("ENV DB_PASSWORD {}", PLAIN),
        ("DefaultPassword    REG_SZ    {}", PASSWORD),
        ("cargo login {}", LONG),
        ('az keyvault secret show -n sftp -o json\n{"id": 1, "value": "{}"}', PASSWORD),
        ("/app/prod/db_password\n{}", PASSWORD),
    ],
    "devices": [
        ("snmp-server community {} RO", PLAIN),
        ("enable secret 5 $1$mERr${}", make.of(LETTERS, 22)),
        ("username admin privilege 15 secret {}", PLAIN),
        ("tacacs-server host 10.1.1.1 key 7 {}", PLAIN),
        ("set psksecret ENC {}", LONG),
        ("334 UGFzc3dvcmQ6\n{}", BASE64),
        ("a1 LOGIN bob {}", PASSWORD),
        ("PASS {}\n230 Login successful", PASSWORD),
        ("db-7.internal:5432:ledger:app:{}", PLAIN),
        ("bob:500:aad3b435b51404eeaad3b435b51404ee:{}:::", make.of(HEX, 32)),
        ('"app_rw" "md5{}"', make.of(HEX, 32)),
        ("userPassword:: {}", BASE64),
    ],
    "settings": [
        ("define('DB_PASSWORD', '{}');", PASSWORD),
        ("$config['db_pass'] = \"{}\";", PASSWORD),
        ("PWD={{}};TrustServerCertificate=yes", PASSWORD),
        ("api_token: >-\n  {}\nendpoint: https://a.example", LONG),
        ('variable "pd_token" { default = "{}" }', LONG),
        ('~ password = "old" -> "{}"', PASSWORD),
        ('"type": "random_password", "attributes": {"result": "{}"}', PLAIN),
        ('<property name="connection.password">{}</property>', PLAIN),
        ('[{"key": "seat/db/password", "flags": 0, "value": "{}"}]', PLAIN),
        ("UPDATE s SET value='{}' WHERE name='smtp_password';", PLAIN),
        ('{"password":{"value":"{}"}}', PASSWORD),
        ('{"name":"cookie","value":"sid={}; theme=dark"}', LONG),
        ("AZURE_DEVOPS_EXT_PAT={} az pipelines", make.of("abcdefghij234567", 52)),
        ("fs.azure.account.key.acme.dfs.core.windows.net={}", BASE64),
        ("SAMLResponse={}&RelayState=x", BASE64),
        ("role_id=x secret_id={}", UUID),
        ("KEYSTORE_PASS {}", PHRASE),
        ("HONEYCOMB writeKey {} dataset x", PLAIN),
        ("x-api-key {} → 403", LONG),
    ],
    "tables": [
        ("| host | user | password |\n|---|---|---|\n| sw-1 | netadm | {} |", PASSWORD),
        ("user,password,host\nbob,{},db-7", PASSWORD),
        ("user\tapi_token\nbob\t`{}`", LONG),
    ],
    "sentences": [
        ("Das Kennwort für svc-fibu lautet {}, bitte ändern", PASSWORD),
        ("le mot de passe de la base est {} — 14h20", PASSWORD),
        ("la contraseña del usuario es {} y el puerto 5433", PASSWORD),
        ("wachtwoord voor sa_rapport is gewijzigd naar {}, job", PLAIN),
        ("пароль от grafana — {}", PASSWORD),
        ("密码\uff1a{}", PASSWORD),
        ("パスワードは「{}」です", PASSWORD),
        ("ich hab das PW vom Mailkonto auf {} gesetzt", PASSWORD),
        ("root password on nas-04 got changed, it is now {}. ok", PASSWORD),
        ("use `{}` as the *db password* on pg-07", PASSWORD),
        ("its {} (thats the vpn psk for site-3)", PLAIN),
        ("passphrase for the deploy key is {} , host b", PHRASE),
        ("creds: `readonly` / `{}` on old", PASSWORD),
        ("use root with {} and tell facilities", PASSWORD),
        ("its root:{}", PASSWORD),
        ("logged in with root and {} works", PHRASE),
        ("user root/{} works", PHRASE),
        ("reset it to {}", PASSWORD),
        ("password (temp): {}", PASSWORD),
        ("Le jeton d'API du fournisseur est {} ; 422", LONG),
        ("secret for the webhook from the tracker: {} (docs)", HASH),
        ("here's the token {} use it", LONG),
        ("the DATADOG app key is {} fyi", HASH),
        ("recovery codes: {} for github", CODES),
        ("the sms code is {}", "4829" + "13"),
    ],
}


def redacted(text: str) -> str:
    return Redactor(b"key").redact(text).text


@pytest.mark.parametrize(
    ("template", "secret"),
    [case for cases in GONE.values() for case in cases],
    ids=[template[:36] for cases in GONE.values() for template, _ in cases],
)
def test_what_is_shown_is_gone_and_what_stands_before_it_stays(template: str, secret: str) -> None:
    shown = redacted(template.replace("{}", secret))
    assert secret not in shown
    assert shown.startswith(template[:5].partition("{")[0])


KEPT = [
    "X-Amz-Credential=[aws_key_id:1]%2F20260504%2Feu-west-1%2Fs3%2Faws4_request&X-Amz-Date=20260504T101500Z",
    "Credential=[aws_key_id:1]/20260920/eu-west-3/s3/aws4_request, SignedHeaders=host",
    "Can't locate revision identified by '8f3c1d2ab004'",
    "flag auth.password-less.rollout = 35%, bucketed by device_id",
    "could not find artifact com.fjord:secret-loader:jar:2.7.1-20260912.081533-4",
    "gpg --armor --export-secret-keys 0xE4EE85E63F7DA7A1",
    "token_accessor       X8ITSDWkD9GhJHIoflj5Mxai",
    "password: must be at least 8 characters and 'a b': \"is too short for it\"",
    "docker run -p 8080:80 -u 1000:1000 nginx:1.25",
    "ssh -p 2222 deploy@bastion-2.acme.io",
    "PASS src/auth/token.test.ts (5.2 s)\nPASS: TestRefreshToken2 (0.01s)",
    "password: !vault |\ntoken: !vault_ref secret/a/b#c",
    "postgres:16.2-alpine3.19 root: /dev/nvme0n1p1 admin:read,write user:10492",
    "passwords=35% secret: SEC-88213 password=100%",
    "the passphrase prompt hangs on bastion-2, password reset p99 4.2s since 14h20",
    "Entra sign-in fails with AADSTS50011, userToken: AADSTS50173: expired",
    "Jenkins: hudson.security.AccessDeniedException3 anonymous",
    "the token is for orders-api-v2, the secret regcred-2024 is missing",
    "le mot de passe est expiré depuis 09:41, пароль неверный на db-7",
    "next token AbCd" + LONG + " page 2",
    "routing_key=orders.created.v2 cache key sess:v2:0a1b2c3d4e5f6071 miss",
    "creds live in 1password://ops/orders-db on rabbit@mq2",
    "host | port | user\n---+---+---\ndb-7 | 5432 | app2\n\npassword reset, is broken\na1b2,c3d4",
    "key,count\norders,12",
    "$ecret = $dbPassword; password = $env:DB_PASS; password=$conf->pw",
]


@pytest.mark.parametrize("text", KEPT, ids=[text[:36] for text in KEPT])
def test_what_only_looks_like_it_stays(text: str) -> None:
    assert redacted(text) == text


def test_a_value_in_base64_beside_its_command_is_gone() -> None:
    value = base64.b64encode(f"ci:{PASSWORD}".encode()).decode()
    assert value not in redacted(f'{{"auths":{{"r.acme.io":{{"auth":"{value}"}}}}}}')
