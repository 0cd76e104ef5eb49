"""Movers and stayers: the worked family, whose outcome was written down by hand, and what can be wrong with persons."""

import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from mobility.areas.codes import load_areas
from mobility.errors import DataError
from mobility.intake.losses import LossTable, breaks
from mobility.settings import load_study
from mobility.studies import make_frames
from mobility.studies.inputs import Inputs
from mobility.studies.movers.places import distance_miles
from movers_family import BOURNEMOUTH, IDS, family_rows, many_families, panels_of, row
from paths import ROOT

STUDY = load_study(ROOT, "movers")
SAMPLE = ("anna", "ben", "cara", "dev", "gita", "hugh", "jo")
BCP = "E06000058"  # Bournemouth, Christchurch and Poole, 2019


def persons(rows: list[dict] | None = None, **readings: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The persons of the study by name, and its losses."""
    losses = LossTable()
    inputs = Inputs(panels_of(rows or family_rows()), STUDY, STUDY.chosen(readings), losses, ["persons"])
    frame = make_frames(inputs)["persons"]
    names = {number: name for name, number in IDS.items()}
    return frame.set_index(frame["person"].map(names)), losses.frame()


@pytest.fixture(scope="module")
def family() -> tuple[pd.DataFrame, pd.DataFrame]:
    return persons()


def test_the_sample_of_the_worked_family(family):
    assert sorted(family[0].index) == sorted(SAMPLE)


@pytest.mark.parametrize(
    ("name", "teenager", "adult", "mover", "parents"),
    [
        ("anna", 1991, 2006, 0, 2),
        ("ben", 1992, 2010, 0, 1),
        ("cara", 2001, 2014, 1, 2),
        ("dev", 2009, 2018, 0, 3),
        ("gita", 1992, 2004, 0, None),
        ("hugh", 1992, 2006, 0, None),
        ("jo", 1996, 2010, 1, 2),
    ],
)
def test_records_moves_and_parents_of_the_worked_family(family, name, teenager, adult, mover, parents):
    found = family[0].loc[name]
    assert (found["teenage_year"], found["wave_year"], found["mover"]) == (teenager, adult, mover)
    assert found["parental_class"] == parents if parents else pd.isna(found["parental_class"])


def test_outcomes_of_the_worked_family(family):
    frame = family[0]
    assert frame.loc["gita", "income"] == pytest.approx(-250 * 100 / 76.5, abs=1e-9)  # CPI of 2004, 2015 = 100
    assert frame.loc["jo", "employed"] == 0 and frame.loc["jo", "higher"] == 1 and pd.isna(frame.loc["jo", "income"])


def test_recoded_and_merged_authorities_are_no_moves(family):
    frame = family[0]
    assert frame.loc["hugh", ["origin", "area"]].tolist() == [BCP, BCP]
    assert frame.loc["gita", "area"] == BCP and BOURNEMOUTH not in set(frame["area"])
    assert persons(la_set="as_delivered")[0].loc["hugh", "mover"] == 1
    assert frame.loc["hugh", "distance"] == 0 and frame.loc["cara", "distance"] > 200  # Durham to Hackney


def test_every_authority_of_2020_has_a_centroid():
    """Belfast to Glasgow, by hand: easting 145,414.6 to 259,070.3 and northing 529,500.2 to 665,039.2 metres."""
    codes = pd.Series(sorted(load_areas(ROOT).codes(2020)))
    belfast = pd.Series("N09000003", index=codes.index)
    for reading in ("grid", "great_circle"):
        miles = distance_miles(belfast, codes, ROOT, reading).set_axis(codes)
        assert miles.notna().all() and miles["N09000003"] == 0
        by_hand = (113_655.7**2 + 135_539.0**2) ** 0.5 / 1_609.344
        assert miles["S12000049"] == pytest.approx(by_hand, rel=1e-6 if reading == "grid" else 0.005)


def test_losses_of_the_worked_family(family):
    chain = family[1][family[1]["step"] == "persons"]
    chain = chain[~chain["reason"].str.startswith("motivation")]
    steps = chain[chain["unit"] == "persons"]["rows_out"].tolist()
    assert steps == [10, 9, 9, 7, 7, 7, 7]
    assert chain["reason"].iloc[-1].startswith("adult record")


@pytest.mark.parametrize(
    ("choice", "reading", "name", "column", "expected"),
    [
        ("teen_record", "last", "anna", "teenage_year", 1992),
        ("teen_record", "nearest_16", "anna", "teenage_year", 1991),
        ("teen_record", "with_class", "anna", "teenage_year", 1991),
        ("parent_class", "current", "dev", "parental_class", None),
        ("parent_class", "same_wave", "cara", "parental_class", None),
        ("parent_class", "mother", "ben", "parental_class", 2),
        ("parent_class", "father", "anna", "parental_class", 3),
        ("parent_class", "recalled", "anna", "parental_class", None),
        ("never_worked", "routine", "hugh", "parental_class", None),
        ("adult_record", "nearest", "ben", "wave_year", 2006),
        ("adult_record", "latest", "anna", "mover", 1),
        ("adult_record", "first", "anna", "wave_year", 2002),
        ("adult_activity", "not_needed", "cara", "wave_year", 2015),
        ("proxies", "drop", "cara", "wave_year", 2012),
        ("la_set", "as_delivered", "ben", "mover", 1),
        ("la_set", "lad2011", "hugh", "area", "E07000048"),
        ("distance", "great_circle", "cara", "distance", 229.5),
        ("distance", "log", "cara", "distance", 5.44),
        ("higher_past", "current", "jo", "higher", None),
        ("income_zero", "kept", "jo", "income", 0),
        ("income_zero", "log", "gita", "income", None),
        ("deflator", "cpih", "gita", "income", -250 * 100 / 77.8),
        ("deflator", "cpi_2019", "gita", "income", -250 * 107.8 / 76.5),
        ("years", "wave", "dev", "year", 2018),
    ],
)
def test_what_the_other_readings_make_of_the_family(choice, reading, name, column, expected):
    found = persons(**{choice: reading})[0].loc[name, column]
    if expected is None:
        assert pd.isna(found)
    else:
        assert (
            found == expected
            if isinstance(expected, str)
            else found == pytest.approx(expected, abs=0.5e-2 * abs(expected))
        )


@pytest.mark.parametrize(
    ("choice", "reading", "lost"),
    [
        ("parent_known", "yes", {"gita", "hugh"}),
        ("last_wave", "i", {"dev"}),
        ("sample_origin", "bhps", {"dev"}),
        ("teen_source", "interviewed", set(SAMPLE)),
    ],
)
def test_whom_the_other_readings_leave_out(choice, reading, lost):
    frame, losses = persons(**{choice: reading})
    assert set(SAMPLE) - set(frame.index) == lost
    assert breaks(losses) == []


@pytest.mark.parametrize("every", [4, pytest.param(1, marks=pytest.mark.long)])
def test_every_reading_makes_frames_of_the_same_columns(family, every):
    """One in four of the answers that are not the default; in the long test all."""
    answers = [(name, reading) for name, choice in STUDY.choices.items() for reading in choice.alternatives]
    for name, reading in [(name, reading) for name, reading in answers if reading != STUDY.chosen()[name]][::every]:
        assert list(persons(**{name: reading})[0].columns) == list(family[0].columns), (name, reading)


def test_a_record_for_each_outcome():
    inputs = Inputs(panels_of(family_rows()), STUDY, STUDY.chosen({"adult_per_outcome": "own"}), LossTable())
    frames = make_frames(inputs)
    assert set(frames["persons_higher"]["person"]) == {IDS["jo"]}
    assert set(frames["persons_income"]["person"]) == {IDS["gita"]}
    assert len(frames["persons_employed"]) == len(frames["persons"]) == len(SAMPLE)


# What can be wrong with persons.


def changed(name: str, year: int, **answers) -> list[dict]:
    """The family with other answers in one person's row of a year."""
    rows = [{**row, **answers} if (row["name"], row["year"]) == (name, year) else row for row in family_rows()]
    assert rows != family_rows()
    return rows


def reasons(losses: pd.DataFrame) -> str:
    return "\n".join(losses.loc[losses["step"] == "persons", "reason"])


def test_a_parent_link_to_nobody_is_no_link_and_counted():
    frame, losses = persons(changed("jo", 1996, mother_person_number=9))
    assert (
        "jo" not in frame.index
        and "links to a parent that lead to nobody of their wave, and are none: 1" in reasons(losses)
    )


def test_a_link_by_identifier_to_nobody_is_no_link_and_counted():
    frame, losses = persons(changed("dev", 2009, mother_id=4_000_000_000))
    assert (
        "dev" not in frame.index
        and "links to a parent that lead to nobody of their wave, and are none: 1" in reasons(losses)
    )


def test_a_link_to_oneself_is_no_link():
    frame, losses = persons(changed("dev", 2009, mother_id=IDS["dev"]))
    assert "dev" not in frame.index and "nobody of their wave, and are none: 1" in reasons(losses)


def test_two_mothers_are_two_parents_of_whom_the_higher_class_counts():
    mothers = [
        row(
            "anna",
            1991,
            16,
            "E07000055",
            household_id=5,
            person_number=3,
            mother_person_number=1,
            father_person_number=2,
        ),
        row("mother", 1991, 45, "E07000055", household_id=5, person_number=1, nssec3=2, sex_ever=2),
        row("father", 1991, 45, "E07000055", household_id=5, person_number=2, nssec3=1, sex_ever=2),
    ]
    rest = [
        found
        for found in family_rows()
        if not (found["year"] == 1991 and found["name"] in ("anna", "mother", "father", "ben"))
    ]
    assert persons([*rest, *mothers])[0].loc["anna", "parental_class"] == 1


def test_a_person_number_that_two_persons_have_leads_to_no_parent():
    frame, losses = persons(changed("father", 1991, person_number=1))
    assert "links to a parent that lead to a number that two persons have, and are none: 1" in reasons(losses)
    assert frame.loc["anna", "teenage_year"] == 1992


def test_an_adult_record_has_to_follow_the_teenage_one():
    rows = [row("dev", 2009, 16, "E06000002", household_id=1, mother_id=IDS["mum"], activity_status=2) | {"age": 30}]
    rows += [row("mum", 2009, 45, "E06000002", household_id=1)]
    frame, losses = persons(rows)
    last = losses[losses["step"] == "persons"].iloc[-1]
    assert frame.empty
    assert (last["reason"], last["rows_dropped"]) == ("adult record not of a later wave than the teenage one", 1)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("FR101", "an unknown area code: 1"),
        ("E12000001", "a whole county, region or country, no authority: 1"),
        ("00EB", "an unknown area code: 1"),
    ],
)
def test_an_authority_of_another_country_or_list_is_not_usable_and_counted(code, said):
    frame, losses = persons(changed("jo", 1996, local_authority=code))
    assert "jo" not in frame.index and f"records with {said}" in reasons(losses)


