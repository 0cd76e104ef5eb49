"""Movers from deprived regions: the quintile, who is a mover, the parents' class and the losses, worked by hand."""

import numpy as np
import pandas as pd
import pytest

from ls_extract import NORTH_EAST, STUDY, WALES, extract, frames_of, write
from mobility.backtest.compare import against_truth
from mobility.cells.estimates import estimate_table, fit_models
from mobility.cells.stage import table_cells
from mobility.storage import read_csv
from mobility.studies.movers_ls import deprived
from paths import ROOT
from planted_project import make

READ = {"ls_quintile": "reaching", "ls_share": "parents", "ls_wave": "each"}


@pytest.fixture
def family(tmp_path):
    return lambda **answers: frames_of(write(extract(), tmp_path / "ls"), **answers)


def test_losses_are_named_and_three_are_left(family):
    """20 rows; each step loses the one that is written for it, and twelve grew up in London."""
    frames, losses = family()
    chain = losses[(losses["step"] == "people") & (losses["rows_dropped"] > 0)]
    assert dict(zip(chain["reason"], chain["rows_dropped"], strict=True)) == {
        "not aged 10 to 16 in the census of childhood": 1,
        "not aged 30 to 36 in the census of adulthood": 1,
        "in an earlier census of adulthood too": 1,
        "no region of childhood": 1,
        "no region as an adult": 1,
        "grew up in a region outside the lowest quintile": 12,
    }
    assert len(frames["children"]) == 15 and frames["people"]["person"].tolist() == [1, 2, 3]
    # Characteristics known: disabled, degree, three classes of parents, three of the occupation, employed: 9 of each.
    assert len(frames["traits"]) == 27


def test_who_moved_and_what_they_are(family):
    people = family()[0]["people"].set_index("person")
    assert people["who"].to_dict() == {1: "stayers", 2: "stayers", 3: "movers"}
    # The higher of the two (2 of 4 and 2), the one that is there (5), both the same (4).
    assert people["parents"].to_dict() == {1: "parent_professional", 2: "parent_unskilled", 3: "parent_skilled"}
    assert people["employed"].to_dict() == {1: 1, 2: 0, 3: 1}
    assert people["occupation"].to_dict() == {1: "skilled", 2: "unskilled", 3: "professional"}
    assert people["male"].to_dict() == {1: 1, 2: 0, 3: 1} and people["owner"].eq(1).all()
    assert people["child_census"].eq(1971).all() and people["year"].eq("1991").all()


def test_the_last_job_and_the_mother_can_be_left_out(family):
    now = family(ls_occupation="current")[0]["people"].set_index("person")["occupation"]
    assert now.dropna().to_dict() == {1: "skilled", 3: "professional"}
    father = family(ls_parent="father")[0]["people"].set_index("person")["parents"]
    assert father[1] == "parent_skilled"  # class 4, though the mother has 2


def children(shares, census=1971):
    """Ten or more children a region, of whom some have a professional parent: {region: (children, of them)}."""
    parts = [
        pd.DataFrame({"child_region": region, "parents_professional": [1.0] * so + [0.0] * (count - so)})
        for region, (count, so) in shares.items()
    ]
    return pd.concat(parts, ignore_index=True).assign(child_census=census)


def lowest(rows, **answers):
    found = rows[deprived(rows, {**READ, **answers})]
    return {census: sorted(part["child_region"].unique()) for census, part in found.groupby("child_census")}


def test_the_quintile_takes_whole_regions():
    """100 children in order of the shares 0.1, 0.2, 0.3, 0.5: 10, 28, 50 and 100 reached; a fifth is 20."""
    rows = children({"wales": (10, 1), "north_east": (18, 4), "london": (50, 25), "south_west": (22, 7)})
    assert lowest(rows) == {1971: ["north_east", "wales"]}
    assert lowest(rows, ls_quintile="below") == {1971: ["wales"]}
    assert lowest(rows, ls_quintile="nearest") == {1971: ["north_east", "wales"]}  # 28 is 8 away, 10 is 10 away
    nearer = children({"wales": (15, 1), "north_east": (18, 4), "london": (45, 25), "south_west": (22, 7)})
    assert lowest(nearer, ls_quintile="nearest") == {1971: ["wales"]}  # 15 is 5 away, 33 is 13


