"""Which record of a person stands for the teenager, and which for the adult; who is lost at which step."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from mobility.intake.losses import LossTable
from mobility.studies.movers.records import KEY, PROXY

TEENAGE = (15, 19)
ADULT = (25, 41)
YEARS = (2000, 2019)
AT = 30
NEAR = 16
PERSONS = "persons"
# Why somebody is not in the sample, by the word that the frame `young` has for it.
REASONS = {
    "no_parent": "no parent in the household at 15 to 19",
    "no_origin": "no usable local authority at 15 to 19",
    "no_class": "no class of a parent known",
    "not_interviewed": "no adult interview at 25 to 41 in 2000 to 2019",
    "no_activity": "adult record without a usable activity",
    "no_area": "adult record without a usable local authority",
    "not_later": "adult record not of a later wave than the teenage one",
    "no_outcome": "no adult record with the outcome known",
}


class Steps:
    """Conditions that a person's records have to meet together, each a line of the loss table, counted in persons."""

    def __init__(self, records: pd.DataFrame, losses: LossTable, chain: str) -> None:
        self.records, self.losses, self.chain = records, losses, chain
        self.lost: dict[str, set[int]] = {}

    def begin(self, rows: int, what: str) -> None:
        """From here on the chain, which counted `rows`, counts the persons of the records."""
        self.losses.recount(self.chain, what, rows, self._persons(), PERSONS)

    def note(self, count: int, text: str) -> None:
        """A line that drops nobody, where a number of records or links is worth saying."""
        if count:
            self.losses.note(self.chain, f"{text}: {count:,}", self._persons())

    def _persons(self) -> pd.DataFrame:
        return self.records.drop_duplicates("person")

    def need(self, mask: "pd.Series | np.ndarray", why: str) -> None:
        """Keep the records that meet a condition; persons without one are `lost` for a reason of `REASONS`."""
        before = set(self.records["person"])
        self.records = self.records[np.asarray(mask)]
        self.lost[why] = before - set(self.records["person"])
        self.losses.record(self.chain, REASONS[why], len(before), self._persons())


def is_teenage(records: pd.DataFrame) -> pd.Series:
    """Whether a record is of someone aged 15 to 19."""
    return records["age_in_wave"].between(*TEENAGE)


def teenage_record(candidates: pd.DataFrame, reading: str) -> pd.DataFrame:
    """One record a person of those that qualify (`parental_class` known for `with_class`), by `teen_record`."""
    order = {
        "first": candidates["year"],
        "last": -candidates["year"],
        "nearest_16": (candidates["age_in_wave"] - NEAR).abs(),
        "with_class": candidates["parental_class"].isna(),
    }[reading]
    return _first_by(candidates, [order, candidates["year"]])


def need_adult(steps: Steps, choices: Mapping[str, str]) -> None:
    """The conditions on the adult record, in the order of the loss table.

    records : with area, mover's `teenage_year`, activity (bool: any usable activity), age_at_interview, interview_year.
    """
    found = steps.records
    interviewed = (
        found["interviewed"] & found["age_at_interview"].between(*ADULT) & found["interview_year"].between(*YEARS)
    )
    if choices["proxies"] == "drop":
        interviewed &= found["interview_type"] != PROXY
    steps.need(interviewed, "not_interviewed")
    if choices["adult_activity"] == "needed":
        steps.need(steps.records["activity_status"] > 0, "no_activity")
    steps.need(steps.records["area"].notna(), "no_area")
    later = steps.records["year"] > steps.records["teenage_year"]
    steps.need(later, "not_later")


def adult_record(candidates: pd.DataFrame, choices: Mapping[str, str]) -> pd.DataFrame:
    """One record a person of those that qualify, by `adult_record`, and by `adult_tie` of two at the same age.

    `upwards` takes the ages in the order 30, 31, ..., 41, 29, 28, ..., 25.
    """
    age = np.floor(candidates["age_at_interview"])
    order = {
        "upwards": np.where(age >= AT, age - AT, ADULT[1] - age),
        "nearest": (age - AT).abs() * 2 - (age > AT),
        "latest": -candidates["year"],
        "first": candidates["year"],
    }[choices["adult_record"]]
    ties = {
        "earlier": [candidates["year"]],
        "later": [-candidates["year"]],
        "in_work": [candidates["employed"] != 1, candidates["year"]],
    }[choices["adult_tie"]]
    return _first_by(candidates, [order, *ties])


def _first_by(candidates: pd.DataFrame, order: Sequence) -> pd.DataFrame:
    """The first record of each person in the order of the keys, sorted by person."""
    keys = [np.asarray(key) for key in reversed(order)]
    ordered = candidates.iloc[np.lexsort([*keys, candidates["person"].to_numpy()])]
    return ordered.drop_duplicates("person").sort_values(KEY, ignore_index=True)
