"""Loss tables: what each step dropped and why, so that the losses add up to the raw rows."""

from dataclasses import dataclass, field

import pandas as pd

COLUMNS = ["step", "reason", "rows_in", "rows_dropped", "rows_out", "persons_out"]


@dataclass
class LossTable:
    """Rows of a loss table in the order of the steps; `frame()` gives them with the columns `COLUMNS`."""

    rows: list[dict] = field(default_factory=list)

    def start(self, step: str, frame: pd.DataFrame, person: str = "person") -> pd.DataFrame:
        """Record the rows that a chain of steps begins with; returns the frame."""
        self.record(step, "rows read", len(frame), frame, person)
        return frame

    def keep(
        self, step: str, reason: str, frame: pd.DataFrame, mask: "pd.Series", person: str = "person"
    ) -> pd.DataFrame:
        """Rows of `frame` where `mask`, the others counted under `reason`."""
        kept = frame if mask.all() else frame[mask.to_numpy()]
        self.record(step, reason, len(frame), kept, person)
        return kept

    def record(self, step: str, reason: str, rows_in: int, kept: pd.DataFrame, person: str = "person") -> None:
        """Add one row: of `rows_in` rows, those of `kept` remained."""
        counts = (step, reason, rows_in, rows_in - len(kept), len(kept), kept[person].nunique())
        self.rows.append(dict(zip(COLUMNS, counts, strict=True)))

    def frame(self) -> pd.DataFrame:
        """The table, one row a step."""
        return pd.DataFrame(self.rows, columns=COLUMNS)
