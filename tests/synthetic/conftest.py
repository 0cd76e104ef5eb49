"""Deliveries and worlds of the synthetic generator, made once."""

import shutil

import pytest

from mobility.synthetic.delivery import draw_world
from paths import ROOT
from planted_project import LFS
from read_synthetic import LETTERS, SEED, make, read


@pytest.fixture(scope="session")
def delivery(tmp_path_factory):
    return make(tmp_path_factory.mktemp("stata") / "delivery")


@pytest.fixture(scope="session")
def world():
    return draw_world(ROOT, 20, SEED)


@pytest.fixture(scope="session")
def full_world():
    return draw_world(ROOT, 1, SEED)


@pytest.fixture(scope="session")
def waves(delivery):
    """`indresp` of each wave without prefixes, and with the wave's number."""
    frames = [read(delivery, "stata", f"ukhls/{letter}_indresp") for letter in LETTERS]
    return [
        frame.rename(columns=lambda name: name.split("_", 1)[1] if name[1] == "_" else name).assign(wave=number)
        for number, frame in enumerate(frames)
    ]


@pytest.fixture(scope="module")
def lfs_root(tmp_path_factory):
    """A project folder whose only source is the Labour Force Survey of three quarters."""
    root = tmp_path_factory.mktemp("lfs")
    (root / "workflow").symlink_to(ROOT / "workflow")
    shutil.copytree(LFS, root / "sources" / "lfs")
    return root
