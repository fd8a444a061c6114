"""What is sealed opens with the same secret, for the same matter, unchanged; else not at all."""

import pytest

from bot.adapters.sealing import SealBrokenError, Sealer

SECRET = "a-secret-of-" + "sixteen-or-more"
SAID = b"Ana: the bucket policy is gone"


def test_what_is_sealed_opens_again():
    sealed = Sealer(SECRET).seal(SAID, about="T1:C1")

    assert Sealer(SECRET).open(sealed, about="T1:C1") == SAID


def test_no_word_of_it_can_be_read():
    assert b"bucket" not in Sealer(SECRET).seal(SAID, about="T1:C1")


def test_the_same_words_are_sealed_otherwise_each_time():
    sealer = Sealer(SECRET)

    assert sealer.seal(SAID, about="T1:C1") != sealer.seal(SAID, about="T1:C1")


SEALED = Sealer(SECRET).seal(SAID, about="T1:C1")


@pytest.mark.parametrize(
    ("secret", "about", "sealed"),
    [
        ("another-" + SECRET, "T1:C1", SEALED),
        (SECRET, "T1:C2", SEALED),
        (SECRET, "T1:C1", SEALED[:-1]),
        (SECRET, "T1:C1", SEALED[:20] + bytes([SEALED[20] ^ 1]) + SEALED[21:]),
        (SECRET, "T1:C1", b"\x02" + SEALED[1:]),
        (SECRET, "T1:C1", SEALED[:8]),
        (SECRET, "T1:C1", b""),
    ],
    ids=["secret", "matter", "cut", "changed", "other form", "stump", "nothing"],
)
def test_what_was_not_sealed_so_does_not_open(secret, about, sealed):
    with pytest.raises(SealBrokenError) as broken:
        Sealer(secret).open(sealed, about=about)

    assert broken.value.about == about


def test_nothing_at_all_can_be_sealed():
    sealer = Sealer(SECRET)

    assert sealer.open(sealer.seal(b"", about="T1:C1"), about="T1:C1") == b""
