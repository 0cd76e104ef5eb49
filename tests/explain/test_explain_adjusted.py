"""Where a test comes from that is adjusted together with those of other tables."""

from pathlib import Path

from mobility.explain.origins import _Builder
from mobility.render.origins import Origin
from mobility.settings import load_study
from paths import ROOT


def test_an_adjusted_test_rests_on_the_row_of_its_own_table():
    study = load_study(ROOT, "state_of_nation")
    row = next(item for item in study.tables["changes_together"].rows.items if item.id == "3_2__male")
    tests = study.tables[row.of_table]
    known = {(tests.table, "male__change", column): Origin(bases=("test_3_2",)) for column in tests.columns.ids}
    origin = _Builder(study, {}, Path())._adjusted(row, known)
    words = "row male__change of Test 3.2 (figure 3.13); adjusted p-values are for all rows here"
    assert origin.parts[0] == ("Test", words)
    assert origin.bases == ("test_3_2",) and set(origin.quotes) == set(known)
