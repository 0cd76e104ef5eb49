"""`mobility new-study`: what it proposes from a file, what it refuses; and the page on it, followed word by word."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest
import yaml

from mobility.cli import main
from mobility.errors import ConfigError, DeliveryError, SpecError
from mobility.new_study import propose
from mobility.panel.table_source import read_table
from mobility.settings import load_study
from paths import ROOT
from projects import project as copy_of_project
from projects import run
from site_reader import text_of

PAGE = (ROOT / "docs/how-to/use-your-own-panel.md").read_text(encoding="utf-8")
FILE = ROOT / "tests/cases/d01_small_cells/my_small/data/my_panel.csv"
NOBODY = {"person": None, "wave": None, "state": None}


def panel(**columns):
    plain = {"pid": [1, 1, 2, 2], "year": [2019, 2020, 2019, 2020], "status": [1, 2, -9, 1]}
    return pd.DataFrame({**plain, **columns})


@pytest.fixture
def look(tmp_path):
    """Write a frame as a file and propose a study from it."""

    def write_and_propose(frame, file="p.csv", **given):
        path = tmp_path / file
        if path.suffix == ".dta":
            pyreadstat.write_dta(frame, str(path), variable_value_labels={"status": {1: "In work", 2: "Study, school"}})
        elif path.suffix == ".parquet":
            frame.to_parquet(path)
        else:
            frame.to_csv(path, index=False)
        return propose(path, {**NOBODY, **given})

    return write_and_propose


@pytest.mark.parametrize("file", ["p.csv", "p.parquet"])
def test_codes_without_labels(look, file):
    found = look(panel(), file)
    assert (found.person, found.wave, found.state) == ("pid", "year", "status")
    assert found.labels == (("1", "status_1"), ("2", "status_2"))
    assert found.missing == ("-9",)
    assert found.waves == (2019, 2020)
    assert found.starts == (2019,)


def test_labels_of_a_stata_file(look):
    found = look(panel(), "p.dta")
    assert found.labels == (("1", "in_work"), ("2", "study_school"))
    assert found.states == (("in_work", "In work"), ("study_school", "Study, school"))


def test_words_are_states_and_r_marks_no_answer(look):
    found = look(panel(status=["In work", "NA", "None", "in work"]))
    assert found.missing == ("NA",)
    assert found.labels == (("In work", "in_work"), ("None", "none"), ("in work", "in_work_2"))


def test_columns_without_usual_names(look):
    renamed = panel(wage=[1.5, 2.5, 3.5, 4.5]).rename(columns={"pid": "who", "year": "moment", "status": "what"})
    with pytest.raises(DeliveryError, match=r"which column is the person\? columns that may be it: who, moment, what"):
        look(renamed)
    given = {"person": "who", "wave": "MOMENT"}
    assert look(renamed, **given).text.startswith(
        "Person: column who\nWave: column moment (2019, 2020)\nState: column what"
    )
    two = renamed.assign(other=["a", "b", "a", "b"])
    with pytest.raises(DeliveryError, match=r"which column is the state\? columns that may be it: what, other"):
        look(two, **given)
    assert look(two, **given, state="OTHER").state == "other"
    with pytest.raises(DeliveryError, match="no column `whut`; nearest: what"):
        look(renamed, **given, state="whut")


def test_what_no_study_can_be_made_of(look, tmp_path):
    with pytest.raises(DeliveryError, match="no two of its 2 numbers follow each other"):
        look(panel(year=[2019, 2021, 2019, 2021]))
    with pytest.raises(DeliveryError, match="which column is the person"):
        look(panel(pid=["a", "a", "b", "b"]))
    with pytest.raises(DeliveryError, match="columns that are one name, since case does not count: status"):
        look(panel(STATUS=1))
    with pytest.raises(DeliveryError, match="no such file"):
        propose(tmp_path / "gone.csv", NOBODY)


def test_study_that_is_written_can_be_read(project, capsys):
    shutil.copy(FILE, project)
    assert main(["new-study", "my_panel", "--from", "my_panel.csv", "--access", "safeguarded"]) == 0
    study = load_study(Path(), "my_panel")
    assert study.about.data.access == "safeguarded"
    assert not study.about.report.title
    assert len(read_table(study.folder, Path()).panel) == 420
    assert (study.folder / ".gitignore").read_text() == "data/\n"
    assert main(["check", "my_panel"]) == 0
    printed = capsys.readouterr().out
    assert "420 rows read" in printed
    assert "2019: 210 of 210 (100%)" in printed


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("wage_panel", "examples/wage_panel is there already"),
        ("all", "`all` is a target of the workflow"),
        ("My panel", "cannot name a study"),
        ("../evil", "cannot name a study"),
    ],
)
def test_names_that_no_study_can_have(project, capsys, name, why):
    shutil.copy(FILE, project)
    assert main(["new-study", name, "--from", "my_panel.csv"]) == 2
    assert why in capsys.readouterr().err
    assert sorted(path.name for path in (project / "studies").iterdir()) == ["gatsby"]


def test_file_of_hostile_names_gives_a_study_that_loads(project):
    names = {"pid": 'p"id: {x}', "year": "#year", "status": "- what's *this*"}
    panel(status=["yes", "no: [", "{{ q }}", '"']).rename(columns=names).to_csv(project / "a b.csv", index=False)
    assert main(["new-study", "my_panel", "--from", "a b.csv", "--person", names["pid"]]) == 0
    found = read_table(load_study(Path(), "my_panel").folder, Path()).panel
    assert found["state"].tolist() == ["yes", "no", "q", "state"]


def test_nobody_links(project, capsys):
    panel(pid=[1, 2, 3, 1], year=[2019, 2020, 2019, 2030]).to_csv(project / "p.csv", index=False)
    assert main(["new-study", "my_panel", "--from", "p.csv"]) == 0
    assert main(["check", "studies/my_panel"]) == 2
    assert "nobody is in two waves that follow each other" in capsys.readouterr().out


def test_study_under_another_name_is_refused(project):
    path = project / "examples/wage_panel/study.yaml"
    right = path.read_text()
    path.write_text(right.replace("study: wage_panel", "study: ../../evil"))
    with pytest.raises(SpecError, match=r"study: `\.\./\.\./evil` is not of the right form. Name of the folder"):
        load_study(project, "wage_panel")
    path.write_text(right.replace("study: wage_panel", "study: evil"))
    with pytest.raises(SpecError, match=r"`study: evil` is not the folder's name\. Write `study: wage_panel`"):
        load_study(project, "wage_panel")
    with pytest.raises(ConfigError, match="no folder for"):
        load_study(project, "evil")


# The page, word by word.


def steps():
    """Blocks of the page in their order: kind, the line before, and the text without its indent."""
    pattern = re.compile(r"^([^\n]*)\n\n( *)```(\w+)\n(.*?)^ *```$", flags=re.MULTILINE | re.DOTALL)
    return [(kind, before, re.sub(rf"(?m)^{indent}", "", text)) for before, indent, kind, text in pattern.findall(PAGE)]


def typed(line, folder):
    """Run a line of the page in `folder`; `make report` without make."""
    if line == "make report":
        return run(folder)
    program, *arguments = line.split()
    assert program == ".venv/bin/mobility"
    command = [sys.executable, "-m", "mobility.cli", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.pipeline
def test_page_word_by_word(tmp_path):
    folder = copy_of_project(tmp_path / "project")
    shutil.copy(FILE, folder / "my_panel.csv")
    printed = FILE.read_text()
    done = []
    for kind, before, text in steps():
        named = re.search(r"In `([\w/.]+)`", before)
        if kind == "sh":
            result = typed(text.strip(), folder)
            assert result.returncode == 0, result.stderr
            printed = result.stdout
        elif named and kind == "text":
            (folder / named[1]).write_text(text)
        elif kind == "yaml":
            config = yaml.safe_load((folder / named[1]).read_text())
            (folder / named[1]).write_text(yaml.safe_dump({**config, **yaml.safe_load(text)}))
        else:
            assert printed.startswith(text)
        done.append(kind)
    assert done == ["text", "sh", "text", "text", "sh", "yaml", "sh"]
    page = text_of(folder / "reports/my_panel")
    assert "Something else" in page
    assert "Reproduces" not in page
    shares = pd.read_csv(folder / "results/restricted/my_panel/transition.csv")
    stayed = shares.query("row == 'status_1' and column == 'status_1'").iloc[0]
    assert (stayed["n"], stayed["base"]) == (60, 83)  # counted in the file by hand
