"""The real DAG on a small invented delivery: end to end, the three formats, a rerun, a kill, and failures."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from itertools import combinations
from pathlib import Path

import pandas as pd
import pytest
import yaml

from mobility.cells import read_cells
from mobility.cli import main
from mobility.explain.comparison import backtest_text
from mobility.explain.number import explain, explain_cell
from mobility.intake.losses import breaks
from mobility.package.write import FOLDER, write_package
from mobility.settings import load_config, load_study
from mobility.statistics import COUNT_LIKE
from mobility.storage import read_frame, read_parquet
from paths import ROOT
from projects import plan, project, read_all, run, without
from site_reader import KINDS, clicked, content, lost_addresses, pages, text_of
from walks import GATSBY, WALKS

PANEL = "results/restricted/ukhls/panel.parquet"
COUNTED = "results/restricted/wage_panel/shares.csv"
ALL = yaml.safe_load((ROOT / "config.yaml").read_text())["studies"]
# One of each kind of source, and models of all but mobility tables; the default run of all of them is a long test.
STUDIES = ["gatsby", "moving_out", "movers", "wage_panel", "london_moves"]
# Gatsby's small cells are rounded, those of the others hidden: both ways, and a fifth of the work.
DISCLOSURE = {
    "threshold": {"open": 0, "safeguarded": 3, "special": 10, "secure": 10},
    "mitigation": {"gatsby": "rounding"},
    "base": 5,
}
INVENTED = {"gatsby", "gatsby_lfs", "moving_out", "movers", "movers_ls", "state_of_nation", "careers_lmi"}
pytestmark = pytest.mark.pipeline


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    folder = project(tmp_path_factory.mktemp("whole") / "project", studies=STUDIES, disclosure=DISCLOSURE)
    # The specification curve fits every model a dozen times; hot spots and quintiles go the way of the types of area.
    without(folder, "gatsby", "curve")
    without(folder, "moving_out", "spots", "quintiles")
    first = run(folder)
    assert first.returncode == 0, first.stderr
    return folder


@pytest.fixture(scope="module")
def rerun(done):
    """A second run after every file that people edit got another date; the dates of results before and after it."""

    def dates():
        return {path: path.stat().st_mtime_ns for path in (done / "results").rglob("*.csv")}

    before = dates()
    for part in ("examples", "studies", "workflow/schemas"):
        for path in (done / part).rglob("*.*"):
            os.utime(path)
    return run(done), before, dates()


def assert_everything_is_there(done, studies):
    for study in studies:
        place = done / "reports" / study
        for name in ("index.html", f"{study}.xlsx", f"{study}.pdf"):
            assert (place / name).stat().st_size > 1000
        assert {path.stem for path in (place / "figures").glob("*.png")} == {*load_study(done, study).figures}
        assert (done / f"results/checks/{study}/figure_flaws.csv").read_text().splitlines()[1:] == [], study
        page = (place / "index.html").read_text()
        said = re.search("SYNTHETIC DATA(, in part)?: no person in it exists.", page)
        assert (said is not None) == (study in INVENTED), study
        assert ("Real data" in page) == (study not in INVENTED), study
    assert (done / "results/checks/manifest.yaml").is_file()


def test_everything_is_there_every_figure_can_be_read_and_pages_say_what_is_invented(done, rerun):
    assert "Open reports/index.html" in rerun[0].stderr
    assert_everything_is_there(done, STUDIES)


@pytest.mark.long
def test_everything_of_the_default_run_is_there(tmp_path, monkeypatch):
    folder = project(tmp_path / "project")
    assert run(folder).returncode == 0
    assert_everything_is_there(folder, ALL)
    monkeypatch.chdir(folder)
    for name, statistic in KINDS:
        assert_three_clicks(folder, name, statistic)
    assert_every_kind_can_be_explained(folder, ALL)
    assert main(["package"]) == 0 and (folder / "package/replication.zip").is_file()


def test_the_output_checker_has_an_answer_for_each_study(done, monkeypatch, capsys):
    monkeypatch.chdir(done)
    assert main(["checker"]) == 0
    *answers, where = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in answers] == STUDIES
    assert where.endswith("results/restricted/checker/index.html")
    assert [line for line in answers if ": Yes" not in line] == []
    for study in STUDIES:
        page = (done / f"results/restricted/checker/{study}.html").read_text()
        assert "What was hidden, and why" in page and "The request" in page
    released = [path for place in ("reports", "results/released") for path in (done / place).rglob("*.csv")]
    assert [path for path in released if "protects another cell" in path.read_text()] == []


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


@pytest.mark.parametrize("name", STUDIES)
def test_the_losses_of_every_table_and_model_lead_from_the_rows_delivered_to_the_rows_used(done, name):
    """Rows delivered: of the panel's files. Rows used: of a model its complete cases, of a table its sample in every
    category that it shows, both counted here again from the frames."""
    study = load_study(done, name)
    losses = pd.read_csv(done / f"results/checks/{name}/losses.csv")
    assert breaks(losses) == []
    read = [
        pd.read_csv(done / f"results/checks/{place}/panel_losses.csv")
        for place in load_config(done).places(study).values()
    ]
    delivered = [rows.loc[rows["reason"] == "rows read", "rows_in"].sum() for rows in read]
    sums = {sum(some) for count in range(1, len(delivered) + 1) for some in combinations(delivered, count)}
    chains = dict(list(losses.groupby("step")))
    counted = {table: spec for table, spec in study.tables.items() if spec.frame}
    assert {*counted, *study.models} <= set(chains)
    for step in [*counted, *study.models]:
        assert chains[step]["rows_in"].iloc[0] in sums, step
    for table, spec in counted.items():
        assert chains[table]["rows_out"].iloc[-1] == _rows_used(done, study, spec), table
    for model, spec in study.models.items():
        assert chains[model]["rows_out"].iloc[-1] == _complete_cases(done, study, spec), model


def _sample(done, study, spec):
    rows = read_frame(done / f"results/restricted/{study.name}/frames", spec.frame)
    for step in study.samples[spec.sample].keep:
        column, values = rows[step.column], step.values
        rows = rows[column.notna()] if values is None else rows[column.isin(values)]
    return rows


def _rows_used(done, study, spec):
    """Rows of the sample that stand in a row and a column of the table; the base of a share holds others too."""
    rows = _sample(done, study, spec)
    weight = spec.weight or ("" if spec.statistic.judged_as == COUNT_LIKE else study.about.weight)
    if weight:
        rows = rows[rows[weight] > 0]
    within = "column" if spec.statistic.name == "change" else spec.within if "within" in spec.statistic.keys else None
    for name, axis in (("row", spec.rows), ("column", spec.columns)):
        items = axis.items
        if not axis.of or within not in (None, name) or any(item.everyone for item in items):
            continue
        wanted = [value for item in items for value in ((item.before, item.after) if item.before else item.of)]
        rows = rows[rows[axis.of].astype("object").astype("str").isin(map(str, wanted))]
    return len(rows)


def _complete_cases(done, study, spec):
    rows = _sample(done, study, spec)
    terms = [column for column in spec.columns.values() if rows[column].notna().any()]
    if spec.complete == "table":
        terms += [term.of for model in study.models_of(spec.table) for term in model.terms]
    needed = [*terms, *([spec.exposure] if spec.exposure else [])]
    return int(rows[needed].notna().all(axis=1).sum())


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (("gatsby", "3.3", "science_professionals", "same_occ"), "Sample: `technical_origins`"),
        (("gatsby", "A1", "age", "technician__to__professional__ols"), "models/progression.yaml: Technician."),
        (("gatsby", "text_claims", "non_permanent_on_staying", "effect"), "models/progression.yaml"),
        (("wage_panel", "progression", "union", "into_professional_managerial__logit"), "rows read"),
        (("moving_out", "12", "receiving_countryside_living", "model_4"), "models/from_types.yaml: Model 4."),
        (
            ("moving_out", "6", "affluent_england", "avg_house_price"),
            "Numerator: sum of house_price over the observations with",
        ),
        (("london_moves", "rates_by_age", "all_ages", "out"), "Denominator: sum of population over the same rows"),
    ],
)
def test_any_cell_can_be_explained(done, monkeypatch, cell, words):
    monkeypatch.chdir(done)
    text = explain_cell(Path(), *cell)
    assert words in text
    assert "Code: " in text and "Data: " in text


@pytest.mark.parametrize("study", ["gatsby", "moving_out", "wage_panel"])
def test_page_and_command_count_the_same_cells(done, study):
    said = backtest_text(done, study, None).split("\n\n")[-1]
    on_the_page = json.loads((done / "reports" / study / "summary.json").read_text())["verdict"]
    assert said == (on_the_page or "None of these numbers is published.")


def test_the_exported_file_has_what_the_commands_on_the_page_name(done, monkeypatch):
    monkeypatch.chdir(done)
    assert main(["export", "wage_panel", "--sample", "below", "--format", "csv"]) == 0
    exported = pd.read_csv(done / "results/restricted/wage_panel/export/below.csv")
    page = text_of(done / "reports/wage_panel")
    named = set(re.findall(r"keep if (\w+)", page))
    assert named and named <= set(exported) and "margins, dydx(*)" in page


def test_a_cell_of_every_kind_of_table_can_be_explained(done, monkeypatch):
    monkeypatch.chdir(done)
    assert_every_kind_can_be_explained(done, STUDIES)


def assert_every_kind_can_be_explained(done, names):
    """The first row and column of one: the rows or the statement behind it, the code, the data; never a gap."""
    studies = {name: load_study(Path(), name).tables for name in names}
    kinds = {spec.statistic.name: (name, spec) for name, own in studies.items() for spec in own.values()}
    for name, spec in [each for statistic, each in kinds.items() if statistic != "published"]:
        cell = read_cells(done / f"results/restricted/{name}/{spec.table}.csv").iloc[0]
        text = explain(Path(), name, spec.number, cell["row"], cell["column"])
        assert "Code: " in text and "Data: " in text, (name, spec.table)
        assert "not described" not in text, (name, spec.table)
        if spec.frame:
            assert "Rows, from those delivered" in text and re.search("Source columns|Files", text), (name, spec.table)


@pytest.mark.parametrize(("name", "statistic"), [kind for kind in KINDS if kind[0] in STUDIES])
def test_from_a_number_to_the_raw_column_is_one_command_or_three_clicks(done, monkeypatch, name, statistic):
    """Number, what it rests on, variable: each leads to the next; the command says all of it."""
    monkeypatch.chdir(done)
    assert_three_clicks(done, name, statistic)


def assert_three_clicks(done, name, statistic):
    tables = [table for table, spec in load_study(Path(), name).tables.items() if spec.statistic.name == statistic]
    place, facts, basis, variable = clicked(done / f"reports/{name}", tables)
    assert facts and "<dt>Code</dt>" in basis and "from those delivered to those used" in basis
    assert re.search("Source columns|Files", variable)
    said = explain(Path(), name, *place)
    assert re.search("Source columns|Files", said) and "Rows, from those delivered" in said


@pytest.mark.parametrize("name", STUDIES)
def test_every_address_of_a_site_leads_somewhere_and_no_page_is_heavy(done, name):
    """With style sheet and script below 300 kB, figures and what is loaded when it is asked for apart."""
    folder = done / "reports" / name
    assert lost_addresses(folder) == []
    beside = sum((folder / "assets" / asset).stat().st_size for asset in ("site.css", "site.js", "figures.js"))
    assert [name for name, page in pages(folder).items() if len(page.encode()) + beside > 300_000] == []


@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk.__name__)
def test_four_readers_find_what_they_came_for(done, browser, walk):
    walk(browser, done / "reports", GATSBY)


def test_only_what_has_an_error_says_where_it_comes_from(done, monkeypatch):
    monkeypatch.chdir(done)
    assert "Standard errors" not in explain(Path(), "gatsby", "2.2", "activity_recorded", "y2009")
    assert "Standard errors: clustered by `person`" in explain(Path(), "gatsby", "3.3", "ict_professionals", "same_occ")


def test_table_3_3_names_its_source_column(done, monkeypatch):
    monkeypatch.chdir(done)
    text = explain(Path(), "gatsby", "Table 3.3", "Science professionals", "Same occupation")
    assert "soc2000 = jbsoc00_cc of indresp, waves a to h" in text
    assert "missing_soc = " in text and "dropped: rows read" in text


def test_every_number_that_is_not_estimated_says_why(done, monkeypatch):
    monkeypatch.chdir(done)
    backtest = pd.read_csv(done / "results/checks/gatsby/backtest.csv")
    assert {"table_2", "text_numbers"} <= set(backtest.loc[backtest["published"].notna(), "table"])
    for table in backtest.loc[backtest["verdict"] == "not_estimated", "table"].unique():
        assert "our table has no such number" not in backtest_text(Path(), "gatsby", table), table
    assert "Table 2.1: shown as printed, and not compared." in backtest_text(Path(), "gatsby", None)


def test_a_whole_run_can_be_packed_and_names_a_program_for_every_table_and_figure(done, tmp_path):
    sizes = write_package(done, tmp_path / "replication.zip")
    with zipfile.ZipFile(tmp_path / "replication.zip") as archive:
        rows = pd.read_csv(archive.open(f"{FOLDER}/programs.csv"))
    made = [(study.tables, study.figures) for study in (load_study(done, name) for name in STUDIES)]
    assert len(rows) == sum(len(part) for parts in made for part in parts)
    assert {name for names in [*rows["output"], *rows["report"]] for name in names.split(", ")} <= set(sizes)


def test_a_cell_of_the_page_says_what_to_type(done):
    """Made by the page's script from these names; of a table as printed, computed from nothing, it says nothing."""
    folder = done / "reports/gatsby/assets/cells"
    ours, printed = (content((folder / f"{table}.js").read_text()) for table in ("table_3_3", "table_2_1"))
    assert (ours["study"], ours["rows"][0], ours["columns"][0][0]) == ("gatsby", "science_professionals", "same_occ")
    assert not ours["printed"] and printed["printed"]


