"""A drive that lies far from its world's origin is drawn as one that does not."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from editor.beyond import beyond
from editor.datasets.nuscenes import open_data_set
from editor.scene import Pose, recorded
from editor.tracks import actor_at
from engine.draft.differences import differences
from engine.draft.draft import chunk_of
from engine.draft.footage import footage_of, forget
from engine.draft.near import near, near_scene
from engine.gbuffer import of_draft

UTM = (600_000.0, 5_300_000.0, 0.0)  # some place in Germany
SIZE = (160, 96)
FRAME, VIEW = 20, "CAM_FRONT"
TOWN = Path(__file__).resolve().parents[3] / "assets" / "town"


def moved(T, by=UTM):
    return replace(T, translation=tuple(float(a + b) for a, b in zip(T.translation, by, strict=True)))


def track_moved(track):
    return tuple(Pose(pose.t_us, moved(pose.T_world)) for pose in track)


def actor_moved(actor):
    return replace(actor, track=track_moved(actor.track))


def scene_moved(scene):
    """The same drive, in UTM."""
    frames = tuple(
        replace(frame, pictures=tuple(replace(p, T_world_ego=moved(p.T_world_ego)) for p in frame.pictures))
        for frame in scene.frames
    )
    sweeps = tuple(replace(sweep, T_world_lidar=moved(sweep.T_world_lidar)) for sweep in scene.sweeps)
    actors = tuple(map(actor_moved, scene.actors))
    return replace(scene, frames=frames, sweeps=sweeps, actors=actors, ego=track_moved(scene.ego))


@pytest.fixture(scope="module")
def far(scene):
    """The made-up drive, there."""
    return scene_moved(scene)


def without_one(scenario, actor):
    return replace(scenario, actors=tuple(a for a in scenario.actors if a.id != actor.id))


def drawn(scenario):
    """The draft of a picture, its G-buffer, and how many points of LiDAR stand about it."""
    forget()
    footage = footage_of(TOWN, scenario.scene.as_recorded, SIZE)
    chunk = chunk_of(footage, scenario, FRAME, VIEW)
    told = of_draft(footage, scenario, FRAME, VIEW, chunk.picture).astype(np.float32)
    forget()
    return chunk, told, len(footage.standing.backdrop.upright)


def test_its_drafts_and_gbuffers_are_those_of_the_same_drive_near_the_origin():
    data_set = open_data_set(TOWN)
    scene = data_set.scene(data_set.summaries()[0].name)
    t_us = scene.frames[FRAME].t_us
    ahead = scene.frames[FRAME].picture(VIEW).T_world_ego.apply(np.array([[15.0, 0.0, 1.0]]))[0]
    there_then = [actor for actor in scene.actors if actor_at(actor, t_us) is not None]
    nearest = min(there_then, key=lambda actor: np.linalg.norm(np.subtract(actor_at(actor, t_us).translation, ahead)))
    here, there = (drawn(without_one(recorded(each), nearest)) for each in (scene, scene_moved(scene)))
    assert here[0].dirty.any()
    assert there[2] == pytest.approx(here[2], rel=0.01)
    assert np.abs(here[1] - there[1]).mean() < 0.002
    assert (here[0].dirty == there[0].dirty).mean() > 0.99
    assert (np.abs(here[0].picture.astype(int) - there[0].picture).max(-1) > 8).mean() < 0.01


def test_who_is_not_edited_is_no_other_than_in_the_footage(small_drive, far):
    truck = next(actor for actor in far.actors if actor.category == "vehicle.truck")
    shifted = replace(truck, track=tuple(Pose(p.t_us, moved(p.T_world, (2.0, 0.0, 0.0))) for p in truck.track))
    asked = near(recorded(far).with_actor(shifted))
    footage = footage_of(small_drive, far, SIZE)
    found = differences(asked, footage.actors, far.frames[5].t_us)
    assert [difference.now.id for difference in found] == [truck.id]
    recorded_ones = {actor.id: actor for actor in footage.scene.actors}
    assert all(actor is recorded_ones[actor.id] for actor in asked.actors if actor.id != truck.id)
    forget()


def test_beyond_its_recording_it_lies_about_the_same_origin(far):
    asked = near(recorded(beyond(far, 4.0)))
    assert asked.scene.as_recorded is near_scene(far)
    assert np.abs([pose.T_world.translation[:2] for pose in asked.ego]).max() < 2000


def test_what_is_near_stays_the_very_object(scene):
    asked = recorded(scene)
    assert near_scene(scene) is scene
    assert near(asked) is asked
