"""Deliveries of moves and statistics in the layouts of their publishers, a few areas each, values by hand."""

import runpy
from types import SimpleNamespace

import pandas as pd
import pytest
import yaml

from mobility.classify.areas import load_areas
from mobility.cli import main
from mobility.errors import DeliveryError, SpecError
from mobility.flows.check import check_flows, spans
from mobility.flows.delivery import examine_flows, read_flow_delivery
from mobility.flows.provenance import delivery_provenance
from mobility.flows.register import load_flow_source, years_of
from mobility.intake.losses import breaks, panel_chain
from mobility.storage import read_parquet

YEARS = (2017, 2018)
# Hartlepool, Taunton Deane (West Somerset and it became Somerset West and Taunton in 2019), Isle of Anglesey.
HARTLEPOOL, TAUNTON, SOMERSET_WEST, ANGLESEY = "E06000001", "E07000190", "E07000246", "W06000001"
HEAD = "OutLA,InLA,Age,Sex,Moves"
MOVES = {
    "Detailed_Estimates_2017_Dataset_1.csv": [
        f"{HARTLEPOOL},{TAUNTON},0,M,1.25",
        f"{HARTLEPOOL},{TAUNTON},4,M,0.5",
        f"{HARTLEPOOL},{TAUNTON},5,M,2.0001",
        f"{HARTLEPOOL},S92000003,30,F,0.125",
        f"{HARTLEPOOL},{HARTLEPOOL},30,F,7",
    ],
    "Detailed_Estimates_2017_Dataset_2.csv": [
        f"{ANGLESEY},{HARTLEPOOL},90,F,1.5",
        f"{ANGLESEY},{HARTLEPOOL},104,F,0.25",
        f"{TAUNTON},{ANGLESEY},89,F,3",
    ],
    "Detailed_Estimates_2018_Dataset_1_2019_LA_boundaries.csv": [f"{HARTLEPOOL},{SOMERSET_WEST},20,F,1"],
    "Detailed_Estimates_2018_Dataset_2_2019_LA_boundaries.csv": [f"{SOMERSET_WEST},{HARTLEPOOL},20,M,2"],
}
BIRTHS = """Births and fertility rates,,,
Table 1,,,

Area code,Area name,Live births,Total Fertility Rate (TFR)
K04000001,ENGLAND AND WALES,"696,271",1.81
E12000001,NORTH EAST,"28,574",1.77
E10000027,Somerset,"5,500",1.9
E06000001,Hartlepool,"1,073",1.91
E07000190,Taunton Deane,"1,254",1.97
W06000001,Isle of Anglesey,700,:
,,,
Source: Office for National Statistics,,,
"""
BORN = """"Population by country of birth, thousands",,,,,,,
Area Code,Area Name,All,CI +/-,United Kingdom,CI +/-,Non-United Kingdom,CI +/-
K02000001,United Kingdom,"64,700",10,"55,500",10,"9,200",10
S12000033,Aberdeen City,228,3,180,3,48,3
E06000001,Hartlepool,92,3,90,3,2,1
E07000190,Taunton Deane,"1,110",3,832.5,3,277.5,1
W06000001,Isle of Anglesey,69,3,66,3,c,c
"""
RATE = "GEOGRAPHY_NAME,Unemployment rate,Rate"
UNEMPLOYMENT = f"""DATE_NAME,GEOGRAPHY_CODE,GEOGRAPHY_NAME,ITEM_NAME,MEASURES_NAME,OBS_VALUE
Jan 2016-Dec 2016,{HARTLEPOOL},Hartlepool,Unemployment rate,Rate,8.1
Jan 2016-Dec 2016,{HARTLEPOOL},Hartlepool,Unemployment rate,Confidence,1.4
Apr 2016-Mar 2017,{HARTLEPOOL},Hartlepool,Unemployment rate,Rate,7.9
Jan 2017-Dec 2017,{HARTLEPOOL},Hartlepool,Unemployment rate,Rate,7.5
Jan 2017-Dec 2017,{HARTLEPOOL},Hartlepool,Unemployment count,Rate,3300
Jan 2017-Dec 2017,{TAUNTON},Taunton Deane,Unemployment rate,Rate,3.2
"""
GVA = """GVA by local authority,,,,,
Region,LAD code,LA name,1997,2016,2017,2018 3
South West,E07000190,Taunton Deane,"1,000","2,500.5",2600,2700
North East,E06000001,Hartlepool,900,1500,1550,1600
Scotland,S12000033,Aberdeen City,900,1500,1550,1600
"""
CPI = """"Title","CPI INDEX 00: ALL ITEMS 2015=100"
"CDID","D7BT"
"Important notes",""
"2015","100.0"
"2016","100.7"
"2017","103.4"
"2016 Q1","99.8"
"2016 JAN","99.5"
"""
HOUSES = """Table 2a,,,,,,
Region/Country code,Region/Country name,Local authority code,Local authority name,\
Year ending Dec 2016,Year ending Mar 2017,Year ending Dec 2017
E12000001,North East,E06000001,Hartlepool,"126,000","127,000","128,500"
E12000009,South West,E06000053,Isles of Scilly,:,:,:
"""
IMD = "LA CODE,LA NAME,Average Score,Rank of Average Score\nE06000001,Hartlepool,33.4,24\nE41UC,,,\n"
SMI = "Local authority code,Local authority name,Overall score,Overall rank\nE06000001,Hartlepool,10.2,284\n"


