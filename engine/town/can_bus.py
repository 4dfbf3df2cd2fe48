"""The ego's CAN bus as nuScenes' expansion has it, in `can_bus/scene-dddd_*.json`, for its devkit's `NuScenesCanBus`.

Motion is that of the drive: a spline through the ego's poses. What a car makes of it (pedals, steering wheel, wheel speeds,
battery) follows from the motion by the measures of a small electric car; these are our readings. The IMU's frame is the ego's,
and its acceleration holds gravity. Signs and units are those of the devkit's description. Zoe sensors: 100 Hz, not 900.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.spatial.transform import Rotation, RotationSpline

from editor.datasets.files import write_json
from editor.datasets.records import Record
from editor.geometry import Array
from engine.town.chance import dice
from engine.town.drive import Drive

RATES_HZ = {
    "ms_imu": 100, "pose": 50, "steeranglefeedback": 100, "vehicle_monitor": 2, "zoesensors": 100, "zoe_veh_info": 100,
}  # fmt: skip
GRAVITY = 9.81
WHEELBASE_M, TRACK_M, WHEEL_M, STEERING_RATIO = 2.59, 1.51, 0.308, 15.0
AROUND_M = 50.0  # of the route before and after the scene
SIGNAL_S, SIGNAL_TURN = 3.0, math.radians(25)  # an indicator goes on this long before so much of a turn
DRAG_MPS2 = 0.12  # what rolling costs
BRAKE_BAR, THROTTLE = 12.0, 240.0  # per m/s²
TORQUE_NM, WHEEL_ODOM_CM = 180.0, 125


@dataclass(frozen=True, eq=False)
class _Motion:
    """The ego at some times (n,): all in its own frame but `place` and `orientation`."""

    t_us: np.ndarray
    place: Array  # (n, 3) world
    orientation: Array  # (n, 4) w, x, y, z
    velocity: Array  # (n, 3) m/s
    acceleration: Array  # (n, 3) m/s², gravity among it
    turning: Array  # (n, 3) rad/s
    steering: Array  # (n,) of the steering wheel, radians, to the left positive
    travelled: Array  # (n,) metres

    @property
    def speed(self) -> Array:
        """Forwards, m/s."""
        return self.velocity[:, 0]

    @property
    def effort(self) -> Array:
        """What the drive or the brakes give, m/s² along the road."""
        return self.acceleration[:, 0] + DRAG_MPS2 * (self.speed > 0.05)


class _Track:
    """The ego's motion at any time of a drive."""

    def __init__(self, there: Drive) -> None:
        self.start, self.end = there.times[0], there.times[-1]
        seconds = np.array([(pose.t_us - self.start) * 1e-6 for pose in there.motion])
        self.place = CubicSpline(seconds, np.array([pose.T_world.translation for pose in there.motion]))
        turns = np.array([pose.T_world.rotation for pose in there.motion])
        self.orientation = RotationSpline(seconds, Rotation.from_quat(np.roll(turns, -1, axis=1)))

    def at(self, rate_hz: float) -> _Motion:
        """The motion so many times a second, from the first frame to the last."""
        count = int((self.end - self.start) * 1e-6 * rate_hz + 1e-6) + 1
        t_us = self.start + np.round(np.arange(count) * 1e6 / rate_hz).astype(np.int64)
        s = (t_us - self.start) * 1e-6
        turn, turning = self.orientation(s), self.orientation(s, 1)
        velocity = turn.inv().apply(self.place(s, 1))
        acceleration = turn.inv().apply(self.place(s, 2) + np.array([0.0, 0.0, GRAVITY]))
        speed = velocity[:, 0]
        bend = turning[:, 2] * speed / (speed**2 + 0.05)
        steps = np.linalg.norm(np.diff(self.place(s), axis=0), axis=1)
        return _Motion(
            t_us, self.place(s), np.roll(turn.as_quat(canonical=True), 1, axis=1), velocity, acceleration, turning,
            np.arctan(WHEELBASE_M * bend) * STEERING_RATIO, np.concatenate([[0.0], np.cumsum(steps)]),
        )  # fmt: skip

    def turn_ahead(self, t_us: np.ndarray) -> Array:
        """By how much the heading changes in the seconds after these times, to the left positive."""
        s = (t_us - self.start) * 1e-6
        last = (self.end - self.start) * 1e-6
        now, then = self.orientation(s), self.orientation(np.minimum(s + SIGNAL_S, last))
        return (now.inv() * then).as_rotvec()[:, 2]


def write_can_bus(dataroot: Path, scene: str, there: Drive) -> None:
    """Put a scene's messages, their statistics and its route below a data set's root."""
    track = _Track(there)
    messages = {name: list(_messages(name, track, there)) for name in RATES_HZ}
    statistics = {name: _statistics(records) for name, records in messages.items()}
    for name, content in (messages | {"meta": statistics, "route": _route(there)}).items():
        write_json(dataroot / "can_bus" / f"{scene}_{name}.json", content)


def _messages(name: str, track: _Track, there: Drive) -> Iterator[Record]:
    motion = track.at(RATES_HZ[name])
    columns = FIELDS[name](motion) if name != "vehicle_monitor" else _vehicle_monitor(motion, track, there)
    values = {key: np.round(np.asarray(column, float), 6).tolist() for key, column in columns.items()}
    for k, t in enumerate(motion.t_us.tolist()):
        message = {key: int(column[k]) if key in WHOLE else column[k] for key, column in values.items()}
        yield message | {"utime": t}


