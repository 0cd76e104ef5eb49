"""The example of movers and stayers, against the raw file by plain Python and against statsmodels."""

import csv
import gzip
import math
from collections import Counter

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from scipy.stats import norm

from mobility.cells.estimates import estimate_table, fit_models
from mobility.cells.stage import table_cells
from mobility.errors import DataError
from mobility.intake.losses import LossTable
from mobility.panel.table_source import read_table
from mobility.settings import load_study
from mobility.studies import make_frames
from mobility.studies.inputs import Inputs
from paths import ROOT

FILE = ROOT / "examples/movers_psid/data/psid7682.csv.gz"
STUDY = load_study(ROOT, "movers_psid")
YEARS = range(1977, 1983)
CONTEXT = "south_1976 + smsa_1976 + C(industry) + C(union)"
MODEL_3 = (
    f"mover + C(year) + {CONTEXT} + experience + I(experience ** 2) + education + C(gender) + C(ethnicity) + C(married)"
)


@pytest.fixture(scope="module")
def rows():
    """The file by person and year, as it is written."""
    with gzip.open(FILE, "rt", encoding="utf-8") as lines:
        return {(int(row["id"]), int(row["year"])): row for row in csv.DictReader(lines)}


@pytest.fixture(scope="module")
def persons(rows):
    return sorted({person for person, _ in rows})


@pytest.fixture(scope="module")
def raw(rows):
    """Rows of 1977 to 1982 for statsmodels, made from the file in plain Python."""
    found = []
    for (person, year), row in rows.items():
        first = rows[person, 1976]
        if year > 1976:
            places = {f"{name}_1976": int(first[name] == "yes") for name in ("south", "smsa")}
            own = {"mover": int(moved(row, first)), "white": int(row["occupation"] == "white"), **places}
            numbers = {name: int(row[name]) for name in ("experience", "education")}
            found.append({**row, **own, **numbers, "log_wage": math.log(float(row["wage"]))})
    frame = pd.DataFrame(found)
    years = frame["education"]
    return frame.assign(middle=years.between(13, 15).astype(int), high=(years >= 16).astype(int))


def moved(row, first):
    return row["south"] != first["south"] or row["smsa"] != first["smsa"]


def frames_of(panel, **choices):
    losses = LossTable()
    return make_frames(Inputs.of(panel, STUDY, {**STUDY.readings, **choices}, losses)), losses


@pytest.fixture(scope="module")
def frames():
    return frames_of(read_table(STUDY.folder, ROOT).panel)[0]


@pytest.fixture(scope="module")
def fitted(frames):
    return fit_models(frames, STUDY)[0]


@pytest.fixture(scope="module")
def estimates(fitted):
    tables = [estimate_table(fitted, STUDY, table) for table in ("white_collar", "log_wage", "gaps", "gaps_by_group")]
    cells = pd.concat(tables)
    return cells[cells["statistic"] == "marginal_effect"].set_index(["table", "row", "column"])


def numbers(frames, table):
    """Values of a counted table by row and column."""
    cells = table_cells(frames[STUDY.tables[table].frame], STUDY, table)[0]
    return cells.set_index(["row", "column"])["value"]


def test_the_file_is_the_panel_that_is_documented(rows, persons):
    """595 persons in seven years, and no cell of it empty, nor a person whose sex, ethnicity or education changes."""
    assert len(rows) == 4165 and len(persons) == 595
    assert set(rows) == {(person, year) for person in persons for year in range(1976, 1983)}
    assert all(value for row in rows.values() for value in row.values())
    fixed = {(row["id"], row["gender"], row["ethnicity"], row["education"]) for row in rows.values()}
    assert len(fixed) == 595


def test_movers_by_group_are_those_counted_from_the_file(rows, persons, frames):
    counts = Counter()
    for person in persons:
        first = rows[person, 1976]
        kind = "mover" if any(moved(rows[person, year], first) for year in YEARS) else "stayer"
        years = int(first["education"])
        school = "to_12" if years <= 12 else "from_13_to_15" if years <= 15 else "from_16"
        ethnicity = {"afam": "african_american"}.get(first["ethnicity"], "other")
        counts.update((group, kind) for group in ("all", first["gender"], ethnicity, school))
    ours = numbers(frames, "people").drop("all", level="column")
    assert ours.to_dict() == dict(counts)
    assert [counts[group, "mover"] for group in ("all", "female", "african_american")] == [57, 3, 1]


