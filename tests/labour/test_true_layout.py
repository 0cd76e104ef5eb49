"""A cut of a true workbook against the same lines as others packaged them (examples/uk_occupations)."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd

from mobility.storage import read_register

NAME = "Table 15.7a   Annual pay - Gross 2020.xlsx"
COLUMNS = {"jobs_thousand": "jobs", "median": "median", "mean": "mean"}


def test_every_number_and_mark_is_that_of_the_packaged_table(root, folder, ashe):
    shutil.copy(Path(__file__).with_name(NAME), folder)
    read = ashe("table_15_7")
    panel = read.panel.set_index(["region", "occupation"])
    assert panel.groupby("region", observed=True).size().to_dict() == {"all": 494, "9": 494, "12": 1}
    packaged = read_register(root / "examples/uk_occupations/data/ashe_table15_7a_part_time.csv.gz")
    regions = {"United Kingdom": "all", "North East": "9", "Northern Ireland": "12"}
    own = packaged[packaged["area_name"].isin(regions)]
    own = own.assign(region=own["area_name"].map(regions), occupation=own["soc2010"].replace("", "all"))
    own = own.set_index(["region", "occupation"])
    assert len(own) == len(panel) and set(own.index) == set(panel.index)
    for printed, name in COLUMNS.items():
        numbers = pd.to_numeric(own[printed].reindex(panel.index), errors="coerce")
        scale = 1000 if name == "jobs" else 1
        np.testing.assert_allclose(panel[name], numbers * scale)
    marks = own["jobs_thousand"].reindex(panel.index)
    there = marks.isin(["x", "..", ":"])
    assert there.sum() > 400
    assert (panel.loc[there, "jobs_mark"].astype("str") == marks[there]).all()
    assert [note for note in read.provenance["notes"] if "no sheet All, Male" in note]
