"""Odd YAML anywhere in config, specs, mappings and registers: one message of ours, never a traceback."""

import copy
import datetime
import shutil

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mobility.errors import MobilityError, SpecError
from mobility.flows.read import read_flows
from mobility.flows.register import load_flow_source
from mobility.panel.register import load_source
from mobility.panel.table_source import read_table
from mobility.settings import load_config, load_study
from mobility.storage import read_mapping, read_yaml
from paths import ROOT
from specs import forget_files

ODD = [
    None, "", "x", "../../evil", "=1+1", 0, -1, 1.5, True, float("nan"), 10**30, datetime.date(2020, 1, 1),
    [], [None], ["x", "x"], [[1]], [{}], {}, {"x": 1}, {1: 2}, {None: None}, {"id": None, "label": 3},
]  # fmt: skip
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


READERS = {
    "config": load_config,
    "studies/gatsby": lambda folder: load_study(folder, "gatsby"),
    "examples/wage_panel": lambda folder: load_study(folder, "wage_panel"),
    "examples/wage_panel/mapping": lambda folder: read_table(folder / "examples/wage_panel", folder),
    "examples/region_moves/mapping": lambda folder: read_flows(folder / "examples/region_moves"),
    "sources/ukhls": lambda folder: (load_study(folder, "gatsby"), load_source(folder, "ukhls")),
    "sources/ons_flows": load_flow_source,
}


def load(folder, file):
    """Everything that reads the file before a run begins."""
    forget_files()
    readers = [reader for start, reader in READERS.items() if file.startswith(start)]
    assert readers
    for reader in readers:
        reader(folder)


def places(content, place=()):
    """Addresses of every value of a nested structure, its own first."""
    yield place
    parts = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    for key, part in parts:
        yield from places(part, (*place, key))


def spoilt(content, place, odd, add):
    """A copy in which one value is another one, or has one more key."""
    if not place:
        return odd
    whole = copy.deepcopy(content)
    inner = whole
    for key in place[:-1]:
        inner = inner[key]
    if add and isinstance(inner, dict):
        inner[odd if isinstance(odd, str | int | float | None) else "odd"] = odd
    else:
        inner[place[-1]] = odd
    return whole


@pytest.fixture
def odd_project(project):
    shutil.copytree(ROOT / "examples/region_moves", project / "examples/region_moves")
    return project


@pytest.mark.parametrize("file", FILES)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
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
