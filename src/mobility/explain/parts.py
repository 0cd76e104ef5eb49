"""What a counted number is made from: numerator, denominator and their kin, in the words of its statistic."""

from collections.abc import Mapping

from mobility.keys import measured_by
from mobility.settings import Item, Study, TableSpec
from mobility.statistics import Statistic, shown_as, statistic_of

EVERYONE = "any category (all of the sample)"


def parts_of(spec: TableSpec, row: Item, column: Item, statistic: str) -> tuple[tuple[str, str], ...]:
    """Terms and words of a cell of a counted table. statistic : under which the cell stands."""
    own = _own(spec, statistic)
    words = _words(spec, row, column)
    return tuple((term, text.format_map(words)) for term, text in own.parts)


def errors_of(study: Study, spec: TableSpec) -> str:
    """Where the standard errors of a counted table come from; empty where its statistic has none."""
    cluster, strata = study.design_of(spec.frame)
    within = f", strata `{strata}`" if strata else ""
    return spec.statistic.errors.format(cluster=f"`{cluster or study.unit_of(spec.frame)}`{within}")


def _own(spec: TableSpec, statistic: str) -> Statistic:
    """The statistic whose parts a cell has: the table's, or that of another kind of number in it."""
    other = statistic_of(statistic)
    return other if statistic != shown_as(spec.statistic.name).name and other.parts else spec.statistic


def _words(spec: TableSpec, row: Item, column: Item) -> Mapping[str, str]:
    here = [_at(spec.rows.of, row), _at(spec.columns.of, column)]
    measured = {**measured_by(spec), **measured_by(row), **measured_by(column)}
    of = [name for key, name in measured.items() if key not in ("exposure", "weight")]
    comparing = next((item for item in (column, row) if item.before), column)
    axis = spec.columns.of if comparing is column else spec.rows.of
    since = f", less the same in {row.since}" if row.since else ""
    at = f", in column {row.column}{since}" if row.column else ""
    return {
        "here": " and ".join(filter(None, here)) or EVERYONE,
        "row": here[0] or EVERYONE,
        "column": here[1] or EVERYONE,
        "within": here[0 if spec.within == "row" else 1] or EVERYONE,
        "before": f"{axis} {comparing.before}",
        "after": f"{axis} {comparing.after}",
        "of": ", ".join(of),
        "exposure": spec.exposure,
        "shows": column.shows,
        "groups": f"row {row.before} against row {row.after} of {spec.tests}{at}",
    }


def _at(of: str, item: Item) -> str:
    """The observations of an item: column and its categories; nothing where it is everyone."""
    if not of or item.everyone or item.before:
        return ""
    return f"{of} {' or '.join(item.of)}"
