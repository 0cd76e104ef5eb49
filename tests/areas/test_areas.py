"""Area codes and their changes, distances and borders."""

import pandas as pd
import pytest

from mobility.areas.codes import load_areas, to_vintage
from mobility.areas.distances import (
    borders,
    distances,
    joined_borders,
    joined_centroids,
    load_centroids,
    pair_geography,
)
from mobility.errors import ConfigError, DataError, DeliveryError, SpecError
from mobility.storage import read_register

MILE = 1609.344


@pytest.fixture(scope="module")
def areas(root):
    return load_areas(root)


@pytest.mark.parametrize("year", range(2016, 2025))
def test_the_register_gives_the_codes_of_every_vintage_of_the_look_up(areas, root, year):
    listed = read_register(root / "resources/areas/lookup_ltla_2016_to_2024.csv")[f"ltla{year - 2000}_code"]
    assert areas.codes(year) == set(listed)


def test_codes_of_2025_are_known(areas):
    """The order of 2024 that moved the boundary between Barnsley and Sheffield gave both a new code in April 2025."""
    assert areas.codes(2025) ^ areas.codes(2024) == {"E08000016", "E08000019", "E08000038", "E08000039"}
    assert areas.outcome("E08000039", 2018).targets == ("E08000019",)
    assert areas.outcome("E06000066", 2025).treatment == "kept"  # Somerset, of 2023


def test_the_register_gives_the_codes_of_2011(areas, root):
    listed = read_register(root / "resources/areas/lookup_lad_2011_2016_2017_2018.csv")["lad11cd"]
    assert areas.codes(2011) == set(listed)


def test_the_register_gives_the_codes_that_ons_published_for_mid_2012_and_mid_2013(areas, root):
    moves = pd.read_csv(root / "resources/flows/internal_migration_la_totals_2002_2015_by_age.csv.gz")
    for year in (2012, 2013, 2014, 2015):
        published = {code for code in moves.loc[moves["year"] == year, "lad_code"] if code[1:3] != "92"}
        assert published == {code for code in areas.codes(year) if code[0] in "EW"}
        assert len(published) == 348


def test_a_recoded_area_is_mapped_forward_and_backward(areas):
    assert areas.outcome("E06000048", 2018).targets == ("E06000057",)
    assert areas.outcome("E06000057", 2011).targets == ("E06000048",)
    assert areas.outcome("E06000057", 2011).treatment == "recoded"


def test_an_area_that_merged_twice_ends_in_the_last_one(areas):
    assert areas.outcome("E07000190", 2019).targets == ("E07000246",)
    assert areas.outcome("E07000190", 2023) == areas.outcome("E07000191", 2023)
    assert areas.outcome("E07000190", 2023).targets == ("E06000066",)


def test_merged_areas_are_summed_and_counted(areas):
    # Taunton Deane and West Somerset became Somerset West and Taunton; Northumberland was recoded; Exeter stays.
    codes = ["E07000190", "E07000191", "E06000048", "E07000041"]
    frame = pd.DataFrame({"area": codes, "age": 20, "moves": [3, 4, 5, 6]})
    converted = to_vintage(frame, "area", 2019, {"moves": "sum"}, areas)
    found = converted.frame.set_index("area")["moves"]
    assert found.to_dict() == {"E07000246": 7, "E06000057": 5, "E07000041": 6}
    assert found.dtype == "int64"
    lines = converted.losses.set_index("reason")
    assert lines.loc["recoded", ["codes", "rows", "moves"]].tolist() == [1, 1, 5]
    assert lines.loc["merged with its neighbours", ["codes", "rows", "moves"]].tolist() == [2, 2, 7]


def test_a_rate_of_merged_areas_is_the_weighted_mean(areas):
    frame = pd.DataFrame({"area": ["E07000190", "E07000191"], "rate": [4.0, 8.0], "people": [300, 100]})
    converted = to_vintage(frame, "area", 2019, {"rate": "people", "people": "sum"}, areas)
    assert converted.frame.loc[0, ["rate", "people"]].tolist() == [5.0, 400]


def test_a_missing_part_makes_the_whole_missing_and_an_absent_part_is_counted(areas):
    frame = pd.DataFrame({"area": ["E07000190", "E07000191"], "people": [300.0, None]})
    assert to_vintage(frame, "area", 2019, {"people": "sum"}, areas).frame["people"].isna().all()
    lone = to_vintage(frame.head(1), "area", 2019, {"people": "sum"}, areas)
    assert lone.losses.set_index("reason").loc["merged rows that lack a part", "rows"] == 1


def test_nothing_is_lost_silently(areas):
    frame = pd.DataFrame({"area": ["E07000041", "S12000033", "N92000002", "W06000001"], "moves": [1, 2, 4, 8]})
    converted = to_vintage(frame, "area", 2018, {"moves": "sum"}, areas, keep="EW")
    dropped = converted.losses.set_index("reason").loc["in a country that the study leaves out"]
    assert (dropped["rows"], dropped["moves"]) == (2, 6)
    assert converted.frame["moves"].sum() + dropped["moves"] == frame["moves"].sum()


def test_a_split_is_refused_with_the_names_of_the_parts(areas):
    frame = pd.DataFrame({"area": ["E06000060"], "moves": [1]})
    with pytest.raises(DeliveryError, match=r"E06000060 \(Buckinghamshire\) covers 4 areas of 2018: .*Aylesbury Vale"):
        to_vintage(frame, "area", 2018, {"moves": "sum"}, areas)


