"""The outlines of cars and vans, in shares of their length, width and height; x runs from -0.5 (rear) to 0.5 (front)."""

from dataclasses import dataclass

Profile = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """A vehicle's outline: roof line, shoulder line, windows; enough to loft its body and to draw its decals."""

    name: str
    aspect: float  # its usual length over its height
    top: Profile  # (x, z) along the middle
    belt: Profile  # (x, z) of the shoulder, below the windows
    windows: tuple[Profile, ...]  # side windows, polygons (x, z)
    windscreen: tuple[float, float]  # x at its foot and at its head
    rear_window: tuple[float, float] | None  # x at its head and at its foot; None: none
    rear_window_z: tuple[float, float]  # as the back sees it
    wheels: tuple[float, float]  # x of the axles
    wheel_radius: float  # share of the height
    doors: tuple[float, ...]  # x of the seams
    seats: tuple[float, ...]  # x of the seats' backs that show in the windows
    tumble: float = 0.11  # how much narrower the roof is, share of the width at each side
    corner: float = 0.16  # how much the ends are rounded in plan
    round_power: float = 7.0
    lamp_z: tuple[float, float] = (0.42, 0.52)  # headlamps
    tail_z: tuple[float, float] = (0.48, 0.62)
    bed: bool = False  # a pickup's open bed


