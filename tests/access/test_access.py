"""The class of data access is found from what files carry, and no source or study can lower it."""

import re
import shutil
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
import yaml

from ls_extract import extract, request, write
from mobility.access import ACCESS, CLASSES, MINIMUM, Marked, class_of, strictest
from mobility.access.register import listed
from mobility.cli import main
from mobility.errors import ConfigError
from mobility.intake.reader import Request
from mobility.intake.register import CONFIDENCES
from mobility.panel.delivery import read_delivery
from mobility.panel.extract import read_extract
from mobility.panel.provenance import delivery_provenance
from mobility.panel.register import load_source
from mobility.readers import reader_of, requests
from mobility.settings import load_config, load_study
from mobility.storage import read_rows
from paths import ROOT
from planted_project import spoiled


def found(path, source="ukhls", stated="", columns=()):
    return class_of([Marked(Path(path), columns)], source, stated)


@pytest.mark.parametrize(
    ("path", "source", "access"),
    [
        ("UKDA-6614-stata/stata/stata14_se/ukhls/a_indresp.dta", "ukhls", "safeguarded"),
        ("anywhere/br_indresp.tab", "bhps", "safeguarded"),
        ("anywhere/a_indresp_protect.dta", "ukhls", "special"),
        ("UKDA-6931-tab/tab/ukhls/a_indresp.tab", "ukhls", "special"),  # renamed, but in the folder of its number
        ("UKDA-6666-stata/stata/stata13/ukhls/a_oslaua_protect.dta", "ukhls", "special"),
        ("anywhere/A_OSLAUA.DTA", "ukhls", "special"),
        ("anywhere/j_lsoa11_protect.dta", "ukhls", "special"),
        ("SN 7249/x.dta", "ukhls", "special"),
        ("UKDA-6676-stata/a_indresp.dta", "ukhls", "secure"),
        ("anywhere/aindresp.dta", "bhps", "safeguarded"),  # the release of the BHPS by itself, SN 5151
        ("UKDA-5418-tab/tab/qlfsaj01.tab", "lfs", "safeguarded"),
        ("UKDA-7985-tab/lfsp_jm16_eul_pwt18.tab", "lfs", "safeguarded"),  # a quarter whose number nobody listed
        ("UKDA-6727-tab/lfsp_jm16_eul_pwt18.tab", "lfs", "secure"),
        ("anywhere/lfsp_js14.dta", "lfs", "secure"),  # does not say that it is the end-user file
        ("anywhere/mu05buk_all.csv", "ons_flows", "safeguarded"),
        ("anywhere/ls_extract.csv", "ons_ls", "secure"),
        ("anywhere/a_newfile.dta", "ukhls", "secure"),  # a file of the survey that nobody listed: its strictest edition
        ("UKDA-9999-stata/panel.dta", "table", "secure"),  # a number that nobody listed
    ],
)
def test_class_by_names_and_folders(tmp_path, path, source, access):
    assert found(tmp_path / path, source).name == access
    assert found(tmp_path / path, source, "open").name == access  # what a source or study states lowers nothing
    assert found(tmp_path / path, source, "secure").name == "secure"  # and may raise it


@pytest.mark.parametrize("document", ["read6931.htm", "6931_file_information.rtf", "UKDA_Study_6931_Information.htm"])
def test_class_by_the_documents_of_a_delivery(tmp_path, document):
    path = tmp_path / "mine/stata/a_indresp.dta"
    path.parent.mkdir(parents=True)
    assert found(path).name == "safeguarded"
    (tmp_path / "mine" / document).touch()
    assert found(path).name == "special"


@pytest.mark.parametrize(
    ("columns", "source", "access"),
    [
        (("pidp", "a_jbsoc00_cc"), "ukhls", "safeguarded"),
        (("pidp", "A_JBSOC00"), "ukhls", "special"),  # occupation of four digits
        (("pidp", "a_oslaua"), "ukhls", "special"),  # the authority merged onto the interviews
    ],
)
def test_class_by_columns_of_a_known_file(tmp_path, columns, source, access):
    assert found(tmp_path / "a_indresp.dta", source, columns=columns).name == access


def test_a_file_of_ones_own_made_from_licensed_data_is_known_by_its_columns(tmp_path):
    mine = tmp_path / "panel.csv"
    assert found(mine, "table", "open", ("person", "year", "state")) == class_of([Marked(mine)], "table", "open")
    assert found(mine, "table", "open", ("person", "year", "state")).name == "open"
    assert found(mine, "table", "open", ("pidp", "wave", "state")).name == "secure"  # of which edition nobody knows
    assert found(tmp_path / "UKDA-6614-stata/panel.csv", "table", "open", ("pidp",)).name == "safeguarded"
    assert found(mine, "table", "open", ("pwt14", "ilodefr", "age")).name == "secure"


def test_where_nothing_says_anything_the_class_is_the_strictest(tmp_path):
    assert found(tmp_path / "x.csv", "mine").name == "secure"
    assert found(tmp_path / "x.csv", "mine", "special").name == "special"


