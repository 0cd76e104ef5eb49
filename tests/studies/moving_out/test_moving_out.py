"""Frames of the study of internal migration flows: hand-calculated on three areas."""

import numpy as np
import pandas as pd
import pytest

from mobility.cells.estimates import estimate_table, fit_models
from mobility.cells.stage import table_cells
from mobility.errors import DataError
from mobility.flows.covariates import populations_2017
from mobility.intake.losses import LossTable, breaks
from mobility.studies import make_frames
from mobility.studies.inputs import Inputs
from paths import ROOT
from three_areas import (
    AREAS,
    CARDIFF,
    HARTLEPOOL,
    MIDDLESBROUGH,
    MOVES,
    STUDY,
    frames_of,
    panel_of,
    small_panel,
    statistics,
)


def pair(frame: pd.DataFrame, year: int, origin: str, destination: str) -> pd.Series:
    rows = frame[(frame["year"] == str(year)) & (frame["origin"] == origin) & (frame["destination"] == destination)]
    assert len(rows) == 1
    return rows.iloc[0]


def test_moves_are_summed_then_rounded_and_zeros_are_kept():
    losses = LossTable()
    moves = frames_of(small_panel(), losses)["moves"]
    # 2014: three areas, 3 x 2 pairs; 2015: two areas, 2 x 1 pairs. 1.2 + 1.4 = 2.6 is 3, one by one it would be 2.
    assert len(moves) == 8 and moves["moves"].sum() == 6
    assert pair(moves, 2014, HARTLEPOOL, MIDDLESBROUGH)["moves"] == 3
    assert pair(moves, 2015, CARDIFF, HARTLEPOOL)["moves"] == 0
    table = losses.frame()
    moved = table[table["step"] == "moves"]
    assert moved["rows_in"].iloc[0] == len(small_panel()) and moved["rows_out"].iloc[-1] == 8
    assert breaks(table) == []
    # All rows but the five of moves are statistics of areas; one move is to Scotland; sums and zeros lose nothing.
    assert moved["rows_dropped"].tolist() == [0, len(small_panel()) - 5, 1, 0, 0]


def test_moves_may_be_rounded_before_they_are_summed():
    moves = frames_of(small_panel(), rounding="each_band")["moves"]
    assert pair(moves, 2014, HARTLEPOOL, MIDDLESBROUGH)["moves"] == 2  # 1.2 and 1.4


def test_an_area_type_with_one_member_is_named_and_stops_no_other_model():
    """The only hot spot cannot receive from itself: no pair is at the reference level of its table."""
    frames = frames_of(small_panel())
    fitted, _ = fit_models(frames, STUDY)
    cells = estimate_table(fitted, STUDY, "table_3")
    found = cells[(cells["row"] == "receiving_medium_spot") & (cells["column"] == "model_1")].iloc[0]
    assert found["flag"] == "not_estimable" and found["note"]


def test_controls_are_of_the_year_before_and_exposure_of_the_year():
    found = pair(frames_of(small_panel())["moves"], 2014, MIDDLESBROUGH, CARDIFF)
    # Seven ages x two sexes x 200 people; aged 15 to 29: 15, 17, 20; 66 and over: 90; 18 to 64: 20, 64.
    assert found["exposure"] == 2800
    assert found["young_share"] == pytest.approx(np.log(3 / 7)) and found["dependency_ratio"] == 0.5
    assert found["non_uk_born"] == 2.0 and found["destination_unemployment"] == 3.0  # of 2013: k + 0
    # GBP million over people, at prices half of 2015's: 2 x 1e6 / 2,800 / 0.5.
    assert found["origin_gva_per_head"] == pytest.approx(np.log(2e6 / 2800 / 0.5))
    assert found["destination_house_price"] == pytest.approx(np.log(3.0))
    assert (found["origin_wales"], found["destination_wales"]) == (0, 1)


