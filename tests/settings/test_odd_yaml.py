"""Odd YAML anywhere in config, specs, mappings and registers: one message of ours, never a traceback."""

import shutil

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mobility.errors import MobilityError, SpecError
from mobility.storage import read_mapping, read_yaml
from odd import ODD, load, places, spoilt
from paths import ROOT

NO_YAML = [
    "a: !!int ''", "a: !!float x", "a: 2020-13-45", "a: !!timestamp x", "a: 1\na: 2", "a: {b: 1, b: 2}",
    "a: !!python/name:os.x",
    "? [a]\n: b", "? {a: b}\n: c", "a: !x y", "a: *b", "a: [", "a: !!binary é", "\x00", "a: !!set [1]", "a: !!omap 3",
    "<<: 3", "a: !!bool maybe", "[" * 3000, "%YAML 9\n---\na: 1", "--- a\n--- b",
]  # fmt: skip
FILES = (
    "config.yaml",
    "sources/ukhls/source.yaml", "sources/ukhls/recodes.yaml",
    "sources/ons_flows/source.yaml", "sources/ons_flows/tables.yaml",
    "studies/gatsby/study.yaml", "studies/gatsby/samples.yaml", "studies/gatsby/choices.yaml",
    "studies/gatsby/claims.yaml",
    "studies/gatsby/tables/table_3_5.yaml", "studies/gatsby/tables/regressions.yaml",
    "studies/gatsby/figures/figure_3_2.yaml",
    "studies/gatsby/models/progression.yaml",
    "studies/gatsby/terms/*.yaml",
    "examples/wage_panel/mapping.yaml",
    "examples/region_moves/mapping.yaml",
)  # fmt: skip


@pytest.fixture
def odd_project(project):
    shutil.copytree(ROOT / "examples/region_moves", project / "examples/region_moves")
    return project


@pytest.mark.parametrize("file", FILES)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
@given(data=st.data())
def test_an_odd_value_anywhere_is_a_message(odd_project, file, data):
    path = next(odd_project.glob(file))
    before = path.read_text()
    content = yaml.safe_load(before)
    place = data.draw(st.sampled_from(list(places(content))))
    odd, add = data.draw(st.sampled_from(ODD)), data.draw(st.booleans())
    path.write_text(yaml.safe_dump(spoilt(content, place, odd, add)))
    try:
        load(odd_project, file)
    except MobilityError as error:
        assert len(str(error)) > 20
    finally:
        path.write_text(before)


@pytest.mark.parametrize("text", NO_YAML)
def test_what_is_no_yaml_is_named(tmp_path, text):
    path = tmp_path / "spec.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SpecError, match=r"spec\.yaml.*(not valid YAML: .+|where keys with values are wanted)"):
        read_mapping(path)


def test_a_key_that_stands_twice_is_named_with_its_line(tmp_path):
    path = tmp_path / "spec.yaml"
    path.write_text("waves: {ukhls: a-h}\nstudies: [a]\nwaves: {ukhls: a-c}\n")
    with pytest.raises(SpecError, match=r"spec\.yaml, line 3, column 1: .*the key `waves` stands twice"):
        read_yaml(path)


@pytest.mark.parametrize(("text", "what"), [("[a, b]", "list"), ("words", "str"), ("5", "int")])
def test_a_config_that_is_no_mapping(odd_project, text, what):
    (odd_project / "config.yaml").write_text(text)
    with pytest.raises(SpecError, match=f"config.yaml: holds a {what} where keys with values are wanted"):
        load(odd_project, "config.yaml")


def test_a_part_that_refers_to_itself(odd_project):
    (odd_project / "studies/gatsby/samples.yaml").write_text("a: &a\n  describe: x\n  keep: *a\n")
    with pytest.raises(MobilityError):
        load(odd_project, "studies/gatsby/samples.yaml")
