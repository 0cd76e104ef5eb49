"""Files of moves in their layouts, and the frames of the real examples."""

from dataclasses import replace

import pandas as pd
import pytest

from mobility.access import Access
from mobility.areas.codes import load_areas
from mobility.errors import DataError, DeliveryError, SpecError
from mobility.flows.detailed import read_detailed
from mobility.flows.losses import bring_to_vintage, drop_within
from mobility.flows.provenance import flows_provenance
from mobility.flows.read import read_flows, read_square
from mobility.flows.register import files_of_year, find_flow_files, load_flow_source
from mobility.intake.losses import LossTable, breaks
from mobility.settings import load_study
from mobility.studies import make_frames, moves
from mobility.studies.inputs import Inputs

# Rows of the file of 2017 as ONS published them.
DETAILED = """OutLA,InLA,Age,Sex,Moves
E06000001,E06000002,18,M,5.134
E06000001,E06000002,18,F,7.7718
E06000001,E06000003,18,F,1.3043
E06000001,S92000003,18,F,0.6644
"""
SECOND = "OutLA,InLA,Age,Sex,Moves\nE06000002,E06000001,19,M,2.5\nE06000002,E06000002,91,F,1\n"
SQUARE = """Table,,,,
Notes: rounded,,,,
,,Hartlepool,Middlesbrough,Redcar
,,E06000001,E06000002,E06000003
Hartlepool,E06000001,,"1,250",10
Middlesbrough,E06000002,20,,30
Redcar,E06000003,40,50,
"""


def _file(folder, name, text):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def parts(tmp_path):
    return [
        _file(tmp_path, "Detailed_Estimates_2017_Dataset_1.csv", DETAILED),
        _file(tmp_path, "Detailed_Estimates_2017_Dataset_2.csv", SECOND),
    ]


def _moves(frame):
    return frame.set_index(["origin", "destination"])["moves"].to_dict()


def test_detailed_estimates_are_summed_first_and_then_rounded(parts):
    flows = read_detailed(parts, 2017)
    assert _moves(flows.frame) == {
        ("E06000001", "E06000002"): 13,  # 5.134 + 7.7718 = 12.9058
        ("E06000001", "E06000003"): 1,
        ("E06000001", "S92000003"): 1,
        ("E06000002", "E06000001"): 3,  # 2.5, halves up
        ("E06000002", "E06000002"): 1,
    }
    assert flows.frame["moves"].dtype == "int64"
    assert flows.losses.iloc[0][["rows_in", "rows_out"]].tolist() == [6, 6]
    exact = read_detailed(parts, 2017, rounding="none").frame
    assert exact["moves"].tolist() == pytest.approx([12.9058, 1.3043, 0.6644, 2.5, 1.0])


def test_notes_a_mark_of_utf_8_and_the_order_of_rows_change_nothing(tmp_path, parts):
    head, *rows = DETAILED.splitlines()
    text = "\ufeffInternal migration,,,,\n\n" + "\n".join([head, *reversed(rows)]) + "\n"
    noted = _file(tmp_path, "Part_1.csv", text)
    for rounding in ("none", "after_sum"):
        found = read_detailed([parts[1], noted], 2017, ("sex", "age"), rounding).frame
        pd.testing.assert_frame_equal(found, read_detailed(parts, 2017, ("sex", "age"), rounding).frame)


def test_a_half_is_rounded_up_however_it_was_summed(tmp_path):
    rows = [f"E06000001,E06000002,{age},M,0.3" for age in range(15)]  # 4.5, as floats 4.499999999999999
    path = _file(tmp_path, "part.csv", "\n".join(["OutLA,InLA,Age,Sex,Moves", *rows]) + "\n")
    assert read_detailed([path], 2017).frame["moves"].tolist() == [5]


def test_groups_are_kept(parts):
    by_sex = read_detailed(parts, 2017, ("sex", "age_band")).frame
    first = by_sex[(by_sex["origin"] == "E06000001") & (by_sex["destination"] == "E06000002")]
    assert first[["sex", "age_band", "moves"]].astype(str).to_numpy().tolist() == [
        ["female", "15-19", "8"],
        ["male", "15-19", "5"],
    ]
    assert "90+" in set(by_sex["age_band"])