def test_an_area_without_a_rank_is_no_spot():
    """A comparison with a missing rank is false; that is not the middle of the ranks."""
    panel = small_panel()
    panel.loc[(panel["measure"] == "mobility_rank") & (panel["origin"] == MIDDLESBROUGH), "value"] = np.nan
    moves = frames_of(panel)["moves"]
    assert moves.loc[moves["origin"] == MIDDLESBROUGH, "origin_spot"].isna().all()
    assert moves.loc[moves["origin"] == HARTLEPOOL, "origin_spot"].notna().all()


def test_readings_of_the_young_the_logarithms_and_the_dependent_variable():
    panel = small_panel()
    aged = pair(frames_of(panel, young_share="aged_15_19", logs="young_level")["moves"], 2014, HARTLEPOOL, CARDIFF)
    assert aged["young_share"] == pytest.approx(2 / 7)
    plain = pair(frames_of(panel, logs="none")["moves"], 2014, HARTLEPOOL, MIDDLESBROUGH)
    logged = pair(frames_of(panel)["moves"], 2014, HARTLEPOOL, MIDDLESBROUGH)
    assert np.log(plain["distance"]) == pytest.approx(logged["distance"]) and plain["origin_house_price"] == 1
    assert 0 < plain["distance"] < 15 and plain["share_border"] == 0  # Stockton lies between the two
    rate = pair(frames_of(panel, dependent_variable="rate")["moves"], 2014, HARTLEPOOL, MIDDLESBROUGH)
    assert (rate["moves"], rate["exposure"]) == (214, 1)  # 3 of 1,400 people is 214.3 of 100,000
    count = pair(frames_of(panel, dependent_variable="count")["moves"], 2014, HARTLEPOOL, MIDDLESBROUGH)
    assert (count["moves"], count["exposure"]) == (3, 1)


def test_rates_divide_by_the_people_of_the_areas_left():
    frames = frames_of(small_panel())
    cells = table_cells(frames["rates_supergroup"], STUDY, "rates_types")[0]
    rate = cells.set_index(["row", "column"])["value"]
    # Hartlepool is of Services and Industrial Legacy, Middlesbrough of Urban Settlements; two years of 1,400 people.
    assert rate["services_and_industrial_legacy", "urban_settlements"] == pytest.approx(2.6 / 2800)
    assert rate["services_and_industrial_legacy", "all"] == pytest.approx(2.6 / 2800)
    women = table_cells(frames["rates_supergroup"], STUDY, "pairs_types")[0]
    women = women.set_index(["row", "column"])["value"]
    assert women["services_and_industrial_legacy__urban_settlements", "female"] == pytest.approx(1.4 / 1400)
    assert women["services_and_industrial_legacy__urban_settlements", "y2014"] == pytest.approx(2.6 / 1400)
    ages = table_cells(frames["ages_supergroup"], STUDY, "ages_types")[0]
    ages = ages.set_index(["row", "column"])["value"]
    assert ages["age_20_24", "services_and_industrial_legacy"] == pytest.approx(1.2 / 400)
    areas = frames["areas"].set_index("area")
    assert areas.loc[HARTLEPOOL, ["out_moves", "in_moves", "net_moves"]].tolist() == pytest.approx([2.6, 0.4, -2.2])
    six = table_cells(frames["area_years"], STUDY, "table_6")[0].set_index(["row", "column"])["value"]
    assert six["urban_settlements", "avg_unemployment_rate"] == pytest.approx(2.1)  # 2.0, 2.1 and 2.2 of 2013 to 2015


