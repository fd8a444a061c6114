"""The sentence in which AWS refuses: `User: … is not authorized to perform: … on resource: … because …`.

The wording is AWS's own (IAM User Guide, "Troubleshoot access denied error messages"); services vary in case,
quotes and in what they leave out. All patterns are bounded, so a text is read in time linear in its length.
"""

import re
from collections.abc import Iterator

from bot.iam.denial import Denial

_REFUSAL = re.compile(
    r"(?i:\bnot\s{1,200}authori[sz]ed\s{1,200}to\s{1,200}perform)\s{0,3}:?\s{0,200}[`'\"\[*]{0,3}"
    r"([A-Za-z][A-Za-z0-9-]{0,40}:[A-Za-z0-9*]{1,80})"
)
_USER = re.compile(
    r"(?i:\buser)\s{0,3}:?\s{0,200}[`'\"*<]{0,3}((?:arn:aws|anonymous)[^\s`'\"<>]{0,300})[`'\"*>]{0,3}"
    r"\s{1,200}is\s{1,200}\Z"
)
_LOOK_BACK_CHARACTERS = 700
_THIS_RESOURCE = re.compile(r"[`'\"\]*]{0,3}\s{1,200}on\s{1,200}(?:this|the)\s{1,200}resource\b(?!\s{0,3}:)")
_RESOURCE = re.compile(r"[`'\"\]*]{0,3}\s{1,200}on\s{1,200}(?:the\s{1,20})?resources?\s{0,3}:?\s{0,200}")
_FORMS = tuple(
    re.compile(form)
    for form in (
        r"\"([^\"\n]{1,1500})\"?",
        r"'([^'\n]{1,1500})'?",
        r"`([^`'\n]{1,1500})[`']?",  # old SDKs for PHP open with ` and close with '
        r"((?:arn:|https?:)[^\s`'\"<>]{0,1500}(?<![.,;:)])|\*)",
        r"([^\n,;(\"<>]{1,200}?)(?=\s{1,200}(?:because|with\s{1,20}an\s{1,20}explicit)\b|\s{0,20}[\n,;(\"<>]|\.\s|\.?\Z)",
    )
)
_CLAUSE = re.compile(
    r"[\s`'\".,\]()]{0,200}(because\s{1,200}no|with\s{1,200}an\s{1,200}explicit\s{1,200}deny)\b"
)
_CLAUSE_CHARACTERS = 300
_CLAUSE_END = re.compile(r"[.;:(\"`'<]|\ballows?\b")
_TYPES = {
    "identity": r"identity[- ]based polic",
    "resource": r"resource[- ]based polic",
    "boundary": r"permissions? boundar",
    "session": r"session polic",
    "scp": r"service control polic|\bscps?\b",
    "rcp": r"resource control polic|\brcps?\b",
    "vpc_endpoint": r"vpc endpoint polic",
    "trust": r"trust polic",
}
_TYPE = re.compile("|".join(f"(?P<{name}>{words})" for name, words in _TYPES.items()))
_TRAILING = ".,;:)`'\"*"


def refusals(text: str) -> Iterator[tuple[int, Denial]]:
    """Yield every refusal in a text and the place where it begins.

    Args:
        text: Unescaped, see `bot.iam.denials.unescaped`; lines may be wrapped anywhere between words.
    """
    for found in _REFUSAL.finditer(text):
        resource, rest = _resource(text, found.end())
        policy_type, explicit = _clause(text, rest)
        denial = Denial(
            principal=_principal(text, found.start()),
            action=found[1],
            resource=resource,
            policy_type=policy_type,
            explicit=explicit,
        )
        yield found.start(), denial


def _principal(text: str, end: int) -> str | None:
    found = _USER.search(text[max(0, end - _LOOK_BACK_CHARACTERS) : end])
    return found[1].rstrip(_TRAILING) if found else None


def _resource(text: str, start: int) -> tuple[str | None, int]:
    """Return the resource named from `start` on, and where the text goes on after it."""
    unnamed = _THIS_RESOURCE.match(text, start)
    if unnamed:
        return None, unnamed.end()
    named = _RESOURCE.match(text, start)
    if named is None:
        return None, start
    found = next(filter(None, (form.match(text, named.end()) for form in _FORMS)), None)
    return (found[1].strip(), found.end()) if found else (None, named.end())


def _clause(text: str, start: int) -> tuple[str | None, bool | None]:
    """Return which kind of policy refused, and whether by a Deny; as far as the text says."""
    found = _CLAUSE.match(text, start)
    if found is None:
        return None, None
    words = " ".join(text[found.end() : found.end() + _CLAUSE_CHARACTERS].lower().split())
    end = _CLAUSE_END.search(words)
    said = words[: end.start()] if end else words
    types = [str(match.lastgroup) for match in _TYPE.finditer(said)]
    return _decisive(types, is_chain="transitively" in said), found[1].startswith("with")


def _decisive(types: list[str], *, is_chain: bool) -> str | None:
    if is_chain and types:
        return types[-1]
    return types[0] if len(set(types)) == 1 else None
