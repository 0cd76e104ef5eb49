"""The tabulator and its errors: hand calculation, an independent program, and properties that must hold."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mobility.cells import CELL_COLUMNS, NOT_ESTIMABLE
from mobility.cells.observed import categories_of, distinct_of
from mobility.cells.tabulate import tabulate
from mobility.errors import DataError
from mobility.transitions.ratios import ratio
from mobility.uncertainty import clustered_error
from specs import table_spec

STATES = [{"id": "a", "label": "A"}, {"id": "b", "label": "B"}]


def spec(rows=STATES, columns=STATES, of="destination", **more):
    axes = {"rows": {"of": "origin", "show": rows}, "columns": {"of": of, "show": columns}}
    return table_spec({"table": "moves", **axes, **more})


SPEC = spec()
# Five pairs of three persons: a->a, a->b (person 1); a->a (2); b->b, b->a (3).
PAIRS = pd.DataFrame(
    {"person": [1, 1, 2, 3, 3], "origin": list("aaabb"), "destination": list("abaab"), "year": [1, 2, 1, 1, 2]}
)


def cell(cells, row, column):
    return cells[(cells["row"] == row) & (cells["column"] == column)].iloc[0]


def test_shares_counts_and_errors_by_hand():
    cells = tabulate(PAIRS, SPEC, "study")
    assert list(cells.columns) == CELL_COLUMNS
    found = cell(cells, "a", "a")
    assert (found["value"], found["n"], found["base"], found["persons"]) == (2 / 3, 2, 3, 2)
    # Scores: person 1 (1 - 2/3) + (0 - 2/3) = -1/3, person 2 1/3; squared 2/9; G/(G-1) = 2; over 3 squared: 4/81.
    assert found["std_error"] == pytest.approx(np.sqrt(4 / 81), rel=1e-12)
    assert cell(cells, "b", "b")["value"] == 0.5


def test_union_all_and_within_column():
    either = [{"id": "either", "label": "", "of": ["a", "b"]}, {"id": "all", "label": "", "all": True}]
    cells = tabulate(PAIRS, spec(columns=either), "study")
    assert cells["value"].tolist() == [1.0, 1.0, 1.0, 1.0]
    inflow = tabulate(PAIRS, spec(within="column"), "study")
    assert cell(inflow, "a", "a")["value"] == 2 / 3
    assert cell(inflow, "a", "b")["value"] == 0.5


def test_a_proportion_is_of_those_with_an_answer_by_hand():
    """Person 1 answers 1 and 0 in row a, person 2 nothing; in row b person 3 answers 1 and 1."""
    answered = PAIRS.assign(so=[1.0, 0.0, np.nan, 1.0, 1.0])
    everyone = [{"id": "all", "label": "", "all": True, "mean": "so"}]
    cells = tabulate(answered, spec(columns=everyone, statistic="proportion"), "study")
    assert cells["statistic"].tolist() == ["share", "share"] and cells["value"].tolist() == [0.5, 1.0]
    assert cells[["n", "base", "persons"]].to_numpy().tolist() == [[1, 2, 1], [2, 2, 1]]
    by_year = [{"id": year, "label": "", "mean": "so"} for year in (1, 2)]
    found = tabulate(answered, spec(columns=by_year, of="year", statistic="proportion"), "study")
    assert found["value"].tolist() == [1.0, 0.0, 1.0, 1.0]


def test_count():
    cells = tabulate(PAIRS, spec(statistic="count"), "study")
    assert cells["value"].tolist() == [2.0, 1.0, 1.0, 1.0]
    assert cells["std_error"].isna().all()


def test_change_uses_the_overlap_of_persons():
    columns = [{"id": "d", "from": 1, "to": 2}]
    cells = tabulate(PAIRS, spec(statistic="change", of="year", columns=columns), "study")
    found = cell(cells, "a", "d")
    assert found["statistic"] == "difference"
    assert found["value"] == pytest.approx(1 / 2 - 2 / 3)
    # Year 1: a, a, b, share 2/3, scores 1/9, 1/9, -2/9. Year 2: persons 1 (a), 3 (b), share 1/2, scores 1/4, 0, -1/4.
    scores = np.array([1 / 4 - 1 / 9, -1 / 9, -1 / 4 + 2 / 9])
    assert found["std_error"] == pytest.approx(np.sqrt(3 / 2 * (scores**2).sum()), rel=1e-12)


def test_empty_row_is_not_estimable():
    cells = tabulate(PAIRS, spec(rows=[{"id": "c"}]), "study")
    assert set(cells["flag"]) == {NOT_ESTIMABLE}
    assert cells["value"].isna().all()
    assert cells["note"].str.contains("denominator").all()


def test_a_rate_of_signed_events_may_be_negative():
    """Net moves of two areas in two years, by hand: (-3.4 + 1.4) / 40 with scores (-3.4 + 0.5, 1.4 + 1.5) / 40."""
    frame = pd.DataFrame({"person": [1, 2], "area": list("ab"), "net": [-3.4, 1.4], "people": [10.0, 30.0]})
    axes = {
        "rows": {"of": "area", "show": [{"id": "all", "all": True}, {"id": "a"}]},
        "columns": {"show": [{"id": "net", "sum": "net"}]},
    }
    net = table_spec({"table": "net", "statistic": "rate", "exposure": "people", **axes})
    cells = tabulate(frame, net, "study")
    found, alone = cell(cells, "all", "net"), cell(cells, "a", "net")
    assert found["value"] == pytest.approx(-2 / 40, rel=1e-12)
    assert found["std_error"] == pytest.approx(np.sqrt(2 * (2.9**2 + 2.9**2)) / 40, rel=1e-12)
    assert found["ci_low"] == pytest.approx(found["value"] - 1.959963984540054 * found["std_error"], rel=1e-12)
    assert (found["n"], found["persons"], found["base"]) == (5, 5, 40)
    assert alone["value"] == pytest.approx(-0.34) and np.isnan(alone["std_error"]) and np.isnan(alone["ci_low"])
    plain = tabulate(frame.assign(net=[5.0, 1.0]), net, "study")
    assert cell(plain, "all", "net")["ci_low"] == 0


def test_unknown_column_names_the_nearest():
    with pytest.raises(DataError, match=r"tables/moves.yaml.*`destinaton`.*nearest: destination"):
        tabulate(PAIRS, spec(of="destinaton"), "study")


@pytest.mark.parametrize("key", ["sum", "mean"])
def test_a_number_of_a_column_that_is_not_there_names_the_nearest(key):
    frame = pd.DataFrame({"person": [1], "moves": [2.0]})
    columns = {"show": [{"id": "c", "all": True, key: "move"}]}
    axes = {"rows": {"show": [{"id": "r", "all": True}]}, "columns": columns}
    wanted = table_spec({**axes, "statistic": "rate" if key == "sum" else "mean", "exposure": "moves"})
    with pytest.raises(DataError, match=r"the frame has no column `move`; nearest: moves\. Mend the table"):
        tabulate(frame, wanted, "s")


@pytest.mark.parametrize("weighted", [False, True])
def test_clustered_error_equals_statsmodels(weighted):
    """The mean with errors clustered by person: OLS on a constant, factor G/(G-1) times (n-1)/(n-1)."""
    rng = np.random.default_rng(1)
    person = rng.integers(0, 150, 700)
    y = rng.random(700) < 0.3
    weight = rng.random(700) + 0.5 if weighted else np.ones(700)
    codes = np.unique(person, return_inverse=True)[1]
    found = ratio(y, np.ones(700, dtype=bool), codes, weight)
    model = sm.WLS(y.astype(float), np.ones(700), weights=weight)
    peer = model.fit(cov_type="cluster", cov_kwds={"groups": person, "use_correction": True})
    assert found.value == pytest.approx(peer.params[0], rel=1e-12)
    assert clustered_error(found.scores, found.seen) == pytest.approx(peer.bse[0], rel=1e-10)


frames = hnp.arrays(np.int64, st.tuples(st.integers(1, 60), st.just(3)), elements=st.integers(0, 3))


@settings(max_examples=60, deadline=None)
@given(frames, st.floats(0.01, 1000), st.randoms())
def test_properties(values, scale, random):
    frame = pd.DataFrame(values, columns=["person", "origin", "destination"])
    frame["weight"] = 1.0 + frame["person"]
    items = [{"id": str(k)} for k in range(4)]
    square = spec(items, items)
    cells = tabulate(frame, square, "study", "weight")
    known = cells[cells["flag"] == ""]
    assert np.allclose(known.groupby("row")["value"].sum(), 1)
    assert (known["ci_low"].isna() == known["std_error"].isna()).all()
    assert (known["ci_low"].isna() == known["ci_high"].isna()).all()
    bounded = known.dropna(subset="std_error")
    assert (bounded["ci_low"] <= bounded["value"] + 1e-12).all()
    assert (bounded["value"] <= bounded["ci_high"] + 1e-12).all()
    order = list(range(len(frame)))
    random.shuffle(order)
    other = frame.iloc[order].assign(weight=frame["weight"] * scale)
    again = tabulate(other, square, "study", "weight")
    for name in ("value", "std_error", "n", "base", "persons"):
        assert np.allclose(cells[name].astype(float), again[name].astype(float), rtol=1e-9, atol=1e-12, equal_nan=True)


def test_inputs_are_not_modified():
    before = PAIRS.copy(deep=True)
    tabulate(PAIRS, SPEC, "study")
    pd.testing.assert_frame_equal(PAIRS, before)


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        (pd.Series(["b", None, "a", "b"], dtype="object"), ["b", "", "a", "b"]),
        (pd.Series(["b", None, "a", "b"], dtype="category"), ["b", "", "a", "b"]),
        (pd.Series([2, None, 1, 2], dtype="Int64"), ["2", "", "1", "2"]),
        (pd.Series([2, 10, 1, 2], dtype="int8"), ["2", "10", "1", "2"]),
        (pd.Series([True, False, False, True]), ["True", "False", "False", "True"]),
        (pd.Series([0.5, None, -1.0, 0.5]), ["0.5", "", "-1.0", "0.5"]),
    ],
)
def test_a_column_as_text_is_that_of_each_row(values, texts):
    frame = values.to_frame("x").set_index(pd.Index([7, 7, 3, 1]))
    assert categories_of(frame, "x", SPEC).tolist() == texts
    places, names = distinct_of(frame, "x", SPEC)
    assert len(names) == len(set(names)) == len(set(texts))
    assert names[places].tolist() == texts
