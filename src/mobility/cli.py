"""`mobility check`, `find`, `new-study`, `explain` and their kin: what one asks of a delivery, a number, a study."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mobility.errors import EXIT_CODE, ConfigError, MobilityError
from mobility.settings import FLOWS, STUDY_FOLDERS, SYNTHETIC, Config, load_config, load_study, parse_waves, source_kind

if TYPE_CHECKING:
    from mobility.panel.check import CheckReport

    Commands = argparse._SubParsersAction

SIZES = ("full", "small")
FORMATS = ("stata", "tab", "spss")
INVENTED = ("ukhls", "ons_flows")
ACCESS = ("open", "safeguarded", "special", "secure")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0, or 2 with a message and no traceback where the user has something to mend."""
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except MobilityError as error:
        print(error, file=sys.stderr)
        return EXIT_CODE
    except BrokenPipeError:
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="mobility", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")
    for add in (_add_check, _add_find, _add_explain, _add_simulate, _add_backtest, _add_export, _add_new_study):
        add(commands)
    return parser


def _add_check(commands: "Commands") -> None:
    check = commands.add_parser("check", help="look at a delivery before any run, and list everything wrong with it")
    check.add_argument(
        "path",
        nargs="?",
        help="folder of the delivery, by default that of config.yaml; or a study on a file of your own",
    )
    check.add_argument("--source", default="ukhls", help="a folder of sources/ (default ukhls)")
    check.add_argument("--waves", help="for example a-h, or 2014-2018 for ons_flows; by default those of config.yaml")
    check.set_defaults(run=_check)


def _add_find(commands: "Commands") -> None:
    find = commands.add_parser("find", help="search names, labels and value labels over all waves of a delivery")
    find.add_argument("words", nargs="+", help="words that must all be there, for example: training promot")
    find.add_argument("--path", help="folder of the delivery; by default that of config.yaml")
    find.add_argument("--source", default="ukhls", help="a folder of sources/ (default ukhls)")
    find.set_defaults(run=_find)


def _add_explain(commands: "Commands") -> None:
    explain = commands.add_parser("explain", help="say how a cell came about, or with less list what there is")
    for name, text in (
        ("study", "for example gatsby; without it the studies are listed"),
        ("table", "its number on the page or its name, for example 3.3; without it the tables are listed"),
        ("row", "id or label, for example science_professionals; without it rows and columns are listed"),
        ("column", "id or label, for example same_occ; without it the columns are listed"),
    ):
        explain.add_argument(name, nargs="?", help=text)
    explain.set_defaults(run=_explain)


def _add_simulate(commands: "Commands") -> None:
    simulate = commands.add_parser("simulate", help="write an invented delivery in the true layout, with planted truth")
    simulate.add_argument("folder", type=Path, help="an empty folder, or one that `simulate` wrote")
    simulate.add_argument("--source", choices=INVENTED, default="ukhls", help="a folder of sources/ (default ukhls)")
    simulate.add_argument(
        "--size",
        choices=SIZES,
        default="full",
        help="full: about 85,000 persons, or 348 authorities and 2.9 million moves a year; small: a twentieth",
    )
    simulate.add_argument("--seed", type=int, default=2022)
    simulate.add_argument(
        "--format", choices=FORMATS, default="stata", dest="file_format", help="of ukhls; moves are always CSV"
    )
    simulate.set_defaults(run=_simulate)


def _add_backtest(commands: "Commands") -> None:
    backtest = commands.add_parser("backtest", help="print a study's cells beside the published ones")
    backtest.add_argument("study", help="for example gatsby")
    backtest.add_argument("table", nargs="?", help="for example 3.3; by default a line a table")
    backtest.set_defaults(run=_backtest)


def _add_export(commands: "Commands") -> None:
    export = commands.add_parser("export", help="write a sample's analysis file, restricted, for Stata or R")
    export.add_argument("study", help="for example gatsby")
    export.add_argument("sample", help="for example at_risk_technician")
    export.add_argument("--format", choices=("dta", "csv"), default="dta", dest="file_format")
    export.set_defaults(run=_export)


def _add_new_study(commands: "Commands") -> None:
    new_study = commands.add_parser("new-study", help="look at a file, one row a person and wave, and write a study")
    new_study.add_argument("name", help="of the study, for example my_panel")
    new_study.add_argument("--from", type=Path, required=True, dest="file", help="text, Parquet or Stata file")
    for role in ("person", "wave", "state"):
        new_study.add_argument(f"--{role}", metavar="COLUMN", help=f"column of the {role}; by default found")
    new_study.add_argument("--access", choices=ACCESS, default="special", help="class of data access (default special)")
    new_study.set_defaults(run=_new_study)


