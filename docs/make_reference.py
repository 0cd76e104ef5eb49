"""Write docs/reference/ from the schemas, the choices and the registers, so that it cannot fall behind them.

The picture of the layers, docs/images/layers.svg, is drawn from `.importlinter` and the first lines of the packages.

.venv/bin/python docs/make_reference.py
"""

import ast
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from configparser import ConfigParser
from html import escape
from pathlib import Path
from typing import Any

from mobility.access import CLASSES
from mobility.access.register import listed
from mobility.backtest.print_checks import SPEC, check_print, judge_defaults
from mobility.estimators import TABLE
from mobility.figure_kinds import KINDS
from mobility.keys import keys_of, required_of
from mobility.models.family import FAMILIES, Family
from mobility.render.formats import FORMATS
from mobility.settings import families, load_study, readings
from mobility.settings.tables import Item, TableSpec
from mobility.statistics import OF_TABLES, STATISTICS, Statistic
from mobility.storage import read_rows, read_yaml, write_text

COMMAND = ".venv/bin/python docs/make_reference.py"
NOTICE = f"<!-- Made by `{COMMAND}`; edit what it is made from, never this file. -->"
SPECS = {
    "study": ("study.yaml", "What a study is: its title, source, variables and the headings of its page."),
    "samples": ("samples.yaml", "Who is in each table, as steps in their order."),
    "table": (
        "tables/TABLE.yaml",
        "What a table counts and how it is laid out. These are the keys of every table; those of its statistic are in "
        "[statistics](statistics.md). A file can stand for many tables: [families and choices](writing.md).",
    ),
    "figure": (
        "figures/FIGURE.yaml",
        "A picture of the released cells of one table. These are the keys of every figure; those of its kind are in "
        "[kinds of figure](figures.md).",
    ),
    "model": ("models/MODEL.yaml", "A regression, or several on one sample. Its estimators: [families](families.md)."),
    "terms": ("terms/TERMS.yaml", "Regressors, which model files name by the file."),
    "choices": ("choices.yaml", "Questions that a report leaves open, with their answers."),
    "print_checks": (SPEC, "What the readings of a choice imply for the printed numbers alone."),
    "claims": ("claims.yaml", "Numbers of a report's text, made from effects of models or from cells of tables."),
    "frames": (
        "frames.yaml",
        "What the columns that tables and models use are made from; `mobility explain` shows it.",
    ),
    "indicators": (
        "indicators.yaml",
        "A page beside the study's own that goes through its indicators one by one, from released cells: picture, "
        "numbers, gap, whether it changed, sizes, source, and what is not here. Families as in [tables](writing.md).",
    ),
    "mapping": ("mapping.yaml", "Where the variables of a study stand in a file of your own (`source: table`)."),
}
SOURCES = {
    "source": ("source.yaml", "What the machinery has to know of a source besides its registers."),
    "extract": (
        "source.yaml of an extract",
        "Of a file of persons made for a project (`kind: extract`), whose `mapping.yaml` stands in the same folder.",
    ),
    "tables": (
        "tables.yaml",
        "Of moves between areas (`kind: flows`) and published series (`series`), how tables of `files.csv` are read.",
    ),
    "planted": ("planted.yaml", "What an invented delivery of the source holds, and what is planted in it."),
}
SOURCE_INTRO = (
    "A source is a folder of `sources/`. Its registers `waves.csv`, `variables.csv`, `recodes.yaml`, `files.csv` and "
    "`series.csv` are described in its README."
)
ACCESS_INTRO = (
    "A study comes under the strictest class of the files that it reads: those that hold the variables of its "
    "`study.yaml`, of all its sources. Studies that read other files of a survey have panels apart, so that none sees "
    "a column of a file that it does not come under. The class decides `disclosure.threshold` of "
    "config.yaml, which may be raised and not lowered."
)
ACCESS_RULES = (
    "The class of a file is the strictest that the register `src/mobility/access/study_numbers.csv` knows of its "
    "name, of the study number in a folder above it (`UKDA-6614-stata`, `SN 6614`) or in a document of the archive "
    "beside it (`read6614.htm`, `6614_file_information.rtf`), and of its columns (`pidp`, `a_oslaua`). A file of a "
    "listed survey that the register does not know counts as the strictest edition of the survey, a number that it "
    "does not know as `secure`. `access` of a `source.yaml` or `study.yaml` can only make that stricter; it decides "
    "for files of which the register knows nothing. An invented delivery is judged as the true one. Files of one's "
    "own made from licensed data are known by their columns; left in the folder of their study number they come "
    "under its class, elsewhere under the strictest of the survey. Numbers and classes that no catalogue page or "
    "file confirmed are marked."
)
MANIFEST_INTRO = (
    "What a run was: `results/checks/manifest.yaml`, written at its end. It names no folder of the machine, no user "
    "and no host, since it is handed on with [the replication package](../how-to/publish-a-replication-package.md), "
    "which holds the files that it lists. Another run on the same data, specs and code has the same manifest but for "
    "`times`."
)
KEY_HEADINGS = ("Key", "Needed", "Type", "Allowed", "Default", "Example", "Meaning")
NAME = "NAME"
PICTURE = "docs/images/layers.svg"
WIDTH, LINE, PAD, NAMES = 960, 20, 9, 110  # of the picture, in its units: whole, of a line, around one, of the names


