"""Six small dimensions in the form of the real ones."""

from mobility.lmi.dimensions import Dimension


def _own(name, codes, **levels):
    groups = {level: {code: f"{level} {code}" for code in dict.fromkeys(of)} for level, of in levels.items()}
    return name, Dimension(name, tuple(codes), {code: f"{name} {code}" for code in codes}, levels, groups)


SMALL = dict(
    [
        _own(
            "occupation",
            ("1115", "1116", "2111", "2112"),
            minor=("111", "111", "211", "211"),
            sub_major=("11", "11", "21", "21"),
        ),
        _own("industry", ("1", "2", "5"), sector=("1", "1", "2")),
        _own("region", ("1", "2", "12"), country=("E", "E", "N")),
        _own("gender", ("1", "2")),
        _own("status", ("1", "2", "3")),
        _own("qualification", ("1", "2", "9"), three=("1", "1", "3")),
    ]
)
