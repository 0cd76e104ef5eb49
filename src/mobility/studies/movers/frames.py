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
from mobility.studies.movers.choose import REASONS, Steps, adult_record, is_teenage, need_adult, teenage_record
from mobility.studies.movers.families import parent_links, parental_class
from mobility.studies.movers.motivation import QUESTIONS, motivation
from mobility.studies.movers.outcomes import add_controls, add_outcomes
from mobility.studies.movers.places import MACRO, add_statistics, carry, distance_miles, region_codes
from mobility.studies.movers.records import Codes, contradicted, describe_records, persons_of_both, stack_surveys

FRAME, YOUNG, ENDS = "persons", "young", "ends"
TEENAGERS = "teenagers"  # chain up to the teenage records
OUTCOMES = ("employed", "higher", "income")
BHPS_ORIGINS = (3, 4, 5, 6)
NO_MOTIVATION = (
    "motivation is not known: no wave has job_reason_1 to job_aspect_2. Fill in their names in "
    "sources/bhps/variables.csv"
)
OF = {"adult": "area", "origin": "origin"}  # column of the authority, by whose it is
LAST_YEARS = {"i": 2017, "j": 2018}
STAYED = {0: "stayer", 1: "mover"}
PARENTS = {1: "higher_managerial", 2: "intermediate", 3: "routine_manual"}
TEENAGE_COLUMNS = {"year": "teenage_year", "age_in_wave": "teenage_age", "area": "origin"}
COLUMNS = [
    "person",
    "survey",
    "wave_year",
    "teenage_year",
    "teenage_age",
    "origin",
    "parental_class",
    "parents",
    *(f"parents_{name}" for name in PARENTS.values()),
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
    young : a row a person seen at 15 to 19; fate: stayer, mover, or why not in the sample (`REASONS`).
    ends : two rows a person of the sample; end: where he or she grew_up and lives; region (1 to 12), mover.
    persons_employed, persons_higher, persons_income : the same for the models of each outcome, whose record may be
        another one under the choice `adult_per_outcome`.
    """
    people = cache(lambda: _People.read(inputs))
    sample = cache(lambda: people().adults(FRAME))
    made = {
        FRAME: lambda: sample()[0],
        YOUNG: lambda: people().young(*sample()),
        ENDS: lambda: _ends(sample()[0], inputs),
    }
    made |= {f"{FRAME}_{outcome}": _of_outcome(people, inputs, outcome) for outcome in OUTCOMES}
    return made


def _of_outcome(people: "Callable[[], _People]", inputs: Inputs, outcome: str) -> Callable[[], pd.DataFrame]:
    needed = outcome if inputs.choices["adult_per_outcome"] == "own" else ""
    return lambda: people().adults(f"{FRAME}_{outcome}", needed)[0]


@dataclass(frozen=True)
class _People:
    """The teenage records of a run, one a person, and all records; chain `TEENAGERS` of the losses leads to them.

    lost : persons seen at 15 to 19 without a teenage record, by why.
    """

    inputs: Inputs
    records: pd.DataFrame
    teenagers: pd.DataFrame
    lost: Mapping[str, set[int]]

    @classmethod
    def read(cls, inputs: Inputs) -> "_People":
        """From the panels."""
        codes, choices, losses = Codes(inputs.study.groups("indicators")), inputs.choices, inputs.losses
        records = losses.start(TEENAGERS, stack_surveys(inputs.panels))
        both, bhps = persons_of_both(records)
        losses.note(TEENAGERS, f"persons of the BHPS who stand in UKHLS too: {both:,} of {bhps:,}", records)
        records = _in_scope(records, choices, losses)
        area, whys = carry(Answers(records).codes("local_authority"), load_areas(inputs.root), choices["la_set"])
        authority = region_codes(area, _regions(inputs), inputs.root)
        wrong, known = contradicted(authority, Answers(records).number("region"))
        losses.note(TEENAGERS, f"records in another region than their authority: {wrong:,} of {known:,}", records)
        records = describe_records(records, codes).assign(area=area)
        teenagers, lost = _teenagers(records, codes, choices, losses, whys)
        records = records[records["person"].isin(teenagers["person"])]
        said = motivation(records, inputs.study.groups("motivation"), choices["motivation_record"])
        if said.empty:
            losses.note(TEENAGERS, NO_MOTIVATION, teenagers)
        records = add_controls(add_outcomes(records, codes, choices, inputs.root), codes, choices)
        return cls(inputs, records, teenagers.merge(said, how="left", left_on="person", right_index=True), lost)

    def young(self, sample: pd.DataFrame, lost: Mapping[str, set[int]]) -> pd.DataFrame:
        """What became of everybody seen at 15 to 19, from the sample and who was `lost` on the way to it."""
        fates = {person: why for gone in (self.lost, lost) for why, people in gone.items() for person in people}
        fates |= dict(zip(sample["person"], sample["mover"].map(STAYED.get), strict=True))
        kinds = pd.CategoricalDtype([*STAYED.values(), *REASONS])
        return pd.DataFrame({"person": list(fates), "fate": pd.Series(fates.values(), dtype=kinds)}).sort_values(
            "person"
        )

    def adults(self, chain: str, needed: str = "") -> tuple[pd.DataFrame, dict[str, set[int]]]:
        """Frame of the persons with an adult record, of those where the outcome `needed` is known; who is lost."""
        choices, losses = self.inputs.choices, self.inputs.losses
        losses.branch(chain, TEENAGERS)
        steps = Steps(self.records.merge(self.teenagers, on="person", validate="many_to_one"), losses, chain)
        need_adult(steps, choices)
        if needed:
            steps.need(steps.records[needed].notna(), "no_outcome")
        found = adult_record(steps.records, choices)
        return _finished(found, self.inputs)[COLUMNS], steps.lost


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
) -> tuple[pd.DataFrame, dict[str, set[int]]]:
    """One teenage record a person (person, teenage_year, teenage_age, origin, parental_class), and who has none."""
    young = records[is_teenage(records) & (records["interviewed"] | (choices["teen_source"] == "enumerated"))]
    steps = Steps(young, losses, TEENAGERS)
    steps.begin(len(records), "persons seen at 15 to 19")
    losses.branch(YOUNG, TEENAGERS)
    links = parent_links(young, records)
    for count, what in (
        (links.nobody, "to nobody of their wave"),
        (links.several, "to a number that two persons have"),
    ):
        steps.note(count, f"links to a parent that lead {what}, and are none")
    for why, count in whys.items():
        steps.note(count, f"records with {why}")
    steps.need(young.index.isin(links.parents["record"]), "no_parent")
    steps.need(steps.records["area"].notna(), "no_origin")
    classes = parental_class(links.parents, records, codes, choices)
    steps.records = steps.records.assign(parental_class=classes.reindex(steps.records.index))
    if choices["parent_known"] == "yes":
        steps.need(steps.records["parental_class"].notna(), "no_class")
    chosen = teenage_record(steps.records, choices["teen_record"])
    return chosen[["person", *TEENAGE_COLUMNS, "parental_class"]].rename(columns=TEENAGE_COLUMNS), steps.lost


def _finished(found: pd.DataFrame, inputs: Inputs) -> pd.DataFrame:
    """The adult records with mover, distance and what is of a place: whose, is for `region_of` and the like to say."""
    choices = inputs.choices
    ends = {name: OF[choices[name]] for name in ("region_of", "macro_of", "cluster_of")}
    found = add_statistics(found, _statistics(inputs), ends["macro_of"], choices["macro_missing"])
    if choices["region_of"] == "origin":
        found = found.assign(region=region_codes(found["origin"], _regions(inputs), inputs.root))
    classes = found["parental_class"]
    return found.assign(
        parents=classes.map(PARENTS),
        **{
            f"parents_{name}": classes.eq(code).astype("float64").where(classes.notna())
            for code, name in PARENTS.items()
        },
        mover=(found["origin"] != found["area"]).astype("int64"),
        distance=distance_miles(found["origin"], found["area"], inputs.root, choices["distance"]),
        cluster=found[ends["cluster_of"]],
        wave_year=found["year"],
        year=found[{"interview": "interview_year", "wave": "year"}[choices["years"]]],
        age=found["age_at_interview"],
    )


def _ends(sample: pd.DataFrame, inputs: Inputs) -> pd.DataFrame:
    """Where the persons of the sample grew up and where they live, a row each."""
    inputs.losses.branch(ENDS, FRAME)
    codes = _regions(inputs)
    parts = [
        sample[["person", "mover"]].assign(end=end, region=region_codes(sample[column], codes, inputs.root))
        for end, column in (("grew_up", "origin"), ("lives", "area"))
    ]
    ends = pd.concat(parts, ignore_index=True)
    # As text: a category of numbers that nobody has does not outlast a file.
    texts = {code: str(code) for code in codes.values()}
    ends["region"] = ends["region"].map(texts).astype(pd.CategoricalDtype(list(texts.values())))
    return inputs.losses.recount(ENDS, "where they grew up and where they live", len(sample), ends, "places")


def _regions(inputs: Inputs) -> dict[str, int]:
    """Code of each region by its name."""
    return {row["name"]: int(row["code"]) for row in inputs.study.groups("regions")}


def _statistics(inputs: Inputs) -> pd.DataFrame | None:
    """Rates of authorities by year as the user filled them in groups/areas.csv; None where the file has no row."""
    rows = inputs.study.groups("areas")
    return pd.DataFrame(rows).astype({"year": "int64", **dict.fromkeys(MACRO, "float64")}) if rows else None