CORNWALL, SCILLY, BOTH, NORTHUMBERLAND, WESTMINSTER = "E06000052", "E06000053", "E41000052", "E06000048", "E09000033"
OLD_SIX = (HARTLEPOOL, MIDDLESBROUGH, CORNWALL, NORTHUMBERLAND, WESTMINSTER)  # from the most to the least deprived
LEFT = [
    ("census_moves_nssec", HARTLEPOOL, MIDDLESBROUGH, "higher", 4),
    ("census_moves_nssec", HARTLEPOOL, BOTH, "higher", 3),
    ("census_moves_nssec", HARTLEPOOL, "E41000324", "students", 5),
    ("census_moves_nssec", HARTLEPOOL, CARDIFF, "higher", 2),
    ("census_moves_nssec", BOTH, HARTLEPOOL, "higher", 1),
    ("census_moves_nssec", "E06000057", HARTLEPOOL, "higher", 6),  # Northumberland, recoded in 2013
    ("census_moves_nssec", CARDIFF, HARTLEPOOL, "higher", 9),
    ("census_moves_ethnicity", CORNWALL, SCILLY, "white", 8),  # within the area of the census
    ("census_moves_ethnicity", CORNWALL, HARTLEPOOL, "white", 2),
]
LIVING = [
    *(("census_people_nssec", area, None, group, 100) for area in OLD_SIX for group in ("higher", "students")),
    ("census_people_nssec", SCILLY, None, "higher", 25),
    *(("census_people_ethnicity", area, None, "white", 400) for area in (CORNWALL, SCILLY, HARTLEPOOL)),
    ("census_people_ethnicity", HARTLEPOOL, None, "non_white", 50),
]


def census_panel(groups: list[tuple]) -> pd.DataFrame:
    scores = [("imd_score", 2010, area, None, None, None, 60.0 - 10 * k) for k, area in enumerate(OLD_SIX)]
    return panel_of([*MOVES, *scores], groups)


def census_frame(groups: list[tuple], **choices: str) -> pd.DataFrame:
    return make_frames(Inputs.of(census_panel(groups), STUDY, STUDY.chosen(choices), LossTable(), ["rates_census"]))[
        "rates_census"
    ]


@pytest.mark.parametrize("codes", ["as_published", "recoded"])
def test_rates_of_the_census_stand_on_areas_of_2011(codes):
    frame = census_frame(LEFT + LIVING, imd_codes=codes)
    rows = frame.set_index(["area", "group", "destination_type"]).sort_index()
    hartlepool = frame[(frame["area"] == HARTLEPOOL) & (frame["group"] == "higher")]
    hartlepool = hartlepool.set_index("destination_type")["moves"].to_dict()
    # Middlesbrough is in the second quintile, Cornwall with Scilly in the third as Cornwall is, Cardiff in none.
    assert list(hartlepool) == ["high_deprivation", *(f"{place}_quintile" for place in ("2nd", "3rd", "4th")), *LAST]
    assert list(hartlepool.values()) == [0, 4, 3, 0, 0, 9]
    assert rows.loc[(HARTLEPOOL, "students", "low_deprivation"), "moves"] == 5  # Westminster with the City
    assert rows.loc[(BOTH, "higher", "high_deprivation"), ["moves", "population"]].tolist() == [1, 125]
    assert rows.loc[(NORTHUMBERLAND, "higher", "all"), ["moves", "population"]].tolist() == [6, 100]
    assert rows.loc[(BOTH, "white", "all"), ["moves", "population"]].tolist() == [2, 800]
    assert CARDIFF not in set(frame["area"]) and SCILLY not in set(frame["area"])
    assert set(frame["group"]) == {"higher", "students", "white"}  # nobody's moves are known by `non_white`
    assert rows.loc[(BOTH, "higher", "all"), "pair"] == "3rd_quintile to all"


def test_tables_of_the_census():
    frame = census_frame(LEFT + LIVING)
    cells = table_cells(frame, STUDY, "census_nssec")[0].set_index(["row", "column"])["value"]
    assert cells["high_deprivation__2nd_quintile", "higher"] == pytest.approx(4 / 100)
    assert cells["high_deprivation__all", "students"] == pytest.approx(5 / 100)
    assert cells["q3rd_quintile__high_deprivation", "higher"] == pytest.approx(1 / 125)
    cells = table_cells(frame, STUDY, "census_ethnicity")[0].set_index(["row", "column"])["value"]
    assert cells["q3rd_quintile__all", "white"] == pytest.approx(2 / 800)
    assert len(cells) == 30 * 2


