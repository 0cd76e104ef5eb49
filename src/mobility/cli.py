"""`mobility check`, `find`, `new-study`, `explain` and their kin: what one asks of a delivery, a number, a study."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from mobility.access import ACCESS
from mobility.errors import EXIT_CODE, ConfigError, DeliveryError, MobilityError, nearest
from mobility.render.formats import typed_formats
from mobility.serve.commands import add_serve, add_widget
from mobility.serve.releasing import add_release
from mobility.settings import (
    STUDY_FOLDERS,
    SYNTHETIC,
    Config,
    Study,
    fail_outside,
    load_config,
    load_study,
    load_waves,
    not_made,
    source_kind,
    source_names,
    study_folder,
)
from mobility.settings.sources import KIND, is_mapped, owner_of
from mobility.settings.waves import places_apart

if TYPE_CHECKING:
    from mobility.intake.reader import Request

    Commands = argparse._SubParsersAction

SOURCE, STUDY = "ukhls", "gatsby"  # that examples name
SIZES = ("full", "small")
FORMATS = ("stata", "tab", "spss")
SAMPLE_FORMATS = ("dta", "csv")
LIST_FORMATS, CITE_FORMATS = ("text", "json", "csv"), ("text", "bibtex", "ris")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0, or 2 with a message and no traceback where the user has something to mend."""
    options = _parser().parse_args(arguments)
    try:
        fail_outside(Path())
        return options.run(options)
    except MobilityError as error:
        print(error, file=sys.stderr)
        return EXIT_CODE
    except BrokenPipeError:
        return 0


