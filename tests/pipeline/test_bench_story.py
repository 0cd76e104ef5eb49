"""The table and the history of `make bench`, by hand: ours beside peers, what is not here, what has fallen."""

import csv
import subprocess
import sys

import pytest

import longtests
import story
import subjects
from lines import LINES, Line
from paths import ROOT
from story import HISTORY, When
from timing import NotHereError

LINE = Line("a fit", ("fit", "ours"), "R", ("fit", "r"), ("fit", "floor"), asked=0.5, get="apt-get install r")
ALONE = Line("a run", ("run", "seconds"))
NOW = When("2026-01-02T03:04:05+00:00", "0.2.0", "abc", "x86_64, 2 cores", 0.4)
MACHINE = NOW.machine


def of_lines(summary, *lines, reason=""):
    """What the summary says in these lines, of a subject that came to its end or did not for the reason."""
    return story.measured(summary, {"subject": reason}, {"subject": lines})


def measured(ours=0.5, theirs=5.0, run=10.0):
    return of_lines(
        {"fit": {"ours": ours, "r": theirs, "floor": 0.1}, "run": {"seconds": run}, "other": None}, LINE, ALONE
    )


def earlier(ratios, machine=MACHINE, **more):
    known = {"what": "a fit", "peer": "R", "machine": machine, "load": "1.0", **more}
    return [{**known, "ratio": str(ratio)} for ratio in ratios]


def test_a_line_is_ours_beside_the_peer_of_the_same_run():
    fit, run = measured()
    assert (fit.ratio, fit.floor, fit.asked) == (10.0, 0.1, 0.5)
    assert (run.ratio, run.theirs, run.ours) == (None, None, 10.0)
    assert cells([fit, run], earlier([11, 12])) == [
        ["a fit", "s", "0.5", "R", "5", "10", "11.5", "0.1", "5", "0.5", ""],
        ["a run", "s", "10", "", "", "", "", "", "", "", ""],
    ]


def cells(found, history=()):
    told = story.table(found, history, MACHINE).splitlines()[2:]
    return [[cell.strip() for cell in line[2:-2].split(" | ")] for line in told]


def test_of_a_rate_the_seconds_are_those_of_one():
    line = Line("an answer", ("a",), "another", ("b",), rate=True)
    (found,) = of_lines({"a": 4000.0, "b": 2000}, line)
    assert (found.ours, found.theirs, found.ratio) == (0.00025, 0.0005, 2.0)


def test_what_is_told_in_another_unit_is_put_into_that_of_the_line():
    (found,) = of_lines({"a": {"median_ms": 1.55}}, Line("an answer", ("a", "median_ms"), scale=0.001))
    assert found.ours == 0.00155


def test_of_many_places_the_sum_is_told_and_of_names_their_number():
    summary = {"at_3": [{"exact": 1}, {"exact": 2, "more": 9}], "at_10": [{"exact": 0}], "other": [{"exact": 50}]}
    summary |= {"names": ["x", "y"], "none": []}
    lines = [Line("cells", ("at_*", "exact")), Line("names", ("names",)), Line("none", ("none",), asked=0)]
    assert [one.ours for one in of_lines(summary, *lines)] == [3, 2, 0]
    assert cells(of_lines(summary, *lines))[2][2:] == ["0", "", "", "", "", "", "", "0", ""]


@pytest.mark.parametrize("fit", [{"ours": 0.5, "r": None}, {"ours": 0.5}])
def test_a_peer_that_is_not_there_is_said_to_be_missing_with_what_brings_it(fit):
    (found,) = of_lines({"fit": fit}, LINE)
    assert cells([found])[0][-1] == "R is not here: apt-get install r" and found.ratio is None


def test_a_subject_that_did_not_come_to_its_end_says_so_in_each_of_its_lines():
    fit, run = of_lines({}, LINE, ALONE, reason="not run: apt-get install slurm-wlm")
    assert cells([fit])[0] == [
        *("a fit", "s", "", "R", "", "", "", "", "", "0.5"),
        "not run: apt-get install slurm-wlm",
    ]
    assert run.note == fit.note and not story.warnings([fit, run], earlier([10]), MACHINE)


