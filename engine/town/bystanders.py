"""People on pavements and crossings, and who waits, chats or keeps order."""

import math

import numpy as np

from engine.town.lanes import resampled
from engine.town.road_users import PATH_M, Crossing, RoadUser
from engine.town.streets import Arm, Junction, Plan, Street
from engine.town.works import put

WALK_FROM_M, WALK_TO_M = 1.7, 3.1  # behind the kerb


class Bystanders:
    """Puts people on a plan's streets, by dice."""

    def __init__(self, plan: Plan, rng: np.random.Generator, near: float) -> None:
        self.plan, self.rng, self.users = plan, rng, list[RoadUser]()
        self.middle, self.near = plan.streets[0].at(near), 120.0

    def _far(self, street: Street, s: float) -> bool:
        return float(np.linalg.norm(street.at(s) - self.middle)) > self.near

    def pavements(self) -> None:
        """Walkers along all pavements near the ego, alone and in groups."""
        for street in self.plan.streets:
            for side in (-1, 1):
                for a, b in self.plan.open_stretches(street):
                    s = a + self.rng.uniform(2, 10)
                    while s < b - 5:
                        if not self._far(street, s):
                            self._group(street, side, s, (a, b))
                        s += self.rng.uniform(8, 24) if street.name == "main" else self.rng.uniform(16, 40)

    def _group(self, street: Street, side: int, s: float, stretch: tuple[float, float]) -> None:
        dice = float(self.rng.random())
        base = street.half + self.rng.uniform(WALK_FROM_M, WALK_TO_M)
        if dice < 0.13:
            self._chat(street, side, s, base)
            return
        direction = int(self.rng.choice([-1, 1]))
        speed = float(self.rng.uniform(0.95, 1.6))
        goal = stretch[1] - 2.0 if direction > 0 else stretch[0] + 2.0
        pair = dice < 0.36
        for k in range(2 if pair else 1):
            offset = side * (base - 0.85 * k) if pair else side * base
            line = street.at(np.linspace(s, goal, max(3, int(abs(goal - s) / 2))), offset)
            path = resampled(line, PATH_M)
            if len(path) > 4:
                self._walker(path, speed, child=k == 1 and dice < 0.20)

    def _walker(
        self, path: np.ndarray, speed: float, child: bool = False, crossings: tuple[Crossing, ...] = (), s: float = 0.0
    ) -> None:
        category, size = self._somebody(child)
        if crossings and category.endswith("personal_mobility"):  # they would take the corner too tightly
            category, size = "human.pedestrian.adult", (0.72, 0.66, size[2])
        fast = {"human.pedestrian.personal_mobility": 2.2, "human.pedestrian.wheelchair": 0.8}.get(category, 1.0)
        name = f"walker{len(self.users)}"
        speed *= fast
        self.users.append(
            RoadUser(name, category, size, path, s, speed if s or not crossings else 0.0, speed, "walks", crossings=crossings)
        )

    def _somebody(self, child: bool) -> tuple[str, tuple[float, float, float]]:
        dice = float(self.rng.random())
        tall = float(self.rng.uniform(1.05, 1.38) if child else self.rng.uniform(1.56, 1.90))
        size = (round(0.42 * tall, 3), round(0.375 * tall, 3), round(tall, 3))
        if child:
            return "human.pedestrian.child", (round(0.44 * tall, 3), round(0.38 * tall, 3), size[2])
        if dice < 0.05:
            return "human.pedestrian.adult", (1.58, 0.68, size[2])  # pushes a pram
        if dice < 0.065:
            return "human.pedestrian.wheelchair", (1.08, 0.72, 1.34)
        if dice < 0.095:
            return "human.pedestrian.personal_mobility", (1.14, 0.62, round(tall + 0.1, 3))
        return "human.pedestrian.adult", size

    def _chat(self, street: Street, side: int, s: float, base: float) -> None:
        """Two or three people who stand facing each other."""
        middle, count = street.at(s, side * (base + 0.2)), int(self.rng.integers(1, 4))
        for k in range(count):
            a = 2 * math.pi * k / count + self.rng.uniform(-0.3, 0.3)
            category, size = self._somebody(False)
            if category.endswith("adult") and size[0] < 1:
                place = middle + 0.55 * np.array([math.cos(a), math.sin(a)])
                self.users.append(put(f"stands{len(self.users)}", category, size, place, a + math.pi))

    def crossings(self) -> None:
        """People who cross at junctions, or wait to."""
        for junction in self.plan.junctions:
            for arm in self.plan.arms(junction):
                street = self.plan.street(arm.street)
                if arm.crossing is None or self._far(street, arm.stop):
                    continue
                for _ in range(int(self.rng.integers(1, 5))):
                    self._crosser(junction, arm, street)

    def _crosser(self, junction: Junction, arm: Arm, street: Street) -> None:
        near, far = sorted(arm.crossing or (0.0, 0.0))
        station = float(self.rng.uniform(near + 0.4, far - 0.4))
        side = int(self.rng.choice([-1, 1]))
        edge, back = street.half, float(self.rng.uniform(0.7, 2.4))
        across = np.linspace(side * (edge + back), -side * (edge + 2.2), 24)
        over = street.at(np.full(24, station), across)
        away = street.at(np.linspace(station, station + arm.side * 30, 16)[1:], -side * (edge + 2.2))
        path = resampled(np.concatenate([over, away]), PATH_M)
        crossing = Crossing(back - 0.15, back + 2 * edge, junction, street.name)
        self._walker(path, float(self.rng.uniform(1.15, 1.55)), False, (crossing,))
        self.users[-1].start_s = float(self.rng.uniform(0, 4))

    def jaywalker(self, station: float) -> None:
        """Somebody who crosses the ego's street between junctions when it looks free."""
        street, side = self.plan.streets[0], int(self.rng.choice([-1, 1]))
        edge = street.half
        across = np.linspace(side * (edge + 1.2), -side * (edge + 2.4), 26)
        path = resampled(street.at(np.linspace(station, station + 2.5, 26), across), PATH_M)
        self._walker(path, 1.7, False, (Crossing(1.0, 1.0 + 2 * edge, None, street.name),))

    def bus_stops(self) -> None:
        """People who wait for the bus."""
        for stop in self.plan.bus_stops:
            street = self.plan.street(stop.street)
            for k in range(int(self.rng.integers(2, 6))):
                category, size = self._somebody(k == 3)
                if size[0] > 0.9:
                    continue
                place = street.at(
                    stop.station + stop.direction * (0.9 * k - 3.0),
                    -stop.direction * (street.half + self.rng.uniform(0.7, 1.3)),
                )
                facing = float(street.heading(stop.station)) + stop.direction * math.pi / 2 + self.rng.uniform(-0.6, 0.6)
                self.users.append(put(f"waits{len(self.users)}", category, size, place, facing))

    def officer(self, station: float) -> None:
        """A police officer at the kerb."""
        street, side = self.plan.streets[0], int(self.rng.choice([-1, 1]))
        heading = float(street.heading(station)) - side * math.pi / 2
        place = street.at(station, side * (street.half + 0.9))
        self.users.append(put("officer", "human.pedestrian.police_officer", (0.72, 0.68, 1.82), place, heading))

    def dog(self, station: float) -> None:
        """A dog with its owner."""
        street, side = self.plan.streets[0], int(self.rng.choice([-1, 1]))
        goal = station + 34.0
        for k, (offset, back) in enumerate(((street.half + 2.2, 0.0), (street.half + 1.35, 0.8))):
            path = resampled(street.at(np.linspace(station + back, goal, 20), side * offset), PATH_M)
            if k == 0:
                self._walker(path, 1.2)
            else:
                self.users.append(RoadUser("dog", "animal", (0.82, 0.30, 0.62), path, 0.0, 1.2, 1.2, "walks"))
