"""Inputs of code are the imports of a script, followed to their end."""

import sys
from pathlib import Path

import pytest

from imports import modules_of
from paths import ROOT


@pytest.fixture
def library(tmp_path):
    files = {
        "src/mobility/__init__.py": "",
        "src/mobility/errors.py": "",
        "src/mobility/storage.py": "from mobility.errors import nearest\n",
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


@pytest.mark.parametrize("script", sorted((ROOT / "workflow/scripts").glob("*.py")), ids=lambda path: path.stem)
def test_a_scripts_modules_are_what_python_loads_and_no_less(script):
    """Against the import system itself: every module of the library that the script's imports load is in the list."""
    import subprocess

    imports = [line for line in script.read_text().splitlines() if line.startswith(("import ", "from "))]
    code = "\n".join(
        [
            *imports,
            "import sys",
            "print(*[m.__file__ for n, m in sys.modules.items() if n.split('.')[0] == 'mobility'], sep='\\n')",
        ]
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    files = {Path(line).resolve() for line in loaded.stdout.split()}
    assert files and files <= {path.resolve() for path in modules_of(script, ROOT / "src")}
