"""Quotas met exactly, and what tables should show by rows and columns: by hand."""

from collections import Counter

import numpy as np
import pytest

from mobility.errors import SpecError
from mobility.synthetic.planted.draws import Draw, Effects, Groups, Product, Shares, whole_numbers
from mobility.synthetic.planted.expected import Crossed
from planted_project import make, spoiled

SEX = {"male": {"sex": (1,)}, "total": {}}


def shares(name, by, keys, cells, numbers, quota="", **asked):
    rule = Shares((name,), Groups(by, keys, "here"), tuple((cell,) for cell in cells), np.array(numbers), quota)
    otherwise = asked.pop("otherwise", None)
    return Draw((name,), rule, None, asked, otherwise)


# Of men 0.3 study, of women 0.5, and 0.4 of these are active, 0.9 of the others; a tenth of the active is jobless.
STUDY = shares("study", ("sex",), ((1,), (2,)), (1, 0), [[0.3, 0.7], [0.5, 0.5]])
ACTIVE = shares("active", ("study",), ((1,), (0,)), (1, 0), [[0.4, 0.6], [0.9, 0.1]])
JOBLESS = shares("jobless", (), ((),), (1, 0), [[0.1, 0.9]], active=(1,), otherwise=0)
DRAWN = {"wave": np.repeat("2014", 4), "sex": np.array([1, 1, 2, 2]), "weight": np.array([1.0, 1.0, 1.0, 3.0])}


def crossed(ways, of=(), median=None, weight=None, among=None):
    truth = Crossed("t", ways, of, median, among or {}, SEX, {"js14": {"wave": ("2014",)}}, weight)
    return {row: value for _, row, _, _, value, _ in truth.cells(DRAWN)}


def test_a_share_is_that_before_what_it_hangs_on_is_drawn():
    """Men: 0.3 x 0.4 + 0.7 x 0.9 = 0.75; women: 0.65; a weight of 2 men to 4 women: (2 x 0.75 + 4 x 0.65) / 6."""
    way = (("study", STUDY, (1, 0)), ("active", ACTIVE, (1,)))
    assert crossed((way,)) == pytest.approx({"male": 0.75, "total": 0.7})
    assert crossed((way,), weight="weight")["total"] == pytest.approx(4.1 / 6)


def test_ways_exclude_each_other_and_who_is_not_asked_has_what_is_said_otherwise():
    """Neither studying nor in work, men: 0.7 x (0.1 + 0.9 x 0.1) = 0.133; not jobless: 1 - 0.75 x 0.1 = 0.925."""
    idle = (("study", STUDY, (0,)), ("active", ACTIVE, (0,)))
    out = (("study", STUDY, (0,)), ("active", ACTIVE, (1,)), ("jobless", JOBLESS, (1,)))
    assert crossed((idle, out))["male"] == pytest.approx(0.133)
    other = (("study", STUDY, (1, 0)), ("active", ACTIVE, (1, 0)), ("jobless", JOBLESS, (0,)))
    assert crossed((other,))["male"] == pytest.approx(0.925)


def test_a_base_may_be_a_part_of_all():
    """Of the active men 0.63 / 0.75 do not study."""
    wanted = (("study", STUDY, (0,)), ("active", ACTIVE, (1,)))
    base = (("study", STUDY, (1, 0)), ("active", ACTIVE, (1,)))
    assert crossed((wanted,), of=(base,))["male"] == pytest.approx(0.84)


def test_a_median_is_that_of_the_mixture():
    """Of one lognormal group exp of its index; of two of weight 0.3 and 0.7 half lies below it."""
    terms = {"constant": (Product(()), 2.0), "study": (Product((("study", 1),)), 0.5)}
    pay = Draw(("pay",), Effects("pay", "lognormal", terms, (None, None), 0.4, "here"))
    alone = crossed(((("study", STUDY, (0,)),),), median=pay)
    assert alone["male"] == pytest.approx(np.exp(2.0))
    mixed = np.log(crossed(((("study", STUDY, (1, 0)),),), median=pay)["male"])
    rng = np.random.default_rng(5)
    draws = rng.normal(np.where(rng.random(400_000) < 0.3, 2.5, 2.0), 0.4)
    assert mixed == pytest.approx(np.median(draws), abs=0.005)


