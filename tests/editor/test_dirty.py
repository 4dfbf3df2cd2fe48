"""Which pictures an edit makes stale, of actors on a slope too."""

from dataclasses import replace

import pytest

from editor.apply import apply
from editor.dirty import dirty
from editor.edits import Delete
from editor.geometry import multiply
from editor.scene import Scenario, recorded
from tests.editor.made import made_scene, time_of

UPHILL = (0.998, 0.0, -0.0632, 0.0)  # seven degrees
FLAT = made_scene()


def leaning() -> Scenario:
    """The same drive, all of whose actors stand on a slope."""

    def tilted(pose):
        return replace(pose, T_world=replace(pose.T_world, rotation=multiply(pose.T_world.rotation, UPHILL)))

    actors = tuple(replace(actor, track=tuple(map(tilted, actor.track))) for actor in FLAT.actors)
    return recorded(replace(FLAT, actors=actors))


@pytest.mark.parametrize("base", [recorded(FLAT), leaning()], ids=["level", "leaning"])
def test_who_is_away_for_a_second_makes_that_second_stale(base):
    away = apply(base, Delete("lead", time_of(30), time_of(40)))
    assert dirty(base, away).draft["CAM_FRONT"] == tuple(range(30, 41))


def test_who_leans_otherwise_from_a_time_on_is_stale_near_it():
    base = leaning()
    lead = base.actors[0]
    level = tuple(
        flat if flat.t_us >= time_of(50) else pose for flat, pose in zip(FLAT.actors[0].track, lead.track, strict=True)
    )
    after = replace(base, actors=(replace(lead, track=level), *base.actors[1:]))
    assert dirty(base, after).draft["CAM_FRONT"] == tuple(range(46, 81))
