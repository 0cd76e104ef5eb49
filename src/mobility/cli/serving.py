"""`mobility serve` and `mobility widget`: what answers from a release, over HTTP or as a folder."""

import argparse
from pathlib import Path

from mobility.cli.parser import RELEASES, Commands
from mobility.serve.settings import CONNECTIONS, PATIENCE, RATE, Settings

HOST, PORT = "127.0.0.1", 8000


def add_serve(commands: Commands) -> None:
    """Add the command to a parser of commands."""
    says = "answer questions over HTTP from a release: API, explorer, widget and tables"
    serve = commands.add_parser("serve", help=says, description=says)
    serve.add_argument("release", nargs="?", help="by default the promoted one, and whatever is promoted meanwhile")
    serve.add_argument("--host", default=HOST, help=f"address to listen on (default {HOST}: this machine alone)")
    serve.add_argument("--port", type=int, default=PORT, help=f"default {PORT}")
    serve.add_argument("--workers", type=int, default=1, help="processes (default 1)")
    serve.add_argument(
        "--rate", type=float, default=RATE, help=f"requests a second of a client; 0: any (default {RATE:g})"
    )
    says = f"seconds in which the head of a request has to come (default {PATIENCE:g})"
    serve.add_argument("--patience", type=float, default=PATIENCE, help=says)
    says = f"connections at once, of a process; more are refused with 503 (default {CONNECTIONS})"
    serve.add_argument("--connections", type=int, default=CONNECTIONS, help=says)
    serve.add_argument("--keys", metavar="FILE", help="JSON file of keys and secrets for signed requests (HMAC)")
    serve.add_argument("--require-key", action="store_true", help="refuse requests that are not signed")
    serve.add_argument("--behind", metavar="ADDRESS", help="address of a proxy whose X-Forwarded-For is believed")
    serve.set_defaults(run=_serve)


def _serve(options: argparse.Namespace) -> int:
    from mobility.serve.run import Listening, run

    settings = Settings(
        folder=str(RELEASES),
        release=options.release,
        keys=options.keys,
        require_key=options.require_key,
        rate=options.rate,
        patience=options.patience,
        connections=options.connections,
    )
    return run(settings, Listening(options.host, options.port, options.workers, options.behind))


def add_widget(commands: Commands) -> None:
    """Add the command that writes the careerometer into a folder."""
    says = "write the careerometer of a release into a folder that works without a server"
    widget = commands.add_parser("widget", help=says, description=says, after="--output FOLDER")
    widget.add_argument("release", nargs="?", help="by default the promoted one")
    widget.add_argument("--output", type=Path, required=True, help="a folder, empty or with an earlier careerometer")
    widget.set_defaults(run=_widget)


def _widget(options: argparse.Namespace) -> int:
    from mobility.serve.folder import write_release

    title = write_release(RELEASES, options.release, options.output)
    print(f"Wrote the careerometer of {title} into {options.output}. Open {options.output / 'index.html'}.")
    return 0