@pytest.mark.parametrize("code", ["-9", "-8", " ", None])
def test_a_missing_authority_is_no_code(code):
    frame, losses = persons(changed("jo", 1996, local_authority=code))
    assert "jo" not in frame.index and "records with" not in reasons(losses)


def test_old_districts_of_northern_ireland_are_carried_by_best_fit_and_said():
    frame, losses = persons(changed("jo", 1996, local_authority="95GG"))
    assert frame.loc["jo", "origin"] == "N09000003"
    by_hand = ((534_362.1 - 145_414.6) ** 2 + (185_478.4 - 529_500.2) ** 2) ** 0.5 / 1_609.344  # Belfast to Hackney
    assert frame.loc["jo", "distance"] == pytest.approx(by_hand, abs=1e-9)
    assert "records with a Northern Irish district of before 2015, carried by best fit: 1" in reasons(losses)


def test_a_code_of_a_later_list_is_carried_back():
    frame, _ = persons(changed("jo", 2010, local_authority="E06000066"))  # Somerset, 2023: four districts of 2020
    assert "jo" not in frame.index


def test_incomes_in_pence_are_refused():
    with pytest.raises(
        DataError,
        match=r"labour_income \(fimnlabgrs_dv of indresp\) of 2010: half of the earners have more than 180,000 a month",
    ):
        persons(changed("jo", 2010, labour_income=180_000.0))


