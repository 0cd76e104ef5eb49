"""What is the code of a script of the run: the library's own scripts, with what is read from them by hand."""

import pytest

from imports import modules_of
from paths import ROOT

# A module of the library, and the scripts that import it, directly or through others: read from them by hand.
CODE_OF = {
    "panel/table_source.py": {"read", "render_study"},
    "studies/states.py": {"make_frames", "run_choices", "draw_curve"},
    "cells/export.py": {"fit_models"},
    "disclosure/release.py": {"judge"},
    "render/charts/bars.py": {"render_study", "render_index"},
    "synthetic/world.py": {"simulate"},
}


@pytest.mark.parametrize("module", CODE_OF)
def test_a_module_is_code_of_the_scripts_that_import_it(module):
    path, scripts = ROOT / "src/mobility" / module, (ROOT / "workflow/scripts").glob("*.py")
    assert {script.stem for script in scripts if path in modules_of(script, ROOT / "src")} == CODE_OF[module]