def test_planted_coefficients_of_the_moves_are_found(done):
    truth = pd.read_csv(done / "results/checks/moving_out/truth.csv")
    known = truth[truth["z"].notna()]
    assert len(known) > 100 and (known["z"].abs() < 1.96).mean() > 0.85


def test_nothing_is_done_twice_and_a_new_date_alone_reruns_nothing(rerun):
    again, before, after = rerun
    assert again.returncode == 0 and before == after


def test_an_edited_table_reruns_only_what_depends_on_it(done, rerun):
    """By the plan; the run itself, of one study, is in test_runs.py. Other words alone make nothing counted anew."""
    spec = done / "examples/wage_panel/tables/shares.yaml"
    pages = {"statement_wage_panel", "render_wage_panel", "render_index", "write_checker", "all"}
    counted = {"tabulate_wage_panel", "judge_wage_panel"}
    before = spec.read_text()
    edits = {
        ("title: Occupations by year", "title: Occupations in each year"): pages,
        ("decimals: 1", "decimals: 2"): pages,
        ("within: row", "within: column"): pages | counted,
    }
    for edit, wanted in edits.items():
        spec.write_text(before.replace(*edit))
        found = plan(done)
        spec.write_text(before)
        assert set(re.findall(r"^(?:local)?rule (\w+):", found, re.M)) == wanted


