"""What is served and how: said once at the start, and read by each worker process from its environment."""

import json
import os
from dataclasses import asdict, dataclass
from functools import cache

SETTINGS = "MOBILITY_SERVE"  # of the environment
RATE, PATIENCE, CONNECTIONS = 100.0, 10.0, 12_000


@dataclass(frozen=True)
class Settings:
    """What is served and how: the folder of releases, a release or none for the promoted one, keys, pace and limits.

    rate : requests a second of a client. patience : seconds in which the head of a request has to come.
    connections : at once, of a process; a request over a further one is refused.
    """

    folder: str
    release: str | None = None
    keys: str | None = None
    require_key: bool = False
    rate: float = RATE
    patience: float = PATIENCE
    connections: int = CONNECTIONS


def remember(settings: Settings) -> None:
    """Write the settings into the environment, for worker processes."""
    os.environ[SETTINGS] = json.dumps(asdict(settings))
    remembered.cache_clear()


@cache
def remembered() -> Settings:
    """The settings of the environment."""
    return Settings(**json.loads(os.environ[SETTINGS]))
