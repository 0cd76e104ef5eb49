"""The real DAG on a small invented delivery: end to end, the three formats, a rerun, a kill, and failures."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
import yaml

from mobility.backtest.explain import explain_cell
from mobility.cells import read_cells

ROOT = Path(__file__).parent.parent
PARTS = ("workflow", "sources", "studies", "examples", "resources", "profiles")
FILES = ("Snakefile", "config.yaml", "environment.yml", "pyproject.toml")
pytestmark = pytest.mark.pipeline


def project(folder, **changes):
    """A copy of the project's files in `folder`, its config changed; the library is the installed one."""
    folder.mkdir(parents=True, exist_ok=True)
    for part in PARTS:
        shutil.copytree(ROOT / part, folder / part)
    for name in FILES:
        shutil.copy(ROOT / name, folder / name)
    (folder / "src").symlink_to(ROOT / "src")
    config = yaml.safe_load((folder / "config.yaml").read_text())
    config["synthetic"]["size"] = "small"
    (folder / "config.yaml").write_text(yaml.safe_dump({**config, **changes}))
    return folder


def without_curve(folder):
    """The specification curve fits every model a dozen times; tests that do not look at it leave it out."""
    for part in ("tables", "figures"):
        (folder / f"studies/gatsby/{part}/figure_curve.yaml").unlink()
    return folder


def run(folder, *arguments, **options):
    """`make report` without make."""
    command = [sys.executable, "workflow/run.py", "--cores", "2", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, **options)


def cells(folder, study="gatsby"):
    files = sorted((folder / "results/restricted" / study).glob("*.csv"))
    return pd.concat([read_cells(file) for file in files], ignore_index=True)


def cells_but_curve(folder):
    found = cells(folder)
    return found[found["table"] != "figure_curve"].reset_index(drop=True)


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    folder = project(tmp_path_factory.mktemp("whole") / "project")
    first = run(folder)
    assert first.returncode == 0, first.stderr
    return folder


def test_everything_is_there(done):
    assert "Open reports/index.html" in run(done).stderr
    for study in ("gatsby", "moving_out", "keane_wolpin_1997", "wage_panel", "london_moves", "region_moves"):
        place = done / "reports" / study
        for name in ("index.html", f"{study}.xlsx", f"{study}.pdf"):
            assert (place / name).stat().st_size > 1000
        assert len(list((place / "figures").glob("*.svg"))) >= 3
    assert (done / "results/checks/manifest.yaml").is_file()


def test_pages_say_what_is_invented_and_what_is_real(done):
    for study in ("gatsby", "moving_out"):
        assert "SYNTHETIC DATA: no person in it exists." in (done / "reports" / study / "index.html").read_text()
    for study in ("keane_wolpin_1997", "wage_panel", "london_moves", "region_moves"):
        page = (done / "reports" / study / "index.html").read_text()
        assert "SYNTHETIC" not in page
        assert "Real data" in page


def test_the_index_counts_areas_where_rows_are_about_areas(done):
    index = (done / "reports/index.html").read_text()
    assert "5,445 rows of 33 areas read" in index and "4,360 rows of 545 persons read" in index


def test_reports_are_made_from_released_cells_only(done):
    """A suppressed number of the restricted cells stands nowhere in what the study's CSV tables show."""
    hidden = read_cells(done / "results/released/gatsby/table_3_3.csv").query("flag == 'suppressed'")
    assert len(hidden) > 0
    shown = pd.read_csv(done / "reports/gatsby/tables/table_3_3.csv")
    both = hidden.merge(shown, on=["row", "column"], suffixes=("", "_shown"))
    assert len(both) == len(hidden)
    assert both["value_shown"].isna().all()


def test_losses_add_up(done):
    losses = pd.read_csv(done / "results/checks/gatsby/losses.csv")
    assert (losses["rows_in"] - losses["rows_dropped"] == losses["rows_out"]).all()


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (("gatsby", "3.3", "science_professionals", "same_occ"), "Sample `technical_origins`"),
        (("gatsby", "A1", "age", "technician__to__professional__ols"), "models/technician__to__professional.yaml"),
        (("gatsby", "text_claims", "non_permanent_on_staying", "effect"), "models/operative__to__operative.yaml"),
        (("wage_panel", "progression", "union", "into_professional_managerial__logit"), "rows read"),
        (("moving_out", "12", "receiving_countryside_living", "model_4"), "models/table_12.yaml): Model 4."),
        (("moving_out", "6", "affluent_england", "avg_house_price"), "column: mean of house_price"),
        (("london_moves", "rates_by_age", "all_ages", "out"), "sum of out_moves over the sum of population"),
    ],
)
def test_any_cell_can_be_explained(done, monkeypatch, cell, words):
    monkeypatch.chdir(done)
    text = explain_cell(Path(), *cell)
    assert words in text
    assert "Code: " in text and "Data: " in text