class Parser(argparse.ArgumentParser):
    """A parser whose complaints end with what to type: `after`, words that go after its name."""

    def __init__(self, *, after: str = "", **options: Any) -> None:
        super().__init__(**options)
        self.after = after

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and what to type next; exit code 2."""
        typed = f"{self.prog} {self.after}".strip()
        self.exit(EXIT_CODE, f"{self.prog}: {message}. Type for example `{typed}`; `{self.prog} --help` says all.\n")


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="mobility", description=__doc__, after="list")
    commands = parser.add_subparsers(required=True, metavar="command")
    for add in (
        _add_check,
        _add_find,
        _add_list,
        _add_explain,
        _add_simulate,
        _add_backtest,
        _add_export,
        _add_cite,
        _add_new_study,
        _add_checker,
        _add_page,
        _add_package,
        add_release,
        add_serve,
        add_widget,
    ):
        add(commands)
    return parser


def _add_check(commands: "Commands") -> None:
    check = commands.add_parser("check", help="look at a delivery before any run, and list everything wrong with it")
    check.add_argument(
        "path",
        nargs="*",
        help="folder of the delivery, or folders, by default those of config.yaml; or a study, with all that it reads",
    )
    check.add_argument("--source", help=f"a folder of sources/ (default {SOURCE})")
    check.add_argument("--waves", help="for example a-h, or 2014-2018 for ons_flows; by default those of config.yaml")
    check.set_defaults(run=_check)


def _add_find(commands: "Commands") -> None:
    says = "search names, labels and value labels over all waves of a delivery"
    find = commands.add_parser("find", help=says, after="training promot --path FOLDER")
    find.add_argument("words", nargs="+", help="words that must all be there, for example: training promot")
    find.add_argument("--path", nargs="+", help="folder of the delivery, or folders; by default those of config.yaml")
    find.add_argument("--source", default=SOURCE, help=f"a folder of sources/ (default {SOURCE})")
    find.set_defaults(run=_find)


# Dimensions of the measures of a study, besides the occupation.
MEASURED = ("industry", "region", "gender", "status", "qualification")


def _add_explain(commands: "Commands") -> None:
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


def _add_simulate(commands: "Commands") -> None:
    says = "write an invented delivery in the true layout, with planted truth"
    simulate = commands.add_parser("simulate", help=says, after="FOLDER")
    simulate.add_argument("folder", type=Path, help="an empty folder, or one that `simulate` wrote")
    simulate.add_argument("--source", default=SOURCE, help=f"a folder of sources/ (default {SOURCE})")
    simulate.add_argument(
        "--size",
        choices=SIZES,
        default="full",
        help="full: about 85,000 persons, or 348 authorities and 2.9 million moves a year; small: a twentieth",
    )
    simulate.add_argument("--seed", type=int, default=2022)
    simulate.add_argument(
        "--format", choices=FORMATS, default="stata", dest="file_format", help="of survey files; moves are always CSV"
    )
    simulate.add_argument("--waves", default="", help="of ukhls: a-i or longer, to rehearse a wave (default a-h)")
    simulate.add_argument(
        "--people", type=int, default=0, help="of ukhls: so many persons in place of those of the size, as 850000"
    )
    simulate.add_argument(
        "--columns",
        type=int,
        default=0,
        help="of ukhls: so many in a wave's main file, as 1300, most of them unread",
    )
    simulate.set_defaults(run=_simulate)


def _add_backtest(commands: "Commands") -> None:
    backtest = commands.add_parser("backtest", help="print a study's cells beside the published ones", after=STUDY)
    backtest.add_argument("study", help="for example gatsby")
    backtest.add_argument("table", nargs="?", help="for example 3.3; by default a line a table")
    backtest.set_defaults(run=_backtest)


def _add_list(commands: "Commands") -> None:
    listed = commands.add_parser("list", help="names to type: of studies, of what is in one, of a table's rows")
    listed.add_argument("study", nargs="?", help="for example gatsby; without it the studies are listed")
    listed.add_argument("table", nargs="?", help="for example 3.2 or table_3_2; then its rows and columns are listed")
    listed.add_argument("--format", choices=LIST_FORMATS, default=LIST_FORMATS[0], dest="form")
    listed.set_defaults(run=_list)


def _add_export(commands: "Commands") -> None:
    says = "write a released table as a file, or (--sample) the restricted analysis file of a model"
    export = commands.add_parser("export", help=says, after=f"{STUDY} 3.2")
    export.add_argument("study", help="for example gatsby")
    export.add_argument("table", nargs="?", help="its number on the page or its name, for example 3.2")
    export.add_argument(
        "--format",
        dest="form",
        help=f"of a table {', '.join(typed_formats())}; of a sample {', '.join(SAMPLE_FORMATS)}",
    )
    export.add_argument("--output", type=Path, metavar="FILE", help="of a table; by default its name, in this folder")
    export.add_argument("--published", action="store_true", help="of a table: with the published numbers beside ours")
    export.add_argument("--sample", help="row-level data for Stata or R, restricted: for example at_risk_technician")
    export.set_defaults(run=_export)


def _add_cite(commands: "Commands") -> None:
    says = "what to cite behind a study or a table: data, report, this run"
    cite = commands.add_parser("cite", help=says, after=STUDY)
    cite.add_argument("study", help="for example gatsby")
    cite.add_argument("table", nargs="?", help="its number on the page or its name, for example 3.2")
    cite.add_argument("--format", choices=CITE_FORMATS, default=CITE_FORMATS[0], dest="form")
    cite.set_defaults(run=_cite)


def _add_new_study(commands: "Commands") -> None:
    says = "look at a file, one row a person and wave, and write a study"
    new_study = commands.add_parser("new-study", help=says, after="my_panel --from FILE")
    new_study.add_argument("name", help="of the study, for example my_panel")
    new_study.add_argument("--from", type=Path, required=True, dest="file", help="text, Parquet or Stata file")
    for role in ("person", "wave", "state"):
        new_study.add_argument(f"--{role}", metavar="COLUMN", help=f"column of the {role}; by default found")
    new_study.add_argument("--access", choices=ACCESS, default="special", help="class of data access (default special)")
    new_study.set_defaults(run=_new_study)


def _add_checker(commands: "Commands") -> None:
    checker = commands.add_parser("checker", help="may it leave: the output checker's answer, and where its pages lie")
    checker.add_argument("study", nargs="?", help="for example gatsby; by default every study of the last run")
    checker.set_defaults(run=_checker)


def _add_page(commands: "Commands") -> None:
    says = "where a study's pages lie, or all of them as one file to send"
    page = commands.add_parser("page", help=says, after=STUDY)
    page.add_argument("study", help="for example gatsby")
    page.add_argument(
        "--single-page", type=Path, metavar="FILE", help="write every page, with its pictures, to one file"
    )
    page.set_defaults(run=_page)


def _add_package(commands: "Commands") -> None:
    package = commands.add_parser("package", help="write the replication package of the last run")
    package.add_argument("--out", type=Path, help="archive to write (default package/replication.zip)")
    package.set_defaults(run=_package)


def _check(options: argparse.Namespace) -> int:
    config, root, folders = load_config(Path()), Path(), tuple(options.path)
    study = _named_study(folders)
    if study is not None:
        return _check_study(root, config, study, options)
    if not (folders or options.source or options.waves):
        return _check_configured(root, config)
    source, named = options.source or SOURCE, f" --source {options.source}" if options.source else ""
    if is_mapped(root, source):
        raise ConfigError(_of_one_study(root, source))
    _fail_if_absent(folders)
    found = folders or config.sources.get(source, ())
    if not found:
        raise ConfigError(f"config.yaml says nothing about the source {source}. Run `mobility check FOLDER{named}`.")
    if found == (SYNTHETIC,):
        print(_invented(source, named))
        return 0
    studies = [load_study(root, name) for name in config.studies]
    return _check_source(root, _given(root, config, source, found, options.waves, studies), source, studies)


def _check_configured(root: Path, config: Config) -> int:
    """Look at every delivery that the settings name; those that are invented are named in a line."""
    studies = [load_study(root, name) for name in config.studies]
    invented = [source for source, found in config.sources.items() if found == (SYNTHETIC,)]
    if invented:
        print(
            f"config.yaml, sources: {', '.join(invented)}: `synthetic`, so that the run writes invented deliveries by "
            "itself.\nTo look at your own: mobility check FOLDER --source SOURCE. To write an invented one: mobility "
            "simulate FOLDER --source SOURCE.\n"
        )
    codes = [0]
    for source in config.sources:
        if source not in invented:
            try:
                codes.append(_check_source(root, config, source, studies))
            except DeliveryError as error:  # the other sources are looked at all the same
                print(error)
                codes.append(EXIT_CODE)
    return max(codes)


def _given(
    root: Path, config: Config, source: str, folders: tuple[str, ...], text: str | None, studies: Sequence[Study]
) -> Config:
    """The settings with the folders of a source and, where they are given, the waves of all studies."""
    config = replace(config, sources={**config.sources, source: folders})
    if not text:
        return config
    waves = {**config.waves, source: load_waves(root, source).parse(text, "--waves")}
    return replace(config, waves=waves, apart=places_apart(waves, root, studies))


def _check_source(root: Path, config: Config, source: str, studies: Sequence[Study]) -> int:
    """Look at a delivery once for each panel that studies read from it."""
    from mobility.readers import reader_of

    found = [reader_of(root, source).check(*wanted) for wanted in _wanted_of(root, config, source, studies)]
    print("\n\n".join(report.text for report in found))
    problems = any(report.problems for report in found)
    if problems:
        print(_other_source(config.sources[source], source), end="")
    return EXIT_CODE if problems else 0


def _check_study(root: Path, config: Config, study: Study, options: argparse.Namespace) -> int:
    """Look at everything that one study reads, or at one source of it: its own files, and deliveries."""
    uses = [use for use in study.about.sources.values() if use.name not in study.mappings]
    sources = list(dict.fromkeys(use.source for use in uses if options.source in (None, use.source)))
    if options.source and not sources:
        raise ConfigError(f"--source: {study.name} does not read `{options.source}`. Leave it out.")
    codes = [_check_mapped(study)] if study.mappings and not options.source else []
    for source in sources:
        if codes:
            print()
        codes.append(_check_source_of(root, config, study, source, options.waves))
    for line in _editions(root, config, study) if len(sources) > 1 else []:
        print(f"\n{line}")
    return max(codes)


def _check_source_of(root: Path, config: Config, study: Study, source: str, waves: str | None) -> int:
    """Look at the delivery of one source of a study, where `config.yaml` says that it lies."""
    if config.is_synthetic(source):
        print(_invented(source, f" --source {source}"))
        return 0
    folders = config.sources.get(source, ())
    if not folders:
        raise ConfigError(
            f"config.yaml, sources: nothing about {source}, which {study.name} reads. Write `{source}: FOLDER` "
            f"there, or run `mobility check FOLDER --source {source} --waves WAVES`."
        )
    return _check_source(root, _given(root, config, source, folders, waves, [study]), source, [study])


def _editions(root: Path, config: Config, study: Study) -> list[str]:
    """Files of one name that sources of a study have in different editions, as where each names a folder of its own."""
    from mobility.readers import reader_of, requests
    from mobility.storage import file_hash

    held: dict[str, dict[str, str]] = {}
    for request in requests(root, config, [study]).values():
        if request.folders and not config.is_synthetic(request.source):
            for path in reader_of(root, request.source).files(request):
                held.setdefault(Path(path).name.lower(), {})[request.source] = path
    common = {name: paths for name, paths in held.items() if len(set(paths.values())) > 1}
    return [
        f"Worth knowing: {name} of {' and of '.join(paths)} differ ({', '.join(paths.values())}), so that the sources "
        "are of different editions. Take both from one, or expect persons whom one of them lacks."
        for name, paths in common.items()
        if len({file_hash(path) for path in paths.values()}) > 1
    ]


def _invented(source: str, named: str) -> str:
    """What is said of a source that is invented."""
    return (
        f"config.yaml, sources.{source} is `synthetic`: the run writes an invented delivery by itself.\n"
        f"To look at your own: mobility check FOLDER{named}. "
        f"To write an invented one: mobility simulate FOLDER{named}."
    )


def _of_one_study(root: Path, source: str) -> str:
    """What is said where a study's own file is looked for as if it were a source with a register."""
    studies = [
        path.parent.name
        for parent in STUDY_FOLDERS
        for path in sorted((root / parent).glob("*/study.yaml"))
        if load_study(root, path.parent.name).about.reads(source)
    ]
    return (
        f"--source: `{source}` is a study's own file, which the study's mapping.yaml describes. Name the study: "
        f"mobility check STUDY, where STUDY is one of {', '.join(studies) or 'those that `mobility new-study` writes'}."
    )


