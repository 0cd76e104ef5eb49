"""The application that a server runs: the door, over the releases and with the limits that its settings name."""

import logging
from pathlib import Path

from mobility.serve.door import Door
from mobility.serve.guard import Buckets, read_keys
from mobility.serve.metrics import Lines
from mobility.serve.settings import Settings, remembered
from mobility.serve.shelf import Shelf


def create() -> Door:
    """The application by the settings of the environment, as each worker process makes it."""
    return build(remembered())


def build(settings: Settings) -> Door:
    """The application by its settings; raises `ConfigError` where no release is promoted."""
    logging.basicConfig(handlers=[Lines()], level=logging.WARNING)
    shelf = Shelf(Path(settings.folder), settings.release)
    return Door(shelf, read_keys(settings.keys, settings.require_key), Buckets(settings.rate))
