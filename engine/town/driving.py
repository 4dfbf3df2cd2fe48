"""How everyone moves on: drivers keep gaps, stop at lines, give way; walkers wait for their light; step by step.

Drivers follow the intelligent driver model (Treiber, Hennecke and Helbing, 2000). Who gives way looks a few seconds ahead along
the others' paths. What the model leaves over, boxes that touch, `engine.town.traffic` takes out.
"""

import math

import numpy as np
from numpy.typing import NDArray

from engine.town.road_users import PATH_M, STEP_S, Crossing, Line, RoadUser, discs
from engine.town.signals import Phase, phase
from engine.town.streets import Array, Plan

COMFORT_MPS2, BRAKING_MPS2, LATERAL_MPS2, HARDEST_MPS2 = 1.5, 2.2, 2.2, 5.0
STANDING_GAP_M = 2.2
EASY_MPS2 = 1.2  # braking before bends
ASIDE_M = 3.4  # beyond this from a path nobody is in its way
SIGHT_M = 62.0
SIDE_M, SIDE_WALKER_M = 0.25, 0.7  # what is left beside somebody who is passed
LOOK_S, LOOK_RING_S = 4.5, 3.0  # how far ahead, in seconds, who gives way looks along the others' paths
WALK_GAP_S = 4.0


