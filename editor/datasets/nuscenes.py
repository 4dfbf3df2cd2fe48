"""Opening a data set in nuScenes format: its scenes, listed without loading pictures, and the streets under them."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from editor.datasets.chains import Chains
from editor.datasets.map_expansion import expansion_path, read_map_expansion
from editor.datasets.map_mask import Area, around, read_map_mask
from editor.datasets.records import DataSetError, Record, Tables
from editor.datasets.scenes import build_scene
from editor.map import Raster, StreetMap
from editor.once import Once
from editor.scene import Scene

MAP_MARGIN_M = 80.0  # how far beyond everything that moves in a scene its streets are read

__all__ = ["DataSet", "DataSetError", "SceneSummary", "open_data_set"]


@dataclass(frozen=True, slots=True)
class SceneSummary:
    """What is known of a scene before it is opened."""

    name: str
    description: str
    location: str
    date: str
    num_keyframes: int
    duration_s: float
    views: tuple[str, ...]


def open_data_set(dataroot: Path, version: str | None = None) -> "DataSet":
    """Open a version of a data set: its only one where none is named. DataSetError in one sentence for what is broken."""
    dataroot = Path(dataroot)
    if not dataroot.is_dir():
        raise DataSetError(f"data set {dataroot}: got no such folder; wanted one with tables in nuScenes format")
    return DataSet(dataroot, _version(dataroot, version))


def _version(dataroot: Path, version: str | None) -> str:
    there = sorted(path.parent.name for path in dataroot.glob("v*/scene.json"))
    if not there:
        raise DataSetError(
            f"data set {dataroot}: got no version folder; wanted tables in nuScenes format, as v1.0-mini/scene.json"
        )
    names = ", ".join(there)
    if version is None and len(there) != 1:
        raise DataSetError(f"data set {dataroot}: got no version; wanted one of these named: {names}")
    if version is not None and not (dataroot / version / "scene.json").is_file():
        raise DataSetError(f"data set {dataroot}: got version {version!r}; wanted one of these: {names}")
    return version or there[0]


def expanded_streets(dataroot: Path, scene: Scene) -> StreetMap | None:
    """The streets around a scene from its location's map expansion; None where there is none. Needs none of the tables."""
    file = _expansion(dataroot, scene)
    if file is None:
        return None
    area = _area(scene)
    try:
        return read_map_expansion(dataroot / file, area)
    except (LookupError, TypeError, ValueError, ArithmeticError, AttributeError, RecursionError, OSError) as error:
        raise DataSetError(f"map expansion {file}: got {error!r}; wanted layers as in version 1.3") from error


def _expansion(dataroot: Path, scene: Scene) -> Path | None:
    file = expansion_path(Path(), scene.location)
    is_plain = scene.location not in ("", ".", "..") and Path(scene.location).name == scene.location
    return file if is_plain and (dataroot / file).is_file() else None


class DataSet:
    """One version of a data set. It is only read, so one object can serve everybody."""

    def __init__(self, dataroot: Path, version: str) -> None:
        """Read and check all tables, but no pictures."""
        self.dataroot = dataroot
        self.version = version
        self.tables = Tables.read(dataroot / version)
        self.chains = Chains(self.tables)
        # Two who ask for one scene at once get the same object, and a map that takes seconds to read holds up no other.
        self._scenes: Once[str, Scene] = Once()
        self._street_maps: Once[tuple[str, Area], StreetMap] = Once()

    @cached_property
    def records_by_name(self) -> dict[str, Record]:
        """The scenes' records; each name stands once."""
        records = {record["name"]: record for record in self.tables.records["scene"]}
        if len(records) != len(self.tables.records["scene"]):
            raise DataSetError(f"table scene, field name: got {len(records)} names for more scenes; wanted each name once")
        return records

    def summaries(self) -> tuple[SceneSummary, ...]:
        """The scenes in the order of their table."""
        return tuple(self._summary(record) for record in self.records_by_name.values())

    def scene(self, name: str) -> Scene:
        """A scene by its name; DataSetError for one that is not there or contradicts itself."""
        if name not in self.records_by_name:
            there = ", ".join(self.records_by_name) or "none"
            raise DataSetError(f"data set {self.dataroot}: got scene {name!r}; wanted one of these: {there}")
        record = self.records_by_name[name]
        return self._scenes.get(name, lambda: build_scene(self.dataroot, self.version, self.chains, record))

    def street_map(self, scene: Scene) -> StreetMap:
        """The streets around a scene, from its location's map expansion, else from its mask; empty where there is neither."""
        area = _area(scene)  # a drive that goes on beyond its recording goes through more streets, as its ways lead it
        return self._street_maps.get((scene.name, area), lambda: self._read_street_map(scene))

    def channel(self, token: str) -> str:
        """The sensor's name of a recording."""
        return self.chains.channel(self.tables.get("sample_data", token))

    def boxes_by_time(self, instance_token: str) -> dict[int, Record]:
        """The annotations of an actor by their samples' timestamps."""
        return {self.chains.sample_of(box)["timestamp"]: box for box in self.chains.boxes[instance_token]}

    def expansion_of(self, scene: Scene) -> str | None:
        """The map expansion of a scene's location, as a path below the root, or None where there is none."""
        file = _expansion(self.dataroot, scene)
        return None if file is None else str(file)

    def _summary(self, record: Record) -> SceneSummary:
        log = self.tables.get("log", record["log_token"])
        samples = self.chains.samples[record["token"]]
        recordings = self.chains.recordings.get(record["token"], ())
        cameras = {self.chains.channel(r) for r in recordings if self.chains.sensor(r)["modality"] == "camera"}
        return SceneSummary(
            name=record["name"],
            description=record["description"],
            location=log["location"],
            date=log["date_captured"],
            num_keyframes=len(samples),
            duration_s=(samples[-1]["timestamp"] - samples[0]["timestamp"]) * 1e-6,
            views=tuple(sorted(cameras)),
        )

    def _read_street_map(self, scene: Scene) -> StreetMap:
        return expanded_streets(self.dataroot, scene) or StreetMap(raster=self._raster(scene, _area(scene)))

    def _raster(self, scene: Scene, area: Area) -> Raster | None:
        """The mask around a scene, or None where there is none, or where the recorded ego never drives on it: that one says
        nothing."""
        log_token = self.records_by_name[scene.name]["log_token"]
        for record in self.tables.records["map"]:
            if log_token in record["log_tokens"]:
                raster = read_map_mask(self.dataroot / record["filename"], area)
                if raster is not None and raster.is_drivable(_ego_places(scene.as_recorded)).mean() > 0.5:
                    return raster
        return None


def _ego_places(scene: Scene) -> np.ndarray:
    return np.array([pose.T_world.translation for pose in scene.ego])[:, :2]


def _area(scene: Scene) -> Area:
    moving = [pose.T_world.translation for actor in scene.actors for pose in actor.track]
    return around([_ego_places(scene), np.array(moving).reshape(-1, 3)], MAP_MARGIN_M)
