"""Runs: what counts as changed, what is lost or spoilt, two at once, odd names of folders, rights of files."""

import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import sysconfig
import time
import venv
from pathlib import Path

import pandas as pd
import pytest
import yaml

import alone
import made
from mobility import contents
from mobility.contents import HashStore, digest
from mobility.errors import DataError, DeliveryError, RunError
from mobility.intake.mapped import mapped_files, mapped_path
from mobility.settings import load_study
from mobility.storage import make_private, write_text
from paths import ROOT
from projects import RECORD, copied, held, plan, project, replaced, run
from run import fail_if_closed, from_the_future
from site_reader import text_of

PANEL = "results/restricted/wage_panel/panel.parquet"
LOSSES = "results/checks/wage_panel/frame_losses.csv"
WRITTEN = {"results", "reports", "logs", ".snakemake"}
LONG_AGO = 1_000_000_000
ODD_NAME = "it's (a) b & {c} $HOME; ü [d] {"
ORPHAN = "import sys, time; print('up', flush=True); time.sleep(600)"


def steps(done):
    """Titles of the steps of a run that came to its end."""
    assert done.returncode == 0, done.stderr
    lines = [line.strip() for line in done.stderr.splitlines()]
    return {line.rsplit(" (", 1)[0] for line in lines if re.fullmatch(r".* \([\d.]+ s\)", line)}