def test_a_person_twice_in_a_year_is_refused():
    rows = family_rows()
    with pytest.raises(DataError, match=r"1 persons stand in two rows of one year, first in 2010"):
        persons([*rows, next(found for found in rows if found["year"] == 2010)])


def test_the_order_of_rows_changes_nothing(family):
    frame, _ = persons(family_rows()[::-1])
    pd.testing.assert_frame_equal(frame, family[0])


# Motivation and statistics of areas: what is not in the files at hand.


def test_motivation_without_names_is_said_once(family):
    assert family[0][["reason_1", "aspect_2"]].isna().all(axis=None)
    assert reasons(family[1]).count("motivation is not known") == 1


def test_motivation_is_of_the_first_record_with_a_second_answer():
    rows = [{**found, "job_reason_1": -8, "job_reason_2": -8} for found in family_rows()]
    told = {("anna", 1991): {"job_reason_1": 7}, ("anna", 1992): {"job_reason_1": 1, "job_reason_2": 5}}
    rows = [{**found, **told.get((found["name"], found["year"]), {})} for found in rows]
    found = persons(rows)[0].loc["anna"]
    assert (found["reason_1"], found["reason_2"]) == ("first_working_is_normal", "peoples_company")
    assert pd.isna(found["aspect_1"])


def test_statistics_are_those_of_the_adult_authority_in_the_year_of_the_interview(tmp_path):
    """As the user fills them in, in groups/areas.csv of the study."""
    folder = tmp_path / "studies" / "movers"
    shutil.copytree(STUDY.folder, folder)
    (tmp_path / "resources").symlink_to(ROOT / "resources")
    with (folder / "groups" / "areas.csv").open("a", encoding="utf-8") as file:
        file.write("E09000012,2014,8.0,40.0\nE09000012,2009,9.0,30.0\nE06000047,2014,7.0,20.0\n")
    study = replace(STUDY, folder=folder)

    def found(**readings: str) -> pd.DataFrame:
        inputs = Inputs(panels_of(family_rows()), study, study.chosen(readings), LossTable(), ["persons"])
        return make_frames(inputs)["persons"].set_index("person")

    assert found().loc[IDS["cara"], ["unemployment", "professionals"]].tolist() == [8.0, 40.0]
    assert pd.isna(found().loc[IDS["jo"], "unemployment"])
    assert found(macro_missing="nearest").loc[IDS["jo"], "unemployment"] == 9.0
    assert found(macro_of="origin").loc[IDS["cara"], "unemployment"] == 7.0


