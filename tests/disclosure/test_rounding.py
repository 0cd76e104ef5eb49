"""Numbers rounded in place of being hidden: by hand, and what is left open of them."""

import numpy as np
import pandas as pd
import pytest
import yaml

from mobility.cells.tabulate import tabulate
from mobility.disclosure.numbers import Table
from mobility.disclosure.release import Together, release_tables
from mobility.disclosure.rounded import REASON, RESTS, judge_rounded
from mobility.disclosure.rounding import rounded_losses, to_base
from mobility.disclosure.stage import Terms, losses_told, release_study
from mobility.errors import ConfigError
from mobility.intake.losses import COLUMNS
from mobility.package.files import RELEASED
from mobility.package.manifest import rows_of
from mobility.render.words import rounding_of
from mobility.settings import Study, load_config
from mobility.settings.study import About
from rounders import rounder
from specs import ABOUT, table_spec

COUNTS = {"a": {"x": 3, "y": 40, "z": 57}, "b": {"x": 61, "y": 8, "z": 31}}
ROWS = [{"id": "a"}, {"id": "b"}]
ROUNDED = ("all", "male", "female")
KINDS = [{"id": name} for name in ("x", "y", "z")]


def table_of(statistic="share", columns=KINDS, frame=None, name="t", **more):
    """Everybody once, 100 in each row."""
    if frame is None:
        places = [(row, column) for row, own in COUNTS.items() for column, n in own.items() for _ in range(n)]
        frame = pd.DataFrame(places, columns=["row", "kind"]).assign(person=np.arange(len(places)) * 7919)
    axes = {"rows": {"of": "row", "show": ROWS}, "columns": {"of": "kind", "show": columns}}
    spec = table_spec({"table": name, "frame": "f", "statistic": statistic, **axes, **more})
    return Table(tabulate(frame, spec, "s"), spec, None, frame)


@pytest.mark.parametrize(
    ("n", "draw", "rounded"), [(3, 0.29, 10), (3, 0.31, 0), (40, 0.0, 40), (57, 0.69, 60), (0, 0, 0)]
)
def test_a_number_goes_to_the_next_multiple_as_often_as_it_is_near(n, draw, rounded):
    assert to_base(n, draw, 10) == rounded


def test_shares_are_made_from_rounded_numbers_and_nothing_is_hidden():
    cells = release_tables([table_of()], "special", 10, rounder=rounder())[0].cells
    assert (cells["flag"] == "").all() and cells["persons"].isna().all()
    assert (cells["note"] == "rounded to a multiple of 10").all()
    assert (cells["n"] % 10 == 0).all() and (cells["base"] == 100).all()
    truth = [n for own in COUNTS.values() for n in own.values()]
    assert (cells["n"] - truth).abs().max() < 10
    assert np.allclose(cells["value"], cells["n"].astype(float) / 100)
    p = cells["value"]
    # Everybody once: the error is that of a simple random sample, sqrt(p (1 - p) / n), G / (G - 1) left out.
    assert np.allclose(cells["std_error"], np.sqrt(p * (1 - p) / 100))


def test_the_same_rows_are_rounded_alike_in_every_table():
    shares, counts = release_tables([table_of(), table_of("count", name="u")], "special", 10, rounder=rounder())
    assert counts.cells["value"].tolist() == shares.cells["n"].astype(float).tolist()


def test_a_difference_is_one_of_rounded_shares():
    columns = [*KINDS, {"id": "up", "from": "x", "to": "y"}]
    differences = table_of("comparison", columns, within="column")
    shown = release_tables([differences], "special", 10, rounder=rounder())[0].cells
    value = dict(zip(zip(shown["row"], shown["column"], strict=True), shown["value"], strict=True))
    assert value["a", "up"] == pytest.approx(value["a", "y"] - value["a", "x"])


def test_a_base_of_few_and_one_of_nobody_say_the_same():
    """Row a has nobody, row b one person, whose base is drawn as 0: else `no observation` told the two apart."""
    frame = pd.DataFrame({"row": ["b"], "kind": ["x"], "person": [7]})
    (found,) = release_tables([table_of(frame=frame)], "special", 10, rounder=rounder())
    assert found.cells["note"].tolist() == ["rounded to a multiple of 10: its base is 0"] * 6
    assert (found.cells[["n", "base"]] == 0).all(axis=None) and (found.cells["flag"] == "not_estimable").all()