SEDAN = Shape(
    "sedan", 3.2,
    top=((-0.5, 0.50), (-0.488, 0.62), (-0.45, 0.675), (-0.36, 0.70), (-0.27, 0.83), (-0.18, 0.945), (-0.06, 0.997),
         (0.04, 0.993), (0.12, 0.945), (0.20, 0.82), (0.275, 0.69), (0.38, 0.64), (0.46, 0.565), (0.49, 0.47), (0.5, 0.40)),
    belt=((-0.5, 0.58), (-0.3, 0.635), (0.2, 0.61), (0.5, 0.56)),
    windows=(((-0.305, 0.675), (-0.255, 0.78), (-0.165, 0.895), (-0.055, 0.935), (-0.035, 0.935), (-0.035, 0.655)),
             ((-0.02, 0.655), (-0.02, 0.935), (0.04, 0.925), (0.105, 0.875), (0.205, 0.70), (0.225, 0.645))),
    windscreen=(0.285, 0.115), rear_window=(-0.185, -0.355), rear_window_z=(0.71, 0.93),
    wheels=(-0.29, 0.315), wheel_radius=0.225, doors=(-0.22, -0.025, 0.19), seats=(-0.21, -0.015),
)  # fmt: skip
ESTATE = Shape(
    "estate", 3.2,
    top=((-0.5, 0.46), (-0.496, 0.60), (-0.482, 0.70), (-0.452, 0.85), (-0.405, 0.945), (-0.25, 0.985), (-0.06, 1.0),
         (0.05, 0.99), (0.125, 0.94), (0.20, 0.82), (0.275, 0.69), (0.38, 0.64), (0.46, 0.565), (0.49, 0.47), (0.5, 0.40)),
    belt=((-0.5, 0.60), (-0.3, 0.635), (0.2, 0.61), (0.5, 0.56)),
    windows=(((-0.435, 0.70), (-0.405, 0.86), (-0.36, 0.91), (-0.24, 0.93), (-0.24, 0.665)),
             ((-0.225, 0.66), (-0.225, 0.935), (-0.04, 0.94), (-0.04, 0.655)),
             ((-0.02, 0.655), (-0.02, 0.94), (0.04, 0.925), (0.105, 0.875), (0.205, 0.70), (0.225, 0.645))),
    windscreen=(0.285, 0.115), rear_window=(-0.42, -0.475), rear_window_z=(0.68, 0.91),
    wheels=(-0.29, 0.315), wheel_radius=0.225, doors=(-0.23, -0.03, 0.19), seats=(-0.20, -0.01),
)  # fmt: skip
HATCH = Shape(
    "hatch", 2.73,
    top=((-0.5, 0.46), (-0.495, 0.62), (-0.47, 0.72), (-0.43, 0.86), (-0.38, 0.95), (-0.22, 0.99), (-0.05, 1.0),
         (0.07, 0.96), (0.17, 0.83), (0.28, 0.685), (0.38, 0.63), (0.46, 0.55), (0.49, 0.46), (0.5, 0.40)),
    belt=((-0.5, 0.62), (-0.3, 0.635), (0.2, 0.60), (0.5, 0.55)),
    windows=(((-0.41, 0.70), (-0.375, 0.83), (-0.30, 0.91), (-0.12, 0.935), (-0.12, 0.655)),
             ((-0.10, 0.655), (-0.10, 0.935), (-0.02, 0.93), (0.06, 0.885), (0.19, 0.695), (0.215, 0.64))),
    windscreen=(0.29, 0.07), rear_window=(-0.40, -0.475), rear_window_z=(0.68, 0.92),
    wheels=(-0.31, 0.315), wheel_radius=0.215, doors=(-0.30, -0.11, 0.18), seats=(-0.28, -0.07),
)  # fmt: skip
CITY = Shape(
    "city", 2.3,
    top=((-0.5, 0.42), (-0.496, 0.60), (-0.482, 0.74), (-0.45, 0.88), (-0.40, 0.955), (-0.22, 0.995), (-0.02, 1.0),
         (0.09, 0.965), (0.19, 0.83), (0.30, 0.67), (0.40, 0.61), (0.465, 0.54), (0.492, 0.46), (0.5, 0.40)),
    belt=((-0.5, 0.60), (-0.3, 0.61), (0.2, 0.58), (0.5, 0.52)),
    windows=(((-0.42, 0.68), (-0.39, 0.85), (-0.34, 0.91), (-0.17, 0.935), (-0.17, 0.64)),
             ((-0.145, 0.635), (-0.145, 0.935), (0.0, 0.935), (0.085, 0.885), (0.205, 0.69), (0.225, 0.63))),
    windscreen=(0.31, 0.09), rear_window=(-0.42, -0.475), rear_window_z=(0.66, 0.91),
    wheels=(-0.325, 0.33), wheel_radius=0.195, doors=(-0.155, 0.19), seats=(-0.31, -0.09), corner=0.22, round_power=5.0,
    lamp_z=(0.40, 0.51), tail_z=(0.44, 0.60),
)  # fmt: skip
SPORTS = Shape(
    "sports", 3.45,
    top=((-0.5, 0.55), (-0.49, 0.66), (-0.45, 0.70), (-0.36, 0.78), (-0.25, 0.90), (-0.14, 0.98), (-0.05, 1.0),
         (0.02, 0.985), (0.09, 0.92), (0.18, 0.76), (0.235, 0.665), (0.34, 0.62), (0.44, 0.54), (0.485, 0.44), (0.5, 0.36)),
    belt=((-0.5, 0.65), (-0.3, 0.68), (0.2, 0.60), (0.5, 0.50)),
    windows=(((-0.20, 0.72), (-0.16, 0.85), (-0.06, 0.94), (0.03, 0.925), (0.085, 0.865), (0.165, 0.71), (0.17, 0.67)),),
    windscreen=(0.235, 0.055), rear_window=(-0.13, -0.34), rear_window_z=(0.74, 0.95),
    wheels=(-0.29, 0.30), wheel_radius=0.25, doors=(-0.14, 0.17), seats=(-0.06,), tumble=0.14, corner=0.2,
    lamp_z=(0.42, 0.54), tail_z=(0.54, 0.66),
)  # fmt: skip
SUV = Shape(
    "suv", 2.75,
    top=((-0.5, 0.42), (-0.497, 0.60), (-0.48, 0.74), (-0.455, 0.88), (-0.42, 0.965), (-0.28, 0.995), (-0.02, 1.0),
         (0.09, 0.965), (0.17, 0.84), (0.265, 0.69), (0.38, 0.655), (0.46, 0.60), (0.492, 0.50), (0.5, 0.42)),
    belt=((-0.5, 0.62), (-0.3, 0.635), (0.2, 0.62), (0.5, 0.58)),
    windows=(((-0.425, 0.69), (-0.405, 0.86), (-0.38, 0.91), (-0.25, 0.93), (-0.25, 0.67)),
             ((-0.235, 0.665), (-0.235, 0.93), (-0.045, 0.94), (-0.045, 0.655)),
             ((-0.025, 0.655), (-0.025, 0.94), (0.075, 0.91), (0.185, 0.71), (0.20, 0.65))),
    windscreen=(0.275, 0.085), rear_window=(-0.425, -0.475), rear_window_z=(0.67, 0.91),
    wheels=(-0.29, 0.31), wheel_radius=0.225, doors=(-0.24, -0.035, 0.175), seats=(-0.21, -0.01), tumble=0.085, corner=0.13,
)  # fmt: skip
_VAN_TOP = ((-0.5, 0.40), (-0.498, 0.70), (-0.49, 0.90), (-0.475, 0.975), (-0.40, 1.0), (0.10, 1.0), (0.20, 0.975),
            (0.26, 0.90), (0.33, 0.70), (0.375, 0.555), (0.44, 0.49), (0.485, 0.41), (0.5, 0.30))  # fmt: skip
