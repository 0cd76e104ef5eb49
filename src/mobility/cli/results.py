"""`mobility list`, `explain`, `backtest`, `export`, `cite`, `page`, `checker`, `package`: what one asks of a run."""

import argparse
from pathlib import Path

from mobility.cli.parser import STUDY, Commands
from mobility.errors import ConfigError
from mobility.render.formats import typed_formats
from mobility.settings import load_config, load_study, not_made, study_folder

SAMPLE_FORMATS = ("dta", "csv")
LIST_FORMATS, CITE_FORMATS = ("text", "json", "csv"), ("text", "bibtex", "ris")
TABLE = "its number on the page or its name, for example 3.2"
MEASURED = ("industry", "region", "gender", "status", "qualification")  # what a measure is by, beside the occupation


def _add_study(parser: argparse.ArgumentParser, table: str = "") -> None:
    """The study that a command wants, and for a command on tables which one, with these words as help."""
    parser.add_argument("study", help=f"for example {STUDY}")
    if table:
        parser.add_argument("table", nargs="?", help=table)


def add_list(commands: Commands) -> None:
    """Add `list`, which names what can be typed, to the parser of commands."""
    listed = commands.add_parser("list", help="names to type: of studies, of what is in one, of a table's rows")
    listed.add_argument("study", nargs="?", help="for example gatsby; without it the studies are listed")
    listed.add_argument("table", nargs="?", help="for example 3.2 or table_3_2; then its rows and columns are listed")
    listed.add_argument("--format", choices=LIST_FORMATS, default=LIST_FORMATS[0], dest="form")
    listed.set_defaults(run=_list)


def _list(options: argparse.Namespace) -> int:
    from mobility.explain.handed import list_text

    print(list_text(Path(), options.study, options.table, options.form))
    return 0


def add_explain(commands: Commands) -> None:
    """Add `explain`, which says how a number came about, to the parser of commands."""
    explain = commands.add_parser("explain", help="say how a cell came about, or with less list what there is")
    for name, text in (
        ("study", "for example gatsby; without it the studies are listed"),
        ("table", "its number on the page or its name, for example 3.3; without it the tables are listed"),
        ("row", "id or label, for example science_professionals; without it rows and columns are listed"),
        ("column", "id or label, for example same_occ; without it the columns are listed"),
    ):
        explain.add_argument(name, nargs="?", help=text)
    for name in MEASURED:
        explain.add_argument(f"--{name}", metavar="CODE", help=f"of a measure: a code of {name}, or LEVEL:GROUP")
    explain.set_defaults(run=_explain)


def _explain(options: argparse.Namespace) -> int:
    from mobility.explain.number import explain

    asked = {name: getattr(options, name) for name in MEASURED if getattr(options, name)}
    print(explain(Path(), options.study, options.table, options.row, options.column, asked=asked))
    return 0


def add_backtest(commands: Commands) -> None:
    """Add `backtest`, which sets cells beside the published ones, to the parser of commands."""
    backtest = commands.add_parser("backtest", help="print a study's cells beside the published ones", after=STUDY)
    _add_study(backtest, "for example 3.3; by default a line a table")
    backtest.set_defaults(run=_backtest)


def _backtest(options: argparse.Namespace) -> int:
    from mobility.explain.comparison import backtest_text

    print(backtest_text(Path(), options.study, options.table))
    return 0


def add_export(commands: Commands) -> None:
    """Add `export`, which writes a table or a sample as a file, to the parser of commands."""
    says = "write a released table as a file, or (--sample) the restricted analysis file of a model"
    export = commands.add_parser("export", help=says, after=f"{STUDY} 3.2")
    _add_study(export, TABLE)
    export.add_argument(
        "--format",
        dest="form",
        help=f"of a table {', '.join(typed_formats())}; of a sample {', '.join(SAMPLE_FORMATS)}",
    )
    export.add_argument("--output", type=Path, metavar="FILE", help="of a table; by default its name, in this folder")
    export.add_argument("--published", action="store_true", help="of a table: with the published numbers beside ours")
    export.add_argument("--sample", help="row-level data for Stata or R, restricted: for example at_risk_technician")
    export.set_defaults(run=_export)


