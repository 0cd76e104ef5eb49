"""What is planted in the invented families for the state of the nation: careers, recalled classes, young children."""

import numpy as np
import pandas as pd
import pytest

from mobility.synthetic.families import participation, progression
from mobility.synthetic.families.files import wave_files
from mobility.synthetic.families.nation import nation_table
from mobility.synthetic.families.people import CHILD
from mobility.synthetic.families.world import draw_world
from mobility.synthetic.writers import find_form
from paths import ROOT
from read_synthetic import SEED

STANDARD_ERRORS = 4


@pytest.fixture(scope="module")
def world():
    return draw_world(ROOT, "full", SEED)


@pytest.fixture(scope="module")
def files():
    """Files of waves ba, bb, a and k of the small delivery by name, columns without prefix."""
    small, form, found = draw_world(ROOT, "small", SEED), find_form("stata"), {}
    for wave in small.waves():
        if wave.year in (1991, 1992, 2009, 2019):
            for path, frame, _ in wave_files(wave, form):
                prefix = wave.wave.prefix
                found[path.name] = frame.rename(columns=lambda name, prefix=prefix: name.removeprefix(prefix))
    return found


def test_careers_have_the_planted_shares(world):
    """By background the first class, and by both who becomes professional, within four binomial errors."""
    people = world.people[world.people["ends"] > 0]
    assert len(people) > 3_000
    for (origin, start), (share, rises) in progression.planted().items():
        of_origin = people[people["parents_class"] == origin]
        begun = of_origin[of_origin["begins"] == start]
        for found, expected, base in (
            (len(begun) / len(of_origin), share, len(of_origin)),
            ((begun["ends"] == 1).mean(), rises, len(begun)),
        ):
            assert abs(found - expected) < STANDARD_ERRORS * np.sqrt(expected * (1 - expected) / base)


def test_nobody_with_a_career_is_a_teenager_or_child_of_the_families(world):
    people = world.people[world.people["ends"] > 0]
    assert ((people["first"] - people["born"]).between(20, 29)).all()
    assert not people["role"].eq(CHILD).any()
    age = (people["born"] + 29 - people["born"]).to_numpy()
    assert (progression.job_of(people, age) == people["begins"]).all()
    assert (progression.job_of(people, age + 6) == people["ends"]).all()


def test_the_higher_recalled_class_is_the_planted_background(world):
    """1 to 3, 4 and 5, 6 to 8 of eight classes; who has no background recalls none."""
    people = world.people
    groups = {code: 1 + (code > 3) + (code > 5) for code in range(1, 9)}
    recalled = people[["father_14", "mother_14"]].apply(lambda column: column.map(groups)).min(axis=1)
    known = people["parents_class"] > 0
    assert (recalled[known] == people.loc[known, "parents_class"]).all() and recalled[~known].isna().all()


def test_parents_classes_are_asked_at_the_first_interview_only(files):
    assert (files["ba_indresp"]["panssec8_dv"] != -8).all()
    both = files["ba_indresp"][["pidp"]].merge(files["bb_indresp"], on="pidp")
    assert len(both) > 300 and (both["panssec8_dv"] == -8).all()


def test_young_children_live_with_their_parents(files):
    grid = files["k_indall"]
    young = grid[grid["age_dv"] < 16]
    assert len(young) > 100 and young["age_dv"].max() <= 15
    there = pd.MultiIndex.from_frame(grid[["hidp", "pidp"]])
    for link in ("mnspid", "fnspid"):
        linked = young[young[link] > 0]
        assert pd.MultiIndex.from_frame(linked[["hidp", link]]).isin(there).all() and len(linked) > 50
    assert ((young["mnspid"] > 0) | (young["fnspid"] > 0)).all()
    assert not grid.duplicated(["hidp", "pno"]).any() and not grid.duplicated("pidp").any()
    pairs = files["k_egoalt"]
    assert young["pidp"].isin(pairs["pidp"]).all()


def test_weights_are_zero_for_proxies_and_one_a_household(files):
    answers = files["a_indresp"]
    assert ((answers["indinus_xw"] == 0) == (answers["ivfio"] == 2)).all()
    assert (answers["indpxus_xw"] > 0).all()
    households = files["a_hhresp"]
    assert (households["hhdenus_xw"] > 0).all() and not households.duplicated("hidp").any()


def test_the_truth_of_memberships_and_parents_by_hand():
    """Any: 1 less the product of 1 less each share; two graduates 0.34^2; A level as the higher 0.52^2 - 0.32^2."""
    found = nation_table().set_index(["table", "row", "column"])["value"]
    shares = [share for name, share in participation.planted().items() if name != "volunteering"]
    assert found["membership", "any", "y2011"] == pytest.approx(1 - np.exp(np.log1p(-np.array(shares)).sum()))
    assert found["driver_1_3_dual", "y2019", "both_graduates"] == pytest.approx(0.1156)
    assert found["driver_1_3_dual", "y2019", "a_level"] == pytest.approx(0.52**2 - 0.32**2)
    assert found.loc["driver_1_3_dual"].sum() == pytest.approx(1) == found.loc["driver_1_3_single"].sum()
    assert found["figure_3_17", "y2004", "working_class"] == 0.20
    assert found["indicator_4_2", "y2004", "professional"] == pytest.approx(0.55 * 0.9 + 0.22 * 0.5 + 0.23 * 0.36)
