"""Projects whose source needs no life histories, and their invented deliveries."""

import shutil

import yaml

from mobility.synthetic import simulate
from once import once
from paths import ROOT, TESTS

SEED = 7
LFS = TESTS / "synthetic" / "lfs"


def make(folder, root, source, file_format="stata", size="small", seed=SEED):
    simulate(folder, root=root, size=size, seed=seed, file_format=file_format, source=source)
    return folder


def small_lfs(factory):
    """A small invented delivery of quarters, for tests that only read it."""
    return once(factory, "lfs", lambda folder: make(folder, ROOT, "lfs"))


def spoiled(tmp_path, source, change, mapping=None):
    """A project folder with the planted file of a source changed."""
    root = tmp_path / "root"
    folder = root / "sources" / source
    shutil.copytree(LFS if source == "lfs" else ROOT / "sources" / source, folder)
    (root / "workflow").symlink_to(ROOT / "workflow")
    words = yaml.load((folder / "planted.yaml").read_text(), yaml.BaseLoader)
    (folder / "planted.yaml").write_text(yaml.safe_dump(change(words), sort_keys=False))
    if mapping:
        known = yaml.load((folder / "mapping.yaml").read_text(), yaml.BaseLoader)
        (folder / "mapping.yaml").write_text(yaml.safe_dump({**known, **mapping}, sort_keys=False))
    return root