@pytest.mark.long
def test_another_format_gives_the_same_panel(done, tmp_path):
    """What comes after the panel reads nothing else of a delivery; of all formats without a run: test_reader.py."""
    settings = {"size": "small", "seed": 2022, "format": "spss"}
    folder = project(tmp_path / "project", synthetic=settings, studies=["gatsby"])
    made = run(folder, "--", PANEL)
    assert made.returncode == 0, made.stderr
    pd.testing.assert_frame_equal(*(read_parquet(place / PANEL) for place in (folder, done)))


@pytest.mark.long
def test_a_kill_in_mid_run_needs_no_repair(done, tmp_path):
    """With a panel made and no table; a kill while the panel is read: test_runs.py; at any point: test_faults.py."""
    folder = project(tmp_path / "project", studies=["wage_panel"])
    command = [sys.executable, "workflow/run.py", "--cores", "2", "--", COUNTED]
    running = subprocess.Popen(command, cwd=folder, start_new_session=True, stderr=subprocess.DEVNULL)
    panel = folder / "results/restricted/wage_panel/panel.parquet"
    while not panel.exists() and running.poll() is None:
        time.sleep(0.02)
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    assert panel.exists()
    assert not (folder / COUNTED).exists()
    again = run(folder, "--", COUNTED)
    assert again.returncode == 0, again.stderr
    pd.testing.assert_frame_equal(read_cells(folder / COUNTED), read_cells(done / COUNTED))


