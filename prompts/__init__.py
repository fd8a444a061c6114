"""The words we say to a model: one Markdown file a prompt, with a header that says what it is for.

A file begins with a TOML header between two lines of `+++`; the rest is exactly what the model reads, with
`$name` where an input goes. There is no logic in a prompt. A prompt without inputs is a stable prefix for
the prompt cache. A changed text raises `version`, so that every log line can name what was said.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Template

FENCE = "+++\n"


class PromptError(Exception):
    """A prompt cannot be used as it is written or filled: a mistake of ours, never of a person.

    Args:
        name: The prompt.
        problem: What is wrong with it.
    """

    def __init__(self, *, name: str, problem: str) -> None:
        super().__init__(f"{name}: {problem}")
        self.name = name
        self.problem = problem


class PromptInputsError(PromptError):
    """The inputs that are needed and the inputs that are there differ.

    Args:
        name: The prompt.
        missing: Needed, but not there.
        unexpected: There, but not needed.
    """

    def __init__(self, *, name: str, missing: frozenset[str], unexpected: frozenset[str]) -> None:
        super().__init__(name=name, problem=f"missing {sorted(missing)}, unexpected {sorted(unexpected)}")
        self.missing = missing
        self.unexpected = unexpected


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """One prompt.

    Attributes:
        version: Raised with every change of the text.
        purpose: What it is for, in one sentence.
        inputs: Names to fill in.
        text: What the model reads, inputs not yet filled in.
    """

    name: str
    version: int
    purpose: str
    inputs: tuple[str, ...]
    text: str

    @property
    def label(self) -> str:
        """Name and version, for logs: `diagnose_system@1`."""
        return f"{self.name}@{self.version}"

    def fill(self, **values: str) -> str:
        """Return the text with its inputs filled in; a `$` inside a value stays as it is.

        Raises:
            PromptInputsError: An input is missing, or a value is no input.
        """
        _same_inputs(self.name, wanted=frozenset(self.inputs), given=frozenset(values))
        return Template(self.text).substitute(values)


@cache
def load(name: str) -> Prompt:
    """Return the prompt of the file `name.md` in this package.

    Raises:
        PromptError: There is no such file, or its header cannot be used.
        PromptInputsError: The header declares other inputs than the text uses.
    """
    file = files("prompts").joinpath(f"{name}.md")
    if not file.is_file():
        raise PromptError(name=name, problem="there is no such prompt")
    return parse(name, file.read_text(encoding="utf-8"))


def parse(name: str, source: str) -> Prompt:
    """Read a prompt from the text of its file.

    Raises:
        PromptError: The header is missing or cannot be used.
        PromptInputsError: The header declares other inputs than the text uses.
    """
    start, header, text = _split(name, source)
    if start:
        raise PromptError(name=name, problem="must begin with a line of +++")
    try:
        fields = tomllib.loads(header)
        prompt = Prompt(
            name=name,
            version=int(fields["version"]),
            purpose=str(fields["purpose"]),
            inputs=tuple(fields.get("inputs", ())),
            text=text.strip() + "\n",
        )
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise PromptError(name=name, problem=f"unusable header: {error}") from None
    _check_template(prompt)
    return prompt


def _split(name: str, source: str) -> tuple[str, str, str]:
    parts = source.split(FENCE, 2)
    try:
        start, header, text = parts
    except ValueError:
        raise PromptError(name=name, problem="must have a header between two lines of +++") from None
    return start, header, text


def _check_template(prompt: Prompt) -> None:
    template = Template(prompt.text)
    if not template.is_valid():
        raise PromptError(name=prompt.name, problem="has a $ that begins no input; write $$ for a bare one")
    used = frozenset(template.get_identifiers())
    _same_inputs(prompt.name, wanted=used, given=frozenset(prompt.inputs))


def _same_inputs(name: str, *, wanted: frozenset[str], given: frozenset[str]) -> None:
    if wanted != given:
        raise PromptInputsError(name=name, missing=wanted - given, unexpected=given - wanted)
