"""A study of two sources: each read by its own reader, frames of both, one access class, losses from both."""

import os
import shutil
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
import yaml

import mobility.studies
from mobility.access import Access
from mobility.cli import main
from mobility.errors import SpecError
from mobility.explain.lineage import lineage
from mobility.intake.losses import breaks
from mobility.intake.provenance import record, record_of, whole_record
from mobility.readers import reader_of, requests
from mobility.settings import load_config, load_study
from mobility.storage import read_frame, read_yaml
from paths import ROOT
from projects import project as whole_project
from projects import read_all, run, script
from two_sources import MODULE, two_sources

WAVES = ("2014Q4", "2015Q1")


@pytest.fixture
def careers(project, monkeypatch):
    """A project with the study, its module among those of the library, and the folder of the delivery."""
    modules = project / "modules"
    modules.mkdir()
    (modules / "careers.py").write_text(MODULE)
    monkeypatch.setattr(mobility.studies, "__path__", [*mobility.studies.__path__, str(modules)])
    two_sources(project)
    return load_study(Path(), "careers")


def test_what_is_wanted_of_each_source(careers):
    wanted = requests(Path(), load_config(Path()), [careers])
    assert list(wanted) == ["quarterly", "careers.history"]
    assert careers.places == {"persons": "quarterly", "history": "careers.history"}
    registered, own = wanted.values()
    assert (registered.waves, registered.required, registered.optional) == (WAVES, ("person_id",), ("state",))
    assert own.mapping == Path("examples/careers/mapping_history.yaml") and own.waves == ()
    assert [reader_of(Path(), request.source).files(request) for request in wanted.values()] == [
        [f"{registered.folders[0]}/adults_14q4.tab", f"{registered.folders[0]}/adults_15q1.tab"],
        ["examples/careers/history.csv"],
    ]


def test_frames_losses_and_access_come_from_both(careers):
    places = read_all(careers)
    made = {"frames": "results/restricted/careers/frames", "losses": "results/checks/careers/frame_losses.csv"}
    files = {
        "panel": [f"results/restricted/{place}/panel.parquet" for place in places.values()],
        "panel_losses": [f"results/checks/{place}/panel_losses.csv" for place in places.values()],
    }
    script(
        "make_frames",
        input=SimpleNamespace(**files),
        output=SimpleNamespace(**made),
        wildcards=SimpleNamespace(study="careers"),
        params=SimpleNamespace(overrides={}),
        log=["logs/frames.log"],
    )
    # 8 interviews, one without a state; 3 of the 4 rows of the history have a person
    assert len(read_frame(made["frames"], "both")) == 10
    assert len(read_frame(made["frames"], "early")) == 3
    losses = pd.read_csv(made["losses"])
    assert breaks(losses) == []
    chains = losses.groupby("step", sort=False)[["rows_in", "rows_dropped", "rows_out"]]
    assert {step: chain.to_numpy().tolist() for step, chain in chains} == {
        "both": [[12, 0, 12], [12, 1, 11], [11, 1, 10]],
        "early": [[4, 0, 4], [4, 1, 3]],
    }
    parts = [read_yaml(f"results/checks/{place}/provenance.yaml") for place in places.values()]
    whole = whole_record(parts)
    assert [part["access"] for part in parts] == ["safeguarded", "open"] and whole["access"] == "safeguarded"
    assert whole["label"] == "A quarterly survey (waves 2014Q4, 2015Q1) and Registers of 1990 (years 1, 2)"
    assert [file["file"] for file in whole["files"]] == ["adults_14q4.tab", "adults_15q1.tab", "history.csv"]
    assert not whole["synthetic"]


def test_a_study_is_invented_where_one_of_its_sources_is():
    real = record("a", "A", Access("open", ()), "", ["1", "2", "3"], True, {})
    invented = record("b", "B", Access("open", ()), "", ["x"], True, {}, synthetic=True)
    whole = whole_record([real, invented])
    assert whole["synthetic"] and whole["mixed"]
    assert whole["label"] == "A (waves 1 to 3; real) and B (wave x; invented)"
    assert whole_record([real]) == real


def test_files_of_one_data_set_are_named_once_with_all_their_waves():
    early, late = (record("table", "Pay", Access("open", ()), "", years, False, {}) for years in ([2011, 2021], [2018]))
    other = record("table", "Jobs", Access("open", ()), "", [2018], False, {}, wave_word="year")
    assert whole_record([early, other, late])["label"] == "Pay (waves 2011, 2018, 2021) and Jobs (year 2018)"


