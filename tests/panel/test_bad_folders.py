"""Folders, registers and settings that are wrong, and `mobility check`: one clear message, and nothing half-written."""

import os
import runpy
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from mobility.cli import main
from mobility.errors import ConfigError, SpecError
from mobility.intake.formats import UnreadableFile, read_columns
from mobility.panel.delivery import examine
from mobility.panel.register import load_source
from mobility.settings import load_study
from read_delivery import ENDINGS, NAMES, has_all, message_of
from spoil import spoil

WITHOUT_RIGHTS = pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything, so no permission is refused")


def files_below(folder):
    return sorted(path for path in Path(folder).rglob("*") if path.is_file())


# Folders
def test_no_such_folder(tmp_path, source):
    for folder in (tmp_path / "gone", "~nobody_of_that_name/data"):
        assert has_all(message_of(folder, source), folder, "sources.ukhls: no such folder", "word synthetic")


def test_a_zip_instead_of_a_folder(tmp_path, source):
    path = tmp_path / "6614stata.zip"
    path.write_bytes(b"PK\x03\x04")
    assert has_all(message_of(path, source), path, "this is an archive. Unpack it")


def test_a_file_instead_of_a_folder(tmp_path, source, wave_a):
    path = wave_a()
    assert has_all(message_of(path, source), path, "this is a file. Give the folder that holds it")


@pytest.mark.parametrize("letters", ["a", "abc"])
def test_a_folder_with_only_a_zip_in_it(tmp_path, source, letters):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep/6614stata.ZIP").write_bytes(b"PK\x03\x04")
    message = message_of(tmp_path, source, letters)
    assert has_all(message, "no file of ukhls below this folder", "a_indresp.dta", "unpack 6614stata.ZIP")
    assert message.count("\n  - ") == 1


def test_an_empty_folder(tmp_path, source):
    assert has_all(message_of(tmp_path, source), "no file of ukhls below", "Give the folder that you unpacked")


@WITHOUT_RIGHTS
def test_no_right_to_read_a_folder_or_file(tmp_path, source, wave_a):
    path = wave_a()
    path.chmod(0)
    assert has_all(message_of(tmp_path, source), path, "no permission")
    (tmp_path / "closed").mkdir(mode=0)
    assert has_all(message_of(tmp_path, source), "closed", "no permission")


def refuse(monkeypatch, owner, name, refused):
    """Make `owner.name` refuse one path, as the system would."""
    allowed = getattr(owner, name)

    def refusing(path, *arguments, **options):
        if Path(path) == refused:
            raise PermissionError(13, "Permission denied", str(path))
        return allowed(path, *arguments, **options)

    monkeypatch.setattr(owner, name, refusing)


@pytest.mark.parametrize("ending", ENDINGS)
def test_file_that_may_not_be_read(tmp_path, source, wave_a, monkeypatch, ending):
    path = wave_a(ending)
    refuse(monkeypatch, Path, "open", path)
    message = message_of(tmp_path, source)
    assert has_all(message, f"wave a: {path} may not be read (no permission). Ask for read access")


def test_folder_below_that_may_not_be_read(tmp_path, source, wave_a, monkeypatch):
    wave_a()
    (tmp_path / "closed").mkdir()
    refuse(monkeypatch, os, "scandir", tmp_path / "closed")
    assert has_all(message_of(tmp_path, source), tmp_path / "closed", "no permission to look into this folder")


def test_folder_that_may_not_be_read(tmp_path, source, monkeypatch):
    refuse(monkeypatch, Path, "exists", tmp_path / "closed")
    assert has_all(message_of(tmp_path / "closed", source), "sources.ukhls", tmp_path / "closed", "no permission")


def test_one_unreadable_file_does_not_hide_the_others(tmp_path, source, write_wave, people):
    write_wave(tmp_path / "a_indresp.tab", people("a"))
    (tmp_path / "b_indresp.dta").write_bytes(b"<stata_dta>")
    delivery = examine(tmp_path, source, "ab", NAMES)
    assert [len(data.frame) for data in delivery.waves] == [4, 0]
    assert len(delivery.problems) == 1
    assert has_all(delivery.problems[0], "wave b", "the mark at its end is missing")


def test_unreadable_is_said_by_the_reader_of_one_file(tmp_path):
    with pytest.raises(UnreadableFile, match="cannot be read"):
        read_columns(tmp_path / "gone.tab", "tab", list)


# Registers
def register_problem(project):
    with pytest.raises(SpecError) as caught:
        load_source(project, "ukhls")
    return str(caught.value)