def population(year, areas=(HARTLEPOOL, SOMERSET_WEST, ANGLESEY)):
    """Men of an age: the age and one more; women: 100; both sexes and all ages beside them."""
    ages = [*(f"Age {age}" for age in range(90)), "Aged 90+"]
    rows = [
        f"{year},{code},a name,{sex},{label},{100 if sex == 'Female' else age + 1}"
        for code in areas
        for sex in ("Male", "Female", "Total")
        for age, label in enumerate(["All Ages", *ages], start=-1)
    ]
    return "\n".join(["DATE,GEOGRAPHY_CODE,GEOGRAPHY_NAME,GENDER_NAME,C_AGE_NAME,OBS_VALUE", *rows]) + "\n"


@pytest.fixture
def folder(tmp_path):
    """A whole delivery for moves of 2017 and 2018."""
    place = tmp_path / "delivery"
    files = {name: "\n".join([HEAD, *rows]) + "\n" for name, rows in MOVES.items()}
    files |= {f"nomis_population_by_age_sex_{year}.csv": population(year) for year in (2016, 2017, 2018)}
    files |= {f"birth_summary_tables_{year}.csv": BIRTHS for year in (2016, 2017)}
    files |= {f"country_of_birth_{year}.csv": BORN for year in (2016, 2017)}
    files |= {"unemployment_model_based.csv": UNEMPLOYMENT, "gva_by_local_authority.csv": GVA}
    files |= {"series_d7bt.csv": CPI, "hpssa_dataset12_mean_price.csv": HOUSES}
    files |= {"imd_2010_la_summary.csv": IMD, "smi_2017.csv": SMI}
    (place / "statistics").mkdir(parents=True)
    for name, text in files.items():
        path = place / ("" if name.startswith("Detailed") else "statistics") / name
        path.write_text(text, encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def source(root):
    return load_flow_source(root)


@pytest.fixture
def read(source, root):
    """Read a delivery; by default every file but those of the census must be there."""

    split = {statistic.file for statistic in source.statistics.values() if statistic.groups}
    every = tuple(name for name in source.read if name not in split)

    def delivery(folder, years=YEARS, required=every, optional=()):
        return read_flow_delivery(folder, source, years, load_areas(root), required, optional)

    return delivery


def message_of(read, folder, **options):
    with pytest.raises(DeliveryError) as caught:
        read(folder, **options)
    return str(caught.value)


def change(folder, name, old, new):
    """Replace text in a file of the delivery."""
    path = next(folder.rglob(name))
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def values(panel, measure, *keys):
    rows = panel[panel["measure"] == measure]
    return {tuple(row[:-1]): row[-1] for row in rows[[*keys, "value"]].itertuples(index=False)}


# What is read


def test_moves_are_summed_to_bands_of_five_years(read, folder):
    panel = read(folder).panel
    found = values(panel, "moves", "year", "origin", "destination", "sex", "age")
    assert found == {
        (2017, HARTLEPOOL, TAUNTON, "male", 0): 1.75,  # 1.25 + 0.5
        (2017, HARTLEPOOL, TAUNTON, "male", 5): 2.0001,
        (2017, HARTLEPOOL, "S92000003", "female", 30): 0.125,
        (2017, ANGLESEY, HARTLEPOOL, "female", 90): 1.75,  # 1.5 + 0.25
        (2017, TAUNTON, ANGLESEY, "female", 85): 3,
        (2018, HARTLEPOOL, SOMERSET_WEST, "female", 20): 1,
        (2018, SOMERSET_WEST, HARTLEPOOL, "male", 20): 2,
    }


def test_the_frame_is_that_of_the_contract(read, folder):
    panel = read(folder).panel
    assert list(panel) == ["measure", "year", "origin", "destination", "group", "sex", "age", "value"]
    kinds = {name: str(kind) for name, kind in panel.dtypes.items()}
    assert (kinds["year"], kinds["age"], kinds["value"]) == ("int16", "Int16", "float64")
    assert {kinds[name] for name in ("measure", "origin", "destination", "group", "sex")} == {"category"}
    assert panel["group"].isna().all()
    keys = ["measure", "year", "origin", "destination", "group", "sex", "age"]
    pd.testing.assert_frame_equal(panel, panel.sort_values(keys, kind="stable", ignore_index=True))
    statistics = panel[panel["measure"] != "moves"]
    assert statistics["destination"].isna().all()
    assert statistics[statistics["measure"] != "population"][["sex", "age"]].isna().all().all()
    assert not panel["value"].isna().any()


def test_population_by_sex_and_single_year_of_age(read, folder):
    found = values(read(folder).panel, "population", "year", "origin", "sex", "age")
    assert len(found) == 3 * 3 * 2 * 91
    assert found[2016, SOMERSET_WEST, "male", 0] == 1
    assert found[2018, ANGLESEY, "male", 90] == 91
    assert found[2018, ANGLESEY, "female", 45] == 100


def test_statistics_of_areas(read, folder):
    panel = read(folder).panel
    assert values(panel, "fertility", "year", "origin") == {
        (year, area): rate for year in (2016, 2017) for area, rate in ((HARTLEPOOL, 1.91), (TAUNTON, 1.97))
    }
    born = values(panel, "non_uk_born", "year", "origin")
    assert born[2016, TAUNTON] == 0.25  # 277.5 of 1,110
    assert born[2017, HARTLEPOOL] == pytest.approx(2 / 92)
    assert len(born) == 4
    residents = values(panel, "residents", "year", "origin")  # the whole of that share, thousands
    assert (residents[2016, TAUNTON], residents[2017, ANGLESEY], len(residents)) == (1110, 69, 6)
    assert values(panel, "unemployment", "year", "origin") == {
        (2016, HARTLEPOOL): 8.1,
        (2017, HARTLEPOOL): 7.5,
        (2017, TAUNTON): 3.2,
    }
    gva = values(panel, "gva", "year", "origin")
    assert (gva[2016, TAUNTON], gva[2018, HARTLEPOOL], len(gva)) == (2500.5, 1600, 6)
    deflator = panel[panel["measure"] == "deflator"]
    assert deflator["year"].tolist() == [2015, 2016, 2017]  # 2015 is none that the moves need: it is of Table 6
    assert deflator["value"].tolist() == [100.0, 100.7, 103.4]
    assert deflator["origin"].isna().all()
    houses = values(panel, "house_price", "year", "origin")
    assert houses == {(2016, HARTLEPOOL): 126_000, (2017, HARTLEPOOL): 128_500}
    assert values(panel, "imd_score", "year", "origin") == {(2010, HARTLEPOOL): 33.4}
    assert values(panel, "mobility_rank", "year", "origin") == {(2017, HARTLEPOOL): 284}


def test_the_report_has_a_row_a_file_and_year(read, folder):
    report = read(folder).report.query("measure != 'residents'").set_index(["file", "year"])
    moves = report.loc[("detailed_estimates", 2017)]
    assert (moves["vintage"], moves["rows"], moves["areas"]) == ("2017", 8, 3)
    assert report.loc[("detailed_estimates", 2018), "vintage"] == "2019"
    assert report.loc[("country_of_birth", 2016), ["rows", "areas", "suppressed"]].tolist() == [2, 2, 1]
    assert report.loc[("house_prices", 2016), ["areas", "suppressed"]].tolist() == [1, 1]
    assert report.loc[("population_by_age_sex", 2016), ["rows", "areas", "vintage"]].tolist() == [546, 3, "2019-2022"]
    assert report.loc[("deflator", 2017), ["rows", "areas", "vintage"]].tolist() == [1, 0, ""]


def test_losses_add_up(read, folder):
    losses = read(folder).losses
    assert breaks(losses) == []
    dropped = losses.set_index(["step", "reason"])["rows_dropped"]
    assert dropped["read 2017", "within one area (i = j)"] == 1
    assert dropped["read births 2016", "whole counties, regions and countries, and other countries"] == 3
    assert dropped["read births 2016", "suppressed by the publisher"] == 1
    assert dropped["read country_of_birth 2017", "whole counties, regions and countries, and other countries"] == 2
    assert dropped["read unemployment", "another item"].tolist() == [1, 1]  # a level, a confidence interval
    summed = losses[(losses["step"] == "read 2017") & (losses["reason"] == "summed to pairs by sex and age band")]
    assert summed[["rows_dropped", "unit"]].to_numpy().tolist() == [[0, "pairs by sex and age band"]]


def test_the_chain_of_the_panel_leads_from_every_row_read_to_its_rows(read, folder):
    """Files and years that are read side by side: one chain, whose ends are counted independently of it."""
    delivery = read(folder)
    chain = panel_chain(delivery.losses)
    assert chain[0]["rows_in"] == delivery.losses.loc[delivery.losses["reason"] == "rows read", "rows_in"].sum()
    assert chain[-1]["rows_out"] == len(delivery.panel)
    assert breaks(pd.DataFrame(chain)) == []


def test_a_file_of_another_encoding_and_a_mark_of_utf_8(read, folder):
    path = next(folder.rglob("birth_summary_tables_2016.csv"))
    path.write_bytes(BIRTHS.replace("Isle of Anglesey", "Ynys Môn").encode("cp1252"))
    path = next(folder.rglob("gva*.csv"))
    path.write_bytes(b"\xef\xbb\xbf" + GVA.split("\n", 1)[1].encode())
    panel = read(folder).panel
    assert values(panel, "fertility", "year", "origin")[2016, HARTLEPOOL] == 1.91
    assert values(panel, "gva", "year", "origin")[2016, HARTLEPOOL] == 1500


def test_only_what_is_asked_for_is_read(read, folder):
    delivery = read(folder, years=(2017,), required=("births",))
    assert set(delivery.panel["measure"]) == {"moves", "fertility"}
    assert set(values(delivery.panel, "fertility", "year")) == {(2016,), (2017,)}
    assert len(delivery.paths) == 4


def test_provenance(read, folder, source):
    record = delivery_provenance(read(folder), source)
    assert (record["source"], record["wave_word"], record["waves"]) == ("ons_flows", "year", [2017, 2018])
    assert record["synthetic"] is False
    assert {"file", "sha256"} == set(record["files"][0])
    assert len(record["files"]) == 4 + 3 + 2 + 2 + 6
    (folder / "synthetic.yaml").write_text("seed: 1\n")
    assert delivery_provenance(read(folder), source)["synthetic"] is True


# What is wrong


def test_years_that_an_invented_delivery_was_not_drawn_for(read, folder):
    (folder / "synthetic.yaml").write_text("seed: 1\n")
    message = message_of(read, folder, years=(2012, 2017))
    assert "1 problem" in message
    assert (
        "waves.ons_flows: the invented delivery has moves of 2017, 2018 only. Write `ons_flows: 2017-2018`" in message
    )


def test_absent_files_are_problems_or_notes(read, folder):
    for name in ("gva*.csv", "smi*.csv", "birth*2016.csv", "*2018_Dataset_2*.csv"):
        next(folder.rglob(name)).unlink()
    message = message_of(read, folder)
    assert "4 problems in" in message
    assert "detailed_estimates of 2018: parts [1], not 1 to 2" in message
    assert f"gva: no file below {folder}. Unpack it there; lost without it: Model 4" in message
    assert "births: nothing of 2016 (years found: 2017). Unpack it there; lost without it: Models 3 and 4" in message
    assert f"mobility check {folder} --source ons_flows" in message
    optional = ("gva", "births")
    notes = read(folder, years=(2017,), required=("population_by_age_sex",), optional=optional).notes
    assert notes[0] == "births: nothing of 2016 (years found: 2017). Lost without it: Models 3 and 4"
    assert notes[1].startswith("gva: no file below")


def test_a_year_that_a_file_lacks(read, folder):
    change(folder, "gva*.csv", "2016", "2014")
    change(folder, "unemployment*.csv", "Dec 2016", "Nov 2016")
    message = message_of(read, folder)
    assert "gva: nothing of 2016 (years found: 2014, 2017, 2018)" in message
    assert "unemployment: nothing of 2016 (years found: 2017)" in message


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        (
            "birth*2016*",
            "Total Fertility Rate (TFR)",
            "Total Fertility",
            "no column Total Fertility Rate (TFR); nearest",
        ),
        ("birth*2016*", "Area code", "Code of area", "no column Area code; n"),
        ("birth*2016*", "1.91", "1.9l", "2 cells that are no number"),
        ("birth*2016*", ",1.91", ",", "no mark of a suppressed value (`:`, `z`, `u`): row "),
        ("birth*2016*", "W06000001", HARTLEPOOL, "more than one row of an area: row "),
        ("birth*2016*", "W06000001", "W06000099", "; of the first, nearest: W060000"),
        ("birth*2016*", "W06000001", "Anglesey", "of the first, a code is a letter and eight digits"),
        ("country*2016*", "277.5", "2775", "shares outside 0 to 1: row "),
        ("unemployment*", "Unemployment rate", "Rate of unemployment", "ITEM_NAME: no row of `Unemployment rate`"),
        ("unemployment*", ",8.1", ",x8", "OBS_VALUE: 1 cells that are no number and no mark"),
        ("gva*", '"2,500.5"', '"2,50.5"', "values: 1 cells that are no number: row "),
        ("nomis*2016*", "2016,", "2015,", "rows of 2015 in a file of 2016. Mend its name"),
        ("nomis*2016*", "Male", "Males", "GENDER_NAME: unknown word for sex: rows "),
        ("nomis*2016*", "Age 7,", "seven,", "C_AGE_NAME: unknown word for age: row"),
        ("series*", '"2016","100.7"', '"2016","1OO.7"', "2: 1 cells that are no number: row "),
    ],
)
def test_what_is_wrong_in_a_file_is_said(read, folder, name, old, new, message):
    change(folder, name, old, new)
    if message.startswith("2 cells"):
        change(folder, name, "1.97", "n/a")
    assert message in message_of(read, folder)


