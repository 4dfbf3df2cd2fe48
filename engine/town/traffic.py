"""Who is on the streets of a town and how they move: placed by dice, simulated, and cleared of whoever touches another."""

import math
from dataclasses import dataclass

import numpy as np

from editor.sampled import EGO_SIZE
from engine.town.bystanders import Bystanders
from engine.town.chance import dice
from engine.town.driving import Simulation
from engine.town.kinds import LONG, MOVING, PARKED, pick, varied
from engine.town.lanes import TURNS, Turn, resampled
from engine.town.road_users import PATH_M, STEP_S, Line, RoadUser
from engine.town.routes import Aside, Route, Routes
from engine.town.signals import phase
from engine.town.streets import Plan, Street
from engine.town.touching import touching
from engine.town.works import WORKS_M, delivery, put, roadworks, standing

FIRST_US = 1_700_000_000_000_000
BEFORE_S = 6.0  # simulated before the drive begins, so that queues are there and everyone is at speed
EGO_STATION = 186.0
EGO_MPS = 8.3
AROUND_M = 130.0  # from the ego's start, and more for longer drives

__all__ = ["FIRST_US", "STEP_S", "RoadUser", "Traffic", "start_of", "traffic"]


@dataclass(frozen=True, eq=False)
class Traffic:
    """Everyone's way: the ego and the others, who become actors."""

    ego: RoadUser
    others: tuple[RoadUser, ...]


def start_of(seed: int) -> int:
    """When a seed's drive begins, microseconds."""
    return FIRST_US + seed * 60_000_000


def traffic(plan: Plan, seconds: float) -> Traffic:
    """Populate a town and let it run. Whoever comes to touch another is left out, the ego never."""
    people = _Population(plan, seconds)
    users = people.all()
    simulation = Simulation(plan, users, start_of(plan.seed) - round(BEFORE_S * 1e6))
    simulation.run(seconds + BEFORE_S)
    for user in users:
        del user.places[: round(BEFORE_S / STEP_S)]
    out = touching(users)
    return Traffic(users[0], tuple(u for k, u in enumerate(users) if k and k not in out))