def test_a_fifth_that_is_just_reached_ends_the_quintile():
    rows = children({"wales": (20, 1), "london": (80, 40)})
    assert lowest(rows) == {1971: ["wales"]} and lowest(rows, ls_quintile="below") == {}


def test_each_census_has_its_quintile_unless_they_are_pooled():
    """In 1971 the North East has 2 of 20, in 1981 it has 18 of 20; Wales 10 of 20 in both; together 20 and 20 of 40."""
    later = children({"north_east": (20, 18), "wales": (20, 9), "london": (60, 59)}, 1981)
    rows = pd.concat([children({"north_east": (20, 2), "wales": (20, 10), "london": (60, 59)}), later])
    rows = rows.reset_index(drop=True)
    assert lowest(rows) == {1971: ["north_east"], 1981: ["wales"]}
    assert lowest(rows, ls_wave="pooled") == {1971: ["wales"], 1981: ["wales"]}  # 19 of 40 against 20 of 40


def test_the_share_can_be_of_own_jobs_or_of_the_region():
    rows = children({"wales": (30, 3), "north_east": (30, 6), "london": (40, 30)}).assign(wave=1991)
    rows["adult_region"] = rows["child_region"]
    rows["region_professionals"] = rows["child_region"].map({"wales": 0.3, "north_east": 0.35, "london": 0.25})
    rows["occupation"] = np.where(rows["child_region"] == "north_east", "skilled", "professional")
    assert lowest(rows) == {1971: ["wales"]}
    assert lowest(rows, ls_share="own") == {1971: ["north_east"]}
    assert lowest(rows, ls_share="region") == {1971: ["london"]}


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return make(tmp_path_factory.mktemp("ls") / "delivery", ROOT, "ons_ls")


def test_shares_of_table_30_are_those_of_pandas_from_the_codes(small):
    """Counted from the codes of the file, without the study's frames."""
    cells = table_cells(frames_of(small)[0]["traits"], STUDY, "table_30")[0].set_index(["row", "column"])
    raw = read_csv(small / "ls_extract.csv")
    raw = raw[raw["child_region"].isin([NORTH_EAST, "E12000003", WALES])]  # what the writer plants as deprived
    moved = raw["child_region"] != raw["adult_region"]
    best = raw[["father_class", "mother_class"]].where(lambda codes: codes > 0).min(axis=1)
    work = raw["occupation_class"].where(raw["occupation_class"] > 0)
    ill = raw["limiting_illness"].where(raw["limiting_illness"] >= 0)
    expected = {
        "disabled": ill,
        "degree_holder": raw["degree"],
        "parent_professional_and_technical_occupations": (best <= 2).where(best.notna()),
        "parent_skilled_occupations": best.isin([3, 4]).where(best.notna()),
        "parent_semi_skilled_unskilled_occupations": (best >= 5).where(best.notna()),
        "professional_and_technical_occupations": (work <= 2).where(work.notna()),
        "skilled_occupations": work.isin([3, 4]).where(work.notna()),
        "semi_skilled_unskilled_occupations": (work >= 5).where(work.notna()),
        "employed": raw["activity"].isin([1, 2]),
    }
    for row, answer in expected.items():
        for column, mask in (("stayers", ~moved), ("movers", moved)):
            known = answer[mask].dropna().astype(float)
            cell = cells.loc[(row, column)]
            assert cell["value"] == pytest.approx(known.mean(), abs=1e-12), (row, column)
            assert (cell["n"], cell["base"], cell["persons"]) == (known.sum(), len(known), known.sum())


def test_table_30_meets_what_was_planted(small):
    truth = read_csv(small / "truth" / "movers_ls.csv")
    found = against_truth(table_cells(frames_of(small)[0]["traits"], STUDY, "table_30")[0], truth)
    assert len(found) == 14 and found["z"].abs().max() < 3.5  # 14 draws of a normal


@pytest.mark.parametrize("table", ["table_31", "table_32"])
def test_effects_in_each_group_meet_what_was_planted(small, table):
    """Nine groups, of one sample and so not independent; planted is the change that moving makes, all else as it is."""
    fits, _ = fit_models(frames_of(small)[0], STUDY)
    found = against_truth(estimate_table(fits, STUDY, table), read_csv(small / "truth" / "movers_ls.csv"))
    assert len(found) == 9 and found["z"].abs().max() < 3.5
    assert found["std_error"].between(0.02, 0.3).all()  # a twentieth of the persons: 4.5 times those printed