def test_every_problem_of_detailed_estimates_is_listed(tmp_path):
    bad = _file(
        tmp_path, "bad.csv", "OutLA,InLA,Age,Sex,Moves\nE06000001,E06000002,18,M,-1\nE06000001,E06000003,x,X,2\n"
    )
    with pytest.raises(DeliveryError) as caught:
        read_detailed([bad], 2017, ("colour",))
    assert "`colour`" in caught.value.problems[0]
    with pytest.raises(DeliveryError) as caught:
        read_detailed([bad], 2017)
    text = str(caught.value)
    assert "sex: row 2; allowed: M, F" in text
    assert "age: row 2; allowed: whole years from 0 to 120" in text
    assert "1 negative: row 1" in text


def test_a_part_given_twice_is_refused(parts):
    with pytest.raises(DeliveryError, match=r"rows that repeat .*: 4\. Give each part once"):
        read_detailed([parts[0], parts[0]], 2017)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("OutLA,InLA,Age,Sex\n", "no column moves; it has: outla, inla, age, sex"),
        ("OutLA,InLA,Age,Sex,Moves\n", "has a header but no rows"),
        ("", "cannot be read"),
        ("OutLA,InLA,Age,Sex,Moves\nE06000001,E06000002,18,M,few\n", "not numbers: row 1"),
        ("OutLA,InLA,Age,Sex,Moves\nE06000001,,18,M,1\n", "1 rows without an area of destination"),
        ("OutLA,InLA,Age,Sex,Moves\nE06000001,E06000002,18,M,\n", "1 blank: row 1"),
        ("OutLA,InLA,Age,Sex,Moves\nE06000001,E06000002,18,M,inf\n", "1 endless: row 1"),
        ("OutLA,InLA,Age,Sex,Moves\nE06000001,E06000002,18,M\n", r"cannot be read .*Expected 5 columns, got 4"),
        ("OutLA,InLA,Age,Sex,Moves\nE06000001,E06000002,,M,1\n", "age: row 1; allowed"),
        ("OutLA,InLA,Age,Sex,Moves\nE06000001,E06000002,121,M,1\n", "age: row 1; allowed: whole years from 0 to 120"),
        ("Source,InLA,Age,Sex,Moves\nE06000001,E06000002,12,M,1\n", "no column outla"),
    ],
)
def test_a_damaged_file_is_refused(tmp_path, text, message):
    with pytest.raises(DeliveryError, match=message):
        read_detailed([_file(tmp_path, "part.csv", text)], 2017)


def test_a_workbook_is_refused_with_advice(tmp_path):
    with pytest.raises(DeliveryError, match="save the sheet as CSV"):
        read_square(_file(tmp_path, "matrix.xlsx", "PK\x03"), 2018)


def test_a_square_matrix_is_turned_into_pairs(tmp_path):
    flows = read_square(_file(tmp_path, "square.csv", SQUARE), 2018).frame
    assert len(flows) == 9
    found = _moves(flows)
    assert found["E06000002", "E06000001"] == 1250  # the column is the origin, the row the destination
    assert found["E06000001", "E06000003"] == 40
    assert found["E06000001", "E06000001"] == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("Redcar,E06000003,40,50,\n", ""), "not square, 2 rows and 3 columns; alone: E06000003"),
        (("40", ""), "1 blank: row 7, column E06000001"),
        (("40", "4.5"), r"1 fractional: row 7, column E06000001.*after_sum"),
        ((",,E06000001,E06000002,E06000003\n", ""), "no row with area codes"),
    ],
)
def test_a_matrix_that_is_not_whole_is_refused(tmp_path, change, message):
    with pytest.raises(DeliveryError, match=message):
        read_square(_file(tmp_path, "square.csv", SQUARE.replace(*change)), 2018)


def test_a_mapping_says_what_it_lacks(tmp_path):
    _file(tmp_path, "mapping.yaml", "layout: lnog\nfile: a.csv\nyear: 2011\norigins: x\n")
    with pytest.raises(SpecError) as caught:
        read_flows(tmp_path)
    assert "unknown key `origins`, nearest: origin" in str(caught.value)
    assert "layout `lnog`; nearest: long" in str(caught.value)


def test_a_pair_twice_in_a_long_file_is_refused(tmp_path):
    _file(tmp_path, "mapping.yaml", "{layout: long, file: a.csv, year: 2011, origin: o, destination: d, moves: n}\n")
    _file(tmp_path, "a.csv", "o,d,n\nA,B,1\nA,B,2\n")
    with pytest.raises(DeliveryError, match="rows that repeat a year, origin, destination: 1"):
        read_flows(tmp_path)


