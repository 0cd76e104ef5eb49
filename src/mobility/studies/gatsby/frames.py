"""Holmes (2022) for the Gatsby Foundation, section 2: activity, occupation, pairs of waves, and three kinds of move.

The definitions that the report leaves open are arguments: `choices` holds one value for every entry of
`studies/gatsby/choices.yaml`. Codes are mapped by the files of `studies/gatsby/groups/`.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from mobility.intake.losses import LossTable
from mobility.intake.missing import NOT_ASKED, is_code, valid
from mobility.panel.answers import Answers
from mobility.settings import Study
from mobility.storage import StoredFrame
from mobility.studies.gatsby.progression import progression_frame
from mobility.studies.gatsby.regressor_readings import READ_COLUMNS
from mobility.studies.gatsby.steps import USABLE, chosen_steps
from mobility.studies.inputs import Inputs, Makers
from mobility.transitions.pairs import consecutive_pairs

EMPLOYED, UNEMPLOYED, INACTIVE, STUDY = "employed", "unemployment", "inactivity", "study"
UNCODED = "uncoded"
OTHER_CLASSES = [UNCODED, "nontech_others", "unemployed", INACTIVE, STUDY]
UNKNOWN: Any = None  # what texts and categories hold where nothing is known, which numpy's types do not foresee
YES = 1
PROXY_INTERVIEW = 2
SELF_EMPLOYED = 1
WEIGHTS = ("weight_cross_section", "weight_longitudinal")
PERSON_WAVE_COLUMNS = ["person", "wave", "year", "activity", "state", "soc", "technical_level", "major_group", *WEIGHTS]
PERSON_YEAR_COLUMNS = ["person", "wave", "year", "activity"]
ANSWERS_OF_PAIRS = (
    "interview_year",
    "interview_month",
    "in_work_since_last",
    "not_in_work_since_last",
    "same_employer",
    "same_job",
    "interview_type",
)
PAIR_COLUMNS = (
    "activity",
    "state",
    "soc",
    "coded",
    "technical_occupation",
    "level",
    "class",
    "self_employed",
    *ANSWERS_OF_PAIRS,
    "started",
    *WEIGHTS,
)
# What is held of a person-wave. What else is asked of it, the regressors look up in the panel, by the row there.
CARRIED = ("person", "wave", "year", "row", *dict.fromkeys([*ANSWERS_OF_PAIRS, *READ_COLUMNS]))
# What a person-wave is described by. The other columns of the panel would only fill memory meanwhile.
READ = (*CARRIED, "soc2000", "activity_status", "has_job", "has_job_away", "soc2000_unchanged", *WEIGHTS)
# Activity of a status that is work only under some readings: with a coded occupation, and without.
IF_CODED = {
    "employed_if_coded": (EMPLOYED, INACTIVE),
    "inactive": (INACTIVE, INACTIVE),
    "employed": (EMPLOYED, EMPLOYED),
    "unclassified": (EMPLOYED, UNKNOWN),
}
RECORDS = ["followed", "not_followed", "last_year", "missing"]
Choices = Mapping[str, str]


def makers(inputs: Inputs) -> Makers:
    """What makes each frame of the study.

    person_waves : one row a person and wave with a usable activity (Tables 3.7, 3.8).
    pairs : one row a person and step from wave w to w + 1 (Tables 3.1 to 3.5, Figure 2.1).
    person_years : one row a person and year of the run, whether interviewed or not (Table 2.2).
    pathway_moves : one row a pair and pathway in whose entry occupations it starts (Table 3).
    progression : one row a step from a group of section 3.3, with its regressors (Tables A1 to A4, Figures 3.2 to 3.6).
    """
    choices, losses, groups = inputs.choices, inputs.losses, _Groups(inputs.study)

    def answered(choices: Choices) -> tuple[pd.DataFrame, pd.DataFrame]:
        described = _describe(_interviews(inputs.columns, choices, losses), groups, choices, losses)
        losses.branch(USABLE, "person_years")
        usable = losses.keep(USABLE, "no usable activity", described, described["activity"].notna())
        return described[PERSON_YEAR_COLUMNS], usable  # the rest would be held beside the usable rows

    described, person_waves = inputs.made(USABLE, answered)
    for name in ("pairs", "progression"):
        losses.branch(name, USABLE)
    pairs = cache(lambda: _pairs(person_waves, groups, choices, losses))
    return {
        "person_waves": lambda: _person_waves(person_waves, groups, choices),
        "pairs": pairs,
        "person_years": lambda: _person_years(described, choices, losses),
        "pathway_moves": lambda: _pathway_moves(pairs(), groups, choices, losses),
        "progression": lambda: progression_frame(person_waves, inputs),
    }


def _interviews(stored: pd.DataFrame | StoredFrame, choices: Choices, losses: LossTable) -> pd.DataFrame:
    """The rows of the panel, each with its place there, those of proxies dropped where `proxies` says so."""
    panel = stored[[name for name in READ if name in stored]]
    row = pd.Series(np.arange(len(panel), dtype="int32"), index=panel.index, name="row")
    panel = pd.concat([losses.start("person_years", panel), row], axis=1)
    if choices["proxies"] == "keep":
        return panel
    return losses.keep("person_years", "proxy interview", panel, panel["interview_type"] != PROXY_INTERVIEW)


class _Groups:
    """The group files as look-ups from code to group."""

    def __init__(self, study: Study) -> None:
        occupations = study.groups("technical_occupations")
        classes = study.groups("destination_classes")
        self.activity = {int(row["code"]): row["activity"] for row in study.groups("activity")}
        self.occupation = {int(row["soc2000"]): row["id"] for row in occupations}
        self.level = {int(row["soc2000"]): row["level"] for row in occupations}
        self.level_id = {row["level"]: row["id"] for row in study.groups("technical_levels")}
        self.technical_class = {row["level"]: row["id"] for row in classes if row["level"]}
        self.nontechnical_class = {
            int(major): row["id"] for row in classes for major in row["soc2000_major"].split(";") if major
        }
        self.major = {int(row["soc2000_major"]): row["id"] for row in study.groups("major_groups")}
        self.pathways = study.groups("pathway_levels")
        self.pathway_choices = study.groups("pathway_choices")


def _describe(panel: pd.DataFrame, groups: _Groups, choices: Choices, losses: LossTable) -> pd.DataFrame:
    """Every person-wave with its activity, occupation, state and groups; activity NA where it is not usable."""
    answers, chain = Answers(panel), "person_years"
    frame = panel[[name for name in CARRIED if name in panel]]
    frame["soc"] = panel["soc2000"]
    if choices["soc_repair"] == "carry_forward":
        frame["soc"] = _repaired_soc(answers, losses, chain)
    coded_job = (frame["soc"] > 0).to_numpy()
    activity = answers.derive("activity", lambda found: _activity(found, coded_job, groups, choices), losses, chain)
    frame["activity"] = activity
    employed = (frame["activity"] == EMPLOYED).to_numpy(bool, na_value=False)
    frame["coded"] = employed & coded_job
    soc = frame["soc"].where(frame["coded"], NOT_ASKED)
    frame["technical_occupation"] = _looked_up(soc, groups.occupation)
    frame["level"] = _looked_up(soc, groups.level)
    frame["class"] = _class(frame, soc, groups, choices)
    frame["state"] = _state(frame, choices)
    frame["self_employed"] = is_code(panel["activity_status"], SELF_EMPLOYED)
    frame["started"] = answers.derive("start of the job", _started, losses, chain)
    for name in WEIGHTS:
        frame[name] = valid(panel[name], "amount").clip(lower=0).fillna(0)
    return _named(frame)


def _named(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with its texts as categories: a byte a row, and each text held once."""
    texts = frame.select_dtypes(include=["object", "str"]).columns
    named = frame.astype(dict.fromkeys(texts, "category"))
    taken_over = frame.select_dtypes(include=["category"]).columns
    return named.assign(**{name: frame[name].cat.remove_unused_categories() for name in taken_over})