def pages(root: Path) -> dict[str, str]:
    """Text of every page of the reference by its file name; `root` is the project folder."""
    schemas = root / "workflow" / "schemas"
    specs = {name: read_yaml(schemas / f"{name}.schema.yaml") for name in (*SPECS, *SOURCES)}
    manifest = read_yaml(schemas / "manifest.schema.yaml")
    contents = {
        "config.md": _config_page(read_yaml(schemas / "config.schema.yaml"), read_yaml(root / "config.yaml")),
        "specs.md": _specs_page(specs),
        "writing.md": _writing_page(),
        "statistics.md": _statistics_page(specs["table"]),
        "families.md": _families_page(),
        "figures.md": _figures_page(),
        "formats.md": _formats_page(),
        "source.md": _page("Files of a source", SOURCE_INTRO, *_sections(SOURCES, specs)),
        "access.md": _access_page(),
        "choices.md": _choices_page(root),
        "print.md": _print_page(root),
        "manifest.md": _page("manifest.yaml", MANIFEST_INTRO, _keys_table(manifest, {})),
    }
    registers = sorted((root / "sources").glob("*/variables.csv"))
    contents |= {f"{path.parent.name}.md": _register_page(path.parent) for path in registers}
    return {"README.md": _front_page(contents), **contents}


def main() -> None:
    """Write the pages and take away those that no longer exist."""
    root = Path(__file__).parents[1]
    folder, wanted = root / "docs" / "reference", pages(root)
    for name, text in wanted.items():
        write_text(text, folder / name)
    write_text(layers_picture(root), root / PICTURE)
    for path in folder.glob("*.md"):
        if path.name not in wanted:
            path.unlink()


def layers_of(root: Path) -> list[list[str]]:
    """Packages of the library a layer, from the top down, as `.importlinter` has them."""
    config = ConfigParser()
    config.read(root / ".importlinter", encoding="utf-8")
    lines = config["importlinter:contract:layers"]["layers"].split("\n")
    return [[name.strip().removeprefix("mobility.") for name in line.split("|")] for line in lines if line.strip()]