def test_flows_are_brought_to_a_vintage_and_add_up(root):
    flows = pd.DataFrame(
        {
            "year": 2018,
            "origin": ["E07000190", "E07000191", "E07000190", "E06000001"],
            "destination": ["E06000001", "E06000001", "E07000191", "S92000003"],
            "moves": [3, 4, 5, 6],
        }
    )
    losses = LossTable()
    losses.start("pairs", flows, "origin")
    brought = drop_within(bring_to_vintage(flows, 2019, load_areas(root), losses), losses)
    assert _moves(brought) == {("E07000246", "E06000001"): 7}
    table = losses.frame()
    assert breaks(table) == [] and table["unit"].iloc[-1] == "moves between areas with the origin of 2019"
    assert (table["rows_in"].iloc[0], table["rows_out"].iloc[-1]) == (len(flows), len(brought))
    assert "within one area (i = j)" in table["reason"].tolist()
    assert (table["rows_in"].iloc[1:].to_numpy() == table["rows_out"].iloc[:-1].to_numpy()).all()


@pytest.fixture(scope="module")
def source(root):
    return load_flow_source(root)


def test_files_are_known_by_their_published_names(tmp_path, source):
    names = {
        "Detailed_Estimates_2017_Dataset_2.csv": ("detailed_estimates", 2017, 2, 2017),
        "Detailed_Estimates_2018_Dataset_1_2019_LA_boundaries.csv": ("detailed_estimates", 2018, 1, 2019),
        "detailedestimates2020on2021laspt1.csv": ("detailed_estimates", 2020, 1, 2021),
        "laandregionalsquarematrices2018newboundaries.csv": ("square_matrices", 2018, 1, 2018),
        "SMI_2017_Final_v1.1.csv": ("social_mobility_index", 0, 1, 2017),
    }
    for name in [*names, "readme.txt"]:
        _file(tmp_path, name, "x")
    found = {item.path.name: item for item in find_flow_files(tmp_path, source)}
    assert {name: (item.registered.file, item.year, item.part, item.vintage) for name, item in found.items()} == names


def test_the_record_of_a_file_of_moves(parts):
    record = flows_provenance(read_detailed(parts, 2017), "label", Access("open", ()))
    assert (record["waves"], record["wave_word"], record["synthetic"]) == ([2017], "year", False)
    assert [item["file"] for item in record["files"]] == [path.name for path in parts]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Detailed_Estimates_2017_Dataset_1_.txt", r"parts \[2\], not 1 to 2"),
        ("Detailed_Estimates_2016_Dataset_1.csv", r"parts \[2\], not 1 to 2"),
    ],
)
def test_a_part_too_few_is_refused(tmp_path, parts, source, name, message):
    parts[0].rename(tmp_path / name)
    with pytest.raises(DeliveryError, match=message):
        files_of_year(find_flow_files(tmp_path, source), source, 2017)


def test_a_year_on_two_boundaries_is_refused(tmp_path, source):
    for part, text in ((1, DETAILED), (2, SECOND)):
        _file(tmp_path, f"Detailed_Estimates_2018_Dataset_{part}.csv", text)
        _file(tmp_path, f"Detailed_Estimates_2018_Dataset_{part}_2019_LA_boundaries.csv", text)
    found = find_flow_files(tmp_path, source)
    with pytest.raises(DeliveryError, match=r"on the boundaries of 2018 and of 2019 .*Leave one of the two out"):
        files_of_year(found, source, 2018)
    with pytest.raises(DeliveryError, match=r"of 2015: no file; years found: 2018"):
        files_of_year(found, source, 2015)


def test_london_frame(root):
    flows = read_flows(root / "examples" / "london_moves").frame
    frame = moves.london_frames(flows, root, LossTable(), {})["moves_by_age"]
    assert len(frame) == 32 * 31 * 5
    barking = frame[(frame["origin"] == "E09000002") & (frame["destination"] == "E09000003")].set_index("age_group")
    assert barking.loc["1-14", "moves"] == 11  # the second row of the file
    assert barking["share_border"].eq(0).all()
    assert barking["origin_supergroup"].eq("Ethnically Diverse Metropolitan Living").all()
    assert frame["moves"].sum() == 372_564
    assert frame.notna().all().all()


