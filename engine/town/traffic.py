"""Who is on the streets and how they move: drivers who keep their lanes and their gaps, people who walk and cross."""

import math
from dataclasses import dataclass, field

import numpy as np

from engine.town.chance import dice
from engine.town.ground import PAVEMENT_M
from engine.town.lanes import Turn, lanes, path_from, resampled, stretch_at
from engine.town.streets import CROSSING, Array, Plan, Street

STEP_S = 0.1
Size = tuple[float, float, float]
SIZES: dict[str, tuple[str, Size]] = {
    "sedan": ("vehicle.car", (4.72, 1.92, 1.46)), "hatch": ("vehicle.car", (4.08, 1.86, 1.50)),
    "suv": ("vehicle.car", (4.78, 2.02, 1.74)), "van": ("vehicle.car", (5.55, 2.18, 2.42)),
    "pickup": ("vehicle.truck", (5.60, 2.10, 1.88)), "truck": ("vehicle.truck", (8.10, 2.55, 3.35)),
    "bus": ("vehicle.bus.rigid", (11.60, 2.95, 3.30)), "bicycle": ("vehicle.bicycle", (1.80, 0.66, 1.76)),
    "motorcycle": ("vehicle.motorcycle", (2.15, 0.80, 1.62)),
}  # fmt: skip
MIX = ("sedan", "hatch", "suv", "sedan", "suv", "van", "pickup", "hatch")


@dataclass(eq=False)
class RoadUser:
    """Somebody during the simulation: where on a path, how fast; walkers keep their speed."""

    name: str
    category: str
    size: Size
    path: Array
    s: float
    v: float
    wish: float
    walks: bool = False
    places: list[tuple[float, float, float, float]] = field(default_factory=list)  # x, y, heading, speed at each step

    def at(self, s: float) -> tuple[float, float, float]:
        """x, y and heading at metres along the path; beyond its ends straight on."""
        k = np.arange(len(self.path)) * 0.5
        reach = min(1.4, 0.3 * self.size[0]) if not self.walks else 0.3
        a, b = (
            np.array([np.interp(t, k, self.path[:, i]) for i in range(2)])
            for t in (max(s - reach, 0), min(max(s + reach, 0.5), k[-1]))
        )
        x, y = (float(np.interp(s, k, self.path[:, i])) for i in range(2))
        d = b - a
        return x, y, math.atan2(d[1], d[0])


@dataclass(frozen=True, eq=False)
class Traffic:
    """Everyone's way: the first is the ego; the others are actors."""

    ego: RoadUser
    others: tuple[RoadUser, ...]


def traffic(plan: Plan, seconds: float) -> Traffic:
    """Populate a town and let it run."""
    rng = dice("traffic", plan.seed)
    crowd = _Crowd(plan, rng)
    ego = _junction(crowd) if plan.kind == "junction" else _curve(crowd)
    crowd.parked()
    crowd.people()
    users = [ego, *crowd.users]
    _run(users, round(seconds / STEP_S))
    return Traffic(ego, tuple(crowd.users))


