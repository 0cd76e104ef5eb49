"""The manifest of a run and the replication package: what is in them, what is refused, and that it runs again."""

import csv
import io
import json
import re
import shutil
import socket
import zipfile
from pathlib import Path

import pandas as pd
import pytest
import yaml
from jsonschema import Draft202012Validator

from mobility.cells import read_cells
from mobility.cli import main
from mobility.errors import PackageError
from mobility.explain.number import explain
from mobility.package.crate import KINDS, METADATA
from mobility.package.files import MANIFEST, project_files, run_files, strays
from mobility.package.judge import packed, read_manifest, refuse_what_may_not_leave
from mobility.package.manifest import commit_of
from mobility.package.readme import config_text, study_numbers
from mobility.package.write import FOLDER, write_package
from mobility.render.run_record import run_record
from mobility.settings import load_config, load_study
from mobility.storage import file_hash, write_csv
from paths import ROOT
from projects import copied, run
from specs import forget_files

STUDY = "wage_panel"
TABLE = f"results/released/{STUDY}/transition.csv"
# Headings of the template of the social science data editors (Vilhuber and others 2022), in their order.
HEADINGS = [
    "Overview", "Data Availability and Provenance Statements", "Statement about Rights", "License for Data",
    "Summary of Availability", "Details on each Data Source", "Dataset list", "Computational requirements",
    "Software Requirements", "Controlled Randomness", "Memory, Runtime, Storage Requirements",
    "Description of programs/code", "License for Code", "Instructions to Replicators", "Details",
    "List of tables and programs", "References",
]  # fmt: skip
pytestmark = pytest.mark.pipeline


@pytest.fixture
def here(ran, monkeypatch):
    """The finished project as working folder."""
    monkeypatch.chdir(ran)
    forget_files()
    yield Path()
    forget_files()


@pytest.fixture
def again(ran, tmp_path, monkeypatch):
    """A copy of the finished project to spoil."""
    monkeypatch.chdir(copied(ran, tmp_path / "again"))
    forget_files()
    yield Path()
    forget_files()


@pytest.fixture(scope="module")
def archive(ran, tmp_path_factory):
    """The package as names and contents."""
    before = Path.cwd()
    path = tmp_path_factory.mktemp("archive") / "replication.zip"
    forget_files()
    write_package(ran, path)
    forget_files()
    assert Path.cwd() == before
    with zipfile.ZipFile(path) as opened:
        return {name.removeprefix(f"{FOLDER}/"): opened.read(name) for name in opened.namelist()}


@pytest.fixture(scope="module")
def graph(archive):
    """Entities of the metadata by their identifiers."""
    content = json.loads(archive[METADATA])
    assert content["@context"][0] == "https://w3id.org/ro/crate/1.1/context"
    names = [entity["@id"] for entity in content["@graph"]]
    assert len(names) == len(set(names))
    return {entity["@id"]: entity for entity in content["@graph"]}


def test_the_manifest_is_as_its_schema_says(here):
    rules = yaml.safe_load((ROOT / "workflow/schemas/manifest.schema.yaml").read_text())
    Draft202012Validator.check_schema(rules)
    record = yaml.safe_load(Path(MANIFEST).read_text())
    assert [problem.message for problem in Draft202012Validator(rules).iter_errors(record)] == []
    assert record["choices"] == {} and list(record["sources"]) == [STUDY]
    assert record["rows"][STUDY]["persons"] == {"delivered": 4360, "used": 4360}
    assert record["cells"][STUDY]["transition"]["cells"] == len(read_cells(TABLE))
    assert record["files"]["outputs"][TABLE] == file_hash(TABLE)
    assert {f"render_{STUDY}", f"tabulate_{STUDY}", "read_wage_panel"} <= set(record["times"]["steps"])
    assert record["times"]["peak_memory_mb"] > 50


def test_the_manifest_names_nothing_of_the_machine(here):
    text = Path(MANIFEST).read_text()
    assert str(Path().absolute()) not in text and str(Path.home()) + "/" not in text
    assert not re.search(rf"(?<![\w.-]){re.escape(socket.gethostname())}(?![\w.-])", text)


