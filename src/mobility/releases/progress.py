"""How far a staging is: a line in the terminal, and a small file that the server hands out."""

import json
import sys
import time
from pathlib import Path
from typing import TextIO

from mobility.releases.pointer import PROGRESS
from mobility.storage import write_text

APART = 0.5  # seconds between two notes of one step


class Progress:
    """Notes of a staging, in `releases/progress/<id>.json` and on a stream."""

    def __init__(self, folder: Path, release: str, stream: TextIO = sys.stderr) -> None:
        self.path = folder / PROGRESS / f"{release}.json"
        self.release, self.stream = release, stream
        self.last, self.step = 0.0, ""

    def __call__(self, step: str, done: int, of: int) -> None:
        """Note that `done` of `of` of a step are done; notes that follow at once are left out, the last is not."""
        now = time.monotonic()
        if step == self.step and done < of and now - self.last < APART:
            return
        if step != self.step and self.step:
            self.stream.write("\n")
        self.last, self.step = now, step
        self._note("running", step, done, of)
        self.stream.write(f"\r  {step}: {done:,} of {of:,}")
        self.stream.flush()

    def end(self, state: str, says: str = "") -> None:
        """Note how it ended: `staged`, `refused`, `committed`, `promoted`, `rolled back`."""
        if self.step:
            self.stream.write("\n")
        self.step = ""
        self._note(state, says, 1, 1)

    def _note(self, state: str, step: str, done: int, of: int) -> None:
        note = {"id": self.release, "state": state, "step": step, "done": done, "of": of}
        write_text(json.dumps(note, ensure_ascii=False), self.path)