def layers_picture(root: Path) -> str:
    """The layers as SVG: a band each, its packages with the first sentence that each says of itself."""
    bands, top = [], PAD
    for layer in layers_of(root):
        height = len(layer) * LINE + PAD
        bands.append(f'<rect x="{PAD}" y="{top}" width="{WIDTH - 2 * PAD}" height="{height}" rx="4" fill="#E6EBF3"/>')
        for place, name in enumerate(layer, start=1):
            line = f'y="{top + place * LINE - 2}" font-family="sans-serif" font-size="13" fill="#1B2A49"'
            bands.append(f'<text x="{2 * PAD}" {line} font-weight="bold">{name}</text>')
            bands.append(f'<text x="{2 * PAD + NAMES}" {line}>{_says(root / "src/mobility" / name)}</text>')
        top += height + PAD
    size = f'viewBox="0 0 {WIDTH} {top}" width="{WIDTH}" height="{top}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">'
    title = "<title>Layers of the library: each imports from those below it only</title>"
    ground = f'<rect width="{WIDTH}" height="{top}" fill="white"/>'
    return "\n".join([head, title, ground, *bands, "</svg>"]) + "\n"


def _says(module: Path) -> str:
    """The first sentence of a module or package, as SVG has it."""
    path = module / "__init__.py" if module.is_dir() else module.with_suffix(".py")
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    first = re.split(r"[.;](?:\s|$)", " ".join(text.split()))[0]
    return escape(first.replace("`", ""))


def _page(title: str, *blocks: str) -> str:
    return "\n\n".join([f"# {title}", NOTICE, *(block for block in blocks if block)]) + "\n"


