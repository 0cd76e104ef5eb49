"""Files of the synthetic moves: true layouts, the census and the folder, read with plain pandas."""

import re

import numpy as np
import pandas as pd
import pytest
import yaml

from mobility.areas.codes import load_areas
from mobility.cli import main
from mobility.errors import MobilityError
from mobility.flows.delivery import read_flow_delivery
from mobility.flows.register import load_flow_source
from mobility.synthetic import simulate
from mobility.synthetic.flows.means import MOVE_YEARS
from mobility.synthetic.flows.moves import ELSEWHERE, draw_year
from mobility.synthetic.flows.published import read_published
from mobility.synthetic.flows.statistics import YEARS
from paths import ROOT
from read_synthetic import SEED, make_moves

SUCCESSORS = {"E06000058", "E06000059", "E07000244", "E07000245", "E07000246"}
CENSUS = (
    "census_2011_migration_nssec",
    "census_2011_migration_ethnic",
    "census_2011_ks611ew_nssec",
    "census_2011_ks201ew_ethnic",
)


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
    assert len(record.pop("files_sha256")) == 64
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


# ---- the folder


def test_same_seed_gives_the_same_bytes_and_another_seed_other_data(tmp_path, delivery):
    def contents(folder):
        return {path.relative_to(folder): path.read_bytes() for path in sorted(folder.rglob("*.csv"))}

    assert contents(make_moves(tmp_path / "again")) == contents(delivery)
    other = contents(make_moves(tmp_path / "other", seed=7))
    same = {str(name) for name, text in contents(delivery).items() if other[name] == text}
    assert same == {"statistics/imd_2010_la_summary.csv", "statistics/series_d7bt.csv", "truth/moving_out.csv"}


def test_replaces_its_own_and_leaves_everything_else_alone(tmp_path):
    folder = make_moves(tmp_path / "delivery", seed=1)
    (folder / "synthetic.yaml").unlink()  # as a workflow does before it runs again
    make_moves(folder, seed=2)
    assert yaml.safe_load((folder / "synthetic.yaml").read_text())["seed"] == 2
    with pytest.raises(MobilityError, match="holds moves, statistics beside"):
        simulate(folder, root=ROOT, size="small", seed=1, file_format="stata")
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(MobilityError, match=r"notes\.txt"):
        make_moves(folder)
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "moves").write_text("mine")
    with pytest.raises(MobilityError, match=r"no synthetic\.yaml of ours"):
        make_moves(foreign)


def test_an_interruption_leaves_the_earlier_delivery(tmp_path, monkeypatch):
    folder = make_moves(tmp_path / "delivery", seed=1)
    monkeypatch.setattr("mobility.synthetic.flows.delivery.truth_table", lambda published: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        make_moves(folder, seed=2)
    assert yaml.safe_load((folder / "synthetic.yaml").read_text())["seed"] == 1
    assert [path.name for path in tmp_path.iterdir()] == ["delivery"]


@pytest.mark.parametrize(
    ("size", "source", "message"),
    [
        ("medium", "ons_flows", "allowed: full, small"),
        (
            "small",
            "ons_lx",
            "no synthetic delivery; nearest: ons_ls",
        ),
    ],
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
