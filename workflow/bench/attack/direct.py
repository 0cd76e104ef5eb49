"""What is told of hidden or small numbers without any arithmetic between tables: in words, in losses, in reports."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pandas as pd

from attack.bounds import ContradictionError, Relation, System, intervals
from attack.released import HIDDEN, Left, Place
from mobility.odds import benjamini_hochberg, holm
from mobility.settings import Sample
from mobility.settings.frames import PERSON
from mobility.settings.tables import ADJUSTS
from mobility.statistics import DELIVERED

COUNTED = re.compile(r"(?<!fewer than )\b(\d+(?:,\d{3})*) (?:rows?|persons?|people|observations?|pairs)\b")
ONE = re.compile(r"(?:fewer than \d+|\[c\]) (?:row|person|observation|pair)\b")  # in the singular
ENDING = re.compile(r": (\d[\d,]*)(?=;|$)")
DIGITS = re.compile(rb"(?<![\d.])\d{6,}(?![\d.])")
TEXTS = (".csv", ".html", ".js", ".svg", ".json", ".yaml", ".txt", ".xml")
NO_PEOPLE = ("iterations", "coefficients", "residual_df")
HIDDEN_MARK = "[c]"
AREAS = "areas"  # kind of what is told of cells whose units are areas: no person is behind it
FACTS = ("Observations", "Base", "Persons", "Standard error", "95% interval")  # of what stands behind a number
COLUMNS = ("rows_out", "persons_out")
AROUND_WORDS = re.compile(r"m0,0l0,-\d+l\d+,0l0,\d+z")  # the outline of a box around words, in the data of a picture
LINE_STEP = re.compile(r"l(-?\d+,-?\d+)")
SHORT = 100_000  # identifiers below it are numbers like any other, and cannot be looked for


@dataclass(frozen=True)
class Told:
    """Something that should not be known. kind : how. where : table and cell, chain of losses, or file."""

    kind: str
    where: str
    what: str


def _small(values: pd.Series, threshold: int) -> pd.Series:
    return (values > 0) & (values < threshold)


def shown_small(left: Left, threshold: int) -> list[Told]:
    """Cells that are shown, or say why they have no number, with a number of persons, rows or others below the rule."""
    cells = left.cells[~left.cells["flag"].isin(HIDDEN) & (left.cells["choice"] != "published")]
    rounded = cells["note"].astype("str").str.startswith("rounded to a multiple")
    cells = cells[~cells["column"].isin(NO_PEOPLE) & ~rounded]
    outside = (cells["base"] - cells["n"]).where(cells["statistic"] == "share")
    found = []
    numbers = {name: cells[name] for name in ("persons", "n", "base")} | {"outside": outside}
    for name, values in numbers.items():
        for at in cells.index[_small(values, threshold)]:
            place = cells.loc[at, ["table", "row", "column"]]
            kind = "shown" if _of_persons(left, *place) else AREAS
            found.append(Told(kind, "/".join(place), f"{name} {values[at]:g}, flag `{cells.at[at, 'flag']}`"))
    return found


def _of_persons(left: Left, table: str, row: str, column: str) -> bool:
    """Whether the frame that a cell, or the model that it shows, is of has persons as its units, and not areas."""
    spec, models = left.study.tables[table], left.study.models
    items = [item for axis in (spec.rows, spec.columns) for item in axis.items if item.id in (row, column)]
    frames = [models[item.model].frame for item in items if item.model in models]
    return all(left.study.unit_of(frame) == PERSON for frame in (frames or [spec.frame]))


def in_words(left: Left, threshold: int) -> list[Told]:
    """Small numbers of rows or persons in notes of cells and reasons of losses."""
    cells = left.cells[left.cells["choice"] != "published"]
    notes = cells[["table", "row", "column", "note"]].itertuples(index=False)
    texts = [("/".join(place), note) for *place, note in notes]
    if len(left.losses):
        texts += [(f"losses {step}", str(reason)) for step, reason in left.losses[["step", "reason"]].to_numpy()]
    found = []
    for where, text in dict.fromkeys(texts):
        numbers = [int(one.replace(",", "")) for one in (*COUNTED.findall(text), *ENDING.findall(text))]
        found += [Told("words", where, text) for number in numbers[:1] if 0 < number < threshold]
        found += [Told("words", where, text) for _ in ONE.findall(text)[:1]]
    return found


def from_losses(left: Left, threshold: int) -> list[Told]:
    """Small numbers of dropped or remaining rows or persons that the losses tell, alone or one chain less another.

    Chains that begin with the same steps have the same rows after them, so that a step joined in one and alone in
    another is known in both. Published series have no persons.
    """
    found = []
    for counted in COLUMNS:
        system, at = _chains(left, counted)
        drops = [(after[:-1], after) for after in at if after[:-1] in at]
        wanted = [{at[before]: 1.0, at[after]: -1.0} for before, after in drops]
        for weights in wanted:  # a line drops a row at least, of which its person may have others
            system.at_least(weights, 1.0 if counted == "rows_out" else 0.0)
        try:
            sums = [*wanted, *({at[key]: 1.0} for key in at)]
            ends = intervals(system, sums, [threshold] * len(sums))
        except ContradictionError as error:
            return [Told("losses disagree", "losses", str(error))]
        names = [f"dropped by: {after[-1]}" for _, after in drops] + [f"left after: {key[-1]}" for key in at]
        small = [(name, *each) for name, each in zip(names, ends, strict=True) if each[0] > 0.5 and each[1] < threshold]
        found += [Told("losses", f"losses, {counted}: {name}", f"{low:g} to {high:g}") for name, low, high in small]
    return found


def _chains(left: Left, counted: str) -> tuple[System, dict]:
    """The numbers of a column after each step of each chain, and the variable of each."""
    system, at = System(), {}
    samples = {name: left.study.samples[spec.sample] for name, spec in _sampled(left).items()}
    published = {name for name, spec in left.study.tables.items() if spec.statistic.name in DELIVERED}
    for chain, lines in left.losses.groupby("step", sort=False) if len(left.losses) else []:
        if str(chain) not in published:
            told = lines.to_dict("records")
            _read_chain(system, at, samples.get(str(chain)), str(chain), told, counted, left.rounded_to)
    return system, at


def _sampled(left: Left) -> dict:
    """By chain of the losses the table or model that it ends in."""
    every = {**left.study.tables, **left.study.models}
    return {name: spec for name, spec in every.items() if spec.sample in left.study.samples}


def _read_chain(
    system: System, at: dict, sample: Sample | None, chain: str, lines: Sequence[dict], counted: str, rounded_to: int
) -> None:
    """Variables for the rows left after each step of a chain, equal where chains of a frame begin alike.

    Persons go on after a change of unit, where they are no more than before.
    """
    values = {keep.otherwise: f"{keep.column} {keep.values}" for keep in sample.keep} if sample else {}
    key: tuple = ()
    unit, last = "", np.nan
    for line in lines:
        if line["rows_dropped"] == 0 and key and line["unit"] == unit:
            continue
        begins = not key or line["unit"] != unit
        if begins:
            unit, goes_on = line["unit"], counted == "persons_out" and line[counted] <= last
            first = f"{sample.frame if sample else chain}: {line['reason']}"
            key = (*key, f"{unit}, {first}") if goes_on else (unit, first)
            at[key] = at[key] if key in at else system.variable()
        for reason in () if begins else str(line["reason"]).split("; "):
            key = (*key, f"{reason} {values.get(reason, '')}".strip())
            at[key] = at[key] if key in at else system.variable()
        if pd.notna(line[counted]):
            told, more = float(line[counted]), max(rounded_to - 1, 0)
            last = told
            system.relations.append(Relation({at[key]: 1.0}, told, told + more, f"losses of {chain}: {line['reason']}"))


def from_tests(left: Left) -> list[Told]:
    """Tests and differences that are shown beside a hidden part, which the other part then tells."""
    hidden = set(left.hidden)
    found = []
    for name, spec in left.study.tables.items():
        cells = left.cells[(left.cells["table"] == name) & left.cells["value"].notna()]
        for row in spec.rows.items if spec.tests else ():
            parts = {(spec.tests, end, at) for end in (row.before, row.after) for at in (row.column, row.since) if at}
            if parts & hidden and (cells["row"] == row.id).any():
                found.append(Told("test", f"{name}/{row.id}", f"rests on {sorted(parts & hidden)}"))
        for column in [item for item in spec.columns.items if item.before and not spec.tests]:
            of = {item.of: item.id for item in spec.columns.items}
            ends = [of.get((end,)) for end in (column.before, column.after)]
            for row_id in cells.loc[cells["column"] == column.id, "row"]:
                gone = [end for end in ends if end and (name, row_id, end) in hidden]
                found += [Told("difference", f"{name}/{row_id}/{column.id}", f"{gone} hidden")] if gone else []
    return found


def from_adjusted(left: Left) -> list[Told]:
    """Adjusted p-values beside hidden tests that those of the shown tests alone do not give: a hidden one's times k."""
    found = []
    for name, spec in left.study.tables.items():
        cells = left.cells[left.cells["table"] == name].set_index(["row", "column"])
        told = {column.tells: column.id for column in spec.columns.items}
        for tells in [one for one in ADJUSTS if spec.tests and {one, ADJUSTS[one]} <= set(told) and len(cells)]:
            by = holm if tells.endswith("p_holm") else benjamini_hochberg
            for changes in (False, True):
                rows = [row.id for row in spec.rows.items if bool(row.since) == changes]
                p, said = (cells.loc[[(row, told[one]) for row in rows], "value"] for one in (ADJUSTS[tells], tells))
                other = said.notna().to_numpy() & ~np.isclose(by(p.tolist()), said.astype("float64"), rtol=1e-9)
                found += [Told("test", f"{name}/{row}/{tells}", "tells a hidden test") for row, _ in said.index[other]]
    return found


