"""`mobility release`: stage, compare, commit, promote, roll back and list what the server answers from."""

import argparse
from datetime import UTC, date, datetime
from pathlib import Path

from mobility.cli.parser import RELEASES, Commands

SHARE = 0.01
RELEASED = "results/released"


def add_release(commands: Commands) -> None:
    """Add the command and its steps to a parser of commands."""
    release = commands.add_parser(
        "release", help="stage, compare, commit, promote and roll back releases for the server", after="list"
    )
    steps = release.add_subparsers(required=True, metavar="step")
    stage = steps.add_parser("stage", help="check released results, or a release made elsewhere, and lay it out")
    stage.add_argument("folder", nargs="?", type=Path, default=Path(RELEASED), help=f"by default {RELEASED}")
    stage.add_argument("--id", dest="release", help="name of the release, for example 2026-11-27 (default: the day)")
    stage.add_argument("--studies", nargs="+", default=(), help="by default those of config.yaml that were run")
    stage.add_argument("--title", default="", help="a line for whoever reads the answers")
    stage.set_defaults(run=_stage)
    diff = steps.add_parser("diff", help="every number that moved, appeared, vanished or changed its flag")
    diff.add_argument("release", nargs="?", help="by default the one that is staged")
    diff.add_argument("--against", help="by default the promoted one")
    _add_share(diff)
    diff.set_defaults(run=_diff)
    commit = steps.add_parser("commit", help="test what is staged and make it a release, read-only from then on")
    promote = steps.add_parser("promote", help="serve a release; refused where numbers changed without a reason")
    promote.add_argument("--accept", default="", metavar="REASON", help="why numbers changed; kept in the record")
    _add_share(promote)
    back = steps.add_parser("rollback", help="drop what is staged, or serve the release before again")
    for step, run in ((commit, _commit), (promote, _promote), (back, _rollback)):
        step.add_argument("release", nargs="?", help="name of the release; by default the only one, or the last")
        step.set_defaults(run=run)
    steps.add_parser("list", help="releases with their days, and which is served").set_defaults(run=_list)


def _add_share(parser: argparse.ArgumentParser) -> None:
    says = f"of the old number, beyond which a number has moved (default {SHARE})"
    parser.add_argument("--share", type=float, default=SHARE, help=says)


def _stage(options: argparse.Namespace) -> int:
    from mobility.releases.stage import Asked, stage
    from mobility.serve.prepare import prepare

    asked = Asked(Path(), options.folder, options.release, options.studies, options.title, prepare)
    made = stage(asked, date.today())
    kind = "INVENTED data" if made.synthetic else "real data"
    print(f"Staged {made.id}: {kind}, {len(made.studies)} studies, {len(made.files):,} files. Next:")
    print(f"  mobility release diff {made.id}\n  mobility release commit {made.id}")
    return 0


def _diff(options: argparse.Namespace) -> int:
    from mobility.releases.store import compare

    print(compare(RELEASES, options.release, options.against, options.share).text())
    return 0


def _commit(options: argparse.Namespace) -> int:
    from mobility.releases.store import commit

    name = commit(RELEASES, options.release, datetime.now(UTC))
    print(f"Committed {name}. To serve it: mobility release promote {name}")
    return 0


def _promote(options: argparse.Namespace) -> int:
    from mobility.releases.store import promote

    name = promote(RELEASES, options.release, datetime.now(UTC), options.accept, options.share)
    print(f"Promoted {name}. A server that runs answers from it within a second; else: mobility serve")
    return 0


def _rollback(options: argparse.Namespace) -> int:
    from mobility.releases.store import rollback

    print(rollback(RELEASES, options.release, datetime.now(UTC)))
    return 0


def _list(options: argparse.Namespace) -> int:
    from mobility.releases.store import listing

    print(listing(RELEASES))
    return 0