def test_places_by_year_are_those_counted_from_the_file(rows, persons, frames):
    counts = Counter()
    for person in persons:
        first = rows[person, 1976]
        for year in YEARS:
            row = rows[person, year]
            differ = [name for name in ("south", "smsa") if row[name] != first[name]]
            way = ["to" if row[name] == "yes" else "from" for name in differ]
            name = {"south": "south", "smsa": "metropolitan"}
            place = "same" if not differ else "both" if len(differ) == 2 else f"{way[0]}_{name[differ[0]]}"
            counts[f"at_{year}", place] += 1
    ours = numbers(frames, "places").drop("all", level="column")
    assert {key: value for key, value in ours.items() if value} == dict(counts)


def test_means_of_movers_and_stayers(raw, frames):
    outcomes, background = numbers(frames, "outcomes"), numbers(frames, "background")
    for moves, kind in ((1, "mover"), (0, "stayer")):
        part = raw[raw["mover"] == moves]
        assert outcomes[kind, "white_collar"] == pytest.approx(part["white"].mean(), rel=1e-12)
        assert outcomes[kind, "log_wage"] == pytest.approx(part["log_wage"].mean(), rel=1e-12)
        assert background[kind, "education"] == pytest.approx(part["education"].mean(), rel=1e-12)
        assert background[kind, "union"] == pytest.approx((part["union"] == "yes").mean(), rel=1e-12)


def clustered(model, raw, **options):
    return model.fit(cov_type="cluster", cov_kwds={"groups": raw["id"].astype(int).to_numpy()}, disp=0, **options)


def probit(raw, formula):
    """The fit, and the factor from its clustered errors to Stata's, which has no (n - 1)/(n - k) in a probit."""
    found = clustered(smf.probit(f"white ~ {formula}", raw), raw, tol=1e-12)
    n, k = len(raw), len(found.params)
    return found, math.sqrt((n - k) / (n - 1))


def test_the_probit_and_its_marginal_effect_equal_statsmodels_and_a_sum_by_hand(raw, fitted, estimates):
    theirs, factor = probit(raw, MODEL_3)
    ours = fitted["white_collar__model_3"].fits["probit"]
    b = dict(zip(ours.names, ours.params, strict=True))
    errors = dict(zip(ours.names, ours.std_errors, strict=True))
    for name, theirs_name in (("mover", "mover"), ("union", "C(union)[T.yes]"), ("education", "education")):
        assert b[name] == pytest.approx(theirs.params[theirs_name], abs=1e-8)
        assert errors[name] == pytest.approx(factor * theirs.bse[theirs_name], rel=1e-6)
    value, error = effect_by_hand(theirs, raw, np.ones(len(raw), bool))
    for place in (("white_collar", "mover", "model_3"), ("gaps", "model_3", "white_collar")):
        assert estimates.loc[place, "value"] == pytest.approx(value, abs=1e-8)
        assert estimates.loc[place, "std_error"] == pytest.approx(factor * error, rel=1e-5)


def effect_by_hand(theirs, raw, group, less=None):
    """Mean of Phi(xb) with everyone of a group a mover less that with everyone a stayer, its error by the delta
    method with a numerical gradient; `less` the same of another group."""
    names = theirs.model.exog_names

    def design(mover):
        x = pd.DataFrame(theirs.model.exog, columns=names).assign(mover=mover)
        for name in names:
            if name.startswith("mover:"):
                x[name] = mover * raw[name.removeprefix("mover:")].to_numpy()
        return x.to_numpy()

    movers, stayers = design(1), design(0)

    def value(b):
        each = norm.cdf(movers @ b) - norm.cdf(stayers @ b)
        return each[group].mean() - (each[less].mean() if less is not None else 0)

    b, step = theirs.params.to_numpy(), 1e-6
    gradient = np.array([(value(b + step * unit) - value(b - step * unit)) / (2 * step) for unit in np.eye(len(b))])
    return value(b), math.sqrt(gradient @ theirs.cov_params().to_numpy() @ gradient)


def test_effects_by_education_equal_a_sum_by_hand(raw, estimates):
    theirs, factor = probit(raw, f"{MODEL_3} + middle + high + mover:middle + mover:high")
    low, high = ((raw["education"] <= 12).to_numpy(), (raw["education"] >= 16).to_numpy())
    for row, groups in (("to_12", (low,)), ("from_16", (high,)), ("from_16_to_12", (high, low))):
        value, error = effect_by_hand(theirs, raw, *groups)
        ours = estimates.loc[("gaps_by_group", row, "white_collar")]
        assert ours["value"] == pytest.approx(value, abs=1e-7)
        assert ours["std_error"] == pytest.approx(factor * error, rel=1e-5)


