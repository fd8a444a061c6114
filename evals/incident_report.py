"""What a run over recorded incidents is told as: shares with intervals, tables, and every row as data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median
from typing import Any

from evals.growing import Budget, Moment
from evals.judging import Judged
from evals.measures import Course, Links, cuts, links, look
from evals.recorded import TRUTH, Told
from evals.scores import Rate

NO_TRUTH = (
    f"no truth is told: put {TRUTH} into the channel's folder, with trigger_ts (the message that shows what "
    "started it), decisive_ts (at which you knew), and, if you like, ask_at, question, noise_ts, "
    'wrong_guesses [{"ts"}] and ground_truth {"causal_chain": [{"cause", "effect", "evidence_ts"}]}'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Graded:
    """One incident with all that was answered."""

    told: Told
    moments: tuple[Moment, ...]
    course: Course
    judged: Judged | None = None


def document(graded: Sequence[Graded], *, analyst: str, budget: Budget) -> dict[str, Any]:
    """Return the report on a run; see `evals.incidents.report`."""
    known = [one for one in graded if one.told.is_labelled]
    unknown = [one for one in graded if not one.told.is_labelled]
    return {
        "analyst": analyst,
        "answers": sum(len(one.moments) for one in graded),
        "cost_usd": f"{'at least ' if budget.is_at_least else ''}{budget.spent_usd:.2f}",
        **({"stopped": _stopped(budget)} if analyst == "claude" and budget.is_spent else {}),
        **{when: _shares(known, when) for when in ("ask", "half", "end") if known},
        **({"course": _course(known)} if known else {}),
        **_judgements(known),
        **({"by_incident": _truth_table(known), "when_first": _course_table(known)} if known else {}),
        **({"without_truth": _bare_table(unknown), "how_to_tell": NO_TRUTH} if unknown else {}),
        "incidents": [_row(one) for one in graded],
    }


def _stopped(budget: Budget) -> str:
    return f"--max-usd {budget.most_usd} would be passed: some answers were not made"


def _shares(graded: Sequence[Graded], when: str) -> dict[str, Any]:
    cut = [(one.told, found[when]) for one in graded if when in (found := cuts(one.told, one.moments))]
    looks = [look(told, m, expects_chain=when == "end" or told.expects_chain) for told, m in cut]
    flags = {
        "honest": [one.is_honest for one in looks],
        "trigger_on_top": [one.has_trigger for one in looks],
        "trigger_cited": [one.cites_trigger for one in looks],
        "wrong_guess_on_top": [one.is_wrong_guess for one in looks],
        "wrong_guess_supported": [one.supports_wrong for one in looks],
        "cites_noise": [one.noise > 0 for one in looks],
        "cites_unknown": [one.unknown > 0 for one in looks],
        "baseline_nearest_change": [one.baseline for one in looks],
    }
    if when == "half":
        flags.pop("honest")  # nobody said what may be expected there
    rates = {name: Rate(right=sum(found), n=len(found)).as_json() for name, found in flags.items()}
    return rates | _link_shares([links(told, m) for told, m in cut if told.truth])


def _link_shares(found: Sequence[Links]) -> dict[str, Any]:
    names = ("precision", "recall", "every", "citations")
    told = {"precision": "link_precision", "recall": "link_recall", "every": "link_precision_with_rivals",
            "citations": "citation_precision"}  # fmt: skip
    goals = {"precision": ">= 0.75", "recall": ">= 0.5"}
    return {
        told[name]: _pooled([getattr(one, name) for one in found])
        | ({"goal": goals[name]} if name in goals else {})
        for name in names
    }


def _pooled(rates: Sequence[Rate]) -> dict[str, Any]:
    return Rate(right=sum(one.right for one in rates), n=sum(one.n for one in rates)).as_json()


def _course(graded: Sequence[Graded]) -> dict[str, Any]:
    leads = [lead for one in graded if (lead := one.course.people_minutes) is not None]
    return {
        "true_first_at_some_time": Rate(
            right=sum(bool(one.course.first_ts) for one in graded), n=len(graded)
        ).as_json(),
        "before_the_people": Rate(right=sum(lead > 0 for lead in leads), n=len(graded)).as_json(),
        "median_minutes_before_the_people": round(median(leads), 1) if leads else "-",
        "wrong_turn_minutes": round(sum(one.course.wrong_minutes for one in graded), 1),
    }


def _judgements(graded: Sequence[Graded]) -> dict[str, Any]:
    judged = [one.judged for one in graded if one.judged]
    if not judged:
        return {}
    grades = [one.grade for one in judged]
    shares = {g: Rate(right=grades.count(g), n=len(grades)).as_json() for g in sorted(set(grades))}
    fixes = Rate(right=sum(one.would_fix for one in judged), n=len(judged)).as_json()
    return {"judge": {"mean_percent": round(sum(one.percent for one in judged) / len(judged), 1),
                      "acting_on_it_would_have_fixed_it": fixes, **shares}}  # fmt: skip


def _truth_table(graded: Sequence[Graded]) -> dict[str, Any]:
    columns = ["incident", "when", "links", "trigger", "honest", "wrong", "noise", "link precision",
               "link recall", "nearest change"]  # fmt: skip
    rows = [
        _truth_row(one.told, when, moment)
        for one in graded
        for when, moment in cuts(one.told, one.moments).items()
    ]
    return {"columns": columns, "rows": rows}


def _truth_row(told: Told, when: str, moment: Moment) -> list[Any]:
    found = look(told, moment, expects_chain=when == "end" or told.expects_chain)
    shown = links(told, moment)
    honest = "" if when == "half" else _mark(found.is_honest)
    return [told.name[:28], when, found.links, _mark(found.has_trigger), honest, _mark(found.is_wrong_guess),
            found.noise, _of(shown.precision), _of(shown.recall), _mark(found.baseline)]  # fmt: skip


def _mark(is_so: bool) -> str:  # noqa: FBT001  # one flag, one sign
    return "yes" if is_so else "-"


def _of(rate: Rate) -> str:
    return f"{rate.right}/{rate.n}"


def _course_table(graded: Sequence[Graded]) -> dict[str, Any]:
    columns = ["incident", "true first at", "min before people", "wrong-turn min", "likelihood then",
               "dropped", "posts", "usd"]  # fmt: skip
    return {"columns": columns, "rows": [_course_row(one) for one in graded]}


def _course_row(one: Graded) -> list[Any]:
    row = _row(one)
    lead = row["minutes_before_people"]
    return [one.told.name[:28], row["true_first_at"] or "never", "-" if lead is None else lead,
            row["wrong_turn_minutes"], row["likelihood_before_decisive"] or "-", row["dropped"],
            row["posts"], row["cost_usd"]]  # fmt: skip


def _bare_table(graded: Sequence[Graded]) -> dict[str, Any]:
    columns = [
        "incident",
        "messages",
        "first hypothesis",
        "after min",
        "at the end",
        "dropped",
        "posts",
        "usd",
    ]
    return {"columns": columns, "rows": [_bare_row(one) for one in graded]}


def _bare_row(one: Graded) -> list[Any]:
    row = _row(one)
    return [one.told.name[:28], row["messages"], row["first_hypothesis"][:40] or "none",
            row["first_hypothesis_after_minutes"], row["last_hypothesis"][:40] or "none",
            row["dropped"], row["posts"], row["cost_usd"]]  # fmt: skip


def _row(one: Graded) -> dict[str, Any]:
    """Return one incident as data; what nobody can know without a truth is empty or None."""
    first = next((m for m in one.moments if m.top), None)
    last = one.moments[-1].top if one.moments else None
    start = one.told.incident.messages[0].at
    cost = sum((m.cost_usd or Decimal(0) for m in one.moments), Decimal(0))
    return {
        "name": one.told.name,
        "messages": len(one.told.incident.messages),
        "answers": len(one.moments),
        "answered_by": sorted({m.analyst or "nobody" for m in one.moments}),
        "first_hypothesis": first.top.claim if first and first.top else "",
        "first_hypothesis_at": first.ts if first else "",
        "first_hypothesis_after_minutes": round((first.at - start).total_seconds() / 60, 1) if first else "-",
        "last_hypothesis": last.claim if last else "",
        "true_first_at": _number(one, one.course.first_ts),
        "minutes_before_people": one.course.people_minutes,
        "wrong_turn_minutes": one.course.wrong_minutes,
        "likelihood_before_decisive": one.course.likelihood,
        "dropped": sum(m.dropped for m in one.moments),
        "posts": one.course.changes,
        "cost_usd": f"{cost:.2f}",
        "cuts": _cut_rows(one) if one.told.is_labelled else {},
        **({"judge": one.judged.as_json()} if one.judged else {}),
    }


def _cut_rows(one: Graded) -> Mapping[str, Any]:
    return {when: _cut_row(one.told, when, m) for when, m in cuts(one.told, one.moments).items()}


def _cut_row(told: Told, when: str, moment: Moment) -> dict[str, Any]:
    found = look(told, moment, expects_chain=when == "end" or told.expects_chain)
    shown = links(told, moment)
    return {
        **{name: getattr(found, name) for name in found.__slots__},
        "link_precision": _of(shown.precision),
        "link_recall": _of(shown.recall),
        "link_precision_with_rivals": _of(shown.every),
        "citation_precision": _of(shown.citations),
    }


def _number(one: Graded, ts: str) -> str:
    found = next((m for m in one.told.incident.messages if m.ts == ts), None)
    return f"{found.id} {found.at:%H:%M}" if found else ""
