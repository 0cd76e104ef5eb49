"""Frames of the study of movers and stayers: persons as adults beside what was known of them as teenagers.

Definitions, open readings and the worked family: README and choices.yaml of the study.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

import pandas as pd

from mobility.areas.codes import load_areas
from mobility.intake.losses import LossTable
from mobility.panel.answers import Answers
from mobility.studies.inputs import Inputs, Makers
from mobility.studies.movers.choose import Steps, adult_record, is_teenage, need_adult, teenage_record
from mobility.studies.movers.families import parent_links, parental_class
from mobility.studies.movers.motivation import QUESTIONS, motivation
from mobility.studies.movers.outcomes import add_controls, add_outcomes
from mobility.studies.movers.places import MACRO, add_statistics, carry, distance_miles, region_codes
from mobility.studies.movers.records import Codes, describe_records, stack_surveys

FRAME = "persons"
TEENAGERS = "teenagers"  # chain up to the teenage records
OUTCOMES = ("employed", "higher", "income")
BHPS_ORIGINS = (3, 4, 5, 6)
NO_MOTIVATION = (
    "motivation is not known: no wave has job_reason_1 to job_aspect_2. Fill in their names in "
    "sources/bhps/variables.csv"
)
OF = {"adult": "area", "origin": "origin"}  # column of the authority, by whose it is
LAST_YEARS = {"i": 2017, "j": 2018}
TEENAGE_COLUMNS = {"year": "teenage_year", "age_in_wave": "teenage_age", "area": "origin"}
COLUMNS = [
    "person",
    "survey",
    "wave_year",
    "teenage_year",
    "teenage_age",
    "origin",
    "parental_class",
    "year",
    "age",
    "area",
    "mover",
    "distance",
    *OUTCOMES,
    "male",
    "white",
    "born_abroad",
    "married",
    "has_children",
    "children",
    "degree",
    "owner",
    "region",
    "cluster",
    *MACRO,
    *QUESTIONS,
]


def makers(inputs: Inputs) -> Makers:
    """What makes the frames: one row a person of the sample, as a teenager with a parent and as an adult.

    persons : teenage_year, teenage_age, origin (authority), parental_class (1 to 3), survey, wave_year, year (of the
        interview), age, area, mover (0, 1), distance (miles), the three outcomes and the controls.
    persons_employed, persons_higher, persons_income : the same for the models of each outcome, whose record may be
        another one under the choice `adult_per_outcome`.
    """
    people = cache(lambda: _People.read(inputs))
    made = {FRAME: lambda: people().adults(FRAME)}
    made |= {f"{FRAME}_{outcome}": _of_outcome(people, inputs, outcome) for outcome in OUTCOMES}
    return made


def _of_outcome(people: "Callable[[], _People]", inputs: Inputs, outcome: str) -> Callable[[], pd.DataFrame]:
    needed = outcome if inputs.choices["adult_per_outcome"] == "own" else ""
    return lambda: people().adults(f"{FRAME}_{outcome}", needed)


@dataclass(frozen=True)
class _People:
    """The teenage records of a run, one a person, and all records; chain `TEENAGERS` of the losses leads to them."""

    inputs: Inputs
    records: pd.DataFrame
    teenagers: pd.DataFrame

    @classmethod
    def read(cls, inputs: Inputs) -> "_People":
        """From the panels."""
        codes, choices, losses = Codes(inputs.study.groups("indicators")), inputs.choices, inputs.losses
        records = losses.start(TEENAGERS, stack_surveys(inputs.panels))
        records = _in_scope(records, choices, losses)
        area, whys = carry(Answers(records).codes("local_authority"), load_areas(inputs.root), choices["la_set"])
        records = describe_records(records, codes).assign(area=area)
        teenagers = _teenagers(records, codes, choices, losses, whys)
        records = records[records["person"].isin(teenagers["person"])]
        said = motivation(records, inputs.study.groups("motivation"), choices["motivation_record"])
        if said.empty:
            losses.note(TEENAGERS, NO_MOTIVATION, teenagers)
        records = add_controls(add_outcomes(records, codes, choices, inputs.root), codes, choices)
        return cls(inputs, records, teenagers.merge(said, how="left", left_on="person", right_index=True))

    def adults(self, chain: str, needed: str = "") -> pd.DataFrame:
        """Frame of the persons with an adult record, of those where the outcome `needed` is known."""
        choices, losses = self.inputs.choices, self.inputs.losses
        losses.branch(chain, TEENAGERS)
        steps = Steps(self.records.merge(self.teenagers, on="person", validate="many_to_one"), losses, chain)
        need_adult(steps, choices)
        if needed:
            steps.need(steps.records[needed].notna(), f"no adult record with {needed} known")
        found = adult_record(steps.records, choices)
        return _finished(found, self.inputs)[COLUMNS]


def _in_scope(records: pd.DataFrame, choices: Mapping[str, str], losses: LossTable) -> pd.DataFrame:
    """Records of the waves and samples that the choices `last_wave` and `sample_origin` leave in."""
    inside = records["year"] <= LAST_YEARS[choices["last_wave"]]
    records = losses.keep(TEENAGERS, "of a wave after the last of the study", records, inside)
    if choices["sample_origin"] == "all":
        return records
    ours = (records["survey"] == "history") | Answers(records).has("sample_origin_person", *BHPS_ORIGINS)
    return losses.keep(TEENAGERS, "of no BHPS sample", records, records["person"].isin(records.loc[ours, "person"]))


def _teenagers(
    records: pd.DataFrame, codes: Codes, choices: Mapping[str, str], losses: LossTable, whys: Mapping[str, int]
) -> pd.DataFrame:
    """One teenage record a person: person, teenage_year, teenage_age, origin, parental_class."""
    young = records[is_teenage(records) & (records["interviewed"] | (choices["teen_source"] == "enumerated"))]
    steps = Steps(young, losses, TEENAGERS)
    steps.begin(len(records), "persons seen at 15 to 19")
    links = parent_links(young, records)
    for count, what in (
        (links.nobody, "to nobody of their wave"),
        (links.several, "to a number that two persons have"),
    ):
        steps.note(count, f"links to a parent that lead {what}, and are none")
    for why, count in whys.items():
        steps.note(count, f"records with {why}")
    steps.need(young.index.isin(links.parents["record"]), "no parent in the household at 15 to 19")
    steps.need(steps.records["area"].notna(), "no usable local authority at 15 to 19")
    classes = parental_class(links.parents, records, codes, choices)
    steps.records = steps.records.assign(parental_class=classes.reindex(steps.records.index))
    if choices["parent_known"] == "yes":
        steps.need(steps.records["parental_class"].notna(), "no class of a parent known")
    chosen = teenage_record(steps.records, choices["teen_record"])
    return chosen[["person", *TEENAGE_COLUMNS, "parental_class"]].rename(columns=TEENAGE_COLUMNS)


def _finished(found: pd.DataFrame, inputs: Inputs) -> pd.DataFrame:
    """The adult records with mover, distance and what is of a place: whose, is for `region_of` and the like to say."""
    choices = inputs.choices
    ends = {name: OF[choices[name]] for name in ("region_of", "macro_of", "cluster_of")}
    found = add_statistics(found, inputs.panels.get("areas"), ends["macro_of"], choices["macro_missing"])
    if choices["region_of"] == "origin":
        names = {row["name"]: int(row["code"]) for row in inputs.study.groups("regions")}
        found = found.assign(region=region_codes(found["origin"], names, inputs.root))
    return found.assign(
        mover=(found["origin"] != found["area"]).astype("int64"),
        distance=distance_miles(found["origin"], found["area"], inputs.root, choices["distance"]),
        cluster=found[ends["cluster_of"]],
        wave_year=found["year"],
        year=found[{"interview": "interview_year", "wave": "year"}[choices["years"]]],
        age=found["age_at_interview"],
    )
