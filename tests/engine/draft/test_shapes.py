"""Where rays meet the bank's shapes, and what is about like them."""

import numpy as np
import pytest

from engine.draft import shapes
from engine.draft.bank import bank
from engine.draft.shapes import meet, meet_about

CARS = ("sedan", "van", "truck", "excavator")


def _rays(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Eyes around an actor, and directions to places in its box."""
    dice = np.random.default_rng(seed)
    turn, up = dice.uniform(0, 2 * np.pi, 500), dice.uniform(-0.5, 1.5, 500)
    eyes = np.column_stack([20 * np.cos(turn), 20 * np.sin(turn), up])
    return eyes, dice.uniform(-1, 1, (500, 3)) * (2.0, 0.9, 0.7) - eyes


@pytest.mark.parametrize("name", CARS)
def test_what_is_about_like_a_shape_is_met_before_it(name):
    mesh, (eyes, directions) = bank()[name].mesh, _rays(1)
    about = meet_about(mesh, eyes, directions)
    itself = np.concatenate([meet(mesh, eye, direction[None])[0] for eye, direction in zip(eyes, directions, strict=True)])
    assert np.isfinite(itself).sum() > 200
    assert (about <= itself + 1e-4).all()


@pytest.mark.parametrize("name", CARS)
def test_what_is_about_like_a_shape_is_within_its_box(name):
    entry, (eyes, directions) = bank()[name], _rays(2)
    away = meet_about(entry.mesh, eyes, directions)
    met = (eyes + directions * away[:, None])[np.isfinite(away)]
    assert (np.abs(met) < np.asarray(entry.size_lwh) / 2 + 1e-3).all()


def test_its_lower_half_goes_straight_down():
    mesh, size = bank()["sedan"].mesh, bank()["sedan"].size_lwh
    heights = np.linspace(-0.45, -0.1, 8) * size[2]
    eyes = np.column_stack([np.full(8, -20.0), np.zeros(8), heights])
    away = meet_about(mesh, eyes, np.tile([1.0, 0.0, 0.0], (8, 1)))
    assert np.ptp(away) < 0.25


def test_what_is_no_mesh_is_said(tmp_path, monkeypatch):
    (tmp_path / "flat.ply").write_text("ply\nformat ascii 1.0\nelement vertex 0\nproperty float x\nend_header\n")
    monkeypatch.setattr(shapes, "FOLDER", tmp_path)
    with pytest.raises(OSError, match=r"flat.ply is not a mesh of triangles"):
        meet("flat.ply", np.zeros(3), np.ones((1, 3)))
