"""`mobility check | explain | simulate | backtest | export`: what one asks of a delivery, of a number, of a study."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from mobility.errors import EXIT_CODE, ConfigError, MobilityError
from mobility.settings import SYNTHETIC, load_config, load_study

SIZES = ("full", "small")
FORMATS = ("stata", "tab", "spss")
INVENTED = ("ukhls", "ons_flows")


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

    check = commands.add_parser("check", help="look at a delivery before any run, and list everything wrong with it")
    check.add_argument("path", nargs="?", help="folder of the delivery; by default that of config.yaml")
    check.add_argument("--source", default="ukhls", help="a folder of sources/ (default ukhls)")
    check.add_argument("--waves", help="for example a-h; by default those of config.yaml")
    check.set_defaults(run=_check)

    explain = commands.add_parser("explain", help="say how a cell came about: rows, definition, code")
    for name, text in (
        ("study", "for example gatsby"),
        ("table", "for example 3.3"),
        ("row", "for example science_professionals"),
        ("column", "for example same_occ"),
    ):
        explain.add_argument(name, help=text)
    explain.set_defaults(run=_explain)

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

    backtest = commands.add_parser("backtest", help="print a study's cells beside the published ones")
    backtest.add_argument("study", help="for example gatsby")
    backtest.add_argument("table", nargs="?", help="for example 3.3; by default a line a table")
    backtest.set_defaults(run=_backtest)

    export = commands.add_parser("export", help="write a sample's analysis file, restricted, for Stata or R")
    export.add_argument("study", help="for example gatsby")
    export.add_argument("sample", help="for example at_risk_technician")
    export.add_argument("--format", choices=("dta", "csv"), default="dta", dest="file_format")
    export.set_defaults(run=_export)
    return parser


def _check(options: argparse.Namespace) -> int:
    from mobility.panel.check import check_delivery
    from mobility.panel.register import load_source
    from mobility.settings import parse_waves

    config = load_config(Path())
    path = options.path or config.sources.get(options.source)
    if path == SYNTHETIC:
        print(
            f"config.yaml, sources.{options.source} is `synthetic`: the run writes an invented delivery by itself.\n"
            "To look at your own: mobility check FOLDER. To write an invented one: mobility simulate FOLDER."
        )
        return 0
    if path is None:
        raise ConfigError(f"config.yaml says nothing about the source {options.source}. Run `mobility check FOLDER`.")
    source = load_source(Path(), options.source)
    if not options.waves and options.source not in config.waves:
        raise ConfigError(
            f"config.yaml, waves: nothing about {options.source}. Run `mobility check FOLDER --waves a-h`."
        )
    waves = parse_waves(options.waves, "--waves") if options.waves else config.waves[options.source]
    found = check_delivery(path, source, waves, [load_study(Path(), name) for name in config.studies])
    print(found.text)
    return EXIT_CODE if found.problems else 0


def _explain(options: argparse.Namespace) -> int:
    from mobility.backtest.explain import explain_cell

    print(explain_cell(Path(), options.study, options.table, options.row, options.column))
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
    path = export_sample(frames, study, options.sample, place / "export", options.file_format)
    print(f"{path}: row-level data under the licence of the source. It must not leave this machine.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
