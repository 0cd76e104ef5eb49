"""What the losses tell is known to whoever attacks a table, and gives way before the table does. Counts by hand."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd

from mobility.cells.tabulate import tabulate
from mobility.disclosure.losses import release_losses
from mobility.disclosure.numbers import Table
from mobility.disclosure.release import Former, release_together
from mobility.disclosure.steps import chains_of
from mobility.settings import Sample, Study
from mobility.settings.samples import Keep
from mobility.settings.study import About
from specs import ABOUT, table_spec

# Ends of 300 persons: 2 of the 200 in work at first study afterwards, 24 are out of work, and 174 are in work.
ENDS = {("work", "work"): 174, ("work", "out"): 24, ("work", "study"): 2, ("out", "work"): 60, ("out", "out"): 40}
FRAME = pd.DataFrame([ends for ends, n in ENDS.items() for _ in range(n)], columns=["origin", "end"])
FRAME = FRAME.assign(person=np.arange(len(FRAME)), wave=1, job=np.where(FRAME["end"] == "work", "same", None))
EVERYONE = Sample("everyone", "", "f", ())
WORKERS = Sample(
    "workers",
    "",
    "f",
    (
        Keep("origin", ("work",), "not in work"),
        Keep("end", ("work",), "not in work later"),
        Keep("job", None, "no job"),
    ),
)
LINES = ["step", "reason", "rows_in", "rows_dropped", "rows_out", "persons_out", "unit"]
LOSSES = pd.DataFrame(
    [
        ("ends", "rows read", 300, 0, 300, 300, "rows"),
        ("jobs", "rows read", 300, 0, 300, 300, "rows"),
        ("jobs", "not in work", 300, 100, 200, 200, "rows"),
        ("jobs", "not in work later", 200, 26, 174, 174, "rows"),
        ("jobs", "no job", 174, 0, 174, 174, "rows"),
    ],
    columns=LINES,
)


def spec_of(name, sample, of, *items):
    columns = {"of": of, "show": [{"id": item} for item in items]}
    rows = {"of": "origin", "show": [{"id": "work"}]}
    return table_spec({"table": name, "frame": "f", "sample": sample, "statistic": "count", "rows": rows,
                       "columns": columns})  # fmt: skip


SPECS = [spec_of("ends", "everyone", "end", "out", "study"), spec_of("jobs", "workers", "job", "other")]
STUDY = Study(
    Path("examples/s"),
    About.read(ABOUT),
    samples={"everyone": EVERYONE, "workers": WORKERS},
    tables={spec.table: spec for spec in SPECS},
)


def judged(threshold):
    tables = [Table(tabulate(FRAME, SPECS[0], "s"), SPECS[0], EVERYONE, FRAME)]
    chains = chains_of(STUDY, LOSSES, {"f": FRAME})
    return release_together(tables, chains, "special", threshold, Former())


def test_a_chain_tells_the_numbers_that_its_lines_say():
    ends, jobs = chains_of(STUDY, LOSSES, {"f": FRAME})
    assert [ends.lines, jobs.lines] == [[[0], [], []], [[1], [2], [3, 4]]]
    assert np.bincount(jobs.depth).tolist() == [100, 26, 174]


def test_the_losses_give_way_and_not_the_table():
    """`2 study` is hidden; 24 are out of work and 26 dropped out of work, so the 26 is not told, and the 24 is."""
    together = judged(10)
    cells = together.tables[0].cells.set_index("column")["n"]
    assert pd.isna(cells["study"]) and cells["out"] == 24
    assert together.lines == [2] or together.lines == [3, 4]
    assert together.steps.loc[together.steps["reason"] != "", "reason"].tolist() == ["protects another cell"]
    told = release_losses(LOSSES, 10, together.lines)
    assert told.loc[told["rows_dropped"] == 26].empty


def test_where_nothing_is_hidden_the_losses_tell_all():
    assert judged(2).lines == [] and len(release_losses(LOSSES, 2, [])) == len(LOSSES)


def test_what_is_not_told_is_joined_with_the_step_after_it():
    more = pd.DataFrame([("jobs", "no pay", 174, 30, 144, 144, "rows")], columns=LINES)
    told = release_losses(pd.concat([LOSSES, more], ignore_index=True), 10, [3, 4])
    own = told[told["step"] == "jobs"]
    assert own["rows_out"].tolist() == [300, 200, 144, 144]  # the last says that `no job` drops nobody
    assert own["reason"].tolist()[2] == "not in work later; no pay" and own["rows_dropped"].tolist()[2] == 56


KINDS = {"a": 90, "b": 110, "c": 2, "d": 60, "e": 40}
RISK = pd.DataFrame({"kind": [kind for kind, n in KINDS.items() for _ in range(n)]})
RISK = RISK.assign(person=np.arange(len(RISK)), wave=1, group=RISK["kind"].map({"e": "y"}).fillna("x"))


def test_the_losses_of_a_model_on_a_frame_of_its_own_tell_no_table_of_the_same_rows():
    """Those in group x are 90 of a, 110 of b and 2 of c: no table counts the frame of the model, or the group."""
    spec = spec_of("kinds", "everyone", "kind", "a", "b", "c")
    spec = replace(spec, rows=replace(spec.rows, of="", items=(replace(spec.rows.items[0], everyone=True),)))
    at_risk = Sample("at_risk", "", "risk", (Keep("group", ("x",), "in another group"),))
    model = SimpleNamespace(sample="at_risk")
    study = replace(STUDY, samples={"everyone": EVERYONE, "at_risk": at_risk}, tables={}, models={"fit": model})
    lines = [("fit", "rows read", 242, 0, 242, 242, "rows"), ("fit", "in another group", 242, 40, 202, 202, "rows")]
    losses = pd.DataFrame(lines, columns=LINES)
    table = Table(tabulate(RISK, spec, "s"), spec, EVERYONE, RISK)
    risk = RISK[RISK["kind"] != "d"].reset_index(drop=True)
    chains = chains_of(study, losses, {"risk": risk})
    assert [chain.lines for chain in chains] == [[[0], [1]]]
    both = release_together([table], chains, "special", 10, Former())
    assert both.lines == [1]
    assert both.tables[0].cells["n"].isna().tolist() == [False, False, True]
    assert release_together([table], [], "special", 10, Former()).lines == []