def _fail_if_absent(folders: Sequence[str]) -> None:
    """Raise `ConfigError` where what is to be looked at is neither a folder or file nor a study."""
    for given in folders:
        try:
            there = Path(given).expanduser().exists()
        except (PermissionError, RuntimeError):  # what looks into it says why
            continue
        if not there:
            studies = [path.parent.name for parent in STUDY_FOLDERS for path in Path(parent).glob("*/study.yaml")]
            raise ConfigError(
                f"{given}: no such folder, and no study; {nearest(Path(given).name, studies)}. Run "
                "`mobility check FOLDER` with the folder that you unpacked, or `mobility check STUDY`."
            )


def _wanted_of(
    root: Path, config: Config, source: str, studies: Sequence[Study]
) -> list[tuple["Request", list[Study]]]:
    """Each panel that studies read from a source, with these studies; the source alone where none does."""
    from mobility.intake.reader import Request
    from mobility.readers import requests

    studies = [study for study in studies if study.about.reads(source)]
    wanted = [request for request in requests(root, config, studies).values() if request.source == source]
    if not wanted:
        return [(Request(root, source, source, config.delivery(source), config.waves_of(source, "")), [])]
    return [
        (request, [study for study in studies if request.place in config.places(study).values()]) for request in wanted
    ]


