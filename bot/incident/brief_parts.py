"""The lines of a brief, each made of what is cited; one that has nothing to say says so."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.incident.asks import put_to, unanswered, under_way
from bot.incident.board_notes import BoardNotes
from bot.incident.facts import Fact, FactKind
from bot.incident.hypotheses import Hypothesis, Status
from bot.incident.messages import AuthorKind, Message
from bot.incident.postmortem_values import Claim, Material, cites_of, said
from bot.incident.wording import clock, counted, one_line, without_citations

MOST_CLAIMS = 3
"""So many statements stand on one line; what is left out is counted."""
MOST_CHARS = 90
MOST_SAID = 2
_COMMANDER = re.compile(r"\b(?:ic|incident commander|commander)\b", re.IGNORECASE)
_SEVERITY = re.compile(r"\b(?:sev(?:erity)?[- ]?\d|p[0-4])\b", re.IGNORECASE)
_CUSTOMERS = re.compile(r"\b(?:customers?|users?|tenants?|refunds?)\b(?! agent)", re.IGNORECASE)
_MOVED = (
    FactKind.ALERT,
    FactKind.RECOVERY,
    FactKind.CHANGE,
    FactKind.DENIAL,
    FactKind.OBSERVATION,
    FactKind.RULED_OUT,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a brief.

    Attributes:
        label: What it is about; `Impact`.
        claims: Each with its sources, or one that says that there is none.
        more: How many others were left out.
    """

    label: str
    claims: tuple[Claim, ...]
    more: int = 0


def impact(material: Material) -> Entry:
    """Return what is broken, since when, and whether it is over."""
    facts = material.facts
    stated = [fact for fact in facts.of(FactKind.IMPACT) if fact is not facts.onset][-1:]
    claims = [_worded(fact) for fact in stated]
    if facts.onset is not None:
        since = f"since {material.clock(facts.onset.at)}"
        words = since if claims else f"{since}: {facts.onset.short}"
        claims.append(Claim(text=words, cites=facts.onset.cites))
    if facts.recovery is not None:
        words = f"recovered {material.clock(facts.recovery.at)}"
        claims.append(Claim(text=words, cites=facts.recovery.cites))
    else:
        claims.append(Claim(text="no recovery stated"))
    return Entry(label="Impact", claims=tuple(claims))


def stated(material: Material) -> Entry:
    """Return severity and command as somebody stated them, or that nobody did."""
    roles = material.facts.of(FactKind.ROLE)
    severity = next((fact for fact in reversed(roles) if _SEVERITY.search(fact.text)), None)
    commander = next((fact for fact in reversed(roles) if _COMMANDER.search(fact.text)), None)
    found = _SEVERITY.search(severity.text) if severity else None
    return Entry(
        label="Stated",
        claims=(
            Claim(text=f"severity: {found[0].upper()}", cites=severity.cites)
            if severity and found
            else Claim(text="severity: nobody"),
            _worded(commander) if commander else Claim(text="incident commander: nobody"),
        ),
    )


def changed_before(material: Material) -> Entry:
    """Return the changes before the first sign of trouble, nearest first."""
    return _several(material, "Changed before", material.facts.changes_before_onset(), "nothing is told")


def believed(material: Material, notes: BoardNotes) -> Entry:
    """Return the explanation that leads, how it stands and since when, and how many rivals it has."""
    leader = next((h for h in material.hypotheses if h.id == notes.leader), None)
    if leader is None:
        none = "no explanation is in the race" if material.hypotheses else "nothing yet: ask why"
        return Entry(label="Believed", claims=(Claim(text=none),))
    live = sum(h.is_live for h in material.hypotheses) - 1
    rivals = Claim(text=f"{counted(live, 'rival')} in the race" if live else "no rival in the race")
    return Entry(label="Believed", claims=(_standing(material, leader), rivals))


