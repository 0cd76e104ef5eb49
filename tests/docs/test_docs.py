"""The documentation says what is: reference pages, commands, links, messages, pins, and nothing of a machine."""

import difflib
import importlib.util
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

import mobility
from mobility.access import MINIMUM
from mobility.cli import _parser
from mobility.cli.parser import Commands
from mobility.figure_kinds import KINDS
from mobility.models.family import FAMILIES
from mobility.render.formats import FORMATS
from mobility.statistics import OF_TABLES
from paths import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
SHOWN_LINES = 30
PARSERS = [path for room in ("cli", "serve") for path in sorted((ROOT / "src/mobility" / room).glob("*.py"))]
COMMANDS = "".join(path.read_text(encoding="utf-8") for path in PARSERS)
PAGES = [*sorted(ROOT.glob("docs/**/*.md")), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]


def load(path: str):
    """A module of the project that is not in the package, from its file."""
    spec = importlib.util.spec_from_file_location(Path(path).stem, ROOT / path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def project_files() -> list[Path]:
    """Files that git tracks or would track."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no git repository here")
    return sorted(path for path in {ROOT / name for name in listed.splitlines()} if path.is_file())


def text_of(path: Path) -> str:
    """Text of a file; empty where it is not text."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def markdown() -> list[Path]:
    return [path for path in project_files() if path.suffix == ".md"]


# The reference is made from schemas, choices and registers.


@pytest.fixture(scope="module")
def reference():
    """What makes the reference."""
    return load("docs/make_reference.py")


@pytest.fixture(scope="module")
def wanted(reference):
    """The pages of the reference as they should be."""
    return reference.pages(ROOT)


def test_reference_is_up_to_date(reference, wanted):
    folder = ROOT / "docs" / "reference"
    there = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.md")}
    diff = []
    for name in sorted(wanted.keys() | there.keys()):
        old, new = (pages.get(name, "").splitlines() for pages in (there, wanted))
        diff += difflib.unified_diff(old, new, f"docs/reference/{name}", "as it should be", lineterm="", n=0)
    shown = "\n".join(diff[:SHOWN_LINES])
    assert not diff, f"docs/reference is older than what it is made from:\n{shown}\nRun `{reference.COMMAND}`."


def test_reference_describes_every_key_of_config(wanted):
    page = wanted["config.md"]
    config = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    assert [key for key in config if f"`{key}`" not in page] == []
    least = next(line for line in page.splitlines() if line.startswith("| `disclosure.threshold.safeguarded` |"))
    assert least.split(" | ")[4] == "`3`" and f"Persons, {MINIMUM['safeguarded']} or more" in least


def test_every_schema_has_its_page(reference):
    schemas = {path.name.removesuffix(".schema.yaml") for path in (ROOT / "workflow/schemas").glob("*.yaml")}
    assert schemas - {"config", "manifest"} == {*reference.SPECS, *reference.SOURCES}


def test_every_entry_of_a_register_is_described(wanted):
    assert [name for name in OF_TABLES if f"\n## {name}\n" not in wanted["statistics.md"]] == []
    assert [name for name in KINDS if f"\n## {name}\n" not in wanted["figures.md"]] == []
    assert [name for name in FAMILIES if f"| `{name}` |" not in wanted["families.md"]] == []
    assert [form.name for form in FORMATS if f"| `{form.name}` |" not in wanted["formats.md"]] == []
    assert "| `exposure` | yes | string |" in wanted["statistics.md"]


def test_the_picture_of_the_layers_is_that_of_the_linter(reference):
    assert (ROOT / reference.PICTURE).read_text(encoding="utf-8") == reference.layers_picture(ROOT)
    layers = reference.layers_of(ROOT)
    assert layers[0] == ["cli"]
    packages = {path.stem for path in (ROOT / "src/mobility").iterdir() if (path / "__init__.py").is_file()}
    assert packages - {name for layer in layers for name in layer} == {"synthetic"}


# Every file that is named exists.


def test_files_that_are_named_exist():
    named = re.compile(r"`((?:src|workflow|tests|docs|sources|resources)/[\w./-]+)`")
    gone = [
        f"{page.relative_to(ROOT)}: {path}"
        for page in PAGES
        for path in named.findall(page.read_text(encoding="utf-8"))
        if not (ROOT / path).exists()
    ]
    assert gone == []


# Every command that is named exists.


def targets() -> set[str]:
    files = (ROOT / "Snakefile", ROOT / "workflow/rules/targets.smk")
    rules = "".join(path.read_text(encoding="utf-8") for path in files)
    studies = {path.parent.name for path in ROOT.glob("*/*/study.yaml")}
    return set(re.findall(r"^rule (\w+):", rules, flags=re.MULTILINE)) | studies


def code_of(text: str) -> str:
    """Code blocks and code spans of a Markdown text, a line each."""
    blocks = re.findall(r"```\w*\n(.*?)```", text, flags=re.DOTALL)
    spans = re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    return "\n".join([*blocks, *spans])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_commands_exist(page):
    code = code_of(page.read_text(encoding="utf-8"))
    makefile = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    cli = set(re.findall(r'add_parser\(\s*"([\w-]+)"', COMMANDS))
    used_targets = re.findall(r"snakemake (?:-c\d+ )?(?:.* -- )?([a-z]\w*)$", code, flags=re.MULTILINE)
    assert set(re.findall(r"(?:^|\s|/)make ([a-z]+)", code)) <= makefile
    assert set(re.findall(r"(?:^|/)mobility ([a-z-]+)", code, flags=re.MULTILINE)) <= cli
    assert set(used_targets) <= targets()
    for script in re.findall(r"python ((?:workflow|docs)[\\/]\w+\.py)", code):
        assert (ROOT / script.replace("\\", "/")).is_file(), script


def parser_of(words):
    """The parser of the command that words name, and of its step."""
    parser = _parser()
    for word in words:
        choices = next((action.choices for action in parser._actions if isinstance(action, Commands)), {})
        if word not in choices:
            break
        parser = choices[word]
    return parser


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_options_and_subjects_of_commands_exist(page):
    """In code blocks and spans: `mobility COMMAND --option` wherever in a line, `python workflow/bench SUBJECT`."""
    code = code_of(page.read_text(encoding="utf-8")).replace("\\\n", " ")
    strange = []
    for line in re.findall(r"(?:^|[/\s])mobility ([a-z][^\n#|;&`]*)", code, flags=re.MULTILINE):
        options = {name for action in parser_of(line.split())._actions for name in action.option_strings}
        strange += [f"mobility {line}" for name in re.findall(r"(?<=\s)--[a-z][\w-]*", line) if name not in options]
    subjects = {path.stem for path in (ROOT / "workflow/bench").glob("*.py")}
    for line in re.findall(r"python workflow/bench((?: [a-z_]+)+)$", code, flags=re.MULTILINE):
        strange += [f"workflow/bench {name}" for name in line.split() if name not in subjects]
    assert strange == []


def test_readme_names_every_command():
    code = code_of(README)
    cli = re.findall(r'commands\.add_parser\(\s*"([\w-]+)"', COMMANDS)
    assert [name for name in cli if f"mobility {name}" not in code] == []
    wanted = targets() - {path.parent.name for path in ROOT.glob("*/*/study.yaml")} - {"all"}
    assert [name for name in sorted(wanted) if f"snakemake -c2 {name}" not in code] == []


# Links and anchors.


def anchors(text: str) -> set[str]:
    """Anchors of the headings of a Markdown text."""
    headings = re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_links_resolve():
    broken = []
    for page in markdown():
        prose = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        for link in re.findall(r"\]\(([^)\s]+)\)", prose):
            if "://" in link:
                continue
            name, _, anchor = link.partition("#")
            path = (page.parent / name).resolve() if name else page
            if not path.exists() or (anchor and anchor not in anchors(path.read_text(encoding="utf-8"))):
                broken.append(f"{page.relative_to(ROOT)}: {link}")
    assert broken == []


def test_pictures_are_small():
    assert [path.name for path in (ROOT / "docs/images").glob("*.png") if path.stat().st_size >= 300_000] == []


# Messages in errors.md are those of the code.


def listed_messages() -> list[str]:
    page = (ROOT / "docs/how-to/errors.md").read_text(encoding="utf-8")
    rows = [line.split(" | ")[0].removeprefix("| ") for line in page.splitlines() if line.startswith("| ")]
    return [row for row in rows if row not in ("message", "---")]


def fixed_words(message: str) -> str:
    """The longest part of a listed message that does not differ from case to case (italics and code marks do)."""
    parts = re.split(r"\*[^*]*\*|`[^`]*`|\(a note\)|; nearest: |\(in the log\)", message)
    return max((part.strip(" :;,.()") for part in parts), key=len)


def test_listed_messages_are_those_of_the_code():
    files = [*(ROOT / "src").rglob("*.py"), *(ROOT / "workflow").glob("*.py")]
    joined = re.sub(r"\"\s*\n\s*f?\"", "", "\n".join(path.read_text(encoding="utf-8") for path in files))
    # of jsonschema, Snakemake and Python
    of_others = {"is less than the minimum of", "No rule to produce", "died with"}
    gone = [row for row in listed_messages() if fixed_words(row) not in joined and fixed_words(row) not in of_others]
    assert gone == []


# Pins, versions, citation.


def test_citation():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors", "version", "license"} <= citation.keys()
    assert str(citation["version"]) == mobility.__version__
    assert f"## {mobility.__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_one_version_of_the_package():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == mobility.__version__
    assert project["license"] in (ROOT / "LICENSE").read_text(encoding="utf-8")


def test_environment_has_the_pins_of_the_lock():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert load("workflow/lock.py").environment(lock) == (ROOT / "environment.yml").read_text(encoding="utf-8")


def test_lock_names_no_address():
    assert "://" not in (ROOT / "requirements.lock").read_text(encoding="utf-8")


def test_every_direct_dependency_is_pinned():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    names = {re.match(r"[\w.-]+", entry)[0].lower().replace("_", "-") for entry in wanted}
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert names - set(re.findall(r"^([\w.-]+)==", lock, flags=re.MULTILINE)) == set()


def test_one_python_version():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    version = re.search(r"python=(\d+\.\d+)", (ROOT / "environment.yml").read_text(encoding="utf-8"))[1]
    assert f">={version}," in project["requires-python"]
    assert f"python{version}" in (ROOT / "Makefile").read_text(encoding="utf-8")
    assert f"Python {version}" in README


# No file names a machine's folders or the address of a package index.

FORBIDDEN = re.compile(
    "|".join(["/wo" + "rk/", r"\.\./sha" + "red", r"py" + r"pi\.org", r"python" + r"hosted\.org", r"/sim" + r"ple/"])
)


def test_no_file_names_a_machine():
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in project_files()
        for match in FORBIDDEN.finditer(text_of(path))
    ]
    assert found == []
