"""Arrays of the careers study that are not by the rules are refused, all of it at once."""

import json

import numpy as np
import pytest

from mobility.errors import DeliveryError
from mobility.releases.measures import read_index, stage_measures
from small_release import MADE, SERIES, delivery


def _quiet(step, done, of):
    """No progress."""


@pytest.fixture
def delivered(tmp_path):
    return delivery(tmp_path / "delivered")


def _refused(delivered, folder):
    with pytest.raises(DeliveryError) as error:
        stage_measures(delivered, folder, MADE, _quiet)
    assert not folder.exists()
    return error.value.problems


def test_what_is_staged_says_what_it_holds(delivered, tmp_path):
    stage_measures(delivered, tmp_path / "out", MADE, _quiet)
    index = read_index(tmp_path / "out")
    assert index.measures["pay"].held["status"] == ["1", "2"], "the self-employed have no pay"
    assert (index.measures["employment"].latest, index.measures["employment"].years) == (2015, SERIES)
    assert (index.synthetic, index.choices) == (True, {"regional": "uk"})


def test_arrays_of_another_shape_type_or_cut_short(delivered, tmp_path):
    np.save(delivered / "pay_2013.npy", np.zeros((2, 2), "float32"))
    np.save(delivered / "pay_2014.npy", np.load(delivered / "pay_2014.npy").astype("float64"))
    path = delivered / "employment_2020.npy"
    path.write_bytes(path.read_bytes()[:-400])
    (delivered / "hours_2015.npy").unlink()
    assert [problem.split(":")[0] for problem in _refused(delivered, tmp_path / "out")] == [
        "employment_2020.npy",
        "pay_2013.npy",
        "pay_2014.npy",
        "hours_2015.npy",
    ]


def test_numbers_that_cannot_be(delivered, tmp_path):
    for name, value in (("pay_2013", -1.0), ("hours_2013", 200.0), ("employment_2013", np.nan)):
        array = np.load(delivered / f"{name}.npy")
        array[1, 2, 3, 0, 0, 0] = value
        np.save(delivered / f"{name}.npy", array)
    problems = _refused(delivered, tmp_path / "out")
    assert "employment_2013.npy: cells without a number" in problems[0]
    assert "pay_2013.npy: a cell of" in problems[1]
    assert "hours_2013.npy: a cell of 200" in problems[2]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"extra": 1}, "wanted are just format, synthetic"),
        ({"format": 2}, "with format 1"),
        ({"years": {"employment": [2013], "pay": [2014]}}, "pay of 2014 has no employment of that year"),
        ({"years": {"pay": [2013]}}, "employment always"),
        ({"dimensions": []}, "wanted in this order: occupation, industry"),
    ],
)
def test_an_index_that_is_not_of_the_form(delivered, tmp_path, change, says):
    path = delivered / "measures.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    assert says in " ".join(_refused(delivered, tmp_path / "out"))
