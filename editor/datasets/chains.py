"""How records hang together: samples in scenes, recordings in channels, boxes in tracks, each in the order of time."""

from collections import defaultdict
from collections.abc import Callable, Iterable

from editor.datasets.records import Record, Tables, field_error


class Chains:
    """The records of a data set by what they belong to. DataSetError where links, counts and times contradict each other."""

    def __init__(self, tables: Tables) -> None:
        """Group and check everything."""
        self.tables = tables
        self.samples = _grouped(tables.records["sample"], lambda r: r["scene_token"], self._time)
        self.recordings = _grouped(tables.records["sample_data"], self._scene_of, self._time)
        self.boxes = _grouped(tables.records["sample_annotation"], lambda r: r["instance_token"], self._box_time)
        self.instances = _grouped(tables.records["instance"], self._scene_of_instance)
        self._check_counts()
        self._check_links("sample", lambda r: r["scene_token"], self._time)
        self._check_links("sample_data", lambda r: (self._scene_of(r), self.channel(r)), self._time)
        self._check_links("sample_annotation", lambda r: r["instance_token"], self._box_time)
        self._check_tracks()

    def sensor(self, recording: Record) -> Record:
        """The sensor that made a recording."""
        calibrated = self.tables.get("calibrated_sensor", recording["calibrated_sensor_token"])
        return self.tables.get("sensor", calibrated["sensor_token"])

    def channel(self, recording: Record) -> str:
        """The name of the sensor that made a recording."""
        return self.sensor(recording)["channel"]

    def sample_of(self, record: Record) -> Record:
        """The sample that a recording or a box belongs to."""
        return self.tables.get("sample", record["sample_token"])

    @staticmethod
    def _time(record: Record) -> int:
        return record["timestamp"]

    def _box_time(self, box: Record) -> int:
        return self.sample_of(box)["timestamp"]

    def _scene_of(self, record: Record) -> str:
        return self.sample_of(record)["scene_token"]

    def _scene_of_instance(self, instance: Record) -> str:
        return self._scene_of(self.tables.get("sample_annotation", instance["first_annotation_token"]))

    def _check_counts(self) -> None:
        for scene in self.tables.records["scene"]:
            _check_count("scene", scene, "nbr_samples", len(self.samples.get(scene["token"], ())))
        for instance in self.tables.records["instance"]:
            _check_count("instance", instance, "nbr_annotations", len(self.boxes.get(instance["token"], ())))

    def _check_links(self, table: str, chain_of: Callable[[Record], object], time_of: Callable[[Record], int]) -> None:
        for record in self.tables.records[table]:
            if record["next"] == "":
                continue
            following = self.tables.get(table, record["next"])
            if chain_of(following) != chain_of(record):
                raise field_error(table, record, "next", "a record of the same scene, channel or instance")
            if time_of(following) <= time_of(record):
                raise field_error(table, record, "next", f"a record later than {time_of(record)}, not at {time_of(following)}")

    def _check_tracks(self) -> None:
        for boxes in self.boxes.values():
            for box, following in zip(boxes, boxes[1:], strict=False):
                if box["sample_token"] == following["sample_token"]:
                    raise field_error("sample_annotation", following, "sample_token", "one box of an instance at each sample")
                if self._scene_of(box) != self._scene_of(following):
                    raise field_error("sample_annotation", following, "sample_token", "all boxes of an instance in one scene")


def _grouped(
    records: Iterable[Record], group_of: Callable[[Record], str], order: Callable[[Record], int] | None = None
) -> dict[str, list[Record]]:
    groups: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        groups[group_of(record)].append(record)
    if order is not None:
        for group in groups.values():
            group.sort(key=order)
    return dict(groups)


def _check_count(table: str, record: Record, field: str, count: int) -> None:
    if record[field] != count or count == 0:
        raise field_error(
            table, record, field, f"{count}, for as many name it" if count else "one record at least that names it"
        )
