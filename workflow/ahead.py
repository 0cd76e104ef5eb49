"""Jobs out of a process that has imported what they import: a start takes 0.03 s of work instead of 0.7 s.

Snakemake starts a program for each job. After `start` (on Linux, for jobs of the same machine) that program is small:
`python ahead.py SOCKET SCRIPT` asks the process that `start` began to run the script in a copy of itself (fork), lends
it its input and output, and ends as the copy ends. Where nobody answers at SOCKET it runs the script as ever. A copy
dies with the program that asked for it, the process with the run.
"""

import os
import signal
import socket
import sys
from collections.abc import Iterable
from contextlib import suppress
from typing import NoReturn

SERVE = "--serve"
THREADS = "OPENBLAS_NUM_THREADS"  # read once, when numpy is imported: a job with another number is started as ever
LATER = ("jinja2", "pyarrow.parquet", "typst", "xlsxwriter")  # what modules import where they first need it
WAITING = 64  # jobs that may ask at once
MOST = 1 << 20  # bytes of a question, its words and its environment
TAKEN = b"taken"
SIGNALLED = 128  # and the signal's number: what is told of a script that a signal ended, as a shell does
STREAMS = (0, 1, 2)
CONFIG = "config.yaml"
SPECS = ("studies", "examples", "sources", "resources", "workflow")  # what settings are read from
BEGUN = "MOBILITY_AHEAD"  # of the environment, from `begin` to `begun`: a fingerprint of the code, and the words


def environment() -> dict[str, str]:
    """What jobs, and the process ahead of them, start with where the user has not said otherwise.

    Large arrays, those of millions of rows, go back to the system when a job gives them up: else it holds what all its
    steps ever took. Smaller ones are kept to be used again, which saves a third of the time of jobs of a usual size.
    matplotlib's list of fonts would else be written into the user's home.
    """
    from pathlib import Path

    return {
        "MALLOC_MMAP_THRESHOLD_": "8000000",
        "MALLOC_TRIM_THRESHOLD_": "256000000",
        "ARROW_DEFAULT_MEMORY_POOL": "system",
        "MPLCONFIGDIR": str(Path(".snakemake/matplotlib").absolute()),
    }


def begin(python: str, modules: Iterable[str], code: str) -> None:
    """Start before Snakemake does, while another processor would wait for its plan; `begun` tells it.

    code : fingerprint of what is going to be imported. One process may serve several runs, one after another.
    """
    if not os.environ.get(BEGUN, "").startswith(f"{code} "):
        os.environ[BEGUN] = f"{code} {start(python, modules)}"


def begun(code: str) -> str:
    """The words of a process that `begin` began; empty where there is none or it may have imported other code."""
    imported, _, words = os.environ.pop(BEGUN, "").partition(" ")
    return words if imported == code else ""


def start(python: str, modules: Iterable[str]) -> str:
    """Begin the process, which imports `modules`; the words of a shell that run a script, as `python` (a path) does."""
    import shlex
    import subprocess
    import tempfile
    from pathlib import Path

    if sys.platform != "linux":
        return shlex.quote(python)
    folder = Path(tempfile.mkdtemp(prefix="mobility-"))  # only its owner may enter it
    place = str(folder / "jobs")
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        listener.bind(place)
    except OSError:  # its name is too long for a socket, or the disk cannot hold one
        folder.rmdir()
        return shlex.quote(python)
    listener.listen(WAITING)
    alive, _ours = os.pipe()  # our end is closed by the end of this process, however it ends
    here, listening, threads = str(Path(__file__).absolute()), listener.fileno(), os.environ.get(THREADS, "1")
    command = [python, here, SERVE, place, str(listening), str(alive), *modules]
    own = {**environment(), **os.environ, THREADS: threads}
    subprocess.Popen(command, env=own, stdin=subprocess.DEVNULL, pass_fds=(listening, alive))
    os.close(alive)
    listener.close()
    return shlex.join([python, "-I", "-S", here, place, threads])


def serve(place: str, listening: int, alive: int, modules: Iterable[str]) -> None:
    """Answer until the run is over."""
    import gc
    import select
    import shutil
    from importlib import import_module
    from pathlib import Path

    listener, waiting, specs = socket.socket(fileno=listening), [*modules, *LATER], list[object]()
    # Copies that have ended leave nothing behind; Ctrl-C ends the run, and that ends this process.
    before = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGCHLD, signal.SIGINT)}
    try:
        while alive not in (ready := select.select([listener, alive], [], [], 0 if waiting else None)[0]):
            if ready:  # the first jobs do not wait until all is imported
                connection, _ = listener.accept()
                if os.fork() == 0:
                    _watch(connection, specs, (listening, alive), before)
                connection.close()
                continue
            import_module(waiting.pop(0))
            if not waiting:
                specs = _read_specs()
                _read_templates()
                gc.freeze()  # no copy looks through what is imported
    finally:
        shutil.rmtree(Path(place).parent, ignore_errors=True)


