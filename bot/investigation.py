"""From an incident as read to hypotheses that may be shown: what answers, reviews and replays share."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from bot.answers import Closing, Restart
from bot.errors import AnalystFailedError
from bot.incident.board import Board, merge, settle
from bot.incident.case import Case
from bot.incident.diagnosis import Rest, examined
from bot.incident.grounds import Ground
from bot.incident.hypotheses import Dropped, Hypothesis, Mitigation
from bot.incident.lost import Lost, fallen
from bot.incident.messages import Alert, Incident, Link, Message
from bot.incident.standing import told_apart
from bot.incident.verification import Verified, rank, verify, whole_ground
from bot.ports import Analyst
from bot.safety.redaction import Redactor
from bot.slack.reading import MOST_TITLE_CHARS

OnVerified = Callable[[Hypothesis], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What an analyst found, after code has checked it.

    Attributes:
        hypotheses: Verified and ranked, with the board's ids; best first. At the end what the board holds
            besides and is out of the race.
        board: The board with them on it, not yet stored.
        unproposed: Ids of those that are in the race on the board and that nobody proposed now.
    """

    hypotheses: tuple[Hypothesis, ...]
    board: Board
    closing: Closing
    mitigations: tuple[Mitigation, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    unproposed: tuple[str, ...] = ()


@dataclass(slots=True)
class _Gathered:
    hypotheses: list[Hypothesis] = field(default_factory=list)
    mitigations: list[Mitigation] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)
    """The analyst's own number of a hypothesis → the board's."""

    def named(self, hypothesis: Hypothesis) -> Hypothesis:
        """Return it with the board's numbers in its check."""
        check = hypothesis.next_check
        if check is None:
            return hypothesis
        return replace(hypothesis, next_check=replace(check, splits=self._known(check.splits)))

    def aimed(self, mitigation: Mitigation) -> Mitigation:
        """Return it with the board's numbers; those of hypotheses that were dropped are gone."""
        return replace(mitigation, safe_under=self._known(mitigation.safe_under))

    def _known(self, own: Sequence[str]) -> tuple[str, ...]:
        return tuple(self.ids[number] for number in own if number in self.ids)

    def take(self, result: Verified | Dropped) -> Hypothesis | None:
        if isinstance(result, Dropped):
            self.dropped.append(result)
            return None
        self.hypotheses.append(result.hypothesis)
        self.mitigations.extend(result.mitigations)
        self.dropped.extend(result.dropped)
        return result.hypothesis

    def close(self, closing: Closing, case: Case, whole: Ground) -> Closing:
        """Return what follows the hypotheses as far as it may be said."""
        rest = examined(_rest(closing), case, whole=whole)
        self.dropped.extend(rest.dropped)
        return replace(
            closing,
            mitigations=rest.mitigations,
            open_questions=rest.open_questions,
            unseen=rest.unseen,
            insufficient=rest.insufficient,
        )


def _rest(closing: Closing) -> Rest:
    return Rest(
        mitigations=closing.mitigations,
        open_questions=closing.open_questions,
        unseen=closing.unseen,
        insufficient=closing.insufficient,
    )


async def investigate(case: Case, analyst: Analyst, *, board: Board, on_verified: OnVerified) -> Finding:
    """Ask the analyst, check what it says as it says it, and put the rest on the board.

    Args:
        analyst: Explains the incident.
        case: Redacted; only what is visible at `case.asked_at`.
        board: As stored.
        on_verified: Called with each hypothesis that passed, as soon as it did, with the board's id.

    Raises:
        AnalystFailedError: No usable diagnosis, from any analyst.
    """
    gathered, merged, closing = _Gathered(), board, None
    whole = whole_ground(case)
    async with aclosing(analyst.diagnose(case)) as steps:
        async for step in steps:
            if isinstance(step, Closing):
                closing = step
            elif isinstance(step, Restart):
                gathered, merged = _Gathered(), board
            elif passed := gathered.take(verify(step, case, whole=whole)):
                taken = frozenset(gathered.ids.values())
                merged = merge(merged, [passed], now=case.asked_at, facts=case.facts, taken=taken)
                gathered.ids[passed.id] = placed(merged, passed).id
                await on_verified(gathered.named(placed(merged, passed)))
    if closing is None:
        raise AnalystFailedError(reason="the analyst ended without a word")
    closing = gathered.close(closing, case, whole)
    proposed = frozenset(gathered.ids.values())
    kept = told_apart(gathered.hypotheses, _unproposed(board, gathered))
    settled = merge(board, kept, now=case.asked_at, facts=case.facts)
    if not closing.cut_short:  # whoever was cut short had no time to propose a rival again
        settled = settle(settled, proposed, now=case.asked_at)
    standing = [gathered.named(placed(settled, hypothesis)) for hypothesis in kept]
    return Finding(
        hypotheses=rank([*standing, *_fallen(settled, proposed)]),
        board=settled,
        closing=closing,
        mitigations=tuple(gathered.aimed(item) for item in (*closing.mitigations, *gathered.mitigations)),
        dropped=tuple(gathered.dropped),
        unproposed=tuple(h.id for h in settled.hypotheses if h.is_live and h.id not in proposed),
    )


