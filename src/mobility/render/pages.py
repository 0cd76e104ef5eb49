"""One call for each thing that a workflow renders: a figure, a study, the index."""

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mobility.errors import RenderError
from mobility.intake.provenance import record_of
from mobility.render.figures import draw, flaws, picture_bytes, save, small_lines, unit_of, without
from mobility.render.findings import Told, marked, numbers_behind, say
from mobility.render.formats import STUDY, data_links, formats_of, study_links, write_study
from mobility.render.formats.csv import indicators_csv
from mobility.render.formats.html import index_page
from mobility.render.indicators import Entry, Shown, drawn_part, entries, records
from mobility.render.names import FIGURE_FILES, INDICATOR_DATA, SUMMARY
from mobility.render.origins import Origins
from mobility.render.report import Picture, Report, arrange, natural_key
from mobility.render.table import Table, layout
from mobility.settings import FigureSpec, Study
from mobility.settings.identifiers import identifiers_of_table
from mobility.settings.indicators import Indicator, IndicatorIndex
from mobility.storage import read_placed, read_register, write_bytes, write_csv, write_text

if TYPE_CHECKING:
    import pandas as pd

    from mobility.render.charts.sight import Flaw

INDICATORS = "pages/indicators.html"
FINDINGS = 5  # on the overview, where the study names none


def draw_figure(spec: FigureSpec, table: Table, root: Path, out_dir: Path) -> tuple["Flaw", ...]:
    """Draw one figure of a study from the table that it shows; write its `FIGURE_FILES`: pictures and numbers.

    Gives what a reader would trip over in it.
    """
    drawn = draw(spec, table, root)
    save(drawn, table, out_dir / spec.figure)
    return flaws(spec, table, drawn)


def drawn_table(study: Study, spec: FigureSpec, released_dir: Path, provenance: Mapping[str, Any]) -> Table:
    """The table that a figure shows, as it is drawn: released cells without what the figure leaves out."""
    cells = read_placed(released_dir / f"{spec.table}.csv")
    made = record_of(provenance, list(study.about.sources), study.sources_of(spec.table))
    return without(layout(study.tables[spec.table], cells, None, study.about, made), spec)


def draw_small(one: Indicator, table: Table, out: Path) -> None:
    """Draw the small picture of an indicator of the page of indicators as SVG, from the table that it shows."""
    write_bytes(picture_bytes(small_lines(table, one.y_label), "svg"), out / f"{one.drawn}.svg")


def small_table(study: Study, indicator: Indicator, released_dir: Path, provenance: Mapping[str, Any]) -> Table:
    """The part of a table that the small picture of an indicator shows."""
    cells = read_placed(released_dir / f"{indicator.table}.csv")
    made = record_of(provenance, list(study.about.sources), study.sources_of(indicator.table))
    return drawn_part(indicator, layout(study.tables[indicator.table], cells, None, study.about, made))


def render_study(
    study: Study,
    released_dir: Path,
    checks_dir: Path,
    figures_dir: Path,
    provenance: Mapping[str, Any],
    out: Path,
    origins: Origins | None = None,
) -> None:
    """Write a study in every format of the register `formats` from what was released.

    Reads `<released_dir>/<table>.csv` of every table, `backtest.csv` and `commands.csv` beside them if they are there,
    `<figures_dir>/<figure>.svg` of every figure and `<checks_dir>/losses.csv` if there is one.
    origins : where the cells come from, for the page.

    Raises
    ------
    RenderError
        A table without released cells or a figure that was not drawn.
    """
    tables = _tables(study, released_dir, provenance)
    report = _report(study, tables, released_dir, checks_dir, figures_dir, provenance, out)
    report = replace(report, origins=origins or Origins())
    if report.indicators:
        write_csv(indicators_csv(records(report.indicators.groups, study.name)), out / INDICATOR_DATA)
    write_study(report, out)
    write_text(json.dumps(_summary(report, out), ensure_ascii=False, indent=1) + "\n", out / SUMMARY)


def render_index(report_dir: str | Path, study_pages: list[str | Path], run: dict, out: str | Path) -> None:
    """Write the entry page: a card for each study's page, read from the `summary.json` beside it, and what was run.

    Parameters
    ----------
    report_dir : folder that addresses are relative to, usually the folder of `out`.
    study_pages : paths of the studies' `index.html`, in the order of their cards.
    run : words and values of what was run, such as version, config and date of input.
    """
    cards = [_card(Path(page), Path(report_dir)) for page in study_pages]
    write_text(index_page(cards, run), out)


def _indicators(index: IndicatorIndex, study: Study, tables: Mapping[str, Table], figures: Path, out: Path) -> Shown:
    """What the page that goes through the indicators one by one holds."""
    shown = Shown(index, entries(index, study.tables, tables), {})
    small = {one.spec.id: _bring(figures / f"{one.spec.drawn}.svg", out, one.spec.drawn) for one in shown.here}
    return replace(shown, small=small)


def _findings(study: Study, pictures: list[Picture], tables: Mapping[str, Table], shown: Shown | None) -> list[Told]:
    """What the overview says first: the findings that the study names, else those of its first figures, by number."""
    told = {
        picture.id: Told(picture.finding, picture.id, picture.number, _behind(study.figures[picture.id], tables))
        for picture in sorted(pictures, key=lambda picture: natural_key(picture.number))
        if picture.finding
    }
    for entry in shown.here if shown else ():
        told[entry.spec.id] = _told(entry)
    wanted = study.about.findings or tuple(told)[:FINDINGS]
    return [told[name] for name in wanted if name in told]


