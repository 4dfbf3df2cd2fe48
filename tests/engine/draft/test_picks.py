"""Which recorded picture an actor is lifted from."""

from dataclasses import replace

import numpy as np
import pytest

from editor.geometry import Rigid
from editor.tracks import actor_at
from engine.draft.gather import Source
from engine.draft.picks import Wanted, best_picks
from engine.draft.sightings import sightings

HERE = Source(5, "CAM_FRONT")


@pytest.mark.parametrize("taller", [1.0, 1.5])
def test_an_actor_that_stays_or_grows_where_it_stands_is_lifted_from_its_own_picture(footage, taller):
    scene, camera = footage.scene, footage.recording.camera(HERE.frame, HERE.view)
    actor = next(a for a in scene.actors if actor_at(a, camera.t_us).translation[0] > 12)
    length, width, height = actor.size_lwh
    T = actor_at(actor, camera.t_us)
    grown = Rigid(tuple(np.add(T.translation, (0.0, 0.0, (taller - 1) * height / 2))), T.rotation)
    wanted = Wanted(grown, (length, width, taller * height), camera)
    seen = sightings(scene, actor)
    assert best_picks(footage.witnesses, actor, seen, wanted, HERE.frame)[0].source == HERE
    # Where other pictures show more of it, its own still leaves out only what the wanted one leaves out, too.
    poor = replace(seen, inside=np.where(seen.frames == HERE.frame, 0.3, 1.0))
    assert best_picks(footage.witnesses, actor, poor, wanted, HERE.frame)[0].source == HERE


def test_a_picture_that_holds_but_a_strip_of_an_actor_shows_it_where_it_stands_and_nowhere_else(footage, parked):
    """It has passed almost out of the picture; earlier ones hold more of it, but from elsewhere."""
    camera = footage.recording.camera(HERE.frame, HERE.view)
    beside = Rigid(tuple(np.add(camera.T_world_camera.translation, (5.0, 5.0, -0.8))), (1.0, 0.0, 0.0, 0.0))
    passing = replace(parked, track=tuple(replace(pose, T_world=beside) for pose in parked.track))
    seen = sightings(footage.scene, passing)
    strip, *_ = seen.inside[[source == HERE for source in seen.sources]]
    assert strip < 0.2 < seen.inside.max()
    wanted = Wanted(beside, passing.size_lwh, camera)
    assert best_picks(footage.witnesses, passing, seen, wanted, HERE.frame)[0].source == HERE
    own = np.array([source == HERE for source in seen.sources])
    behind = replace(seen, eyes=np.where(own[:, None], seen.eyes, seen.eyes * (-1, -0.1, 1)))
    elsewhere = replace(wanted, T_world_box=Rigid(tuple(np.add(beside.translation, (0.5, 0.0, 0.0))), beside.rotation))
    assert best_picks(footage.witnesses, passing, behind, wanted, HERE.frame)[0].source == HERE
    assert best_picks(footage.witnesses, passing, behind, elsewhere, HERE.frame)[0].source != HERE
    strips = replace(seen, inside=np.where(own, strip, 0.2))
    assert [pick.source for pick in best_picks(footage.witnesses, passing, strips, wanted, HERE.frame)] == [HERE]
    assert not best_picks(footage.witnesses, passing, strips, elsewhere, HERE.frame)


def test_what_the_border_cuts_off_is_lacking_and_not_unseen(footage, parked):
    camera = footage.recording.camera(HERE.frame, HERE.view)
    T = actor_at(parked, camera.t_us)
    aside = Rigid(tuple(np.add(T.translation, (0.0, 1.0, 0.0))), T.rotation)
    seen = sightings(footage.scene, parked)
    wanted = Wanted(aside, parked.size_lwh, camera)
    whole, *_ = best_picks(footage.witnesses, parked, seen, wanted, HERE.frame)
    assert whole.lacks == pytest.approx(whole.unseen) == pytest.approx(0, abs=0.05)
    cut, *_ = best_picks(footage.witnesses, parked, replace(seen, inside=0.4 * seen.inside), wanted, HERE.frame)
    assert cut.unseen == pytest.approx(0, abs=0.05)
    assert 0.3 < cut.lacks < 0.7
