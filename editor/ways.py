"""Where the lanes lead whoever drives at the end of a recording: what a take keeps of it, so that replaying it needs no map."""

import numpy as np

from editor.beyond import EGO_CATEGORY, goes_on, stands
from editor.categories import category_of
from editor.drive import start_of
from editor.edits import Way
from editor.lanes import at, length_of, nearest_lane
from editor.map import Lane, StreetMap
from editor.planner import Start
from editor.sampled import EGO
from editor.scene import Scene

FIRST_M = 14.0  # to the first place on the lane: who drives beside its middle comes to it gently
SPACING_M = 8.0
SPARE_M = 40.0  # more than is driven, so that how a way ends says nothing of how it is driven


def ways_of(scene: Scene, street_map: StreetMap, seconds: float) -> tuple[Way, ...]:
    """For the ego and every vehicle that moves at the end of a recording, the places along its lane that it comes to in so many
    seconds, at each fork as straight on as it goes. None for who drives on no lane; where lanes end, so do the places."""
    recording = scene.as_recorded
    tracks = [(EGO, EGO_CATEGORY, recording.ego)]
    tracks += [(actor.id, actor.category, actor.track) for actor in recording.actors if goes_on(recording, actor)]
    found = []
    for who, category, track in tracks:
        if not category_of(category).on_the_road or stands(track):
            continue
        start = start_of(track, track[-1].t_us, category_of(category).limits)
        places = _along_lanes(street_map, start, start.speed_mps * seconds + SPARE_M)
        found += [Way(who, places)] if places else []
    return tuple(found)


def _along_lanes(street_map: StreetMap, start: Start, metres: float) -> tuple[tuple[float, float], ...]:
    here = nearest_lane(street_map, start.x, start.y, start.heading)
    if here is None:
        return ()
    lanes = {lane.id: lane for lane in street_map.lanes if len(lane.centre) >= 2}
    lane, along, places = here.lane, here.along_m + FIRST_M, []
    while len(places) * SPACING_M < metres:
        while along > (length := length_of(lane)):
            onward = [lanes[name] for name in lane.successors if name in lanes]
            if not onward or length == 0:
                return tuple(places)
            along, lane = along - length, min(onward, key=lambda following, lane=lane: (_turn(lane, following), following.id))
        x, y = at(lane, along)
        places.append((round(float(x), 2), round(float(y), 2)))
        along += SPACING_M
    return tuple(places)


def _turn(lane: Lane, following: Lane) -> float:
    """By how much it turns until the end of the lane that follows."""
    (ax, ay), (bx, by) = (np.subtract(each.centre[-1], each.centre[-2])[:2] for each in (lane, following))
    return abs(float(np.arctan2(ax * by - ay * bx, ax * bx + ay * by)))
