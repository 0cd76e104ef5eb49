"""Settings: `config.yaml` and the spec files of a study as objects, each checked against its closed schema."""

from mobility.settings.choices import Choice
from mobility.settings.claims import Claim
from mobility.settings.config import SYNTHETIC, Config, fail_outside, load_config, not_made
from mobility.settings.figures import FigureSpec
from mobility.settings.load import STUDY_FOLDERS, load_study, study_folder, under_reading
from mobility.settings.models import ModelSpec, Outcome
from mobility.settings.samples import Sample
from mobility.settings.schema import validate
from mobility.settings.sources import (
    Waves,
    is_mapped,
    load_waves,
    source_kind,
    source_names,
    source_spec,
    wave_problems,
    waves_of,
)
from mobility.settings.study import About, Study, Use
from mobility.settings.tables import Axis, Item, TableSpec, labelled
from mobility.settings.terms import Term

__all__ = [
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
    "Use",
    "Waves",
    "fail_outside",
    "is_mapped",
    "labelled",
    "load_config",
    "load_study",
    "load_waves",
    "not_made",
    "source_kind",
    "source_names",
    "source_spec",
    "study_folder",
    "under_reading",
    "validate",
    "wave_problems",
    "waves_of",
]