def test_a_download_that_was_cut_off(read, folder):
    path = next(folder.rglob("nomis*2017*"))
    path.write_text("\n".join(path.read_text().splitlines()[:-100]) + "\n")
    message = message_of(read, folder)
    assert "nomis_population_by_age_sex_2017.csv: ages or sexes are missing in W06000001 (174 of 182)" in message


def test_empty_files_and_workbooks(read, folder):
    next(folder.rglob("smi*")).write_text("")
    path = next(folder.rglob("imd*"))
    path.write_text(IMD.splitlines()[0] + "\n")
    message = message_of(read, folder)
    assert "smi_2017.csv: cannot be read (it is empty)" in message
    assert "imd_2010_la_summary.csv: cannot be read (it has no rows)" in message
    assert "2 problems" in message


def test_a_file_given_twice(read, folder):
    (folder / "nomis_population_2016_again.csv").write_text(population(2016))
    (folder / "gva_2.csv").write_text(GVA)
    message = message_of(read, folder)
    assert "population_by_age_sex of 2016: 2 files: " in message
    assert "gva: 2 files: " in message
    assert "Keep one of them" in message


def test_codes_that_are_not_of_the_registered_vintage(read, folder):
    change(folder, "*2017_Dataset_2.csv", TAUNTON, SOMERSET_WEST)
    message = message_of(read, folder)
    assert "detailed_estimates of 2017: codes that are not of 2017: E07000246; no vintage has all codes" in message
    change(folder, "*2017_Dataset_1.csv", TAUNTON, SOMERSET_WEST)
    assert "E07000246; together they are those of 2019 to 2022. Mend the boundary vintage" in message_of(read, folder)


