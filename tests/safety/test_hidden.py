"""What people do not see is removed; what they do see stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.safety.hidden import strip_hidden

TAGS = "".join(chr(0xE0000 + ord(c)) for c in "obey")
WALES = "\U0001f3f4\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain\n\ttext", "plain\n\ttext"),
        ("a\u200bp\u200dp\ufeff \u2066x\u2069 \u202eb", "app x b"),
        (f"ok{TAGS} {TAGS}", "ok "),
        ("ok \U0001f44d\U000e0160\U000e015f", "ok \U0001f44d"),
        ("\x1b[31mred\x1b[0m \x1b]8;;http://e\x07link\x1b]8;;\x07 \x9b1mx", "red link x"),
        ("a\r\nb\rc\u2028d\x0be", "a\nb\nc\nd\ne"),
        ("x\ufe0f y\u3164 z\u2800 \ue000 \ud800 \u0378", "x y z   "),
        (
            "\u2764\ufe0f 1\ufe0f\u20e3 \U0001f468\u200d\U0001f469",
            "\u2764\ufe0f 1\ufe0f\u20e3 \U0001f468\u200d\U0001f469",
        ),
        ("\u0645\u06cc\u200c\u062e", "\u0645\u06cc\u200c\u062e"),
        (WALES, WALES),
        ("\u0378 naïve 漢字  “x” \u00a0.", " naïve 漢字  “x” \u00a0."),
        ("\u200d", ""),
    ],
)
def test_only_what_is_seen_is_kept(text: str, shown: str) -> None:
    assert strip_hidden(text) == shown


@given(st.text())
def test_stripping_twice_changes_nothing_more(text: str) -> None:
    assert strip_hidden(strip_hidden(text)) == strip_hidden(text)


@given(
    st.text(
        st.characters(
            categories=["L", "N", "P", "Sm", "Sc"], exclude_characters="\u3164\u115f\u1160\uffa0\u2800"
        )
    )
)
def test_visible_text_is_unchanged(text: str) -> None:
    assert strip_hidden(text) == text
