"""Where commands and statements carry a secret without naming it, or print one."""

from bot.safety.likeness import (
    is_long_token,
    is_odd,
    is_opaque,
    is_real,
    is_said_password,
    is_said_token,
    is_striking,
)
from bot.safety.rule import Check, Rule, Shape

_WORD = r"[\"']?([^\s\"'`]+)"
_UP_TO = r"\b[^\n|;]*?\s"
_STDIN = r"--password-stdin|--with-token|passwd\b|base64|sudo -S|login|kinit|gpg|openssl|cryptsetup"
_ATTACHED = (
    "mysql mysqldump mysqladmin mysqlimport mysqlcheck mariadb mariadb-dump xtrabackup mariabackup 7z 7za rar"
)
_LOWER_P = (
    "mongo mongosh mongodump mongorestore mongoexport mongoimport cqlsh nodetool racadm evil-winrm netexec"
    " nxc crackmapexec zip unzip snowsql certutil useradd usermod influx beeline cf ibmcloud"
    " asadmin jboss-cli jcli osql"
)
_UPPER_P = (
    "sqlcmd bcp isql tsql osql ipmitool ipmi-sensors ipmi-chassis unzip zip mosquitto_pub mosquitto_sub"
)
_WINDOWS = "cmdkey schtasks wmic xfreerdp xfreerdp3 rdesktop psexec psexec64 winrs mstsc signtool netdom"
_SAMBA = "smbclient smbmap rpcclient winexe smbget net"
_ORACLE = "sqlplus sqlldr exp imp expdp impdp rman sqlcl"
_LDAP = "ldapsearch ldapmodify ldapadd ldapwhoami ldappasswd ldapdelete ldapcompare"
_LOGIN_TOOLS = "docker podman helm az oc skopeo crane buildah nerdctl oras"
_SETTERS = (
    r"heroku[ \t]+config:set|fly(?:ctl)?[ \t]+secrets[ \t]+(?:set|import)|doppler[ \t]+secrets[ \t]+set"
    r"|supabase[ \t]+secrets[ \t]+set|eb[ \t]+setenv|infisical[ \t]+secrets[ \t]+set"
    r"|vault[ \t]+(?:kv[ \t]+(?:put|patch)|write)[ \t]+\S+|nomad[ \t]+var[ \t]+put[ \t]+\S+"
)
_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


def _of(programs: str) -> str:
    return rf"\b(?:{programs.replace(' ', '|')}){_UP_TO}"