def examined_again(finding: Finding, case: Case, lost: Collection[Lost]) -> Finding:
    """Check a finding once more after messages that it may rest on were deleted or edited.

    What no longer passes falls, with that reason; the rest stands on what is left.

    Args:
        finding: As it was checked before.
        case: With the messages as they stand now.
        lost: What happened to the others.
    """
    results = {h.id: verify(h, case) for h in finding.hypotheses if h.is_live}
    passed = [result.hypothesis for result in results.values() if isinstance(result, Verified)]
    broken = [name for name, result in results.items() if isinstance(result, Dropped)]
    board = fallen(finding.board, broken, lost, now=case.asked_at)
    board = merge(board, passed, now=case.asked_at, facts=case.facts)
    by_id = {hypothesis.id: hypothesis for hypothesis in board.hypotheses}
    gone = {one.id for one in lost if one.text is None}
    rest = examined(replace(_rest(finding.closing), mitigations=()), case)
    return replace(
        finding,
        board=board,
        closing=replace(
            finding.closing,
            open_questions=rest.open_questions,
            unseen=rest.unseen,
            insufficient=rest.insufficient,
        ),
        hypotheses=rank([by_id.get(h.id, h) for h in finding.hypotheses]),
        mitigations=tuple(m for m in finding.mitigations if not m.cites or set(m.cites) - gone),
        dropped=(*finding.dropped, *(result for result in results.values() if isinstance(result, Dropped))),
    )


def _unproposed(board: Board, gathered: _Gathered) -> list[Hypothesis]:
    return [h for h in board.hypotheses if h.id not in gathered.ids.values()]


def _fallen(board: Board, proposed: Collection[str]) -> list[Hypothesis]:
    """Return what is out of the race though nobody proposed it now: a rival falls, it does not vanish."""
    return [h for h in board.hypotheses if h.id not in proposed and not h.is_live]


def placed(board: Board, hypothesis: Hypothesis) -> Hypothesis:
    """Return the board's form of a hypothesis: the same trigger and claim under the board's id."""
    same = [h for h in board.hypotheses if h.claim == hypothesis.claim and h.trigger == hypothesis.trigger]
    return same[-1] if same else hypothesis


def redact(incident: Incident, redactor: Redactor) -> tuple[Incident, int]:
    """Return the incident with every secret replaced by its alias, and how many secrets there are.

    Raises:
        RedactionFailedError: Some text could not be checked; nothing of the incident may be used.
    """
    texts = [incident.channel_name, *(text for message in incident.messages for text in _texts(message))]
    distinct = list(dict.fromkeys(text for text in texts if text))  # names and titles stand there many times
    redacted = dict(zip(distinct, redactor.redact_all(distinct, cut=_cut(incident)), strict=True))
    found = {item.alias for one in redacted.values() for item in one.found}
    clean = {text: one.text for text, one in redacted.items() if one.text != text}
    told = incident.with_messages(_cleaned(message, clean) for message in incident.messages)
    name = clean.get(incident.channel_name, incident.channel_name)
    return replace(told, channel_name=name), len(found)


def _cut(incident: Incident) -> frozenset[str]:
    """Return the texts that end where somebody cut them."""
    heads = (file.head for message in incident.messages for file in message.files if file.is_partial)
    titles = (message.title for message in incident.messages if len(message.title) >= MOST_TITLE_CHARS)
    return frozenset((*heads, *titles))


def _cleaned(message: Message, clean: Mapping[str, str]) -> Message:
    """Return a message with the texts that changed; the very same message when none of its own did."""
    texts = _texts(message)
    if clean.keys().isdisjoint(texts):
        return message
    return _rebuilt(message, (clean.get(text, text) for text in texts).__next__)


def _texts(message: Message) -> Sequence[str]:
    """List every text of a message that can leave the process, in the order `_rebuilt` takes them."""
    fields = [part for pair in message.fields for part in pair]
    files = [part for file in message.files for part in (file.name, file.head)]
    links = [part for link in message.links for part in (link.url, link.label)]
    return [
        message.text,
        message.title,
        message.author.name,
        *fields,
        *files,
        *links,
        *(name for name, _ in message.reactions),
        *_stated(message.alert),
    ]


def _stated(alert: Alert | None) -> Sequence[str]:
    names = [name for name, _ in alert.times] if alert else []
    return [alert.status, alert.severity, alert.service, *names] if alert else []


def _rebuilt(message: Message, take: Callable[[], str]) -> Message:
    text, title, name = take(), take(), take()
    return replace(
        message,
        text=text,
        title=title,
        author=replace(message.author, name=name),
        fields=tuple((take(), take()) for _ in message.fields),
        files=tuple(replace(file, name=take(), head=take()) for file in message.files),
        links=tuple(Link(url=take(), label=take()) for _ in message.links),
        reactions=tuple((take(), count) for _, count in message.reactions),
        alert=_restated(message.alert, take),
    )


def _restated(alert: Alert | None, take: Callable[[], str]) -> Alert | None:
    if alert is None:
        return None
    return replace(
        alert,
        status=take(),
        severity=take(),
        service=take(),
        times=tuple((take(), at) for _, at in alert.times),
    )
