"""Switch off each rule of verification in a copy of the code and name a test that notices.

    python -m bench.verification

Prints one row a rule. Exits with 1 when a rule can be switched off unnoticed.
"""

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
TESTS = (
    "tests/incident/test_verification.py",
    "tests/incident/test_printed_fields.py",
    "tests/incident/test_diagnosis.py",
    "tests/incident/test_claims.py",
    "tests/incident/test_acts.py",
    "tests/incident/test_naming.py",
    "tests/slack/test_rivalry.py",
)
COPIED = ("bot", "tests", "prompts", "handlers", "evals", "sandbox", "pyproject.toml")
_FAILED = re.compile(r"^FAILED \S+?::(\S+)", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule and how it is switched off: in `file`, `old` becomes `new`."""

    name: str
    file: str
    old: str
    new: str


_VERIFICATION, _DIAGNOSIS = "bot/incident/verification.py", "bot/incident/diagnosis.py"
RULES = (
    Rule(name="an id exists", file=_VERIFICATION, old='return "there is no such message"', new='return ""'),
    Rule(
        name="nothing later than the question",
        file=_VERIFICATION,
        old="if message.at > self.case.asked_at:",
        new="if False:",
    ),
    Rule(
        name="quotes are substrings",
        file=_VERIFICATION,
        old="if item.quote not in message.text:",
        new="if False:",
    ),
    Rule(
        name="a look-up is cited with its words",
        file=_VERIFICATION,
        old="bool(item.quote) and item.quote in self.looked_up[item.id].text",
        new="True",
    ),
    Rule(
        name="a look-up that shows messages is not cited",
        file=_VERIFICATION,
        old=" for found in case.observations if found.is_evidence}",
        new=" for found in case.observations}",
    ),
    Rule(
        name="the trigger is shown",
        file=_VERIFICATION,
        old="if not hypothesis.trigger.evidence:",
        new="if False:",
    ),
    Rule(
        name="statements hold what is cited",
        file=_VERIFICATION,
        old='return _unheld(made_up) if made_up else ""',
        new='return ""',
    ),
    Rule(
        name="what can be spared holds what was read",
        file=_VERIFICATION,
        old='return "" if made_up else text',
        new="return text",
    ),
    Rule(
        name="a mechanism rests on its own link",
        file=_VERIFICATION,
        old="self._kept(self._words(text), self._ground([*link.evidence_for, *link.evidence_against]))",
        new="self._kept(self._words(text), self.whole)",
    ),
    Rule(name="a check only reads", file=_VERIFICATION, old="if changes_state(do):", new="if False:"),
    Rule(
        name="no person in a chain",
        file=_VERIFICATION,
        old='nameless(" ".join(text.split()), names=self.names)',
        new='" ".join(text.split())',
    ),
    Rule(
        name="times are computed",
        file=_VERIFICATION,
        old="timed = with_times(",
        new="timed = (lambda h, _: h)(",
    ),
    Rule(
        name="status is computed",
        file=_VERIFICATION,
        old="status=status_by_rule(timed, self.case)",
        new="status=given.status",
    ),
    Rule(
        name="what is left over is named",
        file=_VERIFICATION,
        old=" or self._lines(unexplained(timed, self.case))",
        new="",
    ),
    Rule(
        name="what was not seen is counted",
        file=_VERIFICATION,
        old="(*unread(self.case.incident), *unlooked(self.case))",
        new="given.unseen",
    ),
    Rule(
        name="a suspicion shows nothing",
        file=_VERIFICATION,
        old="if kinds and kinds <= {",
        new="if False and {",
    ),
    Rule(name="a mitigation is named", file=_DIAGNOSIS, old="        if not cites:", new="        if False:"),
    Rule(
        name="a mitigation's message speaks of it",
        file=_DIAGNOSIS,
        old="return bool(words(do) & words(message.text))",
        new="return True",
    ),
    Rule(
        name="questions and gaps hold what was read",
        file=_DIAGNOSIS,
        old='return "" if made_up else text',
        new="return text",
    ),
    Rule(name="unopened links are named", file=_DIAGNOSIS, old="unseen or unlooked(self.case)", new="unseen"),
    Rule(
        name="one start is not the latest change",
        file="bot/slack/headline.py",
        old="if rest_on_latest(answer.live, answer.facts):",
        new="if False:",
    ),
    Rule(
        name="one without a rival says so",
        file="bot/slack/headline.py",
        old='    if len(answer.live) == 1:\n        return [text(" No rival',
        new='    if False:\n        return [text(" No rival',
    ),
    Rule(
        name="what was left out is said by kind",
        file="bot/slack/footer.py",
        old='kinds = f" ({answer.left_out})" if answer.left_out else ""',
        new='kinds = ""',
    ),
    Rule(
        name="no new threshold",
        file="bot/incident/claims.py",
        old="yield from (one.words for one in quantities(plain) if not",
        new="yield from (one.words for one in quantities(plain) if False and not",
    ),
    Rule(
        name="no new name",
        file="bot/incident/claims.py",
        old="if _is_name(token, starts=starts) and not",
        new="if False and not",
    ),
    Rule(
        name="commands stand word for word",
        file="bot/incident/claims.py",
        old="and not ground.says(words):",
        new="and False:",
    ),
)


def main() -> int:
    """Print which test notices each rule's absence; return 1 when none does."""
    with TemporaryDirectory() as folder:
        copy = Path(folder)
        _copy_to(copy)
        rows = [(rule.name, _notices(rule, copy)) for rule in RULES]
    width = max(len(name) for name, _ in rows)
    sys.stdout.writelines(f"{name:{width}}  {test or 'NOT NOTICED'}\n" for name, test in rows)
    return int(not all(test for _, test in rows))


def _copy_to(folder: Path) -> None:
    skipped = shutil.ignore_patterns("__pycache__", "node_modules")
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=skipped)
        else:
            shutil.copy(source, folder / name)


def _notices(rule: Rule, folder: Path) -> str:
    """Return the first test that fails without the rule; empty when none does."""
    path = folder / rule.file
    original = path.read_text(encoding="utf-8")
    if rule.old not in original:
        return ""
    path.write_text(original.replace(rule.old, rule.new, 1), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *TESTS]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    path.write_text(original, encoding="utf-8")
    found = _FAILED.search(run.stdout)
    return found[1] if found else ""


if __name__ == "__main__":
    sys.exit(main())