_LOGINS: tuple[tuple[str, str, Check | None], ...] = (
    (
        "-u --user --proxy-user",
        r"(?:^|\s)(?:-u|--user|--proxy-user|-U)[ \t=]*[\"']?[A-Za-z_][\w.@+\\-]*:([^\s\"'`]{3,})",
        is_real,
    ),
    (_ATTACHED, _of(_ATTACHED) + r"-p[\"']?([^\s\"'`=-][^\s\"'`]*)", is_real),
    (_LOWER_P, _of(_LOWER_P) + rf"-p[ \t]*{_WORD}", is_odd),
    (_UPPER_P, _of(_UPPER_P) + rf"-P[ \t]*{_WORD}", is_odd),
    (
        _WINDOWS,
        (
            rf"(?i)\b(?:{_WINDOWS.replace(' ', '|')})(?:\.exe)?\b[^\n|]*?[\s\"'](?:/(?:p|pass|password[do]?"
            rf"|rp)[:= ]|-p[ \t]+){_WORD}"
        ),
        is_odd,
    ),
    (
        "net",
        r"(?i)\bnet(?:\.exe)?[ \t]+user[ \t]+\S+[ \t]+[\"']?([^\s\"'/]{4,})[\"']?(?:[ \t]+/|[ \t]*$)",
        is_odd,
    ),
    (
        "net",
        (
            r"(?i)\bnet(?:\.exe)?[ \t]+use[ \t][^\n]*?/u(?:ser)?:\S+[ \t]+[\"']?([^\s\"'/]{4,})"
            r"|\bnet(?:\.exe)?[ \t]+use[ \t]+(?:\S:[ \t]+)?\\\\\S+[ \t]+[\"']?([^\s\"'/\\*]{4,})"
            r"[\"']?[ \t]+/u(?:ser)?:"
        ),
        is_odd,
    ),
    ("plink pscp psftp putty", _of("plink pscp psftp putty") + rf"-pw[ \t]+{_WORD}", is_real),
    (_SAMBA, _of(_SAMBA) + r"(?:-U|--user)[ \t=]*[\"']?[^\s%\"']+%([^\s\"'`]{3,})", is_real),
    (".py", r"\b[\w-]+\.py[ \t]+[\"']?[\w.-]+/[\w.$-]+:([^\s@\"']+)@", is_real),
    (
        "smb",
        r"\bsmb(?:client|get)[ \t]+[\"']?(?://|\\\\)[^\s\"']+[\"']?[ \t]+[\"']?([^\s\"'-][^\s\"']{3,})",
        is_odd,
    ),
    (
        "user= username=",
        (
            r"\buser(?:name)?=[^\s,%=]+%((?:[^\s,\"'\d]|\d[^\s,\"'0-9A-Fa-f])[^\s,\"']{2,})"
            r"|\b(?i:user(?:name)?)=[\w.-]+:([^\s\"'/:,]{6,})"
        ),
        is_odd,
    ),
    ("curl", r"\bcurl\b[^\n|;]*?\s-[a-zA-Z]{1,6}u[ \t]+[\"']?[\w.@+\\-]+:([^\s\"'`]{3,})", is_real),
    ("ftp>", rf"ftp>[ \t]*user[ \t]+\S+[ \t]+{_WORD}", is_odd),
    ("rediscli_auth valkeycli_auth", rf"\b(?:REDIS|VALKEY)CLI_AUTH={_WORD}", is_real),
    (
        "db.",
        r"\bdb\.(?:auth|changeUserPassword)\([ \t]*[\"'][^\"'\n]*[\"'],[ \t]*[\"']([^\"'\n]+)[\"']",
        is_real,
    ),
    ("influx", rf"\binflux{_UP_TO}-t[ \t]+{_WORD}", is_long_token),
    ("using", rf"(?i)\bconnect[ \t]+to[ \t]+\S+[ \t]+user[ \t]+\S+[ \t]+using[ \t]+{_WORD}", is_odd),
    ("isql", rf"\bisql[ \t]+(?:-\w+[ \t]+)*\w+[ \t]+\w+[ \t]+{_WORD}", is_odd),
    ("vsql kadmin", _of("vsql kadmin") + rf"-w[ \t]+{_WORD}", is_odd),
    ("-auth", r"(?:^|\s)-auth[ \t]+[\"']?[\w.@-]+:([^\s\"'`]{6,})", is_odd),
    ("securestring", rf"(?i)\bput-parameter{_UP_TO}--value[ =]{_WORD}", is_odd),
    ("stats", rf"\bstats[ \t]+auth[ \t]+[\w.-]+:{_WORD}", is_real),
    (
        "radtest",
        rf"\bradtest[ \t]+(?:-\w+[ \t]+\S+[ \t]+)*\S+[ \t]+{_WORD}(?:[\"']?[ \t]+\S+[ \t]+\d+[ \t]+{_WORD})?",
        is_odd,
    ),
    (
        "keychain",
        rf"\bsecurity[ \t]+(?:[a-z]+-keychain|import){_UP_TO}-[pP][ \t]+{_WORD}",
        is_odd,
    ),
    (
        "keychain",
        rf"\bsecurity[ \t]+(?:import|set-key-partition-list){_UP_TO}-k[ \t]+{_WORD}",
        is_odd,
    ),
    (
        "altool notarytool ipmi",
        _of("altool notarytool") + rf"-p[ \t]+{_WORD}|{_of('ipmitool ipmi-sensors')}-P[ \t]*{_WORD}",
        is_real,
    ),
    ("rclone", rf"\brclone[ \t]+obscure[ \t]+{_WORD}", is_real),
    (
        "cookie",
        rf"(?i)(?:\berlang[ ._-]?cookie|-setcookie|\bmagic cookie)[\"']?[ \t]*[:= ][ \t]*{_WORD}",
        is_odd,
    ),
    ("authtok", rf"(?i)\w*authtok[ \t]*[:=][ \t]*{_WORD}", is_real),
    ("snmp", rf"\bsnmp\w+{_UP_TO}-[AXc][ \t]*{_WORD}", is_real),
    ("snmp", rf"\bsnmp\w+{_UP_TO}-A[ \t]*\S+[^\n|;]*?\s-X[ \t]*{_WORD}", is_real),
    ("lftp", rf"\blftp{_UP_TO}-u[ \t]*[\"']?[^\s,\"']+,([^\s\"'`]{{3,}})", is_real),
    ("ncftp", rf"\bncftp\w*{_UP_TO}-p[ \t]*{_WORD}", is_real),
    ("sshpass", rf"\bsshpass[ \t]+-p[ \t]*{_WORD}", is_real),
    (
        _LOGIN_TOOLS,
        rf"\b(?:{_LOGIN_TOOLS.replace(' ', '|')})\b[^\n|;]*\blogin{_UP_TO}-p[ \t=]*{_WORD}",
        is_real,
    ),
    ("redis-cli valkey-cli keydb-cli", _of("redis-cli valkey-cli keydb-cli") + rf"-a[ \t]*{_WORD}", is_real),
    (_LDAP, _of(_LDAP) + rf"-w[ \t]*{_WORD}", is_real),
    (
        "curl wget http",
        (
            rf"\b(?:curl|wget|https?){_UP_TO}(?:-a"
            rf"|--auth)[ \t=]+[\"']?[\w.@-]+:([^\s\"'`]+)"
        ),
        is_real,
    ),
    (
        _ORACLE,
        (
            rf"\b(?:{_ORACLE.replace(' ', '|')})\b[^\n]*?[\s\"'=][\w$#]+/[\"']?([^\s@/\"']+)"
            rf"[\"']?@"
        ),
        is_real,
    ),
    ("htpasswd", rf"\bhtpasswd{_UP_TO}-\w*b\w*[ \t]+\S+[ \t]+\S+[ \t]+{_WORD}", is_real),
    (
        "rabbitmqctl",
        rf"\brabbitmqctl{_UP_TO}(?:add_user|change_password|authenticate_user)[ \t]+\S+[ \t]+{_WORD}",
        is_real,
    ),
    ("vault", rf"\bvault[ \t]+(?:operator[ \t]+unseal|login)[ \t]+(?:token=)?{_WORD}", is_odd),
    (
        "alias host",
        rf"\bmc[ \t]+(?:alias[ \t]+set|config[ \t]+host[ \t]+add)[ \t]+\S+[ \t]+\S+[ \t]+\S+[ \t]+{_WORD}",
        is_real,
    ),
    (
        "alias host",
        rf"\bmc[ \t]+(?:alias[ \t]+set|config[ \t]+host[ \t]+add)[ \t]+\S+[ \t]+\S+[ \t]+{_WORD}",
        is_odd,
    ),
    ("addauth", rf"\baddauth[ \t]+digest[ \t]+[\w.-]+:{_WORD}", is_real),
    ("auth", rf"(?m)(?:^|>[ \t]*)AUTH[ \t]+(?:\w+[ \t]+)?{_WORD}[\"']?[ \t]*$", is_said_password),
    ("setuser", r"(?i)\bACL[ \t]+SETUSER[ \t][^\n]*?[ \t]>([^\s\"']{3,})", None),
)
"""By program: its flag or place for a password."""