def test_without_a_target_everything_is_made(done):
    command = [sys.executable, "-m", "snakemake", "--cores", "1", "-n", "--forceall", "--quiet", "host"]
    plan = subprocess.run(command, cwd=done, capture_output=True, text=True, check=True)
    assert "rule render_index" in plan.stdout


def test_planted_coefficients_of_the_moves_are_found(done):
    truth = pd.read_csv(done / "results/checks/moving_out/truth.csv")
    known = truth[truth["z"].notna()]
    assert len(known) > 100 and (known["z"].abs() < 1.96).mean() > 0.85


def test_nothing_is_done_twice(done):
    before = {path: path.stat().st_mtime_ns for path in (done / "results").rglob("*.csv")}
    assert run(done).returncode == 0
    assert before == {path: path.stat().st_mtime_ns for path in (done / "results").rglob("*.csv")}


def test_an_edited_table_reruns_only_what_depends_on_it(done):
    spec = done / "studies/gatsby/tables/table_3_5.yaml"
    spec.write_text(spec.read_text().replace("Each row adds to 100. Bases", "Each row adds to a hundred. Bases"))
    again = run(done)
    assert again.returncode == 0, again.stderr
    lines = [line.strip() for line in again.stderr.splitlines() if " s)" in line]
    steps = {line.rsplit(" (", 1)[0] for line in lines}
    assert steps == {
        "gatsby: table_3_5 counted",
        "gatsby: table_3_5 released",
        "gatsby: back test",
        "gatsby: compared with the planted truth",
        "gatsby: page, workbook and PDF",
        "reports/index.html",
    }
    assert "adds to a hundred" in (done / "reports/gatsby/index.html").read_text()


@pytest.mark.parametrize("file_format", ["tab", "spss"])
def test_formats_give_the_same_cells(done, tmp_path, file_format):
    settings = {"size": "small", "seed": 2022, "format": file_format}
    folder = without_curve(project(tmp_path / "project", synthetic=settings, studies=["gatsby"]))
    made = run(folder, "--", "backtest")
    assert made.returncode == 0, made.stderr
    pd.testing.assert_frame_equal(cells(folder), cells_but_curve(done))


def test_a_kill_in_mid_run_needs_no_repair(done, tmp_path):
    folder = without_curve(project(tmp_path / "project", studies=["gatsby"]))
    command = [sys.executable, "workflow/run.py", "--cores", "2", "--", "backtest"]
    running = subprocess.Popen(command, cwd=folder, start_new_session=True, stderr=subprocess.DEVNULL)
    panel = folder / "results/restricted/ukhls/panel.parquet"
    while not panel.exists() and running.poll() is None:
        time.sleep(0.02)
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    assert panel.exists()
    assert not (folder / "results/checks/gatsby/backtest.csv").exists()
    again = run(folder, "--", "backtest")
    assert again.returncode == 0, again.stderr
    pd.testing.assert_frame_equal(cells(folder), cells_but_curve(done))


def test_a_broken_delivery_gives_one_message(done, tmp_path):
    delivery = tmp_path / "unpacked"
    shutil.copytree(done / "results/restricted/synthetic/ukhls/UKDA-6614-stata", delivery)
    files = {path.name: path for path in delivery.rglob("?_indresp.dta")}
    files["c_indresp.dta"].unlink()
    files["e_indresp.dta"].write_bytes(files["e_indresp.dta"].read_bytes()[:5000])
    folder = project(tmp_path / "project", sources={"ukhls": str(delivery)}, studies=["gatsby"])
    stopped = run(folder)
    assert stopped.returncode == 2
    assert "2 problems" in stopped.stderr
    assert "wave c: no file c_indresp" in stopped.stderr
    assert "e_indresp.dta" in stopped.stderr
    assert "mobility check" in stopped.stderr
    assert "Traceback" not in stopped.stderr
    assert not list((folder / "results/restricted").rglob("*.parquet"))


def test_wrong_settings_stop_before_anything_runs(done, tmp_path):
    folder = project(tmp_path / "project", studies=["gatsbi"])
    stopped = run(folder)
    assert stopped.returncode == 2
    assert "no folder for `gatsbi`; nearest: gatsby" in stopped.stderr
    assert "Traceback" not in stopped.stderr
    assert not (folder / "results").exists()


def test_a_delivery_that_was_simulated_is_called_synthetic_wherever_it_lies(done, tmp_path):
    """Pages take it from the provenance of the panel."""
    delivery = tmp_path / "elsewhere"
    shutil.copytree(done / "results/restricted/synthetic/ukhls", delivery)
    folder = project(tmp_path / "project", sources={"ukhls": str(delivery)}, studies=["gatsby"])
    provenance = "results/checks/ukhls/provenance.yaml"
    assert run(folder, "--", provenance).returncode == 0
    assert yaml.safe_load((folder / provenance).read_text())["synthetic"] is True
    assert yaml.safe_load((done / "results/checks/keane_wolpin_1997/provenance.yaml").read_text())["synthetic"] is False
