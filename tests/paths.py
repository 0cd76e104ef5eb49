"""Where the project and the data of the tests are, for tests in any folder."""

from pathlib import Path

TESTS = Path(__file__).parent
ROOT = TESTS.parent
GOLDEN = TESTS / "golden"
CASES = TESTS / "cases"
SHARED = ROOT.parent / "shared"
"""Originals of what is copied here, where they lie beside the checkout."""
