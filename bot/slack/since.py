"""What an answer has to say beyond the one before it: only that is printed whole."""

from bot.incident.hypotheses import Hypothesis
from bot.incident.wording import clock
from bot.slack.answer_values import Answer
from bot.slack.blocks import Line, bold, cites, joined, text
from bot.slack.hypothesis_lines import standing_of

_MOST_CITED = 2


def since_lines(said: Answer) -> list[Line]:
    """Return `Since the answer of 22:26 UTC: H1 proposed → supported [18] · H3 new`; none for the first."""
    before = said.before
    if before is None or not said.hypotheses:
        return []
    told = [_change(h, said) for h in said.hypotheses if h.id in before.standing or h.is_live]
    changes = joined([line for line in told if line]) or [text("nothing changed")]
    when = f"Since the answer of {clock(before.at, as_of=said.as_of)} UTC: "
    return [[bold(when.rstrip()), text(" "), *changes]]


def is_unchanged(hypothesis: Hypothesis, said: Answer) -> bool:
    """Say whether one stands just as the answer before had it."""
    return said.before is not None and said.before.standing.get(hypothesis.id) == standing_of(hypothesis)


def unchanged_line(hypothesis: Hypothesis, said: Answer) -> Line:
    """Return one line for what the answer before told whole, with a link to it."""
    status, likelihood, shown, _ = standing_of(hypothesis)
    words = f" · {likelihood} · {status} · {shown} · as told at "
    at = clock(said.before.at, as_of=said.as_of) if said.before else ""
    link = said.before.permalink if said.before else ""
    told = {"type": "link", "url": link, "text": at} if link else text(at)
    return [bold(hypothesis.id), text(words), told]


def _change(hypothesis: Hypothesis, said: Answer) -> Line:
    """Return what moved since; nothing for what stands as it stood."""
    was = said.before.standing.get(hypothesis.id) if said.before else None
    now = standing_of(hypothesis)
    if was is None:
        return [bold(hypothesis.id), text(" new")] if hypothesis.is_live else []
    last = hypothesis.last_word
    if was[0] != now[0]:
        cited = cites(last.because[:_MOST_CITED], said.incident) if last else []
        return [bold(hypothesis.id), text(f" {was[0]} → {hypothesis.status.words}"), *cited]
    moved = [f"{one} → {other}" for one, other in zip(was[1:3], now[1:3], strict=True) if one != other]
    fresh = [one for one in now[3].split() if one not in was[3].split()]
    if not hypothesis.is_live or not (moved or fresh):
        return []
    words = ", ".join(moved) or "new evidence"
    return [bold(hypothesis.id), text(f" {words}"), *cites(fresh[:_MOST_CITED], said.incident)]