def _export(options: argparse.Namespace) -> int:
    """Write a released table, or with `--sample` a restricted analysis file: one of the two is named."""
    study_folder(Path(), options.study)
    if bool(options.table) == bool(options.sample):
        raise ConfigError(
            f"export: name a table (`mobility export {options.study} TABLE`) or a sample "
            f"(`--sample SAMPLE`), one of the two. `mobility list {options.study}` lists both."
        )
    return _export_sample(options) if options.sample else _export_table(options)


def _export_table(options: argparse.Namespace) -> int:
    from mobility.explain.handed import export_table

    form, path = options.form or next(iter(typed_formats())), options.output
    print(export_table(Path(), options.study, options.table, form, path, options.published))
    return 0


def _export_sample(options: argparse.Namespace) -> int:
    from mobility.cells.export import export_sample
    from mobility.errors import DataError
    from mobility.storage import read_frame

    if options.output or options.published:
        raise ConfigError(
            "--sample: its file lies in results/restricted, whose content must not leave this machine, and has no "
            "published numbers. Leave out --output and --published."
        )
    config = load_config(Path())
    study = load_study(Path(), options.study, config.choices.get(options.study))
    place = Path("results/restricted") / study.name
    if not (place / "frames").is_dir():
        raise DataError(not_made(config, study.name, place / "frames"))
    frames = {name: read_frame(place / "frames", name) for name in {model.frame for model in study.models.values()}}
    form = options.form or SAMPLE_FORMATS[0]
    path = export_sample(frames, study, options.sample, place / "export", form)
    print(f"{path}: row-level data under the licence of the source. It must not leave this machine.")
    return 0


def add_cite(commands: Commands) -> None:
    """Add `cite`, which says what to cite, to the parser of commands."""
    says = "what to cite behind a study or a table: data, report, this run"
    cite = commands.add_parser("cite", help=says, after=STUDY)
    _add_study(cite, TABLE)
    cite.add_argument("--format", choices=CITE_FORMATS, default=CITE_FORMATS[0], dest="form")
    cite.set_defaults(run=_cite)


def _cite(options: argparse.Namespace) -> int:
    from mobility.explain.handed import cite_text

    print(cite_text(Path(), options.study, options.table, options.form))
    return 0


def add_checker(commands: Commands) -> None:
    """Add `checker`, the answer for the output checker of a lab, to the parser of commands."""
    checker = commands.add_parser("checker", help="may it leave: the output checker's answer, and where its pages lie")
    checker.add_argument("study", nargs="?", help="for example gatsby; by default every study of the last run")
    checker.set_defaults(run=_checker)


def _checker(options: argparse.Namespace) -> int:
    from mobility.checker.told import told

    print(told(Path(), options.study))
    return 0


def add_page(commands: Commands) -> None:
    """Add `page`, which says where pages lie or writes them as one file, to the parser of commands."""
    says = "where a study's pages lie, or all of them as one file to send"
    page = commands.add_parser("page", help=says, after=STUDY)
    _add_study(page)
    page.add_argument(
        "--single-page", type=Path, metavar="FILE", help="write every page, with its pictures, to one file"
    )
    page.set_defaults(run=_page)


def _page(options: argparse.Namespace) -> int:
    from mobility.render.site.single import single_page
    from mobility.storage import write_text

    folder = Path("reports") / study_folder(Path(), options.study, "mobility page").name
    text = single_page(folder)
    if options.single_page is None:
        print(f"{folder}/index.html. To send it: the folder, or `mobility page {options.study} --single-page FILE`.")
        return 0
    write_text(text, options.single_page)
    print(f"{options.single_page}: {options.study} as one page, {options.single_page.stat().st_size / 1e6:.1f} MB.")
    return 0


def add_package(commands: Commands) -> None:
    """Add `package`, which writes the replication package, to the parser of commands."""
    package = commands.add_parser("package", help="write the replication package of the last run")
    package.add_argument("--out", type=Path, help="archive to write (default package/replication.zip)")
    package.set_defaults(run=_package)


def _package(options: argparse.Namespace) -> int:
    from mobility.package.write import ARCHIVE, write_package

    path = options.out or Path(ARCHIVE)
    sizes = write_package(Path(), path)
    print(
        f"{path}: {len(sizes):,} files, {path.stat().st_size / 1e6:.1f} MB. Read README.md in it before you pass it on."
    )
    return 0