_GIVEN: tuple[tuple[str, str, Check | None], ...] = (
    ("pass:", r"(?:^|[\s\"'])pass:([^\s\"'`]{3,})", is_real),
    ("openssl", rf"\bopenssl{_UP_TO}-(?:k|K|pass|passin|passout)[ \t]+{_WORD}", is_odd),
    ("ssh-keygen", rf"\bssh-keygen{_UP_TO}-[NP][ \t]*[\"']([^\"'\n]{{4,}})[\"']", is_real),
    ("--from-literal", r"--from-literal[= ][\"']?[\w.-]+=[\"']?([^\s\"'`]{4,})", is_said_password),
    (
        "config:set secrets setenv vault nomad",
        rf"\b(?:{_SETTERS})(?:[ \t]+[\w.-]+=\S+)*?[ \t]+[\w.-]+=[\"']?([^\s\"'`]{{4,}})",
        is_odd,
    ),
    ("gh", rf"\bgh[ \t]+secret[ \t]+set[ \t][^\n|;]*?(?:-b|--body)[ \t=]*{_WORD}", is_real),
    (
        "echo printf",
        rf"(?i)\b(?:echo|printf)[ \t]+(?:-n[ \t]+)?[\"']?([^\s\"'`|]+)[\"']?[ \t]*\|[^\n]*(?:{_STDIN})",
        is_said_password,
    ),
    (
        "<<<",
        (
            rf"(?i)\b(?:kinit|passwd|sudo|su|gpg|cryptsetup|openssl|login|smbpasswd|join)\b[^\n|;]*<<<"
            rf"[ \t]*{_WORD}"
        ),
        is_odd,
    ),
    ("<<<", rf"(?i)(?:--with-token|--password-stdin)[ \t]*<<<[ \t]*{_WORD}", is_real),
    ("chpasswd", r"(?i)\bchpasswd\b[^\n]*<<<[ \t]*[\"']?\w+:([^\s\"'`]+)", is_real),
    ("chpasswd", r"(?i)\becho[ \t]+[\"']?\w+:([^\s\"'`|]+)[\"']?[ \t]*\|[^\n]*chpasswd", is_real),
    (
        "assword",
        (
            r"(?i)\bexpect[^\n]*assword[^\n]*\n?[^\n]*\bsend(?:[ \t]+--)?[ \t]+[\"']"
            r"([^\"'\n\\]{4,})"
        ),
        is_real,
    ),
    (
        "convertto-securestring",
        (
            r"(?i)ConvertTo-SecureString[ \t]+(?:-AsPlainText[ \t]+"
            r"|-Force[ \t]+)*(?:-String[ \t]+)?[\"']([^\"'\n]+)[\"']"
        ),
        is_real,
    ),
    ("pscredential", r"(?i)\bPSCredential[^\n]*?,[ \t]*[\"']([^\"'\n]{4,})[\"']", is_odd),
    (
        "identified",
        (
            r"(?:(?i:\b(?:user|role|grant|login|to)\b[^\n;]*?\bidentified)"
            r"|\bIDENTIFIED)(?i:[ \t]+(?:with[ \t]+\S+[ \t]+)?(?:by"
            r"|as)[ \t]+(?:password[ \t]+)?)[\"']([^\"'\n]+)"
        ),
        is_real,
    ),
    (
        "password",
        (
            r"(?i)\bpassword(?:[ \t]*=[ \t]*|[ \t]*\([ \t]*|[ \t]+)(?:(?:password|concat)?[ \t]*\("
            r"[ \t]*)?N?'([^'\n]+)'"
        ),
        is_real,
    ),
    ("sp_add", r"(?i)\bsp_add(?:login|linkedsrvlogin)\b[^\n]*,[ \t]*N?'([^'\n]{4,})'", is_odd),
    (
        "requirepass masterauth bindpw rootpw auth_pass",
        rf"(?i)\b(?:requirepass|masterauth|bindpw|rootpw|auth_pass)[ \t]+(?:--\w+[ \t]+)?{_WORD}",
        is_real,
    ),
    ("machine", r"(?i)\bmachine[ \t]+\S+\s+login[ \t]+\S+\s+password[ \t]+(\S+)", is_real),
    ("auth=", r"(?i)\b[\w.]*_?AUTH=[\"']?([^\s\"'`;]{8,})", is_striking),
    (
        "auth",
        (
            r"(?i)(?:^|[\s\"',{])[\"']?_?auth[\"']?[ \t]*[:=][ \t]*[\"']?"
            r"([A-Za-z0-9+/]{8,}={0,2})(?:[\s\"',}]|$)"
        ),
        is_striking,
    ),
    ("<(", r"<\([ \t]*(?:echo|printf)[ \t]+(?:-n[ \t]+)?[\"']?([^\s\"'`)]+)", is_said_password),
    ("secret-set-value", rf"\bsecret-set-value[^\n|;]*--base64[ =]+{_WORD}", is_odd),
    ("chpasswd", r"(?i)\bchpasswd:[^\n]*\n(?:[^\n]*\n)?[ \t-]*\w+:([^\s\"'{}]+)", is_odd),
    (
        "hec splunk geniekey",
        (
            rf"(?i)\b(?:hec|splunk)[ _-](?:hec[ _-])?token[ \t]*(?:[:=]|is)?[ \t]*({_UUID})"
            rf"|\bGenieKey[ \t]+({_UUID})"
        ),
        None,
    ),
    (
        '"jwt "auth "signing',
        r"(?i)\"(?:jwt|auth|signing)\w*\"\s*:\s*\{[^{}]*?\"(?:key|secret)\"\s*:\s*\"([^\"\n]{16,})\"",
        is_odd,
    ),
    (
        "sessid sessionid _session connect.sid wordpress_",
        (
            r"(?i)\b(?:wordpress_(?:logged_in|sec)_[0-9a-f]+|PHPSESSID|JSESSIONID|connect\.sid"
            r"|ASP\.NET_SessionId"
            r"|\w+_session|sessionid)[\"']?[=:][ \t]*[\"']?([^\s;,&\"']{20,})"
        ),
        is_odd,
    ),
    (
        "encrypt gossip kms",
        r"(?i)\b(?:encrypt|gossip[ _]key|kms[ _]key)[\"']?[ \t]*[:=][ \t]*[\"']?([A-Za-z0-9+/]{43}=)",
        None,
    ),
    ("auth-pass", rf"(?i)\bauth-pass[ \t]+\S+[ \t]+{_WORD}", is_odd),
    (">", r"(?m)^[ \t]*user[ \t]+\S+[ \t]+(?:on|off)[ \t][^\n]*?>([^\s\"']{3,})", None),
    ("sonar.login", r"(?i)\bsonar\.login[= ]+([0-9a-f]{40})", None),
    ("secret", rf"(?i)\bsecret[ _-]?id[\"']?[ \t]*[:=][ \t]*[\"']?({_UUID})", None),
    (
        "primary secondary",
        (
            r"(?i)\b(?:primary|secondary)_?key[\"']?[ \t]*[:=]"
            r"[ \t]*[\"']?([A-Za-z0-9+/]{40,}={1,2})"
        ),
        None,
    ),
    ("unseal", r"(?i)\bunseal[ \t]+key(?:[ \t]+\d)?[ \t]*:[ \t]*(\S{20,})", None),
    ("$", r"\$(?:2[abxy]|argon2\w*|5|6|y|1|apr1|sha1|md5)\$([./A-Za-z0-9$=,+]{20,})", None),
)
"""Given to a program on its command line or input, in a statement or a setting."""