def test_reasons_name_files_without_their_folders(tmp_path):
    paths = [tmp_path / f"UKDA-6614-stata/{wave}_indresp.dta" for wave in "abc"]
    paths.append(tmp_path / "UKDA-6666-stata/a_oslaua_protect.dta")
    said = class_of(map(Marked, paths), "ukhls").reasons
    assert said[0] == (
        "a_indresp.dta and 2 more: safeguarded, SN 6614, Understanding Society and harmonised BHPS: end-user licence, "
        "by its name and the number of its folder."
    )
    assert any(text.startswith("a_oslaua_protect.dta: special, SN 6666") for text in said)
    assert not any(str(tmp_path) in text for text in said)


# No source, study or setting lowers the shipped minimum.


def edited(project, source="ukhls"):
    path = project / f"sources/{source}/source.yaml"
    path.write_text("access: open\n" + path.read_text())
    return load_source(project, source)


def test_a_source_that_says_open_does_not_open_ukhls(project, tmp_path, write_wave, people):
    write_wave(tmp_path / "data/a_indresp.tab", people("a"))
    delivery = read_delivery(tmp_path / "data", edited(project), "a", ["person_id"])
    assert delivery_provenance(delivery, edited_copy(project))["access"] == "safeguarded"


def edited_copy(project):
    """A source under a name of one's own that reads the files of UKHLS and says that they are open."""
    folder = project / "sources/mine"
    (project / "sources/ukhls").rename(folder)
    path = folder / "source.yaml"
    path.write_text(path.read_text().replace("source: ukhls", "source: mine"))
    return load_source(project, "mine")


def test_other_files_of_a_delivery_count_by_their_columns(project, tmp_path, write_wave, people):
    """The authority in a file that was renamed to look like one of the end-user licence."""
    write_wave(tmp_path / "data/a_indresp.tab", people("a", a_hidp=[1, 2, 3, 4]))
    rows = pd.DataFrame({"a_hidp": [1, 2, 3, 4], "a_oslaua": ["E06000001"] * 4})
    write_wave(tmp_path / "data/a_hhresp.tab", rows)
    path = project / "sources/ukhls/variables.csv"
    path.write_text(path.read_text().replace("local_authority,oslaua,", "local_authority,hhresp,"))
    read = read_delivery(tmp_path / "data", edited(project), "a", ["person_id", "local_authority"])
    origin = delivery_provenance(read, load_source(project, "ukhls"))
    assert origin["access"] == "special" and any("SN 6666" in text for text in origin["access_reasons"])


def test_an_extract_that_says_open_stays_secure(tmp_path):
    root = spoiled(tmp_path, "ons_ls", lambda words: words)
    path = root / "sources/ons_ls/source.yaml"
    folder = write(extract(), tmp_path / "ls")
    assert read_extract(request(folder, root)).provenance["access"] == "secure"
    path.write_text(path.read_text() + "access: open\n")
    assert read_extract(request(folder, root)).provenance["access"] == "secure"


def test_open_example_data_stay_open(root):
    study = load_study(root, "wage_panel")
    request = Request(root, "table", "wage_panel", mapping=study.folder / "mapping.yaml", data=study.about.data)
    assert reader_of(root, "table").read(request).provenance["access"] == "open"


@pytest.mark.parametrize(("name", "least"), [("safeguarded", 3), ("special", 10), ("secure", 10)])
def test_a_threshold_below_the_minimum_of_its_class_is_refused(project, name, least):
    path = project / "config.yaml"
    config = yaml.safe_load(path.read_text())
    config["disclosure"]["threshold"][name] = least - 1
    path.write_text(yaml.safe_dump(config))
    with pytest.raises(ConfigError) as caught:
        load_config(project)
    said = f"config.yaml, disclosure.threshold.{name}: {least - 1} persons; data of this class"
    assert said in str(caught.value) and f"Write {least} or more" in str(caught.value)
    config["disclosure"]["threshold"][name] = least + 1
    path.write_text(yaml.safe_dump(config))
    assert load_config(project).thresholds[name] == least + 1


# The register.


def test_the_register_is_sound(root):
    rows = listed()
    numbers = Counter(number for row in rows for number in row.numbers)
    assert [number for number, count in numbers.items() if count > 1 or not re.fullmatch(r"\d{4}", number)] == []
    assert {row.access for row in rows} <= {*ACCESS} and {row.confidence for row in rows} <= {*CONFIDENCES}
    known = {name for row in rows for name in row.sources}
    assert known == {"ukhls", "bhps", "lfs", "ons_ls", "ashe_persons", "working_futures"} and all(
        (root / "sources" / name).is_dir() for name in known
    )


@pytest.mark.parametrize("source", ["ukhls", "bhps", "lfs"])
def test_every_wave_of_a_source_has_a_number_that_is_listed(root, source):
    numbers = {row["study_number"] for row in read_rows(root / f"sources/{source}/waves.csv")} - {""}
    assert numbers and numbers <= {number for row in listed() for number in row.numbers}


