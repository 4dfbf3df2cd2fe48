"""`make bench ONLY=model` at its smallest: a tiny untrained network on the small world."""

import pytest

from engine.benchmark import cases, identity
from engine.benchmark.segmenter import Course
from tests.bench import counterfactual, model, model_adherence, model_edit_cost, model_identity, model_long_drive
from tests.bench.row import Missing, Row
from tests.engine.benchmark.worlds import TINY
from tests.engine.service.small_model import write_checkpoint

MODULES = (model, model_adherence, model_edit_cost, model_identity, model_long_drive)


@pytest.fixture
def small(world, folder, monkeypatch):
    """The quick list is the small world, whose largest actors count."""
    monkeypatch.setitem(cases.LISTS, "quick", TINY)
    monkeypatch.setenv("CHECKPOINT", str(write_checkpoint(folder / "weights")))
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    for module in (counterfactual, model_adherence, model_identity):
        monkeypatch.setattr(module, "FOLDER", folder)
    for module in ("adherence", "identity", "run"):
        monkeypatch.setattr(f"engine.benchmark.{module}.VISIBLE_PX", 8)


def measured(module):
    return {row.name: row for row in module.rows(True)}


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__.rpartition(".")[2])
def test_without_weights_every_row_says_so(module, monkeypatch):
    monkeypatch.setattr(module, "weights", lambda: None)
    rows = list(module.rows(True))
    assert rows
    assert all(isinstance(row, Missing) and "no checkpoint" in row.reason for row in rows)


def test_gains_come_with_their_intervals(small):
    rows = measured(model)
    for kind in ("move", "delete", "weather"):
        row = rows[f"model.psnr_dirty_gain_db.{kind}"]
        assert row.low <= row.value <= row.high
    assert rows["model.psnr_dirty_gain_db.geometric"].reason.startswith("no clip of path")  # shows nothing in this world
    assert 0 < rows["model.changed_share"].value <= 1
    assert rows["model.outside_dirty_max_abs_diff"].value == 0
    assert isinstance(rows["model.sharpness_ratio.move"], Row)
    draft = {row.name: row for row in counterfactual.rows(True)}
    gained = rows["model.psnr_dirty_db.move"].value - draft["draft.psnr_dirty_db.move"].value
    assert rows["model.psnr_dirty_gain_db.move"].value == pytest.approx(gained)


def test_silhouettes_are_found_in_drawn_and_true_pictures(small, monkeypatch):
    course = Course(towns=1, instants=1, seconds=1.0, size=(64, 48), steps=2, batch=2, cut_out=(32, 32))
    monkeypatch.setattr(model_adherence, "QUICK_COURSE", course)
    rows = measured(model_adherence)
    assert set(rows) == set(model_adherence.NAMES)
    assert all(0 <= row.value <= 1 for row in rows.values())


def test_identity_is_measured_with_and_without_instances(small, monkeypatch):
    monkeypatch.setattr(identity, "NUM_FRAMES", 4)
    rows = measured(model_identity)
    with_, without, saved = (rows[name].value for name in model_identity.NAMES)
    assert with_ > 0
    assert without - with_ == pytest.approx(saved)