def _junction(crowd: "_Crowd") -> RoadUser:
    """Four lanes into a crossing: someone ahead, a queue that waits on the side street, oncoming traffic, a turning van."""
    ego = crowd.driver("ego", "sedan", "main", 1, 0, 187.0, 8.2, 9.0, keep=False)
    crowd.driver("ahead", "suv", "main", 1, 0, 203.0, 8.0, 8.6)
    crowd.driver("ahead2", "sedan", "main", 1, 0, 233.0, 8.6, 10.0)
    crowd.driver("beside", "hatch", "main", 1, 1, 196.0, 7.2, 7.6)
    crowd.driver("turning", "van", "main", 1, 1, 213.0, 6.2, 8.0, ("right",))
    crowd.driver("behind", "pickup", "main", 1, 0, 172.0, 8.0, 8.8)
    crowd.driver("behind2", "sedan", "main", 1, 1, 164.0, 8.2, 9.0)
    kinds = ("sedan", "truck", "hatch", "suv", "sedan", "van", "bus")
    for k, s in enumerate((231.0, 254.0, 279.0, 303.0)):
        crowd.driver(f"oncoming{k}", kinds[k], "main", -1, 0, s, 8.4, 9.2)
    for k, s in enumerate((224.0, 246.0, 290.0)):
        crowd.driver(f"oncoming{k + 4}", kinds[k + 4], "main", -1, 1, s, 7.8, 8.6)
    crowd.rider("cyclist", "main", 1, 207.0, 4.6)
    crowd.rider("courier", "main", -1, 262.0, 4.9, "motorcycle")
    for direction in (1, -1):
        s = 210.0 - direction * (crowd.plan.street("main").half + 7.6 + 3.4)
        for k in range(3):
            crowd.driver(f"queue{direction}{k}", MIX[crowd.rng.integers(len(MIX))], "cross1", direction, 0, s, 0.0, 0.0)
            s -= direction * 7.6
        crowd.driver(f"arriving{direction}", "sedan", "cross1", direction, 0, s - direction * 24, 7.0, 7.5)
        crowd.driver(f"leaving{direction}", "hatch", "cross1", direction, 0, 210.0 + direction * 42, 8.0, 9.0)
    crowd.crossing("cross1", (1, -1), 5)
    return ego


def _curve(crowd: "_Crowd") -> RoadUser:
    """Two lanes round a bend: a bus ahead, a cyclist at the right, oncoming traffic."""
    ego = crowd.driver("ego", "sedan", "main", 1, 0, 186.0, 8.0, 8.8, keep=False)
    crowd.driver("bus", "bus", "main", 1, 0, 216.0, 7.6, 8.0)
    crowd.driver("ahead", "hatch", "main", 1, 0, 246.0, 8.0, 8.6)
    crowd.driver("behind", "suv", "main", 1, 0, 168.0, 8.0, 8.6)
    crowd.driver("behind2", "van", "main", 1, 0, 150.0, 8.0, 8.6)
    kinds = ("hatch", "truck", "sedan", "pickup", "suv", "van", "sedan")
    for k, s in enumerate((203.0, 224.0, 247.0, 262.0, 283.0, 306.0)):
        crowd.driver(f"oncoming{k}", kinds[k], "main", -1, 0, s, 7.8 - 0.2 * (k % 2), 8.4)
    crowd.rider("cyclist", "main", 1, 199.0, 5.2)
    crowd.rider("cyclist2", "main", -1, 238.0, 4.4)
    crowd.rider("courier", "main", 1, 176.0, 7.0, "motorcycle")
    crowd.keep_clear("main", -1, 188.0, 262.0)
    for direction in (1, -1):
        crowd.driver(f"side{direction}", "suv", "cross1", direction, 0, 210.0 - direction * 24, 0.0, 0.0)
    crowd.crossing("cross1", (1,), 2)
    return ego


