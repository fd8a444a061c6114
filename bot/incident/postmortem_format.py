"""A draft as Markdown (GitHub's tables, safe to render) and as JSON."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from bot.incident.postmortem_values import Claim, Postmortem, Quote, Section, Table
from bot.incident.wording import day, one_line, shown_number

_SPECIAL = re.compile(r"([\\`*\[\]|~]|(?<!\w)_|_(?!\w)|^[#+>-]|(?<=^\d)[.)](?=\s)|(?<=^\d\d)[.)](?=\s))")
_ENTITIES = {"&": "&amp;", "<": "&lt;"}
_QUOTE_CHARS = 400
_END = re.compile(r"[.?!:…”]$")

Links = Mapping[str, str]
"""Evidence id → permalink; empty when unknown."""


def to_markdown(review: Postmortem) -> str:
    """Return the draft as Markdown; nobody's words can become markup, a link or a table cell in it."""
    links = {quote.id: quote.permalink for quote in review.evidence}
    head = [
        f"# DRAFT · {_safe(review.title)} · {day(review.at)}",
        _joined(review.header, links),
        _joined(review.coverage, links),
    ]
    body = [part for section in review.sections for part in _section(section, links)]
    return "\n\n".join([*head, *body, "## 12 Evidence", _evidence(review.evidence)]) + "\n"


def to_json(review: Postmortem) -> str:
    """Return the draft as JSON: the same sections, claims with the ids they cite, quotes exact."""
    value = {
        "title": review.title,
        "status": "draft",
        "at": review.at.isoformat(),
        "header": [_claim_value(claim) for claim in review.header],
        "coverage": [claim.text for claim in review.coverage],
        "dropped": review.dropped,
        "sections": [_section_value(section) for section in review.sections],
        "evidence": [_quote_value(quote) for quote in review.evidence],
    }
    return json.dumps(value, ensure_ascii=False, indent=2)


def _section(section: Section, links: Links) -> list[str]:
    people = " ".join(_sentence(claim, links) for claim in section.people)
    parts = [
        f"## {section.number} {section.title}",
        " ".join(_sentence(claim, links) for claim in section.claims),
        _table(section.table, links) if section.table else "",
        "\n".join(f"- {_sentence(claim, links)}" for claim in section.bullets),
        f"**People:** {people}" if people else "",
    ]
    return [part for part in parts if part]


def _table(table: Table, links: Links) -> str:
    rows = [[_cell(claim, links) for claim in row] for row in table.rows]
    return _grid(table.columns, rows)


def _grid(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    titles = list(columns)
    lines = [titles, ["---"] * len(titles), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _evidence(quotes: Iterable[Quote]) -> str:
    columns = ("No.", "Author", "Time (UTC)", "Quote", "Edited")
    rows = [
        (
            _number(quote.id, quote.permalink),
            _safe(quote.author),
            f"{quote.at:%Y-%m-%d %H:%M:%S}",
            _safe(_cut(quote.text)),
            f"{quote.edited_at:%Y-%m-%d %H:%M}" if quote.edited_at else "no",
        )
        for quote in quotes
    ]
    return _grid(columns, rows)


def _cut(words: str) -> str:
    rest = len(words) - _QUOTE_CHARS
    return words if rest <= 0 else f"{words[:_QUOTE_CHARS]} … ({rest} more characters in the message)"


def _joined(claims: Iterable[Claim], links: Links) -> str:
    return " · ".join(_cell(claim, links) for claim in claims)


def _cell(claim: Claim, links: Links) -> str:
    numbers = [_number(cite, links.get(cite, "")) for cite in claim.cites]
    return " ".join(filter(None, [_safe(claim.text), *numbers]))


def _sentence(claim: Claim, links: Links) -> str:
    """Return a claim as a sentence: its citations stand before the full stop."""
    words = claim.text.rstrip(".")
    capital = f"{words[:1].upper()}{words[1:]}"
    end = "" if _END.search(capital) and not claim.cites else "."
    if capital.endswith("?") and claim.cites:
        capital, end = capital[:-1], "?"
    return _cell(Claim(text=capital, cites=claim.cites), links) + end


def _number(evidence_id: str, permalink: str) -> str:
    label = f"[{shown_number(evidence_id)}]"
    url = re.sub(r"[\s()<>|\\]", "", permalink)
    return f"[{label}]({url})" if url else f"\\{label[:-1]}\\]"


def _safe(words: str) -> str:
    """Return somebody's words on one line, with everything that Markdown would read as markup disarmed."""
    plain = "".join(_ENTITIES.get(letter, letter) for letter in one_line(words))
    return _SPECIAL.sub(r"\\\1", plain)


def _section_value(section: Section) -> dict[str, Any]:
    table = section.table
    return {
        "number": section.number,
        "title": section.title,
        "claims": [_claim_value(claim) for claim in (*section.claims, *section.bullets)],
        "columns": list(table.columns) if table else [],
        "rows": [[_claim_value(cell) for cell in row] for row in table.rows] if table else [],
        "people": [_claim_value(claim) for claim in section.people],
    }


def _claim_value(claim: Claim) -> dict[str, Any]:
    return {"text": claim.text, "cites": list(claim.cites), "inferred": claim.is_inferred}


def _quote_value(quote: Quote) -> dict[str, Any]:
    return {
        "id": quote.id,
        "ts": quote.ts,
        "author": quote.author,
        "at": quote.at.isoformat(),
        "quote": quote.text,
        "permalink": quote.permalink,
        "edited_at": quote.edited_at.isoformat() if quote.edited_at else None,
    }
