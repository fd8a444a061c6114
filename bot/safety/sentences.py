"""What people write in sentences, in the languages of on-call: only values that mix classes of characters."""

from bot.safety.likeness import (
    is_code,
    is_long_token,
    is_random_word,
    is_said_login,
    is_said_password,
    is_said_token,
    is_said_value,
    is_striking,
)
from bot.safety.rule import Rule, Shape

_IS = (
    r"(?:[ \t]+(?:\w+[ \t]+){0,3}?(?:is|was|are|now|to|as|still|set)\b"
    r"(?:[ \t]+(?:now|still|set|to|just|currently|also))*[ \t]*[:=]?|[ \t]*\([^()\n]{1,40}\)[ \t]*[:=→]"
    r"|[ \t]*[:=→—\x{2013}]|[ \t]*->)"
)
_NOUN = r"(?:password|passwd|passphrase|passcode|pwd|pw|passwort|psk|pre-?shared[ -]key)"
_PREFIX = r"(?:[\w.-]*[_.-])?"
_WORD = r"[ \t]*[\"'`*_(]*([^\s\"'`]+)"
_FOR = r"(?:[ \t]+(?:for|of|on|to|in|at)[ \t]+\S+(?:[ \t]+\S+){0,3}?[ \t]*(?::|=|is|was|->))?"
_KEY = (
    r"(?:token|secret|unseal key(?: \d)?|(?:api|app|application|access|secret|account|private"
    r"|signing|encryption"
    r"|auth|storage|master|license|ingest|integration|service|routing|write|hmac|deploy|ssh)[ _-]?key)"
)

_ELSEWHERE = (
    r"(?:passwort|kennwort|zugangscode|\bpw|pass[ -]?phrase|mot de passe|mdp|contrase(?:ñ|n)a|clave"
    r"|senha|palavra-passe|password di|parola"
    r"|wachtwoord|has(?:ł|l)o|heslo|парол\p{L}{1,3}|lösenord\p{L}{0,2}|passord\p{L}{0,2}"
    r"|adgangskode\p{L}{0,2}|kodeord\p{L}{0,2}"
    r"|salasana|(?:ş|s)ifre\p{L}{0,3}|jelsz(?:ó|o)|lozink\p{L}|kata sandi|mật khẩu|κωδικός"
    r"|รหัสผ่าน|slaptažod\p{L}{1,3}|parool|geslo|contrasenya|رمز عبور|密码|密碼|口令|パスワード"
    r"|暗証番号|비밀번호|암호"
    r"|סיסמה|पासवर्ड|كلمة المرور|كلمة السر)"
)
_IS_SAID = (
    r"(?:[ \t]+(?:ist|lautet|war|wäre|est|était|es|era|é|è|is|wordt|jest|je|är|er|olan|это|теперь"
    r"|είναι|là|adalah)"
    r"(?:[ \t]+(?:jetzt|nun|noch|maintenant|toujours|ahora|agora|adesso|ancora|nu|теперь|teraz|nyt"
    r"|art\x{131}k|still|now))*[ \t]*:?[ \t]"
    r"|[ \t]*(?:[:\x{ff1a}→—\x{2013}]|->)|[ \t]*(?:是|为|為|は|는|은))"
)
_IS_ELSEWHERE = rf"(?:{_IS_SAID}|[ \t]*=)"
_OPENS = r"[ \t\"'`*_(«»„“”「『\x{2018}\x{2019}]*"
_LOGIN = (
    r"log(?:ged)?[ -]?(?:in|on)|login|sign(?:ed)?[ -]?in|creds?|credentials?|auth|zugangsdaten|anmeldung"
    r"|identifiants?|credenciales|credenciais|credenziali|inloggegevens|логин|учётк\p{L}"
)
_ADMIN = (
    r"admin|administrator|root|superuser|sysadmin|sa|postgres|oracle|ubuntu|ec2-user|guest|deploy|jenkins"
    r"|svc[-_.]\w+|\w+[-_.](?:svc|admin|adm|user|bot)"
)

