"""Commands in an answer's words: shown as code, and said to be unchecked, since they stood in the thread.

A command is known by its program and by what follows it: names of programs are ordinary words too.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

UNCHECKED = "(from the thread, not checked)"
UNSHOWN = "[command in the thread]"
"""Stands for a command where no code can be shown."""

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
    r"|(?:shutdown|reboot|halt)\s+-|(?:ba|z)?sh\s+-c|python3?\s+-(?:c|m(?!\s+bot\b))|openssl\s+[a-z0-9]+\s+-"
    r"|drop\s+(?:table|database|index|user|schema)\b|delete\s+from\b|truncate\s+table\b|grant\s+all\b"
    r"|update\s+\w+\s+set\b|alter\s+(?:user|role|system)\b|flush(?:all|db)\b|config\s+set\b"
)
_COMMAND = re.compile(
    rf"(?i)(?<![\w./@$-])(?:(?:{_ALWAYS})(?=\s+[-\w./\"'$@{{<\[])|{_WITH})"
    r"|(?<![\w./-])(?-i:[A-Za-z]*[a-z][A-Z]\w*=(?:true|false|none|null|0)\b)"
)
_END = re.compile(r"[\n`]|[.:!?;]\s+[A-Z]|\s[·→]\s|\s\(|\s+—")
_CODE = re.compile(r"(`[^`\n]+`)")
_MOST_CHARS = 400
_ROUND = " \t,.;:!?"


def commands(text: str) -> Iterator[tuple[int, int]]:
    """Yield where the commands of a text begin and end."""
    at = 0
    while match := _COMMAND.search(text, at):
        rest = text[match.end() : match.start() + _MOST_CHARS]
        end = _END.search(rest)
        at = match.end() + len((rest[: end.start()] if end else rest).rstrip(_ROUND))
        yield match.start(), at


def has_command(text: str) -> bool:
    """Say whether a text holds a command."""
    return _COMMAND.search(text) is not None


def in_backticks(text: str) -> str:
    """Return mrkdwn with its commands as code, said once to be unchecked; a second pass changes nothing."""
    if not has_command(text):
        return text
    parts = _CODE.split(text)
    parts[::2] = map(_coded, parts[::2])
    if UNCHECKED in text:
        return "".join(parts)
    coded = _CODE.split("".join(parts))
    first = next((at for at in range(1, len(coded), 2) if has_command(coded[at])), len(coded) - 1)
    coded[first] += f" {UNCHECKED}"
    return "".join(coded)


def without_commands(text: str) -> str:
    """Return plain text with its commands left out: it can show no code, and a button must carry none."""
    parts, at = [], 0
    for start, end in commands(text):
        parts += [text[at:start], UNSHOWN]
        at = end
    return "".join([*parts, text[at:]])


def _coded(text: str) -> str:
    parts, at = [], 0
    for start, end in commands(text):
        parts += [text[at:start], f"`{text[start:end]}`"]
        at = end
    return "".join([*parts, text[at:]])


def as_elements(leaf: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return a text element of `rich_text` as several, its commands as code; any other element as it is."""
    text = leaf.get("text")
    if leaf.get("type") != "text" or not isinstance(text, str) or (leaf.get("style") or {}).get("code"):
        return [dict(leaf)]
    parts, at = [], 0
    for start, end in commands(text):
        styled = {**leaf, "text": text[start:end], "style": {**(leaf.get("style") or {}), "code": True}}
        parts += [{**leaf, "text": text[at:start]}, styled]
        at = end
    return [part for part in [*parts, {**leaf, "text": text[at:]}] if part["text"] or not parts]


def with_commands_marked(elements: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the elements of a section with commands as code, said once to be unchecked."""
    split = [part for leaf in elements for part in as_elements(leaf)]
    is_said = any(UNCHECKED in str(leaf.get("text", "")) for leaf in split)
    first = next((at for at, leaf in enumerate(split) if _is_command(leaf)), None)
    if first is None or is_said:
        return split
    return [*split[: first + 1], {"type": "text", "text": f" {UNCHECKED}"}, *split[first + 1 :]]


def _is_command(leaf: Mapping[str, Any]) -> bool:
    is_code = leaf.get("type") == "text" and bool((leaf.get("style") or {}).get("code"))
    return is_code and has_command(str(leaf.get("text", "")))