def test_a_joined_code_of_the_census_is_refused(areas):
    frame = pd.DataFrame({"area": ["E41000324"], "moves": [1]})
    with pytest.raises(DeliveryError, match=r"covers 2 areas of 2018: .*City of London.*Westminster"):
        to_vintage(frame, "area", 2018, {"moves": "sum"}, areas)


def test_unknown_codes_are_listed_together_or_dropped_and_counted(areas):
    frame = pd.DataFrame({"area": ["E07000999", "Exeter", "E12000001", "E07000041"], "moves": [1, 2, 4, 8]})
    with pytest.raises(DeliveryError) as caught:
        to_vintage(frame, "area", 2018, {"moves": "sum"}, areas)
    assert len(caught.value.problems) == 3
    assert "nearest: E07000" in caught.value.problems[0]
    assert "a letter and eight digits" in caught.value.problems[1]
    assert "a whole county, region" in caught.value.problems[2]
    dropped = to_vintage(frame, "area", 2018, {"moves": "sum"}, areas, unknown="drop")
    assert dropped.losses.set_index("reason")["moves"].to_dict() == {
        "unknown area code": 3,
        "a whole county, region or country, no authority": 4,
    }


def test_codes_of_two_vintages_in_one_table_are_refused(areas):
    frame = pd.DataFrame({"area": ["E06000058", "E07000048"], "year": [2017, 2017], "births": [10, 1]})
    with pytest.raises(DeliveryError, match=r"E06000058 stands beside E07000048 .* two vintages"):
        to_vintage(frame, "area", 2019, {"births": "sum"}, areas)
    frame["year"] = [2019, 2017]
    assert len(to_vintage(frame, "area", 2019, {"births": "sum"}, areas).frame) == 2


def test_a_vintage_outside_the_register_is_refused(areas):
    with pytest.raises(SpecError, match="covers 2008 to 2025"):
        areas.codes(2001)


def test_the_vintages_that_codes_fit(areas):
    assert areas.vintages({"E07000240", "E06000048"}) == [2012]
    assert areas.vintages({"E07000048", "E06000058"}) == []


def test_distance_by_hand(root):
    # Hartlepool 447901.4, 530721.3; Middlesbrough 450397.3, 516596.5
    pairs = pair_geography(root).set_index(["origin", "destination"])["distance_miles"]
    by_hand = (2495.9**2 + 14124.8**2) ** 0.5 / MILE
    assert pairs["E06000001", "E06000002"] == pytest.approx(by_hand, rel=1e-12)
    assert pairs["E06000002", "E06000001"] == pytest.approx(by_hand, rel=1e-12)
    assert len(pairs) == 348 * 347
    assert pairs.min() > 0


def test_borders_of_the_boundaries_and_of_the_publisher(root):
    own = pair_geography(root).set_index(["origin", "destination"])["share_border"]
    listed = pair_geography(root, "lad2021").set_index(["origin", "destination"])["share_border"]
    assert own.sum() == 2 * 887
    # Newham and Greenwich meet in the Thames: only the publisher has them as neighbours.
    assert (own["E09000025", "E09000011"], listed["E09000025", "E09000011"]) == (0, 1)
    # Taunton Deane and West Somerset were gone by 2021: their border of 2014 holds.
    assert listed["E07000190", "E07000191"] == 1
    with pytest.raises(ConfigError, match="lad2014"):
        borders(root, "queen")


def test_a_distance_of_zero_is_refused():
    points = pd.DataFrame({"code": ["A", "B"], "easting": [1.0, 1.0], "northing": [2.0, 2.0]})
    with pytest.raises(DataError, match="zero between A to B"):
        distances(points)
    with pytest.raises(DataError, match="two rows"):
        distances(points.assign(code="A"))


def test_joined_areas_stand_at_the_weighted_mean():
    points = pd.DataFrame({"code": ["A", "B", "C"], "easting": [0.0, 4.0, 9.0], "northing": [0.0, 8.0, 9.0]})
    joined = joined_centroids(points, {"A": "X", "B": "X"}, {"A": 3, "B": 1})
    assert joined.loc[0].tolist() == ["X", 1.0, 2.0]
    with pytest.raises(DataError, match="no weight for B"):
        joined_centroids(points, {"A": "X", "B": "X"}, {"A": 3})
    pairs = pd.DataFrame({"origin": ["A", "B"], "destination": ["B", "C"]})
    assert joined_borders(pairs, {"A": "X", "B": "X", "C": "Y"}).to_numpy().tolist() == [["X", "Y"]]


def test_centroids_are_those_of_the_frame(root, areas):
    codes = set(load_centroids(root)["code"])
    assert codes == {code for code in areas.codes(2018) if code[0] in "EW"}


def test_what_is_near_an_unknown_code(root):
    areas = load_areas(root)
    assert areas.near("E0600001") == "a code is a letter and eight digits, such as E09000001"
    assert areas.near("E06000091").startswith("nearest: E060000")
    assert areas.near("E06999999") == "those that begin so run from E06000001 to E06000066"
    assert areas.near("E99000001").startswith("no known code begins with E99; they begin with ")
