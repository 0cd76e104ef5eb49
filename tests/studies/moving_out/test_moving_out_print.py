"""Internal migration flows against print: what print decides, printed counts on the real frame, and the models in R."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from mobility.backtest.compare import read_published
from mobility.cells.estimates import estimate_table, fit_models
from mobility.cells.export import export_sample
from mobility.cells.stage import table_cells
from mobility.flows.covariates import populations_2017, supergroups
from mobility.intake.losses import LossTable
from mobility.panel.sample import select_sample
from mobility.settings import load_study
from mobility.storage import read_register
from mobility.studies.moving_out.frames import TABLE_6
from paths import ROOT
from r_commands import compare_with_r, needs_r
from three_areas import (
    KEYS,
    STUDY,
    YEARLY,
    frames_of,
    panel_of,
    small_panel,
)


def authorities_with_types() -> pd.Series:
    """Type of the 348 authorities of mid-2017, as an id."""
    types = supergroups(ROOT)
    codes = [code for code in populations_2017(ROOT).index if code in types]
    return pd.Series({code: types[code].lower().replace(",", "").replace(" ", "_") for code in codes})


def printed_column(column: str) -> pd.Series:
    """A column of Table 6 as printed, rows named as the types."""
    printed = pd.read_csv(ROOT / "studies/moving_out/published/table_6.csv").query("column == @column")
    names = printed["row"].replace("business_education_and_heritage_centre", "business_education_and_heritage_centres")
    return pd.Series(printed["value"].to_numpy(), names)


def test_print_decides_the_years_and_areas_of_table_6():
    """Model-based unemployment of 2012 to 2018, 2011 being 2012 times 8.1/8.0, the national rates of the two years."""
    types, printed = authorities_with_types(), printed_column("avg_unemployment_rate")
    rates = pd.read_csv(ROOT / "resources/flows/unemployment_la_2012_2022.csv").set_index("countryRegionName")
    rates.columns = rates.columns.astype(int)
    names = pd.read_csv(ROOT / "resources/flows/population_mid2017_lad18_single_age.csv.gz").set_index("lad18_code")
    own = rates.reindex(names.loc[types.index, "lad18_name"]).set_axis(types.index)
    own[2011] = own[2012] * 8.1 / 8.0

    def distance(years: range, countries: str) -> float:
        kept = types[types.index.str[0].isin(list(countries))]
        means = own.loc[kept.index, list(years)].mean(axis=1).groupby(kept).mean()
        return float((means - printed).abs().mean())

    distances = {
        (years, where): distance(years, where) for years in (TABLE_6, range(2013, 2018)) for where in ("EW", "E")
    }
    assert min(distances, key=distances.get) == (TABLE_6, "EW")
    assert distances[TABLE_6, "EW"] == pytest.approx(0.026, abs=0.001)
    assert distances[range(2013, 2018), "EW"] == pytest.approx(0.417, abs=0.001)
    chosen = STUDY.chosen()
    assert (chosen["table_6_years"], chosen["table_6_areas"]) == ("printed", "england_and_wales")


def test_print_decides_who_is_old():
    """Estimates of mid-2017 and mid-2019, on a line to the middle of 2011 to 2018: all eight printed digits, or six."""
    types, printed = authorities_with_types(), printed_column("dependency_ratio")
    folder, counted = ROOT / "resources/flows", {}
    for year, code, file in ((2017, "lad18_code", "mid2017_lad18"), (2019, "ltla19_code", "mid2019_lad19")):
        table = pd.read_csv(folder / f"population_{file}_single_age.csv.gz").set_index(code)
        counted[year] = table[[name for name in table if name.startswith("age_")]].to_numpy(), table.index

    def fitting(first: int) -> int:
        ratio = {
            year: pd.Series(ages[:, first:].sum(axis=1) / ages[:, 18:65].sum(axis=1), index)
            for year, (ages, index) in counted.items()
        }
        middle = ratio[2017] + (ratio[2019] - ratio[2017]) / 2 * (2014.5 - 2017)
        means = middle.reindex(types.index).dropna().groupby(types).mean()
        return int(((means - printed).abs() <= 0.05).sum())

    assert {first: fitting(first) for first in (66, 65)} == {66: 8, 65: 6}
    assert STUDY.chosen()["old_age"] == "from_66"


@pytest.fixture(scope="module")
def real_frame() -> pd.DataFrame:
    """Frame `moves` of invented numbers on the real frame: who sends and receives follows from the boundaries alone."""
    flags = read_register(ROOT / "resources/areas/la_frame_348.csv").set_index("lad_code")
    old = flags.index.to_numpy()
    gone = (flags["abolished_april_2019"] == "1").to_numpy()
    new = np.union1d(old[~gone], flags["lad2019_successor"][gone].unique())
    pulling = old[(flags["no_pull_data"] != "1").to_numpy()]
    english = flags.index[flags["in_smi_2017_frame_324"] == "1"]
    rng = np.random.default_rng(1)
    parts = []
    for year in range(2014, 2019):
        codes = old if year < 2018 else new
        parts.append(frame_of("moves", year, codes, rng.uniform(1, 9, len(codes)), np.roll(codes, 1), "male", 20))
    for year in range(2013, 2019):
        for age in (0, 18, 66):
            parts.append(frame_of("population", year, new, rng.uniform(1e3, 1e4, len(new)), None, "male", age))
        areas = {name: pulling if name in ("unemployment", "house_price") else old for name in YEARLY}
        parts += [frame_of(name, year, codes, rng.uniform(1, 9, len(codes))) for name, codes in areas.items()]
        parts.append(frame_of("deflator", year, [None], [100.0]))
    recoded = flags.loc[english, "code_before_2012_13_recode"]
    parts.append(frame_of("mobility_rank", 2017, english, range(1, len(english) + 1)))
    imd = read_register(ROOT / "resources/areas/imd2010_la_derived.csv").set_index("lad18_code")
    scores = pd.to_numeric(imd["mean_lsoa_score_derived"]).reindex(english)
    parts.append(frame_of("imd_score", 2010, recoded.where(recoded != "", english), scores))
    panel = panel_of(list(pd.concat(parts).itertuples(index=False, name=None)))
    return frames_of(panel)["moves"]


def frame_of(measure, year, codes, values, destination=None, sex=None, age=None) -> pd.DataFrame:
    rows = {"measure": measure, "year": year, "origin": np.asarray(codes, dtype=object), "destination": destination}
    return pd.DataFrame({**rows, "sex": sex, "age": age, "value": np.asarray(values, dtype="float64")})[KEYS]


NEEDED = ["exposure", "young_share", "origin_unemployment", "destination_unemployment", "share_border"]
# Observations that the report prints, of the tables whose senders all have every control.
PRINTED = {
    "from_affluent_england": 85_550,
    "from_business_education_and_heritage_centres": 49_619,
    "from_ethnically_diverse_metropolitan_living": 32_509,
    "from_london_cosmopolitan": 18_821,
    "from_urban_settlements": 94_105,
    "from_high_deprivation": 98_973,
}


@pytest.mark.parametrize("sample", PRINTED)
def test_the_printed_observations_follow_from_the_files(real_frame, sample):
    rows = select_sample(real_frame, STUDY.samples[sample], "", LossTable(counted="origin"))
    complete = rows[NEEDED].notna().all(axis=1)
    assert complete.sum() == PRINTED[sample]


@pytest.fixture(scope="module")
def real_moves(real_frame):
    """The real frame with moves drawn anew, so that count models can be fitted."""
    rng = np.random.default_rng(2)
    mean = np.exp(0.5 + 0.3 * np.nan_to_num(real_frame["share_border"].to_numpy("float64")))
    return {"moves": real_frame.assign(moves=rng.negative_binomial(0.8, 0.8 / (0.8 + mean)).astype("float64"))}


def test_the_export_holds_the_printed_observations_of_table_8(real_moves, tmp_path):
    """Models 1 to 4 stand on the complete cases of the table, 85,550 in print; the sample has more rows."""
    path = export_sample(real_moves, STUDY, "from_affluent_england", tmp_path, "csv")
    table = pd.read_csv(path)
    used = table.filter(like="in_nbreg_table_8__model_")
    assert used.sum().tolist() == [85_550] * 4 == [PRINTED["from_affluent_england"]] * 4
    assert len(table) == 85_550 and table["year"].notna().all()
    assert len(select_sample(real_moves["moves"], STUDY.samples["from_affluent_england"], "",
                             LossTable(counted="origin"))) > 85_550  # fmt: skip


@needs_r
@pytest.mark.parametrize(
    ("errors", "every", "least"),
    [
        ("robust", 9, 165),
        ("clustered", 9, 165),
        pytest.param("robust", 1, 1500, marks=pytest.mark.long),
        pytest.param("clustered", 5, 300, marks=pytest.mark.long),
    ],
)
def test_r_gives_the_models_of_every_table(real_moves, errors, every, least, tmp_path):
    """Models of Tables 2 to 20 on one row in fifty of the real frame: one in nine, thus of each of the four numbers of
    a table; in the long test all 72, and with clustered errors one in five."""
    few = {"moves": real_moves["moves"].sample(frac=0.02, random_state=1).reset_index(drop=True)}
    study = load_study(ROOT, "moving_out", {"errors": errors})
    study = replace(study, models=dict(list(study.models.items())[::every]))
    assert compare_with_r(study, few, tmp_path, rel=1e-5, abs=1e-6) > least


def test_the_other_samples_lack_senders_whose_country_of_birth_is_not_known(real_frame):
    """Beyond the 560,504 printed rows of Table 7 stand 19 senders of an early year and 3 of the last (SOURCES.md)."""
    rows = select_sample(real_frame, STUDY.samples["pairs_types"], "", LossTable(counted="origin"))
    complete = rows[NEEDED].notna().all(axis=1)
    assert complete.sum() == 560_504 + 19 * 345 + 3 * 331


def test_so_do_the_samples_by_deprivation(real_frame):
    """Tables 16 to 20 print 470,652 rows; 318 areas receive in four years and 304 in the last."""
    quintiles = [name for name, sample in STUDY.samples.items() if sample.describe.endswith(("fifth", "quintile"))]
    rows = [select_sample(real_frame, STUDY.samples[name], "", LossTable(counted="origin")) for name in quintiles]
    complete = sum(int(part[NEEDED].notna().all(axis=1).sum()) for part in rows)
    assert len(quintiles) == 5 and complete == 470_652 + 19 * 317 + 3 * 303


def test_districts_abolished_in_2019_receive_in_the_early_years_and_never_send(real_frame):
    known = real_frame.dropna(subset=[*NEEDED, "origin_supergroup", "destination_supergroup"])
    christchurch = known[known["destination"] == "E07000048"]
    assert sorted(christchurch["year"].unique()) == ["2014", "2015", "2016", "2017"]
    assert not (known["origin"] == "E07000048").any()
    assert not known["origin"].isin(["E09000001", "E06000053"]).any()  # City of London, Isles of Scilly


@pytest.fixture(scope="module")
def printed_and_ours() -> pd.DataFrame:
    """The printed cells of Tables 2 to 20 beside the cells that our tables have, on the small panel."""
    study, frames = STUDY, frames_of(small_panel())
    fitted, _ = fit_models(frames, study)
    tables = [f"table_{number}" for number in range(2, 21) if number != 6]
    cells = [estimate_table(fitted, study, table) for table in tables]
    cells.append(table_cells(frames["area_years"], study, "table_6")[0])
    printed = read_published(study.folder / "published")
    keys = ["table", "row", "column"]
    return printed.merge(
        pd.concat(cells), how="left", on=[*keys, "statistic"], suffixes=("_printed", ""), indicator=True
    )


def test_every_printed_number_of_tables_2_to_20_has_a_cell_to_be_compared_with(printed_and_ours):
    """896 numbers: 384 coefficients and their errors, 72 counts, 56 means. An error needs an estimate to stand by."""
    numbers = printed_and_ours[printed_and_ours["statistic"] != "text"]
    assert numbers["statistic"].value_counts().to_dict() == {
        "coefficient": 384,
        "std_error": 384,
        "observations": 72,
        "mean": 56,
    }
    assert set(numbers["flag_printed"]) == {"ok"}
    assert (numbers.loc[numbers["statistic"] != "std_error", "_merge"] == "both").all()
    keys, errors = ["table", "row", "column"], numbers[numbers["statistic"] == "std_error"]
    estimates = numbers.loc[numbers["statistic"] == "coefficient", [*keys, "value"]]
    stand_by = errors[[*keys, "_merge"]].merge(estimates, on=keys, validate="one_to_one")
    assert len(stand_by) == 384
    assert (stand_by.loc[stand_by["value"].notna(), "_merge"] == "both").all()


def test_the_printed_words_on_controls_are_those_of_our_models(printed_and_ours):
    """204 cells say YES or NO: which controls a model has. Compared here, since the back test is of numbers."""
    words = printed_and_ours[printed_and_ours["statistic"] == "text"]
    assert len(words) == 204 and (words["_merge"] == "both").all()
    assert (words["note"] == words["raw"]).all()
