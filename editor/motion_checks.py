"""Whether a track is a motion that its category can make: speed, acceleration, bends, turns, jumps, heading.

Speeds are those between neighbouring poses, accelerations those between neighbouring stretches: between poses a track is
straight, so nothing finer is there to be checked. Annotated places are good to a few centimetres, which is allowed for.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from editor.categories import Limits, category_of, one_of
from editor.findings import Finding, FindingKind, called, excess, runs
from editor.geometry import Array
from editor.identity import Same
from editor.sampled import Poses, poses_of
from editor.scene import Actor

TOLERANCE = 1.15  # of the limits
NOISE_M = 0.02  # of an annotated place
NOISE_RAD = 0.02
JUMP_M = 0.5
BEND_WINDOW_S = 0.45
BEND_LEAST_RAD = 0.25
APART_S = 1.5  # findings of one kind that lie nearer together are one
KINK_S = 0.5  # a change of speed or way takes no longer, however long the straight stretches beside it are
MOVING_MPS = 1.0
SIDEWAYS_RAD = np.pi / 3
REVERSING_MPS = 4.0


@lru_cache(maxsize=2048)
def _motion_findings(actor: Same[Actor]) -> tuple[Finding, ...]:
    poses = poses_of(actor.value)
    if len(poses.seconds) < 2:
        return ()
    track = _Track(actor.value, poses)
    checks = (track.speed, track.jump, track.acceleration, track.yaw_rate, track.bends, track.heading)
    return tuple(finding for check in checks for finding in check())


def motion_findings(actor: Actor) -> tuple[Finding, ...]:
    """All that is wrong with how an actor moves; remembered for each actor."""
    return _motion_findings(Same(actor))


class _Track:
    """The arrays that the checks of one actor share. n poses make n - 1 stretches."""

    def __init__(self, actor: Actor, poses: Poses) -> None:
        self.actor, self.poses = actor, poses
        self.limits: Limits = category_of(actor.category).limits
        self.kind = one_of(actor.category)
        self.dt = np.diff(poses.seconds)
        self.velocity = np.diff(poses.places[:, :2], axis=0) / self.dt[:, None]
        self.speeds = np.hypot(*self.velocity.T)
        self.jumped = self._jumped()

    def found(self, kind: FindingKind, a: int, b: int, severity: float, says: str) -> Finding:
        """A finding between two poses, by their indices."""
        track = self.actor.track
        span = (track[a].t_us, track[b].t_us)
        return Finding(kind, (self.actor.id,), span, round(severity, 3), f"{called(self.actor)} {says}")

    def runs(self, bad: NDArray[np.bool_]) -> list[tuple[int, int]]:
        """Where a mask over poses or stretches is true, first and last index; what hardly lies apart is one."""
        out: list[tuple[int, int]] = []
        for a, b in runs(bad):
            is_near = out and self.poses.seconds[a] - self.poses.seconds[out[-1][1]] < APART_S
            out[-1:] = [(out[-1][0], b)] if is_near else [*out[-1:], (a, b)]
        return out

    def over(self, kind: FindingKind, got: Array, limit: float, noise: float, says: str, unit: float) -> list[Finding]:
        """Findings for stretches (n - 1,) where a value is beyond its limit; `says` has places for both, in units of which one
        of ours has so many."""
        found = []
        for a, b in self.runs(got > limit * TOLERANCE + 2 * noise / self.dt):
            most = float(got[a : b + 1].max())
            found.append(self.found(kind, a, b + 1, excess(most, limit), says.format(most * unit, limit * unit)))
        return found

    def speed(self) -> list[Finding]:
        says = f"goes {{:.0f}} km/h; {self.kind} can do {{:.0f}}"
        return self.over("speed", self.speeds, self.limits.speed_mps, NOISE_M, says, 3.6)

    def _axes(self) -> tuple[Array, Array]:
        """Ahead and left (n, 2) at each pose."""
        ahead = np.stack([np.cos(self.poses.headings), np.sin(self.poses.headings)], axis=-1)
        return ahead, ahead[:, ::-1] * [-1, 1]

    def _jumped(self) -> NDArray[np.bool_]:
        """Stretches (n - 1,) that lead to a place which neither the stretch before nor the one after suggests."""
        if len(self.velocity) < 3:
            return np.zeros(len(self.velocity), dtype=bool)
        before, here, after = self.velocity[:-2], self.velocity[1:-1], self.velocity[2:]
        aside = (here - (before + after) / 2) * self.dt[1:-1, None]
        inner = np.hypot(*aside.T) > JUMP_M
        strong = self.limits.lateral_mps2 * TOLERANCE
        for other, dt in ((before, self.dt[:-2]), (after, self.dt[2:])):
            inner &= np.hypot(*(here - other).T) / ((self.dt[1:-1] + dt) / 2) > strong * 0.5
        return np.concatenate([[False], inner, [False]])

    def jump(self) -> list[Finding]:
        found = []
        for a, b in runs(self.jumped):
            around = (self.velocity[a - 1] + self.velocity[b + 1]) / 2
            metres = float(np.hypot(*((self.velocity[a : b + 1] - around) * self.dt[a : b + 1, None]).T).max())
            found.append(self.found("jump", a, b + 1, min(metres / 3, 1.0), f"jumps by {metres:.1f} m"))
        return found

    def acceleration(self) -> list[Finding]:
        """At each inner pose; what belongs to a jump is said there."""
        if len(self.velocity) < 2:
            return []
        dt = np.minimum((self.dt[:-1] + self.dt[1:]) / 2, KINK_S)
        rate = np.diff(self.velocity, axis=0) / dt[:, None]
        ahead, left = (axis[1:-1] for axis in self._axes())
        along, across = (rate * ahead).sum(1), np.abs((rate * left).sum(1))
        noise = 2 * NOISE_M / dt**2
        calm = ~(self.jumped[:-1] | self.jumped[1:])
        found = []
        for got, limit, says in (
            (along, self.limits.acceleration_mps2, "speeds up by {:.1f} m/s²; {} can do {:.1f}"),
            (-along, self.limits.braking_mps2, "brakes by {:.1f} m/s²; {} can do {:.1f}"),
            (across, self.limits.lateral_mps2, "is pushed sideways by {:.1f} m/s²; {} can take {:.1f}"),
        ):
            bad = (got > limit * TOLERANCE + noise) & calm
            for a, b in self.runs(bad):
                most = float(got[a : b + 1][bad[a : b + 1]].max())
                found.append(self.found("acceleration", a, b + 2, excess(most, limit), says.format(most, self.kind, limit)))
        return found

    def yaw_rate(self) -> list[Finding]:
        rate = np.abs(np.diff(self.poses.headings)) / self.dt
        says = f"turns by {{:.0f}}° every second; {self.kind} can do {{:.0f}}°"
        return self.over("yaw_rate", rate, self.limits.yaw_rate_radps, NOISE_RAD, says, 180 / np.pi)

    def bends(self) -> list[Finding]:
        """Over windows of about half a second, since between close poses noise is larger than the bend."""
        if not self.limits.turn_radius_m:
            return []
        s, way = self.poses.seconds, np.concatenate([[0.0], np.cumsum(self.speeds * self.dt)])
        end = np.minimum(np.searchsorted(s, s[:-1] + BEND_WINDOW_S), len(s) - 1)
        turned = np.abs(self.poses.headings[end] - self.poses.headings[:-1])
        metres = np.maximum(way[end] - way[:-1], 0.05)
        limit = self.limits.curvature * TOLERANCE
        found = []
        bad = (turned > BEND_LEAST_RAD) & (turned / metres > limit)
        for a, b in self.runs(bad):
            radius = float((metres[a : b + 1] / turned[a : b + 1])[bad[a : b + 1]].min())
            says = f"bends at a radius of {radius:.1f} m; {self.kind} can do {self.limits.turn_radius_m:.1f} m"
            found.append(self.found("curvature", a, int(end[b]), excess(1 / radius, self.limits.curvature), says))
        return found

    def heading(self) -> list[Finding]:
        if not self.limits.turn_radius_m:
            return []
        middle = (self.poses.headings[:-1] + self.poses.headings[1:]) / 2
        motion = np.arctan2(self.velocity[:, 1], self.velocity[:, 0])
        off = np.abs((motion - middle + np.pi) % (2 * np.pi) - np.pi)
        backing = (off > np.pi - SIDEWAYS_RAD) & (self.speeds < REVERSING_MPS)
        moving = (self.speeds > MOVING_MPS) & (self.speeds * self.dt > 4 * NOISE_M)
        found = []
        for a, b in runs((off > SIDEWAYS_RAD) & moving & ~backing & ~self.jumped):
            most = float(off[a : b + 1].max())
            says = f"faces {np.degrees(most):.0f} degrees away from where it goes"
            found.append(self.found("heading", a, b + 1, most / np.pi, says))
        return found