_GETS = r"(?:kubectl|oc)\b[^\n]*\bget\b[^\n]*\bsecrets?\b"
_PRINTERS = (
    rf"{_GETS}[^\n]*(?:jsonpath|template|base64)"
    r"|vault[ \t]+(?:kv[ \t]+get|read)\b[^\n]*-field|\bop[ \t]+read|terraform[ \t]+output[ \t]+-raw"
    r"|get-secret-value\b[^\n]*--query|secrets[ \t]+versions[ \t]+access|keyvault[ \t]+secret[ \t]+show"
    r"|find-generic-password|initial-password|reset-password|openssl[ \t]+rand|\bpwgen"
    r"|print-access-token|get-login-password|create[ -]token"
    r"|base64[ \t]+(?:-d|-D|--decode)"
)
_PRINTED = (
    Rule(
        kind="secret",
        needs="value",
        pattern=r"(?is)(?:keyvault[ \t]+secret[ \t]+show|get-parameters?\b|get-parameters-by-path"
        r"|secretmanager|with-decryption"
        r"|\"SecureString\").{0,400}?\"value\"\s*:\s*\"([^\"\n]+)\"",
        check=is_odd,
    ),
    Rule(
        kind="secret",
        needs="reg_",
        pattern=r"(?i)(\w*(?:pass|pwd|secret|token|key)\w*)[ \t]+REG_(?:SZ|EXPAND_SZ|BINARY)[ \t]+(\S+)",
        shape=Shape.NAMED,
    ),
    Rule(
        kind="secret",
        needs="pass secret token key",
        pattern=r"(?im)^/?(?:[\w.-]+/)+([\w.-]*(?:pass|pwd|secret|token"
        r"|key)[\w.-]*)[ \t]*\r?\n[ \t]*([^\s/]{6,})[ \t]*$",
        shape=Shape.NAMED,
        check=is_odd,
    ),
    Rule(
        kind="secret",
        needs="set env",
        pattern=r"(?i)(?:\bsetx|\bsetenv|\bset[ \t]+-g?x|^[ \t]*ENV)[ \t]+([\w.-]*(?:pass|pwd|secret"
        r"|token|key)[\w.-]*)[ \t]+[\"']?([^\s\"']+)",
        shape=Shape.NAMED,
    ),
    Rule(
        kind="password",
        needs="md5",
        pattern=r"[\"'](md5[0-9a-f]{32})[\"']",
    ),
    Rule(
        kind="secret",
        needs="swmtkn extraheader http-basic cargo",
        pattern=r"(SWMTKN-1-[a-z0-9-]{40,})"
        r"|(?i:extraheader[= \t]+[\"']?authorization:[ ]*\w+[ ]+([A-Za-z0-9+/=._-]{8,}))"
        r"|\bcomposer[ \t]+config[^\n]*http-basic\.\S+[ \t]+\S+[ \t]+(\S+)|\bcargo[ \t]+login[ \t]+(\S+)",
        check=is_odd,
    ),
    Rule(
        kind="k8s_secret",
        needs="secret",
        pattern=rf"(?i){_GETS}[^\n]*?(?:\n+|[ \t]+(?:->|=>|→|=|:|gives|returns)[ \t]*)"
        r"([A-Za-z0-9+/]{8,}={0,2})(?:\s|$)",
        check=is_said_token,
    ),
    Rule(
        kind="secret",
        needs="secret -field read output password rand pwgen token base64",
        pattern=rf"(?i)(?:{_PRINTERS})[^\n]*\n+[ \t]*([^\s]{{6,}})[ \t]*(?:\n|$)",
        check=is_opaque,
    ),
)

COMMANDS: tuple[Rule, ...] = (
    *(
        Rule(kind="password", needs=needs, pattern=pattern, check=check)
        for needs, pattern, check in (*_LOGINS, *_GIVEN)
    ),
    *_PRINTED,
)
