"""Frames of the study of internal migration flows: hand-calculated on three areas, printed counts on the real frame."""

import numpy as np
import pandas as pd
import pytest

from mobility.backtest.compare import read_published
from mobility.cells.estimates import estimate_table, fit_models
from mobility.cells.export import export_sample
from mobility.cells.stage import table_cells
from mobility.errors import DataError
from mobility.flows.covariates import populations_2017, supergroups
from mobility.intake.losses import LossTable, breaks
from mobility.panel.sample import select_sample
from mobility.settings import load_study
from mobility.storage import read_register
from mobility.studies import make_frames
from mobility.studies.inputs import Inputs
from mobility.studies.moving_out.frames import TABLE_6
from paths import ROOT
from r_commands import compare_with_r, needs_r

STUDY = load_study(ROOT, "moving_out")
HARTLEPOOL, MIDDLESBROUGH, CARDIFF = "E06000001", "E06000002", "W06000015"
AREAS = (HARTLEPOOL, MIDDLESBROUGH, CARDIFF)
KEYS = ["measure", "year", "origin", "destination", "sex", "age", "value"]
YEARLY = ("non_uk_born", "fertility", "unemployment", "gva", "house_price")


def panel_of(rows: list[tuple], groups: list[tuple] = ()) -> pd.DataFrame:
    """A panel of rows of `KEYS`, and rows of the census: measure, origin, destination, group, value."""
    census = pd.DataFrame(groups, columns=["measure", "origin", "destination", "group", "value"]).assign(year=2011)
    panel = pd.concat([pd.DataFrame(rows, columns=KEYS), census], ignore_index=True)
    panel = panel.astype({"year": "int16", "age": "Int16", "value": "float64"})
    return panel.astype(dict.fromkeys(["measure", "origin", "destination", "group", "sex"], "category"))


def statistics(areas: tuple[str, ...], years: range) -> list[tuple]:
    """Each area's statistics: its place k among the areas (from 1) times 1, or times the unit of the statistic."""
    rows = [("deflator", year, None, None, None, None, 50.0) for year in years]
    for k, area in enumerate(areas, start=1):
        for year in years:
            rows += [(name, year, area, None, None, None, k + (year - 2013) / 10) for name in YEARLY]
            for sex in ("male", "female"):
                rows += [("population", year, area, None, sex, age, 100.0 * k) for age in (0, 15, 17, 20, 64, 65, 90)]
        rows += [("mobility_rank", 2017, area, None, None, None, k), ("imd_score", 2010, area, None, None, None, 9 - k)]
    return rows


MOVES = [
    ("moves", 2014, HARTLEPOOL, MIDDLESBROUGH, "male", 20, 1.2),
    ("moves", 2014, HARTLEPOOL, MIDDLESBROUGH, "female", 25, 1.4),
    ("moves", 2014, MIDDLESBROUGH, CARDIFF, "female", 90, 3.0),
    ("moves", 2014, HARTLEPOOL, "S92000003", "male", 20, 7.0),
    ("moves", 2015, CARDIFF, HARTLEPOOL, "male", 0, 0.4),
]


def small_panel() -> pd.DataFrame:
    return panel_of(MOVES + statistics(AREAS, range(2013, 2016)))


def frames_of(panel: pd.DataFrame, losses: LossTable | None = None, **choices: str) -> dict[str, pd.DataFrame]:
    return make_frames(Inputs.of(panel, STUDY, STUDY.chosen(choices), losses or LossTable()))


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


def test_a_panel_without_moves_or_people_says_so():
    with pytest.raises(DataError, match="no moves between authorities of England and Wales"):
        frames_of(panel_of([MOVES[3], *statistics(AREAS, range(2013, 2016))]))
    with pytest.raises(DataError, match="no population of areas"):
        frames_of(panel_of([*MOVES, ("fertility", 2013, HARTLEPOOL, None, None, None, 1.8)]))


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
@pytest.mark.parametrize("errors", ["robust", "clustered"])
def test_r_gives_the_models_of_every_table(real_moves, errors, tmp_path):
    """All 72 models of Tables 2 to 20 on one row in fifty of the real frame."""
    few = {"moves": real_moves["moves"].sample(frac=0.02, random_state=1).reset_index(drop=True)}
    assert compare_with_r(load_study(ROOT, "moving_out", {"errors": errors}), few, tmp_path, rel=1e-5, abs=1e-6) > 1500


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


def test_the_models_of_a_table_share_their_complete_cases():
    study, panel = STUDY, small_panel()
    tables = [name for name, spec in study.tables.items() if spec.statistic.name == "coefficient"]
    assert len([name for name in tables if name.startswith("table_")]) == 18 and len(study.models) == 72
    frames = frames_of(panel)
    fitted, _ = fit_models(frames, study)
    cells = estimate_table(fitted, study, "table_7")
    shown = cells[cells["row"] == "distance_and_border"].set_index("column")["note"]
    assert shown.to_dict() == {"model_1": "NO", "model_2": "YES", "model_3": "YES", "model_4": "YES"}


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
