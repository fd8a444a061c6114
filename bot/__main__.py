"""The command line: `python -m bot ROLE` runs the copilot, the other commands work on files and lines.

Exit status: 0 it ran, 1 `doctor` found a failure, 2 the input or a setting cannot be used, with one line on
standard error.
"""

import asyncio
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.resources import files
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any

import typer

from bot import logs
from bot.errors import CopilotError
from bot.lines import answered, text_of
from bot.settings import load_settings, made_data_dir

app = typer.Typer(
    help="Incident copilot: cited causal chains in Slack, checked by code.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

FIRST_INCIDENT = "objectstore-key-rotation"
FileArgument = Annotated[Path, typer.Argument(help="An incident in Slack's message shape, as JSON.")]
Analyst = Annotated[str, typer.Option(help="rules (no model) or claude (needs ANTHROPIC_API_KEY).")]


def _serve(role: str) -> None:
    settings = load_settings()  # first: a wrong one is told before anything heavy is imported
    from bot import roles

    logs.set_up(form=settings.log_format, level=settings.log_level, secrets=settings.literals())
    if not settings.redis_url:
        made_data_dir(settings)
    asyncio.run(roles.serve(role, settings))


@app.command(name="all")
def all_() -> None:
    """Receiver (HTTP) and worker in one process."""
    _serve("all")


@app.command()
def web() -> None:
    """The HTTP receiver: accepts Slack's requests durably and acknowledges them."""
    _serve("web")


@app.command(name="socket")
def socket_() -> None:
    """The Socket Mode receiver and a worker in one process: needs no public address."""
    _serve("socket")


@app.command()
def worker() -> None:
    """A worker: answers what the receivers accepted."""
    _serve("worker")


@app.command()
def sandbox(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Of the page; 0 takes a free one.")] = 8300,
    scenario: Annotated[str, typer.Option(help="The incident to begin with.")] = "",
    incidents: Annotated[Path | None, typer.Option(help="The folder of incident files.")] = None,
) -> None:
    """A local Slack workspace with a page, a store and the copilot; needs no account."""
    from bot import local

    settings = load_settings()
    logs.set_up(form="console", level="warning", secrets=settings.literals())
    told = local.Local(
        scenarios=incidents or shipped_incidents(),
        scenario=scenario or (None if incidents else FIRST_INCIDENT),
        port=port,
        data_dir=made_data_dir(settings),
    )
    asyncio.run(local.run(told, settings, say=typer.echo))


@app.command()
def replay(
    file: FileArgument,
    question: Annotated[str, typer.Option(help="Default: the file's own.")] = "",
    until: Annotated[str, typer.Option(help="Read up to this `ts`, that message included.")] = "",
    fraction: Annotated[float, typer.Option(help="Read this share of the messages, 0 to 1.")] = 1.0,
    analyst: Analyst = "rules",
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as data.")] = False,
) -> None:
    """Answer a question about a recorded incident, as the bot would have answered it then."""
    from bot import replay as replaying

    settings = load_settings()
    told = replaying.Telling(question=question, until_ts=until, fraction=fraction, analyst=analyst)
    result = asyncio.run(replaying.replay(_json(file), told, settings, name=file.stem))
    typer.echo(json.dumps(result.document, ensure_ascii=False, indent=2) if as_json else result.words)


@app.command()
def board(
    file: FileArgument,
    question: Annotated[str, typer.Option(help="Default: the file's own.")] = "",
    ask: Annotated[str, typer.Option(help="The `ts` after which it is asked; default: the file's own.")] = "",
    until: Annotated[str, typer.Option(help="Go on up to this `ts`; default: the last message.")] = "",
    acts: Annotated[Path | None, typer.Option(help="What people do, one JSON object a line.")] = None,
    analyst: Analyst = "rules",
    as_json: Annotated[bool, typer.Option("--json", help="Print the board as data.")] = False,
) -> None:
    """Ask about a recorded incident, let it go on, and print the board that has come of it."""
    from bot import board_replay

    told = board_replay.Course(question=question, ask_ts=ask, until_ts=until, analyst=analyst)
    lines = acts.read_text(encoding="utf-8").splitlines() if acts else []
    result = asyncio.run(board_replay.board(_json(file), told, load_settings(), acts=lines, name=file.stem))
    typer.echo(json.dumps(result.document, ensure_ascii=False, indent=2) if as_json else result.words)


@app.command()
def brief(
    file: FileArgument,
    what: Annotated[
        str, typer.Option(help="catchup, summary, timeline, actions, handoff, fixed or update.")
    ] = "summary",
    person: Annotated[str, typer.Option(help="Who catches up: since they last wrote.")] = "",
    since: Annotated[str, typer.Option(help="Since when, such as 15m or 20:50.")] = "",
    role: Annotated[str, typer.Option(help="exec or sme; for an update exec or customer.")] = "",
    until: Annotated[str, typer.Option(help="As of this `ts`; default: the last message.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print it as data.")] = False,
) -> None:
    """Tell how a recorded incident stands, as `/copilot catchup` and its like do; no model is asked."""
    from bot import brief_replay

    wish = brief_replay.Wish(what=what, person=person, since=since, role=role, until_ts=until)
    result = asyncio.run(brief_replay.brief(_json(file), wish, load_settings(), name=file.stem))
    document = json.dumps(result.document, ensure_ascii=False, indent=2, default=str)
    typer.echo(document if as_json else result.words)


@app.command()
def postmortem(
    file: FileArgument,
    form: Annotated[str, typer.Option("--format", help="md or json.")] = "md",
    analyst: Analyst = "rules",
    check: Annotated[
        Path | None, typer.Option("--check", help="A human's draft: say what to look at in it.")
    ] = None,
) -> None:
    """Draft the review of a recorded incident, or read a human's draft of it."""
    from bot import replay as replaying

    if check is not None:
        from bot import brief_replay

        remarks = brief_replay.checked(_json(file), _text(check), load_settings(), name=file.stem)
        typer.echo(asyncio.run(remarks))
        return

    drafting = replaying.postmortem(
        _json(file), form=form, analyst=analyst, settings=load_settings(), name=file.stem
    )
    typer.echo(asyncio.run(drafting))


@app.command()
def route() -> None:
    """Say for each line `{"id","text"}` where it would go, and why."""
    from bot import commands

    _each_line(commands.routing(load_settings()))


@app.command()
def redact() -> None:
    """Replace the secrets in each line `{"id","text"}` by aliases."""
    import secrets

    from bot.safety.redaction import Redactor

    redactor = Redactor(secrets.token_bytes(32), literals=load_settings().literals())

    def work(document: Mapping[str, Any]) -> Mapping[str, Any]:
        result = redactor.redact(text_of(document))
        return {
            "text": result.text,
            "found": [{"kind": item.kind, "alias": item.alias} for item in result.found],
        }

    _each_line(work)


@app.command()
def iam() -> None:
    """Judge each line: a request to AWS with its policies; one request alone may span many lines."""
    from bot import commands

    for stream in (sys.stdin, sys.stdout):
        _speak_utf8(stream)
    for line in commands.judged(sys.stdin.read()):
        typer.echo(line)


@app.command()
def denials() -> None:
    """Read the AWS denial in each line `{"id","text"}`, or null."""
    from bot import commands

    _each_line(commands.denied)


@app.command(name="eval")
def eval_(
    name: Annotated[
        str, typer.Argument(help="alerts, compaction, denials, iam, incidents, redaction or routing.")
    ],
    data: Annotated[Path | None, typer.Option(help="A file or folder; default: what ships.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole report as data.")] = False,
    analyst: Annotated[str | None, typer.Option(help="incidents: rules or claude.")] = None,
    moments: Annotated[int | None, typer.Option(min=1, help="incidents: answers for each.")] = None,
    max_usd: Annotated[float | None, typer.Option(min=0, help="incidents: models may cost this.")] = None,
) -> None:
    """Measure routing, redaction, incidents, …: scores with n and 95 % intervals."""
    from bot import commands

    options = {"analyst": analyst, "moments": moments, "max_usd": max_usd}
    told = commands.evaluated(name, data, as_json=as_json, options=options)
    _speak_utf8(sys.stdout)
    typer.echo(told)


@app.command()
def manifest(
    http: Annotated[str, typer.Option(help="The public address; without it, Socket Mode.")] = "",
) -> None:
    """Print the app manifest to paste into Slack's app settings."""
    from handlers.manifest import manifest as build

    typer.echo(json.dumps(build(http or None), ensure_ascii=False, indent=2))


@app.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as data.")] = False,
) -> None:
    """Check tokens, scopes, store, models, clock and network; say what to do about each failure."""
    from bot.doctor.finding import is_well, lines
    from bot.examination import examine

    settings = load_settings()
    findings = asyncio.run(examine(settings))
    report = {"ok": is_well(findings), "checks": [finding.as_dict() for finding in findings]}
    told = json.dumps(report, ensure_ascii=False, indent=2) if as_json else "\n".join(lines(findings))
    for secret in settings.literals():
        told = told.replace(secret, "…")
    _speak_utf8(sys.stdout)
    typer.echo(told)
    if not is_well(findings):
        raise typer.Exit(1)