def _check(options: argparse.Namespace) -> int:
    mapped = _mapped_study(options.path)
    if mapped is not None:
        return _check_mapped(mapped)
    config, flows = load_config(Path()), source_kind(Path(), options.source) == FLOWS
    path, named = options.path or config.sources.get(options.source), f" --source {options.source}" if flows else ""
    if path == SYNTHETIC:
        print(
            f"config.yaml, sources.{options.source} is `synthetic`: the run writes an invented delivery by itself.\n"
            f"To look at your own: mobility check FOLDER{named}. "
            f"To write an invented one: mobility simulate FOLDER{named}."
        )
        return 0
    if path is None:
        raise ConfigError(
            f"config.yaml says nothing about the source {options.source}. Run `mobility check FOLDER{named}`."
        )
    waves = parse_waves(options.waves, "--waves") if options.waves else config.waves.get(options.source, ())
    found = (_check_flows if flows else _check_panel)(path, options.source, waves, config)
    print(found.text)
    if found.problems:
        print(_other_source(path, options.source), end="")
    return EXIT_CODE if found.problems else 0


def _other_source(path: str, named: str) -> str:
    """What to type where a folder holds files of another source than the one it was looked at for; empty elsewhere."""
    from mobility.flows.register import find_flow_files, load_flow_source
    from mobility.panel.find import list_files
    from mobility.panel.register import load_source

    def files(source: str) -> int:
        if source_kind(Path(), source) == FLOWS:
            return len(find_flow_files(path, load_flow_source(Path(), source)))
        return len(list_files(path, load_source(Path(), source)))

    if files(named):
        return ""
    others = [folder.parent.name for folder in sorted(Path("sources").glob("*/source.yaml"))]
    held = [(source, files(source)) for source in others if source != named and files(source)]
    lines = [f"{count} of its files are of {name}: mobility check {path} --source {name}\n" for name, count in held]
    return "".join(lines)


def _mapped_study(path: str | None) -> str | None:
    """Name of the study on a mapped table whose name or folder this is."""
    name = Path(path).name if path else ""
    folders = [Path(parent) / name for parent in STUDY_FOLDERS] if name else []
    found = any((folder / "mapping.yaml").is_file() and path in (name, str(folder), f"{folder}/") for folder in folders)
    return name if found and load_study(Path(), name).spec["source"] == "table" else None


def _check_mapped(name: str) -> int:
    from mobility.panel.check_table import check_table

    found = check_table(load_study(Path(), name), Path())
    print(found.text)
    return EXIT_CODE if found.problems else 0


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


def _check_panel(path: str, name: str, waves: Sequence[str], config: Config) -> "CheckReport":
    from mobility.panel.check import check_delivery
    from mobility.panel.register import load_source

    source = load_source(Path(), name)
    if not waves:
        raise ConfigError(f"config.yaml, waves: nothing about {name}. Run `mobility check FOLDER --waves a-h`.")
    return check_delivery(path, source, waves, [load_study(Path(), study) for study in config.studies])


def _check_flows(path: str, name: str, waves: Sequence[str], config: Config) -> "CheckReport":
    from mobility.classify.areas import load_areas
    from mobility.flows.check import check_flows
    from mobility.flows.register import load_flow_source, years_of

    source = load_flow_source(Path(), name)
    studies = [load_study(Path(), study) for study in config.studies]
    return check_flows(path, source, load_areas(Path()), years_of(waves, source), studies)


def _find(options: argparse.Namespace) -> int:
    from mobility.panel.register import load_source
    from mobility.panel.search import find_text

    path = options.path or load_config(Path()).sources.get(options.source, SYNTHETIC)
    if path == SYNTHETIC:
        raise ConfigError(
            f"config.yaml, sources.{options.source} names no folder. "
            f"Run `mobility find {' '.join(options.words)} --path FOLDER`."
        )
    print(find_text(path, load_source(Path(), options.source), options.words))
    return 0


def _explain(options: argparse.Namespace) -> int:
    from mobility.backtest.explain import explain

    print(explain(Path(), options.study, options.table, options.row, options.column))
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
    )
    where = f"set sources.{options.source} to this folder in config.yaml"
    print(f"Invented delivery in {options.folder}. To run on it: {where}.")
    return 0


def _backtest(options: argparse.Namespace) -> int:
    from mobility.backtest.explain import backtest_text

    print(backtest_text(Path(), options.study, options.table))
    return 0


def _export(options: argparse.Namespace) -> int:
    from mobility.cells.export import export_sample
    from mobility.errors import DataError
    from mobility.storage import read_frame

    study = load_study(Path(), options.study)
    place = Path("results/restricted") / study.name
    if not (place / "frames").is_dir():
        raise DataError(f"{place / 'frames'} is not there. Run `make report` first.")
    frames = {name: read_frame(place / "frames", name) for name in {model["frame"] for model in study.models.values()}}
    chosen = study.chosen(load_config(Path()).choices.get(study.name))
    path = export_sample(frames, study, options.sample, chosen, place / "export", options.file_format)
    print(f"{path}: row-level data under the licence of the source. It must not leave this machine.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