def _table(headings: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """A Markdown table; columns that are empty in every row are left out."""
    kept = [place for place in range(len(headings)) if place == 0 or any(row[place] for row in rows)]
    lines = [[headings[place] for place in kept], ["---"] * len(kept)]
    lines += [[_cell(row[place]) for place in kept] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(value: Any) -> str:
    return " ".join(str(value).split()).replace("|", r"\|")


def _code(value: Any) -> str:
    """A value as it is written in YAML, in code marks."""
    return f"`{_plain(value)}`"


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_plain(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_plain(inner) for inner in value) + "]"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _front_page(contents: Mapping[str, str]) -> str:
    links = [f"- [{text.splitlines()[0].removeprefix('# ')}]({name})" for name, text in contents.items()]
    return _page(
        "Reference",
        "Every key of every file that you may edit, every open question, every variable that can be read.",
        "\n".join(links),
        f"A test fails when these pages are older than what they are made from. To make them again: `{COMMAND}`.",
    )


def _config_page(schema: Mapping[str, Any], shipped: Mapping[str, Any]) -> str:
    intro = (
        "What to run. The default is what the file says as it is shipped. How to run it (cores, memory, a cluster) "
        "stands in `profiles/` and cannot change a number. On the command line: "
        "`snakemake -c2 --config 'sources={ukhls: FOLDER}'`."
    )
    return _page("config.yaml", intro, _keys_table(schema, shipped))


def _specs_page(specs: Mapping[str, Mapping[str, Any]]) -> str:
    intro = (
        "A study is a folder of `studies/` or `examples/`. These are its files. `NAME` stands for a name of your own, "
        "`[]` for each entry of a list. A key that is not listed here stops the run."
    )
    return _page("Files of a study", intro, *_sections(SPECS, specs))


def _sections(titles: Mapping[str, tuple[str, str]], schemas: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """For each schema its heading, what the file is for, and its keys."""
    return [f"## {title}\n\n{meaning}\n\n{_keys_table(schemas[name], {})}" for name, (title, meaning) in titles.items()]


def _writing_page() -> str:
    """How a spec says a family once, and a value that depends on a choice: what the modules that read it say."""
    parts = {"A family of specs": families.__doc__, "A value that depends on a choice": readings.__doc__}
    return _page(
        "Families and choices in spec files", *(f"## {title}\n\n{text.strip()}" for title, text in parts.items())
    )


def _statistics_page(table: Mapping[str, Any]) -> str:
    intro = (
        "What `statistic` of a table can be (the register `src/mobility/statistics.py`), and the keys that go with "
        "each beyond [those of every table](specs.md#tablestableyaml). Any other key is refused. `AXIS` stands for "
        "`rows` or `columns`, `[]` for each entry of a list."
    )
    blocks = [f"## {name}\n\n{_statistic(STATISTICS[name], table)}" for name in OF_TABLES]
    return _page("Statistics of tables", intro, *blocks)


def _statistic(statistic: Statistic, table: Mapping[str, Any]) -> str:
    axis = table["$defs"]["axis"]["properties"]
    own = {
        "": (statistic.keys, keys_of(TableSpec)),
        "AXIS.": (statistic.axis_keys, axis),
        "AXIS.show.": (statistic.show_keys, axis["show"]["properties"]),
        "AXIS.show[].": (statistic.item_keys, keys_of(Item)),
    }
    keys = {f"{place}{key}": rules[key] for place, (names, rules) in own.items() for key in names}
    says = f"{statistic.says[0].upper()}{statistic.says[1:]} ({statistic.job})."
    return f"{says}\n\n{_own_keys(keys, statistic.required)}"


def _own_keys(keys: Mapping[str, Any], required: Sequence[str]) -> str:
    schema = {"properties": keys, "required": required}
    return _keys_table(schema, {}) if keys else "No keys of its own."


def _families_page() -> str:
    intro = (
        "What `estimators` of a model can name (the register `src/mobility/models/family.py`), the outcomes that each "
        "explains, and the statistics of tables that can show it."
    )
    rows = [
        (f"`{name}`", family.label, outcome, ", ".join(map(_code, shown)), _commands(family))
        for name, family in FAMILIES.items()
        for outcome, shown in family.quantities.items()
    ]
    return _page("Model families", intro, _table(("Name", "Heading", "Outcome", "Statistics", "Commands in"), rows))


def _commands(family: Family) -> str:
    if TABLE in family.quantities:
        return "R, and Stata for some patterns"
    return " and ".join(name for name, command in (("Stata", family.stata), ("R", family.r)) if command)


def _figures_page() -> str:
    intro = (
        "What `kind` of a figure can be (the register `src/mobility/figure_kinds.py`), and the keys that go with each "
        "beyond [those of every figure](specs.md#figuresfigureyaml). Any other key is refused."
    )
    blocks = [
        f"## {name}\n\nDraws {kind.says}.\n\n{_own_keys(keys_of(kind.own), required_of(kind.own))}"
        for name, kind in KINDS.items()
    ]
    return _page("Kinds of figure", intro, *blocks)


def _formats_page() -> str:
    intro = (
        "In which forms a study is handed out (the register `src/mobility/render/formats/__init__.py`): what lies in "
        "`reports/STUDY/`, and what `mobility export` writes of one table. A figure is drawn as SVG and PNG, with its "
        "numbers as CSV, in `figures/`."
    )
    rows = [
        (
            f"`{form.name}`",
            form.says,
            f"one a {form.of}",
            f"`{form.address(form.of.upper())}`" if form.by_run else "where the command says",
            f"`{form.typed}`" if form.typed else "",
        )
        for form in FORMATS
    ]
    return _page("Formats", intro, _table(("Name", "What", "Files", "Where", "`mobility export --format`"), rows))


def _keys_table(schema: Mapping[str, Any], shipped: Mapping[str, Any]) -> str:
    found = [(path, rules, needed) for path, rules, needed in _keys(schema, schema, "") if not _is_bare(path, rules)]
    return _table(KEY_HEADINGS, [_key_row(*key, shipped) for key in found])


def _is_bare(path: str, rules: Mapping[str, Any]) -> bool:
    """Whether a key only holds others: a name of the user's own with nothing said about it."""
    return path.split(".")[-1] == NAME and rules.get("type") == "object" and "description" not in rules


def _keys(
    rules: Mapping[str, Any], whole: Mapping[str, Any], path: str
) -> Iterator[tuple[str, Mapping[str, Any], bool]]:
    """Every key below `rules`: its path, its rules, and whether it must be there."""
    rules = _resolved(rules, whole)
    required = rules.get("required", [])
    named = [(name, inner, name in required) for name, inner in rules.get("properties", {}).items()]
    if isinstance(rules.get("additionalProperties"), Mapping):
        named.append((NAME, rules["additionalProperties"], False))
    for name, inner, needed in named:
        place = f"{path}.{name}" if path else name
        yield place, _resolved(inner, whole), needed
        yield from _keys(inner, whole, place)
    if isinstance(rules.get("items"), Mapping):
        yield from _keys(rules["items"], whole, f"{path}[]")
    for option in rules.get("oneOf", []):
        yield from _keys(option, whole, path)


def _resolved(rules: Mapping[str, Any], whole: Mapping[str, Any]) -> Mapping[str, Any]:
    """Rules with a `$ref` replaced by what it points to; its own keys win."""
    if "$ref" not in rules:
        return rules
    found: Any = whole
    for part in rules["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    return {**found, **{key: value for key, value in rules.items() if key != "$ref"}}


def _key_row(path: str, rules: Mapping[str, Any], needed: bool, shipped: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        f"`{path}`",
        "yes" if needed else "",
        _type(rules),
        _allowed(rules),
        _default(path, rules, shipped),
        ", ".join(_code(example) for example in rules.get("examples", [])),
        rules.get("description", "").replace("<", "&lt;"),
    )


def _type(rules: Mapping[str, Any]) -> str:
    if "oneOf" in rules:
        return " or ".join(dict.fromkeys(_type(option) for option in rules["oneOf"]))
    if "type" not in rules:
        values = rules.get("enum", [rules.get("const", "")])
        return "boolean" if isinstance(values[0], bool) else "string"
    found = rules["type"]
    if isinstance(found, list):
        return " or ".join(found)
    if found == "array" and isinstance(rules.get("items"), Mapping) and "type" in rules["items"]:
        return f"list of {_type(rules['items'])}"
    return {"array": "list", "object": "mapping"}.get(found, found)


def _allowed(rules: Mapping[str, Any]) -> str:
    words = [", ".join(_code(value) for value in rules.get("enum", []))]
    words += [_code(option["const"]) for option in [rules, *rules.get("oneOf", [])] if "const" in option]
    if "minimum" in rules and "maximum" in rules:
        words.append(f"{rules['minimum']} to {rules['maximum']}")
    elif "minimum" in rules:
        words.append(f"{rules['minimum']} or more")
    words += [f"at least {rules[key]}" for key in ("minItems", "minProperties") if rules.get(key, 0) > 1]
    words += [f"at least {rules['minLength']} characters"] if rules.get("minLength", 0) > 1 else []
    words += [f"pattern `{rules['pattern']}`"] if "pattern" in rules else []
    return "; ".join(word for word in words if word)


def _default(path: str, rules: Mapping[str, Any], shipped: Mapping[str, Any]) -> str:
    """The schema's default, or the value of a shipped file where the key is no mapping."""
    found: Any = shipped
    for part in path.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    if found is None:
        found = rules.get("default")
    if found is None or (isinstance(found, Mapping) and found):
        return ""
    return _code(found)


def _access_page() -> str:
    classes = [(f"`{each.name}`", each.title, each.minimum) for each in CLASSES]
    rows = [
        (", ".join(row.numbers), row.title, f"`{row.access}`", ", ".join(row.sources), row.confidence)
        for row in listed()
    ]
    numbers = ("Study number", "Data", "Class", "Source", "How sure")
    return _page(
        "Access classes and study numbers",
        ACCESS_INTRO,
        _table(("Class", "What it is", "Least threshold (persons)"), classes),
        ACCESS_RULES,
        _table(numbers, rows),
    )


def _choices_page(root: Path) -> str:
    intro = (
        "What the published reports leave open. The default is what `baseline` means in every result; another answer "
        "goes into `choices` of `config.yaml`. `snakemake -c2 choices` runs each alternative alone and ranks them by "
        "the back test."
    )
    blocks = []
    for path in sorted(root.glob("*/*/choices.yaml")):
        blocks.append(f"## {path.parent.name}")
        blocks += [_choice(name, entry) for name, entry in read_yaml(path).items()]
    return _page("Open choices", intro, *blocks)


def _choice(name: str, entry: Mapping[str, Any]) -> str:
    rows = [
        (f"`{alternative}`", "default" if alternative == entry["default"] else "", meaning)
        for alternative, meaning in entry["alternatives"].items()
    ]
    lines = [
        f"### {name}",
        f"{entry['question']}",
        f"The report: {entry['report']}",
        _table(("Answer", "", "Meaning"), rows),
        f"Why the default: {entry['why']}",
    ]
    parts = [f"{kind} {', '.join(map(_code, names))}" for kind, names in entry["changes"].items()]
    lines.append(f"Enters: {'; '.join(parts)}.")
    tables = ", ".join(_code(table) for table in entry.get("tables", []))
    return "\n\n".join([*lines, *([f"Can change: {tables}."] if tables else [])])


def _print_page(root: Path) -> str:
    """Verdict on every default reading, and every relation between printed numbers that was tested."""
    intro = (
        "What the printed numbers alone, without any data, say of each default reading. A reading is contradicted "
        "where no numbers within the printed rounding satisfy what it implies; a default is implied where every other "
        "reading is contradicted. `snakemake -c2 checks` writes the same into `results/checks/STUDY/print.csv` and "
        "`print_defaults.csv`. The relations are in `print_checks.yaml` of the study."
    )
    blocks = []
    for path in sorted(root.glob(f"*/*/{SPEC}")):
        study = load_study(root, path.parent.name)
        relations = check_print(root, study)
        defaults = judge_defaults(relations, study)
        blocks += [f"## {study.name}", "### Default readings", _defaults_table(defaults), "### Relations tested"]
        blocks.append(_relations_table(relations))
    return _page("Default readings against print", intro, *blocks)


def _defaults_table(defaults: Any) -> str:
    rows = [
        (f"`{row.choice}`", f"`{row.default}`", row.verdict, row.also_agree.replace("; ", ", "))
        for row in defaults.itertuples()
    ]
    return _table(("Choice", "Default", "Verdict", "Not contradicted either"), rows)


def _relations_table(relations: Any) -> str:
    rows = [
        (f"`{row.choice}: {row.reading}`" if row.choice else "any", row.says, f"{row.agree} of {row.tested}")
        for row in relations.itertuples()
    ]
    return _table(("Reading", "What it implies", "Rows that agree"), rows)


def _register_page(folder: Path) -> str:
    title = read_yaml(folder / "source.yaml")["title"]
    waves, variables = read_rows(folder / "waves.csv"), read_rows(folder / "variables.csv")
    wave_rows = [
        (
            wave["wave"],
            wave["number"],
            wave["survey_year"],
            f"{wave['first_year']}-{wave['last_year']}" if "first_year" in wave else "",
            wave.get("confidence", ""),
        )
        for wave in waves
    ]
    return _page(
        f"{folder.name}: {title}",
        f"From `sources/{folder.name}/waves.csv` and `variables.csv`. What the columns and the words of confidence "
        f"mean stands in [the README of the source](../../sources/{folder.name}/README.md).",
        f"## Waves\n\n{len(waves)} waves.\n\n"
        + _table(("Wave", "Number", "Survey year", "Fieldwork", "Confidence"), wave_rows),
        f"## Variables\n\n{_counts(variables)}\n\n{_variables(variables)}",
    )


def _counts(variables: Sequence[Mapping[str, str]]) -> str:
    names = {row["name"] for row in variables}
    rows = [(what, count) for what, count in Counter(row["confidence"] for row in variables).most_common()]
    head = f"{len(names)} harmonised names in {len(variables)} rows of the register. How sure each row is:"
    return f"{head}\n\n{_table(('Confidence', 'Rows'), rows)}"


def _variables(variables: Sequence[Mapping[str, str]]) -> str:
    headings = ("Name", "Source column", "File", "Waves", "Kind", "Confidence", "Meaning")
    rows = [
        (
            f"`{row['name']}`",
            f"`{row['variable']}`",
            row["file"],
            row["waves"],
            row["kind"],
            row["confidence"],
            row["label"],
        )
        for row in variables
    ]
    return _table(headings, rows)


if __name__ == "__main__":
    main()
