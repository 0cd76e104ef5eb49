"""Moving out to move on (Social Mobility Commission 2020): the frames of `studies/moving_out`."""

from mobility.studies.moving_out.frames import makers

__all__ = ["makers"]