def files_below(*folders):
    return {path for folder in folders for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def again(ran, tmp_path):
    """A copy of a project that was run, with its results and their dates."""
    return copied(ran, tmp_path / "again")


def write_old(path, text):
    path.write_text(text)
    os.utime(path, (LONG_AGO, LONG_AGO))


@pytest.mark.pipeline
def test_a_run_writes_into_the_folders_for_it_only(ran):
    assert list((ran.parent / "home").iterdir()) == []
    places = {path.relative_to(ran) for path in files_below(ran) if "__pycache__" not in path.parts}
    new = {path for path in places if path.parts[0] not in WRITTEN and not (ROOT / path).exists()}
    assert new == set() and {path.parts[0] for path in places} >= WRITTEN


@pytest.mark.pipeline
def test_an_edited_spec_counts_whatever_its_date_and_only_what_is_made_from_it_is_made_again(again, tmp_path):
    drawn, counted = again / "reports/wage_panel/figures", again / "results/restricted/wage_panel"
    pictures, tables = held(drawn, "*", tmp_path / "drawn"), held(counted, "*.csv", tmp_path / "counted")
    spec = again / "examples/wage_panel/tables/shares.yaml"
    text = spec.read_text().replace("title: ", "title: In other words, ", 1)
    write_old(spec, text.replace("within: row", "within: column", 1))
    assert steps(run(again)) == {
        "wage_panel: tables counted",
        "wage_panel: released, and compared with print",
        "wage_panel: figures, page and files",
        "reports/index.html",
        "wage_panel: page for the output checker",
        "entry for the output checker",
    }
    assert replaced(tables, counted) == {"shares", RECORD}
    figures = load_study(again, "wage_panel").figures.values()
    assert replaced(pictures, drawn) == {figure.figure for figure in figures if figure.table == "shares"}
    assert "In other words, " in text_of(again / "reports/wage_panel")


@pytest.mark.pipeline
@pytest.mark.parametrize(
    ("module", "rule"),
    [
        ("src/mobility/studies/states.py", "make_frames"),
        ("workflow/scripts/fit_models.py", "fit_models_wage_panel"),
        pytest.param("src/mobility/synthetic/world.py", "render_index", marks=pytest.mark.long),
    ],
)
def test_an_edited_module_or_script_reruns_the_jobs_that_import_it_whatever_its_date(again, module, rule):
    """By the plan: jobs whose own code is another; the manifest is of all code. Others run because of these."""
    (again / "src").unlink()
    copied(ROOT / "src", again / "src")
    write_old(again / module, f"{(again / module).read_text()}# another line\n")
    jobs = re.findall(r"^(?:local)?rule (\w+):\n((?: .*\n)+)", plan(again), re.M)
    assert [name for name, words in jobs if re.search("reason: .*arams have changed", words)] == [rule]


@pytest.mark.pipeline
@pytest.mark.long
def test_what_is_lost_is_made_again(again):
    places = [again / "results", again / "reports"]
    there = files_below(*places)
    table = again / "reports/wage_panel/tables/persons.csv"
    table.write_text("")
    (again / "reports/wage_panel/figures/figure_shares.svg").unlink()
    (again / "results/checks/wage_panel/losses.csv").unlink()
    assert "wage_panel: figures, page and files" in steps(run(again))
    assert files_below(*places) == there and table.stat().st_size > 100
    for lost in ("reports/wage_panel", "results"):
        shutil.rmtree(again / lost)
    assert {"wage_panel: models fitted", "wage_panel: figures, page and files"} <= steps(run(again))
    assert files_below(*places) == there


@pytest.mark.pipeline
def test_what_is_cut_short_is_made_again(again):
    panel = again / PANEL
    before = panel.read_bytes()
    panel.write_bytes(before[:100])
    losses = (again / LOSSES).read_text()
    (again / LOSSES).write_text("")
    done = run(again, "--", LOSSES)
    assert steps(done) == {"wage_panel: file read", "wage_panel: frames made"}
    assert f"{PANEL} is not as it was made" in done.stderr
    assert panel.read_bytes() == before and (again / LOSSES).read_text() == losses


@pytest.mark.pipeline
def test_without_a_target_everything_is_made_and_promised(tmp_path):
    """The plan of a whole run of every study: the inputs of `all` hold the outputs of the jobs."""
    folder = project(tmp_path / "project")
    rules = re.split(r"\n(?=(?:local)?rule )", plan(folder))
    listed = [dict(re.findall(r"^    (\w+): (.*)$", rule, re.M)) for rule in rules if "rule " in rule[:12]]
    promised = next(set(job["input"].split(", ")) for job in listed if "output" not in job)
    outputs = {output for job in listed if "output" in job for output in job["output"].split(", ")}
    outputs = {output.removesuffix(" (update)") for output in outputs}
    assert len(outputs) > 300
    assert outputs - promised == set()


@pytest.mark.pipeline
def test_files_and_deliveries_anywhere_count_by_content(tmp_path, delivery_tab):
    """A mapped file, and a delivery: unpacking keeps the dates of the archive; a folder's name may be odd."""
    delivery = Path(shutil.copytree(delivery_tab, tmp_path / ODD_NAME))
    settings = {"sources": {"ukhls": str(delivery)}, "waves": {"ukhls": "a-c"}, "studies": ["wage_panel", "gatsby"]}
    folder, data = project(tmp_path / "project", **settings), tmp_path / "elsewhere.csv"
    mapping = folder / "examples/wage_panel/mapping.yaml"
    spec = yaml.safe_load(mapping.read_text())
    rows = pd.read_csv(mapped_path(spec["file"], mapping))
    write_old(data, rows.to_csv(index=False))
    mapping.write_text(yaml.safe_dump({**spec, "file": str(data)}))
    targets = (PANEL, "results/restricted/ukhls/panel.parquet")
    read = {"wage_panel: file read", "ukhls: waves a to c read"}
    assert steps(run(folder, "--", *targets)) == read
    before = [len(pd.read_parquet(folder / target)) for target in targets]
    wave = next(delivery.rglob("c_indresp.tab"))
    os.utime(wave)
    os.utime(data)
    assert steps(run(folder, "--", *targets)) == set()
    write_old(data, rows.iloc[:-8].to_csv(index=False))
    write_old(wave, "".join(wave.read_text().splitlines(keepends=True)[:-5]))
    assert steps(run(folder, "--", *targets)) == read
    after = [len(pd.read_parquet(folder / target)) for target in targets]
    assert before[0] == len(rows) and [was - now for was, now in zip(before, after, strict=True)] == [8, 5]


def test_a_large_file_is_hashed_once_and_again_when_it_is_another(tmp_path, monkeypatch):
    monkeypatch.setattr(contents, "LARGE", 10)
    calls = []
    monkeypatch.setattr(contents, "file_hash", lambda path: calls.append(path) or f"hash {len(calls)}")
    file, kept = tmp_path / "wave.dta", tmp_path / "kept.json"
    file.write_bytes(b"a" * 20)
    assert HashStore(kept).hash_of(file) == HashStore(kept).hash_of(file) == "hash 1"
    dates = file.stat()
    file.write_bytes(b"b" * 20)
    os.utime(file, ns=(dates.st_atime_ns, dates.st_mtime_ns))
    assert HashStore(kept).hash_of(file) == "hash 2"
    kept.write_text("[spoilt")
    assert HashStore(kept).hash_of(file) == "hash 3"


def test_a_fingerprint_is_of_names_and_contents(tmp_path):
    first, second = tmp_path / "a", tmp_path / "b"
    first.write_text("x"), second.write_text("y")
    both = digest([first, second], HashStore(tmp_path / "kept"))
    assert digest([second, first], HashStore(tmp_path / "kept")) == both
    first.write_text("y"), second.write_text("x")
    assert digest([first, second], HashStore(tmp_path / "kept")) != both
    store = HashStore(tmp_path / "kept")
    assert [store.hash_of(tmp_path), store.hash_of(tmp_path / "gone")] == ["not a file", "absent"]


def test_mapped_files(tmp_path):
    mapping = tmp_path / "mapping.yaml"
    (tmp_path / "x.csv").write_text("")
    mapping.write_text("file: [x.csv, gone.csv, 'linearmodels:datasets/wage_panel/wage_panel.csv.bz2']")
    assert [Path(path).name for path in mapped_files(mapping)] == ["x.csv", "wage_panel.csv.bz2"]
    for text in ("file: ../x.csv", "file: 5", "[a]", "file: [", "file: no_such_package:x"):
        mapping.write_text(text)
        assert mapped_files(mapping) == []
    for name in ("../x.csv", "data/../../x.csv", "..\\x.csv", "json:../x"):
        with pytest.raises(DeliveryError, match="leads out of its folder"):
            mapped_path(name, mapping)


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def start(*command, **options):
    """A process that has said that it is up."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, **options)
    assert process.stdout.readline()
    return process


def test_one_run_at_a_time(here):
    holder = f"import sys; sys.path.insert(0, {str(ROOT / 'workflow')!r}); import alone, time\n"
    holder += "with alone.alone():\n    print('up', flush=True)\n    time.sleep(600)"
    other = start(sys.executable, "-c", holder)
    with pytest.raises(RunError, match="Another run is at work in this folder"), alone.alone():
        pass
    other.kill()
    other.wait()
    with alone.alone() as held:
        assert held > 2


def test_never_beside_an_orphan_of_a_killed_run(here, tmp_path_factory):
    """The lock is free, but a job of the killed run still works here."""
    orphan = start(sys.executable, "-c", ORPHAN, ".snakemake/scripts/job.py")
    elsewhere = start(sys.executable, "-c", ORPHAN, "snakemake", cwd=tmp_path_factory.mktemp("elsewhere"))
    try:
        with pytest.raises(RunError, match=f"process {orphan.pid}, since .*kill {orphan.pid}"), alone.alone():
            pass
        orphan.kill()
        orphan.wait()
        with alone.alone():
            assert alone.at_work() == []
    finally:
        for process in (orphan, elsewhere):
            process.kill()
            process.wait()


@pytest.mark.pipeline
@pytest.mark.long
def test_two_runs_at_once_and_a_kill(tmp_path, ran):
    """The second stops with one sentence; so does one beside the living child of a killed run. Then all is made, as
    without a kill. The lock and the search for a living child by themselves: the two tests above."""
    folder = project(tmp_path / "project", studies=["wage_panel"])
    slow = folder / "workflow/scripts/read.py"
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    slow.write_text(f"open({str(gate)!r}).close()\n{slow.read_text()}")
    command = [sys.executable, "workflow/run.py", "--", LOSSES]
    first = subprocess.Popen(command, cwd=folder, stderr=subprocess.DEVNULL)
    gate_opened = gate.open("w")  # waits until the job of the first run reads
    second = run(folder, "--", LOSSES)
    assert second.returncode == 2
    assert second.stderr.strip().count("\n") == 0
    assert "Another run is at work in this folder" in second.stderr
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert "Another run is at work in this folder" in run(folder, "--", LOSSES).stderr
    gate_opened.close()
    while alone_in(folder):
        time.sleep(0.05)
    slow.write_text((ROOT / "workflow/scripts/read.py").read_text())
    assert "wage_panel: frames made" in steps(run(folder, "--", LOSSES)) or (folder / LOSSES).is_file()
    assert (folder / LOSSES).read_bytes() == (ran / LOSSES).read_bytes()


def alone_in(folder):
    """Processes of the run of a folder."""
    code = f"import sys; sys.path.insert(0, {str(ROOT / 'workflow')!r}); import alone; print(len(alone.at_work()))"
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True)
    return int(done.stdout)


@pytest.mark.pipeline
@pytest.mark.skipif(os.name != "posix", reason="names that other systems do not allow")
def test_a_project_may_lie_in_a_folder_of_any_name(tmp_path):
    folder = project(tmp_path / ODD_NAME, studies=["wage_panel"])
    venv.create(folder / ".venv", symlinks=True, with_pip=False)
    sites = next((folder / ".venv").rglob("site-packages"))
    (sites / "here.pth").write_text(
        f"{ROOT / 'src'}\n{sysconfig.get_path('purelib')}\n{Path(yaml.__file__).parents[1]}\n"
    )
    command = [".venv/bin/python", "workflow/run.py", "--", LOSSES]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert steps(done) == {"wage_panel: file read", "wage_panel: frames made"}
    command = [".venv/bin/python", "-m", "snakemake", "--cores", "1", "--dry-run", "--quiet", "all", "--", "all"]
    planned = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert planned.returncode == 0, planned.stderr


@pytest.mark.parametrize(("umask", "mode"), [(0o077, 0o600), (0o022, 0o644), (0o002, 0o664)])
def test_files_have_the_rights_that_the_user_wants(tmp_path, umask, mode):
    before = os.umask(umask)
    try:
        write_text("x", tmp_path / "file")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == mode


def test_restricted_results_are_for_the_owner_only(tmp_path, ran):
    assert stat.S_IMODE((ran / "results/restricted").stat().st_mode) == 0o700
    (tmp_path / "open").mkdir(mode=0o755)
    for name in ("open", "new/below"):
        make_private(tmp_path / name)
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o700


def test_a_closed_folder_is_named(tmp_path, monkeypatch):
    inner = tmp_path / "results/checks"
    inner.mkdir(parents=True)
    fail_if_closed(tmp_path, (tmp_path / "results", tmp_path / "absent"))
    monkeypatch.setattr(os, "access", lambda path, _: Path(path) != inner)
    with pytest.raises(RunError, match=f"No permission to write into {inner}. Ask for write access"):
        fail_if_closed(tmp_path, (tmp_path / "results",))


def test_files_dated_after_the_clock_are_named(tmp_path):
    for name, at in {
        "config.yaml": 200,
        "studies/a/study.yaml": 300,
        "sources/b.csv": 100,
        "results/c.csv": 300,
    }.items():
        write_text("x", tmp_path / name)
        os.utime(tmp_path / name, (at, at))
    assert from_the_future(tmp_path, 150) == ["config.yaml", "studies/a/study.yaml"]
    assert from_the_future(tmp_path, 400) == []


def test_what_cannot_be_written_gives_the_reason(tmp_path):
    write_text("a file, not a folder", tmp_path / "results")
    with pytest.raises(DataError, match=r"results/x.csv: cannot be written \((File exists|Not a directory)\)"):
        write_text("x", tmp_path / "results/x.csv")


@pytest.mark.pipeline
def test_a_read_only_project_gives_the_reason(again):
    """Root may write anywhere; so the run is another user's where the test is root's."""
    again.chmod(0o555)
    if os.geteuid() == 0:
        pytest.skip("root may write anywhere")
    done = run(again)
    assert done.returncode == 2
    assert "No permission to write into" in done.stderr


def test_notes_of_what_was_made(here, monkeypatch):
    """Only what Snakemake says that it made is ever removed."""
    for name in ("results/a.csv", "results/notes.txt", "results/folder/b.csv"):
        write_text(name, here / name)
    listed = {Path("results/a.csv"): 0.0, Path("results/folder"): 0.0}
    monkeypatch.setattr(made, "outputs", lambda: {path: at for path, at in listed.items() if path.exists()})
    made.note_made()
    assert made.remove_spoilt() == []
    os.utime(made.LEDGER, (LONG_AGO, LONG_AGO))
    made.note_made()
    assert made.LEDGER.stat().st_mtime > LONG_AGO, "notes that say the same are as new as the last look"
    os.utime(here / "results/a.csv", (LONG_AGO, LONG_AGO))
    assert made.remove_spoilt() == []
    for name in ("results/a.csv", "results/notes.txt", "results/folder/b.csv"):
        write_text("other", here / name)
    assert made.remove_spoilt() == ["results/a.csv", "results/folder"]
    assert (here / "results/notes.txt").is_file()