_CAB_WINDOW = ((0.11, 0.52), (0.11, 0.80), (0.225, 0.80), (0.305, 0.60), (0.315, 0.52))
VAN = Shape(
    "van", 2.3, top=_VAN_TOP, belt=((-0.5, 0.50), (0.3, 0.49), (0.5, 0.44)), windows=(_CAB_WINDOW,),
    windscreen=(0.375, 0.255), rear_window=(-0.49, -0.497), rear_window_z=(0.55, 0.85),
    wheels=(-0.28, 0.335), wheel_radius=0.155, doors=(-0.18, 0.10, 0.30), seats=(0.13,),
    tumble=0.06, corner=0.10, round_power=10, lamp_z=(0.32, 0.42), tail_z=(0.38, 0.62),
)  # fmt: skip
SHUTTLE = Shape(
    "shuttle", 2.5, top=_VAN_TOP, belt=((-0.5, 0.50), (0.3, 0.49), (0.5, 0.44)),
    windows=(((-0.47, 0.52), (-0.47, 0.82), (-0.29, 0.82), (-0.29, 0.52)), ((-0.275, 0.52), (-0.275, 0.82), (-0.10, 0.82),
             (-0.10, 0.52)), ((-0.085, 0.52), (-0.085, 0.82), (0.09, 0.82), (0.09, 0.52)), _CAB_WINDOW),
    windscreen=(0.375, 0.255), rear_window=(-0.49, -0.497), rear_window_z=(0.55, 0.85),
    wheels=(-0.28, 0.335), wheel_radius=0.16, doors=(-0.095, 0.10, 0.30), seats=(-0.36, -0.21, -0.03, 0.13),
    tumble=0.06, corner=0.10, round_power=10, lamp_z=(0.32, 0.42), tail_z=(0.38, 0.62),
)  # fmt: skip
PICKUP = Shape(
    "pickup", 2.95,
    top=((-0.5, 0.50), (-0.499, 0.585), (-0.49, 0.60), (-0.15, 0.605), (-0.14, 0.62), (-0.125, 0.90), (-0.10, 0.975),
         (0.0, 1.0), (0.07, 0.97), (0.13, 0.86), (0.205, 0.665), (0.36, 0.63), (0.47, 0.59), (0.493, 0.50), (0.5, 0.40)),
    belt=((-0.5, 0.60), (0.2, 0.62), (0.5, 0.57)),
    windows=(((-0.115, 0.66), (-0.10, 0.90), (-0.03, 0.93), (-0.03, 0.655)),
             ((-0.015, 0.655), (-0.015, 0.935), (0.055, 0.90), (0.135, 0.71), (0.15, 0.65))),
    windscreen=(0.215, 0.06), rear_window=(-0.12, -0.135), rear_window_z=(0.68, 0.90),
    wheels=(-0.29, 0.32), wheel_radius=0.22, doors=(-0.135, -0.022, 0.14), seats=(-0.08, 0.0),
    tumble=0.075, corner=0.09, round_power=10, bed=True,
)  # fmt: skip
# A shape and what is painted on it; "" is its owner's colour alone.
LIVERIES: tuple[tuple[Shape, str], ...] = (
    (SEDAN, ""), (ESTATE, ""), (HATCH, ""), (CITY, ""), (SPORTS, ""), (SUV, ""), (VAN, ""), (SHUTTLE, ""), (PICKUP, ""),
    (SEDAN, "taxi"), (SEDAN, "police"), (SUV, "police"), (VAN, "parcels"), (VAN, "ambulance"), (VAN, "police"),
)  # fmt: skip