def test_a_delivery_without_tables_of_the_census_has_empty_ones():
    frame = frames_of(small_panel())["rates_census"]
    assert frame.empty and list(frame) == RATES_COLUMNS
    cells = table_cells(frame, STUDY, "census_nssec")[0]
    assert len(cells) == 30 * 5 and cells["value"].isna().all()
    assert census_frame(LEFT).empty and census_frame(LIVING).empty


LAST = ("low_deprivation", "all")
RATES_COLUMNS = ["area", "origin_type", "destination_type", "pair", "group", "moves", "population"]


def test_moves_may_be_brought_to_the_boundaries_of_2019():
    """Taunton Deane and West Somerset became Somerset West and Taunton."""
    taunton, west_somerset, merged = "E07000190", "E07000191", "E07000246"
    moves = [
        ("moves", 2014, HARTLEPOOL, taunton, "male", 20, 1.25),
        ("moves", 2014, HARTLEPOOL, west_somerset, "male", 20, 2.5),
        ("moves", 2014, taunton, west_somerset, "male", 20, 9.0),
        ("moves", 2014, taunton, "S92000003", "male", 20, 5.0),
        ("moves", 2014, HARTLEPOOL, MIDDLESBROUGH, "male", 20, 1.0),
    ]
    panel = panel_of(moves + statistics((HARTLEPOOL, MIDDLESBROUGH, merged), range(2013, 2016)))
    losses = LossTable()
    found = frames_of(panel, losses, boundaries="lad2019")["moves"]
    assert set(found["origin"]) == {HARTLEPOOL, MIDDLESBROUGH, merged}
    assert pair(found, 2014, HARTLEPOOL, merged)["moves"] == 4  # 1.25 + 2.5
    assert pair(found, 2014, merged, HARTLEPOOL)["moves"] == 0
    assert breaks(losses.frame()) == []
    dropped = losses.frame().query("step == 'moves'").set_index("reason")["rows_dropped"]
    assert dropped["within one area (i = j)"] == 1 and dropped["in a country that the study leaves out"] == 1
    as_published = frames_of(panel)["moves"]
    assert pair(as_published, 2014, HARTLEPOOL, taunton)["moves"] == 1


@pytest.mark.parametrize(("neighbours", "border"), [("lad2014", 0), ("lad2021", 1)])
def test_whether_areas_meet_in_a_river_is_a_choice(neighbours, border):
    southwark, tower_hamlets = "E09000028", "E09000030"
    move = ("moves", 2014, southwark, tower_hamlets, "male", 20, 1.0)
    panel = panel_of([move, *statistics((southwark, tower_hamlets), range(2013, 2015))])
    found = pair(frames_of(panel, neighbours=neighbours)["moves"], 2014, southwark, tower_hamlets)
    assert found["share_border"] == border


@pytest.mark.parametrize(("codes", "known"), [("as_published", False), ("recoded", True)])
def test_whether_recoded_areas_have_a_quintile_is_a_choice(codes, known):
    """Gateshead is E08000037 since 2013, E08000020 in the index of deprivation of 2010."""
    gateshead, before = "E08000037", "E08000020"
    rows = [row for row in statistics((HARTLEPOOL, gateshead), range(2013, 2015)) if row[0] != "imd_score"]
    scores = [("imd_score", 2010, code, None, None, None, score) for code, score in ((HARTLEPOOL, 9), (before, 1))]
    panel = panel_of([("moves", 2014, HARTLEPOOL, gateshead, "male", 20, 1.0), *rows, *scores])
    found = pair(frames_of(panel, imd_codes=codes)["moves"], 2014, HARTLEPOOL, gateshead)
    assert found["origin_quintile"] == "3rd_quintile"  # the first of two
    assert (found["destination_quintile"] == "low_deprivation") == known


def later_panel() -> pd.DataFrame:
    """The small panel three years later: moves of 2017, that of the index, and 2018, and a move of 2016 before it."""
    before = ("moves", 2016, HARTLEPOOL, MIDDLESBROUGH, "male", 20, 5.0)
    moves = [(name, year + 3, *rest) for name, year, *rest in MOVES]
    return panel_of([before, *moves, *statistics(AREAS, range(2015, 2019))])