class _Population:
    """Gathers who is where before anything moves; the ego comes first, whoever matters most next."""

    def __init__(self, plan: Plan, seconds: float) -> None:
        self.plan, self.seconds, self.rng = plan, seconds, dice("traffic", plan.seed)
        self.routes, self.main = Routes(plan), plan.streets[0]
        self.start = EGO_STATION - min(max(seconds - 8.0, 0.0) * 4.0, 80.0) - 4.0
        self.clear: list[tuple[str, int, float, float]] = []  # street, side, stations where nobody may park
        self.closed: list[tuple[str, int, float]] = []  # street, direction, and the station up to which the outer lane is shut
        self.still: list[RoadUser] = []
        self.drivers: list[RoadUser] = []

    def all(self) -> list[RoadUser]:
        """Everyone, the ego first."""
        self._choose_start()
        self._stops_and_lots()
        self._narrowed()
        riders = self._riders()
        ego = self._ego()
        self._flow(ego)
        pulls = self._pulls_out()
        self._parked()
        walkers = Bystanders(self.plan, self.rng, self.start + 35)
        walkers.crossings()
        walkers.bus_stops()
        free = self._free_station(70.0)
        if self.rng.random() < 0.55:
            walkers.jaywalker(free)
        if self.rng.random() < 0.25:
            walkers.officer(self._free_station(20.0))
        if self.rng.random() < 0.2:
            walkers.dog(self.start + 22)
        walkers.pavements()
        return [ego, *riders, *self.still, *pulls, *self.drivers, *walkers.users]

    def _free_station(self, ahead: float) -> float:
        """A station of the main street about so far ahead of the ego, between junctions."""
        wanted = self.start + 48.0 + ahead * float(self.rng.uniform(0.3, 1.0))
        free = [(a + 4, b - 8) for a, b in self.plan.open_stretches(self.main) if b - a > 14]
        return min((min(max(wanted, a), b) for a, b in free), key=lambda s: abs(s - wanted))

    # ------------------------------------------------------------------------------------------- what stands there

    def _stops_and_lots(self) -> None:
        for stop in self.plan.bus_stops:
            self.clear.append((stop.street, -stop.direction, stop.station - 14, stop.station + 14))
        for lot in self.plan.lots:
            middle = lot.driveway.mean(0)
            s = float(np.linalg.norm(self.main.centre - middle, axis=1).argmin())
            side = (
                1
                if float(np.linalg.norm(self.main.at(s, 1.0) - middle)) < float(np.linalg.norm(self.main.at(s, -1.0) - middle))
                else -1
            )
            self.clear.append(("main", side, s - 7, s + 7))
            for k, (x, y, heading) in enumerate(lot.stalls):
                kind = pick(self.rng, PARKED)
                if self.rng.random() < 0.62 and kind not in ("rack", "small trailer"):
                    turn = heading + (math.pi if self.rng.random() < 0.2 else 0.0)
                    self.still.append(put(f"stall{k}", *varied(self.rng, kind), np.array([x, y]), turn))

    def _narrowed(self) -> None:
        """Roadworks, a delivery, neither or both, each where the street has room."""
        main, rng = self.main, self.rng
        room = main.parking_m >= 2.0 or main.lanes >= 2
        if room and rng.random() < 0.62:
            direction = int(rng.choice([-1, 1]))
            for _ in range(8):
                s = self.start + 48.0 + float(rng.uniform(14, 75))
                span = sorted((s, s + direction * (WORKS_M + 3)))
                if self._fits(main, span[0] - 3, span[1] + 3) and not self._is_clear("main", -direction, span[0], 34):
                    users, aside = roadworks(rng, main, direction, s)
                    self._narrow(users, aside, direction, (span[0] - 4, span[1] + 4), s)
                    break
        if main.parking_m >= 2.0 and rng.random() < 0.5:
            direction = int(rng.choice([-1, 1]))
            s = self._free_station(80.0)
            if self._fits(main, s - 8, s + 8) and not self._is_clear("main", -direction, s, 30):
                users, aside = delivery(rng, main, direction, s)
                self._narrow(users, aside, direction, (s - 9, s + 9), s)

    def _narrow(self, users: list[RoadUser], aside: Aside | None, direction: int, span: tuple[float, float], at: float) -> None:
        self.still += users
        self.clear.append(("main", -direction, *span))
        if aside is not None:
            self.routes.asides.append(aside)
        else:
            self.closed.append(("main", direction, at))

    def _fits(self, street: Street, a: float, b: float) -> bool:
        return any(low <= a and b <= high for low, high in self.plan.open_stretches(street))

    def _is_clear(self, street: str, side: int, s: float, around: float = 3.6) -> bool:
        return any(street == n and side == d and s0 - around < s < s1 + around for n, d, s0, s1 in self.clear)

    def _parked(self) -> None:
        """Along the kerbs of streets that have a strip for it."""
        for street in self.plan.streets:
            for side in (-1, 1) if street.parking_m else ():
                for a, b in self.plan.open_stretches(street):
                    for s in np.arange(a + 8.0, b - 8.0, 6.5).tolist():
                        if self.rng.random() < 0.6 and not self._is_clear(street.name, side, s) and not self._far(street, s):
                            self._park(street, side, s)

    def _park(self, street: Street, side: int, s: float) -> None:
        kind = pick(self.rng, PARKED)
        turn = (0.0 if side < 0 else math.pi) + float(self.rng.normal(0, 0.012))
        user = standing(
            f"parked-{street.name}{side}-{s:.0f}", kind, self.rng, street, s + self.rng.uniform(-0.3, 0.3), 0.0, turn
        )
        offset = side * (street.half - 0.22 - user.size[1] / 2 - float(self.rng.uniform(0, 0.12)))
        if kind in ("parked motorcycle", "parked bicycle"):
            user.heading = (user.heading or 0.0) + side * 1.1
            offset = side * (street.half - 1.15)
        user.path = user.path + (street.at(s, offset) - street.at(s, 0.0))
        self.still.append(user)

    def _far(self, street: Street, s: float) -> bool:
        reach = AROUND_M + 4.0 * self.seconds
        return float(np.linalg.norm(street.at(s) - self.main.at(self.start + 48.0))) > reach

    # --------------------------------------------------------------------------------------------------- who drives

    def _choose_start(self) -> None:
        """Where the ego sets out: mostly so that lights are green when it comes, sometimes to wait."""
        self.lane, self.turns, patient = int(self.rng.integers(self.main.lanes)), (self._turn(0.3),), self.rng.random() < 0.15
        stations = np.arange(self.start, self.start - 115, -5.0).tolist()
        ways = {s: self.routes.route(self.main, 1, self.lane, s, self.turns) for s in stations}
        open_ = {s: route for s, route in ways.items() if route is not None}
        flowing = [s for s, route in open_.items() if patient or self._meets_green(route)]
        self.start = flowing[0] if flowing else next(iter(open_))

    def _ego(self) -> RoadUser:
        if self.closed:
            self.lane = 0
        route = self.routes.route(self.main, 1, self.lane, self.start, self.turns)
        assert route is not None  # `_choose_start` found it
        wish = float(self.rng.uniform(8.0, 9.5))
        return RoadUser("ego", "vehicle.car", EGO_SIZE, route.path, 0.0, 8.0, wish, "drives", route.lines)

    def _meets_green(self, route: Route) -> bool:
        """Whether who sets out at an even speed comes to green lights."""
        for line in route.lines:
            arrives = line.stop / EGO_MPS - BEFORE_S
            if line.junction.control == "signals" and arrives < self.seconds + 2:
                times = [start_of(self.plan.seed) + round(t * 1e6) for t in (arrives - 1.5, arrives, arrives + 1.5)]
                if any(phase(self.plan, line.junction, t).of(line.junction, line.street) != "green" for t in times):
                    return False
        return True

    def _turn(self, chance: float) -> Turn:
        return TURNS[int(self.rng.integers(1, 3))] if self.rng.random() < chance else "straight"

    def _flow(self, ego: RoadUser) -> None:
        """Traffic on every lane, with somebody ahead of the ego."""
        lead = float(self.rng.uniform(19, 30))
        for street in self.plan.streets:
            busy = 1.0 if street is self.main else 0.62
            for direction in (1, -1):
                for lane in range(street.lanes):
                    self._lane(street, direction, lane, busy, ego, lead)

    def _lane(self, street: Street, direction: int, lane: int, busy: float, ego: RoadUser, lead: float) -> None:
        own = street is self.main and direction == 1 and lane == self.lane
        low, high = self._extent(street)
        s = low + float(self.rng.uniform(0, 20))
        while s < high:
            kind = pick(self.rng, MOVING)
            length = varied(self.rng, kind)[1][0] if kind not in ("truck", "semi") else 15.0
            at = s + length / 2
            s += length + float(self.rng.uniform(7.0, 16.0) + self.rng.exponential(15.0 / busy))
            if own and abs(at - self.start) < length / 2 + 13:
                continue
            if own and 0 < at - self.start < lead + 14:
                at, kind = self.start + lead, pick(self.rng, {"suv": 4, "sedan": 4, "hatch": 3, "van": 2})
                own, s = False, self.start + lead + 14
            shut = any(
                n == street.name and d == direction and (station - at) * direction > -30 for n, d, station in self.closed
            )
            if shut and lane == street.lanes - 1:
                continue
            if not self._far(street, at):
                self._driver(f"{street.name}{direction}{lane}-{at:.0f}", kind, street, direction, lane, at)

    def _extent(self, street: Street) -> tuple[float, float]:
        first, last = self.plan.ends(street)
        return 0.0 if first else -100.0, street.length if last else street.length + 100.0

    def _driver(self, name: str, kind: str, street: Street, direction: int, lane: int, station: float) -> None:
        category, size = varied(self.rng, kind)
        turns = tuple(self._turn(0.0 if kind in LONG else 0.35) for _ in range(2))
        route = self.routes.route(street, direction, lane, station, turns)
        if route is None or (kind in LONG and not self._wide_enough(route)):
            return
        wish = float(self.rng.uniform(7.6, 10.8)) * (1.0 if street is self.main else 0.86)
        v = min(wish, math.sqrt(2 * 1.4 * max(route.lines[0].stop - 6.0, 0.0)) if route.lines else wish)
        user = RoadUser(name, category, size, route.path, 0.0, v, wish, "drives", route.lines)
        self.drivers.append(user)
        if kind == "truck" and self.rng.random() < 0.35:
            category, size = varied(self.rng, "trailer")
            behind = RoadUser(f"{name}-trailer", category, size, route.path, 0.0, v, 0.0, "towed", towed_by=user)
            behind.s = user.s - (user.size[0] + size[0]) / 2 - 1.1
            self.drivers.append(behind)

    def _wide_enough(self, route: Route) -> bool:
        return all(line.turn == "straight" and line.junction.control != "roundabout" for line in route.lines)

    def _riders(self) -> list[RoadUser]:
        """Cyclists at the right of the main street, where neither works nor a roundabout is in their way."""
        out, main = [], self.main
        rings = [j.station("main") for j in self.plan.junctions if j.control == "roundabout" and "main" in (j.a, j.b)]
        for direction in (1, -1):
            if any(
                n == "main" and side == -direction and s1 - s0 < 60
                for n, side, s0, s1 in self.clear
                if (n, side) == ("main", -direction)
            ):
                continue
            for k in range(int(self.rng.integers(0, 4))):
                station, v = self.start + 48.0 + float(self.rng.uniform(-45, 60)), float(self.rng.uniform(3.8, 6.2))
                goal = station + direction * (v * (self.seconds + BEFORE_S) + 15)
                low, high = sorted((station, goal))
                if any(low - 25 < r < high + 25 for r in rings):
                    continue
                s = np.arange(station, goal, direction * 1.0)
                offset = main.bike_offset(direction) if main.bike_m else -direction * (main.driven - 0.36)
                path = resampled(main.at(s, offset), PATH_M)
                lines = tuple(self._rider_lines(station, goal, direction))
                out.append(RoadUser(f"cyclist{direction}{k}", *varied(self.rng, "bicycle"), path, 0.0, v, v, "rides", lines))
            if out and not main.bike_m:
                self.routes.asides.append(Aside("main", direction, main.lanes - 1, -200.0, main.length + 200, 0.30))
        return out

    def _rider_lines(self, station: float, goal: float, direction: int) -> list[Line]:
        lines = []
        for arm in self.plan.arms_of(self.main):
            ahead = (arm.stop - station) * direction
            if arm.inward == direction and arm.waits and 2.0 < ahead < abs(goal - station):
                junction = next(j for j in self.plan.junctions if arm in self.plan.arms(j))
                lines.append(Line(ahead, ahead + 26.0, junction, "main", "straight", arm.waits))
        return sorted(lines, key=lambda line: line.stop)

    def _pulls_out(self) -> list[RoadUser]:
        """Somebody who leaves a parking place on the ego's street."""
        street = next((s for s in self.plan.streets if s.parking_m >= 2.0), None)
        if street is not self.main or self.rng.random() > 0.6:
            return []
        for _ in range(10):
            direction, station = int(self.rng.choice([-1, 1])), self.start + 48.0 + float(self.rng.uniform(0, 60))
            span = sorted((station - direction * 4.0, station + direction * 17.0))
            if self._fits(street, *span) and not any(self._is_clear("main", -direction, s, 6.0) for s in span):
                return [self._puller(street, direction, station, span)]
        return []

    def _puller(self, street: Street, direction: int, station: float, span: list[float]) -> RoadUser:
        category, size = varied(self.rng, pick(self.rng, {"sedan": 3, "hatch": 3, "suv": 2}))
        route = self.routes.route(street, direction, street.lanes - 1, station, ())
        assert route is not None  # the span lies in an open stretch
        kerb = street.half - 0.25 - size[1] / 2 - abs(street.lane_offset(direction, street.lanes - 1))
        path = route.path.copy()
        along = np.arange(len(path)) * PATH_M
        share = 1 - np.clip((along - 2.0) / 13.0, 0, 1)
        d = np.gradient(path, axis=0)
        right = np.stack([d[:, 1], -d[:, 0]], -1) / np.linalg.norm(d, axis=1, keepdims=True)
        path += right * (kerb * share * share * (3 - 2 * share))[:, None]
        self.clear.append(("main", -direction, *span))
        begin = BEFORE_S + float(self.rng.uniform(0.8, 3.0))
        return RoadUser("pulls-out", category, size, path, 0.0, 0.0, 8.0, "drives", route.lines, start_s=begin)
