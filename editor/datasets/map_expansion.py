"""The nuScenes map expansion, version 1.3: streets as JSON layers in `maps/expansion/<location>.json`.

nuscenes-devkit's `NuScenesMap(dataroot, location)` opens what is written here once the location stands in its list
(`nuscenes.map_expansion.map_api.locations`). Coordinates are metres from the canvas' lower left corner, all of them positive,
to the millimetre.
"""

import hashlib
import itertools
import json
import math
from pathlib import Path
from typing import Any

import numpy as np

from editor.datasets.files import write_json
from editor.datasets.map_mask import Area
from editor.geometry import Array
from editor.map import CarPark, Lane, RoadBlock, RoadSegment, StreetMap, TrafficLight

Record = dict[str, Any]
STEP_M = 1.0  # how finely the arcs of centre lines are sampled
AT_LINE_M = 3.0  # a road block whose traffic goes out within this of a stop line's middle ends at it


def expansion_path(dataroot: Path, location: str) -> Path:
    """Where a location's map expansion lies."""
    return dataroot / "maps" / "expansion" / f"{location}.json"


# ------------------------------------------------------------------------------------------------ writing


def write_map_expansion(dataroot: Path, location: str, street_map: StreetMap, canvas_edge: tuple[float, float]) -> Path:
    """Write a location's streets; `canvas_edge` is the (width, height) of the map in metres. Heights of lines are lost.

    Lane ids become the lanes' tokens. Centre lines become arcline paths of straight pieces from point to point.
    """
    path = expansion_path(dataroot, location)
    write_json(path, _Layers(location).of(street_map, canvas_edge))
    return path