class _Crowd:
    """Gathers who is where while a town is populated."""

    def __init__(self, plan: Plan, rng: np.random.Generator) -> None:
        self.plan, self.rng = plan, rng
        self.lanes = lanes(plan)
        self.users: list[RoadUser] = []
        self.clear: list[tuple[str, int, float, float]] = []

    def driver(
        self, name: str, kind: str, street: str, direction: int, lane: int, station: float, v: float, wish: float,
        turns: tuple[Turn, ...] = (), keep: bool = True,
    ) -> RoadUser:  # fmt: skip
        """Someone who drives from a station along a lane."""
        category, size = SIZES[kind]
        k = stretch_at(self.plan, self.plan.street(street), station)
        start = (street, direction, lane, k)
        s0, s1 = self.plan.open_stretches(self.plan.street(street))[k]
        if direction < 0 and station > s1 and k + 1 < len(self.plan.open_stretches(self.plan.street(street))):
            start = (street, direction, lane, k + 1)
        path = path_from(self.plan, self.lanes, start, station, turns)
        user = RoadUser(name, category, self._varied(size), path, 0.0, v, wish)
        if keep:
            self.users.append(user)
        return user

    def rider(self, name: str, street: str, direction: int, station: float, v: float, kind: str = "bicycle") -> None:
        """Someone on two wheels at the right of the outer lane."""
        at = self.plan.street(street)
        s = np.arange(station, station + direction * 130, direction * 2.0)
        path = resampled(at.at(np.clip(s, 0, at.length), -direction * (at.lanes * at.lane_m + 0.55)))
        category, size = SIZES[kind]
        self.users.append(RoadUser(name, category, size, path, 0.0, v, v))
        self.keep_clear(street, -direction, *sorted((station - 4 * direction, station + direction * (v * 8 + 22))))

    def keep_clear(self, street: str, side: int, s0: float, s1: float) -> None:
        """Let nobody park there; side -1 is right of rising stations."""
        self.clear.append((street, side, s0, s1))

    def parked(self) -> None:
        """Cars along the kerbs of streets that have room for them."""
        for street in self.plan.streets:
            for side in (-1, 1) if street.parking_m else ():
                for s0, s1 in self.plan.open_stretches(street):
                    for s in np.arange(s0 + 12.2, s1 - 12, 6.4):
                        if self.rng.random() < 0.5 and not self._is_clear(street.name, side, s):
                            self._park(street, side, s)

    def _park(self, street: Street, side: int, s: float) -> None:
        kind = str(self.rng.choice(["sedan", "hatch", "suv", "van", "pickup"], p=[0.32, 0.28, 0.25, 0.08, 0.07]))
        category, size = SIZES[kind]
        size = self._varied(size)
        offset = side * (street.half - 0.28 - size[1] / 2)
        direction = -side
        line = street.at(np.array([s - direction * 3, s, s + direction * 3]), offset)
        user = RoadUser(
            f"parked-{street.name}-{side}-{s:.0f}", category, size, resampled(line), 3.0 + self.rng.uniform(-0.3, 0.3), 0.0, 0.0
        )
        self.users.append(user)

    def _is_clear(self, street: str, side: int, s: float) -> bool:
        return any(street == n and side == d and s0 - 3 < s < s1 + 3 for n, d, s0, s1 in self.clear)

    def people(self) -> None:
        """People on the pavements, alone and in pairs, and some who stand."""
        n = 0
        for street in self.plan.streets:
            for side in (-1, 1):
                for s0, s1 in self.plan.open_stretches(street):
                    s = s0 + self.rng.uniform(2, 14)
                    while s < s1 - 4:
                        n += self._group(street, side, s, n)
                        s += self.rng.uniform(11, 30) if street.name == "main" else self.rng.uniform(20, 48)

    def _group(self, street: Street, side: int, s: float, n: int) -> int:
        direction = int(self.rng.choice([-1, 1]))
        stands = self.rng.random() < 0.14
        speed = 0.0 if stands else self.rng.uniform(0.95, 1.6)
        count = 2 if self.rng.random() < 0.22 else 1
        base = street.half + self.rng.uniform(1.9, PAVEMENT_M - 0.5)
        for k in range(count):
            offset = side * (base - 0.75 * k)
            stations = np.clip(np.arange(s, s + direction * 24, direction * 2.0), 0, street.length)
            path = resampled(street.at(stations, offset))
            if len(path) > 3:
                self._person(f"walker{n + k}", path, self.rng.uniform(0, 0.4), speed)
        return count

    def _person(self, name: str, path: Array, s: float, speed: float) -> None:
        child = self.rng.random() < 0.07
        tall = self.rng.uniform(1.15, 1.4) if child else self.rng.uniform(1.58, 1.90)
        category = "human.pedestrian.child" if child else "human.pedestrian.adult"
        size = (round(0.50 * tall, 3), round(0.37 * tall, 3), round(tall, 3))
        self.users.append(RoadUser(name, category, size, path, s, speed, speed, walks=True))

    def crossing(self, name: str, sides: tuple[int, ...], count: int) -> None:
        """People on the crossings of a side street, beside the ego's own way."""
        street = self.plan.street(name)
        s, other, _ = self.plan.crossings_of(street)[0]
        for side in sides:
            middle = s + side * (other.half + sum(CROSSING) / 2)
            for k in range(count):
                direction = int(self.rng.choice([-1, 1]))
                station = middle + self.rng.uniform(-1.1, 1.1)
                reach = street.half + 9
                offsets = np.linspace(-reach * direction, reach * direction, 30)
                path = resampled(street.at(np.full(30, station), offsets))
                self._person(f"crossing{side}{k}", path, self.rng.uniform(4.0, 2 * reach - 13), self.rng.uniform(1.1, 1.5))

    def _varied(self, size: Size) -> Size:
        k = self.rng.uniform(0.97, 1.03)
        return round(size[0] * k, 3), size[1], round(size[2] * self.rng.uniform(0.985, 1.015), 3)


