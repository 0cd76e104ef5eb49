"""What is told of a test that is adjusted together with those of other tables."""

import pandas as pd

from mobility.explain.number import _explain_quoted
from mobility.settings import load_study
from paths import ROOT


def test_an_adjusted_test_names_its_own_table_and_what_to_type():
    study = load_study(ROOT, "state_of_nation")
    told = _explain_quoted(study, pd.Series({"table": "changes_together", "row": "3_2__male", "column": "p_bh"}))
    assert told[0].startswith("Test: row male__change of Test 3.2")
    assert "Next: mobility explain state_of_nation test_3_2 male__change p_bh" in told
