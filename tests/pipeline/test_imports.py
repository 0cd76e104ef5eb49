"""Inputs of code are the imports of a script, followed to their end."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from imports import modules_of, name_of
from paths import ROOT


@pytest.fixture
def library(tmp_path):
    files = {
        "src/mobility/__init__.py": "",
        "src/mobility/errors.py": "",
        "src/mobility/storage.py": "class A:\n try:\n  pass\n except OSError:\n  from mobility.errors import nearest\n",
        "src/mobility/render/__init__.py": "",
        "src/mobility/render/pages.py": "def f():\n    from mobility.render import charts\n",
        "src/mobility/render/charts/__init__.py": (
            "from importlib import import_module\n"
            "def draw(kind):\n    return import_module(f'mobility.render.charts.{kind}')\n"
        ),
        "src/mobility/render/charts/bars.py": "import mobility.storage\n",
        "src/mobility/render/charts/maps/__init__.py": "",
        "src/mobility/render/charts/maps/ground.py": "",
        "src/mobility/models.py": "",
        "script.py": "import pandas\nfrom mobility.render.pages import f\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_imports_are_followed_into_functions_packages_and_modules_found_by_name(library):
    found = modules_of(library / "script.py", library / "src")
    assert [path.relative_to(library / "src/mobility").as_posix() for path in found] == [
        "__init__.py", "errors.py", "render/__init__.py", "render/charts/__init__.py", "render/charts/bars.py",
        "render/charts/maps/__init__.py", "render/charts/maps/ground.py",
        "render/pages.py", "storage.py",
    ]  # fmt: skip


def test_a_file_has_a_dotted_name(library):
    source = library / "src"
    assert name_of(source / "mobility/render/pages.py", source) == "mobility.render.pages"
    assert name_of(source / "mobility/render/__init__.py", source) == "mobility.render"


SCRIPTS = sorted((ROOT / "workflow/scripts").glob("*.py"))
# A child of one process for each script: it has the large packages that all of them load, and nothing of the library.
LOADS = """
import json, os, sys
import pandas, scipy.stats, matplotlib.figure

for line in sys.stdin:
    name, imports = json.loads(line)
    if os.fork() == 0:
        exec(imports)
        files = [module.__file__ for own, module in sys.modules.items() if own.split(".")[0] == "mobility"]
        print(json.dumps([name, files]), flush=True)
        os._exit(0)
    os.wait()
"""


@pytest.fixture(scope="module")
def loaded():
    """The files of the library that Python loads for the imports of each script."""
    lines = {script: script.read_text().splitlines() for script in SCRIPTS}
    imports = {script: [line for line in own if line.startswith(("import ", "from "))] for script, own in lines.items()}
    asked = "\n".join(json.dumps([script.name, "\n".join(own)]) for script, own in imports.items())
    command = [sys.executable, "-c", LOADS]
    told = subprocess.run(command, input=asked, capture_output=True, text=True, check=True, cwd=ROOT)
    return dict(map(json.loads, told.stdout.splitlines()))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_scripts_modules_are_what_python_loads_and_no_less(script, loaded):
    """Against the import system itself: every module of the library that the script's imports load is in the list."""
    files = {Path(file).resolve() for file in loaded[script.name]}
    assert files and files <= {path.resolve() for path in modules_of(script, ROOT / "src")}
