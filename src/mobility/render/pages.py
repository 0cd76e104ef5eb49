"""One call for each thing that a workflow renders: a figure, a study, the index."""

import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from mobility.errors import RenderError, nearest
from mobility.render.html import index_page, study_page
from mobility.render.report import Picture, Report, arrange
from mobility.render.table import Table, layout, source_line
from mobility.render.text import table_csv
from mobility.settings import Study, each_specification
from mobility.storage import read_csv, read_register, read_yaml, write_bytes, write_csv, write_text

if TYPE_CHECKING:
    import pandas as pd

SUMMARY = "summary.json"


def draw_figure(
    spec_path: str | Path,
    table_spec_path: str | Path,
    cells_path: str | Path,
    study_path: str | Path,
    provenance_path: str | Path,
    out_svg: str | Path,
    out_png: str | Path,
    out_csv: str | Path,
) -> None:
    """Draw one figure from its released cells and write SVG, PNG and the numbers it shows."""
    from mobility.render.figures import draw, save, without

    spec = read_yaml(spec_path)
    study = read_yaml(study_path)
    table_spec = read_table_spec(table_spec_path, Path(study_path).parent)
    whole = layout(table_spec, read_csv(cells_path), None, study, read_yaml(provenance_path))
    table = without(whole, spec)
    save(draw(spec, table, Path(study_path).parents[2]), table, out_svg, out_png, out_csv)


def render_study(
    study_dir: str | Path,
    released_dir: str | Path,
    checks_dir: str | Path,
    figures_dir: str | Path,
    provenance_path: str | Path,
    out_dir: str | Path,
) -> None:
    """Write a study's page, its tables as CSV, its workbook and its PDF from what was released.

    Reads `<released_dir>/<table>.csv` for every `tables/*.yaml` of the study, `backtest.csv` beside them if there is
    one, `<figures_dir>/<figure>.svg` for every `figures/*.yaml` and `<checks_dir>/losses.csv` if there is one.

    Raises
    ------
    RenderError
        A table without released cells or a figure that was not drawn.
    """
    from mobility.render.pdf import report_pdf
    from mobility.render.xlsx import write_workbook

    out = Path(out_dir)
    report = _read_report(
        Path(study_dir), Path(released_dir), Path(checks_dir), Path(figures_dir), provenance_path, out
    )
    name = report.study["study"]
    for table in report.tables:
        write_csv(table_csv(table), out / "tables" / f"{table.id}.csv")
    write_workbook(out / f"{name}.xlsx", report.tables, report.study)
    write_bytes(report_pdf(report, out), out / f"{name}.pdf")
    files = {"PDF": f"{name}.pdf", "XLSX": f"{name}.xlsx"}
    write_text(study_page(report, files), out / "index.html")
    write_text(json.dumps(_summary(report, files), ensure_ascii=False, indent=1) + "\n", out / SUMMARY)


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


def read_table_spec(path: str | Path, study_dir: Path) -> dict:
    """A table's specification with its rows and columns listed: groups, models and claims filled in from the study."""
    spec, study = read_yaml(path), _specs(study_dir)
    return {**spec, **{axis: {**spec[axis], "show": study.items(spec[axis])} for axis in ("rows", "columns")}}


def _specs(study_dir: Path) -> Study:
    """The spec files of a study that a table's rows and columns may come from."""
    models = each_specification({path.stem: read_yaml(path) for path in sorted(study_dir.glob("models/*.yaml"))})
    claims, choices = (_read_if_there(study_dir / f"{name}.yaml") for name in ("claims", "choices"))
    return Study(study_dir, spec={}, samples={}, tables={}, figures={}, choices=choices, models=models, claims=claims)


def _read_if_there(path: Path) -> dict:
    return read_yaml(path) if path.is_file() else {}


