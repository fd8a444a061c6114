"""Synthetic values, one of each kind, that the families of forms are filled with."""

from tests.safety.secrets import BASE64 as BASE64_LETTERS
from tests.safety.secrets import HEX, UPPER, Maker

make = Maker(23)
MARKED = make.word(12) + "!"
WORD = make.word(18)
SAID = "Waldweg" + "." + "28"
SMALL = "qtuytxa" + "496"
LETTERS_ONLY = "asdrcbt" + "vle"
HEX_32, HEX_40, HEX_64 = (make.of(HEX, size) for size in (32, 40, 64))
BASE64, LONG_BASE64 = make.of(BASE64_LETTERS, 43) + "=", make.of(BASE64_LETTERS, 86) + "=="
UUID = "-".join(make.of(HEX, size) for size in (8, 4, 4, 4, 12))
SEED = make.of("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 32)
LONG, LONGER = make.word(40), make.word(64)
DIGITS = "4829" + "1367"
LICENCE = "-".join(make.of(UPPER, 5) for _ in range(5))