def test_unknown_codes_of_moves(read, folder):
    change(folder, "*2017_Dataset_1.csv", "S92000003", "S12000033")
    change(folder, "*2017_Dataset_2.csv", ANGLESEY, "W06000099")
    message = message_of(read, folder)
    assert "detailed_estimates of 2017: unknown area code `S12000033`" in message
    assert "detailed_estimates of 2017: unknown area code `W06000099`; nearest: W060000" in message


def test_problems_of_moves_are_listed_with_those_of_statistics(read, folder):
    change(folder, "*2017_Dataset_2.csv", ",1.5", ",-1.5")
    change(folder, "birth*2017*", "1.97", "x")
    message = message_of(read, folder)
    assert "2 problems" in message
    assert "1 negative: row " in message


def test_names_that_no_reader_takes(read, folder):
    with pytest.raises(SpecError, match=r"no file `birth` to read; nearest: births\. Mend `variables`"):
        read(folder, required=("birth",))


def test_statistics_on_other_boundaries_than_registered_are_noted(read, folder):
    change(folder, "birth*2017*", "E07000190,Taunton Deane", "E07000246,Somerset West and Taunton")
    notes = read(folder).notes
    assert notes == ("birth_summary_tables_2017.csv, 2017: its codes are those of 2019 to 2022, not those of 2017",)