Columns = Mapping[str, Array]
WHOLE = {
    "brake",
    "brake_switch",
    "gear_position",
    "left_signal",
    "right_signal",
    "throttle",
    "left_solar",
    "right_solar",
    "odom",
}


def _imu(motion: _Motion) -> Columns:
    return {"linear_accel": motion.acceleration, "q": motion.orientation, "rotation_rate": motion.turning}


def _pose(motion: _Motion) -> Columns:
    return {
        "accel": motion.acceleration, "orientation": motion.orientation, "pos": motion.place,
        "rotation_rate": motion.turning, "vel": motion.velocity,
    }  # fmt: skip


def _steering(motion: _Motion) -> Columns:
    return {"value": -motion.steering}


def _vehicle_monitor(motion: _Motion, track: _Track, there: Drive) -> Columns:
    battery = dice("battery", there.times[0]).uniform(45, 95) - 0.4 * motion.travelled / 1000
    left, right = _wheels(motion)
    turn, still = track.turn_ahead(motion.t_us), np.ones_like(motion.speed)
    return {
        "available_distance": np.round(2.1 * battery), "battery_level": np.round(battery), "brake": _brake(motion),
        "brake_switch": 1 + (_brake(motion) > 0) * 1.0, "gear_position": 7 * still, "left_signal": turn > SIGNAL_TURN,
        "rear_left_rpm": left, "rear_right_rpm": right, "right_signal": turn < -SIGNAL_TURN,
        "steering": -np.degrees(motion.steering), "steering_speed": -np.degrees(np.gradient(motion.steering) * 2),
        "throttle": _throttle(motion), "vehicle_speed": 3.6 * motion.speed, "yaw_rate": np.degrees(motion.turning[:, 2]),
    }  # fmt: skip


def _zoe_sensors(motion: _Motion) -> Columns:
    brake = 0.375 + np.clip(_brake(motion) / 126, 0, 1) * 0.036
    return {
        "brake_sensor": brake, "steering_sensor": -np.degrees(motion.steering), "throttle_sensor": _throttle(motion),
    }  # fmt: skip


def _zoe_vehicle(motion: _Motion) -> Columns:
    left, right = _wheels(motion)
    torque, wheel = motion.effort * TORQUE_NM, -np.degrees(motion.steering)
    still = np.ones_like(motion.speed)
    return {
        "FL_wheel_speed": left, "FR_wheel_speed": right, "RL_wheel_speed": left, "RR_wheel_speed": right,
        "left_solar": 60 * still, "longitudinal_accel": motion.acceleration[:, 0], "meanEffTorque": torque,
        "odom": np.floor(motion.travelled * 100) % WHEEL_ODOM_CM, "odom_speed": 3.6 * motion.speed,
        "pedal_cc": _throttle(motion), "regen": np.clip(-motion.effort * 40, 0, 100), "requestedTorqueAfterProc": torque,
        "right_solar": 60 * still, "steer_corrected": wheel, "steer_offset_can": -12.6 * still, "steer_raw": wheel - 12.6,
        "transversal_accel": motion.acceleration[:, 1] / GRAVITY,
    }  # fmt: skip


FIELDS = {
    "ms_imu": _imu, "pose": _pose, "steeranglefeedback": _steering, "zoesensors": _zoe_sensors, "zoe_veh_info": _zoe_vehicle,
}  # fmt: skip


def _brake(motion: _Motion) -> Array:
    return np.clip(np.round(-motion.effort * BRAKE_BAR), 0, 126)


def _throttle(motion: _Motion) -> Array:
    return np.clip(np.round(motion.effort * THROTTLE), 0, 1000)


def _wheels(motion: _Motion) -> tuple[Array, Array]:
    """Revolutions a minute, left and right."""
    aside = motion.turning[:, 2] * TRACK_M / 2
    rpm = 60 / (2 * math.pi * WHEEL_M)
    return (motion.speed - aside) * rpm, (motion.speed + aside) * rpm


def _statistics(records: list[Record]) -> Record:
    """nuScenes' meta data of one kind of message."""
    timespan = (records[-1]["utime"] - records[0]["utime"]) * 1e-6
    stats = {key: _spread(np.array([r[key] for r in records], float)) for key in records[0]}
    frequency = (len(records) - 1) / timespan if timespan else 0.0
    return {"message_count": len(records), "message_freq": round(frequency, 6), "timespan": timespan, "var_stats": stats}


def _spread(values: Array) -> Record:
    steps = np.diff(values, axis=0) if len(values) > 1 else np.zeros_like(values)
    out = {}
    for prefix, v in (("", values), ("diff_", steps)):
        for name, of in (("max", np.max), ("mean", np.mean), ("min", np.min), ("std", np.std)):
            out[f"{prefix}{name}"] = np.round(of(v, axis=0), 6).tolist()
    return out


def _route(there: Drive) -> list[list[float]]:
    """The way that the ego means to go, from a little before the scene to a little after it, a point every half metre."""
    path = np.array(there.route)
    first, last = (
        int(np.linalg.norm(path - pose.T_world.translation[:2], axis=1).argmin())
        for pose in (there.motion[0], there.motion[-1])
    )
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
    kept = path[(along >= along[first] - AROUND_M) & (along <= along[last] + AROUND_M)]
    ahead = (path[1] - path[0]) / np.linalg.norm(path[1] - path[0])
    before = path[0] - np.arange(AROUND_M - along[first], 0, -0.5)[:, None] * ahead  # none where the path is long enough
    return np.round(np.concatenate([before, kept]), 3).tolist()
