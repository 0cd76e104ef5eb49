"""Numbers of fits and of losses that with those of an earlier release tell few persons. Counts by hand.

Of 200 persons 40 lack `early`; in the second release three more do: 160 rows of then less 157 of now are these.
"""

import numpy as np
import pandas as pd
import pytest

from mobility.cells.estimates import estimate_table, fit_models
from mobility.cells.nested import nested_rows
from mobility.disclosure.earlier import few_since, lines_since
from mobility.disclosure.fits import Fits
from mobility.disclosure.losses import release_losses
from mobility.disclosure.numbers import Table
from mobility.disclosure.release import Former, release_together
from mobility.storage import write_csv
from test_nested_fits import frame_of_all, study_of, table

SPEC = table("t", "short")
COUNTS = ["n", "base", "persons"]


def frame_lacking(more):
    """The frame in which so many persons more lack `early`."""
    frame = frame_of_all()
    frame.loc[100 : 99 + more, "early"] = np.nan
    return frame


def released(frame, folder, earlier=(), losses_then=(), threshold=10):
    """Cells, record and losses that leave, of which a run in a folder wrote the losses."""
    study, frames = study_of(SPEC), {"f": frame}
    fitted, losses = fit_models(frames, study)
    fitted, sets, nested = nested_rows(fitted, frames, study)
    made, fits = Table(estimate_table(fitted, study, "t"), SPEC), Fits(sets, nested, losses)
    former = Former(earlier, shut=lines_since(study, losses, losses_then, threshold))
    found = release_together([made], [], "special", threshold, former, hide_steps=False, fits=fits)
    told = release_losses(losses, threshold, found.lines, found.known)
    write_csv(told, folder / f"results/released/{study.name}/losses.csv")
    return found.tables[0].cells, found.tables[0].reasons, told


@pytest.mark.parametrize(("more", "told"), [(3, False), (9, False), (0, True), (10, True)])
def test_rows_of_a_fit_that_few_persons_left_are_not_told_again(more, told, tmp_path):
    first, _, losses = released(frame_of_all(), tmp_path / "first")
    assert first["n"].dropna().unique().tolist() == [160] and 160 in losses["rows_out"].tolist()
    then = [Table(first, SPEC, release="release 1")]
    second, record, losses = released(frame_lacking(more), tmp_path / "second", then, [tmp_path / "first"])
    rows = second.set_index(["row", "statistic"])
    assert rows.loc[("early", "coefficient"), "value"] != first["value"].iloc[0] or more == 0
    assert second[COUNTS].notna().any(axis=None) == told
    assert (rows.loc[("observations", "observations"), "flag"] == "") == told
    assert (160 - more in losses["rows_out"].tolist()) == told
    assert more != 3 or record["differs"].eq(3).all()


def test_a_number_is_compared_with_each_earlier_release():
    """467 persons now, 400 in the first release and 469 in the second: 2 differ. 30 beside 20 are no few."""
    cells = pd.DataFrame({"row": ["a", "b"], "n": [467, 30], "value": [0.5, 30.0]})
    cells = cells.assign(table="t", column="c", statistic="level", choice="baseline", base=np.nan, persons=np.nan)
    now = Table(cells, SPEC)
    then = [Table(cells.assign(n=n), SPEC, release=name) for name, n in (("1", [400, 20]), ("2", [469, 20]))]
    assert np.array_equal(few_since([now], then, 10), [2, np.nan], equal_nan=True)
    assert np.isnan(few_since([now], then, 2)).all() and np.isnan(few_since([now], [], 10)).all()


@pytest.mark.parametrize(("reason", "found"), [("no work", [1]), ("too young; no work", [])])
def test_what_a_step_drops_is_compared_with_an_earlier_release(reason, found, tmp_path):
    """20 of 1,000 then and 18 of 1,100 now are without work: 102 more are left, and 2 less are dropped."""
    columns = ["step", "reason", "rows_in", "rows_dropped", "rows_out", "persons_out", "unit"]
    then = pd.DataFrame([("m", "rows read", 1000, 0, 1000, 1000, "rows"), ("m", reason, 1000, 20, 980, 980, "rows")])
    now = pd.DataFrame(
        [("m", "rows read", 1100, 0, 1100, 1100, "rows"), ("m", "no work", 1100, 18, 1082, 1082, "rows")]
    )
    study = study_of(SPEC)
    write_csv(then.set_axis(columns, axis=1), tmp_path / f"results/released/{study.name}/losses.csv")
    assert lines_since(study, now.set_axis(columns, axis=1), [tmp_path], 10) == found