def _read_specs() -> list[object]:
    """Read and check the specs of all studies, which the library keeps: no job reads those of its own anew.

    Gives what `_state_of_specs` said before; nothing outside a project, where nothing is read.
    """
    from pathlib import Path

    from imports import HASHES
    from loaded import Loaded
    from mobility.contents import HashStore
    from mobility.errors import MobilityError
    from mobility.settings import load_config

    if not Path(CONFIG).is_file():
        return []
    before = _state_of_specs()
    Loaded(HashStore(HASHES)).take()
    with suppress(MobilityError):  # mended by an argument of Snakemake
        load_config(Path())
    return before


def _read_templates() -> None:
    """Compile the templates of all pages, which the library keeps; one that is edited since is read anew by its job."""
    from mobility.render.templating import environment

    templates = environment()
    for name in templates.list_templates(filter_func=lambda name: name.endswith(".j2")):
        templates.get_template(name)


def _state_of_specs() -> list[object]:
    """This folder, and what the file system says of each file that settings are read from."""
    from pathlib import Path

    found, waiting = list[object]([Path.cwd()]), [os.curdir]
    while waiting:
        place = waiting.pop()
        with suppress(OSError):
            for entry in sorted(os.scandir(place), key=lambda entry: entry.name):
                if entry.name == "__pycache__" or (place == os.curdir and entry.name not in (CONFIG, *SPECS)):
                    continue
                if entry.is_dir():
                    waiting.append(entry.path)
                else:
                    state = entry.stat()
                    found.append((entry.path, state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino))
    return found


def _watch(connection: socket.socket, specs: list[object], not_mine: Iterable[int], handlers: dict) -> NoReturn:
    """In a copy: have another one work, and tell by which signal it was ended where it has no last word."""
    signal.signal(signal.SIGCHLD, handlers[signal.SIGCHLD])
    if (worker := os.fork()) == 0:
        signal.signal(signal.SIGINT, handlers[signal.SIGINT])
        _work(connection, specs, not_mine)
    _, status = os.waitpid(worker, 0)
    if os.WIFSIGNALED(status):
        with suppress(OSError):  # nobody asks any more
            connection.send(bytes([SIGNALLED + os.WTERMSIG(status)]))
    os._exit(0)


def _work(connection: socket.socket, specs: list[object], not_mine: Iterable[int]) -> NoReturn:
    """In a copy: run what is asked on a connection, tell its exit code, and end.

    A job for which other specs hold than those that were read (`specs`) is not taken: edited since, another folder.
    """
    import json
    import threading

    code = 1
    try:
        question, lent, _, _ = socket.recv_fds(connection, MOST, len(STREAMS) + 1)
        words, environment = json.loads(question)
        os.fchdir(lent[-1])
        if specs and specs != _state_of_specs():
            os._exit(code)
        connection.send(TAKEN)
        for number, own in zip(lent, STREAMS, strict=False):
            os.dup2(number, own)
        for number in (*lent, *not_mine):
            os.close(number)
        os.environ.clear()
        os.environ.update(environment)
        threading.Thread(target=_end_with, args=(connection,), daemon=True).start()
        code = _run(words)
        connection.send(bytes([code]))
    finally:
        os._exit(code)  # without taking the memory of the copy apart, piece by piece


def _end_with(connection: socket.socket) -> NoReturn:
    """End at once where the program that asked is gone."""
    connection.recv(1)
    os._exit(1)


def _run(words: list[str]) -> int:
    """Run a script as `python` does; its exit code."""
    import atexit
    import runpy
    import traceback
    from pathlib import Path

    sys.argv = words
    sys.path[0] = str(Path(words[0]).absolute().parent)
    code: object = None
    try:
        runpy.run_path(words[0], run_name="__main__")
    except SystemExit as end:
        code = end.code
        if isinstance(code, str):
            with suppress(OSError):
                print(code, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
        code = 1
    atexit._run_exitfuncs()
    with suppress(OSError):  # nobody reads any more
        sys.stdout.flush()
        sys.stderr.flush()
    return code & 255 if isinstance(code, int) else int(code is not None)


def ask(place: str, words: list[str]) -> int | None:
    """Have a script run by the process at `place`; its exit code, None where nobody takes it there."""
    import json

    question = json.dumps([words, dict(os.environ)]).encode()
    folder = os.open(os.curdir, os.O_RDONLY)
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as connection:
        try:
            connection.connect(place)
            socket.send_fds(connection, [question], [*STREAMS, folder])
            if connection.recv(len(TAKEN)) != TAKEN:
                return None
        except OSError:
            return None
        try:
            answer = connection.recv(1)
        except OSError:
            answer = b""
    return answer[0] if answer else 1  # all of it was killed


def main(arguments: list[str]) -> int:
    """Serve, or ask."""
    if arguments[0] == SERVE:
        place, listening, alive, *modules = arguments[1:]
        serve(place, int(listening), int(alive), modules)
        return 0
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C: the copy says so
    place, threads, *words = arguments
    code = ask(place, words) if os.environ.get(THREADS) == threads else None
    if code is None:
        os.execv(sys.executable, [sys.executable, *words])
    if code > SIGNALLED:
        os.kill(os.getpid(), code - SIGNALLED)  # Snakemake then says which signal it was
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