# -------------------------------------------------------------------------------------------------- simulation


def _run(users: list[RoadUser], steps: int) -> None:
    """Move everyone; drivers follow the intelligent driver model of Treiber, Hennecke and Helbing (2000)."""
    for step in range(steps + 6):  # a little beyond the end, for the poses that follow it
        now = [u.at(u.s) for u in users]
        for user, (x, y, heading) in zip(users, now, strict=True):
            user.places.append((x, y, heading, user.v))
        if step == steps + 5:
            return
        gaps = [_gap(user, users, now) if user.wish > 0 and not user.walks else (math.inf, 0.0) for user in users]
        for user, (gap, speed) in zip(users, gaps, strict=True):
            if not user.walks and user.wish > 0:
                user.v = max(0.0, user.v + STEP_S * _acceleration(user, gap, speed))
            user.s += user.v * STEP_S


def _acceleration(user: RoadUser, gap: float, speed: float) -> float:
    wish = min(user.wish, _bend_speed(user))
    free = 1 - (user.v / max(wish, 0.1)) ** 4
    wanted = 2.2 + max(0.0, user.v * 1.1 + user.v * (user.v - speed) / (2 * math.sqrt(1.4 * 2.2)))
    return float(np.clip(1.4 * (free - (wanted / max(gap, 0.3)) ** 2), -6.0, 1.6))


def _bend_speed(user: RoadUser) -> float:
    """The speed that 2.3 m/s² sideways allows in the next 10 m."""
    a, b = user.at(user.s)[2], user.at(user.s + 8.0)[2]
    bend = abs(math.remainder(b - a, 2 * math.pi)) / 8.0
    return math.sqrt(2.3 / max(bend, 0.01))


def _gap(user: RoadUser, users: list[RoadUser], now: list[tuple[float, float, float]]) -> tuple[float, float]:
    """Free metres ahead on the path, and how fast the one there goes."""
    start = int(user.s / 0.5)
    ahead = user.path[start : start + 90]
    best = (math.inf, 0.0)
    if not len(ahead):
        return best
    for other, (x, y, heading) in zip(users, now, strict=True):
        if other is user or abs(x - ahead[0, 0]) > 50 or abs(y - ahead[0, 1]) > 50:
            continue
        d = np.hypot(ahead[:, 0] - x, ahead[:, 1] - y)
        k = int(d.argmin())
        turn = abs(math.sin(heading - now[users.index(user)][2]))
        half = other.size[1] / 2 + turn * (other.size[0] - other.size[1]) / 2
        if k < 1 or d[k] > user.size[1] / 2 + half + (0.9 if other.walks else 0.15):
            continue
        gap = k * 0.5 - user.size[0] / 2 - other.size[0] / 2
        toward = math.cos(heading - now[users.index(user)][2])
        if gap < best[0] and gap > -2:
            best = (gap, max(0.0, other.v * toward))
    return best