@pytest.mark.parametrize("first", range(0, 60, 4))
def test_no_number_is_shown_as_larger_than_its_base_that_is_shown_as_0(first):
    """One to nine persons would be left open of it, and fewer than ten numbers of the others of the base."""
    frame = pd.DataFrame({"row": ["a"] * 4, "kind": ["x", "x", "x", "y"], "person": range(first, first + 4)})
    (found,) = release_tables([table_of(frame=frame)], "special", 10, rounder=rounder())
    assert not ((found.cells["n"] == 10) & (found.cells["base"] == 0)).any()


def test_what_rounding_cannot_protect_is_hidden_as_before():
    frame = table_of().frame.assign(pay=10.0)
    columns = {"of": "kind", "show": [{**one, "mean": "pay"} for one in KINDS]}
    axes = {"rows": {"of": "row", "show": ROWS}, "columns": columns}
    spec = table_spec({"table": "m", "frame": "f", "statistic": "mean", **axes})
    means = Table(tabulate(frame, spec, "s"), spec, None, frame)
    shares, hidden = release_tables([table_of(frame=frame), means], "special", 10, rounder=rounder())
    assert hidden.cells["flag"].iloc[0] == "suppressed"  # three persons
    assert hidden.reasons["rounded_to"].isna().all() and shares.reasons["rounded_to"].eq(10).any()


@pytest.mark.parametrize("shown", [True, False])
def test_a_test_that_tells_a_number_which_has_to_be_hidden_goes_with_it(shown):
    """Three of 40 say yes: rounded 0 to 9 or 1 to 13, known exactly where a test beside them tells it."""
    yes = {"a": 3, "b": 25}
    places = [(row, float(at < own)) for row, own in yes.items() for at in range(40)]
    frame = pd.DataFrame(places, columns=["row", "yes"]).assign(person=np.arange(80) * 7919)
    axes = {"rows": {"of": "row", "show": ROWS}, "columns": {"show": [{"id": "c", "mean": "yes"}]}}
    shares = table_spec({"table": "shares", "frame": "f", "statistic": "proportion", **axes})
    pair = {"show": [{"id": "r", "from": "a", "to": "b", "column": "c"}]}
    axes = {"rows": pair, "columns": {"show": [{"id": "z", "tells": "z"}]}}
    tests = table_spec({"table": "tests", "frame": "f", "statistic": "log_odds", "tests": "shares", **axes})
    cells = tabulate(frame, shares, "s")
    beside = cells.iloc[:1].assign(table="tests", row="r", column="z", statistic="log_odds", value=2.0)
    tables = [Table(cells, shares, None, frame), Table(beside, tests, None, frame, shares=shares)]
    _, record = judge_rounded(tables, [], np.array([False, False, shown]), rounder(), 10)
    said = [REASON.format(base=10), "", RESTS.format(base=10)] if shown else ["", "", ""]
    assert record["reason"].tolist() == said


def test_losses_are_rounded_down_and_drop_the_difference():
    losses = pd.DataFrame(
        [("t", "rows read", 1000, 0, 1000, 500, "rows"), ("t", "no pay: 3 rows", 1000, 4, 996, 499, "rows")],
        columns=COLUMNS,
    )
    told = rounded_losses(losses, 10, 10)
    assert told["rows_out"].tolist() == [1000, 990] and told["rows_dropped"].tolist() == [0, 10]
    assert told["reason"].tolist()[1] == "no pay: fewer than 10 rows"
    assert rounding_of(told.to_dict("records")).startswith("Numbers of rows are rounded down to a multiple of 10.")
    assert rounding_of(losses.to_dict("records")) == ""


def test_a_study_without_tables_to_judge_rounds_its_losses(tmp_path):
    """Such as one of printed tables alone; its manifest says that its rows are rounded."""
    losses = pd.DataFrame([("t", "rows read", 1004, 0, 1004, 500, "rows")], columns=COLUMNS)
    study = Study(tmp_path / "s", About.read(ABOUT))
    released = tmp_path / RELEASED / "s"
    release_study(study, [], tmp_path, released, tmp_path / "checks", losses, Terms("special", 10, rounder=rounder()))
    assert rows_of(tmp_path, study) == {"t": {"delivered": 1000, "used": 1000, "rounded_to": 10}}


