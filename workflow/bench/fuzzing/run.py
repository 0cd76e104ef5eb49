"""Running targets: each input in a forked worker with a time limit, so that a hang or a fault in C is one finding.

An input is known by its target, the seed and its number, from which it can be made again at any time.
"""

import faulthandler
import json
import mmap
import os
import resource
import shutil
import signal
import struct
import tempfile
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random

from fuzzing.mutate import Mutator, mutated
from mobility.errors import MobilityError
from mobility.intake import formats
from mobility.intake.formats import UnreadableFile

HANG = 10.0  # seconds of computing
PATIENCE = 12  # times as many seconds of waiting
MEMORY = 6 * 2**30  # bytes of address space that a worker may have beyond what it begins with
STEP = 0.02  # seconds between two looks at a worker
REFUSALS = (MobilityError, UnreadableFile)
WHOLE = 1000  # what the shares of all targets add to
SHORTEST = 15  # characters of a message that says something
UNTIDY = ("Traceback", "<class '", "object at 0x")  # what no message of ours holds


@dataclass(frozen=True)
class Seed:
    """A valid file: its place in the target's folder, and what is in it."""

    place: str
    data: bytes


@dataclass(frozen=True)
class Target:
    """Something that reads files from outside.

    share : of all inputs, per thousand. prepare : writes what the reading needs into a folder, gives the valid files,
    of which an input spoils one. read : given the folder and the place of the spoilt file; it returns, or refuses with
    one of `REFUSALS`. mutators : how files are spoilt.
    """

    name: str
    share: int
    prepare: Callable[[Path], Sequence[Seed]]
    read: Callable[[Path, str], object]
    mutators: Sequence[Mutator]


@dataclass(frozen=True)
class Finding:
    """An input with another end than a result or a refusal. kind: error, message, hang, died."""

    target: str
    seed: int
    number: int
    kind: str
    what: str


@dataclass
class Tally:
    """What came of the inputs of a target.

    guarded : inputs that end a reader in C, which its own process contains. seconds : of computing, since the machine
    may have other work.
    """

    inputs: int = 0
    refused: int = 0
    guarded: int = 0
    seconds: float = 0.0
    findings: list[Finding] = field(default_factory=list)


class Bench:
    """A target with its folder, ready to read inputs."""

    def __init__(self, target: Target, folder: Path) -> None:
        self.target, self.folder = target, folder
        folder.mkdir(parents=True, exist_ok=True)
        self.seeds = target.prepare(folder)
        self.others = [seed.data for seed in self.seeds]
        for seed in self.seeds:
            _write(folder / seed.place, seed.data)

    def input_of(self, seed: int, number: int) -> tuple[Seed, bytes]:
        """The valid file that an input spoils, and the input."""
        rng = Random(f"{self.target.name} {seed} {number}")
        chosen = rng.choice(self.seeds)
        return chosen, mutated(rng, chosen.data, self.others, self.target.mutators)

    def answer(self, place: str, data: bytes) -> str:
        """Read the spoilt file in its place: `` for a result, `refused`, else what was wrong."""
        path, before = self.folder / place, next(seed.data for seed in self.seeds if seed.place == place)
        path.write_bytes(data)
        try:
            self.target.read(self.folder, place)
        except REFUSALS as error:
            return _untidy(str(error)) or "refused"
        except Exception as error:
            return _where(error)
        finally:
            path.write_bytes(before)
        return ""

    def try_one(self, seed: int, number: int) -> str:
        """`answer` of an input by its number."""
        chosen, data = self.input_of(seed, number)
        return self.answer(chosen.place, data)


def _untidy(message: str) -> str:
    wrong = next((word for word in UNTIDY if word in message), "")
    short = "short" if len(message) < SHORTEST else ""
    return f"message: {message[:200]}" if wrong or short else ""


