"""Losses as one tree of numbers: what is left after the same steps is one number in every chain.

Intervals were worked out by hand: a hidden number lies between the nearest that are told before and after it.
"""

import numpy as np
import pandas as pd
import pytest

from mobility.disclosure.losses import release_losses
from mobility.disclosure.rounding import rounded_losses
from mobility.disclosure.words import without_alike, without_small
from mobility.intake.losses import OF_FIT

COLUMNS = ["step", "reason", "rows_in", "rows_dropped", "rows_out", "persons_out", "unit"]
READ = ("rows read", 1000, 0, 1000, 1000)
YOUNG = ("too young", 1000, 300, 700, 700)


def losses_of(**chains):
    return pd.DataFrame([(name, *line, "rows") for name, lines in chains.items() for line in lines], columns=COLUMNS)


def told(released, chain):
    return [tuple(line) for line in released.loc[released["step"] == chain, ["reason", "rows_out"]].to_numpy()]


def test_a_number_that_one_chain_must_not_tell_no_other_tells():
    one = [READ, YOUNG, ("no pay", 700, 4, 696, 696)]
    other = [READ, YOUNG, ("no work", 700, 200, 500, 500)]
    released = release_losses(losses_of(one=one, other=other), 10)
    assert told(released, "one") == [("rows read", 1000), ("too young; no pay", 696)]
    assert told(released, "other") == [("rows read", 1000), ("too young; no work", 500)]
    assert told(release_losses(losses_of(one=one, other=other), 4), "other")[1] == ("too young", 700)


def test_where_the_rest_would_give_it_back_more_is_hidden():
    chain = [READ, ("a", 1000, 3, 997, 997), ("b", 997, 2, 995, 995), ("c", 995, 400, 595, 595)]
    assert told(release_losses(losses_of(one=chain), 10), "one") == [("rows read", 1000), ("a; b; c", 595)]


@pytest.mark.parametrize(("last", "joined"), [(2, "a; b; c; d; e; f"), (12, "a; b; c; d; e")])
def test_each_of_several_that_are_told_together_drops_one_at_least(last, joined):
    """Of 10 in five lines each dropped 1 to 6; of 16 in five each 1 to 12, which is open by more than ten."""
    drops = [1, 1, 4, 2, last, 300]
    left = (1000 - np.cumsum(drops)).tolist()
    chain = [READ, *((name, n + lost, lost, n, n) for name, lost, n in zip("abcdef", drops, left, strict=True))]
    released = release_losses(losses_of(one=chain), 10)
    assert told(released, "one")[1][0] == joined


def test_a_first_number_that_is_not_told_no_other_line_tells():
    """Other files tell the 997: the 1000 are not told, by what the next line begins with or drops neither."""
    chain = [READ, ("a", 1000, 3, 997, 997), ("b", 997, 400, 597, 597)]
    released = release_losses(losses_of(one=chain), 10, known=[1])
    assert told(released, "one")[1:] == [("a", 997), ("b", 597)]
    for losses in (released, rounded_losses(released, 10, 10)):
        first = losses[["rows_in", "rows_dropped", "rows_out"]].to_numpy()[:2]
        assert np.isnan(first).tolist() == [[True, False, True], [True, True, False]]
    assert released.loc[2, ["rows_in", "rows_dropped"]].tolist() == [997, 400]
    both = release_losses(losses_of(one=chain), 10, shut=[0, 1])
    assert both["rows_out"].dropna().tolist() == [597] and both["rows_in"].isna().all()


@pytest.mark.parametrize("few", [3, 12])
def test_that_a_fit_has_a_chain_tells_of_its_rows_only_where_these_are_told(few):
    """A fit that dropped nothing has none: beside it a chain without its last line says that a few were dropped."""
    fit = [READ, YOUNG, (OF_FIT, 700, few, 700 - few, 700 - few)]
    released = release_losses(losses_of(model=[READ, YOUNG], model__logit=fit), 10, shut=[4] if few < 10 else [])
    assert told(released, "model") == [("rows read", 1000), ("too young", 700)]
    assert [count for _, count in told(released, "model__logit")] == ([] if few < 10 else [1000, 700, 700 - few])


