"""Commands in an answer's words: shown as code, and said to be unchecked, since they stood in the thread.

A command is known by its program and by what follows it: names of programs are ordinary words too.
"""

import re
from collections.abc import Iterator

UNCHECKED = "(from the thread, not checked)"

_ALWAYS = (
    "kubectl|terraform|tofu|terragrunt|systemctl|apt-get|redis-cli|etcdctl|psql|eksctl|gcloud|gsutil|rabbitmqctl"
    "|sudo|curl|wget|ansible-playbook|istioctl|argocd|journalctl|kubeadm|chmod|chown|pkill|killall|mysqladmin"
    "|iptables|nomad|ssh|scp|rsync|crictl|aws-vault|gh|doctl|flyctl|heroku|npx|xargs|crontab|setfacl|usermod"
)
_WITH = (
    r"aws\s+(?:--\S+\s+)*(?:s3\s+(?:rm|cp|sync|mb|rb|mv|ls|presign)|[a-z0-9-]+\s+[a-z0-9]+(?:-[a-z0-9]+)+)"
    r"|(?:helm|docker|podman|oc|vault|consul|flux|az)\s+[a-z]+[\w-]*\s+(?:-{1,2}\w|[a-z0-9-]+[/:.-]\S)"
    r"|helm\s+(?:rollback|upgrade|install|uninstall|delete)"
    r"|docker\s+(?:run|rmi?|exec|kill|stop|restart|system|compose|push|pull)"
    r"|git\s+(?:push|revert|reset|checkout|rebase|clean|cherry-pick|pull|apply|clone)"
    r"|(?:apt|yum|dnf|apk|pip3?|npm|gem|brew)\s+(?:install|remove|update|upgrade|add|del|erase|downgrade|uninstall)"
    r"|rm\s+-|kill\s+(?:-|\d)|service\s+\S+\s+(?:re)?(?:start|stop|load)\b|dd\s+if=|mkfs\S*\s+/"
    r"|(?:shutdown|reboot|halt)\s+-|(?:ba|z)?sh\s+-c|python3?\s+-[cm]|openssl\s+[a-z0-9]+\s+-"
    r"|drop\s+(?:table|database|index|user|schema)\b|delete\s+from\b|truncate\s+table\b|grant\s+all\b"
    r"|update\s+\w+\s+set\b|alter\s+(?:user|role|system)\b|flush(?:all|db)\b|config\s+set\b"
)
_COMMAND = re.compile(
    rf"(?i)(?<![\w./@$-])(?:(?:{_ALWAYS})(?=\s+[-\w./\"'$@{{<\[])|{_WITH})"
    r"(?:(?![.;:!?]?(?:\s*$|\s+(?:[·→|]\s|\())|[.:!?]\s+[A-Z])[^\n`]){0,400}"
    r"|(?<![\w./-])[A-Za-z]*[a-z][A-Z]\w*=(?:true|false|none|null|0)\b"
)


def commands(text: str) -> Iterator[tuple[int, int]]:
    """Yield where the commands of a text begin and end."""
    for match in _COMMAND.finditer(text):
        yield match.start(), match.start() + len(match[0].rstrip(" \t,"))


def in_backticks(text: str) -> str:
    """Return mrkdwn with its commands as code, said once to be unchecked; a second pass changes nothing."""
    parts, at, is_said = [], 0, UNCHECKED in text
    for start, end in commands(text):
        is_code = text[start - 1 : start] == "`" == text[end : end + 1]
        parts += [text[at:start], text[start:end] if is_code else f"`{text[start:end]}`"]
        at = end
        if not is_said and not is_code:
            parts.append(f" {UNCHECKED}")
            is_said = True
    whole = "".join([*parts, text[at:]])
    return f"{whole} {UNCHECKED}" if parts and not is_said else whole