# Rows of several areas


CORNWALL, SCILLY = "E06000052", "E06000053"


def test_a_rate_of_several_areas_holds_for_each(read, folder):
    row = f'"{CORNWALL}, {SCILLY}",Cornwall and Isles of Scilly,"5,162",1.78\n'
    change(folder, "birth*2016*", "E06000001,Hartlepool", f"{row}E06000001,Hartlepool")
    delivery = read(folder)
    found = values(delivery.panel, "fertility", "year", "origin")
    assert (found[2016, CORNWALL], found[2016, SCILLY], found[2016, HARTLEPOOL]) == (1.78, 1.78, 1.91)
    losses = delivery.losses
    assert breaks(losses) == []
    lines = losses[losses["reason"] == "of several areas, given to each"]
    assert lines["step"].tolist() == ["read births 2016"]
    assert (lines["rows_out"] - lines["rows_in"]).tolist() == [1] and lines["unit"].tolist() == ["values of one area"]


def test_a_count_of_several_areas_is_a_problem(read, folder):
    change(folder, "gva*", "E06000001,Hartlepool", f'"{CORNWALL}, {SCILLY}",Cornwall and Scilly')
    message = message_of(read, folder)
    assert (
        f"gva_by_local_authority.csv: one row for several areas: `{CORNWALL}, {SCILLY}`. A count cannot be" in message
    )
    assert "1 problem" in message