def test_small_steps_before_the_exact_rows_of_a_fit_are_told_together_before_they_are_rounded():
    """Of 2,008 men 4, 5 and 5 have no answer, and a fit shows 1,994: `1990` to 1999 before the last step left six open.

    Together 14: by hand.
    """
    steps = [("rows read", 2008, 0), ("no health", 2008, 4), ("no home", 2004, 5), ("no birth", 1999, 5)]
    lines = [("m", reason, rows, less, rows - less, np.nan, "rows") for reason, rows, less in steps]
    losses = pd.DataFrame(lines, columns=COLUMNS)
    together = Together([], pd.DataFrame(), lines=[], known=[3], names=np.array([]))
    told = losses_told(losses, 10, rounder(), together)
    assert told["reason"].tolist() == ["rows read", "no health; no home; no birth"]
    assert told["rows_out"].tolist() == [2000, 1990] and told["rows_dropped"].tolist() == [0, 10]
    assert told["rounded_to"].tolist() == [10, 10]


def test_a_base_below_the_threshold_of_the_data_is_refused():
    with pytest.raises(ConfigError, match=r"disclosure\.base: 5; the data are special, whose threshold is 10 persons"):
        Terms("special", 10, rounder=rounder(5)).check()
    Terms("special", 10, rounder=rounder()).check()
    Terms("open", 0, rounder=rounder(5)).check()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"mitigation": "rounding"}, "to a multiple of what? Write `base: 10`"),
        ({"mitigation": {"gatsbi": "rounding"}, "base": 10}, "no study `gatsbi` in `studies`; nearest: gatsby"),
        ({"mitigation": "ronding", "base": 5}, "`ronding`; nearest: rounding"),
        ({"base": 5}, "disclosure.base: 5, and nothing is rounded. Write `mitigation: rounding`"),
        ({"earlier": ["nowhere"]}, "disclosure.earlier: `nowhere` has no results/released and no results/restricted"),
    ],
)
def test_what_is_wrong_in_the_settings_is_named(root, given, said):
    raw = yaml.safe_load((root / "config.yaml").read_text())["disclosure"]
    with pytest.raises(ConfigError) as caught:
        load_config(root, {"disclosure": {**raw, **given}})
    assert said in str(caught.value)


def test_rounding_may_be_chosen_by_study(root):
    raw = yaml.safe_load((root / "config.yaml").read_text())["disclosure"]
    settings = load_config(root, {"disclosure": {**raw, "mitigation": {"movers": "rounding"}, "base": 5}})
    assert settings.mitigation["movers"] == {"base": 5, "earlier": []}
    assert settings.mitigation["gatsby"]["base"] == 0


def test_what_others_leave_of_a_hidden_number_is_open_too():
    """Of 57 who move 54 are men: shown as 50 and 60, that is 41 to 59 less 51 to 69, the women are 0 to 8."""
    counts = {("male", "mover"): 54, ("male", "stayer"): 474, ("female", "mover"): 3, ("female", "stayer"): 64}
    places = [(*place, 1) for place, n in counts.items() for _ in range(n)]
    frame = pd.DataFrame(places, columns=["sex", "moved", "wave"]).assign(person=np.arange(len(places)) * 7919)
    moved = {"columns": {"of": "moved", "show": [{"id": "mover"}, {"id": "stayer"}]}}
    by_sex = {"rows": {"of": "sex", "show": [{"id": "male"}, {"id": "female"}]}, **moved}
    both = {"rows": {"show": [{"id": "all", "all": True}]}, **moved}
    specs = [table_spec({"table": name, "frame": "f", "statistic": "count", **axes})
             for name, axes in (("u", both), ("t", by_sex))]  # fmt: skip
    tables = [Table(tabulate(frame, spec, "s"), spec, None, frame) for spec in specs]
    closest = []
    for key in range(60):
        released = release_tables(tables, "special", 10, rounder=rounder(key=bytes([key] * 32)))
        shown = pd.concat(table.cells.set_index(["row", "column"])["n"] for table in released)
        ends = {row: (0, 600) if pd.isna(n := shown[row, "mover"]) else (max(n - 9, 0), n + 9) for row in ROUNDED}
        women = range(ends["female"][0], ends["female"][1] + 1)
        (low, high), (least, most) = ends["male"], ends["all"]
        closest.append(sum(max(low, least - n) <= min(high, most - n) for n in women))
    assert min(closest) == 10