def _standing(material: Material, hypothesis: Hypothesis) -> Claim:
    moved = hypothesis.last_word
    when = f" {material.clock(moved.at)}" if moved else ""
    words = without_citations(hypothesis.claim or hypothesis.trigger.what)
    cites = (*cites_of(hypothesis.trigger.evidence), *(moved.because if moved else ()))
    return Claim(text=f"{hypothesis.id} {hypothesis.status.words}{when}: {words}", cites=_once(cites))


def weakest(notes: BoardNotes) -> Entry | None:
    """Return the link that one statement alone shows; None when there is no such link."""
    claims = tuple(Claim(text=note.text, cites=note.cites) for note in notes.rests_on[:1])
    return Entry(label="Weakest", claims=claims) if claims else None


def changed(material: Material, since: datetime | None) -> Entry:
    """Return how beliefs moved since then."""
    moves = sorted(
        (
            (change.at, h, change)
            for h in material.hypotheses
            for change in h.history
            if _is_after(change.at, since)
        ),
        key=lambda move: move[0],
    )
    told = [
        Claim(text=f"{h.id} {change.status.words} {material.clock(at)}", cites=_once(change.because))
        for at, h, change in moves
        if change.status is not Status.PROPOSED
    ]
    none = Claim(text="no belief has moved" if material.hypotheses else "no belief was on the board")
    return _entry("Changed", told, none)


def seen(material: Material, since: datetime | None) -> Entry:
    """Return what was measured or looked at since then, the latest first."""
    seen = [fact for fact in material.facts.of(*_MOVED) if _is_after(fact.at, since)]
    return _several(material, "Seen", list(reversed(seen)), "nothing new was measured or looked at")


def ruled_out(material: Material) -> Entry:
    """Return what is out of the race by the board; where it has none, what people said."""
    fallen = [h for h in material.hypotheses if h.status is Status.REFUTED]
    told = [_fallen(material, hypothesis) for hypothesis in fallen]
    if not told:
        facts = material.facts.of(FactKind.RULED_OUT)
        told = [
            Claim(text=_timed(material, fact.status or fact.short, fact.at), cites=fact.cites[:1])
            for fact in facts
        ]
    return _entry("Ruled out", told, Claim(text="nothing"))


def _fallen(material: Material, hypothesis: Hypothesis) -> Claim:
    moved = hypothesis.last_word
    words = without_citations(hypothesis.claim or hypothesis.trigger.what)
    when = f" {material.clock(moved.at)}" if moved else ""
    return Claim(text=f"{hypothesis.id} {words}{when}", cites=_once(moved.because) if moved else ())


def done(material: Material, since: datetime | None, *, label: str = "Done") -> Entry:
    """Return what was decided and done since then, the latest first, each with its outcome when stated."""
    done = [f for f in material.facts.of(FactKind.ACTION, FactKind.DECISION) if _is_after(f.at, since)]
    told = [_attempt(material, fact) for fact in _one_a_message(reversed(done))]
    return _entry(label, told, Claim(text="nothing is said to have been done"))


def _attempt(material: Material, fact: Fact) -> Claim:
    """Return what was done, with what somebody said came of it."""
    held = f", {fact.status}" if fact.status else ""
    words = f"{_timed(material, fact.short, fact.at)}{held}"
    outcome = next((f for f in material.facts.of(FactKind.RULED_OUT) if set(fact.cites) & set(f.cites)), None)
    if outcome is None:
        return Claim(text=words, cites=fact.cites)
    told = _timed(material, outcome.short, outcome.at)
    return Claim(text=f"{words}: {told}", cites=_once((*outcome.cites, *fact.cites)))


def in_flight(material: Material) -> Entry:
    """Return who said that they look at what."""
    taken = [
        Claim(text=f"{look.by_name or 'a person'} looks at {h.id} since {material.clock(look.at)}")
        for h in material.hypotheses
        if (look := h.under_check)
    ]
    doing = [
        Claim(text=_timed(material, f"{m.author.name}: {brief_words(m.text)}", m.at), cites=(m.id,))
        for m in _still_under_way(material)
    ]
    return _entry("In flight", [*doing, *taken], Claim(text="nobody has said what they are doing"))


