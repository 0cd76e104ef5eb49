"""The releases that a server has open: the promoted one, and a few old ones that were asked for by name."""

from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from mobility.errors import ConfigError, MobilityError
from mobility.releases.layout import SEARCH
from mobility.releases.pointer import PROGRESS, committed, current, manifest_of
from mobility.serve.loaded import Loaded, load
from mobility.serve.metrics import log
from mobility.serve.refused import BAD, MISSING, NotLoaded, Refused, wrong
from mobility.storage import read_json

KEPT = 4  # old releases that stay open


@dataclass(frozen=True)
class Opened:
    """A release with its search."""

    loaded: Loaded

    @cached_property
    def _search(self) -> Any:
        from mobility.serve.search import Search

        path = self.loaded.folder / SEARCH
        return Search.load(path) if path.is_file() else None

    def find(self, text: str, limit: int) -> list[Any]:
        """Occupations of words of a title; raises `NotLoaded` where the release has no index."""
        from mobility.serve.search import EmptyQuery

        if self._search is None:
            raise NotLoaded("search")
        try:
            return self._search.find(text, limit)
        except EmptyQuery as error:
            raise Refused(BAD, str(error), parameter="q", found=text[:40]) from None


class Shelf:
    """Releases of a folder. pinned : the one that is served whatever is promoted; none where the promoted one is."""

    def __init__(self, folder: Path, pinned: str | None = None) -> None:
        self.folder, self.pinned = folder, pinned
        self.old: OrderedDict[str, Opened] = OrderedDict()
        name = pinned or current(folder)
        if name is None:
            raise ConfigError(
                f"{folder}: no release is promoted. Type `make serve`, or `mobility release stage results/released`, "
                "`mobility release commit`, `mobility release promote`."
            )
        manifest_of(folder, name)
        self.now = Opened(load(folder / name))

    @property
    def name(self) -> str:
        """The release that is served."""
        return self.now.loaded.manifest.id

    def refresh(self) -> bool:
        """Open the release that was promoted since, and serve it from the next request on; whether there was one.

        What cannot be opened is said in the log, and the old one is served on.
        """
        try:
            name = self.pinned or current(self.folder)
            if name is None or name == self.name:
                return False
            opened = Opened(load(self.folder / name))
        except (MobilityError, OSError) as error:
            log("error", "a promoted release cannot be opened; the old one is served on", reason=str(error)[:200])
            return False
        self.old[self.name] = self.now
        self.now = opened
        self._forget()
        return True

    def get(self, name: str | None) -> Opened:
        """A release by name, by default the one that is served; raises `Refused`, 404."""
        if name is None or name == self.name:
            return self.now
        if name not in self.old:
            there = committed(self.folder)
            if name not in there:
                refused = wrong("release", name, "a release", there)
                raise Refused(MISSING, **refused.body)
            self.old[name] = Opened(load(self.folder / name))
        self.old.move_to_end(name)
        found = self.old[name]
        self._forget()
        return found

    def _forget(self) -> None:
        while len(self.old) > KEPT:
            self.old.popitem(last=False)

    def listed(self) -> list[dict[str, Any]]:
        """All releases, the newest first."""
        found = [manifest_of(self.folder, name) for name in reversed(committed(self.folder))]
        return [
            {
                "id": one.id,
                "date": one.made,
                "title": one.title,
                "synthetic": one.synthetic,
                "current": one.id == self.name,
            }
            for one in found
        ]

    def progress(self, name: str) -> dict[str, Any]:
        """How far the staging of a release is; raises `Refused`, 404, where nothing is known of it."""
        path = self.folder / PROGRESS / f"{name}.json"
        names = [one.stem for one in path.parent.glob("*.json")] if path.parent.is_dir() else []
        if name not in names:
            refused = wrong("release", name, "a release that was staged here", names)
            raise Refused(MISSING, **refused.body)
        return read_json(path)
