"""What one meets in the first hours: the documentation against a run, what to open, and what is said of a mistake."""

import re
import shutil
import subprocess
import sys
import zipfile

import make_runs
import pytest

from paths import ROOT
from projects import copied, run, snakemake
from spoil import spoil

STUDY = make_runs.STUDY
GUIDE = (ROOT / "docs/how-to/debug-a-rule.md").read_text(encoding="utf-8")
LAYERS = ("Traceback", "RuleException", "CalledProcessError", "WorkflowError", "Shutting down", "common.smk")
pytestmark = pytest.mark.pipeline


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("hours") / "project"


@pytest.fixture(scope="module")
def told(place):
    """A run of one study on real data, and what commands print there."""
    return make_runs.told_in(place)


@pytest.fixture
def again(told, place, tmp_path):
    """A copy of the project that was run."""
    return copied(place, tmp_path / "again")


def directly(folder, *arguments):
    done = snakemake(folder, "-c1", *arguments)
    return done.returncode, done.stdout + done.stderr


def edit(path, old, new):
    spoil(path, old, new)


def test_the_documentation_shows_what_is_printed(told):
    pages = make_runs.pages(ROOT, told)
    assert ROOT / "docs/tutorial.md" in pages
    old = [path.name for path, text in pages.items() if path.read_text(encoding="utf-8") != text]
    assert old == [], f"older than what is printed. Run `{make_runs.COMMAND}`."


def test_a_block_shows_the_lines_that_are_wanted_and_dots_for_others(tmp_path):
    page = "- <a>\n\n  <!-- run: do it | two | four -->\n  ```text\n  old\n  ```\nafter\n"
    (tmp_path / "README.md").write_text(page)
    ((_, text),) = make_runs.pages(
        tmp_path, {"do it": "one\ntwo (1.5 s)\n  three\n\nfour x.py, line 12\nfive\nsix\n"}.get
    ).items()
    wanted = "two (… s)\n    ...\n  four x.py, line …\n  ...\n"
    assert text == page.replace("old\n", wanted)


def columns_said(file):
    """The columns of a file as results/README.md names them: words before a semicolon and outside brackets."""
    text = (ROOT / "results/README.md").read_text(encoding="utf-8")
    row = re.search(rf"^\| `{re.escape(file)}` \|.*\| (.*) \|$", text, re.MULTILINE)[1]
    return set(re.sub(r"\([^)]*\)|;.*", "", row).replace(" ", "").split(","))


@pytest.mark.parametrize("name", ["backtest", "losses", "disclosure", "figure_flaws", "delivery"])
def test_the_columns_of_checks_are_those_of_their_page(told, place, name):
    header = (place / f"results/checks/{STUDY}/{name}.csv").read_text().splitlines()[0]
    folder = "<source>" if name == "delivery" else "<study>"
    assert columns_said(f"checks/{folder}/{name}.csv") == set(header.split(","))


def test_the_columns_of_cells_are_those_of_their_page(told, place):
    text = (ROOT / "results/README.md").read_text(encoding="utf-8")
    cells = text[text.index("## Cells") : text.index("## Checks")]
    said = [name for row in re.findall(r"^\| ([a-z_, ]+) \|", cells, re.MULTILINE) for name in row.split(", ")]
    for kind in ("restricted", "released"):
        header = (place / f"results/{kind}/{STUDY}/transition.csv").read_text().splitlines()[0]
        assert header.split(",") == said[1:]


def test_a_run_ends_by_naming_what_is_there_to_open(told, place):
    last = told("make report").split("Open ")[1]
    named = {"reports/index.html", "results/restricted/checker/index.html"}
    assert all(f"{name}" in last and (place / name).is_file() for name in named)
    files = re.search(r"to print or compute: (.*?) in (\S+),", last)
    assert all((place / files[2] / name).is_file() for name in files[1].split(", "))
    assert f".venv/bin/mobility explain {STUDY}" in last