@pytest.mark.parametrize(
    ("reading", "years"),
    [(None, ["2017", "2018"]), ("two", ["2017", "2018"]), ("last", ["2018"]), ("all", ["2016", "2017", "2018"])],
)
def test_rates_of_hot_and_cold_spots_are_of_the_years_of_the_formula(reading, years):
    """t = [2017, 2018] in the report, by year, sex and age alike; Tables 2 to 5 have a choice of their own."""
    found = frames_of(later_panel(), **({"spot_rate_years": reading} if reading else {}))
    rates, ages = found["rates_spot"], found["ages_spot"]
    assert sorted(set(rates["breakdown"]) - {"all", "male", "female"}) == years
    hartlepool = {name: frame[frame["area"] == HARTLEPOOL] for name, frame in (("rates", rates), ("ages", ages))}
    everywhere = hartlepool["rates"].query("breakdown == 'all' and destination_type == 'all'").iloc[0]
    assert everywhere["population"] == 1400 * len(years)
    assert everywhere["moves"] == pytest.approx({"2016": 7.6, "2017": 2.6, "2018": 0.0}[years[0]])
    by_age = hartlepool["ages"].query("destination_type == 'all'")
    assert by_age[["moves", "population"]].sum().tolist() == pytest.approx(everywhere[["moves", "population"]].tolist())
    assert found["moves"].loc[found["moves"]["spot_year"], "year"].unique().tolist() == ["2018"]
    assert set(found["rates_supergroup"]["breakdown"]) == {"all", "2016", "2017", "2018", "male", "female"}


@pytest.mark.parametrize(("reading", "years"), [("last", ["2018"]), ("index", ["2017"]), ("two", ["2017", "2018"])])
def test_the_years_of_tables_2_to_5_are_a_choice(reading, years):
    found = frames_of(later_panel(), spot_years=reading)
    assert found["moves"].loc[found["moves"]["spot_year"], "year"].unique().tolist() == years
    assert {"2017", "2018"} <= set(found["rates_spot"]["breakdown"])


def test_a_run_without_the_years_of_the_index_says_so_in_every_cell():
    frames = frames_of(small_panel())
    for name, table in (("rates_spot", "rates_spots"), ("ages_spot", "ages_spots"), ("ages_spot", "age_pairs_spots")):
        cells = table_cells(frames[name], STUDY, table)[0]
        assert cells["value"].isna().all() and (cells["flag"] == "not_estimable").all() and (cells["note"] != "").all()


def test_rates_by_age_are_between_types_of_area():
    """Moves_km / Population_k within an age. People leave Hartlepool at 20 to 24 (1.2) and 25 to 29 (1.4)."""
    frames = frames_of(small_panel())
    cells = table_cells(frames["ages_supergroup"], STUDY, "age_pairs_types")[0]
    rate = cells.set_index(["row", "column"])["value"]
    from_legacy = "services_and_industrial_legacy__"
    assert rate[f"{from_legacy}urban_settlements", "age_20_24"] == pytest.approx(1.2 / 400)  # two years of 200 people
    assert rate[f"{from_legacy}all", "age_20_24"] == pytest.approx(1.2 / 400)
    assert np.isnan(rate[f"{from_legacy}countryside_living", "age_20_24"])  # no such area in the panel
    assert rate[f"{from_legacy}services_and_industrial_legacy", "age_20_24"] == 0
    assert rate["urban_settlements__all", "age_90_up"] == pytest.approx(3 / 800)
    whole = frames["ages_supergroup"].query("destination_type == 'all'")["moves"].sum()
    assert whole == pytest.approx(1.2 + 1.4 + 3.0 + 0.4)  # nobody of the 7 who went to Scotland


def test_who_is_old_is_a_choice():
    old = {"from_66": 2 / 4, "from_65": 4 / 4}  # of 65, 90 over 20, 64
    for reading, ratio in old.items():
        found = pair(frames_of(small_panel(), old_age=reading)["moves"], 2014, MIDDLESBROUGH, CARDIFF)
        assert found["dependency_ratio"] == ratio