def _still_under_way(material: Material) -> Iterator[Message]:
    recovery = material.facts.recovery
    for message in under_way(material.incident, now=material.now):
        if recovery is None or message.at > recovery.at:
            yield message


def to_undo(notes: BoardNotes) -> Entry | None:
    """Return what was done for the time being; None when there is nothing."""
    told = [Claim(text=note.text, cites=note.cites) for note in notes.to_undo]
    return _entry("To undo later", told, Claim(text="")) if told else None


def customers(material: Material) -> Entry:
    """Return what people said of those outside, the latest first; as stated, not checked."""
    about = [
        Claim(text=_timed(material, brief_words(m.text), m.at), cites=(m.id,))
        for m in reversed(material.incident.messages)
        if m.author.kind is AuthorKind.PERSON and _CUSTOMERS.search(m.text)
    ]
    return _entry("Customers", about[:MOST_SAID], Claim(text="nothing is stated of them"))


def needs_you(material: Material, person_id: str) -> Entry:
    """Return what is asked of one person, then what is asked of nobody."""
    mine = put_to(material.incident, material.facts, person_id)
    others = [fact for fact in unanswered(material.incident, material.facts) if fact not in mine]
    first = [_worded(fact) for fact in mine] or [Claim(text="nothing is addressed to you")]
    rest = [Claim(text=f"open: {fact.short}", cites=fact.cites) for fact in reversed(others)]
    return _entry("Needs you", [*first, *rest], Claim(text=""))


def still_open(material: Material) -> Entry:
    """Return the questions that nobody took up, the latest first."""
    asked = unanswered(material.incident, material.facts)
    return _several(material, "Unanswered", list(reversed(asked)), "no question is left open")


def next_check(notes: BoardNotes) -> Entry | None:
    """Return the look that decides most; None when nothing is in the race."""
    check = notes.next_check
    if check is None:
        return None
    tells = f" (tells apart {', '.join(check.splits)})" if len(check.splits) > 1 else ""
    return Entry(label="Next check", claims=(Claim(text=f"{without_citations(check.do)}{tells}"),))


def would_show(material: Material) -> Entry:
    """Return what would show that it is over."""
    onset = material.facts.onset
    words = f"that this ends, told by a monitor or a person: {onset.short}" if onset else ""
    claims = [Claim(text=words, cites=onset.cites)] if onset else []
    return _entry("Would show it", claims, Claim(text="a monitor or a person who says that it works again"))


def owned(row: Sequence[Claim]) -> Claim:
    """Return one follow-up with its owner; `row` is action, kind, owner, done when."""
    action, _, owner, *_rest = row
    words = action.text if owner.text == "not stated" else f"{action.text} (owner: {owner.text})"
    return Claim(
        text=words if owner.text != "not stated" else f"{words} (no owner stated)", cites=action.cites
    )


def brief_words(words: str) -> str:
    """Return the first words of a message on one line."""
    plain = one_line(words)
    return plain if len(plain) <= MOST_CHARS else f"{plain[:MOST_CHARS].rsplit(' ', 1)[0]} …"


def _several(material: Material, label: str, facts: Sequence[Fact], none: str) -> Entry:
    told = [
        Claim(text=_timed(material, fact.short, fact.at), cites=fact.cites) for fact in _one_a_message(facts)
    ]
    return _entry(label, told, Claim(text=none))


def _entry(label: str, claims: Sequence[Claim], none: Claim) -> Entry:
    kept = tuple(claims[:MOST_CLAIMS]) or (none,)
    return Entry(label=label, claims=kept, more=max(0, len(claims) - MOST_CLAIMS))


def _one_a_message(facts: Iterable[Fact]) -> Iterator[Fact]:
    yield from {fact.cites[:1]: fact for fact in reversed(list(facts))}.values().__reversed__()


def _worded(fact: Fact) -> Claim:
    return said(fact, fact.short)


def _timed(material: Material, words: str, at: datetime) -> str:
    told = clock(at, as_of=material.start)
    return words if told in words else f"{words} {told}"


def _is_after(at: datetime, since: datetime | None) -> bool:
    return since is None or at > since


def _once(cites: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(cites))
