"""One small world for all tests of the benchmark."""

import pytest

from engine.benchmark.making import made
from tests.engine.benchmark.worlds import TINY


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """Where worlds and results are."""
    return tmp_path_factory.mktemp("benchmark")


@pytest.fixture(scope="session")
def world(folder):
    """Recorded, with takes."""
    return made(folder, TINY.seeds[0], TINY)