def test_medians_are_pooled_by_the_people_of_each_wave_and_a_gap_is_a_part_of_the_first():
    """Women's pay is e^0.5 as much; of 3 men in 2014 and 1 in 2015 the mean of e^1 and e^2 is by 3 and 1."""
    terms = {
        "year": (Product((("year", None),)), 1.0),
        "woman": (Product((("sex", 2),)), 0.5),
    }
    pay = Draw(("pay",), Effects("pay", "lognormal", terms, (None, None), 0.4, "here"))
    drawn = {
        "wave": np.array(["2014", "2014", "2014", "2015", "2014"]),
        "sex": np.array([1, 1, 1, 1, 2]),
        "year": np.array([1, 1, 1, 2, 1]),
        "weight": np.array([5.0, 1.0, 1.0, 1.0, 1.0]),
    }
    columns = {"men": {"sex": (1,)}, "women": {"sex": (2,)}}
    way = (("study", STUDY, (1, 0)),)
    truth = Crossed("t", (way,), (), pay, {}, {"all": {}}, columns, "weight", pooled=True, gap=("women", "men"))
    found = {column: value for _, _, column, _, value, _ in truth.cells(drawn)}
    men, women = (3 * np.exp(1) + np.exp(2)) / 4, np.exp(1.5)
    assert found == pytest.approx({"men": men, "women": women, "gap": (women - men) / women})


def test_nobody_among_whom_a_table_is_meant_is_refused():
    with pytest.raises(SpecError, match="t, among: nobody is there"):
        crossed(((("study", STUDY, (1,)),),), among={"sex": (3,)})


def test_whole_numbers_add_up_by_the_largest_remainders():
    assert whole_numbers(np.array([0.25, 0.35, 0.4]), 10).tolist() == [3, 3, 4]
    assert whole_numbers(np.array([0.29999999, 0.70000001]), 10).tolist() == [3, 7]
    assert whole_numbers(np.array([1.0, 0.0]), 0).tolist() == [0, 0]


def test_a_quota_is_met_exactly_in_each_group():
    draw = shares("study", ("sex",), ((1,), (2,)), (1, 0), [[0.3, 0.7], [0.5, 0.5]], quota="asked")
    sex = np.repeat([1, 2], [1000, 400])
    found = draw.draw({"sex": sex}, 1400, np.random.default_rng(1))["study"]
    assert (found[sex == 1].sum(), found[sex == 2].sum()) == (300, 200)
    assert 0.2 < found[:500].mean() < 0.4  # dealt out at random, not one after the other


def test_a_quota_of_everyone_is_filled_from_those_who_are_asked():
    """A fifth of 100 are 20, whoever is asked; where 15 are asked all of them."""
    draw = shares("says", ("sex",), ((1,), (2,)), (1, 0), [[0.2, 0.8]] * 2, quota="everyone", job=(1,), otherwise=0)
    data = {
        "sex": np.repeat([1, 2, 3], 100),
        "job": np.r_[np.repeat([1, 0], [60, 40]), np.repeat([1, 0], [15, 85]), [0] * 100],
    }
    found = draw.draw(data, 300, np.random.default_rng(1))["says"]
    assert Counter(data["sex"][found == 1].tolist()) == {1: 20, 2: 15}
    assert (data["job"][found == 1] == 1).all()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"ways": [{"weight": ["1"]}]}, "`weight` has no shares or probability"),
        ({"ways": [{"ilo_status": ["flying"]}]}, "no code or label `flying`"),
        ({"gap": ["all", "none"]}, "gap: no column `none`"),
        ({"median": "sex"}, "the median is of a number with effects"),
    ],
)
def test_a_truth_that_cannot_be_is_refused(tmp_path, change, said):
    entry = {"table": "t", "ways": [{"ilo_status": ["1"]}], "rows": {"all": {}}, "columns": {"all": {}}} | change

    def with_truth(words):
        return {**words, "truth": {"state_of_nation": [entry]}}

    with pytest.raises(SpecError, match=said):
        make(tmp_path / "delivery", spoiled(tmp_path, "lfs", with_truth), "lfs")


def test_groups_of_many_values_take_no_more_than_their_number():
    """A table of all combinations of 2,000 values in three columns would be 64 GB."""
    keys = tuple((at, f"a{at}", 2000 - at) for at in range(2000))
    groups = Groups(("x", "y", "z"), keys, "draws")
    data = {
        "x": np.array([7, 7, 1999]),
        "y": np.array(["a7", "a8", "a1999"], dtype=object),
        "z": np.array([1993, 1993, 1]),
    }
    assert groups.places(data, 3, strict=False).tolist() == [7, -1, 1999]
    with pytest.raises(SpecError, match="nothing for x 7, y a8, z 1993"):
        groups.places(data, 3)


def test_of_no_groups_everyone_lacks_one():
    with pytest.raises(SpecError, match="nothing for x 1"):
        Groups(("x",), (), "draws").places({"x": np.array([1, 2])}, 2)