# Tables of the census


BOTH = "E41000052"  # Cornwall with Isles of Scilly
LEFT = "ADDRESS_ONE_YEAR_AGO_CODE,USUAL_RESIDENCE_CODE"
MIGRANTS = f"""{LEFT},C_NSSEC_NAME,OBS_VALUE
{HARTLEPOOL},{BOTH},All categories: NS-SeC,12
{HARTLEPOOL},{BOTH},1. Employers in large organisations,1
{HARTLEPOOL},{BOTH},3. Higher professional occupations,4
{HARTLEPOOL},{BOTH},13. Routine occupations,2
{HARTLEPOOL},{BOTH},15. Full-time students,5
{HARTLEPOOL},{HARTLEPOOL},15. Full-time students,50
{HARTLEPOOL},S12000033,15. Full-time students,3
S12000033,{HARTLEPOOL},15. Full-time students,7
{BOTH},E06000048,9. Own account workers,6
"""
CENSUS = {
    "nomis_mu05buk_all.csv": MIGRANTS,
    "census_2011_migration_ethnic_group.csv": f"{LEFT},C_ETHPUK11_NAME,OBS_VALUE\n{HARTLEPOOL},{BOTH},White,9\n"
    f"{HARTLEPOOL},{BOTH},Asian/Asian British,1\n{HARTLEPOOL},{BOTH},Other ethnic group,2\n",
    "ks611ew_nssec.csv": f"""GEOGRAPHY_CODE,GEOGRAPHY_NAME,C_SEX_NAME,CELL_NAME,MEASURES_NAME,OBS_VALUE
{HARTLEPOOL},Hartlepool,All persons,5. Lower supervisory and technical occupations,Value,4000
{HARTLEPOOL},Hartlepool,All persons,6. Semi-routine occupations,Value,6000
{HARTLEPOOL},Hartlepool,Males,6. Semi-routine occupations,Value,2000
{HARTLEPOOL},Hartlepool,All persons,L14.1 Never worked,Value,900
{HARTLEPOOL},Hartlepool,All persons,6. Semi-routine occupations,Percent,9.5
""",
    "KS201EW.csv": f"GEOGRAPHY_CODE,GEOGRAPHY_NAME,CELL_NAME,MEASURES_NAME,OBS_VALUE\n"
    f"{HARTLEPOOL},Hartlepool,White,Value,90000\n{HARTLEPOOL},Hartlepool,White: Irish,Value,300\n",
}
TABLES = tuple(f"census_{kind}_{by}" for by in ("nssec", "ethnicity") for kind in ("moves", "people"))


@pytest.fixture
def census(folder):
    for name, text in CENSUS.items():
        (folder / "statistics" / name).write_text(text, encoding="utf-8")
    return folder


def test_moves_and_people_of_the_census_by_group(read, census):
    delivery = read(census, required=TABLES)
    panel = delivery.panel
    assert values(panel, "census_moves_nssec", "year", "origin", "destination", "group") == {
        (2011, HARTLEPOOL, BOTH, "higher"): 5,  # 1 + 4
        (2011, HARTLEPOOL, BOTH, "lower"): 2,
        (2011, HARTLEPOOL, BOTH, "students"): 5,
        (2011, BOTH, "E06000048", "intermediate"): 6,
    }
    assert values(panel, "census_moves_ethnicity", "destination", "group") == {
        (BOTH, "white"): 9,
        (BOTH, "non_white"): 3,
    }
    assert values(panel, "census_people_nssec", "origin", "group") == {(HARTLEPOOL, "lower"): 10_000}
    assert values(panel, "census_people_ethnicity", "origin", "group") == {(HARTLEPOOL, "white"): 90_000}
    keys = ["measure", "year", "origin", "destination", "group", "sex", "age"]
    pd.testing.assert_frame_equal(panel, panel.sort_values(keys, kind="stable", ignore_index=True))
    assert panel.loc[panel["measure"] == "moves", "group"].isna().all()
    report = delivery.report.set_index("file")
    assert report.loc["census_moves_nssec", ["year", "vintage", "rows", "areas"]].tolist() == [2011, "2011", 4, 2]
    assert not delivery.notes


def test_a_file_that_needs_registration_makes_the_run_stricter(read, census, source):
    """Released counts of moves by NS-SEC then fall under the threshold of safeguarded data."""
    tables = ["census_moves_ethnicity", "census_people_ethnicity"]
    assert delivery_provenance(read(census, optional=tables), source)["access"] == "open"
    tables = ["census_moves_nssec", "census_people_nssec"]
    assert delivery_provenance(read(census, optional=tables), source)["access"] == "safeguarded"


