"""The identifiers of studies and of what is in one, for whoever types them: commands and pages list the same.

`identifiers(study)` gives tables, figures, samples, models, choices and frames; `identifiers_of_table(study, table)`
the rows and columns of a table; `identifiers_of_studies(root, config)` the studies.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mobility.settings.config import Config
from mobility.settings.load import load_study
from mobility.settings.study import Study
from mobility.settings.tables import Item

STUDY, TABLE, FIGURE, SAMPLE, MODEL = "study", "table", "figure", "sample", "model"
CHOICE, FRAME, ROW, COLUMN = "choice", "frame", "row", "column"


@dataclass(frozen=True)
class Identifier:
    """What is typed for something, and what it is.

    kind : study, table, figure, sample, model, choice, frame, row or column. id : what is typed.
    number : of a table or figure, as the page has it. label : what it is, in words.
    within : table that a row or column is of, or that a figure draws; the frame of a sample; the sample of a model.
    value : of a choice, the answer in force.
    """

    kind: str
    id: str
    label: str
    number: str = ""
    within: str = ""
    value: str = ""


def identifiers_of_studies(root: Path, config: Config) -> tuple[Identifier, ...]:
    """The studies of `config.yaml`, in its order."""
    return tuple(Identifier(STUDY, name, load_study(root, name).about.title) for name in config.studies)


def identifiers(study: Study) -> tuple[Identifier, ...]:
    """Tables in the order of the page's sections, then figures, samples, models, choices and frames of a study."""
    return (
        *_tables(study),
        *(Identifier(FIGURE, name, spec.title, spec.number, spec.table) for name, spec in study.figures.items()),
        *(Identifier(SAMPLE, name, own.describe, within=own.frame) for name, own in study.samples.items()),
        *(Identifier(MODEL, name, own.describe, within=own.sample) for name, own in study.models.items()),
        *(
            Identifier(CHOICE, name, own.question, value=study.readings.get(name, own.default))
            for name, own in study.choices.items()
        ),
        *(Identifier(FRAME, name, own.rows) for name, own in study.frames.items()),
    )


def _tables(study: Study) -> Iterator[Identifier]:
    order = {section: place for place, section in enumerate(study.about.sections)}
    for spec in sorted(study.tables.values(), key=lambda spec: order.get(spec.section, len(order))):
        yield Identifier(TABLE, spec.table, spec.title, spec.number)


def identifiers_of_table(study: Study, table: str) -> tuple[Identifier, ...]:
    """Rows, then columns of a table, in their order."""
    spec = study.tables[table]
    return (*_items(ROW, spec.rows.items, table), *_items(COLUMN, spec.columns.items, table))


def _items(kind: str, items: Sequence[Item], table: str) -> Iterator[Identifier]:
    for item in items:
        under = f"{item.under}: " if item.under else ""
        yield Identifier(kind, item.id, f"{under}{item.label}", within=table)