class _Layers:
    """The layers of one map while they are gathered; nodes at the same place are one node."""

    def __init__(self, location: str) -> None:
        self.location = location
        self.nodes: dict[tuple[float, float], Record] = {}
        self.polygons: list[Record] = []
        self.lines: list[Record] = []

    def of(self, streets: StreetMap, canvas_edge: tuple[float, float]) -> Record:
        lanes = [self.lane(lane) for lane in streets.lanes if not lane.is_connector]
        layers = {
            "version": "1.3",
            "canvas_edge": [float(edge) for edge in canvas_edge],
            "drivable_area": [self.drivable_area(outer, holes) for outer, holes in streets.drivable],
            "road_segment": [self.road_segment(segment) for segment in streets.segments],
            "road_block": [self.road_block(block) for block in streets.blocks],
            "lane": lanes,
            "lane_connector": [self.outlined(lane.id, lane.outline) for lane in streets.lanes if lane.is_connector],
            "ped_crossing": [self.area("ped_crossing", ring, road_segment_token="") for ring in streets.crossings],
            "walkway": [self.area("walkway", ring) for ring in streets.walkways],
            "stop_line": [self.stop_line(ring, streets) for ring in streets.stop_lines],
            "carpark_area": [self.car_park(park) for park in streets.car_parks],
            "road_divider": [self.line("road_divider", points, road_segment_token="") for points in streets.road_dividers],
            "lane_divider": [self.lane_divider(points) for points in streets.lane_dividers],
            "traffic_light": [self.traffic_light(light) for light in streets.traffic_lights],
            "arcline_path_3": {lane.id: _arclines(lane.centre) for lane in streets.lanes},
            "connectivity": _connectivity(streets.lanes),
        }
        return layers | {"polygon": self.polygons, "line": self.lines, "node": list(self.nodes.values())}

    def token(self, *names: object) -> str:
        return hashlib.md5("/".join(str(n) for n in (self.location, *names)).encode(), usedforsecurity=False).hexdigest()

    def node(self, x: float, y: float) -> str:
        place = (round(float(x), 3), round(float(y), 3))
        token = self.token("node", *place)
        return self.nodes.setdefault(place, {"token": token, "x": place[0], "y": place[1]})["token"]

    def polygon(self, outer: Array, holes: tuple[Array, ...] = ()) -> str:
        token = self.token("polygon", len(self.polygons))
        rings = [{"node_tokens": [self.node(x, y) for x, y in hole]} for hole in holes]
        exterior = [self.node(x, y) for x, y in outer]
        self.polygons.append({"token": token, "exterior_node_tokens": exterior, "holes": rings})
        return token

    def line_token(self, points: Array) -> str:
        token = self.token("line", len(self.lines))
        self.lines.append({"token": token, "node_tokens": [self.node(x, y) for x, y in points[:, :2]]})
        return token

    def outlined(self, token: str, ring: Array, **fields: object) -> Record:
        return {"token": token, "polygon_token": self.polygon(ring), **fields}

    def area(self, layer: str, ring: Array, **fields: object) -> Record:
        return self.outlined(self.token(layer, len(self.polygons)), ring, **fields)

    def line(self, layer: str, points: Array, **fields: object) -> Record:
        return {"token": self.token(layer, len(self.lines)), "line_token": self.line_token(points), **fields}

    def drivable_area(self, outer: Array, holes: tuple[Array, ...]) -> Record:
        return {"token": self.token("drivable_area", len(self.polygons)), "polygon_tokens": [self.polygon(outer, holes)]}

    def stop_line(self, ring: Array, streets: StreetMap) -> Record:
        """With the road block that ends at it, and the lights that are meant for that."""
        near = [(float(np.linalg.norm(block.end - ring.mean(0))), block.id) for block in streets.blocks]
        block = min(near, default=(math.inf, ""))
        token = self.token("road_block", block[1]) if block[0] < AT_LINE_M else ""
        lights = [self.token("traffic_light", li.id) for li in streets.traffic_lights if token and li.block == block[1]]
        kind = "TRAFFIC_LIGHT" if lights else "YIELD"
        cues = {"ped_crossing_tokens": [], "traffic_light_tokens": lights, "road_block_token": token}
        return self.area("stop_line", ring, stop_line_type=kind, **cues)

    def road_segment(self, segment: RoadSegment) -> Record:
        token = self.token("road_segment", segment.id)
        return self.outlined(token, segment.outline, is_intersection=segment.is_intersection, drivable_area_token="")

    def road_block(self, block: RoadBlock) -> Record:
        ends = {
            "from_edge_line_token": self.line_token(_edge_at(block.outline, block.start)),
            "to_edge_line_token": self.line_token(_edge_at(block.outline, block.end)),
        }
        segment = self.token("road_segment", block.segment)
        return self.outlined(self.token("road_block", block.id), block.outline, **ends, road_segment_token=segment)

    def car_park(self, park: CarPark) -> Record:
        return self.area("carpark_area", park.outline, orientation=park.heading, road_block_token="")

    def traffic_light(self, light: TrafficLight) -> Record:
        """Its line leads from where it hangs to where it shines; three lenses, one over the other."""
        x, y, z = (float(c) for c in light.place)
        faces = np.array([[x, y], [x + math.cos(light.heading), y + math.sin(light.heading)]])
        level = {"rx": 0.0, "ry": 0.0}
        items = [
            {
                "color": colour,
                "shape": "CIRCLE",
                "rel_pos": {"tx": 0.0, "ty": 0.0, "tz": up, **level, "rz": 0.0},
                "to_road_block_tokens": [],
            }
            for colour, up in (("RED", 0.66), ("YELLOW", 0.33), ("GREEN", 0.0))
        ]
        pose = {"tx": x, "ty": y, "tz": z, **level, "rz": light.heading}
        facts = {"from_road_block_token": self.token("road_block", light.block), "items": items, "pose": pose}
        token, line = self.token("traffic_light", light.id), self.line_token(faces)
        return {"token": token, "line_token": line, "traffic_light_type": "VERTICAL", **facts}

    def lane_divider(self, points: Array) -> Record:
        segments = [{"node_token": self.node(x, y), "segment_type": "NIL"} for x, y in points[:, :2]]
        return self.line("lane_divider", points, lane_divider_segments=segments)

    def lane(self, lane: Lane) -> Record:
        ends = {
            "from_edge_line_token": self.line_token(_edge_at(lane.outline, lane.centre[0])),
            "to_edge_line_token": self.line_token(_edge_at(lane.outline, lane.centre[-1])),
        }
        dividers = {"left_lane_divider_segments": [], "right_lane_divider_segments": []}
        return self.outlined(lane.id, lane.outline, lane_type="CAR", **ends, **dividers)


def _edge_at(ring: Array, point: Array) -> Array:
    """The edge (2, 2) of an outline whose middle is nearest to a point."""
    following = np.roll(ring, -1, axis=0)
    nearest = int(np.argmin(np.linalg.norm((ring + following) / 2 - point[:2], axis=1)))
    return np.stack([ring[nearest], following[nearest]])


def _arclines(centre: Array) -> list[Record]:
    return [_straight(a, b) for a, b in itertools.pairwise(np.round(centre[:, :2], 3).tolist()) if a != b]


def _straight(a: list[float], b: list[float]) -> Record:
    length, yaw = math.dist(a, b), math.atan2(b[1] - a[1], b[0] - a[0])
    ends = {"start_pose": [*a, yaw], "end_pose": [*b, yaw]}
    return {**ends, "shape": "LSL", "radius": 999.999, "segment_length": [0.0, length, 0.0]}


def _connectivity(lanes: tuple[Lane, ...]) -> dict[str, Record]:
    links: dict[str, Record] = {lane.id: {"incoming": [], "outgoing": list(lane.successors)} for lane in lanes}
    for lane in lanes:
        for successor in lane.successors:
            links[successor]["incoming"].append(lane.id)
    return links


# ------------------------------------------------------------------------------------------------ reading


def read_map_expansion(path: Path, area: Area) -> StreetMap:
    """The streets of a map expansion that reach into an area. KeyError, TypeError or ValueError for a broken one."""
    return _Streets(json.loads(path.read_bytes()), area).street_map()


