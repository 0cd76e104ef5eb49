"""Loss tables: what each step dropped and why, so that every chain leads from the rows delivered to the rows used."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from mobility.errors import DataError, nearest

ROUNDED_TO = "rounded_to"  # a column of released losses whose numbers are rounded down: to a multiple of what
COLUMNS = ["step", "reason", "rows_in", "rows_dropped", "rows_out", "persons_out", "unit"]
ROWS = "rows"
# The last line of a fit that used fewer rows than there are complete cases; one that used all has no chain of its own.
OF_FIT = "in a category without variation: dropped with it"


@dataclass
class LossTable:
    """Rows of a loss table in the order of the steps; `frame()` gives them with the columns `COLUMNS`.

    Rows with the same `step` are one chain: it starts with the rows read, each line begins where the one before it
    ended, and `rows_in - rows_dropped == rows_out`. Only a line that changes the `unit` of counting (moves summed to
    pairs of areas) drops nothing and still ends with another number.

    counted : column of the persons, or areas, that are counted in `persons_out` where a step names no other.
    before : the chain that every chain of this table continues, as of the panel that a study's frames are made from;
        of several panels together. panels : by the study's names for them, the chains of each of several panels.
    """

    rows: list[dict] = field(default_factory=list)
    before: Sequence[dict] = ()
    counted: str = "person"
    panels: Mapping[str, Sequence[dict]] = field(default_factory=dict)

    @classmethod
    def after(cls, read: Mapping[str, pd.DataFrame]) -> "LossTable":
        """An empty table whose chains continue those of panels, given by name as they were read."""
        panels = {name: panel_chain(losses) for name, losses in read.items()}
        return cls(before=panel_chain(side_by_side(read)), panels=panels)

    def start(
        self, step: str, frame: pd.DataFrame, counted: str = "", unit: str = ROWS, panel: str | Sequence[str] = ""
    ) -> pd.DataFrame:
        """Begin a chain with the rows of `frame`, after those of `before` where there are any; returns the frame.

        Of several panels the rows are those of all of them, or of the `panel` (one or several) named. A table that
        continues nothing begins with the rows themselves.

        Raises `DataError` on a panel that the study has not read.
        """
        named = [panel] if isinstance(panel, str) else panel
        for name in [name for name in named if name and self.panels and name not in self.panels]:
            raise DataError(f"losses of `{step}`: no panel `{name}`; {nearest(name, list(self.panels))}.")
        before = self._chain_of(named) if panel and self.panels else self.before
        if before:
            self.rows += [{**row, "step": step} for row in before]
            several = " (of one of several panels: `start(..., panel=NAME)`)" if self.panels and not panel else ""
            self.fail_unless_complete(step, len(frame), f"the rows that follow it{several}")
        else:
            self._add(step, "rows read", len(frame), 0, frame, counted, unit)
        return frame

    def _chain_of(self, panels: Sequence[str]) -> Sequence[dict]:
        """The chain of one panel, or of several together."""
        return panel_chain(side_by_side({name: pd.DataFrame(self.panels[name]) for name in panels}))

    def branch(self, step: str, origin: str) -> None:
        """Begin a chain that shares what another one went through so far."""
        self.rows += [{**row, "step": step} for row in self.chain(origin)]

    def embed(self, step: str, part: "LossTable", others: int) -> None:
        """Go on with what a part of the rows went through, counted together with the `others` left as they are."""
        counted = ("rows_in", "rows_out")
        self.rows += [
            {**row, "step": step, "persons_out": np.nan, **{name: row[name] + others for name in counted}}
            for row in part.rows
        ]

    def keep(self, step: str, reason: str, frame: pd.DataFrame, mask: "pd.Series", counted: str = "") -> pd.DataFrame:
        """Rows of `frame` where `mask`, the others counted under `reason`."""
        kept = frame if mask.all() else frame[np.asarray(mask)]
        self.record(step, reason, len(frame), kept, counted)
        return kept

    def record(self, step: str, reason: str, rows_in: int, kept: pd.DataFrame, counted: str = "") -> None:
        """Add one row: of `rows_in` rows, those of `kept` remained."""
        self._add(step, reason, rows_in, rows_in - len(kept), kept, counted, self.unit(step))

    def recount(
        self, step: str, reason: str, rows_in: int, frame: pd.DataFrame, unit: str, counted: str = ""
    ) -> pd.DataFrame:
        """Add one row where nothing is lost: from here on the rows of `frame` are counted, whose unit is `unit`."""
        self._add(step, reason, rows_in, 0, frame, counted, unit)
        return frame

    def note(self, step: str, reason: str, frame: pd.DataFrame, counted: str = "") -> None:
        """Add one row that drops nothing but says what a reader has to know of the rows."""
        self._add(step, reason, len(frame), 0, frame, counted, self.unit(step))

    def chain(self, step: str) -> list[dict]:
        """The rows of one chain, in their order."""
        return [row for row in self.rows if row["step"] == step]

    def unit(self, step: str) -> str:
        """What a chain counts at its end."""
        chain = self.chain(step)
        return chain[-1]["unit"] if chain else ROWS

    def fail_unless_complete(self, step: str, rows: int, what: str) -> None:
        """Raise `DataError` where a chain does not end with the number of rows that there are."""
        chain = self.chain(step)
        if not chain or chain[-1]["rows_out"] != rows:
            ends = f"ends with {chain[-1]['rows_out']:,} rows" if chain else "is empty"
            raise DataError(
                f"losses of `{step}`: the chain {ends}, {what} are {rows:,}. No row may go without a named loss: "
                "record the step that is left out with `keep`, `record` or `recount` of the loss table."
            )

    def _add(
        self, step: str, reason: str, rows_in: int, dropped: int, kept: pd.DataFrame, counted: str, unit: str
    ) -> None:
        counts = (step, reason, rows_in, dropped, len(kept), kept[counted or self.counted].nunique(), unit)
        self.rows.append(dict(zip(COLUMNS, counts, strict=True)))

    def frame(self) -> pd.DataFrame:
        """The table, one row a step."""
        return pd.DataFrame(self.rows, columns=COLUMNS)


def breaks(losses: pd.DataFrame) -> list[str]:
    """Where the chains of a loss table do not add up, in words; empty where they do."""
    found = []
    for step, chain in losses.groupby("step", sort=False):
        before = None
        for row in chain.itertuples(index=False):
            kept_unit = before is None or row.unit == before.unit
            if before is not None and row.rows_in != before.rows_out:
                found.append(
                    f"{step}, {row.reason}: begins with {row.rows_in}, the line before ends with {before.rows_out}"
                )
            if kept_unit and row.rows_in - row.rows_dropped != row.rows_out:
                found.append(f"{step}, {row.reason}: {row.rows_in} less {row.rows_dropped} is not {row.rows_out}")
            if not kept_unit and row.rows_dropped:
                found.append(f"{step}, {row.reason}: a change of unit drops {row.rows_dropped}")
            before = row
    return found


def side_by_side(read: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Losses of panels read side by side, given by name; the steps of several bear the names of their panels."""
    if len(read) == 1:
        return next(iter(read.values()))
    return pd.concat(
        [losses.assign(step=f"{name} " + losses["step"]) for name, losses in read.items()], ignore_index=True
    )


def panel_chain(losses: pd.DataFrame) -> list[dict]:
    """The chain of a panel, with which every chain of a study's frames begins.

    Of files or years that were read side by side the lines are added by reason; units (persons) cannot be added.
    """
    if losses["step"].nunique() <= 1:
        return losses.to_dict("records")
    first = losses.groupby("step", sort=False)["rows_in"].first().sum()
    lines = losses.assign(change=losses["rows_out"] - losses["rows_in"]).groupby("reason", sort=False)
    rows, at, unit = [], int(first), ROWS
    for reason, line in lines:
        change, dropped = int(line["change"].sum()), int(line["rows_dropped"].sum())
        unit = unit if change == -dropped else line["unit"].iloc[0]
        rows.append(dict(zip(COLUMNS, ("panel", reason, at, dropped, at + change, np.nan, unit), strict=True)))
        at += change
    return rows
