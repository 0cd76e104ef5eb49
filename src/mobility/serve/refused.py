"""Questions that are not answered, and why: a JSON object with `error`, never a number for another question."""

from collections.abc import Collection
from typing import Any

from mobility.errors import spelt_like

BAD, UNSIGNED, MISSING, NO_METHOD, TOO_LONG, TOO_MANY = 400, 401, 404, 405, 414, 429
LISTED = 40  # allowed values that a message lists; of more it gives the nearest alone


class Refused(Exception):
    """A question that is not answered. status : of HTTP. body : its JSON object."""

    def __init__(self, status: int, error: str, **more: Any) -> None:
        super().__init__(error)
        self.status = status
        self.body = {"error": error, **{name: value for name, value in more.items() if value not in (None, [], ())}}


class NotLoaded(Exception):
    """Data that no release, or not this one, holds. dataset : what was asked for, in words."""

    def __init__(self, dataset: str) -> None:
        super().__init__(dataset)
        self.body = {"error": "not loaded in this release", "dataset": dataset}


def wrong(parameter: str, found: str, wanted: str, allowed: Collection[str] = (), **more: Any) -> Refused:
    """A parameter whose value is not one: what was found, what is wanted, what is allowed or nearest."""
    shown = found if len(found) <= LISTED else f"{found[:LISTED]}..."
    near = spelt_like(found, allowed)
    says = f"{parameter}: `{shown}` is not {wanted}."
    if near:
        says += f" Nearest: {', '.join(near)}."
    elif allowed and len(allowed) <= LISTED:
        says += f" Allowed: {', '.join(allowed)}."
    listed = list(allowed) if len(allowed) <= LISTED else []
    return Refused(BAD, says, parameter=parameter, found=shown, allowed=listed, nearest=near, **more)
