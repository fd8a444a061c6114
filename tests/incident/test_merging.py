from bot.incident.check import missing
from bot.incident.digest import Digest
from bot.incident.facts import FactKind, Facts
from bot.incident.folding import fold
from bot.incident.merging import merged
from bot.incident.pages import pages_of
from tests.incident.folding_samples import said


def lags(first: int, count: int):
    return [said(n, f"mail lag is {n * 37} s on the board now") for n in range(first, first + count)]


def test_what_turned_out_to_be_a_habit_goes_into_its_pattern():
    few, many = lags(1, 4), lags(10, 12)
    parts = [fold(few, Facts()), fold(many, Facts())]

    one = merged(parts)

    assert [len(part.notes) for part in parts] == [4, 0]
    assert (one.notes, [pattern.count for pattern in one.patterns]) == ((), [16])
    assert one.patterns[0].example_id == "m1"
    assert not missing(one, [*few, *many], Facts())


def test_what_decides_stays_a_note_whatever_it_looks_like():
    part = fold(lags(1, 4), Facts())
    notes = [type(note)(kind=FactKind.DECISION, at=note.at, text="", cites=note.cites, quote=note.quote)
             for note in part.notes]  # fmt: skip
    decided = type(part)(ids=part.ids, prints=part.prints, notes=tuple(notes))

    assert merged([decided, fold(lags(10, 12), Facts())]).notes == tuple(notes)


def test_spans_of_plain_numbers_become_one_span():
    def depths(first: int, numbers: range):
        texts = [f"queue depth A={n}" for n in numbers]
        return [said(n, text, who="G", is_bot=True) for n, text in enumerate(texts, start=first)]

    wide, narrow = depths(1, range(100, 160)), depths(100, range(5, 8))

    (pattern,) = merged([fold(wide, Facts()), fold(narrow, Facts())]).patterns

    assert pattern.values == (("5..159",),)


def test_a_few_plain_numbers_stay_as_they_are():
    texts = ["depth A=5 of q", "depth A=6 of q", "depth A=7 of q"]
    bots = [said(n, text, who="G", is_bot=True) for n, text in enumerate(texts * 2, start=1)]

    (pattern,) = merged([fold(bots[:3], Facts()), fold(bots[3:], Facts())]).patterns

    assert pattern.values == (("5", "6", "7"),)


def test_a_table_gives_a_row_for_each_message():
    bots = [said(n, f"load {n} % on web-{n}x", who="M", is_bot=True) for n in range(1, 4)]

    (page,) = pages_of(Digest(chunks=(fold(bots, Facts()),)))

    assert str(page["patterns"]).endswith("'m1 1 % web-1x; m2 2 % web-2x; m3 3 % web-3x']]")


def test_habits_of_messages_that_never_vary_have_no_values():
    every = [said(n, "lunch?") for n in range(1, 9)]

    (pattern,) = merged([fold(every[:4], Facts()), fold(every[4:], Facts())]).patterns

    assert (pattern.count, pattern.values) == (8, ())


def test_values_of_patterns_that_vary_in_different_places_are_listed_together():
    one_place = [said(n, f"load 5 % on web-{n}x", who="M", is_bot=True) for n in range(1, 4)]
    two_places = [said(n, f"load {n} % on web-{n}x", who="M", is_bot=True) for n in range(10, 13)]

    (pattern,) = merged([fold(one_place, Facts()), fold(two_places, Facts())]).patterns

    assert len(pattern.values) == 1
    assert {"web-1x", "web-12x", "11 %"} <= set(pattern.values[0])