def test_london_population_is_the_total_of_2012_by_the_ages_of_2017(root):
    # Barking and Dagenham: the total of mid-2012 times the share of 1-14 in mid-2017, both read off the files.
    total = pd.read_csv(root / "resources/flows/population_la_2012_2022.csv", thousands=",", index_col="areaCode")
    ages = pd.read_csv(root / "resources/flows/population_mid2017_lad18_single_age.csv.gz", index_col="lad18_code")
    young = ages.loc["E09000002", [f"age_{age}" for age in range(1, 15)]].sum()
    by_hand = total.loc["E09000002", "2012"] * young / ages.loc["E09000002", "total_population"]
    found = moves.london_populations(root, ["E09000002"]).set_index("age_group").loc["1-14", "population"]
    assert found == pytest.approx(by_hand, rel=1e-12)
    joined = moves.london_populations(root, ["E09000001+E09000033"])
    assert joined["name"].eq("City of London and Westminster").all()


def test_frames_of_the_examples_come_with_their_losses(root):
    studies = {name: load_study(root, name) for name in ("london_moves", "region_moves")}
    losses = LossTable()
    flows = read_flows(studies["london_moves"].folder).frame
    london = make_frames(Inputs.of(flows, studies["london_moves"], {}, losses))
    chains = losses.frame().groupby("step")["rows_out"].agg(list).to_dict()
    assert chains == {
        "areas": [5445, 160],  # 32 boroughs, 5 ages
        "moves_by_age": [5445, 5120, 4960],
        "moves": [5445, 5120, 4960, 992],
    }
    assert len(london["moves"]) == 32 * 31
    assert london["moves"]["moves"].sum() == london["moves_by_age"]["moves"].sum()
    river = make_frames(Inputs.of(flows, studies["london_moves"], {"neighbours": "lad2021"}, LossTable(), ["moves"]))
    assert river["moves"]["share_border"].sum() > london["moves"]["share_border"].sum()
    assert london["areas"]["out_moves"].sum() == london["areas"]["in_moves"].sum() == 372_564
    flows = read_flows(studies["region_moves"].folder).frame
    only = make_frames(Inputs.of(flows, studies["region_moves"], {"controls": "year_before"}, LossTable(), ["moves"]))
    assert list(only) == ["moves"]
    first = only["moves"][only["moves"]["year"] == 2012]
    assert first["origin_unemployment"].isna().all()
    assert first["origin_population"].notna().all()
    with pytest.raises(SpecError, match="no study `elsewhere`"):
        elsewhere = replace(studies["london_moves"], folder=root / "examples" / "elsewhere")
        make_frames(Inputs.of(flows, elsewhere, {}, LossTable()))


def test_areas_that_an_example_does_not_know_are_named(root):
    flows = pd.DataFrame({"year": 2011, "origin": ["E09000002", "E09000099"], "destination": "E09000003"})
    flows = flows.assign(age_group="1-14", moves=1)
    with pytest.raises(DataError, match=r"E09000099 is not a London borough .*nearest: E090000"):
        moves.london_frames(flows, root, LossTable(), {})
    with pytest.raises(DataError, match="E09000002, E09000003, E09000099 is not a region"):
        moves.region_frames(flows, root, LossTable(), {})


def test_region_frame(root):
    flows = read_flows(root / "examples" / "region_moves").frame
    frame = moves.region_frames(flows, root, LossTable(), {})["moves"]
    assert len(frame) == 11 * 10 * 11
    first = frame.set_index(["year", "origin", "destination"]).loc[(2012, "E12000001", "E12000002")]
    assert first["moves"] == 7967
    assert first["origin_population"] == 2_598_972
    assert first["share_border"] == 1
    london = frame[(frame["origin"] == "E12000007") & (frame["year"] == 2012)]["origin_gva_per_head"]
    assert london.iloc[0] == pytest.approx(328_742e6 / 8_320_767 / 0.961, rel=1e-3)
    assert frame.loc[frame["year"] > 2015, "origin_gva_per_head"].isna().all()
    to_scotland = (frame["origin"] == "S92000003") | (frame["destination"] == "S92000003")
    assert (frame["distance_miles"].isna() == to_scotland).all()
    scotland = frame[(frame["origin"] == "S92000003") & (frame["year"] == 2012)].set_index("destination")
    assert set(scotland.index[scotland["share_border"] == 1]) == {"E12000001", "E12000002"}