def test_all_but_the_times_is_the_same_again(again):
    before = yaml.safe_load(Path(MANIFEST).read_text())
    Path(MANIFEST).unlink()
    assert run(Path().absolute()).returncode == 0
    after = yaml.safe_load(Path(MANIFEST).read_text())
    assert list(before) == list(after)
    assert {**before, "times": 0} == {**after, "times": 0}


def test_a_folder_that_is_no_clone_of_its_own_has_no_commit(tmp_path):
    assert commit_of(tmp_path) == {"commit": "", "changed": False}


def test_the_same_run_gives_the_same_bytes(here, tmp_path):
    for name in ("a.zip", "b.zip"):
        assert main(["package", "--out", str(tmp_path / name)]) == 0
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_it_holds_released_results_specs_and_code_and_no_data(archive):
    assert {"README.md", "LICENSE", "Snakefile", "requirements.lock", MANIFEST, TABLE} <= set(archive)
    assert {"src/mobility/errors.py", f"examples/{STUDY}/study.yaml", f"reports/{STUDY}/index.html"} <= set(archive)
    assert [name for name in archive if name.startswith("results/restricted")] == []
    assert [name for name in archive if re.search(r"\.(dta|sav|tab|parquet)$", name)] == []
    assert [name for name in archive if "__pycache__" in name or name.startswith((".", "logs"))] == []


def test_the_readme_has_the_headings_of_the_template_in_their_order(archive):
    text = archive["README.md"].decode()
    assert re.findall(r"^###? (.*)$", text, re.M) == HEADINGS
    assert "Panel of Vella and Verbeek (1998)" in text and "- Public; shipped with the package linearmodels" in text
    assert "Python 3.11" in text and re.search(r"snakemake 9\.\d", text)
    assert re.search(r"it took \d+ seconds", text)
    assert "- The seed is 2022" in text


def test_every_table_and_figure_has_its_program_line_and_output(ran, archive):
    rows = list(csv.DictReader(io.StringIO(archive["programs.csv"].decode())))
    study = load_study(ROOT, STUDY)
    numbers = [spec.number for spec in (*study.tables.values(), *study.figures.values())]
    assert [row["number"] for row in rows] == numbers
    for row in rows:
        files = [name for names in (row["output"], row["report"]) for name in names.split(", ")]
        assert {row["spec"], row["script"], *files} <= set(archive), row
        places = re.findall(r"(src/\S+\.py), line (\d+) \((\w+)\)", row["program"])
        assert places, row
        for path, line, name in places:
            code = archive[path].decode().splitlines()[int(line) - 1]
            assert f"def {name}(" in code or "lambda" in code or "def fit" in code, (row["number"], path, line)
    text = archive["README.md"].decode()
    assert all(f"| {number} |" in text for number in numbers)


def test_the_metadata_meet_the_musts_of_ro_crate(archive, graph):
    descriptor, root = graph[METADATA], graph["./"]
    assert descriptor["@type"] == "CreativeWork" and descriptor["about"] == {"@id": "./"}
    assert descriptor["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.1"}
    assert root["@type"] == "Dataset"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", root["datePublished"])
    assert all(root[key] for key in ("name", "description", "license", "author", "citation", "hasPart"))
    assert all("@type" in entity for entity in graph.values())
    for entity in graph.values():
        for value in entity.values():
            for part in value if isinstance(value, list) else [value]:
                if isinstance(part, dict):
                    known = part["@id"] in graph or part["@id"].startswith(("http://schema.org/", "https://w3id.org/"))
                    assert set(part) == {"@id"} and known, entity


def test_every_file_is_described_with_its_hash_and_belongs_to_the_whole(archive, graph):
    files = {name for name, entity in graph.items() if "File" in entity["@type"]}
    assert files == set(archive) - {METADATA}
    for name in files:
        assert graph[name]["contentSize"] == str(len(archive[name]))
        assert graph[name]["encodingFormat"] in KINDS.values()
    assert graph[TABLE]["sha256"] == yaml.safe_load(archive[MANIFEST])["files"]["outputs"][TABLE]
    reached, waiting = set(), ["./"]
    while waiting:
        parts = [part["@id"] for part in graph[waiting.pop()].get("hasPart", [])]
        reached |= set(parts)
        waiting += parts
    assert files <= reached