def from_backtest(left: Left, folder: Path) -> list[Told]:
    """Numbers of ours in the released back test that are not those of the released cells, and print of hidden ones."""
    path = folder / "backtest.csv"
    if not path.is_file():
        return []
    ours = pd.read_csv(path).merge(left.cells, on=["table", "row", "column", "statistic"], how="left")
    other = ours["ours"].notna() & ~np.isclose(ours["ours"], ours["value"].astype("float64"), rtol=1e-9, atol=1e-12)
    of_print = ours["flag"].isin(HIDDEN) & ours["published"].notna()
    kinds = ((other, "another number than the cell's"), (of_print, "what was printed of a hidden cell"))
    places = [
        (place, what) for which, what in kinds for place in ours.loc[which, ["table", "row", "column"]].to_numpy()
    ]
    return [Told("back test", "/".join(place), what) for place, what in places]


def in_reports(left: Left, reports: Path) -> list[Told]:
    """Hidden cells with a number on the pages, behind their cells, in tables, data of figures, or the workbook."""
    hidden = set(left.hidden)
    pages = _pages(reports)
    found = [told for path in sorted(reports.glob("assets/cells/*.js")) for told in _in_site(path, pages, hidden)]
    for path in sorted([*reports.glob("tables/*.csv"), *reports.glob("figures/*.csv")]):
        found += _in_table(path, hidden)
    for path in sorted([*reports.glob("figures/*.json"), *reports.glob("assets/marks/*.js")]):
        found += _in_marks(path, left)
    for path in sorted(reports.glob("*.xlsx")):
        found += _in_workbook(path, marked_on_pages(left, reports))
    return found