def test_a_table_is_real_or_invented_by_its_own_sources_and_the_access_of_the_whole_stays_the_strictest():
    real = record("a", "A", Access("open", ()), "", ["1", "2", "3"], True, {}, licence="Open licence")
    invented = record("b", "B", Access("safeguarded", ()), "", ["x"], True, {}, synthetic=True)
    third = record("c", "C", Access("special", ()), "", ["y"], True, {}, synthetic=True)
    whole = whole_record([real, invented, third])
    own = record_of(whole, ["first", "second", "third"], ["first"])
    assert (own["synthetic"], own["label"], own["access"], whole["access"]) == (False, "A", "open", "special")
    both = record_of(whole, ["first", "second", "third"], ["third", "second"])
    assert (both["label"], both["synthetic"], both["mixed"]) == ("B (wave x) and C (wave y)", True, False)
    assert record_of(real, ["first"], ["first"]) == real


def test_a_study_says_from_which_of_its_sources_each_table_is():
    study = load_study(ROOT, "state_of_nation")
    found = {table: study.sources_of(table) for table in ("table_b1", "indicator_4_2", "volunteering")}
    wanted = {"table_b1": ("labour",), "indicator_4_2": ("persons", "history"), "volunteering": ("persons",)}
    assert found == wanted
    # what is only printed is of no frame
    assert set(study.sources_of("nssec")) == set(study.about.sources)


def test_explain_says_where_a_name_stands_in_each_source(careers):
    (Path("examples/careers/frames.yaml")).write_text(
        yaml.safe_dump({"both": {"rows": "a row a person and wave", "columns": {"state": {"from": ["state"]}}}})
    )
    from mobility.settings.load import LOADED

    LOADED.clear()
    lines = lineage(Path(), load_config(Path()), load_study(Path(), "careers"), "both", ["state"])
    assert "  state = doing of adults, waves 2014Q4 to 2015Q1: category, codes state (1 work, 2 study). " in lines[3]
    assert lines[4:] == [
        "Source columns (examples/careers/mapping_history.yaml) of history.csv:",
        "  state = doing, codes w work, s study",
    ]


def test_check_of_each_source(careers, capsys):
    assert main(["check", "--source", "quarterly"]) == 0
    shown = capsys.readouterr().out
    assert "2014Q4  adults_14q4.tab" in shown and "careers: can run" in shown
    assert main(["check", "careers"]) == 0
    assert "4 rows read" in capsys.readouterr().out


def test_a_module_of_one_source_says_so_where_there_are_several(careers):
    inputs = mobility.studies.Inputs.of({"persons": pd.DataFrame(), "history": pd.DataFrame()}, careers, {}, None)
    with pytest.raises(SpecError, match="makes frames of one source, sources has persons, history"):
        inputs.panel  # noqa: B018


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"source": "ukhls"}, "give `source`, or for several `sources`"),
        (
            {"sources": {"persons": "quartely", "history": "table"}},
            "no sources/quartely/source.yaml; nearest: quarterly",
        ),
        ({"variables": {"person": {"required": ["state"]}}}, "variables: unknown key `person`, nearest: persons"),
        ({"variables": {}}, "missing `variables.persons`, the variables of quarterly"),
        ({"data": {"label": "x"}}, "data: missing `access`"),
    ],
)
def test_sources_that_do_not_fit_are_named(careers, changes, said):
    from mobility.settings.load import LOADED

    path = Path("examples/careers/study.yaml")
    path.write_text(yaml.safe_dump({**yaml.safe_load(path.read_text()), **changes}))
    LOADED.clear()
    with pytest.raises(SpecError, match=r"examples/careers/study\.yaml") as caught:
        load_study(Path(), "careers")
    assert said in str(caught.value)


@pytest.mark.pipeline
def test_a_whole_run_of_two_sources(tmp_path):
    folder = whole_project(tmp_path / "project", studies=["wage_panel"])
    (folder / "src").unlink()
    shutil.copytree(ROOT / "src", folder / "src")
    (folder / "src/mobility/studies/careers.py").write_text(MODULE)
    two_sources(folder)
    done = run(folder, env={**os.environ, "PYTHONPATH": str(folder / "src")})
    assert done.returncode == 0, done.stderr
    assert "quarterly: waves 2014Q4 to 2015Q1 read" in done.stderr and "careers.history: file read" in done.stderr
    cells = pd.read_csv(folder / "results/restricted/careers/states.csv")
    # wave 1: work 2 and study 1 of the survey, work 1 and study 1 of the history
    assert dict(zip(cells["column"], cells["value"], strict=True)) == {"work": 3, "study": 2}
    released = pd.read_csv(folder / "results/released/careers/states.csv")
    assert dict(zip(released["column"], released["flag"] == "suppressed", strict=True))["study"]  # below 3, safeguarded
    losses = pd.read_csv(folder / "results/checks/careers/losses.csv")
    assert breaks(losses) == [] and {"persons read", "history read"} <= set(losses["step"])
    page = (folder / "reports/careers/index.html").read_text()
    assert "A quarterly survey (waves 2014Q4, 2015Q1) and Registers of 1990 (years 1, 2)" in page