def test_few_who_are_left_are_not_told():
    chain = [READ, ("not here", 1000, 600, 400, 400), ("not now", 400, 398, 2, 2)]
    assert told(release_losses(losses_of(one=chain), 3), "one") == [("rows read", 1000), ("not here", 400)]


def test_persons_of_whom_few_are_lost_are_not_told():
    chain = [READ, ("not now", 1000, 300, 700, 998)]
    released = release_losses(losses_of(one=chain), 10)
    assert released["rows_out"].tolist() == [1000, 700]
    assert released["persons_out"].isna().tolist() == [False, True]


@pytest.mark.parametrize(
    ("rows", "after", "told"),
    [(7950, 994, [True, False]), (7952, 994, [False, True]), (7952, 1200, [True, True])],
)
def test_persons_are_the_same_after_a_change_of_unit(rows, after, told):
    """1,000 less 994 are the 6 who are not counted, in whatever unit the 994 are; 1,200 households are others.

    Where each of the 994 has 8 rows, 7,952 tell them, and so the 1,000 cannot be told.
    """
    lines = losses_of(one=[READ, ("not counted", 1000, 6, 994, 994), ("made by year", 994, 0, rows, after)])
    lines.loc[2, "unit"] = "persons by year"
    lines.loc[0, ["rows_in", "rows_out"]] = 3000
    lines.loc[1, ["rows_in", "rows_out"]] = 3000, 2994
    released = release_losses(lines, 10)
    assert released["reason"].tolist() == ["rows read", "made by year"]
    assert released["rows_out"].tolist() == [3000, rows]
    assert released["persons_out"].notna().tolist() == told


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1 row is not used", "fewer than 10 rows are not used"),
        ("1 person and 1 child", "fewer than 10 persons and fewer than 10 children"),
        ("predicts failure perfectly (1 rows)", "predicts failure perfectly (fewer than 10 rows)"),
        ("pay of 0 or above 100 pounds: 1,127 rows", "pay of 0 or above 100 pounds: 1,127 rows"),
        ("rows whose person_id is not in xwavedat: 3", "rows whose person_id is not in xwavedat: fewer than 10"),
        ("persons who stand in both: 7 of 20,942", "persons who stand in both: fewer than 10 of 20,942"),
        ("persons who stand in both: 20,940 of 20,942", "persons who stand in both: all but fewer than 10 of 20,942"),
        ("no adult interview at 25 to 41 in 2000 to 2019", "no adult interview at 25 to 41 in 2000 to 2019"),
        ("records in another region: 0 of 682,998", "records in another region: 0 of 682,998"),
        ("fewer than 5 persons", "fewer than 10 persons"),
        ("fewer than 30 persons", "fewer than 30 persons"),
    ],
)
def test_small_numbers_in_words(text, said):
    assert without_small(text, 10) == said
    assert without_small(text, 0) == text


@pytest.mark.parametrize(
    ("gone", "told"),
    [
        (0, "rows read; no age"),
        (4, "no value in a whole wave or year; no age"),
        (20, "no pay in the whole of year 2010; "),
    ],
)
def test_that_few_were_all_alike_in_a_wave_is_not_told(gone, told):
    """`in the whole of year 2010` says of each of its few that they have no pay; so does `no pay` twice."""
    lines = [
        {"step": "t", "reason": "rows read", "rows_in": 200, "rows_dropped": 0, "rows_out": 200},
        {"step": "t", "reason": "no pay in the whole of year 2010", "rows_in": 200, "rows_dropped": gone},
        {"step": "t", "reason": "no age", "rows_in": 200 - gone, "rows_dropped": 50, "rows_out": 150 - gone},
    ]
    lines[1]["rows_out"] = 200 - gone
    losses = pd.DataFrame(lines).assign(persons_out=lambda found: found["rows_out"], unit="rows")
    reasons = "; ".join(release_losses(losses, 10)["reason"])
    assert told in reasons and ("pay" in reasons) == (gone == 20)
    assert "2010" in "; ".join(release_losses(losses, 0)["reason"])


def test_that_rows_are_completely_determined_goes_from_a_note():
    note = "did not converge in 50 iterations; 1 row is completely determined"
    assert (
        without_alike(note) == "did not converge in 50 iterations"
        and without_alike("[c] rows dropped") == "[c] rows dropped"
    )
