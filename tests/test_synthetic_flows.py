"""The synthetic moves: true layouts, printed sample sizes, counts and planted coefficients, read with plain pandas."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from flow_samples import draw_sample, receiver_years, sender_years

from mobility.areas.codes import load_areas
from mobility.cli import main
from mobility.errors import MobilityError
from mobility.flows.delivery import read_flow_delivery
from mobility.flows.register import load_flow_source
from mobility.models import Covariance, fit_negbin
from mobility.synthetic import simulate
from mobility.synthetic.flows.means import DESTINATION, MOVE_YEARS, ORIGIN
from mobility.synthetic.flows.moves import ELSEWHERE, Counts, age_schedule, draw_year, split
from mobility.synthetic.flows.published import CONTROLS, TYPES, read_published, row_of
from mobility.synthetic.flows.statistics import YEARS
from mobility.synthetic.flows.truth import truth_table
from mobility.synthetic.flows.world import draw_world
from specs import design_of

ROOT = Path(__file__).parents[1]
SEED = 2022
SUCCESSORS = {"E06000058", "E06000059", "E07000244", "E07000245", "E07000246"}


def make(folder, seed=SEED):
    simulate(folder, root=ROOT, size="small", seed=seed, file_format="stata", source="ons_flows")
    return folder


CENSUS = (
    "census_2011_migration_nssec",
    "census_2011_migration_ethnic",
    "census_2011_ks611ew_nssec",
    "census_2011_ks201ew_ethnic",
)


@pytest.fixture(scope="module")
def delivery(tmp_path_factory):
    return make(tmp_path_factory.mktemp("flows") / "delivery")


@pytest.fixture(scope="module")
def world():
    return draw_world(ROOT, "small", SEED)


@pytest.fixture(scope="module")
def full():
    return draw_world(ROOT, "full", SEED)


@pytest.fixture(scope="module")
def moves(delivery):
    """Rows of each file of moves, by year and part."""
    found = {}
    for path in sorted((delivery / "moves").iterdir()):
        name = re.fullmatch(r"Detailed_Estimates_(\d{4})_Dataset_([12])(_2019_LA_boundaries)?\.csv", path.name)
        found[int(name[1]), int(name[2])] = pd.read_csv(path, dtype={"Moves": str})
        assert bool(name[3]) == (name[1] == "2018")
    return found


def table(delivery, name, skip=3, **options):
    return pd.read_csv(delivery / "statistics" / f"{name}.csv", skiprows=skip, **options)


# ---- layout


def test_files_of_a_delivery(delivery):
    wanted = {f"moves/Detailed_Estimates_{year}_Dataset_{part}.csv" for year in range(2014, 2018) for part in (1, 2)}
    wanted |= {f"moves/Detailed_Estimates_2018_Dataset_{part}_2019_LA_boundaries.csv" for part in (1, 2)}
    wanted |= {f"statistics/nomis_population_by_age_sex_{year}.csv" for year in range(2013, 2019)}
    for name in ("birth_summary_tables", "country_of_birth"):
        wanted |= {f"statistics/{name}_{year}.csv" for year in range(2013, 2018)}
    for name in (
        "unemployment_model_based",
        "gva_by_local_authority",
        "series_d7bt",
        "imd_2010_la_summary",
        "smi_2017",
        *CENSUS,
    ):
        wanted.add(f"statistics/{name}.csv")
    wanted |= {"statistics/hpssa_dataset12_mean_price.csv", "truth/moving_out.csv", "SYNTHETIC.md", "synthetic.yaml"}
    assert {str(path.relative_to(delivery)) for path in delivery.rglob("*") if path.is_file()} == wanted
    record = yaml.safe_load((delivery / "synthetic.yaml").read_text())
    assert record == {"size": "small", "seed": SEED, "format": "csv", "version": 1}
    notice = (delivery / "SYNTHETIC.md").read_text()
    assert notice.startswith("# Synthetic data") and "these were drawn" in notice


def test_moves_are_rows_of_an_age_and_sex_with_four_decimals(moves):
    for rows in moves.values():
        assert list(rows) == ["OutLA", "InLA", "Age", "Sex", "Moves"]
        assert rows["Moves"].str.fullmatch(r"\d+\.\d{4}").all()
        assert (rows["Moves"].astype(float) > 0).all()
        assert rows["Age"].between(0, 90).all() and set(rows["Sex"]) == {"M", "F"}
        assert rows["OutLA"].is_monotonic_increasing
        assert not rows.duplicated(["OutLA", "InLA", "Age", "Sex"]).any()
        assert (rows["OutLA"] != rows["InLA"]).all()


def test_parts_hold_halves_of_the_areas_of_origin(moves):
    for year in MOVE_YEARS:
        first, second = (moves[year, part]["OutLA"] for part in (1, 2))
        assert first.max() < second.min()
        assert abs(first.nunique() - second.nunique()) <= 1


def test_codes_of_moves_are_those_of_the_year_and_of_april_2019_in_the_last(moves):
    areas = load_areas(ROOT)
    for (year, _), rows in moves.items():
        codes = {*rows["OutLA"], *rows["InLA"]}
        vintage = areas.codes(2019 if year == 2018 else 2018)
        assert codes - set(ELSEWHERE) <= vintage
        assert bool(codes & SUCCESSORS) == (year == 2018)
        assert set(ELSEWHERE) & codes


def test_population_stands_on_boundaries_of_april_2019(delivery, world):
    rows = table(delivery, "nomis_population_by_age_sex_2016", skip=0)
    assert list(rows) == ["DATE", "GEOGRAPHY_CODE", "GEOGRAPHY_NAME", "GENDER_NAME", "C_AGE_NAME", "OBS_VALUE"]
    assert set(rows["GENDER_NAME"]) == {"Total", "Male", "Female"}
    ages = {"All Ages", *(f"Age {age}" for age in range(90)), "Aged 90+"}
    assert set(rows["C_AGE_NAME"]) == ages
    assert set(rows["GEOGRAPHY_CODE"]) <= load_areas(ROOT).codes(2019)
    assert set(rows["GEOGRAPHY_CODE"]) == set(world.authorities.codes_2019)
    wide = rows.pivot(index=["GEOGRAPHY_CODE", "C_AGE_NAME"], columns="GENDER_NAME", values="OBS_VALUE")
    assert (wide["Male"] + wide["Female"] == wide["Total"]).all()
    suffolk = wide.loc[("E07000245", "All Ages"), "Total"]
    parts = np.isin(world.authorities.code, ["E07000201", "E07000204"])
    assert suffolk == world.statistics.total[parts, YEARS.index(2016)].sum()


def test_statistics_with_notes_have_their_headings(delivery):
    births = table(delivery, "birth_summary_tables_2013")
    assert list(births) == ["Area code", "Area name", "Live births", "Total Fertility Rate (TFR)"]
    assert {"E92000001", "W92000004", "E12000007", "E10000003"} <= set(births["Area code"])
    lines = (delivery / "statistics/country_of_birth_2013.csv").read_text("utf-8-sig").splitlines()
    heading = "Area Code,Area Name,All,CI +/-,United Kingdom,CI +/-,Non-United Kingdom,CI +/-"
    assert lines[3] == heading and re.search(r'"\d+,\d{3}"', lines[4])
    gva = table(delivery, "gva_by_local_authority")
    assert list(gva) == ["Region", "LAD code", "LA name", *map(str, range(1997, 2018)), "2018 3"]
    prices = table(delivery, "hpssa_dataset12_mean_price")
    assert list(prices)[2:6] == [
        "Local authority code",
        "Local authority name",
        "Year ending Dec 1995",
        "Year ending Mar 1996",
    ]
    assert list(prices)[-1] == "Year ending Dec 2018"
    assert (prices["Year ending Dec 1995"] == ":").sum() == 2


def test_unemployment_lacks_two_areas_and_has_other_periods(delivery, world):
    rows = table(delivery, "unemployment_model_based", skip=0)
    columns = ["DATE_NAME", "GEOGRAPHY_CODE", "GEOGRAPHY_NAME", "ITEM_NAME", "MEASURES_NAME", "OBS_VALUE"]
    assert list(rows) == columns
    assert {"Jan 2013-Dec 2013", "Apr 2013-Mar 2014", "Jan 2018-Dec 2018"} <= set(rows["DATE_NAME"])
    rates = rows[(rows["ITEM_NAME"] == "Unemployment rate") & (rows["MEASURES_NAME"] == "Rate")]
    assert not rates.duplicated(["DATE_NAME", "GEOGRAPHY_CODE"]).any()
    assert set(world.authorities.code) - set(rows["GEOGRAPHY_CODE"]) == {"E09000001", "E06000053"}


def test_deprivation_has_the_codes_of_2011_and_the_index_its_ranks(delivery, full, world):
    scores = table(delivery, "imd_2010_la_summary", skip=0)
    assert list(scores) == ["LA CODE", "LA NAME", "Average Score", "Rank of Average Score"]
    assert "E06000048" in set(scores["LA CODE"]) and "E06000057" not in set(scores["LA CODE"])
    assert (~np.isnan(full.authorities.deprivation)).sum() == 326
    index = table(delivery, "smi_2017", skip=0)
    assert sorted(index["Overall rank"]) == list(range(1, len(index) + 1))
    assert index.sort_values("Overall rank")["Overall score"].is_monotonic_decreasing
    assert sorted(full.ranks[full.ranks > 0]) == list(range(1, 325))


def test_the_deflator_is_the_true_series(delivery):
    lines = (delivery / "statistics/series_d7bt.csv").read_text().splitlines()
    assert lines[:2] == ['"Title","CPI INDEX 00: ALL ITEMS 2015=100"', '"CDID","D7BT"']
    assert '"2013","98.5"' in lines and any(line.startswith('"2013 Q1"') for line in lines)
    assert any(line.startswith('"2013 JAN"') for line in lines)


def test_a_small_delivery_has_every_kind_of_area(world):
    areas = world.authorities
    assert 55 <= len(areas) <= 65
    assert set(areas.type) == set(range(8)) and set(areas.quintile) == set(range(6))
    assert areas.border.any() and areas.wales.any() and (areas.recoded_from != "").any()
    assert areas.abolished.sum() == 2 and len(set(areas.later[areas.abolished])) == 1
    assert world.suppressed.sum() == 4


# ---- samples and regressors


def test_printed_counts_emerge(full):
    """Tables 2 to 5 and 8 to 20, from the areas and from what is suppressed and ranked."""
    decoded = pd.read_csv(ROOT / "resources/areas/sample_counts_decoded.csv").set_index("table")["observations"]
    areas, senders, receivers = full.authorities, sender_years(full), receiver_years(full)
    others = receivers.sum(axis=0) - 1
    for number, name in enumerate(TYPES):
        assert (senders[areas.type == number] * others).sum() == decoded[f"T{8 + number}"], name
    scored = (areas.quintile > 0) & (areas.recoded_from == "")
    among = receivers[scored].sum(axis=0) - 1
    for quintile in range(1, 6):
        rows = (senders[scored & (areas.quintile == quintile)] * among).sum()
        assert rows == decoded[f"T{15 + quintile}"]
    last = (receivers[areas.indexed, -1]).sum() - 1
    ranks = full.ranks[senders[:, -1] & areas.indexed]
    hot, cold = ranks <= 65, ranks > 324 - 65
    found = [len(ranks), hot.sum(), (~hot & ~cold).sum(), cold.sum()]
    assert [count * last for count in found] == [decoded[f"T{number}"] for number in (2, 3, 4, 5)]


def test_printed_counts_do_not_depend_on_the_seed():
    senders = sender_years(draw_world(ROOT, "full", 7))
    assert senders.sum(axis=0)[:4].sum() == 4 * 332 - 19 and senders[:, 4].sum() == 332 - 3


def test_suppressed_districts_are_those_that_the_printed_counts_allow(full):
    areas, hidden = full.authorities, full.suppressed.any(axis=1)
    assert not areas.wales[hidden].any() and not areas.abolished[hidden].any()
    assert (areas.recoded_from[hidden] == "").all()
    assert (full.ranks[hidden] > 65).all()


def test_files_give_back_the_regressors(delivery, world):
    """What a reader computes from the files is what the moves were drawn with, of an area that still exists."""
    code, place = "E06000043", 1  # Brighton and Hove, 2014
    n, wanted = list(world.authorities.code).index(code), {}
    for name, values in world.statistics.regressors.items():
        wanted[name] = values[n, place]
    people = table(delivery, "nomis_population_by_age_sex_2014", skip=0)
    people = people[(people["GEOGRAPHY_CODE"] == code) & (people["GENDER_NAME"] == "Total")]
    ages = people[people["C_AGE_NAME"] != "All Ages"]["OBS_VALUE"].to_numpy()
    born = table(delivery, "country_of_birth_2014").set_index("Area Code").loc[code]
    rates = table(delivery, "unemployment_model_based", skip=0).query("ITEM_NAME == 'Unemployment rate'")
    rates = rates[rates["DATE_NAME"] == "Jan 2014-Dec 2014"].set_index("GEOGRAPHY_CODE")["OBS_VALUE"]
    gva = table(delivery, "gva_by_local_authority").set_index("LAD code").loc[code, "2014"]
    price = table(delivery, "hpssa_dataset12_mean_price").set_index("Local authority code")
    found = {
        "log_young_share": np.log(ages[15:30].sum() / ages.sum()),
        "dependency_ratio": ages[66:].sum() / ages[18:65].sum(),
        "non_uk_born": float(born["Non-United Kingdom"]) / float(born["All"]),
        "fertility": table(delivery, "birth_summary_tables_2014").set_index("Area code").iloc[:, -1][code],
        "unemployment": rates[code],
        "log_gva": np.log(gva * 1e6 / ages.sum() / (100.0 / 100)),
        "log_house_price": np.log(float(price.loc[code, "Year ending Dec 2014"])),
    }
    assert found.keys() == wanted.keys()
    for name, value in found.items():
        assert value == pytest.approx(wanted[name], rel=1e-12), name


def test_births_of_cornwall_and_scilly_stand_in_one_row(delivery, world):
    births = table(delivery, "birth_summary_tables_2014").set_index("Area code")
    place = list(world.authorities.code).index("E06000052")
    row = births.loc["E06000052, E06000053"]
    assert row.iloc[-1] == world.statistics.fertility[place, 1] == world.statistics.fertility[place + 1, 1]
    assert row["Live births"] == world.statistics.births[place : place + 2, 1].sum()
    assert not {"E06000052", "E06000053"} & set(births.index)


# ---- the census


def test_moves_of_the_census_are_those_of_the_first_year_split_over_groups(delivery, world):
    counts = draw_year(world, 2014)
    place = {code: n for n, code in enumerate(counts.codes)}
    rows = table(delivery, "census_2011_migration_ethnic", skip=0)
    assert list(rows) == ["ADDRESS_ONE_YEAR_AGO_CODE", "USUAL_RESIDENCE_CODE", "C_ETHPUK11_NAME", "OBS_VALUE"]
    wide = rows.pivot(index=list(rows)[:2], columns="C_ETHPUK11_NAME", values="OBS_VALUE").fillna(0)
    every = wide.pop("All categories: Ethnic group")
    assert (wide.sum(axis=1) == every).all()
    pair = "E06000001", "E06000007"
    assert every[pair] == counts.moves[place[pair[0]], place[pair[1]]]
    parts = [place["E06000052"], place["E06000053"]]
    assert every["E41000052", "E06000007"] == counts.moves[parts, place["E06000007"]].sum()
    assert {"E06000048", "E41000324", "S92000003"} <= set(rows["USUAL_RESIDENCE_CODE"])
    assert not {"E06000052", "E06000053", "E09000001", "E09000033", "E06000057"} & set(rows["USUAL_RESIDENCE_CODE"])
    assert every["E06000001", "E06000001"] > 0  # moved within
    adults = table(delivery, "census_2011_migration_nssec", skip=0)
    adults = adults[adults["C_NSSEC_NAME"] == "All categories: NS-SeC"]["OBS_VALUE"].sum()
    assert adults / every.sum() == pytest.approx(0.8, abs=0.01)


def test_people_of_the_census_add_up_and_students_move_most(delivery, world):
    people = table(delivery, "census_2011_ks611ew_nssec", skip=0).query("MEASURES_NAME == 'Value'")
    wide = people.pivot(index="GEOGRAPHY_CODE", columns="CELL_NAME", values="OBS_VALUE").astype(float)
    every = wide.pop("All categories: NS-SeC")
    assert (wide.sum(axis=1) == every).all() and len(wide) == len(world.authorities)
    ages = world.statistics.by_age[:, YEARS.index(2014), 16:75].sum()
    assert every.sum() == pytest.approx(ages, rel=1e-4)
    moves = table(delivery, "census_2011_migration_nssec", skip=0).groupby("C_NSSEC_NAME")["OBS_VALUE"].sum()
    students = moves["15. Full-time students"] / wide["L15 Full-time students"].sum()
    routine = moves["13. Routine occupations"] / wide["7. Routine occupations"].sum()
    assert 2.5 < students / routine < 5  # 2.5 / 0.7, and the authorities with most students move most


def test_the_tables_of_the_census_are_read_by_their_register(delivery):
    source, names = load_flow_source(ROOT), [f"census_{kind}_{by}" for kind in ("moves", "people") for by in BY]
    read = read_flow_delivery(delivery, source, (2014,), load_areas(ROOT), ["births", *names])
    panel = read.panel
    assert set(panel.loc[panel["measure"] == "census_moves_nssec", "group"]) == {*BY["nssec"]}
    assert set(panel.loc[panel["measure"] == "census_people_ethnicity", "group"]) == {*BY["ethnicity"]}
    fertility = panel[panel["measure"] == "fertility"]
    assert {"E06000052", "E06000053"} <= set(fertility["origin"])
    assert not read.notes


BY = {"nssec": ("higher", "intermediate", "lower", "unemployed", "students"), "ethnicity": ("white", "non_white")}


def test_suppressed_cells_are_c(delivery, world):
    for year in range(2013, 2018):
        rows = table(delivery, f"country_of_birth_{year}").set_index("Area Code")["Non-United Kingdom"]
        hidden = world.authorities.code[world.suppressed[:, year - 2013]]
        assert set(rows.index[rows == "c"]) == set(hidden)


# ---- moves


@pytest.mark.parametrize("year", [2014, 2018])
def test_rows_of_a_pair_sum_to_its_count_when_rounded(moves, world, year):
    counts = draw_year(world, year)
    rows = pd.concat([moves[year, 1], moves[year, 2]])
    sums = rows.assign(Moves=rows["Moves"].astype(float)).groupby(["OutLA", "InLA"])["Moves"].sum()
    assert not np.allclose(sums, sums.round())
    places = [np.searchsorted(counts.codes.astype(str), sums.index.get_level_values(end)) for end in (0, 1)]
    found = np.zeros_like(counts.moves)
    found[tuple(places)] = np.floor(sums + 0.5)
    assert (found == counts.moves).all()


def test_moves_of_the_last_year_are_sums_over_the_parts_of_an_area(full):
    means = full.plan.means(2018)
    areas = full.authorities
    summed = areas.sum_2019(areas.sum_2019(means).T).T
    place = {code: n for n, code in enumerate(areas.code)}
    later = list(areas.codes_2019)
    parts = [place["E07000201"], place["E07000204"]]
    one = summed[later.index("E07000245"), later.index("E06000001")]
    assert one == pytest.approx(means[parts, place["E06000001"]].sum())
    assert len(draw_year(full, 2018).codes) == 339 + 2 and len(draw_year(full, 2017).codes) == 348 + 2


def test_about_as_many_people_move_as_in_truth(full):
    totals = [full.plan.means(year).sum() for year in MOVE_YEARS]
    assert np.mean(totals) == pytest.approx(2.9e6)
    assert max(totals) < 3.5e6 and min(totals) > 2.3e6
    share = full.plan.means(2016).sum(axis=1) / full.statistics.total[:, YEARS.index(2016)]
    assert share.max() < 0.5


def test_the_city_of_london_sends_and_receives_few_though_its_output_is_enormous(full):
    city = list(full.authorities.code).index("E09000001")
    means = full.plan.means(2016)
    assert 100 < means[city].sum() < 5000 and 100 < means[:, city].sum() < 5000
    head = full.statistics.gva * 1e6 / full.statistics.total
    assert head[city].min() > 1e6
    assert head[full.authorities.type == 4].mean() == pytest.approx(726_621, rel=0.5)


def test_most_movers_are_young_adults():
    schedule = age_schedule()
    assert 19 <= schedule.argmax() <= 29
    counts = Counts(2014, np.array(["a", "b"], dtype=object), np.array([[0, 100_000], [0, 0]]))
    shares = np.tile(np.repeat(schedule, 2) / (2 * schedule.sum()), (2, 1))
    rows = split(counts, shares, range(2), np.random.default_rng(1))
    assert set(rows.origin) == {0} and set(rows.destination) == {1}
    whole = np.bincount(rows.age, weights=rows.moves, minlength=91) / 1e4
    np.testing.assert_allclose(whole, 100_000 * schedule / schedule.sum(), atol=5 * np.sqrt(100_000 * 0.05))


def test_a_year_without_moves_has_no_rows():
    counts = Counts(2014, np.array(["a", "b"], dtype=object), np.zeros((2, 2), dtype=int))
    assert len(split(counts, np.full((2, 182), 1 / 182), range(2), np.random.default_rng(1)).moves) == 0


# ---- planted truth


def test_truth_holds_what_is_printed(delivery):
    truth = pd.read_csv(delivery / "truth/moving_out.csv")
    assert list(truth) == ["table", "row", "column", "statistic", "value", "note"]
    assert truth.drop(columns="value").equals(truth_table(read_published(ROOT)).drop(columns="value"))
    keyed = truth.set_index(["table", "row", "column"])["value"]
    assert keyed["table_12", "receiving_urban_settlements", "model_4"] == pytest.approx(
        float(printed(12).loc["receiving_urban_settlements"])
    )
    assert keyed["controls", "gva_per_capita_receiving_area", "table_9"] == 0.376  # read off the report's Table 2
    assert keyed["controls", "ln_alpha", "table_15"] == pytest.approx(np.log(0.5))
    assert len(truth) == 8 * 7 + 13 * 8


def printed(number):
    rows = pd.read_csv(ROOT / f"studies/moving_out/published/table_{number}.csv")
    return rows[(rows["column"] == "model_4") & (rows["statistic"] == "coefficient")].set_index("row")["value"]


def test_planted_coefficients_are_recovered():
    frame = draw_sample(ROOT, 1, "London Cosmopolitan")
    assert len(frame) == 18_821  # read off the report's Table 12
    truth = truth_table(read_published(ROOT)).set_index(["table", "column", "row"])["value"].sort_index()
    controls = truth.loc[("controls", "table_12")].rename(index={row: name for name, row in CONTROLS.items()})
    types = pd.Series({name: truth["table_12", "model_4", f"receiving_{row_of(name)}"] for name in TYPES[1:]})
    years = [str(year) for year in MOVE_YEARS]
    terms = [{"id": name, "kind": "continuous"} for name in ("log_distance", *ORIGIN, *DESTINATION)]
    terms += [{"id": name, "kind": "indicator"} for name in ("share_border", "destination_wales")]
    terms.append({"id": "destination_type", "kind": "factor", "levels": list(TYPES), "reference": TYPES[0]})
    terms.append({"id": "year", "kind": "factor", "levels": years, "reference": years[0]})
    design = design_of(frame.assign(year=frame["year"].astype(str)), terms)
    found = fit_negbin(frame["moves"], design, Covariance("robust"), np.log(frame["population"]))
    wanted = pd.concat([controls, types]).reindex(found.names)
    z = ((pd.Series(found.params, found.names) - wanted) / pd.Series(found.std_errors, found.names)).dropna()
    assert len(z) == 12 + 7
    assert z.abs().max() < 4
    assert abs(found.ln_alpha - controls["ln_alpha"]) < 4 * found.std_error_ln_alpha


def test_samples_are_redrawn_over_the_same_areas():
    first, again, other = (draw_sample(ROOT, seed, "Urban Settlements") for seed in (1, 1, 2))
    assert first.equals(again)
    assert first.drop(columns="moves").equals(other.drop(columns="moves"))
    assert not first["moves"].equals(other["moves"])
    assert (first["origin"] != first["destination"]).all() and first.notna().all(axis=None)
    with pytest.raises(MobilityError, match="London Cosmopolitan"):
        draw_sample(ROOT, 1, "London Cosmopolitain")


# ---- the folder


def test_same_seed_gives_the_same_bytes_and_another_seed_other_data(tmp_path, delivery):
    def contents(folder):
        return {path.relative_to(folder): path.read_bytes() for path in sorted(folder.rglob("*.csv"))}

    assert contents(make(tmp_path / "again")) == contents(delivery)
    other = contents(make(tmp_path / "other", seed=7))
    same = {str(name) for name, text in contents(delivery).items() if other[name] == text}
    assert same == {"statistics/imd_2010_la_summary.csv", "statistics/series_d7bt.csv", "truth/moving_out.csv"}


def test_replaces_its_own_and_leaves_everything_else_alone(tmp_path):
    folder = make(tmp_path / "delivery", seed=1)
    (folder / "synthetic.yaml").unlink()  # as a workflow does before it runs again
    make(folder, seed=2)
    assert yaml.safe_load((folder / "synthetic.yaml").read_text())["seed"] == 2
    with pytest.raises(MobilityError, match="holds moves, statistics beside"):
        simulate(folder, root=ROOT, size="small", seed=1, file_format="stata")
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(MobilityError, match=r"notes\.txt"):
        make(folder)
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "moves").write_text("mine")
    with pytest.raises(MobilityError, match=r"no synthetic\.yaml of ours"):
        make(foreign)


def test_an_interruption_leaves_the_earlier_delivery(tmp_path, monkeypatch):
    folder = make(tmp_path / "delivery", seed=1)
    monkeypatch.setattr("mobility.synthetic.flows.delivery.truth_table", lambda published: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        make(folder, seed=2)
    assert yaml.safe_load((folder / "synthetic.yaml").read_text())["seed"] == 1
    assert [path.name for path in tmp_path.iterdir()] == ["delivery"]


@pytest.mark.parametrize(
    ("size", "source", "message"),
    [("medium", "ons_flows", "Allowed: full, small"), ("small", "ons_ls", "Allowed: ukhls, ons_flows")],
)
def test_unknown_settings_name_what_is_allowed(tmp_path, size, source, message):
    with pytest.raises(MobilityError, match=message):
        simulate(tmp_path / "delivery", root=ROOT, size=size, seed=1, file_format="stata", source=source)
    assert not list(tmp_path.iterdir())


def test_the_command_writes_either_source(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    assert main(["simulate", str(tmp_path / "flows"), "--source", "ons_flows", "--size", "small"]) == 0
    assert "set sources.ons_flows" in capsys.readouterr().out
    assert (tmp_path / "flows" / "truth" / "moving_out.csv").is_file()


def test_an_absent_published_number_is_named(tmp_path):
    folder = tmp_path / "studies/moving_out/published"
    folder.mkdir(parents=True)
    with pytest.raises(MobilityError, match=r"table_8\.csv: no such file"):
        read_published(tmp_path)
    for number in range(8, 16):
        text = (ROOT / f"studies/moving_out/published/table_{number}.csv").read_text()
        (folder / f"table_{number}.csv").write_text(text.replace("receiving_urban_settlements", "other"))
    with pytest.raises(MobilityError, match=r"table_8\.csv, receiving_urban_settlements model_4 coefficient"):
        read_published(tmp_path)
