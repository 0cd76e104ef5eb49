"""Registers of the six dimensions against the printed counts of the report (4.1, Tables C.9.1 to C.9.4)."""

from collections import Counter

import pytest

from mobility.errors import SpecError
from mobility.lmi.dimensions import JOINED, industry_of, load_dimensions
from paths import ROOT


@pytest.fixture(scope="module")
def dimensions():
    return load_dimensions(ROOT)


def test_dimensions_have_the_printed_numbers_of_codes_and_groups(dimensions):
    sizes = {name: len(own.codes) for name, own in dimensions.items()}
    assert sizes == {"occupation": 369, "industry": 75, "region": 12, "gender": 2, "status": 3, "qualification": 9}
    groups = {level: len(set(of)) for own in dimensions.values() for level, of in own.levels.items()}
    assert groups == {
        "minor": 90,
        "sub_major": 25,
        "major": 9,
        "industry_22": 22,
        "sector": 6,
        "country": 4,
        "six": 6,
        "three": 3,
    }


@pytest.mark.parametrize("joined", JOINED)
def test_four_of_79_industries_are_joined_within_their_group_of_22(joined):
    own = load_dimensions(ROOT, joined)["industry"]
    assert len(own.codes) == 75
    assert set(own.levels["industry_22"]) == {str(number) for number in range(1, 23)}
    assert set(industry_of(ROOT, joined).values()) == set(own.codes)


def test_groups_of_industries_hold_the_divisions_that_are_printed():
    """Table C.9.2: engineering is divisions 26 to 28, media 58 to 60 and 63, the 79 industries 1 to 79."""
    group = dict(
        zip(
            load_dimensions(ROOT)["industry"].codes,
            load_dimensions(ROOT)["industry"].levels["industry_22"],
            strict=True,
        )
    )
    of = {division: group[code] for division, code in industry_of(ROOT).items()}
    assert [division for division, own in of.items() if own == "4"] == [26, 27, 28]
    assert sorted(division for division, own in of.items() if own == "12") == [58, 59, 60, 63]
    assert len(of) == 85


def test_every_level_is_a_coarsening_of_the_one_before(dimensions):
    for own in dimensions.values():
        finer = own.codes
        for level, of in own.levels.items():
            pairs = Counter(fine for fine, _ in set(zip(finer, of, strict=True)))
            assert set(pairs.values()) == {1}, level
            finer = of


def test_a_group_that_is_not_there_is_named(dimensions):
    with pytest.raises(SpecError, match="occupation: no level `subgroup`"):
        dimensions["occupation"].members("subgroup", "41")
    with pytest.raises(SpecError, match="no `14` in the level industry"):
        dimensions["industry"].members("industry", "14")