def test_bad_rows_of_variables_are_listed_at_once(project):
    path = project / "sources/ukhls/variables.csv"
    rows = [
        "one,indresp,x1,a,catgory,,,no,l,verified,e",
        "two,indresp,x2,a,category,activity_statuss,,no,l,verified,e",
        "three,indresp,x3,a-c,category,,,no,l,verified,e",
        'three,indresp,x4,"c,d",category,,,no,l,verified,e',
        "four,indresp,x5,h-a,category,,,no,l,verified,e",
        "five,indresp,x6,a-q,category,,,no,l,verifid,e",
        "six,indresp,x7,a;b,category,,,no,l,verified,e",
    ]
    first = path.read_text().count("\n") + 1
    path.write_text(path.read_text() + "\n".join(rows) + "\n")
    message = register_problem(project)
    assert has_all(message, f"line {first}, `one`: kind `catgory`; nearest: category")
    assert has_all(message, "no code list `activity_statuss` in recodes.yaml; nearest: activity_status")
    assert has_all(message, f"line {first + 3}, `three`: wave c is already given by line {first + 2}. Keep one")
    assert has_all(message, "`four`, waves: the range `h-a` runs backwards. Write a-h")
    assert has_all(message, "`five`, waves: no wave q in", "confidence `verifid`; nearest: verified")
    assert has_all(message, "`six`, waves: `a;b` is not a list of waves", "README.md")


def test_register_without_a_column(project):
    spoil(project / "sources/ukhls/variables.csv", "confidence", "trust")
    spoil(project / "sources/ukhls/waves.csv", "survey_year", "year")
    message = register_problem(project)
    assert has_all(message, "variables.csv: no column confidence", "waves.csv: no column survey_year", "trust")


def test_bad_rows_of_waves(project):
    path = project / "sources/ukhls/waves.csv"
    path.write_text(path.read_text() + "o,x,2023,,,o_,,6614,verified,\no,15,2023,,,o_,,6614,verified,\n")
    message = register_problem(project)
    assert has_all(message, "line 17: number, survey_year", "line 18: wave o stands in an earlier line too")


def test_bad_code_lists(project):
    path = project / "sources/ukhls/recodes.yaml"
    recodes = yaml.safe_load(path.read_text())
    recodes["codes"] |= {"one": {"range": [1]}, "two": {"file": "resources/gone.csv"}, "three": {"x": "y"}, "four": []}
    path.write_text(yaml.safe_dump(recodes))
    message = register_problem(project)
    assert has_all(
        message, "recodes.yaml, one:", "two: no file resources/gone.csv", "three:", "four:", "{range: [first"
    )


def test_code_list_in_a_file(project, tmp_path, write_wave, people):
    (project / "resources/kinds.csv").write_text("code,title\n1,full\n2,proxy\n")
    path = project / "sources/ukhls/recodes.yaml"
    recodes = yaml.safe_load(path.read_text())
    recodes["codes"]["interview_type"] = {"file": "resources/kinds.csv"}
    path.write_text(yaml.safe_dump(recodes))
    write_wave(tmp_path / "data/a_indresp.tab", people("a", a_ivfio=[1, 2, 3, 3]))
    message = message_of(tmp_path / "data", load_source(project, "ukhls"))
    assert has_all(message, "a_ivfio: unknown code in rows 3, 4; allowed: 1, 2 and the missing codes")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("kode,title\n1,full\n", "no column `code`; nearest: kode"),
        ("code,title\none,full\n", "not a list of whole numbers in a column `code`"),
    ],
)
def test_code_list_that_is_none(tmp_path, source, text, said):
    path = tmp_path / "resources/kinds.csv"
    path.parent.mkdir()
    path.write_text(text)
    spoiled = replace(source, folder=tmp_path / "sources/ukhls", codes={"kinds": {"file": "resources/kinds.csv"}})
    with pytest.raises(SpecError) as caught:
        spoiled.allowed(replace(source.variable("interview_type", "a"), codes="kinds"))
    assert has_all(str(caught.value), path, said)


def test_register_that_is_not_utf8(project):
    path = project / "sources/ukhls/variables.csv"
    path.write_bytes(path.read_bytes() + "x,indresp,x,a,text,,,no,café,verified,e\n".encode("cp1252"))
    assert has_all(register_problem(project), "variables.csv, line", "not UTF-8 text. Save the file as UTF-8")


def test_unknown_source_wave_and_variable(project, tmp_path, source):
    with pytest.raises(ConfigError, match=r"no sources/ukhl/source\.yaml; nearest: ukhls"):
        load_source(project, "ukhl")
    with pytest.raises(ConfigError, match=r"(?s)no wave z in .*waves\.csv, which has a-o"):
        examine(tmp_path, source, "az", NAMES)
    with pytest.raises(SpecError, match=r"no variable `activity_statu`; nearest: activity_status"):
        (tmp_path / "a_indresp.tab").write_text("pidp\n1\n")
        examine(tmp_path, source, "a", ["activity_statu"])


# The command
def check(*arguments):
    return main(["check", *map(str, arguments)])


def test_check_of_a_good_delivery(project, delivery_tab, capsys):
    assert check(delivery_tab) == 0
    shown = capsys.readouterr()
    assert has_all(shown.out, "a_indresp.tab", "gatsby: can run", "No problem found")
    assert has_all(shown.out, "not found: 1\n    soc2000_unit (jbsoc00, partly_verified)", "stand in both")
    assert shown.err == ""