def test_what_reading_the_census_drops_is_counted(read, census):
    losses = read(census, required=TABLES).losses
    lines = losses[losses["step"] == "read census_moves_nssec"]
    assert lines[["reason", "rows_dropped"]].to_numpy().tolist() == [
        ["rows read", 0],
        ["sums over group", 1],
        ["whole counties, regions and countries, and other countries", 1],  # of the area left
        ["whole counties, regions and countries, and other countries", 1],
        ["within one area (i = j)", 1],
        ["summed into the groups", 0],
    ]
    assert lines["rows_out"].tolist() == [9, 8, 7, 6, 5, 4]


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        (
            "*mu05*",
            f"{HARTLEPOOL},{BOTH},3",
            f"{HARTLEPOOL},E41000099,3",
            "; of the first, nearest",
        ),
        ("*mu05*", "3. Higher prof", "3. High prof", "C_NSSEC_NAME: unknown word for group: row"),
        ("*mu05*", "3. Higher professional occupations", "1. Employers in large organisations", "more than one row"),
        ("ks611*", ",4000", ",4o00", "OBS_VALUE: 1 cells that are no number: row "),
        ("*mu05*", ",6\n", ",x\n", "1 cells that are no number: row "),
        ("*ethnic*", "C_ETHPUK11_NAME", "C_ETHPUK_NAME", "no column C_ETHPUK11_NAME; nearest: c_ethpuk_name"),
    ],
)
def test_what_is_wrong_in_a_table_of_the_census(read, census, name, old, new, message):
    change(census, name, old, new)
    assert message in message_of(read, census, required=TABLES)


def test_absent_tables_of_the_census_are_notes(read, folder):
    notes = read(folder, optional=TABLES).notes
    assert f"census_moves_nssec: no file below {folder}. Lost without it: table census_nssec" in notes
    assert len(notes) == 4


def test_check_lists_the_tables_of_the_census(census, source, root):
    report = check_flows(census, source, load_areas(root), YEARS)
    assert report.problems == ()
    assert "census_moves_nssec: nomis_mu05buk_all.csv\n    2011: 2 areas on the boundaries of their year" in report.text
    assert "census_people_ethnicity: KS201EW.csv\n    2011: 1 areas on the boundaries of 2008-2025" in report.text
    assert "  census_moves_nssec: 2 areas; " not in report.text  # no sample of the models rests on them


# The register


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("shape: wide", "shape: wid", "gva.shape: `wid`; nearest: wide"),
        ("births:", "birth:", "no file `birth` in files.csv; nearest: births"),
        ("needed: once\n  year: 2010", "needed: once", "imd_2010: missing `year`"),
        ("(?P<year>(19", "(?P<yaer>(19", "gva: years has no group (?P<year>...)"),
        ("suppressed: ['', '-']", "suppresed: []", "unemployment: unknown key `suppresed`, nearest: suppressed"),
    ],
)
def test_a_spoiled_register_of_tables(project, old, new, message):
    path = project / "sources/ons_flows/tables.yaml"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(SpecError) as caught:
        load_flow_source(project)
    assert message in str(caught.value)


def test_every_statistic_is_a_registered_table(source):
    tables = {item.file for item in source.files if item.layout == "table"}
    assert set(source.read) == tables - {"area_classification"}


def test_waves_are_years(project):
    assert years_of(("2014", "2016")) == (2014, 2016)
    path = project / "sources/ons_flows/waves.csv"
    path.write_text(path.read_text() + "x,\n")
    with pytest.raises(SpecError, match=r"waves\.csv: wave `x` is no year, as waves of moves are"):
        load_flow_source(project, "ons_flows")


# mobility check


def test_check_says_what_is_there_and_what_would_be_lost(folder, source, root):
    next(folder.rglob("gva*")).unlink()
    report = check_flows(folder, source, load_areas(root), YEARS)
    assert report.problems == ()
    for line in (
        "2017: 3 areas on the boundaries of their year, 8 rows, 9 moves",  # 8.6251 without the one within Hartlepool
        "2018: 2 areas on the boundaries of 2019, 2 rows, 3 moves",
        "2016-2018: 3 areas on the boundaries of 2019-2022, 1,638 rows",
        "2016-2017: 2 areas on the boundaries of their year, 4 rows, 1 suppressed",
        "gva: nothing read. Lost without it: Model 4",
        "deflator: series_d7bt.csv",
        "2015-2017: one value a year, 3 rows",
        "births: 2 files, birth_summary_tables_2016.csv to birth_summary_tables_2017.csv",
        f"population: 3 areas; 1 of the areas of the moves of 2017 has none ({TAUNTON})",
        f"fertility: 2 areas; 1 of the areas of the moves of 2017 has none ({ANGLESEY}); 1 of the areas of the moves "
        f"of 2018 has none ({SOMERSET_WEST})",
        f"imd_score: 1 areas; 2 of the areas of the moves of 2017 have none ({TAUNTON}, {ANGLESEY})",
        "No problem found. Set sources.ons_flows to this folder",
    ):
        assert line in report.text, line