def _in_site(script: Path, pages: str, hidden: Iterable[Place]) -> list[Told]:
    """Hidden cells of a table with a number on a page, or in the script of what stands behind its cells."""
    behind, table = _behind(script), script.stem
    columns = [name for name, _ in behind["columns"]]
    found = []
    for row, column in [place[1:] for place in hidden if place[0] == table and place[2] in columns]:
        across = columns.index(column)
        words = [behind["words"][at] for at in behind["cells"][behind["rows"].index(row) * len(columns) + across][0]]
        facts = [word for term, word in zip(words[::2], words[1::2], strict=True) if term in FACTS]
        shown = _shown(pages, f"{table}.{row}", across)
        if facts or re.search(r"\d", shown):
            found.append(Told("page", f"{table}/{row}/{column}", shown or str(facts)))
    return found


def _in_marks(path: Path, left: Left) -> list[Told]:
    """Hidden cells whose shape in the data of a picture tells their number, or that say one under the pointer."""
    text = path.read_text(encoding="utf-8")
    data = json.loads(text[text.index("{") : text.rindex("}") + 1])
    rows, columns = ([name for name, _ in data[axis]] for axis in ("rows", "columns"))
    on_ground = (figure := left.study.figures.get(path.stem)) is not None and figure.kind.on_ground
    telling = () if on_ground else _telling(data, rows, columns, set(left.hidden))  # an area has the shape it has
    found = []
    for row, column in [place[1:] for place in left.hidden if place[0] == data["table"]]:
        if row in rows and column in columns:
            at = f"{rows.index(row)},{columns.index(column)}"
            words = [word for word in data["cells"].get(at, ()) if re.search(r"\d", word)]
            if (row, column) in telling or words:
                found.append(Told("picture data", f"{path.name}: {row}/{column}", "; ".join(words) or "a shape"))
    return found


