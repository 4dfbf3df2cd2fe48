"""Traffic lights as a pure function of time: which street of a junction has green, and whom its people may cross."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from engine.town.chance import dice
from engine.town.streets import Arm, Junction, Plan

Aspect = Literal["green", "amber", "red"]
GREEN_S, AMBER_S, CLEAR_S = 15.0, 3.0, 2.0  # one street's share of the cycle; all are red while the junction clears
WALK_S = (3.0, 9.0)  # how long people are let onto a crossing: less the wider it is, so that they are off it in time
WALKING_M_S = 1.2
CORNER_M = 5.2  # from a kerb that the rounding of its corners is past
STAGE_S = GREEN_S + AMBER_S + CLEAR_S


@dataclass(frozen=True, slots=True)
class Phase:
    """What a junction shows at an instant: to drivers of its streets a and b, and whether people may step onto the
    crossings over each."""

    a: Aspect
    b: Aspect
    walk_a: bool
    walk_b: bool

    def of(self, junction: Junction, street: str) -> Aspect:
        """What drivers on one of the junction's streets see."""
        return self.a if street == junction.a else self.b

    def walk(self, junction: Junction, street: str) -> bool:
        """Whether people may step onto the crossings over one of the junction's streets."""
        return self.walk_a if street == junction.a else self.walk_b


def phase(plan: Plan, junction: Junction, t_us: int) -> Phase:
    """What a junction with lights shows at a time. ValueError for one without."""
    if junction.control != "signals":
        raise ValueError(f"junction of {junction.a} and {junction.b} has {junction.control!r}; wanted one with signals")
    offset = dice("signals", plan.seed, junction.a, junction.b).uniform(0, 2 * STAGE_S)
    into = (t_us * 1e-6 + offset) % (2 * STAGE_S)
    first, within = into < STAGE_S, into % STAGE_S
    shown: Aspect = "green" if within < GREEN_S else "amber" if within < GREEN_S + AMBER_S else "red"
    if first:
        return Phase(shown, "red", False, within < _walk_s(plan, junction.b))
    return Phase("red", shown, within < _walk_s(plan, junction.a), False)


def _walk_s(plan: Plan, street: str) -> float:
    """How long people are let onto the crossings over a street."""
    return min(max(STAGE_S - 2 * plan.street(street).half / WALKING_M_S, WALK_S[0]), WALK_S[1])


@dataclass(frozen=True, slots=True)
class Mast:
    """A mast with lights for those who come to a junction on an arm: at a station and an offset of the arm's street. They look
    along `heading`; its beam, if it has one, reaches that far over the street, to their left."""

    junction: int  # its place among the plan's
    arm: Arm
    station: float
    offset: float
    heading: float
    reach: float


def masts(plan: Plan) -> Iterator[Mast]:
    """On each arm of a junction with signals one at the line where people wait, and one beyond the junction; that has the beam.
    Where the street ends there, the near one has it."""
    for number, junction in enumerate(plan.junctions):
        for arm in plan.arms(junction) if junction.control == "signals" else ():
            street, other = plan.street(arm.street), plan.street(junction.other(arm.street))
            beam = street.half - street.median_m / 2 - 0.6
            far = junction.station(arm.street) + arm.inward * (other.half + CORNER_M)
            near = arm.stop + arm.inward * 0.4
            for at, reach in ((far, beam), (near, 0.0)) if 0 < far < street.length else ((near, beam),):
                heading = float(street.heading(at)) + (0 if arm.inward > 0 else math.pi)
                yield Mast(number, arm, at, -arm.inward * (street.half + 0.7), heading, reach)
