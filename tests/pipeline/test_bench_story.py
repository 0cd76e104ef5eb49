"""The table and the history of `make bench`, by hand: ours beside peers, what is not here, what has fallen."""

import csv

import pytest

import story
from story import HISTORY, LINES, Line, When

LINE = Line("a fit", ("fit", "ours"), "R", ("fit", "r"), ("fit", "floor"), asked=0.5)
ALONE = Line("a run", ("run", "seconds"))
NOW = When("2026-01-02T03:04:05+00:00", "0.2.0", "abc", "x86_64, 2 cores", 0.4)
MACHINE = NOW.machine


def measured(ours=0.5, theirs=5.0, run=10.0):
    return story.measured(
        {"fit": {"ours": ours, "r": theirs, "floor": 0.1}, "run": {"seconds": run}, "other": None}, [LINE, ALONE]
    )


def earlier(ratios, machine=MACHINE, **more):
    known = {"what": "a fit", "peer": "R", "machine": machine, "load": "1.0", **more}
    return [{**known, "ratio": str(ratio)} for ratio in ratios]


def test_a_line_is_ours_beside_the_peer_of_the_same_run():
    fit, run = measured()
    assert (fit.ratio, fit.floor_seconds, fit.asked_seconds) == (10.0, 0.1, 0.5)
    assert (run.ratio, run.peer_seconds, run.ours_seconds) == (None, None, 10.0)
    told = story.table([fit, run], earlier([11, 12]), MACHINE).splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in told]
    assert cells[2] == ["a fit", "0.5", "R", "5", "10", "11.5", "0.1", "5", "0.5"]
    assert cells[3] == ["a run", "10", "", "", "", "", "", "", ""]


def test_of_a_rate_the_seconds_are_those_of_one():
    line = Line("an answer", ("a",), "another", ("b",), rate=True)
    (found,) = story.measured({"a": 4000.0, "b": 2000}, [line])
    assert (found.ours_seconds, found.peer_seconds, found.ratio) == (0.00025, 0.0005, 2.0)


def test_what_is_told_in_another_unit_is_put_into_seconds():
    (found,) = story.measured({"a": {"median_ms": 1.55}}, [Line("an answer", ("a", "median_ms"), unit=0.001)])
    assert found.ours_seconds == 0.00155


@pytest.mark.parametrize("theirs", [None, {}])
def test_a_peer_that_is_not_there_is_said_to_be_missing(theirs):
    summary = {"fit": {"ours": 0.5, "r": None}} if theirs is None else {"fit": {"ours": 0.5}}
    (fit,) = story.measured(summary, [LINE, ALONE])
    assert "| not here |" in story.table([fit], [], MACHINE) and fit.ratio is None
    assert story.measured({"fit": None}, [LINE]) == []


@pytest.mark.parametrize(("now", "warned"), [(4.0, False), (3.99, True)])
def test_a_ratio_that_falls_by_more_than_a_fifth_is_a_warning(now, warned):
    """Peer ten times slower before; now 8 times is the edge."""
    history = earlier([99, 10, 10, 10, 10, 10])  # of the last five the median, 10
    said = story.warnings(measured(theirs=now)[:1], history, MACHINE)
    assert bool(said) == warned
    assert not said or said == ["a fit: 7.98 times slower is R, where the last of this kind of machine had 10."]
    for other in ({"machine": "arm64, 8 cores"}, {"load": "1.5"}):  # another kind, or one on which others worked
        assert story.warnings(measured(theirs=1.0), earlier([10], **other), MACHINE) == []


@pytest.mark.parametrize(("seconds", "warned"), [(12.5, False), (12.6, True)])
def test_without_a_peer_seconds_are_compared(seconds, warned):
    history = [{"what": "a run", "peer": "", "machine": MACHINE, "load": "1", "ours_seconds": "10.0", "ratio": ""}]
    assert bool(story.warnings(measured(run=seconds), history, MACHINE)) == warned


def test_the_history_grows_by_each_bench_and_names_no_place(tmp_path):
    path = tmp_path / "history.csv"
    for _ in range(2):
        story.add_to_history(path, measured(), NOW)
    rows = story.read_history(path)
    assert len(rows) == 4 and list(rows[0]) == HISTORY
    assert rows[0] == {
        "measured": NOW.measured,
        "version": "0.2.0",
        "commit": "abc",
        "machine": MACHINE,
        "load": "0.4",
        "what": "a fit",
        "peer": "R",
        "ours_seconds": "0.5",
        "peer_seconds": "5.0",
        "ratio": "10.0",
        "floor_seconds": "0.1",
    }
    assert rows[1]["peer_seconds"] == "" and story.before(measured()[1], rows, MACHINE) == 10.0
    assert story.read_history(tmp_path / "none.csv") == []


def test_the_history_of_the_project_is_of_lines_that_there_are(root):
    path = root / "docs/quality/bench-history.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert path.read_text(encoding="utf-8").startswith(",".join(HISTORY) + "\n")
    assert {(row["what"], row["peer"]) for row in rows} <= {(line.what, line.peer) for line in LINES}
    assert not any("/" in row["machine"] for row in rows)
