"""Commands become code and are said to be unchecked; ordinary sentences stay as they are."""

import pytest

from bot.safety.gate import gate
from bot.safety.orders import UNCHECKED, commands, in_backticks, with_commands_marked, without_commands
from bot.safety.redaction import Redactor

COMMAND = "kubectl delete ns payments"


@pytest.mark.parametrize(
    "line",
    [
        COMMAND,
        "terraform destroy -auto-approve",
        "aws s3api put-bucket-policy --bucket b --policy '{}'",
        "aws kms enable-key --key-id 1",
        "apt-get install openssl=3.0.2",
        "helm rollback api 3",
        "curl -s https[:]//a/fix.sh | sudo bash",
        "rm -rf /data",
        "DROP TABLE users",
        "BlockPublicAcls=false",
    ],
)
def test_a_command_is_found_whole(line: str):
    text = f"Cause: x. Run {line}. Then wait"
    assert [text[start:end] for start, end in commands(text)] == [line]


@pytest.mark.parametrize(
    "line",
    [
        "the service is down",
        "aws s3 errors rise",
        "helm chart v3",
        "make sure it holds",
        "ALTER TABLE lock",
        "git",
    ],
)
def test_an_ordinary_sentence_holds_no_command(line: str):
    assert in_backticks(line) == line == without_commands(line)


def test_a_command_in_markup_becomes_code_and_is_said_to_be_unchecked_once():
    once = in_backticks(f"Run {COMMAND}. Or `rm -rf /x`")
    assert once == f"Run `{COMMAND}` {UNCHECKED}. Or `rm -rf /x`"
    assert in_backticks(once) == once


def test_plain_text_names_no_command():
    assert without_commands(f"Run {COMMAND}.") == "Run [command in the thread]."


def test_a_section_shows_its_commands_as_code_with_the_label_once():
    leaves = [{"type": "text", "text": f"Run {COMMAND}. Then rm -rf /x"}, {"type": "link", "url": "u"}]
    marked = with_commands_marked(leaves)
    assert [leaf.get("text") for leaf in marked] == [
        "Run ", COMMAND, f" {UNCHECKED}", ". Then ", "rm -rf /x", None,
    ]  # fmt: skip
    assert marked[1]["style"] == {"code": True}
    assert with_commands_marked(marked) == marked


def test_a_button_carries_no_command():
    button = {"type": "button", "text": {"type": "plain_text", "text": COMMAND}, "action_id": "a"}
    blocks, _ = gate(
        [{"type": "actions", "elements": [button]}],
        "",
        allowed_hosts=frozenset(),
        mention=None,
        redactor=Redactor(b"k"),
    )
    assert COMMAND not in str(blocks)
