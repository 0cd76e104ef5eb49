"""Tables of the census by group: read, refused with a reason, and registered."""

import pandas as pd
import pytest

from flow_folder import HARTLEPOOL, YEARS, change, message_of, values
from mobility.areas.codes import load_areas
from mobility.errors import SpecError
from mobility.flows.check import check_flows
from mobility.flows.provenance import delivery_provenance
from mobility.flows.register import load_flow_source
from spoil import spoil

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
    spoil(path, old, new)
    with pytest.raises(SpecError) as caught:
        load_flow_source(project)
    assert message in str(caught.value)