def _among(names: Iterable[str]) -> pd.CategoricalDtype:
    """The type of a column that holds one of these names, in their alphabetical order."""
    return pd.CategoricalDtype(sorted(set(names)))


def _looked_up(codes: pd.Series, names: Mapping[int, str], others: Iterable[str] = ()) -> pd.Series:
    """Name of each code (length n) as a category, NA for a code without one; `others` may be put in later.

    By place in a list of all codes: `map` would make a text a row, which takes several times as long.
    """
    kinds, values = _among([*names.values(), *others]), codes.to_numpy()
    places = np.full(max(names, default=0) + 2, -1)
    places[list(names)] = kinds.categories.get_indexer(list(names.values()))
    known = (values >= 0) & (values < len(places)) & (values == np.floor(values))
    found = pd.Categorical.from_codes(places[np.where(known, values, -1).astype("int64")], dtype=kinds)
    return pd.Series(found, index=codes.index)


def _either(condition: Any, yes: str | None, no: str | None) -> np.ndarray:
    """One of two texts a row (length n), each held once: numpy alone would copy it into every row."""
    return np.where(condition, np.array(yes, dtype=object), np.array(no, dtype=object))


def _person_waves(usable: pd.DataFrame, groups: _Groups, choices: Choices) -> pd.DataFrame:
    """Usable person-waves with the groups of Tables 3.7 and 3.8."""
    major = (usable["soc"].where(usable["coded"]) // 100).map(groups.major)
    levels = _among_employed(usable, usable["level"].map(groups.level_id), "nontechnical", choices)
    found = usable.assign(technical_level=levels, major_group=_among_employed(usable, major, UNCODED, choices))
    return _named(found[PERSON_WAVE_COLUMNS])


def _activity(answers: Answers, coded_job: np.ndarray, groups: _Groups, choices: Choices) -> pd.Series:
    """Employed, unemployed, inactive or studying, from the activity status and, where it leaves it open, the job.

    By default people on leave (maternity and the like) are employed if they have a job or are away from one, people on
    a scheme, in the family's business or in an apprenticeship if an occupation is coded. An occupation never makes
    anyone else employed.
    """
    kind = _looked_up(answers.codes("activity_status"), groups.activity, [EMPLOYED, INACTIVE])
    if choices["jbstat5"] == "with_job":
        with_job = answers.has("has_job", YES) | answers.has("has_job_away", YES)
        kind = kind.mask((kind == "leave") & with_job, EMPLOYED)
    kind = kind.mask(kind == "leave", EMPLOYED if choices["jbstat5"] == "employed" else INACTIVE)
    for open_status, choice in (("scheme", "jbstat9"), ("family_or_apprentice", "jbstat10_11")):
        with_code, without_code = IF_CODED[choices[choice]]
        still_open = kind == open_status
        kind = kind.mask(still_open & coded_job, with_code).mask(still_open & ~coded_job, without_code)
    return kind


def _class(frame: pd.DataFrame, soc: pd.Series, groups: _Groups, choices: Choices) -> pd.Series:
    """Column of Tables 3.2 and 3.3 to which a person-wave belongs as an origin or destination.

    Employed without a coded occupation: NA (left out), `uncoded` (in the totals only) or counted as non-technical.
    """
    classes = [*groups.technical_class.values(), *groups.nontechnical_class.values(), *OTHER_CLASSES]
    technical = {code: groups.technical_class[level] for code, level in groups.level.items()}
    found = _looked_up(soc, technical, classes)
    found = found.fillna(_looked_up(soc // 100, groups.nontechnical_class, classes))
    # Employed is none of the classes, so that it is unknown among them.
    activity = frame["activity"].cat.rename_categories({UNEMPLOYED: "unemployed"})
    not_working = activity.cat.set_categories(found.cat.categories)
    missing = {"exclude": UNKNOWN, "totals_only": UNCODED, "nontechnical": "nontech_others"}[choices["missing_soc"]]
    uncoded = (frame["activity"] == EMPLOYED) & ~frame["coded"]
    return found.fillna(not_working).mask(uncoded, missing)


def _state(frame: pd.DataFrame, choices: Choices) -> pd.Series:
    """One of the five states of Table 3.1."""
    employed = frame["activity"] == EMPLOYED
    missing = "nontechnical" if choices["missing_soc"] == "nontechnical" else UNKNOWN
    states = frame["activity"].astype(_among([*frame["activity"].cat.categories, "technical", "nontechnical"]))
    state = states.mask(employed, missing).mask(frame["coded"], "nontechnical")
    return state.mask(frame["technical_occupation"].notna(), "technical")


def _among_employed(frame: pd.DataFrame, group: pd.Series, rest: str, choices: Choices) -> pd.Series:
    """`group`, or `rest`, for those in the base of Tables 3.7 and 3.8; NA outside it."""
    employed = (frame["activity"] == EMPLOYED).to_numpy(bool, na_value=False)
    base = frame["coded"] if choices["base_3_7_3_8"] == "occupation_coded" else employed
    return group.astype("object").fillna(rest).where(base)


def _repaired_soc(answers: Answers, losses: LossTable, step: str) -> pd.Series:
    """Last wave's occupation where the person says that job or description is unchanged.

    It reduces measured mobility, so it is a choice and not the default. The first wave needs no such answer.
    """
    panel = answers.frame
    later = Answers(panel[panel["wave"] > panel["wave"].min()])
    said = later.derive("unchanged occupation", _said_unchanged, losses, step).reindex(panel.index)
    unchanged = (said == 1).to_numpy()
    follows = (panel["person"] == panel["person"].shift()) & (panel["wave"] == panel["wave"].shift() + 1)
    starts = ~(unchanged & follows.to_numpy())
    spell = np.cumsum(starts)
    answered = panel["soc2000"].where(panel["soc2000"] > 0)
    known = answered.groupby(spell).ffill().notna()
    first = answered.groupby(spell).transform("first").where(known)
    repaired = first.fillna(panel["soc2000"]).astype("int64")
    return repaired.mask(said.isna() & panel.index.isin(later.frame.index), NOT_ASKED)


def _said_unchanged(answers: Answers) -> pd.Series:
    """1 where job or description is said to be the same, else 0."""
    same_job = answers.has("same_employer", YES) & answers.has("same_job", YES)
    return pd.Series(answers.has("soc2000_unchanged", YES) | same_job, index=answers.frame.index).astype("float64")


def _started(answers: Answers) -> pd.Series:
    """Months since year 0 when the job began; its month may be a season (13 to 16) or missing; NA without a year."""
    year, month = answers.codes("tenure_start_year"), answers.codes("tenure_start_month")
    middle = month.where(month.between(1, 12), month.map({13: 1, 14: 4, 15: 7, 16: 10})).fillna(6)
    return (year * 12 + middle).where(year > 0)


def _person_years(everyone: pd.DataFrame, choices: Choices, losses: LossTable) -> pd.DataFrame:
    """Every person of the panel in every year of the run, with `record`: followed, not_followed, missing.

    Table 2.2 counts who was recorded in a year, who of them was missing in the following one, and who was missing. Of
    those recorded in the `last_year` of the run nothing is known of the following one.
    """
    usable = everyone["activity"].notna()
    counted = {
        "usable_a_h": usable,
        "any_row_a_h": pd.Series(True, index=everyone.index),
        "usable_a_g": usable & (everyone["wave"] < everyone["wave"].max()),
    }[choices["persons_2_2"]]
    recorded = everyone[usable if choices["recorded"] == "usable_activity" else slice(None)]
    persons = np.sort(everyone.loc[counted, "person"].unique())
    years = np.arange(everyone["year"].min(), everyone["year"].max() + 1)
    grid = np.zeros((len(persons), len(years) + 1), dtype=bool)
    known = recorded[recorded["person"].isin(persons)]
    grid[np.searchsorted(persons, known["person"]), np.searchsorted(years, known["year"])] = True
    here, next_year = grid[:, :-1], grid[:, 1:]
    followed, not_followed, last_year, missing = np.arange(len(RECORDS), dtype="int8")
    record = np.where(here & next_year, followed, np.where(here, not_followed, missing))
    record[:, -1] = np.where(here[:, -1], last_year, missing)
    named = pd.Categorical.from_codes(record.ravel(), RECORDS)
    frame = pd.DataFrame(
        {"person": np.repeat(persons, len(years)), "year": np.tile(years, len(persons)), "record": named}
    )
    of_persons = everyone["person"].isin(persons)
    kept = losses.keep("person_years", "of persons whom the total does not count", everyone, of_persons)
    every = "every person who is counted in every year of the run, interviewed or not"
    return losses.recount("person_years", every, len(kept), frame, "persons by year")


def _pairs(usable: pd.DataFrame, groups: _Groups, choices: Choices, losses: LossTable) -> pd.DataFrame:
    """Steps from one wave to the next of people with a usable activity at both ends."""
    pairs = consecutive_pairs(usable, PAIR_COLUMNS)
    losses.record("pairs", "not interviewed with a usable activity in the next wave", len(usable), pairs)
    pairs = chosen_steps(pairs, choices, losses, "pairs")
    same = (pairs["origin_soc"] == pairs["destination_soc"]) & pairs["origin_coded"] & pairs["destination_coded"]
    for end in ("destination", "origin"):
        pairs[f"{end}_view"] = pairs[f"{end}_class"].astype("object").mask(same, "same_occ")
    pairs["job_change"] = _job_change(pairs, choices, losses)
    pairs["new_occupation"] = _new_occupation(pairs, same)
    pairs["mobility"] = _mobility(pairs, same)
    return _named(pairs).assign(
        weight_cross_section=pairs["origin_weight_cross_section"],
        weight_longitudinal=pairs["destination_weight_longitudinal"],
    )


def _job_change(pairs: pd.DataFrame, choices: Choices, losses: LossTable) -> pd.Series:
    """Self-reported job mobility of people employed at both ends; NA where it is not classified.

    Same job: in work throughout, same employer, same job. New job: same employer, other duties. Changed employer:
    another employer, or a break and in work again. The self-employed are routed past, proxies are not asked.
    Where both continuity items are filled the feed on prior status was wrong and `not_in_work_since_last` holds.
    """
    later = Answers(pairs, "destination_", step_ahead=1)
    change = later.derive("job mobility", lambda found: _reported_change(found, choices), losses, "pairs")
    if choices["self_employed"] == "by_start_date":
        change = change.mask(pairs["origin_self_employed"], _by_start_date(pairs))
    else:
        change = change.mask(pairs["origin_self_employed"])
    both = (pairs["origin_activity"] == EMPLOYED) & (pairs["destination_activity"] == EMPLOYED)
    if choices["base_3_4"] == "occupation_coded":
        both &= pairs["destination_coded"]
    proxy = is_code(pairs["destination_interview_type"], PROXY_INTERVIEW)
    return change.where(both & ~proxy)


def _reported_change(later: Answers, choices: Choices) -> pd.Series:
    """Job mobility by the answers at the second interview, NA where they do not tell it."""
    answered_not_in_work = later.has("not_in_work_since_last", 1, 2)
    continuous = later.has("in_work_since_last", YES) & ~answered_not_in_work
    broken = later.has("in_work_since_last", 2) | answered_not_in_work
    same_employer = continuous & later.has("same_employer", YES)
    other_employer = continuous & later.has("same_employer", 2)
    if choices["break_in_work"] == "changed_employer":
        other_employer |= broken
    kinds = {
        "same_job": same_employer & later.has("same_job", YES),
        "same_employer_new_job": same_employer & later.has("same_job", 2),
        "changed_employer": other_employer,
    }
    texts = [np.array(kind, dtype=object) for kind in kinds]
    return pd.Series(np.select(list(kinds.values()), texts, default=UNKNOWN), index=later.frame.index, dtype="object")


def _by_start_date(pairs: pd.DataFrame) -> np.ndarray:
    """Changed employer where the job at t + 1 began after the interview at t, same job where before, else unknown."""
    interview = pairs["origin_interview_year"] * 12 + pairs["origin_interview_month"]
    started = pairs["destination_started"].to_numpy("float64", na_value=np.nan)
    later = started > interview.to_numpy("float64")
    return np.where(np.isnan(started), UNKNOWN, _either(later, "changed_employer", "same_job"))


def _new_occupation(pairs: pd.DataFrame, same: pd.Series) -> pd.Series:
    """Occupation at t + 1 against that at t, both coded: same, another technical one, non-technical (Table 3.5)."""
    coded = pairs["origin_coded"] & pairs["destination_coded"]
    technical = pairs["destination_technical_occupation"].notna()
    kind = _either(technical, "new_technical_occupation", "new_nontechnical_occupation")
    kind = np.where(same, np.array("same_occupation", dtype=object), kind)
    return pd.Series(kind, index=pairs.index).where(coded)


def _mobility(pairs: pd.DataFrame, same: pd.Series) -> pd.Series:
    """Occupation and job, each the same or new, for all workers classified on both (Figure 2.1)."""
    same_job = pairs["job_change"] == "same_job"
    same_occupation = _either(same_job, "same_occ_same_job", "same_occ_new_job")
    both = np.where(same, same_occupation, _either(same_job, "new_occ_same_job", "new_occ_new_job"))
    known = pairs["job_change"].notna() & pairs["origin_coded"] & pairs["destination_coded"]
    return pd.Series(both, index=pairs.index).where(known)


def _pathway_moves(pairs: pd.DataFrame, groups: _Groups, choices: Choices, losses: LossTable) -> pd.DataFrame:
    """Pairs that start in an entry occupation of a pathway, once for each pathway (Table 3, section 3.2).

    Both ends are in employment. `move` is no_progress, progress_in_pathway, leave_pathway or, neither, aside;
    `destination` tells the stayers, and where the leavers go, apart.
    """
    chain = "pathway_moves"
    losses.branch(chain, "pairs")
    in_work = pairs["origin_coded"] & (pairs["destination_activity"] == EMPLOYED)
    kept = losses.keep(chain, "not employed at both interviews with a coded occupation at the first", pairs, in_work)
    if choices["pathway_denominator"] == "same_and_listed":
        coded = kept["destination_coded"]
        kept = losses.keep(chain, "employed without a coded occupation in the second wave", kept, coded)
    columns = ["person", "wave", "year", "origin_soc", "destination_soc", "destination_coded", "destination_class"]
    moves = kept[[*columns, *WEIGHTS]]
    parts = []
    all_roles = {row["pathway"]: _roles(row["pathway"], groups, choices) for row in groups.pathways}
    entries = {name: [soc for soc, role in roles.items() if role == "origin"] for name, roles in all_roles.items()}
    entering = moves["origin_soc"].isin([soc for own in entries.values() for soc in own])
    moves = losses.keep(chain, "in no entry occupation of a pathway in the first wave", moves, entering)
    for pathway, roles in all_roles.items():
        origins = entries[pathway]
        starting = moves[moves["origin_soc"].isin(origins)].assign(pathway=pathway)
        parts.append(_classify_moves(starting, roles, choices))
    frame, once = _named(pd.concat(parts, ignore_index=True)), "once for each pathway that the occupation enters"
    return losses.recount(chain, once, len(moves), frame, "steps by pathway")


def _roles(pathway: str, groups: _Groups, choices: Choices) -> dict[int, str]:
    """Role of each SOC group of a pathway under the chosen reading; groups without one lie outside the pathway."""
    roles = {int(row["soc"]): row["role"] for row in groups.pathways if row["pathway"] == pathway}
    for row in groups.pathway_choices:
        if row["pathway"] == pathway and choices[row["choice"]] == row["alternative"]:
            roles[int(row["soc"])] = row["role"]
    return roles


def _classify_moves(starting: pd.DataFrame, roles: Mapping[int, str], choices: Choices) -> pd.DataFrame:
    coded = starting["destination_coded"]
    role = starting["destination_soc"].where(coded).map(roles).fillna("leave")
    same = coded & (starting["origin_soc"] == starting["destination_soc"])
    lower = role.isin(["origin", "lower"]) & ~same
    progress = (role == "progress") & ~same
    stays = same | lower if choices["pathway_stay"] == "lower_level" else same
    aside = (role == "aside") & ~same
    move = np.select([stays, progress, aside], ["no_progress", "progress_in_pathway", "aside"], "leave_pathway")
    left = ("leave_" + starting["destination_class"].astype("object").fillna(UNCODED).astype("str")).to_numpy(object)
    inside = ["same_occupation", "other_lower_level", "progress", "aside"]
    return starting.assign(move=move, destination=np.select([same, lower, progress, aside], inside, left))