def _other_source(folders: Sequence[str], named: str) -> str:
    """What to type where folders hold files of another source than the one they were looked at for; empty elsewhere."""
    from mobility.intake.check import check_command
    from mobility.intake.reader import Request
    from mobility.readers import reader_of

    def files(source: str) -> int:
        try:
            return reader_of(Path(), source).held(Request(Path(), source, source, tuple(folders)))
        except DeliveryError:  # of several folders one holds none of it
            return 0

    if files(named):
        return ""
    held = [(source, files(source)) for source in source_names(Path()) if source != named and files(source)]
    lines = [f"{count} of its files are of {name}: {check_command(folders, name)}\n" for name, count in held]
    return "".join(lines)


def _named_study(paths: Sequence[str]) -> Study | None:
    """The study whose name or folder is given alone."""
    given = paths[0] if len(paths) == 1 else ""
    name = Path(given).name
    folders = [Path(parent) / name for parent in STUDY_FOLDERS] if name else []
    found = [folder for folder in folders if (folder / "study.yaml").is_file()]
    typed = any(given in (name, str(folder), f"{folder}/") for folder in found)
    return load_study(Path(), name) if typed else None


def _check_mapped(study: Study) -> int:
    """Look at the files of its own that a study reads."""
    from mobility.readers import reader_of, requests

    own = {place for source, place in study.places.items() if source in study.mappings}
    wanted = requests(Path(), load_config(Path()), [study])
    found = [reader_of(Path(), wanted[place].source).check(wanted[place], [study]) for place in sorted(own)]
    print("\n\n".join(report.text for report in found))
    return EXIT_CODE if any(report.problems for report in found) else 0


