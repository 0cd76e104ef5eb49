"""NS-SEC by hand against the official derivation table, and SOC2000 against the printed relationship table."""

import pandas as pd
import pytest

from mobility.classify.nssec import EDITIONS, STATUSES, derive_nssec
from mobility.classify.soc import soc2000_of
from mobility.errors import SpecError
from mobility.storage import read_rows
from paths import ROOT, SHARED

CLASSIFICATIONS = ROOT / "resources" / "classifications"
# Read off the table of the Office for National Statistics: unit group, status, class of the eight-class version.
BY_HAND = [
    (2211, "simplified", 1),  # medical practitioners: class 1 whatever their status
    (2211, "self_employed_no_employees", 1),
    (5241, "simplified", 5),  # electricians
    (5241, "employees", 5),
    (5241, "self_employed_no_employees", 4),
    (5241, "employers_small", 4),
    (5241, "employers_large", 1),
    (7111, "employees", 6),  # sales assistants
    (7111, "supervisors", 5),
    (1122, "managers_small", 2),  # production managers in construction
    (9233, "simplified", 7),  # cleaners
]
COPIES = {
    "nssec_derivation_soc2010.csv": "nssec_derivation_soc2010_long.csv",
    "nssec_derivation_soc2000_unverified.csv": "nssec_soc2000_unverified_transcription.csv",
    "nssec_derivation_soc2020_unverified.csv": "nssec_soc2020_unverified_transcription.csv",
    "nssec_classes.csv": "nssec_classes.csv",
    "soc2010_to_soc2020.csv": "soc2010_to_soc2020_ons.csv",
}


def of(codes, status="simplified", soc="soc2010"):
    return derive_nssec(ROOT, soc, pd.Series(codes, dtype="Int64"), status)


def test_classes_are_those_of_the_official_table():
    codes, statuses, classes = map(list, zip(*BY_HAND, strict=True))
    assert of(codes, pd.Series(statuses)).tolist() == classes


def test_nobody_without_an_occupation_or_a_status_has_a_class():
    found = of([2211, -9, None, 1234, 5241], pd.Series(["employees", "employees", "employees", "employees", None]))
    assert found.isna().tolist() == [False, True, True, True, True]


def test_every_cell_is_the_class_of_its_operational_category():
    """The labels of the categories say the class; three cells of the source contradict themselves and say so."""
    classes = {
        row["operational_category"][1:]: row["class8"] for row in read_rows(CLASSIFICATIONS / "nssec_classes.csv")
    }
    rows = [row for row in read_rows(CLASSIFICATIONS / "nssec_derivation_soc2010.csv") if not row["note"]]
    found = of([int(row["soc2010"]) for row in rows], pd.Series([row["employment_status"] for row in rows]))
    assert len(rows) == 369 * 8 - 3
    assert found.tolist() == [int(classes[row["operational_category"]]) for row in rows]


def test_a_classification_without_the_simplified_column_says_so():
    with pytest.raises(SpecError, match="no employment status `simplified`"):
        of([2211], soc="soc2020")
    with pytest.raises(SpecError, match="no derivation of NS-SEC from `soc1990`"):
        of([2211], soc="soc1990")


def test_what_is_not_verified_is_marked_and_agrees_on_what_did_not_change():
    assert [soc for soc, edition in EDITIONS.items() if edition.verified] == ["soc2010"]
    assert of([2211], "employees", "soc2020").tolist() == [1] and of([9233], "employees", "soc2000").tolist() == [7]
    assert set(EDITIONS["soc2010"].statuses) == set(STATUSES)


def test_the_likeliest_group_of_soc2000_is_that_of_the_printed_table():
    """Relationship of SOC2010 to SOC2000, January to March 2007, per cent: programmers 90.7 (men) 2132; IT project
    managers 91.7 (women) 1136; air-conditioning engineers 66.0 (men) 5314, of women no number is printed."""
    codes = pd.Series([2136, 2134, 5225, 5225, 2136, -9], dtype="Int64")
    sexes = pd.Series(["male", "female", "male", "female", None, "male"])
    found = soc2000_of(ROOT, codes, sexes)
    assert found[:4].tolist() == [2132, 1136, 5314, 5314] and found[4:].isna().all()


def test_every_unit_group_of_soc2010_has_one_of_soc2000():
    units = pd.Series([int(row["code"]) for row in read_rows(CLASSIFICATIONS / "soc2010_unit_groups.csv")])
    assert soc2000_of(ROOT, units, pd.Series("female", index=units.index)).notna().all()


def test_the_percentages_are_of_the_group_of_soc2010():
    """They add to 100, less what is too small to be printed; as shares of the other groups they would exceed it."""
    rows = pd.DataFrame(read_rows(CLASSIFICATIONS / "soc2010_in_soc2000.csv"))
    percent = pd.to_numeric(rows["percent"])
    sums = percent.groupby([rows["soc2010_code"], rows["sex"], rows["source"]]).sum()
    assert sums.max() < 100.5 and sums[sums > 0].median() > 90


@pytest.mark.skipif(not SHARED.is_dir(), reason="the originals are not beside this checkout")
@pytest.mark.parametrize("name", COPIES)
def test_copies_are_the_same_as_the_originals(name):
    original = read_rows(SHARED / "reference" / "classifications" / COPIES[name])
    assert read_rows(CLASSIFICATIONS / name) == original
