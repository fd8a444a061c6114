import pytest

from bot.incident.fields import fields_of, without_lead
from bot.incident.repetition import EXAMPLE_CHARS, repetition
from tests.incident.folding_samples import alerts, said


def texts(*lines, who="Ana", is_bot=False):
    return [said(n, line, who=who, is_bot=is_bot) for n, line in enumerate(lines, start=1)]


def test_alerts_that_differ_in_numbers_and_names_are_one_pattern():
    found = repetition(alerts(30))

    (pattern,) = found.patterns
    assert (pattern.count, pattern.first_id, pattern.last_id) == (30, "m1", "m30")
    assert pattern.example == "[FIRING:1] NodeLoadHigh\nload 1.5 % on web-001"
    assert pattern.values[1] == tuple(f"web-{n:03d}" for n in range(1, 31))
    assert not pattern.is_table
    assert found.ids == set(pattern.ids)


def test_of_a_few_alike_each_message_keeps_its_own_values():
    (pattern,) = repetition(alerts(3)).patterns

    assert pattern.is_table
    assert pattern.values == (("1.5 %", "web-001"), ("2.5 %", "web-002"), ("3.5 %", "web-003"))


def test_what_fires_and_what_resolves_are_two_patterns():
    bots = texts(*["[FIRING:1] Disk on a-1", "[RESOLVED] Disk on a-1"] * 3, who="Monitor", is_bot=True)

    assert [pattern.count for pattern in repetition(bots).patterns] == [3, 3]


def test_a_service_that_varies_is_a_value_and_says_where_it_stands_first():
    names = [f"{name}-svc" for name in "abcdefghijklmnopqrstuvwxyz"]
    bots = texts(*[f"deployed service {name * 2} to prod" for name in names], who="Shipper", is_bot=True)

    (pattern,) = repetition(bots).patterns

    assert pattern.count == 26
    assert pattern.values[0][:2] == ("a-svca-svc (m1)", "b-svcb-svc (m2)")


def test_lines_of_pastes_repeat_across_messages():
    paste = "```2031-05-06T01:02:03Z WARN retry {0} upstream web-{0}\nGET /p/{0} 200 {0}ms```"
    found = repetition(texts(*[paste.format(n) for n in range(10, 14)]))

    assert found.ids == {"m1", "m2", "m3", "m4"}
    assert [pattern.count for pattern in found.patterns] in ([4], [4, 4])


def test_a_message_with_a_line_of_its_own_is_not_folded_with_its_lines():
    log = "INFO request done in 5 ms"
    found = repetition(texts(f"{log}\n{log}", f"{log}\ndisk of db-1 is full"))

    assert found.ids == {"m1"}
    assert found.lines["m2"] == {log}


@pytest.mark.parametrize(
    ("lines", "folded"),
    [
        (["lol", "LOL", "lol!"], 3),
        (["ok", "ok"], 0),
        ([f"can someone review PR {n}?" for n in range(10, 17)], 0),
        ([f"can someone review PR {n}?" for n in range(10, 18)], 8),
        (["", "", ""], 0),
    ],
)
def test_people_repeat_themselves_when_words_are_equal_or_often_alike(lines, folded):
    found = repetition(texts(*lines))

    assert sum(len(pattern.ids) for pattern in found.patterns) == folded


def test_many_plain_numbers_are_told_by_the_smallest_and_the_largest():
    (pattern,) = repetition(
        texts(*[f"queue depth A={n}" for n in range(5, 60)], who="G", is_bot=True)
    ).patterns

    assert pattern.values == (("5..59",),)


def test_labels_of_alerts_are_folded_by_their_names():
    label = "alertname: Disk{0}\n{1}\ncluster: prod, pod: api-{0}x, since: 12:0{0}"
    odd = ["the first was odd", "another sort of trouble", "third kind altogether"]
    found = repetition(texts(*[label.format(n, odd[n]) for n in range(3)], who="M", is_bot=True))

    values = {pattern.example: pattern.values for pattern in found.patterns}
    assert values["pod: api-0x"] == (("api-0x", "api-1x", "api-2x"),)
    assert values["cluster: prod"] == ()
    assert not found.ids


def test_names_of_alerts_in_titles_are_taken_out_when_nothing_else_is_alike():
    titles = [f"issue {name} for {svc} x{n}" for n, (name, svc) in enumerate(
        [("CacheLow", "api-svc"), ("LagHigh", "web-svc"), ("DiskFull", "db-svc")])]  # fmt: skip

    (pattern,) = repetition(texts(*titles, who="M", is_bot=True)).patterns

    assert pattern.values == (
        ("CacheLow", "api-svc", "x0"),
        ("LagHigh", "web-svc", "x1"),
        ("DiskFull", "db-svc", "x2"),
    )


def test_an_example_is_cut_and_very_long_messages_are_compared_by_line():
    line = "word " * 300
    found = repetition(texts(*["\n".join([line] * 5)] * 3))

    assert [len(pattern.example) for pattern in found.patterns] == [EXAMPLE_CHARS]
    assert found.patterns[0].count == 15


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("cluster: prod-eu-2", ["cluster"]),
        (" - instance = web-07", ["instance"]),
        ("severity critical", ["severity"]),
        ("`env:prod`, `service:search`", ["env", "service"]),
        ("alertname       PodNotReady", ["alertname"]),
        ("GROUP BY: it is", []),
        ("a: " + "x" * 3_000, []),
        ("just words here", []),
    ],
)
def test_lines_of_labels_are_told_from_other_lines(line, names):
    assert [field.name for field in fields_of(line)] == names


@pytest.mark.parametrize(
    ("line", "rest"),
    [
        (" - summary = data is 58 percent full", "data is 58 percent full"),
        ("> step 3 took 4 s", "step 3 took 4 s"),
        ("Queue: x", "Queue: x"),
    ],
)
def test_the_lead_of_a_line_is_left_out(line, rest):
    assert without_lead(line) == rest


def test_many_equal_lines_and_many_unlike_messages_are_read_once():
    equal = said(1, "\n".join(["ERROR disk full on web-07"] * 20_000))
    unlike = [
        said(n, f"{'x' * (n % 97)} word{'y' * (n // 97)} end", who="M", is_bot=True) for n in range(2, 1_500)
    ]

    found = repetition([equal, *unlike])

    assert 20_000 in {pattern.count for pattern in found.patterns}


@pytest.mark.parametrize(("count", "folded"), [(4, 0), (8, 8)])
def test_a_few_refusals_that_people_paste_are_not_folded(count, folded):
    pastes = [f"```session to 10.0.0.{n}: insufficient privilege```" for n in range(10, 10 + count)]

    assert len(repetition(texts(*pastes)).ids) == folded