def test_the_run_is_an_action_with_what_it_read_and_made(graph):
    action = graph["#run"]
    assert action["@type"] == "CreateAction" and {"@id": "Snakefile"} in action["instrument"]
    assert {"@id": f"#source-{STUDY}"} in action["object"] and {"@id": "results/released/"} in action["result"]
    assert "ComputationalWorkflow" in graph["Snakefile"]["@type"]
    assert graph[f"#report-{STUDY}"]["name"].startswith("Whose wages do unions raise?")
    assert action["agent"] == graph["./"]["author"] != []
    assert action["startTime"] < action["endTime"] == graph["./"]["datePublished"]


def read_from(source, files, waves=()):
    """What is on record of a source: its files with the class of each."""
    told = [{"file": name, "access": access} for name, access in files.items()]
    return {"source": source, "access": "special", "files": told, "waves": list(waves)}


@pytest.mark.parametrize(
    ("found", "numbers"),
    [
        (read_from("ukhls", {"a_indresp.dta": "safeguarded", "b_hhresp.dta": "safeguarded"}), ("6614",)),
        (read_from("ukhls", {"a_indresp_protect.tab": "special", "a_oslaua_protect.tab": "special"}), ("6931", "6666")),
        (read_from("lfs", {"lfsp_js02_end_user.dta": "safeguarded"}, ["2002Q3", "2003Q3"]), ("5845", "5847")),
        (read_from("ons_flows", {"nomis_mu05buk_all.csv": "safeguarded"}), ()),  # known, and no number of the archive
        (read_from("table", {"own.csv": "open"}), ()),
    ],
)
def test_study_numbers_are_those_of_the_register(found, numbers):
    """As study_numbers.csv has them, of quarters as sources/lfs/waves.csv has."""
    assert study_numbers(ROOT, found) == numbers


def refused(again, words):
    """A package that is refused with these words, and of which nothing is written."""
    with pytest.raises(PackageError, match=words) as caught:
        write_package(again, Path("package/replication.zip"))
    assert not Path("package").exists()
    return str(caught.value)


@pytest.mark.parametrize(
    "place",
    [
        f"results/released/{STUDY}/people.csv",
        f"results/released/{STUDY}/x/y.txt",
        "reports/people.csv",
        f"reports/{STUDY}/pages/p.html",
    ],
)
def test_a_restricted_file_that_was_put_among_the_released_is_refused(again, place):
    Path(place).parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(f"results/restricted/{STUDY}/frames/pairs.parquet", place)
    said = refused(again, re.escape(f"{place}: made by no job of the last run"))
    assert said.endswith("Take it away. Run `make report`, then `make package`.")


@pytest.mark.parametrize("name", ["pay_2015.npy", "how/pay_factors_industry.npy"])
def test_measures_in_every_cell_are_left_out_and_not_refused(again, name):
    place = Path(f"results/released/{STUDY}/measures", name)
    place.parent.mkdir(parents=True)
    place.write_bytes(b"0")
    assert strays(Path(), packed(read_manifest(Path()))) == [] and str(place) not in packed(read_manifest(Path()))


@pytest.mark.parametrize("place", [TABLE, f"reports/{STUDY}/index.html", f"examples/{STUDY}/study.yaml", "config.yaml"])
def test_what_was_changed_since_the_run_is_refused(again, place):
    with Path(place).open("a") as stream:
        stream.write("\n")
    refused(again, re.escape(f"{place}: gone, or not as the run left it"))


def listed(again, kind, name):
    """The manifest as if the run had made, or the project had, a file."""
    record = read_manifest(again)
    record["files"][kind][name] = file_hash(name)
    Path(MANIFEST).write_text(yaml.safe_dump(record))


def test_a_held_back_cell_with_a_number_is_refused(again):
    cells = read_cells(TABLE)
    cells.loc[0, "flag"] = "suppressed"
    write_csv(cells, TABLE)
    listed(again, "outputs", TABLE)
    refused(again, re.escape(f"{TABLE}: a held-back cell has a number"))


@pytest.mark.parametrize(
    ("source", "name", "why"),
    [
        (f"results/restricted/{STUDY}/frames/pairs.parquet", "docs/note.md", "holds what a restricted file holds"),
        (f"results/restricted/{STUDY}/transition.csv", "docs/cells.md", "holds what a restricted file holds"),
        ("config.yaml", f"examples/{STUDY}/people.dta", "of a kind that holds rows of a survey"),
    ],
)
def test_a_file_of_rows_or_unjudged_cells_is_refused_wherever_it_lies(again, source, name, why):
    Path(name).parent.mkdir(exist_ok=True)
    shutil.copy(source, name)
    listed(again, "docs", name)
    refused(again, re.escape(f"{name}: {why}"))