def test_check_lists_everything_and_writes_nothing(project, linked, delivery_tab, capsys):
    copy = linked(delivery_tab)
    files = {letter: next(copy.rglob(f"{letter}_indresp.tab")) for letter in "abcd"}
    files["a"].unlink()
    for letter, keep in (("b", 0), ("c", 5000)):
        start = files[letter].read_bytes()[:keep]
        files[letter].unlink()
        files[letter].write_bytes(start)
    text = files["d"].read_text().replace("d_jbstat\t", "d_jbstaat\t")
    files["d"].unlink()
    files["d"].write_text(text)
    before = files_below(copy), files_below(project)
    assert check(copy) == 2
    shown = capsys.readouterr()
    assert has_all(shown.out, "4 problems to mend", "wave a: no file", "b_indresp.tab is empty", "cut short")
    assert has_all(shown.out, "d_jbstat", "nearest: d_jbstaat", "gatsby: cannot run", f"mobility check {copy}")
    assert "Traceback" not in shown.out + shown.err
    assert (files_below(copy), files_below(project)) == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["gone"], ["gone", "no such folder", "mobility check"]),
        (["DATA", "--waves", "h-a"], ["--waves", "`h-a` runs backwards. Write a-h"]),
        (["DATA", "--waves", "a,,b"], ["--waves", "`a,,b` is not a list of waves", "a-e,g"]),
        (["DATA", "--waves", "A to C"], ["--waves", "no wave AtoC", "a-e,g"]),
        (["DATA", "--waves", "a,z"], ["no wave z", "which has a-o"]),
        (["DATA", "--source", "ukhsl"], ["no sources/ukhsl/source.yaml", "nearest: ukhls"]),
    ],
)
def test_check_with_bad_arguments(project, delivery_tab, capsys, arguments, words):
    assert check(*(delivery_tab if word == "DATA" else word for word in arguments)) == 2
    shown = capsys.readouterr()
    assert has_all(shown.err, *words)
    assert "Traceback" not in shown.err


def test_check_outside_the_project(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert check("x") == 2
    assert has_all(capsys.readouterr().err, "no config.yaml in", tmp_path, "Go to the project's folder")


def test_check_as_a_program(root, tmp_path):
    (tmp_path / "6614.zip").write_bytes(b"PK")
    program = [sys.executable, "-m", "mobility.cli", "check", str(tmp_path)]
    done = subprocess.run(program, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert has_all(done.stdout, "unpack 6614.zip", "1 problem to mend")
    assert "Traceback" not in done.stdout + done.stderr


def test_run_with_a_bad_setting_as_a_program(root, project):
    shutil.copy(root / "Snakefile", project)
    for name in ("workflow", "profiles"):
        shutil.copytree(root / name, project / name, dirs_exist_ok=True)
    spoil(project / "config.yaml", "synthetic:", "syntetic:")
    done = subprocess.run([sys.executable, "workflow/run.py"], cwd=project, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.count("config.yaml: top level: unknown key `syntetic`, nearest: synthetic") == 1
    assert "Traceback" not in done.stderr and "The run stopped" not in done.stderr
    assert not [name for name in ("results", "reports", "logs") if files_below(project / name)]


def read_step(root, folder, output):
    """Run the script of the rule `read` as Snakemake would."""
    names = ("panel.parquet", "losses.csv", "delivery.csv", "provenance.yaml")
    about = load_study(root, "gatsby").about
    wanted = {"required": about.required, "optional": about.optional}
    request = {
        "root": Path(),
        "source": "ukhls",
        "place": "ukhls",
        "folders": (str(folder),),
        "waves": ("a", "b"),
        **wanted,
    }
    job = SimpleNamespace(
        params=SimpleNamespace(request=request, code="code"),
        output=SimpleNamespace(**{name.split(".")[0]: str(output / name) for name in names}),
        log=[str(output / "read.log")],
    )
    runpy.run_path(str(root / "workflow/scripts/read.py"), init_globals={"snakemake": job})


def test_step_that_stops_leaves_a_log_and_nothing_else(root, project, tmp_path, linked, delivery_tab, capsys):
    copy = linked(delivery_tab)
    next(copy.rglob("b_indresp.tab")).unlink()
    output = tmp_path / "out"
    with pytest.raises(SystemExit) as stopped:
        read_step(root, copy, output)
    assert stopped.value.code == 2
    shown = capsys.readouterr().err
    assert has_all(shown, "wave b: no file b_indresp", f"mobility check {copy}", "read.log")
    assert "Traceback" not in shown
    assert [path.name for path in files_below(output)] == ["read.log"]
    read_step(root, delivery_tab, output)
    assert {path.name for path in files_below(output)} >= {"panel.parquet", "losses.csv", "provenance.yaml"}
    assert not [path for path in files_below(output) if path.name.startswith(".")]