def test_subjects_that_stop_or_need_more_than_is_here_leave_the_others_alone(monkeypatch, capsys):
    class Subject:
        def __init__(self, what):
            self.what = what

        def measure(self, _):
            if isinstance(self.what, BaseException):
                raise self.what
            return self.what

    own = {"slurm": NotHereError("apt-get it"), "fuzz": SystemExit("3 found"), "pay": {"pay": {}}}
    monkeypatch.setattr(subjects, "SUBJECTS", {name: Subject(what) for name, what in own.items()})
    took = [{"what": "the bench itself: pay", "peer": "", "ours": "90.0"}]
    ran = subjects.measure(list(own), took)
    assert ran.reasons == {"slurm": "not run: apt-get it", "fuzz": "stopped: SystemExit: 3 found", "pay": ""}
    assert ran.stopped == ["fuzz"]
    assert ran.found["pay"] == {} and list(ran.found["took_seconds"]) == ["pay"]
    assert capsys.readouterr().err == "slurm (never measured)\nfuzz (never measured)\npay (1.5 min)\n"


def test_every_subject_has_its_lines():
    assert list(subjects.SUBJECTS) == list(LINES)
    named = [(line.what, line.peer) for lines in LINES.values() for line in lines]
    assert len(named) == len(set(named))


def test_outcomes_of_the_long_tests_are_read_from_the_last_line():
    said = "...s..\n\n5 passed, 1 skipped, 40 deselected, 2 warnings in 1201.02s (0:20:01)\n"
    assert longtests.counted(said) == {"failed": 0, "passed": 5, "skipped": 1, "deselected": 40, "warnings": 2}


@pytest.mark.parametrize(("now", "warned"), [(4.0, False), (3.99, True)])
def test_a_ratio_that_falls_by_more_than_a_fifth_is_a_warning(now, warned):
    """Peer ten times slower before; now 8 times is the edge."""
    history = earlier([99, 10, 10, 10, 10, 10])  # of the last five the median, 10
    said = story.warnings(measured(theirs=now)[:1], history, MACHINE)
    assert bool(said) == warned
    assert not said or said == ["a fit: 7.98 times ours is R, where the last of this kind of machine had 10."]
    for other in ({"machine": "arm64, 8 cores"}, {"load": "1.5"}):  # another kind, or one on which others worked
        assert story.warnings(measured(theirs=1.0), earlier([10], **other), MACHINE) == []


@pytest.mark.parametrize(("seconds", "warned"), [(12.5, False), (12.6, True)])
def test_without_a_peer_ours_is_compared(seconds, warned):
    history = [{"what": "a run", "peer": "", "machine": MACHINE, "load": "1", "ours": "10.0", "ratio": ""}]
    assert bool(story.warnings(measured(run=seconds), history, MACHINE)) == warned


def test_the_history_grows_by_each_bench_and_names_no_place(tmp_path):
    path = tmp_path / "history.csv"
    for _ in range(2):
        story.add_to_history(path, [*measured(), *of_lines({}, LINE, reason="not run: no")], NOW)
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
        "unit": "s",
        "ours": "0.5",
        "theirs": "5.0",
        "ratio": "10.0",
        "floor": "0.1",
    }
    assert rows[1]["theirs"] == "" and story.before(measured()[1], rows, MACHINE) == 10.0
    assert story.read_history(tmp_path / "none.csv") == []


def test_the_history_of_the_project_is_of_lines_that_there_are(root):
    path = root / "docs/quality/bench-history.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert path.read_text(encoding="utf-8").startswith(",".join(HISTORY) + "\n")
    assert {(row["what"], row["peer"]) for row in rows} <= {
        (line.what, line.peer) for lines in LINES.values() for line in lines
    }
    assert not any("/" in row["machine"] for row in rows)


def test_a_misspelt_subject_is_told_with_the_nearest():
    command = [sys.executable, ROOT / "workflow/bench", "cuonts", "--lst"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert ran.stderr == (
        "no subject `cuonts`, nearest: counts; no subject `--lst`, nearest: --list. "
        "`python workflow/bench --list` says which there are.\n"
    )
