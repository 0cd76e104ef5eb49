"""A project whose empty places are filled in: the names of the questions on jobs, and the economy of authorities."""

import shutil
from itertools import product

import numpy as np
import pandas as pd
import pytest

from mobility.areas.codes import load_areas
from mobility.panel.delivery import read_delivery
from mobility.panel.register import load_source
from mobility.panel.stage import panel_from_delivery
from mobility.settings import load_study
from mobility.storage import read_csv, write_csv
from mobility.synthetic import simulate
from paths import ROOT

WAVES = {"history": [f"b{letter}" for letter in "abcdefghijklmnopqr"], "persons": list("abcdefghij")}
# Names as somebody may find them in the data dictionary; these are not the true ones.
FILLED = {"job_reason_1": "why1", "job_reason_2": "why2", "job_aspect_1": "asp1", "job_aspect_2": "asp2"}
KNOWN = 0.7  # share of the authorities and years whose economy is known


@pytest.fixture(scope="session")
def filled(tmp_path_factory):
    """The study of such a project, and its panels from a small invented delivery that has the columns."""
    root = tmp_path_factory.mktemp("filled") / "project"
    for part in ("sources", "studies", "examples", "resources", "workflow/schemas"):
        shutil.copytree(ROOT / part, root / part)
    register = root / "sources" / "bhps" / "variables.csv"
    rows = read_csv(register, dtype=str, keep_default_na=False)
    own = rows["name"].map(FILLED)
    rows = rows.assign(variable=own.fillna(rows["variable"]), waves=rows["waves"].mask(own.notna(), "ba-br"))
    write_csv(rows, register)
    write_csv(economy(), root / "studies" / "movers" / "groups" / "areas.csv")
    study, folder = load_study(root, "movers"), root.parent / "delivery"
    simulate(folder, root=root, size="small", seed=2022, file_format="stata", source="bhps")
    panels = {}
    for survey, use in study.about.sources.items():
        source = load_source(root, use.source)
        found = read_delivery(folder, source, WAVES[survey], use.required, use.optional, use.rows)
        panels[survey], _ = panel_from_delivery(found, source, root.parent / f"{survey}.csv")
    return study, panels


def economy():
    """Unemployment and professionals of most authorities and years, in per cent."""
    rng = np.random.default_rng(6)
    keys = product(sorted(load_areas(ROOT).codes(2020)), range(2000, 2020))
    table = pd.DataFrame(keys, columns=["area", "year"])
    rates = rng.normal((6.0, 28.0), (2.0, 6.0), (len(table), 2)).round(2)
    return table.assign(unemployment=rates[:, 0], professionals=rates[:, 1])[rng.random(len(table)) < KNOWN]
