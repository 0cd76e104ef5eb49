"""`mobility check` of a study on a mapped file: what was read, what was lost, and who links from wave to wave."""

from pathlib import Path

import pandas as pd

from mobility.access import Marked, class_of
from mobility.intake.check import CheckReport
from mobility.intake.mapped import MAPPING
from mobility.panel.table_source import PERSONS, TablePanel, read_table
from mobility.settings import Study
from mobility.transitions.pairs import consecutive_pairs

STATE = "state"
TABLE = "table"  # the source of a file that a study describes


def check_table(study: Study, root: Path, name: str = MAPPING) -> CheckReport:
    """Read a study's file as a run would. Raises as `read_table`.

    A panel in which nobody links is a problem, but for a file whose rows are no persons (`unit_label`).
    """
    found = read_table(study.folder, root, name)
    panel = found.panel
    lines = [study.about.title, f"File: {found.path}", "", "Rows:", *_losses(found.losses, found.unit)]
    if STATE in panel:
        counts = panel[STATE].value_counts()
        lines += ["", "States:", *(f"  {name}: {count:,} rows" for name, count in counts.items())]
        unknown = int(panel[STATE].isna().sum())
        lines += [f"  no answer: {unknown:,} rows, which no table of states counts"] if unknown else []
    lines += ["", "Persons who are in the next wave too:", *_links(panel)] if found.unit == PERSONS else []
    lines += class_of([Marked(found.path, found.header)], TABLE, study.about.data.access).lines
    if found.notes:
        lines += ["", "Worth knowing:", *(f"  - {note}" for note in found.notes)]
    problems = _problems(found)
    lines += [""] + (
        [f"1 problem to mend:\n  - {problems[0]}"]
        if problems
        else [f"No problem found. Set `studies: [{study.name}]` in config.yaml, then `make report`."]
    )
    return CheckReport("\n".join(lines), problems)


def _losses(losses: pd.DataFrame, unit: str) -> list[str]:
    first, *others = losses.to_dict("records")
    lines = [f"  {first['rows_in']:,} rows read"]
    lines += [f"  {step['rows_dropped']:,} dropped: {step['reason']}" for step in others if step["rows_dropped"]]
    return [*lines, f"  {losses['persons_out'].iloc[-1]:,} {unit}"]


def _links(panel: pd.DataFrame) -> list[str]:
    waves = sorted(panel["wave"].unique())
    linked = _pairs(panel)["wave"].value_counts()
    persons = panel["wave"].value_counts()
    return [
        f"  {wave}: {linked.get(wave, 0):,} of {persons[wave]:,} ({linked.get(wave, 0) / persons[wave]:.0%})"
        for wave in waves[:-1]
    ]


def _pairs(panel: pd.DataFrame) -> pd.DataFrame:
    return consecutive_pairs(panel.assign(year=panel["wave"]), [])


def _problems(found: TablePanel) -> tuple[str, ...]:
    if found.unit != PERSONS or len(_pairs(found.panel)):
        return ()
    return (
        f"{found.path}: nobody is in two waves that follow each other (consecutive waves differ by one), so no move "
        "can be counted. Number the waves 1, 2, 3, and look whether `person` is the person's own number",
    )
