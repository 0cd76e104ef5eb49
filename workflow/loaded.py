"""Studies as they were loaded for the last plan: one whose files are the same is not read and checked anew.

To read and check the specs of all studies takes a second. What is kept counts by content: of the files of the study,
of the registers of all sources, and of the code with the schemas. What was damaged since is as good as not there.
"""

import hashlib
import pickle
import sys
from contextlib import suppress
from pathlib import Path

from imports import all_code
from mobility.contents import HashStore, digest
from mobility.errors import MobilityError
from mobility.settings.load import LOADED, STUDY_FOLDERS
from mobility.storage import write_bytes

STORE = Path(".snakemake/loaded")
SPECS = ("*.yaml", "*.csv")
SEAL = hashlib.sha256().digest()  # as many bytes stand before what is kept


class Loaded:
    """What is kept of the studies of this folder, by what their files are now. store : of hashes of files."""

    def __init__(self, store: HashStore) -> None:
        self.store = store
        shared = [*Path("sources").rglob("*"), *Path("workflow/schemas").glob("*"), "requirements.lock"]
        self.shared = f"{sys.version} {all_code(store)} {digest(shared, store)}"
        self.taken: set[tuple] = set()

    def take(self) -> None:
        """Give the library what is kept of the same files."""
        for place in STORE.glob("*"):
            with suppress(OSError):
                whole = place.read_bytes()
                content = whole[len(SEAL) :]
                if whole == self._sealed(place.name, content):
                    LOADED.update(pickle.loads(content))
        self.taken = set(LOADED)

    def keep(self) -> None:
        """Keep what the library has loaded since."""
        for name in {asked[1] for asked in set(LOADED) - self.taken if asked[0] == Path()}:
            own = {asked: study for asked, study in LOADED.items() if asked[:2] == (Path(), name)}
            with suppress(OSError, MobilityError):  # a full disk: it is read anew next time
                write_bytes(self._sealed(name, pickle.dumps(own)), STORE / name)

    def _sealed(self, name: str, content: bytes) -> bytes:
        """What is written of a study: a hash of what it was made from and of what is kept, and that."""
        files = [path for folder in STUDY_FOLDERS for kind in SPECS for path in Path(folder, name).rglob(kind)]
        made_from = f"{self.shared} {digest(files, self.store)} ".encode()
        return hashlib.sha256(made_from + content).digest() + content