def _where(error: BaseException) -> str:
    """An error by its kind and the last places of our code that it went through."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "mobility" in frame.filename]
    places = " < ".join(f"{Path(frame.filename).name}:{frame.name}" for frame in frames[:-4:-1])
    return f"error: {type(error).__name__}: {str(error)[:150]!r} in {places}"


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


@contextmanager
def _readers_here() -> Iterator[None]:
    """Readers in C run in this process: the worker is what they may take along."""
    guarded = formats.isolated
    formats.isolated = lambda read, *arguments: read(*arguments)
    try:
        yield
    finally:
        formats.isolated = guarded


class _Worker:
    """A forked process that reads inputs `numbers` of a target, and says in shared memory how far it is."""

    def __init__(self, bench: Bench, seed: int, numbers: range, guard: bool = False) -> None:
        self.bench, self.seed, self.numbers = bench, seed, numbers
        self.state = mmap.mmap(-1, 16)
        self._mark(numbers.start)
        self.found = tempfile.TemporaryFile("w+b")  # noqa: SIM115 - open as long as the worker
        self.seconds = 0.0
        self.process = os.fork()
        if not self.process:
            self._work(guard)

    def _mark(self, number: int, refused: int = 0) -> None:
        self.state[:] = struct.pack("<qq", number, refused)

    def _work(self, guard: bool) -> None:
        """The child: every input in turn; its standard output and error are closed, since C libraries write there."""
        code = 1
        faulthandler.disable()  # the parent says what happened
        try:
            null = os.open(os.devnull, os.O_RDWR)
            os.dup2(null, 1), os.dup2(null, 2)
            _limit_memory()
            if guard:
                self._each()
            else:
                with _readers_here():
                    self._each()
            code = 0
        finally:
            os._exit(code)

    def _each(self) -> None:
        refused = 0
        for number in self.numbers:
            self._mark(number, refused)
            answer = self.bench.try_one(self.seed, number)
            refused += answer == "refused"
            if answer not in ("", "refused"):
                kind, _, what = answer.partition(": ")
                finding = Finding(self.bench.target.name, self.seed, number, kind, what)
                self.found.write(json.dumps(asdict(finding)).encode() + b"\n")
                self.found.flush()
        self._mark(self.numbers.stop, refused)

    def wait(self) -> str:
        """How the process ended: ``, `hang`, or the signal or code of its death."""
        at, since, spent = -1, 0.0, 0.0
        while True:
            status = self._ended(os.WNOHANG)
            if status is not None:
                return "" if status == 0 else _death(status)
            now, _ = self.reached()
            if now != at:
                at, since, spent = now, time.monotonic(), self.computed()
            elif self.computed() - spent > HANG or time.monotonic() - since > HANG * PATIENCE:
                os.kill(self.process, signal.SIGKILL)
                self._ended(0)
                return "hang"
            time.sleep(STEP)

    def _ended(self, options: int) -> int | None:
        """The status that the process ended with, None while it runs; what it computed is kept as `seconds`."""
        done, status, used = os.wait4(self.process, options)
        if not done:
            return None
        self.seconds = used.ru_utime + used.ru_stime
        return status

    def computed(self) -> float:
        """Seconds of computing so far; other work on the machine does not count."""
        fields = Path(f"/proc/{self.process}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")

    def reached(self) -> tuple[int, int]:
        """The input that is read, and how many before it were refused."""
        number, refused = struct.unpack("<qq", self.state[:])
        return number, refused

    def findings(self) -> list[Finding]:
        """What was found so far."""
        self.found.seek(0)
        return [Finding(**json.loads(line)) for line in self.found]


def _death(status: int) -> str:
    if os.WIFSIGNALED(status):
        return signal.Signals(os.WTERMSIG(status)).name
    return f"code {os.WEXITSTATUS(status)}"


def _limit_memory() -> None:
    """Whoever asks for more than `MEMORY` gets a MemoryError, as on a machine that has no more."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def fuzz(bench: Bench, seed: int, numbers: range) -> Tally:
    """Read inputs `numbers` of a target. What kills a worker or hangs is tried again alone, guarded as in a run."""
    tally, at = Tally(), numbers.start
    while at < numbers.stop:
        worker = _Worker(bench, seed, range(at, numbers.stop))
        end = worker.wait()
        reached, refused = worker.reached()
        tally.refused += refused
        tally.seconds += worker.seconds
        tally.findings += worker.findings()
        at = reached
        if end:
            alone = _alone(bench, seed, reached)
            tally.guarded += alone == ""
            tally.refused += alone == ""
            if alone:
                tally.findings.append(Finding(bench.target.name, seed, reached, *alone.split(": ", 1)))
            at = reached + 1
    tally.inputs = len(numbers)
    return tally


def _alone(bench: Bench, seed: int, number: int) -> str:
    """An input in a process of its own with the readers' guard: `` where it gets its answer."""
    worker = _Worker(bench, seed, range(number, number + 1), guard=True)
    end = worker.wait()
    found = worker.findings()
    if found:
        return f"{found[0].kind}: {found[0].what}"
    return f"hang: over {HANG:g} s" if end == "hang" else f"died: {end}" if end else ""


def spread(targets: Iterable[Target], inputs: int) -> dict[str, int]:
    """How many of all inputs each target gets, also where the others are left out."""
    return {target.name: max(1, round(inputs * target.share / WHOLE)) for target in targets}


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder for inputs, in memory where there is such a place; removed at the end."""
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="fuzz-", dir=memory if os.access(memory, os.W_OK) else None))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