def _telling(data: Mapping, rows: list[str], columns: list[str], hidden: set[Place]) -> set[tuple[str, str]]:
    """Hidden cells drawn with an outline of a size of their own, such as a bar's length.

    Boxes around words, lines without extent, and sizes that another cell of the picture has too tell nothing.
    """
    sizes = defaultdict(list)
    for row, column, _, _, place, _ in data["marks"]:
        outline = data["paths"][place] if place >= 0 else ""
        if min(row, column) >= 0 and outline and not AROUND_WORDS.fullmatch(outline):
            steps = np.array([step.split(",") for step in LINE_STEP.findall(outline)], dtype=int).reshape(-1, 2)
            sizes[rows[row], columns[column]].append(np.sort(np.abs(steps), axis=0))
    telling = set()
    for cell in [cell for cell in sizes if (data["table"], *cell) in hidden]:
        others = [size for other, own in sizes.items() if other != cell for size in own]
        if any(size.any(axis=0).all() and not any(_alike(size, other) for other in others) for size in sizes[cell]):
            telling.add(cell)
    return telling


def _alike(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two outlines have the same straight steps, but for the rounding to whole pixels."""
    return one.shape == other.shape and bool((np.abs(one - other) <= 1).all())


def _shown(pages: str, row: str, across: int) -> str:
    """Our number in a cell of a page, without the published one."""
    line = re.search(rf'<tr id="{re.escape(row)}">(.*?)</tr>', pages, re.DOTALL)
    cells = re.findall(r"<td[^>]*>(.*?)(?:<span|</td>)", line[1], re.DOTALL) if line else []
    return re.sub("<[^>]+>", "", cells[across]).strip() if cells else ""


def _in_table(path: Path, hidden: Iterable[Place]) -> list[Told]:
    cells = pd.read_csv(path, dtype=str, keep_default_na=False)
    if not {"row", "column", "value"} <= set(cells):
        return []
    tables = cells["table"] if "table" in cells else pd.Series(path.stem, index=cells.index)
    gone = [place in hidden for place in zip(tables, cells["row"], cells["column"], strict=True)]
    names = [name for name in ("value", "std_error", "ci_low", "ci_high", "n", "base", "persons") if name in cells]
    told = cells[np.array(gone, dtype=bool) & (cells[names] != "").any(axis=1)]
    places = told[["row", "column"]].to_numpy()
    return [Told("file", f"{path.name}: {row}/{column}", "has a number") for row, column in places]


def _in_workbook(path: Path, expected: int) -> list[Told]:
    """Fewer marks of hidden cells than the pages have."""
    with ZipFile(path) as book:
        shared = book.read("xl/sharedStrings.xml").decode() if "xl/sharedStrings.xml" in book.namelist() else ""
        items = re.findall(r"<si>(.*?)</si>", shared, re.DOTALL)
        strings = ["".join(re.findall(r"<t[^>]*>([^<]*)</t>", one)) for one in items]
        marks = 0
        for name in [name for name in book.namelist() if name.startswith("xl/worksheets/")]:
            used = re.findall(r't="s"[^>]*><v>(\d+)</v>', book.read(name).decode())
            marks += sum(strings[int(at)].strip() == HIDDEN_MARK for at in used)
    what = f"{marks} cells marked {HIDDEN_MARK}, {expected} on pages"
    return [Told("workbook", path.name, what)] if marks < expected else []


def marked_on_pages(left: Left, reports: Path) -> int:
    """How many hidden cells the pages show with their mark; not all tables have a page, and print sets errors below."""
    pages, marked = _pages(reports), 0
    errors = left.cells[left.cells["statistic"] == "std_error"]
    below = set(errors[["table", "row", "column"]].itertuples(index=False, name=None))
    for path in sorted(reports.glob("assets/cells/*.js")):
        behind = _behind(path)
        columns = [name for name, _ in behind["columns"]]
        for table, row, column in set(left.hidden) - below:
            if table == path.stem and column in columns:
                marked += _shown(pages, f"{table}.{row}", columns.index(column)) == HIDDEN_MARK
    return marked


def _pages(reports: Path) -> str:
    return "".join(path.read_text(encoding="utf-8") for path in sorted(reports.glob("pages/*.html")))


def _behind(script: Path) -> dict:
    """What stands behind the cells of a table, as its page loads it."""
    text = script.read_text(encoding="utf-8")
    return json.loads(text[text.index("{") : text.rindex("}") + 1])


def identifiers(people: Iterable[int], folders: Sequence[Path]) -> list[Told]:
    """Identifiers of persons or households, of 6 digits or more, in any text or archive below some folders."""
    wanted = {str(number).encode() for number in people if number >= SHORT}
    found = []
    for path in sorted(path for folder in folders for path in folder.rglob("*") if path.is_file()):
        for part, content in _contents(path):
            met = wanted.intersection(DIGITS.findall(content))
            found += [Told("identifier", f"{path.name}{part}", f"{len(met)} identifiers")] if met else []
    return found


def _contents(path: Path) -> list[tuple[str, bytes]]:
    """The text of a file, or of each part of an archive."""
    if path.suffix in (".xlsx", ".zip"):
        with ZipFile(path) as book:
            return [(f" {name}", book.read(name)) for name in book.namelist()]
    return [("", path.read_bytes())] if path.suffix in TEXTS else []


def subtracted(system: System, names: dict, threshold: int) -> list[Told]:
    """Groups of fewer persons than the rule that shown cells alone give by subtraction (no cell, but told exactly)."""
    found = defaultdict(list)
    for (frame, measure, place), at in names.items():
        if measure == "rows" and 0 < system.low[at] == system.high[at] < threshold:
            parts = [f"{name}={'/'.join(sorted(atom))}" for name, atom in place if name[-1:] != "?"]
            found[frame].append(", ".join(parts))
    return [Told("subtraction", frame, what) for frame, many in found.items() for what in many]