def test_region_and_cluster_of_the_place_where_a_person_grew_up():
    rows = changed("cara", 2014, region=7)
    assert persons(rows)[0].loc["cara", ["region", "cluster"]].tolist() == [7, "E09000012"]
    origin = persons(rows, region_of="origin", cluster_of="origin")[0].loc["cara"]
    assert (origin["region"], origin["cluster"]) == (1, "E06000047")  # County Durham, North East


def test_amounts_of_a_year_in_some_waves_are_refused(family):
    """Twelve times the income in the BHPS alone, which is below the limit of a month in its years."""
    panels = {name: panel.assign(labour_income=panel["labour_income"] / 2) for name, panel in many_families(60).items()}
    yearly = panels["history"].assign(labour_income=panels["history"]["labour_income"] * 12)
    with pytest.raises(
        DataError, match=r"labour_income \(fimnlabgrs_dv of indresp\) of \d+ and \d+: the typical earner"
    ):
        make_frames(Inputs({**panels, "history": yearly}, STUDY, STUDY.chosen(), LossTable(), ["persons"]))


def test_authorities_of_another_edition_are_refused():
    """Household numbers that meet other households put people into authorities of other regions."""
    panels, rng = many_families(30), np.random.default_rng(1)
    codes = panels["persons"]["local_authority"]
    strange = panels["persons"].assign(local_authority=rng.permutation(codes.to_numpy()))
    with pytest.raises(DataError, match=r"have an authority of another region.*SN 6666.* another edition"):
        make_frames(Inputs({**panels, "persons": strange}, STUDY, STUDY.chosen(), LossTable(), ["persons"]))


def test_surveys_of_different_identifiers_are_refused_and_the_common_persons_counted(family):
    panels = many_families(30)
    made = LossTable()
    make_frames(Inputs(panels, STUDY, STUDY.chosen(), made, ["persons"]))
    common = len(set(panels["history"]["person"]) & set(panels["persons"]["person"]))
    said = f"persons of the BHPS who stand in UKHLS too: {common:,} of {panels['history']['person'].nunique():,}"
    assert common > 0 and said in made.frame()["reason"].tolist()
    strange = panels["history"].assign(person=panels["history"]["person"] - 2_000_000_000)
    with pytest.raises(DataError, match=r"of the BHPS none stands in UKHLS.* SN 5151"):
        make_frames(Inputs({**panels, "history": strange}, STUDY, STUDY.chosen(), LossTable(), ["persons"]))
