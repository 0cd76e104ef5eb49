"""What to cite behind a table or a study: what was made here, its data, the report; as sentences, BibTeX and RIS."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from mobility import __version__
from mobility.render.table import MadeFrom, Run, Table, citation
from mobility.settings import About

MAKERS = "The mobility developers"  # as CITATION.cff names them
SOFTWARE = "mobility: a reproducible pipeline for UK mobility research"
MADE, DATA, REPORT = "This table", "Data", "Report"
INVENTED, PARTLY = "Made from invented data: no finding.", "Made in part from invented data: no finding."
DOI = re.compile(r"\b10\.\d{4,9}/[^\s;,]*[^\s;,.]")
BIBTEX_KINDS = {MADE: "misc", DATA: "misc", REPORT: "techreport"}
RIS_KINDS = {MADE: "DATA", DATA: "DATA", REPORT: "RPRT"}
# What BibTeX reads as a command, with what it is written as.
ESCAPES = {"\\": r"\textbackslash{}", **{sign: f"\\{sign}" for sign in "&%$#_{}"}}


@dataclass(frozen=True)
class Source:
    """One thing to cite. kind : of `MADE`, `DATA`, `REPORT`. key : of its entry. text : the whole of it in sentences.

    authors, title, year, publisher, doi : its parts, as far as they are known apart from the text.
    """

    kind: str
    key: str
    text: str
    title: str
    authors: tuple[str, ...] = ()
    year: str = ""
    publisher: str = ""
    doi: str = ""


def sources_of(table: Table) -> tuple[Source, ...]:
    """What to cite for a table; of one that only repeats the report's numbers the report alone."""
    report = _report(table.about)
    if table.printed:
        return report
    made = _made(table.about, f"{table.number}: {table.title}", table.id, table.origin, table.run)
    return (made, *_data(table.about, table.origin), *report)


def sources_of_study(about: About, origin: MadeFrom, run: Run) -> tuple[Source, ...]:
    """What to cite for a study as a whole. origin : of all its numbers together."""
    return (_made(about, about.title, "", origin, run), *_data(about, origin), *_report(about))


def sentences(sources: Sequence[Source]) -> tuple[tuple[str, str], ...]:
    """Each source as a term and the sentences that cite it."""
    return tuple((source.kind, source.text) for source in sources)


def _made(about: About, title: str, table: str, origin: MadeFrom, run: Run) -> Source:
    """What the pipeline made: version, study, and where it is known the day of the run and the commit."""
    year = f" ({run.date[:4]})" if run.date else ""
    when = f", run of {_day(run.date)}" if run.date else ""
    commit = f" (commit {run.commit[:12]})" if run.commit else ""
    invented = f" {PARTLY if origin.mixed else INVENTED}" if origin.synthetic else ""
    within = f" In: {about.title}." if table else ""
    text = f"{MAKERS}{year}. {title}.{within} Made with {SOFTWARE}, version {__version__}{when}{commit}."
    key = "_".join(filter(None, ["mobility", about.study, table]))
    return Source(MADE, key, text + invented, title, (MAKERS,), run.date[:4])


def _day(day: str) -> str:
    """2026-11-27 as 27 November 2026."""
    found = date.fromisoformat(day)
    return f"{found.day} {found:%B %Y}"


def _data(about: About, origin: MadeFrom) -> Iterator[Source]:
    for place, data in enumerate(origin.cited, start=1):
        doi = DOI.search(data.text)
        key = f"{about.study}_data_{place}"
        yield Source(DATA, key, data.text, data.name, doi=doi.group() if doi else "")


def _report(about: About) -> tuple[Source, ...]:
    text, own = citation(about), about.report
    year = str(own.year or "")
    found = Source(REPORT, f"{about.study}_report", text, own.title, own.authors, year, own.publisher)
    return (found,) if text else ()


def bibtex(sources: Sequence[Source]) -> str:
    """The sources as BibTeX entries; what is known only as a sentence stands whole in `note`."""
    return "\n\n".join(map(_entry, sources)) + "\n"


def _entry(source: Source) -> str:
    fields = {
        "author": " and ".join(f"{{{_tex(name)}}}" for name in source.authors),
        "title": f"{{{_tex(source.title)}}}",
        "year": source.year,
        "institution": _tex(source.publisher),
        "doi": source.doi,
        "note": "" if source.kind == REPORT else _tex(source.text),
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@{BIBTEX_KINDS[source.kind]}{{{source.key},", *lines, "}"])


def _tex(text: str) -> str:
    return "".join(ESCAPES.get(sign, sign) for sign in text)


def ris(sources: Sequence[Source]) -> str:
    """The sources as RIS records."""
    return "\n".join(map(_record, sources))


def _record(source: Source) -> str:
    fields = [
        ("TY", RIS_KINDS[source.kind]),
        *(("AU", name) for name in source.authors),
        ("TI", source.title),
        ("PY", source.year),
        ("PB", source.publisher),
        ("DO", source.doi),
        ("N1", "" if source.kind == REPORT else source.text),
        ("ID", source.key),
    ]
    return "".join(f"{tag}  - {value}\n" for tag, value in fields if value) + "ER  - \n"