def _read_report(
    study_dir: Path, released_dir: Path, checks_dir: Path, figures_dir: Path, provenance_path: str | Path, out: Path
) -> Report:
    study = read_yaml(study_dir / "study.yaml")
    provenance = read_yaml(provenance_path)
    specs = [read_table_spec(path, study_dir) for path in sorted((study_dir / "tables").glob("*.yaml"))]
    tables = _tables(specs, released_dir, study, provenance)
    drawn = [read_yaml(path) for path in sorted((study_dir / "figures").glob("*.yaml"))]
    pictures = [_picture(spec, tables, figures_dir, out) for spec in drawn]
    return Report(
        study=study,
        provenance=provenance,
        sections=arrange(study.get("sections", []), list(tables.values()), pictures),
        losses=tuple(_records_if_there(checks_dir / "losses.csv")),
        choices=tuple(_choices(study_dir / "choices.yaml")),
        commands=tuple(_records_if_there(released_dir / "commands.csv")),
    )


def _tables(specs: list[dict], released_dir: Path, study: dict, provenance: dict) -> dict[str, Table]:
    absent = [spec["table"] for spec in specs if not (released_dir / f"{spec['table']}.csv").is_file()]
    if absent or not specs:
        found = f"no released cells for {', '.join(absent)}" if specs else "the study lists no tables"
        raise RenderError(f"{released_dir}: {found}. Run `snakemake {study['study']}` to make them.")
    backtest = _backtest(released_dir / "backtest.csv")
    return {
        spec["table"]: layout(spec, read_csv(released_dir / f"{spec['table']}.csv"), backtest, study, provenance)
        for spec in specs
    }


def _backtest(path: Path) -> "pd.DataFrame | None":
    return read_csv(path) if path.is_file() else None


def _picture(spec: dict, tables: dict[str, Table], figures_dir: Path, out: Path) -> Picture:
    name = spec["figure"]
    if spec["table"] not in tables:
        raise RenderError(f"{name}: draws {spec['table']}, which no table has. {nearest(spec['table'], list(tables))}.")
    files = {kind: _bring(figures_dir / f"{name}.{kind}", out, name) for kind in ("svg", "png", "csv")}
    return Picture(
        id=name,
        number=str(spec["number"]),
        title=spec["title"],
        section=spec.get("section") or tables[spec["table"]].section,
        finding=spec.get("finding", ""),
        alt=spec["alt"],
        notes=tuple(spec.get("notes", ())),
        table=tables[spec["table"]],
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


def _choices(path: Path) -> list[dict]:
    """The study's open questions, each with its alternatives as a list of texts."""
    entries = (read_yaml(path) or {}) if path.is_file() else {}
    entries = entries.get("choices", entries) if isinstance(entries, dict) else entries
    if isinstance(entries, dict):
        entries = [{"question": name, **entry} for name, entry in entries.items()]
    return [{**entry, "alternatives": _alternatives(entry.get("alternatives") or [])} for entry in entries]


def _alternatives(found: dict | list) -> list[str]:
    if isinstance(found, dict):
        return [f"{name}: {text}" for name, text in found.items()]
    return [str(text) for text in found]


def _summary(report: Report, files: dict[str, str]) -> dict:
    return {
        "study": report.study["study"],
        "title": report.study["title"],
        "credit": report.credit,
        "synthetic": report.synthetic,
        "source": source_line(report.provenance),
        "verdict": report.verdict,
        "tables": len(report.tables) - len(report.tucked),
        "figures": len(report.pictures),
        "losses": report.rows_read,
        "files": files,
        "data": {table.number: f"tables/{table.id}.csv" for table in report.tables},
    }


def _card(page: Path, report_dir: Path) -> dict:
    path = page.parent / SUMMARY
    if not path.is_file():
        raise RenderError(f"{path}: no summary of this study's page. Run `snakemake {page.parent.name}` first.")
    card = json.loads(path.read_text(encoding="utf-8"))
    place = Path(os.path.relpath(page.parent, report_dir)).as_posix()
    below = {key: {words: f"{place}/{address}" for words, address in card[key].items()} for key in ("files", "data")}
    return {**card, **below, "href": f"{place}/{page.name}"}
