"""Readers of foreign bytes in a process of their own: one that dies on a damaged file takes only that process along."""

import faulthandler
import mmap
import multiprocessing
import pickle
import signal
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, Final

METHOD: Final = "fork"
ALIGNED = 64  # bytes
LEAST_SECONDS = 5  # of computing that a reader may take with the smallest file
SLOWEST = 100_000  # bytes a second that a reader reads at least
LEAST_MEMORY = 2 * 2**30  # bytes of address space that a reader may take with the smallest file
WIDEST = 100  # bytes in memory that a byte of a file can become
MEMORY_NOW = Path("/proc/self/statm")


class ReaderDied(Exception):
    """The process ended before it gave an answer; the text says how."""


def isolated(read: Callable[..., Any], *arguments: Any) -> Any:
    """What `read(*arguments)` returns, or the exception that it raises, from a child process.

    The child is a fork, which has the libraries loaded and so costs milliseconds; where the system cannot fork, `read`
    runs here. Raises `ReaderDied` where the child ends without an answer, as by a fault in a C library, or works far
    longer or takes far more memory than files among the arguments of their size ever need.
    """
    if METHOD not in multiprocessing.get_all_start_methods():
        return read(*arguments)
    # The answer comes back through a file without a name: arrays of a wave through a pipe would take longer.
    with tempfile.TemporaryFile() as file:
        child = multiprocessing.get_context(METHOD).Process(target=_answer, args=(file, read, arguments), daemon=True)
        child.start()
        child.join()
        if child.exitcode:
            raise ReaderDied(_how(child.exitcode))
        succeeded, answer = _load(file)
    if succeeded:
        return answer
    raise answer


def _answer(file: BinaryIO, read: Callable[..., Any], arguments: tuple) -> None:
    faulthandler.disable()  # the parent says what happened
    _limit(sum(path.stat().st_size for path in arguments if isinstance(path, Path)))
    try:
        answer = (True, read(*arguments))
    except Exception as error:  # whatever it is, the parent decides what it means
        answer = (False, error)
    arrays: list[pickle.PickleBuffer] = []
    head = pickle.dumps(answer, protocol=5, buffer_callback=arrays.append)
    raw = [array.raw() for array in arrays]
    pickle.dump((head, [len(array) for array in raw]), file)
    for array in raw:
        file.seek(_aligned(file.tell()))
        file.write(array)
    file.flush()


def _limit(size: int) -> None:
    """End this process where it works or takes memory without end; `size`: bytes that it has to read."""
    import resource

    seconds = LEAST_SECONDS + size // SLOWEST
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    if MEMORY_NOW.is_file():
        held = int(MEMORY_NOW.read_text().split()[0]) * resource.getpagesize()
        most = held + LEAST_MEMORY + WIDEST * size
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _load(file: BinaryIO) -> tuple[bool, Any]:
    """What `_answer` wrote; its arrays are pages of the file, which the parent may change without writing to it."""
    file.seek(0)
    head, sizes = pickle.load(file)
    if not sum(sizes):
        return pickle.loads(head, buffers=[b""] * len(sizes))
    pages = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY))
    buffers, start = [], file.tell()
    for size in sizes:
        start = _aligned(start)
        buffers.append(pages[start : start + size])
        start += size
    return pickle.loads(head, buffers=buffers)


def _aligned(place: int) -> int:
    """The next place at which an array may begin."""
    return -(-place // ALIGNED) * ALIGNED


def _how(code: int) -> str:
    """The end of a child process in words."""
    if code == -signal.SIGXCPU:
        return "its reader came to no end"
    if code > 0:
        return f"its reader ended with code {code}"
    return f"its reader was ended by {signal.Signals(-code).name}"
