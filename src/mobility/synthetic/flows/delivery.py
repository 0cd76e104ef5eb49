"""A whole synthetic delivery of `ons_flows`: moves, statistics of areas, and what was planted."""

from collections.abc import Mapping
from pathlib import Path

from mobility.storage import write_csv
from mobility.synthetic.flows.census import ADULT_MOVERS, MOVING, NSSEC
from mobility.synthetic.flows.detail import write_year
from mobility.synthetic.flows.files import write_statistics
from mobility.synthetic.flows.gaps import CONTROL_YEARS
from mobility.synthetic.flows.means import ALPHA, DESTINATION_WALES, MOVE_YEARS, ORIGIN_WALES, YEAR_EFFECTS
from mobility.synthetic.flows.truth import truth_table
from mobility.synthetic.flows.world import World, draw_world
from mobility.synthetic.folder import TITLE, Draft

VERSION = 1
MOVES, STATISTICS = "moves", "statistics"
FOLDERS = f"{MOVES}|{STATISTICS}"


def draft(root: Path, size: str, seed: int) -> Draft:
    """Draw the areas and their statistics; the moves are drawn a year at a time as they are written.

    `full`: 348 authorities, 2.9 million moves a year on average. `small`: about 60, a twentieth of the moves.
    Raises `MobilityError` on an unknown size.
    """
    world = draw_world(root, size, seed)
    record = {"size": size, "seed": seed, "format": "csv", "version": VERSION}
    return Draft(lambda folder: _write_all(world, folder), _notice(world, record), record)


def _write_all(world: World, folder: Path) -> None:
    for year in MOVE_YEARS:
        write_year(world, year, folder / MOVES)
    write_statistics(world, folder / STATISTICS)
    write_csv(truth_table(world.published), folder / "truth" / "moving_out.csv")


def _notice(world: World, record: dict) -> str:
    """What the reader of the folder has to know, in plain words."""
    names, gaps = world.authorities.name, zip(*world.suppressed.nonzero(), strict=True)
    hidden = ", ".join(f"{names[area]} {CONTROL_YEARS[year]}" for area, year in gaps)
    years = ", ".join(f"{year} {effect:g}" for year, effect in zip(MOVE_YEARS, YEAR_EFFECTS, strict=True))
    lines = [
        f"{TITLE} The areas are real, but no move and no statistic may be",
        "quoted as theirs: they were drawn by a computer, in the layout of the files of the Office for National",
        "Statistics, to try out a pipeline before the true files are fetched.",
        "",
        f"Size: {record['size']}. Seed: {record['seed']}. Form: {record['format']}. Version: {record['version']}.",
        "",
        "Real: codes, names and changes of the authorities, their supergroups, borders and distances, the ages of",
        "their residents in mid-2017, the growth of their populations, the consumer price index. The scores of",
        "deprivation are unweighted means of the real scores of small areas.",
        "",
        "Invented: all moves; births, people born abroad, unemployment, output and house prices (drawn around the",
        "means by supergroup of Table 6 of the report); the split of ages by sex; scores and ranks of the mobility",
        "index.",
        "",
        "Moves of a pair in a year follow a negative binomial model: the population of the area left as exposure,",
        "the coefficients of Model 4 of Tables 2, 7 and 8 to 15 of the report, statistics of the year before. These",
        f"coefficients stand in `truth/moving_out.csv`; alpha is {ALPHA:g}. Effects of years: {years}.",
        f"Effect of Wales as origin {ORIGIN_WALES:g}, as destination {DESTINATION_WALES:g}. City of London and Isles",
        "of Scilly, which no model of the report holds, send and receive by their size as a median area would. Age",
        "and sex of the people who move depend on the area left only.",
        "",
        f"Tables of the census of 2011: moves between authorities are those of {MOVE_YEARS[0]}, and some",
        f"within each are added; {ADULT_MOVERS:.0%} of the people who move have an NS-SEC. They are split over the",
        "groups of the area left, by how many people are in a group there and by how often they move, against each",
        "other:",
        f"{_listed(MOVING)}.",
        f"Groups of NS-SEC in a median area: {_listed(NSSEC)};",
        "more unemployed and lower, fewer higher and intermediate where unemployment is high. Non-white people are",
        "about as many as those born abroad. Cornwall and Isles of Scilly, and Westminster and City of London, are one",
        "area each in these moves.",
        "",
        "Shares born abroad are suppressed so that the samples have the sizes that the report prints (the small",
        "delivery has only a few). The printed counts tell how many districts of which kind are absent, not which:",
        f"these were drawn, and others would do as well: {hidden}.",
    ]
    return "\n".join(lines) + "\n"


def _listed(numbers: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {number:g}" for name, number in numbers.items())