def test_the_total_of_the_share_born_abroad_is_a_choice():
    """A share of 0.2 of 10 thousand people of the survey is 2,000 of 2,800 residents."""
    rows = [("residents", year, MIDDLESBROUGH, None, None, None, 10.0) for year in (2013, 2014)]
    shares = [row for row in statistics(AREAS, range(2013, 2016)) if row[0] != "non_uk_born"]
    shares += [("non_uk_born", year, MIDDLESBROUGH, None, None, None, 0.2) for year in (2013, 2014)]
    panel = panel_of([*MOVES, *rows, *shares])
    for reading, share in (("survey", 0.2), ("population", 2000 / 2800)):
        found = pair(frames_of(panel, born_abroad=reading)["moves"], 2014, MIDDLESBROUGH, CARDIFF)
        assert found["non_uk_born"] == pytest.approx(share)


def test_production_a_head_of_abolished_districts_is_a_choice():
    """Taunton Deane and West Somerset: GBP 30 and 5 million, 1,400 people in what followed, half of 2015 prices."""
    taunton, west_somerset, merged = "E07000190", "E07000191", "E07000246"
    people = populations_2017(ROOT).sum(axis=1)
    share = people[taunton] / (people[taunton] + people[west_somerset])
    made = [("gva", 2013, taunton, None, None, None, 30.0), ("gva", 2013, west_somerset, None, None, None, 5.0)]
    move = ("moves", 2014, HARTLEPOOL, taunton, "male", 20, 1.0)
    others = [row for row in statistics((HARTLEPOOL, merged), range(2013, 2015)) if row[:3] != ("gva", 2013, merged)]
    panel = panel_of([move, *made, *[(*row[:6], row[6] / 2) if row[2] == merged else row for row in others]])
    for reading, head in (("own", 30e6 / (1400 * share)), ("successor", 35e6 / 1400)):
        found = pair(frames_of(panel, gva_abolished=reading)["moves"], 2014, HARTLEPOOL, taunton)
        assert found["destination_gva_per_head"] == pytest.approx(np.log(head / 0.5))


@pytest.mark.parametrize(
    ("years", "areas", "mean"), [("printed", "england_and_wales", 3.1), ("lagged", "england_and_wales", 3.05)]
)
def test_the_years_and_areas_of_table_6_are_choices(years, areas, mean):
    """Cardiff (3.0, 3.1 and 3.2 of 2013 to 2015) is the only authority of its type, and Welsh."""
    panel = small_panel()
    frame = frames_of(panel, table_6_years=years, table_6_areas=areas)["area_years"]
    assert frame.loc[frame["area"] == CARDIFF, "unemployment"].mean() == pytest.approx(mean)
    english = frames_of(panel, table_6_years=years, table_6_areas="england")["area_years"]
    assert set(english["area"]) == {HARTLEPOOL, MIDDLESBROUGH}


def test_a_panel_without_moves_or_people_says_so():
    with pytest.raises(DataError, match="no moves between authorities of England and Wales"):
        frames_of(panel_of([MOVES[3], *statistics(AREAS, range(2013, 2016))]))
    with pytest.raises(DataError, match="no population of areas"):
        frames_of(panel_of([*MOVES, ("fertility", 2013, HARTLEPOOL, None, None, None, 1.8)]))


def test_the_models_of_a_table_share_their_complete_cases():
    study, panel = STUDY, small_panel()
    tables = [name for name, spec in study.tables.items() if spec.statistic.name == "coefficient"]
    assert len([name for name in tables if name.startswith("table_")]) == 18 and len(study.models) == 72
    frames = frames_of(panel)
    fitted, _ = fit_models(frames, study)
    cells = estimate_table(fitted, study, "table_7")
    shown = cells[cells["row"] == "distance_and_border"].set_index("column")["note"]
    assert shown.to_dict() == {"model_1": "NO", "model_2": "YES", "model_3": "YES", "model_4": "YES"}