def test_a_mistake_in_the_settings_is_said_once_also_with_a_target_before_anything_runs(again):
    shutil.rmtree(again / "results")
    edit(again / "config.yaml", STUDY, "keane_wolpin_1998")
    message = "config.yaml, studies: no folder for `keane_wolpin_1998`; nearest: keane_wolpin_1997. Mend the name."
    plain, aimed, (code, direct) = run(again), run(again, STUDY), directly(again, STUDY)
    assert plain.returncode == aimed.returncode == code == 2
    for said in (plain.stdout + plain.stderr, aimed.stdout + aimed.stderr, direct):
        assert said.count(message) == 1 and not any(layer in said for layer in (*LAYERS, "The run stopped"))
    assert not (again / "results").exists()


def test_a_job_that_fails_says_why_once(again):
    edit(again / f"examples/{STUDY}/mapping.yaml", "column: choice", "column: chioce")
    done, (code, direct) = run(again), directly(again, STUDY)
    assert done.returncode == 2 and code == 1
    for said in (done.stdout + done.stderr, direct):
        assert said.count("no column `chioce`; nearest: choice") == said.count("file read stopped:") == 1
        assert not any(layer in said for layer in LAYERS)
    assert "The run stopped. The message above says why; `make report` goes on from there." in done.stderr


@pytest.mark.long
def test_a_job_that_is_ended_without_a_word_is_told_by_snakemake(again):
    script = again / "workflow/scripts/make_frames.py"
    script.write_text(f"import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n{script.read_text()}")
    done = run(again)
    assert done.returncode == 2 and done.stderr.count("died with <Signals.SIGKILL: 9>") == 1


def test_an_unknown_target_is_named(again):
    done = run(again, "nothere")
    assert done.returncode == 2 and done.stderr.count("No rule to produce nothere") == 1
    assert "Exception" not in done.stderr and "Building DAG" not in done.stderr


@pytest.mark.usefixtures("told")
def test_the_guide_to_debugging_one_rule_is_true(place, monkeypatch, capsys):
    monkeypatch.chdir(place)
    planned = re.search(r"^\.venv/bin/snakemake (-n .*?) +#", GUIDE, re.MULTILINE)[1].split()
    code, said = directly(place, *planned)
    inputs = re.search(rf"rule tabulate_{STUDY}:\n +input: (.*)", said)[1]
    assert code == 0 and f"results/restricted/{STUDY}/frames" in inputs
    edit(place / f"examples/{STUDY}/tables/shares.yaml", "within: row", "within: column")
    code, said = directly(place, *(word for word in planned if word != "--force"))
    edit(place / f"examples/{STUDY}/tables/shares.yaml", "within: column", "within: row")
    assert code == 0 and re.search(r"reason: (?!Forced)\w+", said)
    for block in re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL):
        exec(compile(block, "debug-a-rule.md", "exec"), {})
    printed = capsys.readouterr().out
    assert "white_collar" in printed and "rows_dropped" in printed and (place / "tmp/figure_transition.svg").is_file()
    scripts = re.findall(r"`(workflow/scripts/\w+\.py)`", GUIDE)
    assert len(scripts) > 6 and all((ROOT / script).is_file() for script in scripts)


@pytest.mark.usefixtures("told")
def test_snakemakes_own_report_has_the_results(place, tmp_path):
    code, said = directly(place, "--report", str(tmp_path / "report.zip"))
    assert code == 0, said
    with zipfile.ZipFile(tmp_path / "report.zip") as archive:
        names = archive.namelist()
        page = "".join(archive.read(name).decode() for name in names if name.endswith((".html", ".js")))
    assert '"Results"' in page and "Career decisions of young men" in page
    assert any(name.endswith(f"{STUDY}.pdf") for name in names)


def test_the_program_that_fills_the_documentation_begins_by_itself():
    """`make docs` has none of the folders on its path that the tests have."""
    begun = [sys.executable, "-c", "import runpy; runpy.run_path('docs/make_runs.py')"]
    subprocess.run(begun, cwd=ROOT, check=True, capture_output=True)
