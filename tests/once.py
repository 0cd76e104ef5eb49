"""What is made once in a session of tests, though several processes run them."""

import fcntl
import os


def once(factory, name, make):
    """The folder that `make(folder)` fills: by the process that comes first, while the others wait for it."""
    base = factory.getbasetemp()
    places = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "once"
    places.mkdir(exist_ok=True)
    done = places / f"{name}.done"
    with (places / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            make(places / name)
            done.touch()
    return places / name