def _told(entry: Entry) -> Told:
    """The first two sentences of an indicator: its gap or number, and whether it changed."""
    assert entry.table is not None
    sentence = marked(f"{entry.spec.title}. {' '.join(entry.sentences[:2])}", entry.table)
    return Told(sentence, f"indicator--{entry.spec.id}", f"Indicator {entry.spec.number}")


def _behind(spec: FigureSpec, tables: Mapping[str, Table]) -> tuple[tuple[str, str, str], ...]:
    return numbers_behind(spec.finding, without(tables[spec.table], spec), f"figures/{spec.figure}.yaml")


def _report(
    study: Study,
    tables: Mapping[str, Table],
    released_dir: Path,
    checks_dir: Path,
    figures_dir: Path,
    provenance: Mapping[str, Any],
    out: Path,
) -> Report:
    pictures = [_picture(spec, tables, figures_dir, out) for spec in study.figures.values()]
    shown = _indicators(study.indicators, study, tables, figures_dir, out) if study.indicators else None
    return Report(
        about=study.about,
        provenance=provenance,
        sections=arrange(study.about.sections, list(tables.values()), pictures),
        losses=tuple(_records_if_there(checks_dir / "losses.csv")),
        choices=tuple(study.choices.values()),
        commands=tuple(_records_if_there(released_dir / "commands.csv")),
        indicators=shown,
        readings=study.readings,
        samples=tuple(study.samples.values()),
        findings=tuple(_findings(study, pictures, tables, shown)),
        ranking=tuple(_records_if_there(released_dir / "choices.csv")),
        names={table: identifiers_of_table(study, table) for table in study.tables},
    )


def _tables(study: Study, released_dir: Path, provenance: Mapping[str, Any]) -> dict[str, Table]:
    absent = [table for table in study.tables if not (released_dir / f"{table}.csv").is_file()]
    if absent or not study.tables:
        found = f"no released cells for {', '.join(absent)}" if absent else "the study lists no tables"
        raise RenderError(f"{released_dir}: {found}. Run `snakemake {study.name}` to make them.")
    return laid_out(study, list(study.tables), released_dir, provenance)


def laid_out(study: Study, names: Sequence[str], released_dir: Path, provenance: Mapping[str, Any]) -> dict[str, Table]:
    """Tables of a study by name, from their released cells and, where there is one, the released back test."""
    backtest, sources = _backtest(released_dir / "backtest.csv"), list(study.about.sources)
    return {
        name: layout(
            study.tables[name],
            read_placed(released_dir / f"{name}.csv"),
            backtest,
            study.about,
            record_of(provenance, sources, study.sources_of(name)),
        )
        for name in names
    }


def _backtest(path: Path) -> "pd.DataFrame | None":
    return read_placed(path) if path.is_file() else None


def _picture(spec: FigureSpec, tables: Mapping[str, Table], figures_dir: Path, out: Path) -> Picture:
    files = {kind: _bring(figures_dir / f"{spec.figure}.{kind}", out, spec.figure) for kind in FIGURE_FILES}
    marks = (out / files.pop("json")).read_text(encoding="utf-8")
    shown = without(tables[spec.table], spec)
    return Picture(
        id=spec.figure,
        number=spec.number,
        title=spec.title,
        section=spec.section or tables[spec.table].section,
        finding=say(spec.finding, shown, f"figures/{spec.figure}.yaml"),
        unit=unit_of(spec, shown),
        alt=spec.alt,
        notes=spec.notes,
        table=tables[spec.table],
        marks=marks,
        **files,
    )


def _bring(path: Path, out: Path, figure: str) -> str:
    """The address of a figure's file below the page's folder; one that lies elsewhere is copied to `figures/`."""
    if not path.is_file():
        raise RenderError(f"{path}: {figure} was not drawn. Run `snakemake figures`.")
    if path.resolve().is_relative_to(out.resolve()):
        return path.resolve().relative_to(out.resolve()).as_posix()
    (out / "figures").mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, out / "figures" / path.name)
    return f"figures/{path.name}"


def _records_if_there(path: Path) -> list[dict]:
    return read_register(path).to_dict("records") if path.is_file() else []


def _summary(report: Report, out: Path) -> dict:
    folders = [out / folder for form in formats_of(STUDY) for folder in form.beside]
    return {
        "study": report.about.study,
        "title": report.about.title,
        "credit": report.credit,
        "synthetic": report.synthetic,
        "mixed": report.origin.mixed,
        "source": report.origin.source,
        "verdict": report.verdict,
        "size": report.size,
        "site": sorted(path.relative_to(out).as_posix() for folder in folders for path in folder.rglob("*.*")),
        "losses": report.rows_read,
        "files": ({"Indicators one by one": INDICATORS} if report.indicators else {}) | study_links(report.about.study),
        "data": data_links({table.number: table.id for table in report.tables}),
    }


def _card(page: Path, report_dir: Path) -> dict:
    path = page.parent / SUMMARY
    if not path.is_file():
        raise RenderError(f"{path}: no summary of this study's page. Run `snakemake {page.parent.name}` first.")
    card = json.loads(path.read_text(encoding="utf-8"))
    place = Path(os.path.relpath(page.parent, report_dir)).as_posix()
    files, data = _below(place, card["files"]), {words: _below(place, own) for words, own in card["data"].items()}
    return {**card, "files": files, "data": data, "href": f"{place}/{page.name}"}


def _below(place: str, links: Mapping[str, str]) -> dict[str, str]:
    return {words: f"{place}/{address}" for words, address in links.items()}