class Simulation:
    """All users of a town's streets at one time, which goes on by steps."""

    def __init__(self, plan: Plan, users: list[RoadUser], start_us: int) -> None:
        self.plan, self.users, self.start_us = plan, users, start_us
        self.seconds = 0.0
        self.owner = np.concatenate([np.full(len(discs(*u.size[:2])), k) for k, u in enumerate(users)])
        self.along = np.concatenate([discs(*u.size[:2]) for u in users])
        self.radius = np.array([u.size[1] / 2 for u in users])[self.owner]
        self.side = np.array([SIDE_WALKER_M if u.walks else SIDE_M for u in users])[self.owner]
        self.half = np.array([0.3 if u.walks else max(u.size[:2]) / 2 for u in users])
        self.driving = [(k, u) for k, u in enumerate(users) if u.role in ("drives", "rides")]
        self.moving = [(k, u) for k, u in enumerate(users) if u.role != "stands" and (u.wish > 0 or u.towed_by is not None)]
        self.allowed = {k: allowed_speeds(u.path).tolist() for k, u in self.driving}
        self.now = np.array([u.at(u.s) for u in users])
        self.speed = np.array([u.v for u in users])
        self.shown: dict[int, Phase] = {}
        self.walking = np.array([k for k, u in self.moving if u.role == "walks"], dtype=np.int64)
        self.seen: dict[int, tuple[float, float]] = {}
        self.stepped = 0

    def run(self, seconds: float) -> None:
        """Move everyone and write down where they are, some steps beyond the end too."""
        steps = math.ceil(seconds / STEP_S) + 6
        for step in range(steps):
            self._note()
            if step < steps - 1:
                self._step()

    def _note(self) -> None:
        for k, user in self.moving:
            self.now[k], self.speed[k] = user.at(user.s), user.v
        for user, (x, y, h), v in zip(self.users, self.now.tolist(), self.speed.tolist(), strict=True):
            user.places.append((x, y, h, v))
        self.ahead = np.stack([np.cos(self.now[:, 2]), np.sin(self.now[:, 2])], -1)
        self.discs = self.now[self.owner, :2] + self.ahead[self.owner] * self.along[:, None]
        t_us = self.start_us + round(self.seconds * 1e6)
        self.blocked = self._blocked()
        self.shown = {id(j): phase(self.plan, j, t_us) for j in self.plan.junctions if j.control == "signals"}

    def _step(self) -> None:
        rates = [self._rate(k, user) for k, user in self.moving]
        for (_, user), rate in zip(self.moving, rates, strict=True):
            before = user.v
            user.v = max(0.0, user.v + STEP_S * rate)
            user.s += (before + user.v) / 2 * STEP_S
        for _, user in self.moving:
            if user.towed_by is not None:
                user.v = user.towed_by.v
                user.s = user.towed_by.s - (user.towed_by.size[0] + user.size[0]) / 2 - 1.1
        self.seconds += STEP_S
        self.stepped += 1

    def _rate(self, k: int, user: RoadUser) -> float:
        if user.role in ("drives", "rides"):
            return self._driver(k, user)
        return self._walker(k, user) if user.role == "walks" and user.wish > 0 else 0.0

    # ---------------------------------------------------------------------------------------------------- drivers

    def _driver(self, k: int, user: RoadUser) -> float:
        if self.seconds < user.start_s or (user.v == 0 and user.start_s > 0 and not self._clear_to_pull_out(k, user)):
            return 0.0
        bend = self.allowed[k][min(max(int(user.s / PATH_M), 0), len(self.allowed[k]) - 1)]
        wish = max(min(user.wish, bend), 0.1)
        free = 1 - (user.v / wish) ** 4 if user.v <= wish else -min(1.0, (user.v - wish) / 2)
        if (self.stepped + k) % 2 == 0 or k not in self.seen:  # drivers look ahead every other step, in turns
            self.seen[k] = self._gap(k, user)
        else:
            gap, speed = self.seen[k]
            self.seen[k] = gap - (user.v - speed) * STEP_S, speed
        gaps = [self.seen[k], self._line_gap(k, user)]
        closest = 0.0
        for gap, speed in gaps:
            closing = user.v * (user.v - speed) / (2 * math.sqrt(COMFORT_MPS2 * BRAKING_MPS2))
            wanted = STANDING_GAP_M + max(0.0, user.v * 1.1 + closing)
            closest = max(closest, (wanted / max(gap, 0.3)) ** 2)
        strength = 0.6 if user.category.startswith(("vehicle.bus", "vehicle.truck")) else 1.0
        return float(np.clip(COMFORT_MPS2 * strength * (free - closest), -HARDEST_MPS2, COMFORT_MPS2 * strength))

    def _gap(self, k: int, user: RoadUser) -> tuple[float, float]:
        """Free metres ahead on the path, and how fast the one there goes the same way."""
        first = user.s + user.size[0] / 2 - 0.5
        start = int(max(first, 0.0) / PATH_M)
        far = int(min(SIGHT_M, 14 + 3.2 * user.v) / PATH_M)
        line = user.path[start : start + far : 2]
        if not len(line):
            return math.inf, 0.0
        low, high = line.min(0) - ASIDE_M, line.max(0) + ASIDE_M
        near = np.flatnonzero(((self.discs > low) & (self.discs < high)).all(1) & (self.owner != k))
        near = near[[self.users[o].towed_by is not user for o in self.owner[near].tolist()]] if len(near) else near
        if not len(near):
            return math.inf, 0.0
        d = distances(self.discs[near], line)
        touch = d < (self.radius[near] + self.side[near] + user.size[1] / 2)[:, None]
        if not touch.any():
            return math.inf, 0.0
        point = np.where(touch.any(1), touch.argmax(1), len(line))
        who = int(point.argmin())
        other = int(self.owner[near[who]])
        tangent = line[min(point[who] + 1, len(line) - 1)] - line[max(point[who] - 1, 0)]
        along = float(self.ahead[other] @ tangent / max(float(np.linalg.norm(tangent)), 1e-6)) if len(line) > 1 else 1.0
        gap = start * PATH_M + float(point[who]) * 2 * PATH_M - (user.s + user.size[0] / 2)
        return max(gap, 0.05), max(0.0, float(self.speed[other]) * along)

    def _line_gap(self, k: int, user: RoadUser) -> tuple[float, float]:
        """Metres to a line where it must stop now."""
        front = user.s + user.size[0] / 2
        for line in user.lines:
            gap = line.stop - front
            if gap < -0.8 or gap > 45:
                continue
            if self._must_stop(k, user, line, gap):
                return max(gap + STANDING_GAP_M - 0.6, 0.05), 0.0
        return math.inf, 0.0

    def _must_stop(self, k: int, user: RoadUser, line: Line, gap: float) -> bool:
        if line.junction.control == "signals":
            aspect = self.shown[id(line.junction)].of(line.junction, line.street)
            can = gap > user.v**2 / (2 * 3.2)
            if aspect == "red" and (can or gap > -0.4) and gap > -0.8:
                return can or user.v < 1.0
            if aspect == "amber" and can:
                return True
            return line.turn == "left" and gap < 14 and self._crossed(k, user, line)
        if not line.waits and line.turn != "left":
            return False
        return gap < 12 and self._crossed(k, user, line)

    def _crossed(self, k: int, user: RoadUser, line: Line) -> bool:
        """Whether somebody who goes first will come across the way through a junction within a few seconds."""
        ring = line.junction.control == "roundabout"
        last = min(line.out + 2.0, line.stop + 15.0) if ring else line.out + 2.0
        mine = user.path[int(line.stop / PATH_M) : int(last / PATH_M) + 1 : 3]
        for _, other in self.driving:
            if other is user or self._waits_too(other, line):
                continue
            x, y = other.places[-1][:2]
            if abs(x - mine[0, 0]) > 60 or abs(y - mine[0, 1]) > 60 or self._same_way(user, other, line):
                continue
            start, far = (
                int(max(other.s - other.size[0] / 2, 0) / PATH_M),
                other.v * (LOOK_RING_S if ring else LOOK_S) + other.size[0] / 2 + 4.0,
            )
            theirs = other.path[start : int((other.s + far) / PATH_M) + 1 : 3]
            if len(theirs) and distances(mine, theirs).min() < 2.0 + other.size[1] / 2 - 0.6:
                return True
        return False

    def _waits_too(self, other: RoadUser, line: Line) -> bool:
        """Whether another has to stop before the junction itself."""
        for theirs in other.lines:
            if theirs.junction is not line.junction or theirs.stop < other.s + other.size[0] / 2 - 0.8:
                continue
            if line.junction.control == "signals":
                shown = self.shown[id(line.junction)]
                return shown.of(line.junction, theirs.street) == "red" or (theirs.turn == "left" and line.turn == "left")
            return theirs.waits
        return False

    def _same_way(self, user: RoadUser, other: RoadUser, line: Line) -> bool:
        """Whether another comes from behind on the same lane, or is ahead on it already."""
        if any(t.junction is line.junction and t.street == line.street for t in other.lines):
            a, b = user.places[-1][2], other.places[-1][2]
            return math.cos(a - b) > 0.7
        return False

    def _clear_to_pull_out(self, k: int, user: RoadUser) -> bool:
        """Whether nobody comes from behind or stands beside somebody who wants to leave a parking place."""
        x, y, h = self.now[k]
        apart = self.now[:, :2] - (x, y)
        along, across = apart @ (math.cos(h), math.sin(h)), apart @ (-math.sin(h), math.cos(h))
        moving = np.array([u.role in ("drives", "rides") and u is not user for u in self.users])
        return not bool((moving & (along > -30) & (along < 12) & (across > 0.8) & (across < 4.6)).any())

    # ---------------------------------------------------------------------------------------------------- walkers

    def _walker(self, k: int, user: RoadUser) -> float:
        left = user.length - user.s - 0.3
        wish = user.wish if left > 1.0 else max(0.0, user.wish * left)
        for crossing in user.crossings:
            gap = crossing.kerb - user.s
            if 0 <= gap < 1.2 and not self._may_cross(user, crossing):
                wish = min(wish, max(0.0, gap - 0.2))
        if self.blocked[k]:
            wish = 0.0
        return float(np.clip((wish - user.v) / 0.4, -2.5, 1.5))

    def _may_cross(self, user: RoadUser, crossing: Crossing) -> bool:
        if crossing.junction is not None and crossing.junction.control == "signals":
            return self.shown[id(crossing.junction)].walk(crossing.junction, crossing.street)
        return not self._traffic_near(user, crossing)

    def _traffic_near(self, user: RoadUser, crossing: Crossing) -> bool:
        """Whether a vehicle reaches the way across before the walker is over."""
        way = user.path[int(crossing.kerb / PATH_M) : int(crossing.over / PATH_M) + 1 : 2]
        needs = (crossing.over - crossing.kerb) / max(user.wish, 0.5)
        for _, other in self.driving:
            if other.v < 0.3:
                continue
            x, y = other.places[-1][:2]
            if abs(x - way[0, 0]) > 70 or abs(y - way[0, 1]) > 70:
                continue
            look = max(WALK_GAP_S, needs) if crossing.junction is None else WALK_GAP_S * 0.7
            theirs = other.path[int(max(other.s, 0) / PATH_M) : int((other.s + other.v * look + other.size[0]) / PATH_M) : 4]
            if len(theirs) and distances(way, theirs).min() < 2.4:
                return True
        return False

    def _blocked(self) -> NDArray[np.bool_]:
        """For each user whether it walks and someone slow stands right in its way."""
        out = np.zeros(len(self.users), bool)
        if len(self.walking):
            apart = self.now[None, :, :2] - self.now[self.walking, None, :2]
            ahead = self.ahead[self.walking, None]
            along = (apart * ahead).sum(-1)
            across = apart[..., 1] * ahead[..., 0] - apart[..., 0] * ahead[..., 1]
            hits = (along > 0.05) & (along < self.half + 0.75) & (np.abs(across) < self.half + 0.3) & (self.speed < 0.8)
            out[self.walking] = hits.any(1)
        return out


def distances(a: Array, b: Array) -> Array:
    """Metres (n, m) between places (n, 2) and (m, 2)."""
    return np.hypot(a[:, 0][:, None] - b[:, 0], a[:, 1][:, None] - b[:, 1])


def allowed_speeds(path: Array) -> Array:
    """At each point of a path (n, 2), the speed from which comfortable braking still meets every bend ahead sideways in
    comfort."""
    step = np.diff(path, axis=0)
    heading = np.unwrap(np.arctan2(step[:, 1], step[:, 0]))
    wide = 6  # points that a bend is measured over
    bend = np.abs(heading[wide:] - heading[:-wide]) / (wide * PATH_M)
    bend = np.concatenate([np.full(wide // 2, bend[0]), bend, np.full(len(path) - len(bend) - wide // 2, bend[-1])])
    way = 2 * EASY_MPS2 * PATH_M * np.arange(len(path))
    squares = LATERAL_MPS2 / np.maximum(bend, 1e-3) + way
    return np.sqrt(np.minimum.accumulate(squares[::-1])[::-1] - way)