def test_the_content_of_a_licensed_input_is_refused(again):
    record = read_manifest(again)
    record["sources"][STUDY] |= {"access": "safeguarded", "files": [{"file": "a.dta", "sha256": file_hash("LICENSE")}]}
    with pytest.raises(PackageError, match="LICENSE: holds what a restricted file holds"):
        refuse_what_may_not_leave(again, load_config(again), record)


def test_a_file_that_names_a_folder_of_the_machine_is_refused(again):
    Path("docs").mkdir(exist_ok=True)
    Path("docs/note.md").write_text(f"The data are in {Path().absolute()}/data.\n")
    listed(again, "docs", "docs/note.md")
    refused(again, r"docs/note\.md: names a folder of this machine")


def test_without_a_run_the_message_says_what_to_type(tmp_path):
    with pytest.raises(PackageError, match=r"manifest\.yaml is not there: nothing was run.*Run `make report`"):
        read_manifest(tmp_path)


def test_patterns_leave_out_what_no_job_made_and_what_is_no_part_of_the_project(tmp_path):
    for name in ("studies/a/study.yaml", "studies/a/people.dta", "examples/b/data/x.csv", "examples/b/tables/t.yaml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    found = project_files(tmp_path)
    assert found["specs"] == ["examples/b/tables/t.yaml", "studies/a/study.yaml"]
    assert found["open_data"] == ["examples/b/data/x.csv"]
    assert run_files(tmp_path, ["results/checks/a.csv", "logs/a.log"], []) == []
    (tmp_path / "reports").mkdir()
    for name in ("README.md", "x.csv"):
        (tmp_path / "reports" / name).write_text("x")
    assert strays(tmp_path, []) == ["reports/x.csv"]


def test_whoever_replicates_finds_a_folder_of_the_package_in_the_settings(project):
    config = Path("config.yaml").read_text()
    assert config_text(Path(), load_config(Path())) == config
    Path("config.yaml").write_text(config.replace("ukhls: synthetic", "ukhls: /home/someone/UKDA-6614"))
    told = yaml.safe_load(config_text(Path(), load_config(Path())))
    assert told["sources"]["ukhls"] == "data/ukhls" and told["studies"] == yaml.safe_load(config)["studies"]


def test_where_the_secret_of_rounding_lies_is_not_told(project):
    """Whoever replicates has a secret of their own."""
    raw = yaml.safe_load(Path("config.yaml").read_text())
    told = {**raw["disclosure"], "mitigation": "rounding", "base": 10}
    Path("config.yaml").write_text(yaml.safe_dump({**raw, "disclosure": {**told, "key": "/lab/private/secret"}}))
    assert yaml.safe_load(config_text(Path(), load_config(Path())))["disclosure"] == told
    assert run_record(Path("config.yaml"), [])["config"]["disclosure"] == told


def unpacked(archive, folder):
    for name, content in archive.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def test_an_unpacked_package_explains_its_numbers_and_checks_its_data(archive, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(unpacked(archive, tmp_path / "unpacked"))
    forget_files()
    text = explain(Path(), STUDY, "2", "Clerical workers", "craft")
    for said in ("Numerator: observations with origin", "Rows, from those delivered", "Source columns", "sha256"):
        assert said in text
    assert main(["check", STUDY]) == 0
    assert "4,360 rows read" in capsys.readouterr().out
    forget_files()


@pytest.mark.long
def test_an_unpacked_package_runs_and_gives_the_same_cells(archive, tmp_path):
    folder = unpacked(archive, tmp_path / "unpacked")
    for made in ("results/released", "reports"):
        shutil.rmtree(folder / made)
    done = run(folder)
    assert done.returncode == 0, done.stderr
    released = [name for name in archive if name.startswith("results/released/")]
    assert len(released) > 8
    for name in released:
        pd.testing.assert_frame_equal(pd.read_csv(folder / name), pd.read_csv(io.BytesIO(archive[name])), rtol=1e-10)
