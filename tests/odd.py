"""Odd values in place of those of files of ours, and everything that reads the files before a run begins."""

import copy
import datetime

from mobility.flows.read import read_flows
from mobility.flows.register import load_flow_source
from mobility.panel.register import load_source
from mobility.panel.table_source import read_table
from mobility.settings import load_config, load_study
from specs import forget_files

ODD = [
    None, "", "x", "../../evil", "=1+1", 0, -1, 1.5, True, float("nan"), 10**30, datetime.date(2020, 1, 1),
    [], [None], ["x", "x"], [[1]], [{}], {}, {"x": 1}, {1: 2}, {None: None}, {"id": None, "label": 3},
]  # fmt: skip

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