SENTENCES: tuple[Rule, ...] = (
    Rule(
        kind="password",
        pattern=rf"(?i)\b{_PREFIX}(?:{_NOUN}|pass)\b[*_]?{_IS}{_WORD}",
        check=is_said_password,
    ),
    Rule(kind="password", pattern=rf"(?i)\b{_NOUN}\b{_FOR}[ \t]{_WORD}", check=is_said_password),
    Rule(
        kind="password",
        pattern=rf"(?i){_ELSEWHERE}[*_]?(?:[^\n:=.;!?]{{0,60}}?){_IS_ELSEWHERE}{_OPENS}("
        rf"[^\s\"'`«»„“”「」『』\x{{2018}}\x{{2019}}\x{{ff0c}}。、\x{{ff1b}}\p{{Hiragana}}\p{{Katakana}}\p{{Han}}\p{{Hangul}}])",
        check=is_said_password,
        shape=Shape.OPEN,
    ),
    Rule(
        kind="secret",
        pattern=rf"(?i)\b{_PREFIX}{_KEY}\b[*_]?{_IS}{_WORD}",
        check=is_said_token,
    ),
    Rule(
        kind="secret",
        pattern=r"(?i)(?:^|[\s\"'`(>:/])((?:x-[\w-]*|[\w.]*[_-])(?:token|secret|key|string|password"
        r"|passwd|passphrase|pass|pwd|pat)"
        r"|(?-i:_?[a-z]\w*(?:Key|Token|Secret|Password|Pass))"
        r"|(?:auth|api|access|app|bot|session|refresh|bearer|deploy|registration|join|root|admin"
        r"|secret|private|license"
        r"|routing|integration|signing|master|shared|storage|ingest)[ ](?:token|key"
        r"|secret))[ \t]+[\"'`*]*([^\s\"'`*,;)]{8,})",
        shape=Shape.NAMED,
        check=is_said_value,
    ),
    Rule(
        kind="password",
        pattern=rf"(?i)(?:{_ELSEWHERE}|(?:^|[^\d]){_NOUN})[*_]?([ \t,;(][^\n]{{6,120}})",
        shape=Shape.BLOCK,
        check=is_random_word,
    ),
    Rule(
        kind="token",
        pattern=r"(?i)(?:\b(?:api[ -]?key|token|secret|jeton|clé d['\x{2019}]api|clave de api"
        r"|chave de api|api-schlüssel|schlüssel)|токен\p{L}{0,2}|ключ\p{L}{0,2}|令牌|密钥|トークン)"
        rf"[^\n:=.;!?&]{{0,70}}?{_IS_SAID}{_OPENS}("
        rf"[^\s\"'`«»„“”「」『』\x{{2018}}\x{{2019}}\x{{ff0c}}。、\x{{ff1b}}&]{{16,}})",
        check=is_long_token,
    ),
    Rule(
        kind="token",
        needs="token secret key",
        pattern=r"(?i)(?:^|[^\w-])(?:token|secret)[ \t]+[\"'`*]*([^\s\"'`*,;)]{16,})"
        r"|(?:^|[\s(])(?:the|this|my|our|new|old|your|aes|hex"
        r"|raw)[ \t]key(?:[ \t]*\([^()\n]{1,20}\))?[ \t]*(?:=|:|is)[ \t]*[\"'`]?"
        r"([A-Za-z0-9+/_-]{32,}={0,2})",
        check=is_long_token,
    ),
    Rule(
        kind="password",
        needs="to pass p:",
        pattern=r"(?i)\b(?:reset|changed?|set|rotated|updated?)[ \t]+(?:it|that|them"
        r"|this)[ \t]+to[ \t]+[\"'`*]*([^\s\"'`*]{6,})"
        r"|\bpass[ \t]+[\"'`*]*([^\s\"'`*]{6,})|\bu(?:ser)?[:=][ \t]*\S+[\s,;/]+p[:=]"
        r"[ \t]*[\"'`*]*([^\s\"'`*]{6,})",
        check=is_striking,
    ),
    Rule(
        kind="token",
        pattern=r"(?i)\b(?:the|this|new|old|my|your|our|following|temp|temporary|valid"
        r"|current)[ \t]+(?:\w+[ \t]+)?"
        r"(?:token|secret|api[ -]?key|key)[ \t]+[\"'`*]*([^\s\"'`*,;)]{16,})",
        check=is_long_token,
    ),
    Rule(
        kind="password",
        pattern=rf"(?i)\b(?:{_LOGIN})\b"
        r"[^\n]{0,40}?\b[\w.@+-]+[\"'`*]*[ \t]*(?:[/|]|[ \t]with[ \t]|[ \t]and[ \t])[ \t]*[\"'`*]*("
        r"[^\s\"'`]+)",
        check=is_said_login,
    ),
    Rule(
        kind="password",
        pattern=rf"(?i)\b(?:{_LOGIN})\b[^\n]{{0,40}}?\b[\w.@+-]+[\"'`*]*[ \t]*:[ \t]*[\"'`*]*("
        rf"[^\s\"'`/][^\s\"'`]+)",
        check=is_said_login,
    ),
    Rule(
        kind="password",
        pattern=r"(?i)(?:^|[\s>(\"'`*“„«])([^\s\"'`<>()*“”„«»,]{6,})"
        r"[\"'`*”“»]*[,;]?[ \t]*[(—\x{2013}-]{0,2}[ \t]*"
        r"(?:as|for|that'?s|thats|is|was|=|←|<-)[ \t]+(?:(?:the|our|my|your|a|new|old)[ \t]+)?[*_]*"
        rf"(?:[\w.-]+[ \t]+){{0,2}}?{_NOUN}\b",
        check=is_striking,
    ),
    Rule(
        kind="password",
        needs="try use with as user account",
        pattern=r"(?i)\b(?:try|use|using|with|as|user|account)"
        r"[ \t]+[\"'`*]*[\w.@+-]+[\"'`*]*(?:[ \t]?/[ \t]?|[ \t]+(?:with|and|mit|avec|con|com|met"
        r"|med)[ \t]+)[\"'`*]*([^\s\"'`*,;)/]{6,})",
        check=is_striking,
    ),
    Rule(
        kind="password",
        pattern=rf"(?i)(?:^|[\s\"'`(*])(?:{_ADMIN})[ \t]?[/:|,][ \t]?[\"'`*]*([^\s\"'`*,;)]{{6,}}?)"
        r"(?:@[a-z][\w.-]*(?:[\s:/]|$)|[\s\"'`*,;)]|$)",
        check=is_striking,
    ),
    Rule(
        kind="password",
        needs="creds credential",
        pattern=r"(?i)\bcred(?:s|entials)?:?[ \t]+(?:(?:are|is|for)[ \t]+)?[\w.@+-]+[ \t]+[\"'`*]*("
        r"[^\s\"'`*]{6,})",
        check=is_striking,
    ),
    Rule(
        kind="password",
        needs="ssh rdp login sftp telnet",
        pattern=r"(?i)\b(?:ssh|rdp|login|sftp|telnet|rdesktop)\b[^\n]{0,60}?@[\w.-]+[ \t]*(?:[ \t]"
        r"(?:with|using|pw|mit)[ \t]"
        r"|/)[ \t]*[\"'`*]*([^\s\"'`*]{6,})",
        check=is_striking,
    ),
    Rule(
        kind="password",
        needs="wifi wi-fi wlan ssid vpn jump bastion ilo idrac ipmi bmc",
        pattern=r"(?i)\b(?:wi-?fi|wlan|ssid|vpn|jump\w*|bastion|ilo|idrac|ipmi|bmc)\b[^\n]{0,40}?"
        r"[\w.-]+[ \t]+/[ \t]+"
        r"[\"'`*]*([^\s\"'`*]{6,})",
        check=is_striking,
    ),
    Rule(
        kind="password",
        needs="use try with",
        pattern=r"(?i)\b(?:use|try|with)[ \t]+[\"'`*]*([^\s\"'`*]{6,})[\"'`*]*[ \t]+to[ \t]+(?:log"
        r"|sign|get)[ -]?in\b",
        check=is_striking,
    ),
    Rule(
        kind="otp",
        needs="door gate alarm entry safe",
        pattern=r"(?i)\b(?:door|gate|alarm|entry|safe)[ -]code[ \t]*(?:[:=]|is|was)[ \t]*[\"'`*]*(\d{4,8})\b",
        spreads=False,
    ),
    Rule(
        kind="otp",
        needs="recovery backup scratch",
        pattern=r"(?i)\b(?:recovery|backup|scratch)[ -]codes?[ \t]+[\"'`]?(\d{6,10}|[0-9a-f]{4,8}"
        r"(?:-[0-9a-f]{4,8})+)\b",
        spreads=False,
    ),
    Rule(
        kind="otp",
        needs="codes",
        pattern=r"(?i)\b(?:recovery|backup|scratch)[ -]codes?\b[^\n]{0,40}\n"
        r"((?:[ \t>]*(?:\d{1,2}[.):][ \t]*|[-*][ \t]+)?[A-Za-z0-9]{4,12}(?:[ -]"
        r"[A-Za-z0-9]{4,12}){0,3}[ \t]*\r?(?:\n|$)){1,16})",
        shape=Shape.BLOCK,
        check=is_code,
        spreads=False,
    ),
    Rule(
        kind="otp",
        needs="otp 2fa mfa authenticator codes code pin",
        pattern=r"(?i)\b(?:totp|otp|2fa|mfa|authenticator)[ _-]?(?:seed|secret"
        r"|key)\b[^\n]{0,40}?[\s:=]([A-Z2-7]{16,})\b"
        r"|\b(?:recovery|backup)[ -]codes?\b[^\n]{0,30}?[:\s]((?:[0-9a-z]{4,10}-[0-9a-z]{4,10}[\s,;/|]*)+)"
        r"|\b(?:otp|totp|(?:2fa|mfa|one[- ]time|verification|sms|backup|recovery|pin)[ -](?:code"
        r"|passcode|password|pin)|pin)"
        r"(?:[ \t]+for[ \t]+\S+)?[ \t]*(?:[:=→]|is|was)[ \t]*[\"'`*]*(\d{6,8})\b",
        spreads=False,
    ),
)
"""Strong words first; what only its place betrays must be striking."""
