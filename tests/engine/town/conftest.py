"""One recorded town for all tests of Town that only read it."""

import pytest

from engine.town.recording import generate
from tests.engine.town.small_town import PICTURES, RECIPE, SEED


@pytest.fixture(scope="session")
def recorded(tmp_path_factory):
    out = tmp_path_factory.mktemp("town")
    told = []
    generate(out, [SEED], RECIPE, progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (PICTURES, PICTURES)
    return out