class _Streets:
    """A map expansion's layers, looked up by token and filtered by place."""

    def __init__(self, layers: Record, area: Area) -> None:
        if str(layers.get("version", "1.0")) < "1.3":
            raise ValueError(f"version {layers.get('version', '1.0')}; wanted 1.3 or later")
        self.layers = layers
        self.area = area
        self.places = {node["token"]: (float(node["x"]), float(node["y"])) for node in layers["node"]}
        self.polygons = {polygon["token"]: polygon for polygon in layers["polygon"]}
        self.lines = {line["token"]: line["node_tokens"] for line in layers["line"]}

    def street_map(self) -> StreetMap:
        lanes = (*self.lanes("lane"), *self.lanes("lane_connector"))
        return StreetMap(
            lanes=lanes,
            lane_dividers=self.lines_of("lane_divider"),
            road_dividers=self.lines_of("road_divider"),
            stop_lines=self.areas_of("stop_line"),
            crossings=self.areas_of("ped_crossing"),
            walkways=self.areas_of("walkway"),
            drivable=self.drivable(),
        )

    def places_of(self, nodes: list[str]) -> Array:
        return np.array([self.places[node] for node in nodes], dtype=np.float64).reshape(-1, 2)

    def reaches(self, points: Array) -> bool:
        if len(points) == 0:
            return False
        low, high = points[:, :2].min(0), points[:, :2].max(0)
        x0, y0, x1, y1 = self.area
        return bool(low[0] <= x1 and high[0] >= x0 and low[1] <= y1 and high[1] >= y0)

    def exterior(self, polygon_token: str) -> Array:
        return self.places_of(self.polygons[polygon_token]["exterior_node_tokens"])

    def areas_of(self, layer: str) -> tuple[Array, ...]:
        rings = (self.exterior(record["polygon_token"]) for record in self.layers[layer])
        return tuple(ring for ring in rings if self.reaches(ring))

    def lines_of(self, layer: str) -> tuple[Array, ...]:
        lines = (self.places_of(self.lines[record["line_token"]]) for record in self.layers[layer])
        return tuple(_flat(line) for line in lines if len(line) > 1 and self.reaches(line))

    def drivable(self) -> tuple[tuple[Array, tuple[Array, ...]], ...]:
        found = []
        for token in (token for record in self.layers["drivable_area"] for token in record["polygon_tokens"]):
            outer = self.exterior(token)
            if self.reaches(outer):
                holes = (self.places_of(hole["node_tokens"]) for hole in self.polygons[token]["holes"])
                found.append((outer, tuple(hole for hole in holes if len(hole) > 2)))
        return tuple(found)

    def lanes(self, layer: str) -> tuple[Lane, ...]:
        return tuple(lane for record in self.layers[layer] if (lane := self.lane(record, layer)) is not None)

    def lane(self, record: Record, layer: str) -> Lane | None:
        """The lane of a record, or None where it lies elsewhere or has no centre line."""
        token = record["token"]
        outline = self.exterior(record["polygon_token"]) if "polygon_token" in record else np.zeros((0, 2))
        if len(outline) and not self.reaches(outline):
            return None
        centre = _centre(self.layers["arcline_path_3"].get(token, ()))
        if len(centre) < 2 or not self.reaches(centre):
            return None
        successors = self.layers["connectivity"].get(token, {"outgoing": []})["outgoing"]
        return Lane(token, _flat(centre), outline, layer == "lane_connector", tuple(successors))


def _flat(points: Array) -> Array:
    return np.concatenate([points, np.zeros((len(points), 1))], axis=1)


def _centre(paths: list[Record]) -> Array:
    """The points (n, 2) of a centre line: ends of straight pieces as they are, arcs sampled, joints once."""
    points = [point for path in paths for point in _sampled(path)]
    kept = [p for i, p in enumerate(points) if i == 0 or math.dist(p, points[i - 1]) > 1e-6]
    return np.array(kept, dtype=np.float64).reshape(-1, 2)


def _sampled(path: Record) -> list[tuple[float, float]]:
    """Points along one arcline path: three pieces, each turning left (L) or right (R) at its radius or going straight (S)."""
    x, y, yaw = path["start_pose"]
    points = [(x, y)]
    for turn, length in zip(path["shape"], path["segment_length"], strict=True):
        curvature = {"L": 1.0, "S": 0.0, "R": -1.0}[turn] / path["radius"]
        steps = max(1, math.ceil(length / STEP_M)) if curvature else 1
        for _ in range(steps if length > 0 else 0):
            x, y, yaw = _driven(x, y, yaw, curvature, length / steps)
            points.append((x, y))
    return points


def _driven(x: float, y: float, yaw: float, curvature: float, length: float) -> tuple[float, float, float]:
    """The pose after driving an arc."""
    turned = yaw + curvature * length
    if curvature == 0.0:
        return x + length * math.cos(yaw), y + length * math.sin(yaw), yaw
    radius = 1 / curvature
    return x + radius * (math.sin(turned) - math.sin(yaw)), y + radius * (math.cos(yaw) - math.cos(turned)), turned