def test_log_wages_equal_statsmodels(raw, estimates):
    theirs = clustered(smf.ols(f"log_wage ~ {MODEL_3}", raw), raw)
    for row, name in (("mover", "mover"), ("female", "C(gender)[T.male]"), ("education", "education")):
        sign = -1 if row == "female" else 1
        ours = estimates.loc[("log_wage", row, "model_3")]
        assert ours["value"] == pytest.approx(sign * theirs.params[name], abs=1e-9)
        assert ours["std_error"] == pytest.approx(theirs.bse[name], rel=1e-7)
    by_sex = clustered(smf.ols(f"log_wage ~ {MODEL_3} + mover:C(gender)", raw), raw)
    women, men = by_sex.params["mover"], by_sex.params["mover"] + by_sex.params["mover:C(gender)[T.male]"]
    ours = estimates.xs("gaps_by_group").xs("log_wage", level="column")["value"]
    assert ours[["female", "male", "female_male"]].tolist() == pytest.approx([women, men, women - men], abs=1e-9)


def test_what_rests_on_few_movers_says_so(estimates):
    """Three women have an error and no stars; behind the one African-American there is none."""
    by_group = estimates.xs("gaps_by_group")
    women, one = by_group.loc[("female", "log_wage")], by_group.loc[("african_american", "log_wage")]
    assert (women["persons"], women["flag"], women["stars"]) == (3, "low_base", "")
    assert women["std_error"] > 0 and women["ci_low"] > 0
    assert (one["persons"], one["flag"]) == (1, "low_base") and "one person on one side" in one["note"]
    assert np.isfinite(one["value"]) and np.isnan([one["std_error"], one["ci_low"], one["ci_high"]]).all()
    assert by_group.loc[("from_13_to_15", "log_wage"), ["persons", "flag"]].tolist() == [14, ""]
    white = by_group.loc[("female", "white_collar")]
    assert white["flag"] == "not_estimable" and "predicts success perfectly" in white["note"]


def panel_by_hand():
    """Ann leaves the South in 1977 and is back in 1979; Bob leaves a metropolitan area in 1978, and his union."""
    whole = read_table(STUDY.folder, ROOT).panel
    panel = whole[whole["person"].isin([1, 2]) & (whole["wave"] < 1980)].reset_index(drop=True)
    return panel.assign(
        south=["yes", "no", "no", "yes"] + ["no"] * 4,
        metropolitan=["no"] * 4 + ["yes", "yes", "no", "no"],
        union=["no"] * 4 + ["yes", "yes", "no", "no"],
    )


@pytest.mark.parametrize(
    ("choices", "mover"),
    [
        ({}, [1, 1, 0, 0, 1, 1]),
        ({"when": "by_then"}, [1, 1, 1, 0, 1, 1]),
        ({"when": "last"}, [0, 0, 0, 1, 1, 1]),
        ({"when": "ever"}, [1, 1, 1, 1, 1, 1]),
        ({"move": "south"}, [1, 1, 0, 0, 0, 0]),
        ({"move": "metropolitan"}, [0, 0, 0, 0, 1, 1]),
    ],
)
def test_who_is_a_mover_under_each_answer(choices, mover):
    frames, losses = frames_of(panel_by_hand(), **choices)
    years, people = frames["person_years"], frames["people"]
    assert years["mover"].tolist() == mover
    assert years["place"].tolist() == ["from_south"] * 2 + ["same"] * 2 + ["from_metropolitan"] * 2
    everyone = people[people["group"] == "all"]["moved"].tolist()
    assert everyone == ["mover" if any(own) else "stayer" for own in (mover[:3], mover[3:])]
    assert losses.chain("person_years")[-1]["rows_dropped"] == 2 and losses.unit("people") == "persons by group"


def test_controls_are_of_the_year_or_of_1976():
    for answer, union in (("that_year", [1, 0, 0]), ("in_1976", [1, 1, 1])):
        years = frames_of(panel_by_hand(), controls=answer)[0]["person_years"]
        assert years["union"].tolist()[3:] == union


def test_who_is_not_observed_in_1976_is_a_named_loss():
    panel = panel_by_hand()
    frames, losses = frames_of(panel[~((panel["person"] == 2) & (panel["wave"] == 1976))])
    assert set(frames["person_years"]["person"]) == {1}
    lost = {line["reason"]: line["rows_dropped"] for line in losses.chain("person_years")}
    assert lost["not observed in 1976"] == 3


def test_a_variable_that_is_not_mapped_is_named():
    panel = panel_by_hand().drop(columns=["union", "wage"])
    with pytest.raises(DataError, match=r"movers_psid/mapping\.yaml: no variable union, wage, which the frames are"):
        frames_of(panel)
