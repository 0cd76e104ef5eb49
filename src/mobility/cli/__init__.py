"""`mobility check`, `find`, `new-study`, `explain` and their kin: what one asks of a delivery, a number, a study."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from mobility.cli.check import add_check
from mobility.cli.deliveries import add_find, add_new_study, add_simulate
from mobility.cli.parser import Parser
from mobility.cli.releasing import add_release
from mobility.cli.results import (
    add_backtest,
    add_checker,
    add_cite,
    add_explain,
    add_export,
    add_list,
    add_package,
    add_page,
)
from mobility.cli.serving import add_serve, add_widget
from mobility.errors import EXIT_CODE, MobilityError
from mobility.settings import fail_outside


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


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="mobility", description=__doc__, after="list")
    commands = parser.add_subparsers(required=True, metavar="command")
    for add in (
        add_check,
        add_find,
        add_list,
        add_explain,
        add_simulate,
        add_backtest,
        add_export,
        add_cite,
        add_new_study,
        add_checker,
        add_page,
        add_package,
        add_release,
        add_serve,
        add_widget,
    ):
        add(commands)
    return parser