def test_check_takes_the_years_that_are_there_and_reads_square_matrices(folder, source, root):
    square = ",,Hartlepool,Darlington\n,,E06000001,E06000005\nHartlepool,E06000001,,10\nDarlington,E06000005,20,\n"
    (folder / "squarematrices2018.csv").write_text(square)
    (folder / "squarematrices2017.csv").write_text(square.replace("20", ""))
    report = check_flows(folder, source, load_areas(root))
    assert "2018: 2 areas, 30 moves" in report.text
    assert "1 blank: row 4, column E06000001." in "\n".join(report.problems)
    assert "1 problem to mend:" in report.text


def test_check_of_a_folder_without_moves(tmp_path, source, root):
    report = check_flows(tmp_path, source, load_areas(root))
    assert report.problems == (f"detailed_estimates: no file of this name below {tmp_path}. Unpack it there",)
    with pytest.raises(DeliveryError, match="no such folder"):
        check_flows(tmp_path / "absent", source, load_areas(root))


def test_check_on_the_command_line(project, folder, capsys):
    assert main(["check", str(folder), "--source", "ons_flows", "--waves", "2017-2018"]) == 0
    assert "2018: 2 areas on the boundaries of 2019" in capsys.readouterr().out
    change(folder, "birth*2017*", "1.97", "x")
    assert main(["check", str(folder), "--source", "ons_flows"]) == 2  # 2014 to 2018, of config.yaml
    shown = capsys.readouterr()
    assert "detailed_estimates of 2014: no file; years found: 2017, 2018" in shown.out
    assert " cells that are no number and no mark of a suppressed value" in shown.out
    assert main(["check", str(folder), "--source", "ons_flows", "--waves", "a-h"]) == 2
    assert "no wave a, h in sources/ons_flows/waves.csv, which has 2012-2020" in capsys.readouterr().err
    assert main(["check", "--source", "ons_flows"]) == 0
    assert "mobility check FOLDER --source ons_flows" in capsys.readouterr().out


def test_a_misspelt_synthetic_is_named(project, capsys):
    config = yaml.safe_load((project / "config.yaml").read_text())
    for source in ("ukhls", "ons_flows"):
        sources = {**config["sources"], source: "sinthetic"}
        (project / "config.yaml").write_text(yaml.safe_dump({**config, "sources": sources}))
        assert main(["check", "--source", source]) == 2
        expected = f"config.yaml, sources.{source}: no such folder; nearest: synthetic. Give the folder"
        assert expected in capsys.readouterr().err


def test_spans():
    assert spans([2018, 2014, 2015, 2016]) == "2014-2016, 2018"


# The step of a run


def test_the_step_writes_panel_losses_report_and_provenance(root, project, folder, tmp_path):
    outputs = {"panel": "panel.parquet", "losses": "l.csv", "delivery": "d.csv", "provenance": "p.yaml"}
    wanted = {"folder": str(folder), "waves": ("2017", "2018"), "required": ("births",), "optional": ("gva",)}
    job = SimpleNamespace(
        params=SimpleNamespace(request={"root": root, "source": "ons_flows", "place": "ons_flows", **wanted}),
        output=SimpleNamespace(**{name: str(tmp_path / file) for name, file in outputs.items()}),
        log=[str(tmp_path / "read.log")],
    )
    runpy.run_path(str(root / "workflow/scripts/read.py"), init_globals={"snakemake": job})
    panel = read_parquet(tmp_path / "panel.parquet")
    assert set(panel["measure"]) == {"moves", "fertility", "gva"}
    assert str(panel["age"].dtype) == "Int16"
    assert yaml.safe_load((tmp_path / "p.yaml").read_text())["waves"] == [2017, 2018]
    assert len(pd.read_csv(tmp_path / "d.csv")) == 2 + 2 + 3


def test_what_is_wrong_is_listed_without_raising(folder, source, root):
    next(folder.rglob("*2018_Dataset_1*")).unlink()
    delivery = examine_flows(folder, source, YEARS, load_areas(root))
    assert len(delivery.problems) == 1
    assert set(delivery.panel["year"]) == {2017}


def test_headings_that_are_not_read_as_a_year_are_named(read, folder):
    change(folder, "gva_by_local_authority.csv", "1997,2016,2017", "1997,2016 estimate,2017")
    message = message_of(read, folder)
    assert "gva: nothing of 2016 (years found: 2017, 2018; headings not read as a year: `2016 estimate`)" in message
