"""Waves a study: which panels are apart, which are shared, and what is said of a range that does not fit."""

import shutil
from pathlib import Path

import pytest
import yaml

from mobility.cli import main
from mobility.errors import CatalogueDrift, ConfigError
from mobility.explain.lineage import lineage
from mobility.panel.delivery import read_delivery
from mobility.panel.register import load_source
from mobility.panel.stage import panel_from_delivery
from mobility.readers import requests
from mobility.settings import load_config, load_study, load_waves

STUDIES = ["gatsby", "later", "longer"]


@pytest.fixture
def three(project):
    """A project with three studies that read the same rows of UKHLS."""
    for name in STUDIES[1:]:
        shutil.copytree("studies/gatsby", f"studies/{name}")
        path = Path("studies") / name / "study.yaml"
        path.write_text(path.read_text().replace("study: gatsby", f"study: {name}"))
    return project


def config_of(ukhls, studies=STUDIES, **more):
    return load_config(Path(), {"studies": list(studies), "waves": {"ukhls": ukhls}, **more})


def wanted(config):
    return requests(Path(), config, [load_study(Path(), name) for name in config.studies])


def test_one_range_is_one_panel_for_all(three):
    config = config_of("a-h")
    assert {place: request.waves for place, request in wanted(config).items()} == {"ukhls": tuple("abcdefgh")}
    assert config.waves_of("ukhls", "later") == tuple("abcdefgh") and config.apart == {}


def test_studies_of_other_waves_have_panels_of_their_own_and_those_of_equal_waves_share_one(three):
    config = config_of({"gatsby": "a-c", "later": "a-c,e", "longer": "c,a-b"})
    found = {place: request.waves for place, request in wanted(config).items()}
    assert found == {"ukhls.a-c": ("a", "b", "c"), "ukhls.a-c+e": ("a", "b", "c", "e")}
    places = {name: config.places(load_study(Path(), name)) for name in STUDIES}
    assert places["gatsby"] == places["longer"] == {"ukhls": "ukhls.a-c"}
    assert places["later"] == {"ukhls": "ukhls.a-c+e"}


def test_equal_ranges_a_study_are_one_panel_under_its_plain_name(three):
    assert list(wanted(config_of(dict.fromkeys(STUDIES, "a-c")))) == ["ukhls"]


def test_a_panel_apart_holds_what_its_own_studies_want(three):
    path = Path("studies/later/study.yaml")
    about = yaml.safe_load(path.read_text())
    about["variables"]["optional"].append("region")
    path.write_text(yaml.safe_dump(about))
    found = wanted(config_of({"gatsby": "a-c", "later": "a-d", "longer": "a-c"}))
    assert "region" in found["ukhls.a-d"].optional and "region" not in found["ukhls.a-c"].optional


def test_rows_of_another_file_are_apart_already(root):
    waves = {"ukhls": {"gatsby": "a-h", "movers": "a-j"}, "bhps": "ba-br"}
    sources = {"ukhls": "synthetic", "bhps": "synthetic"}
    config = load_config(root, {"studies": ["gatsby", "movers"], "waves": waves, "sources": sources})
    found = requests(root, config, [load_study(root, name) for name in config.studies])
    lengths = {place: len(request.waves) for place, request in found.items()}
    assert lengths == {"ukhls": 8, "ukhls.indall": 10, "bhps.indall": 18}


def test_ranges_of_studies_that_do_not_fit_are_named_together(three):
    with pytest.raises(ConfigError) as caught:
        config_of({"gatsby": "a-c", "latter": "a-c", "wage_panel": "a"})
    message = str(caught.value)
    assert "config.yaml, waves.ukhls: nothing about later, which reads ukhls. Write `later: a-h` there." in message
    assert "config.yaml, waves.ukhls: nothing about longer" in message
    assert "config.yaml, waves.ukhls: no folder for `latter`; nearest: later" in message
    assert "config.yaml, waves.ukhls: wage_panel does not read ukhls; studies of this run that do: gatsby" in message


def test_a_range_of_a_study_is_read_as_one_of_a_source(three):
    with pytest.raises(ConfigError, match=r"config\.yaml, waves\.ukhls\.gatsby: the range `h-a` runs backwards"):
        config_of({"gatsby": "h-a"}, ["gatsby"])
    with pytest.raises(ConfigError, match=r"waves\.ukhls\.gatsby: \['a'\] is not of type"):
        config_of({"gatsby": ["a"]}, ["gatsby"])


def test_a_study_that_is_not_run_may_have_waves(three):
    config = config_of({"gatsby": "a-c", "later": "a-d"}, ["gatsby"])
    assert list(wanted(config)) == ["ukhls"] and config.waves_of("ukhls", "later") == ("a", "b", "c", "d")


@pytest.mark.parametrize("text", ["a", "a-b", "a-c,e", "a,c,e-g"])
def test_the_text_of_waves_is_the_inverse_of_reading_it(root, text):
    order = load_waves(root, "ukhls")
    assert order.text(order.parse(text, "")) == text


def test_explain_names_the_waves_of_the_study(three):
    config = config_of({"gatsby": "a-c", "later": "a-e", "longer": "a-c"})
    lines = {
        name: lineage(Path(), config, load_study(Path(), name), "pairs", ["origin_technical_occupation"])
        for name in STUDIES
    }
    assert any("waves a to e" in line for line in lines["later"])
    assert not any("waves a to e" in line for line in lines["gatsby"])


def test_check_reports_each_panel_with_the_studies_that_take_it(three, delivery_tab, capsys):
    path = Path("config.yaml")
    waves = {"ukhls": {"gatsby": "a-b", "later": "a-c", "longer": "a-b"}}
    path.write_text(yaml.safe_dump({**yaml.safe_load(path.read_text()), "studies": STUDIES, "waves": waves}))
    assert main(["check", str(delivery_tab)]) == 0
    first, second = capsys.readouterr().out.split("\n\nUnderstanding Society")
    assert "gatsby: can run" in first and "longer: can run" in first and "later" not in first
    assert "later: can run" in second and "c_indresp.tab" in second and "c_indresp.tab" not in first
    assert main(["check", str(delivery_tab), "--waves", "a-c"]) == 0
    assert capsys.readouterr().out.count("\nWaves:") == 1


def test_a_panel_apart_is_held_against_a_catalogue_of_its_own(three, delivery_tab):
    source = load_source(Path(), "ukhls")
    found = read_delivery(delivery_tab, source, "a", ["person_id", "activity_status"])
    where = Path("found.csv")
    panel_from_delivery(found, source, where, "ukhls.a")
    with pytest.raises(CatalogueDrift, match=r"cp found\.csv sources/ukhls/catalogue\.csv"):
        panel_from_delivery(found, source, where, "ukhls")
    shutil.copy(where, "sources/ukhls/catalogue_a.csv")
    more = read_delivery(delivery_tab, source, "a", ["person_id", "activity_status", "sex"])
    with pytest.raises(CatalogueDrift, match="added: sex"):
        panel_from_delivery(more, source, where, "ukhls.a")


def test_of_a_study_that_is_not_run_the_study_file_alone_is_read(project):
    (project / "studies/gatsby/tables/table_2.yaml").write_text("[")
    given = {"studies": ["wage_panel"], "waves": {"ukhls": {"gatsby": "a-h"}}}
    assert load_config(project, given).waves["ukhls"] == {"gatsby": tuple("abcdefgh")}
    with pytest.raises(ConfigError, match=r"table_2\.yaml"):
        load_config(project, {**given, "studies": ["gatsby"]})