def test_a_broken_delivery_gives_one_message(done, tmp_path, monkeypatch, capsys):
    """By the job of a run; that a run tells what a job says, once: test_first_hours.py."""
    delivery = tmp_path / "unpacked"
    shutil.copytree(done / "results/restricted/synthetic/ukhls/UKDA-6614-stata", delivery)
    files = {path.name: path for path in delivery.rglob("?_indresp.dta")}
    files["c_indresp.dta"].unlink()
    files["e_indresp.dta"].write_bytes(files["e_indresp.dta"].read_bytes()[:5000])
    folder = project(tmp_path / "project", sources={"ukhls": str(delivery)}, studies=["gatsby"])
    monkeypatch.chdir(folder)
    with pytest.raises(SystemExit) as stopped:
        read_all(load_study(Path(), "gatsby"))
    assert stopped.value.code == 2
    said = capsys.readouterr().err
    words = ("2 problems", "wave c: no file c_indresp", "e_indresp.dta", "mobility check")
    assert [part for part in words if part not in said] == [] and "Traceback" not in said
    # What could be read of the waves is kept apart for the next reading; nothing else is there.
    assert {path.parent.name for path in (folder / "results/restricted").rglob("*.parquet")} <= {"waves"}


def test_a_delivery_that_was_simulated_is_called_synthetic_wherever_it_lies(done, tmp_path, monkeypatch):
    """Pages take it from the provenance of the panel."""
    delivery = tmp_path / "elsewhere"
    shutil.copytree(done / "results/restricted/synthetic/ukhls", delivery)
    folder = project(tmp_path / "project", sources={"ukhls": str(delivery)}, studies=["gatsby"])
    monkeypatch.chdir(folder)
    read_all(load_study(Path(), "gatsby"))
    assert yaml.safe_load((folder / "results/checks/ukhls/provenance.yaml").read_text())["synthetic"] is True
    assert yaml.safe_load((done / "results/checks/wage_panel/provenance.yaml").read_text())["synthetic"] is False
