"""What was changed is made again: a run after each edit gives in the end what a run from nothing gives."""

import os
import re
import shutil
import subprocess

import pytest
import yaml

from paths import ROOT
from projects import copied, held, plan, project, replaced, run

LONG_AGO = 1_000_000_000
STUDY, LONDON = "examples/wage_panel", "examples/london_moves"
# A line at the end that changes nothing of what a file says, by its ending; and a job that has to run for it.
BLANK = {".csv": "\n", ".lock": "# a comment\n", ".md": "\n", ".py": "# a comment\n"}
READ_BY = {
    "resources/prices/price_indices_annual.csv": "make_frames",
    "src/mobility/access/study_numbers.csv": "read",
    "src/mobility/studies/states.py": "render_wage_panel",
    "docs/tutorial.md": "render_index",
    "requirements.lock": "read",
}
FRAMES = "pairs: {unit: person, units: men, rows: two years of a man}\n"
# What people edit, from what is read first to what is written last, so that no edit hides what another left undone.
EDITS = (
    (f"{LONDON}/data/census2011_london_borough_od_by_age.csv", "Barnet,1-14,11,", "Barnet,1-14,12,"),
    ("resources/areas/lad2014_centroids.csv", "524022.3", "525022.3"),
    ("config.yaml", "choices: {}", "choices: {london_moves: {neighbours: lad2021}}"),
    (f"{STUDY}/groups/states.csv", "Craftsmen, foremen", "Craftsmen and foremen"),
    (f"{LONDON}/frames.yaml", "moves: {unit: origin", "moves: {unit: destination"),
    (f"{STUDY}/tables/inflow.yaml", "within: row", "within: column"),
    ("config.yaml", "open: 3", "open: 5"),
    (f"{STUDY}/figures/figure_shares.yaml", "title: ", "title: New "),
    ("requirements.lock", "annotated-doc==", "annotated_doc=="),
)


@pytest.fixture(scope="module")
def done(ran, tmp_path_factory):
    """A project that was run, with a library of its own to edit; what is run is the installed one."""
    folder = copied(ran, tmp_path_factory.mktemp("again") / "project")
    (folder / "src").unlink()
    copied(ROOT / "src", folder / "src")
    copied(ROOT / "docs", folder / "docs")
    assert run(folder).returncode == 0
    return folder


def planned(folder):
    return set(re.findall(r"^(?:local)?rule (\w+):", plan(folder), re.M))


@pytest.mark.pipeline
def test_any_other_file_that_a_job_reads_makes_it_run_again(done):
    assert planned(done) == set()
    for name, job in READ_BY.items():
        path = done / name
        text = path.read_text()
        path.write_text(text + BLANK[path.suffix])
        assert job in planned(done), name
        path.write_text(text)
    (done / STUDY / "frames.yaml").write_text(FRAMES)
    assert "tabulate_wage_panel" in planned(done), "a file of the study that was not there"


@pytest.mark.pipeline
@pytest.mark.long
def test_other_packages_may_judge_otherwise(ran, tmp_path):
    """That other packages make every job run again: the test above; that none takes what it made before: test_kept."""
    again, cells = copied(ran, tmp_path / "again"), "results/released/wage_panel"
    before = held(again / cells, "*.csv", tmp_path / "before")
    with (again / "requirements.lock").open("a") as lock:
        lock.write("# a comment\n")
    assert run(again).returncode == 0
    assert "shares" in replaced(before, again / cells)


@pytest.mark.pipeline
def test_results_without_a_record_are_taken_for_nothing(ran, tmp_path):
    """A project that was copied without its hidden folders: its settings may be older than results of other ones."""
    again = copied(ran, tmp_path / "again")
    shutil.rmtree(again / ".snakemake")
    config, shares = again / "config.yaml", again / "results/released/wage_panel/transition.csv"
    config.write_text(config.read_text().replace("open: 0", "open: 10"))
    os.utime(config, (LONG_AGO, LONG_AGO))
    assert "suppressed" not in shares.read_text()
    failed = run(again, "--", "no_such_target")
    assert failed.returncode != 0
    done = run(again)
    assert done.returncode == 0 and "no record of how the results were made" in done.stderr
    assert "suppressed" in shares.read_text()
    assert "no record" not in run(again, "--", "no_such_target").stderr


@pytest.mark.pipeline
def test_nothing_is_left_over_of_a_figure_that_a_study_has_no_more(ran, tmp_path):
    """Its files would stand among what the last run released, judged by the thresholds of an earlier one."""
    again = copied(ran, tmp_path / "again")
    own = again / "reports/wage_panel/figures/notes.txt"
    own.write_text("my own")
    left = {path.name for path in own.parent.glob("figure_stayers.*")}
    assert {"figure_stayers.svg", "figure_stayers.csv"} <= left
    (again / STUDY / "figures/figure_stayers.yaml").unlink()
    done = run(again)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("it is removed") == len(left)
    assert not list(own.parent.glob("figure_stayers.*")) and own.is_file()
    assert "Nothing has changed" in run(again).stderr


@pytest.mark.long
def test_edits_one_after_another_give_what_a_run_from_nothing_gives(tmp_path):
    threshold = {"open": 3, "safeguarded": 3, "special": 10, "secure": 10}
    edited = project(tmp_path / "edited", studies=["wage_panel", "london_moves"], disclosure={"threshold": threshold})
    copied(ROOT / "requirements.lock", edited)
    assert run(edited).returncode == 0
    for name, before, after in EDITS:
        text = (edited / name).read_text()
        assert before in text, name
        (edited / name).write_text(text.replace(before, after, 1))
        done = run(edited)
        assert done.returncode == 0, (name, done.stderr)
    fresh = copied(edited, tmp_path / "fresh")
    for made in ("results", "reports", "logs", ".snakemake"):
        subprocess.run(["rm", "-r", fresh / made], check=True)
    assert run(fresh).returncode == 0
    assert told(edited) == told(fresh)


def told(folder):
    """What is in the files of a run that bear no time, by their names; of the manifest all but when it was made."""
    manifest = yaml.safe_load((folder / "results/checks/manifest.yaml").read_text())
    del manifest["times"]
    kinds = ("results/released/**/*.csv", "results/checks/**/*.csv", "results/restricted/**/*.csv", "reports/**/*.html")
    files = (path for kind in kinds for path in folder.glob(kind) if "/.kept/" not in path.as_posix())
    return manifest, {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}
