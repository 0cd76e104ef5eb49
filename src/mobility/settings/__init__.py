"""Settings: `config.yaml` and the spec files of a study as objects, each checked against its closed schema."""

from mobility.settings.config import (
    FLOWS,
    MAPPED_SOURCES,
    PANEL,
    SYNTHETIC,
    Config,
    load_config,
    parse_waves,
    source_kind,
)
from mobility.settings.load import STUDY_FOLDERS, load_study, study_folder, under_reading
from mobility.settings.schema import validate
from mobility.settings.specs import (
    Axis,
    Choice,
    Claim,
    FigureSpec,
    Item,
    ModelSpec,
    Outcome,
    Sample,
    TableSpec,
    Term,
)
from mobility.settings.study import About, Study

__all__ = [
    "FLOWS",
    "MAPPED_SOURCES",
    "PANEL",
    "STUDY_FOLDERS",
    "SYNTHETIC",
    "About",
    "Axis",
    "Choice",
    "Claim",
    "Config",
    "FigureSpec",
    "Item",
    "ModelSpec",
    "Outcome",
    "Sample",
    "Study",
    "TableSpec",
    "Term",
    "load_config",
    "load_study",
    "parse_waves",
    "source_kind",
    "study_folder",
    "under_reading",
    "validate",
]
