import pytest

from bot.incident.facts import FactKind
from bot.incident.telling import sentences_told, telling_kind

D, R, Q, N = FactKind.DECISION, FactKind.RULED_OUT, FactKind.QUESTION, FactKind.DENIAL


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("let's go with the smaller pool", D),
        ("we agreed to keep the old key", D),
        ("going forward every deploy waits for a canary", D),
        ("nobody restarts mailer until Eve is back", D),
        ("no rollouts while the disks fill", D),
        ("mailer stays with the night crew", D),
        ("billing moves to the new cluster next week", D),
        ("bis auf weiteres keine Deploys", D),
        ("on garde l'ancienne clef", D),
        ("acordamos esperar al proveedor", D),
        ("can\u2019t be the network, graphs are flat", R),
        ("it is not the proxy, direct calls fail too", R),
        ("DNS has nothing to do with it", R),
        ("the rollback changed nothing for uploads", R),
        ("both pools are clean since noon", R),
        ("direct calls fail just as often", R),
        ("am Netz liegt es nicht, das ist ausgeschlossen", R),
        ("cela n'a rien à voir avec le cache", R),
        ("el disco queda descartado por ahora", R),
        ("still unclear whether the queue drained", Q),
        ("TODO: find out which jobs were hit", Q),
        ("who owns the batch quota", Q),
        ("did anyone see the second spike?", Q),
        ("noch offen: welche Kunden es traf", Q),
        ("on ne sait pas encore pourquoi", Q),
        ("no sabemos quién lo cambió", Q),
        ("FATAL: role ro_7x is not permitted to log in", N),
        ("mia is not in the sudoers file on web-07", N),
        ("caller mailer may not read table hold_7x", N),
        ("lunch?", None),
        ("the build took a while this morning", None),
    ],
)
def test_a_sentence_is_told_by_its_wording(words, kind):
    assert telling_kind(words) is kind


def test_the_sentences_that_tell_are_exact_words_of_the_text():
    text = "hi all. > we agreed to wait for Eve.\nnice weather today\nwho owns db-7x?"

    told = sentences_told(text)

    assert told == ((D, "we agreed to wait for Eve."), (Q, "who owns db-7x?"))
    assert all(words in text for _, words in told)


def test_a_hostile_text_is_read_in_bounds():
    assert len(sentences_told("we agreed to wait.\n" * 5_000)) == 40
    assert telling_kind("x " * 200_000) is None