def _new_study(options: argparse.Namespace) -> int:
    from mobility.new_study import ROLES, propose, write_study
    from mobility.new_study.write import refuse_name

    refuse_name(Path(), options.name)
    proposal = propose(options.file, {role: getattr(options, role) for role in ROLES})
    folder = write_study(Path(), options.name, options.file, proposal, options.access)
    print(proposal.text)
    print(f"Written: {folder}. Its data are a copy, which git leaves alone.")
    print(f"Access class: {options.access}. Look through mapping.yaml and groups/states.csv there.")
    print(f"Next: mobility check {options.name}")
    return 0


def _find(options: argparse.Namespace) -> int:
    from mobility.panel.register import load_source
    from mobility.panel.search import find_text

    reader = source_kind(Path(), options.source)
    if reader != KIND:
        raise ConfigError(
            f"--source: `find` searches the columns of panels with a register of variables, and {options.source} is of "
            f"kind `{reader}`. What its files hold: sources/{options.source}/README.md, and `mobility check`."
        )
    folders = tuple(options.path or load_config(Path()).sources.get(options.source, (SYNTHETIC,)))
    if folders == (SYNTHETIC,):
        raise ConfigError(
            f"config.yaml, sources.{options.source} names no folder. "
            f"Run `mobility find {' '.join(options.words)} --path FOLDER`."
        )
    print(find_text(folders, load_source(Path(), options.source), options.words))
    return 0


def _explain(options: argparse.Namespace) -> int:
    from mobility.explain.number import explain

    asked = {name: getattr(options, name) for name in MEASURED if getattr(options, name)}
    print(explain(Path(), options.study, options.table, options.row, options.column, asked=asked))
    return 0


def _simulate(options: argparse.Namespace) -> int:
    from mobility.synthetic import simulate

    simulate(
        options.folder,
        root=Path(),
        size=options.size,
        seed=options.seed,
        file_format=options.file_format,
        source=options.source,
        waves=options.waves,
        people=options.people,
        columns=options.columns,
    )
    where = f"set sources.{owner_of(Path(), options.source)} to this folder in config.yaml"
    print(f"Invented delivery in {options.folder}. To run on it: {where}.")
    return 0


def _backtest(options: argparse.Namespace) -> int:
    from mobility.explain.comparison import backtest_text

    print(backtest_text(Path(), options.study, options.table))
    return 0


def _checker(options: argparse.Namespace) -> int:
    from mobility.checker.told import told

    print(told(Path(), options.study))
    return 0


def _list(options: argparse.Namespace) -> int:
    from mobility.explain.handed import list_text

    print(list_text(Path(), options.study, options.table, options.form))
    return 0


def _cite(options: argparse.Namespace) -> int:
    from mobility.explain.handed import cite_text

    print(cite_text(Path(), options.study, options.table, options.form))
    return 0


def _export(options: argparse.Namespace) -> int:
    """Write a released table, or with `--sample` a restricted analysis file: one of the two is named."""
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


def _package(options: argparse.Namespace) -> int:
    from mobility.package.write import ARCHIVE, write_package

    path = options.out or Path(ARCHIVE)
    sizes = write_package(Path(), path)
    print(
        f"{path}: {len(sizes):,} files, {path.stat().st_size / 1e6:.1f} MB. Read README.md in it before you pass it on."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
