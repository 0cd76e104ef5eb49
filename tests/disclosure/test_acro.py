"""acro (SACRO) and the disclosure step say the same of each cell of tables that both can judge.

Stored output of acro 1.0.2: tests/golden/acro_expected.csv, with the program that made it.
"""

import numpy as np
import pandas as pd
import pytest
from linearmodels.datasets import wage_panel

from mobility.cells.tabulate import tabulate
from mobility.checker.rules import few_freedom, largest_two, p_ratio
from mobility.disclosure.evidence import COLUMNS as EVIDENCE
from mobility.disclosure.evidence import evidence_of
from mobility.disclosure.judgement import judge
from mobility.disclosure.numbers import Table
from mobility.disclosure.relations import relations_of
from mobility.settings import Sample
from paths import GOLDEN
from specs import table_spec

THRESHOLD = 10
POWERS = {"mean_wage": 1, "mean_skewed": 6, "mean_very_skewed": 12}
EVERYONE = Sample("everyone", "Everyone", "panel", ())
REGRESSORS = ["educ", "exper", "hours", "union"]


@pytest.fixture(scope="module")
def expected():
    return pd.read_csv(GOLDEN / "acro_expected.csv")


@pytest.fixture(scope="module")
def panel():
    """The open panel with its amounts; groups as text, as frames of a study have them."""
    frame = wage_panel.load()
    amounts = {name: np.exp(power * frame["lwage"]) for name, power in POWERS.items()}
    groups = frame[["occupation", "year"]].astype("int64").astype("str")
    return frame.assign(person=frame["nr"], **groups, **amounts)


def judged(frame, measure):
    """Evidence and reason of every cell of occupation by year: a count, or the mean of a column."""
    show = [{"id": name, "of": [name]} for name in sorted(frame["occupation"].unique())]
    years = [
        {"id": name, "of": [name], **({} if measure == "count" else {"mean": measure})}
        for name in sorted(frame["year"].unique())
    ]
    spec = table_spec(
        {
            "statistic": "count" if measure == "count" else "mean",
            "frame": "panel",
            "sample": "everyone",
            "rows": {"of": "occupation", "show": show},
            "columns": {"of": "year", "show": years},
        }
    )
    table = Table(tabulate(frame, spec, "s"), spec, EVERYONE, frame)
    evidence = evidence_of([table], relations_of([table], THRESHOLD))
    return evidence.assign(reason=judge(evidence, THRESHOLD)).astype({"row": "int64", "column": "int64"})


@pytest.mark.parametrize("group", ["everyone", "black"])
@pytest.mark.parametrize("measure", ["count", *POWERS])
def test_cells_of_tables(expected, panel, measure, group):
    frame = panel if group == "everyone" else panel[panel["black"] == 1]
    said = expected[expected["table"] == f"{measure}_{group}"]
    both = judged(frame, measure).merge(said, on=["row", "column"], how="right", suffixes=("", "_acro"))
    assert len(both) == 72
    counted = both["persons"].fillna(0)
    assert (counted < THRESHOLD).tolist() == both["threshold"].eq(1).tolist()
    anybody = both[counted > 0]
    assert p_ratio(anybody).tolist() == anybody["p_ratio"].eq(1).tolist()
    assert largest_two(anybody).tolist() == anybody["nk"].eq(1).tolist()
    assert anybody["reason"].ne("").tolist() == anybody["fails"].eq(1).tolist()
    if measure == "count":  # acro takes a cell of nobody for disclosive; here a person looks at it
        nobody = both[counted == 0]
        assert nobody["zero"].eq(1).all() and nobody["reason"].fillna("").eq("").all()
        assert len(nobody) == (7 if group == "black" else 0)


def test_something_is_judged_by_dominance_alone(expected):
    enough = expected[expected["threshold"].eq(0)]
    assert (enough["nk"].eq(1).sum(), enough["p_ratio"].eq(1).sum()) == (72, 64)


def test_degrees_of_freedom_of_regressions(expected, panel):
    fits = expected[expected["table"] == "ols"]
    first = panel[panel["year"] == "1980"]
    designs = [first.head(size)[REGRESSORS].assign(const=1.0).to_numpy("float64") for size in fits["row"]]
    df = [len(design) - np.linalg.matrix_rank(design) for design in designs]
    assert df == fits["dof"].tolist()
    cells = pd.DataFrame({"df": df}).reindex(columns=EVIDENCE).assign(statistic="coefficient")
    assert (
        few_freedom(cells, THRESHOLD).tolist()
        == fits["fails"].eq(1).tolist()
        == judge(cells, THRESHOLD).ne("").tolist()
    )
