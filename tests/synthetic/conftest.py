"""Deliveries and worlds of the synthetic generator, made once."""

import shutil

import pytest

from mobility.synthetic.delivery import draw_world
from once import once
from paths import ROOT
from planted_project import LFS
from read_synthetic import LETTERS, SEED, make, read


@pytest.fixture(scope="session")
def made_as(tmp_path_factory):
    """The delivery in a format, made once, in a folder of its own."""

    def of(file_format):
        def alone(folder):
            make(folder / "delivery", file_format=file_format)

        return once(tmp_path_factory, f"synthetic_{file_format}", alone) / "delivery"

    return of


@pytest.fixture(scope="session")
def delivery(made_as):
    return made_as("stata")


@pytest.fixture
def earlier(delivery, tmp_path):
    """A folder with a copy of the delivery, to be replaced."""
    return shutil.copytree(delivery, tmp_path / "delivery")


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
