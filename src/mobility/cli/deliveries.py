"""`mobility find`, `simulate` and `new-study`: what one asks of, or makes from, files of data."""

import argparse
from pathlib import Path

from mobility.access import ACCESS
from mobility.cli.parser import SOURCE, Commands, is_absent
from mobility.errors import ConfigError
from mobility.settings import SYNTHETIC, load_config, source_kind
from mobility.settings.sources import KIND, owner_of

SIZES = ("full", "small")
FORMATS = ("stata", "tab", "spss")


def add_find(commands: Commands) -> None:
    """Add `find`, which searches the columns of a delivery, to the parser of commands."""
    says = "search names, labels and value labels over all waves of a delivery"
    find = commands.add_parser("find", help=says, after="training promot --path FOLDER")
    find.add_argument("words", nargs="+", help="words that must all be there, for example: training promot")
    find.add_argument("--path", nargs="+", help="folder of the delivery, or folders; by default those of config.yaml")
    find.add_argument("--source", default=SOURCE, help=f"a folder of sources/ (default {SOURCE})")
    find.set_defaults(run=_find)


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
    for given in filter(is_absent, options.path or ()):
        raise ConfigError(f"--path: there is no folder {given}. Name the one that you unpacked.")
    print(find_text(folders, load_source(Path(), options.source), options.words))
    return 0


def add_simulate(commands: Commands) -> None:
    """Add `simulate`, which writes an invented delivery, to the parser of commands."""
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


def add_new_study(commands: Commands) -> None:
    """Add `new-study`, which writes a study for a file of one's own, to the parser of commands."""
    says = "look at a file, one row a person and wave, and write a study"
    new_study = commands.add_parser("new-study", help=says, after="my_panel --from FILE")
    new_study.add_argument("name", help="of the study, for example my_panel")
    new_study.add_argument("--from", type=Path, required=True, dest="file", help="text, Parquet or Stata file")
    for role in ("person", "wave", "state"):
        new_study.add_argument(f"--{role}", metavar="COLUMN", help=f"column of the {role}; by default found")
    new_study.add_argument("--access", choices=ACCESS, default="special", help="class of data access (default special)")
    new_study.set_defaults(run=_new_study)


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