@app.command()
def shadow(
    truth: Annotated[Path | None, typer.Option(help="JSON: channel id to trigger_ts, decisive_ts.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole report as data.")] = False,
) -> None:
    """Tell what a copilot with `SHADOW=on` would have said, when, and at what cost."""
    from bot import shadow_report
    from evals import tables

    truths = shadow_report.truths_in(truth) if truth else {}
    found = asyncio.run(shadow_report.report(load_settings(), truths))
    _speak_utf8(sys.stdout)
    typer.echo(
        json.dumps(found, ensure_ascii=False, indent=2) if as_json else tables.printed(found, width=130)
    )


@app.command()
def feedback() -> None:
    """Print what people thought of answers as JSON Lines, for evaluation."""
    from bot import feedback_report

    async def run() -> None:
        async for row in feedback_report.rows(load_settings()):
            typer.echo(json.dumps(row, ensure_ascii=False))

    asyncio.run(run())


@app.command()
def forget(
    permalink: Annotated[
        str, typer.Argument(help="Of a message, a thread or a channel, as Slack copies it.")
    ],
    thread: Annotated[bool, typer.Option("--thread", help="The whole thread of that message.")] = False,
) -> None:
    """Remove a message, a thread or a channel and all that came of it; print as JSON what was removed."""
    from bot import wiring
    from bot.errors import BadInputError, StoreUnavailableError
    from bot.permalinks import place_of
    from bot.removed import Counts

    place, settings = place_of(permalink), load_settings()

    async def run() -> Counts:
        async with wiring.forgetting(settings, place.channel_id) as (forgets, teams):
            counts = [await forgets.forget(team, place, whole_thread=thread) for team in sorted(teams)]
        return sum(counts, Counts())

    try:
        counts = asyncio.run(run())
    except StoreUnavailableError as error:
        problem = f"the store does not answer ({error}); nothing more was removed: run it again."
        raise BadInputError(
            field="REDIS_URL" if settings.redis_url else "DATA_DIR", problem=problem
        ) from None
    typer.echo(json.dumps(counts.as_json()))
    typer.echo(counts.in_words(), err=True)


