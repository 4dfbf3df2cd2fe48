"""What a lens adds: nothing to a dull dry day, glare about lamps, rain that is the same for the same instant and view."""

import torch

from engine.town.lens import grain, veil
from engine.town.light import light_of

NOON, RAIN, NIGHT = light_of(7, "noon", "clear"), light_of(7, "noon", "rain"), light_of(7, "night", "clear")
KEY = (7, 1_000_000, "CAM_FRONT")
SEEN, DEPTH = torch.full((64, 96, 3), 0.3), torch.full((64, 96), 40.0)


def test_a_dull_dry_picture_stays_as_it_is():
    assert not veil(NOON, SEEN, DEPTH, KEY).any()
    assert not grain(NOON, 64, 96, KEY).any()


def test_bright_lamps_glare_about_themselves():
    seen = SEEN.clone()
    seen[30:33, 50:53] = 20.0
    more = veil(NOON, seen, DEPTH, KEY).sum(-1)
    assert more[36, 51] > more[42, 51] > 0
    assert (more >= 0).all()


def test_rain_is_the_same_for_the_same_instant_and_view_and_another_for_others():
    one = veil(RAIN, SEEN, DEPTH, KEY)
    assert (one == veil(RAIN, SEEN, DEPTH, KEY)).all()
    for other in ((8, *KEY[1:]), (7, 1_100_000, "CAM_FRONT"), (7, 1_000_000, "CAM_BACK")):
        assert (one != veil(RAIN, SEEN, DEPTH, other)).any(-1).float().mean() > 0.02


def test_rain_falls_in_front_of_what_is_seen():
    assert not veil(RAIN, SEEN, torch.full((64, 96), 2.0), KEY)[:, :, 0].gt(0.02).any()
    assert veil(RAIN, SEEN, DEPTH, KEY)[:, :, 0].gt(0.02).any()


def test_grain_has_no_mean_and_comes_with_the_dark():
    noise = grain(NIGHT, 200, 300, KEY)
    assert abs(noise.mean()) < 3e-4
    assert 0.003 < noise.std() < 0.02
    assert (noise == grain(NIGHT, 200, 300, KEY)).all()
    assert (noise != grain(NIGHT, 200, 300, (7, 1_100_000, "CAM_FRONT"))).any()