def test_classes_run_from_the_loosest_to_the_strictest():
    assert [(each.name, each.minimum) for each in CLASSES] == list(MINIMUM.items())
    assert list(MINIMUM.values()) == sorted(MINIMUM.values())
    assert strictest(["special", "open", "safeguarded"]) == "special"
    shipped = yaml.safe_load((ROOT / "config.yaml").read_text())["disclosure"]["threshold"]
    assert shipped == MINIMUM


# `mobility check` says the class before any run.


def test_check_names_the_class_and_why(project, tmp_path, write_wave, people, capsys):
    write_wave(tmp_path / "UKDA-6931-tab/a_indresp.tab", people("a"))
    main(["check", str(tmp_path / "UKDA-6931-tab"), "--waves", "a"])
    told = capsys.readouterr().out
    assert "Class of access: special (numbers rest on at least 10 persons" in told
    assert (
        "  a_indresp.tab: special, SN 6931, Understanding Society and harmonised BHPS: special licence, by the" in told
    )
    main(["check", "wage_panel"])
    told = capsys.readouterr().out
    assert "Class of access: open (no number is held back" in told
    assert "  No file is known to the register of study numbers; its own description states: open." in told


# A study comes under the files that it reads, and not under those that another study reads beside it.


@pytest.fixture
def beside(project, tmp_path, write_wave, people):
    """Two studies of interviews, of which one reads the authority too, and a delivery that has both files."""
    shutil.copytree("studies/gatsby", "studies/abroad")
    wants({"gatsby": ["sex"], "abroad": ["sex", "local_authority"]})
    Path("sources/ukhls/catalogue.csv").unlink()
    data = tmp_path / "UKDA-6614-stata"
    write_wave(data / "a_indresp.tab", people("a", a_hidp=[1, 2, 3, 4]))
    write_wave(data / "a_oslaua_protect.tab", pd.DataFrame({"a_hidp": [1, 2, 3, 4], "a_oslaua": ["E06000001"] * 4}))
    return data


def wants(variables):
    for name, optional in variables.items():
        path = Path("studies") / name / "study.yaml"
        about = yaml.safe_load(path.read_text())
        needs = {"required": ["person_id"], "optional": optional}
        path.write_text(yaml.safe_dump({**about, "study": name, "variables": needs}))


def read_beside(data):
    """What each of the studies is read from, by its name."""
    names = ["gatsby", "abroad"]
    changes = {"studies": names, "waves": {"ukhls": "a"}, "sources": {"ukhls": str(data)}}
    config = load_config(Path(), changes)
    studies = {name: load_study(Path(), name) for name in names}
    wanted = requests(Path(), config, studies.values())
    return {
        name: (place, reader_of(Path(), "ukhls").read(wanted[place]))
        for name, study in studies.items()
        for place in config.places(study).values()
    }


def test_a_study_comes_under_the_files_that_it_reads_itself(beside):
    found = read_beside(beside)
    assert {name: (place, read.provenance["access"]) for name, (place, read) in found.items()} == {
        "gatsby": ("ukhls", "safeguarded"),
        "abroad": ("ukhls.oslaua", "special"),
    }
    (_, plain), (_, joined) = found.values()
    assert "local_authority" not in plain.panel and "local_authority" in joined.panel
    assert "oslaua" not in plain.losses["reason"].str.cat() and "oslaua" in joined.losses["reason"].str.cat()
    assert {file["file"]: file["access"] for file in joined.provenance["files"]} == {
        "a_indresp.tab": "safeguarded",
        "a_oslaua_protect.tab": "special",
    }


def test_a_study_that_joins_the_column_of_a_special_file_comes_under_its_class(beside):
    wants({"gatsby": ["sex", "local_authority"]})
    for place, read in read_beside(beside).values():
        assert (place, read.provenance["access"]) == ("ukhls", "special")


def test_no_word_of_a_source_or_study_lowers_the_class_of_a_file_that_is_read(beside):
    path = Path("sources/ukhls/source.yaml")
    path.write_text("access: open\n" + path.read_text())
    path = Path("studies/abroad/study.yaml")
    path.write_text(
        yaml.safe_dump({**yaml.safe_load(path.read_text()), "data": {"label": "x", "access": "open", "citation": "x"}})
    )
    assert [read.provenance["access"] for _, read in read_beside(beside).values()] == ["safeguarded", "special"]


def test_a_name_that_nobody_listed_beside_known_files_makes_their_study_the_strictest(tmp_path):
    known, strange = tmp_path / "a_indresp.dta", tmp_path / "x.csv"
    access = class_of([Marked(known), Marked(strange, ("year",))], "mine")
    assert (access.name, access.files) == ("secure", {known: "safeguarded", strange: "secure"})
    assert access.reasons[-1] == "x.csv: secure, nothing says otherwise."


def test_movers_are_special_and_the_state_of_the_nation_is_not_for_their_sake(root):
    """By default both read the BHPS in all waves; the authorities' file is asked for by one of them."""
    config = load_config(root)
    studies = [load_study(root, name) for name in ("movers", "state_of_nation")]
    wanted = requests(root, config, studies)
    history = [config.places(study)["history"] for study in studies]
    assert history == ["bhps.indall.hhresp+oslaua", "bhps.indall"]
    assert ["local_authority" in wanted[place].required for place in history] == [True, False]