def shipped_incidents() -> Path:
    """Return the folder of the incidents that ship with the program."""
    return Path(str(files("evals"))) / "data" / "incidents"


def _each_line(work: Callable[[Mapping[str, Any]], Mapping[str, Any]]) -> None:
    for stream in (sys.stdin, sys.stdout):
        _speak_utf8(stream)  # bytes that are no UTF-8 spoil a word, not the run
    for line in answered(sys.stdin, work):
        typer.echo(line)


def _speak_utf8(stream: object) -> None:
    if isinstance(stream, TextIOWrapper):
        stream.reconfigure(encoding="utf-8", errors="replace")


def _text(file: Path) -> str:
    from bot.errors import BadInputError

    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise BadInputError(field=str(file), problem=f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise BadInputError(field=str(file), problem="is not text in UTF-8") from None


def _json(file: Path) -> object:
    from bot.errors import BadInputError

    try:
        return json.loads(_text(file))
    except (ValueError, RecursionError) as error:
        raise BadInputError(field=str(file), problem=f"is not JSON: {error}") from None


def main() -> None:
    """Run the command line as a process; only what was asked for goes to standard output."""
    logs.set_up(form="console", level="warning")
    command_line()


def command_line(arguments: Sequence[str] | None = None) -> None:
    """Run one command and exit.

    Args:
        arguments: Those of the process when None.
    """
    try:
        app(arguments)
    except CopilotError as error:
        typer.echo(f"incident-copilot: {error.user_message}", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
