"""Panels of careers_lmi from its four small invented deliveries."""

from dataclasses import replace
from pathlib import Path

from mobility.readers import reader_of, requests
from mobility.settings import load_config
from mobility.synthetic import simulate
from paths import ROOT

SEED = 2022


def deliveries(study, folder):
    """By panel of the study, what its source delivers; the deliveries lie in folders of their names."""
    found, wanted = {}, requests(ROOT, load_config(ROOT), [study])
    for name, use in study.about.sources.items():
        request = wanted[use.place]
        own = folder / Path(request.folders[0]).name
        simulate(own, root=ROOT, size="small", seed=SEED, file_format="stata", source=own.name)
        found[name] = reader_of(ROOT, use.source).read(replace(request, folders=(str(own),)))
    return found
