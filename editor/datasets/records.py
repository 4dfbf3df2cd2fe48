"""Reading nuScenes tables: thirteen JSON files, every record checked against the schema, looked up by token.

nuscenes-devkit itself is not what reads: importing it takes seconds, it asserts on a missing map mask, and a broken record
ends in a KeyError somewhere inside. The tests hold what is read here against it.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

Record = dict[str, Any]

OPTIONAL_TABLES = ("attribute", "visibility", "map")
FAR = 1e9  # metres, pixels, counts: nothing that is meant to be one is as large; also refuses NaN and infinity
END_OF_TIME_US = 1 << 62


class DataSetError(Exception):
    """A data set that cannot be opened, in one sentence that names what was got and what was wanted."""


@dataclass(frozen=True, slots=True)
class Field:
    """What a field of a record may hold; `refers` names the table that its token or tokens must be found in."""

    wanted: str
    holds: Callable[[Any], bool]
    refers: str | None = None
    may_be_empty: bool = False
    optional: bool = False


# ------------------------------------------------------------------------------------------- kinds of field


def _is_number(value: object) -> bool:
    return type(value) in (int, float) and -FAR < value < FAR


def _is_count(value: object) -> bool:
    return type(value) is int and 0 <= value < FAR


def _is_vector(value: object) -> bool:
    return type(value) is list and len(value) == 3 and all(map(_is_number, value))


def _is_size(value: object) -> bool:
    return _is_vector(value) and min(value) > 0


def _is_rotation(value: object) -> bool:
    return type(value) is list and len(value) == 4 and all(map(_is_number, value)) and 0.98 < sum(c * c for c in value) < 1.02


def _is_intrinsics(value: object) -> bool:
    if value == []:
        return True
    if type(value) is not list or len(value) != 3 or not all(map(_is_vector, value)):
        return False
    (fx, _, _), (zero, fy, _), last = value
    return fx > 0 and fy > 0 and zero == 0 and last == [0, 0, 1]


def _is_text(value: object) -> bool:
    """Text that can be written again: JSON may hold halves of characters."""
    if type(value) is not str:
        return False
    return value.isascii() or value.encode("utf-8", "ignore").decode() == value


def _is_file_name(value: object) -> bool:
    """Text that is safe as a part of a path; names of scenes and channels become that."""
    return _is_text(value) and 0 < len(value.encode()) <= 200 and value not in (".", "..") and not set(value) & set("/\\\0")


def _is_file(value: object) -> bool:
    if not _is_text(value) or len(value) > 1000 or PurePosixPath(value).is_absolute():
        return False
    return value != "" and all(map(_is_file_name, PurePosixPath(value).parts))


def _are_tokens(value: object) -> bool:
    return type(value) is list and all(map(_is_text, value))


TOKEN = Field("a token", lambda v: _is_text(v) and v != "")
TEXT = Field("text", _is_text)
NAME = Field("text that is not empty", lambda v: _is_text(v) and v != "")
FILE_NAME = Field('text without "/" that can be part of a file name', _is_file_name)
FLAG = Field("true or false", lambda v: type(v) is bool)
COUNT = Field("a number of 0 or more", _is_count)
TIME = Field("a timestamp in whole microseconds", lambda v: type(v) is int and 0 <= v < END_OF_TIME_US)
VECTOR = Field("three finite numbers", _is_vector)
ROTATION = Field("a quaternion of unit length", _is_rotation)
SIZE = Field("three positive numbers", _is_size)
INTRINSICS = Field("a 3x3 camera matrix, or [] for what is no camera", _is_intrinsics)
FILE = Field("a path below the data set's root", _is_file)


def _maybe(field: Field) -> Field:
    return Field(field.wanted, field.holds, field.refers, field.may_be_empty, optional=True)


def _token_of(table: str) -> Field:
    return Field(f"the token of a record in table {table}", TOKEN.holds, table)


def _link_to(table: str) -> Field:
    return Field(f'the token of a record in table {table}, or ""', TEXT.holds, table, may_be_empty=True)


def _tokens_of(table: str) -> Field:
    return Field(f"a list of tokens of records in table {table}", _are_tokens, table)


SCHEMA: dict[str, dict[str, Field]] = {
    "category": {"name": NAME},
    "attribute": {"name": NAME},
    "visibility": {"level": _maybe(TEXT)},
    "instance": {
        "category_token": _token_of("category"),
        "nbr_annotations": COUNT,
        "first_annotation_token": _token_of("sample_annotation"),
        "last_annotation_token": _token_of("sample_annotation"),
    },
    "sensor": {"channel": FILE_NAME, "modality": NAME},
    "calibrated_sensor": {
        "sensor_token": _token_of("sensor"),
        "translation": VECTOR,
        "rotation": ROTATION,
        "camera_intrinsic": INTRINSICS,
    },
    "ego_pose": {"timestamp": TIME, "translation": VECTOR, "rotation": ROTATION},
    "log": {"logfile": TEXT, "vehicle": TEXT, "date_captured": TEXT, "location": TEXT},
    "scene": {
        "name": FILE_NAME,
        "description": TEXT,
        "log_token": _token_of("log"),
        "nbr_samples": COUNT,
        "first_sample_token": _token_of("sample"),
        "last_sample_token": _token_of("sample"),
    },
    "sample": {
        "timestamp": TIME,
        "scene_token": _token_of("scene"),
        "prev": _link_to("sample"),
        "next": _link_to("sample"),
    },
    "sample_data": {
        "sample_token": _token_of("sample"),
        "ego_pose_token": _token_of("ego_pose"),
        "calibrated_sensor_token": _token_of("calibrated_sensor"),
        "timestamp": TIME,
        "is_key_frame": FLAG,
        "filename": FILE,
        "height": COUNT,
        "width": COUNT,
        "prev": _link_to("sample_data"),
        "next": _link_to("sample_data"),
    },
    "sample_annotation": {
        "sample_token": _token_of("sample"),
        "instance_token": _token_of("instance"),
        "attribute_tokens": _maybe(_tokens_of("attribute")),
        "visibility_token": _maybe(Field(TEXT.wanted + " or nothing", lambda v: v is None or _is_text(v))),
        "num_lidar_pts": _maybe(COUNT),
        "num_radar_pts": _maybe(COUNT),
        "translation": VECTOR,
        "size": SIZE,
        "rotation": ROTATION,
        "prev": _link_to("sample_annotation"),
        "next": _link_to("sample_annotation"),
    },
    "map": {"log_tokens": _tokens_of("log"), "category": _maybe(TEXT), "filename": FILE},
}


# ----------------------------------------------------------------------------------------------- the tables


class Tables:
    """All records of one data set; each as it stands in its file."""

    def __init__(self, records: Mapping[str, list[Record]]) -> None:
        """Check everything. DataSetError for what breaks the schema."""
        self.records = {table: _checked(table, records[table]) for table in SCHEMA}
        self._by_token = {table: _by_token(table, records) for table, records in self.records.items()}
        for table in SCHEMA:
            self._check_references(table)

    @classmethod
    def read(cls, folder: Path) -> "Tables":
        """Those of one version folder. DataSetError for what is no table."""
        return cls({table: _loaded(folder, table) for table in SCHEMA})

    def get(self, table: str, token: str) -> Record:
        """The record of that token, as nuscenes-devkit's `get` gives it."""
        return self._by_token[table][token]

    def _check_references(self, table: str) -> None:
        for name, field in SCHEMA[table].items():
            if field.refers is None:
                continue
            known = self._by_token[field.refers]
            for record in self.records[table]:
                value = record.get(name, [])
                for token in value if type(value) is list else (value,):
                    if token not in known and not (token == "" and field.may_be_empty):
                        raise field_error(table, record, name, field.wanted)


def field_error(table: str, record: Record, field: str, wanted: str) -> DataSetError:
    """The sentence for a field that holds the wrong thing."""
    got = _short(record[field]) if field in record else "nothing"
    return DataSetError(f"table {table}, record {_short(record.get('token'))}, field {field}: got {got}; wanted {wanted}")


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _loaded(folder: Path, table: str) -> list[Record]:
    path = folder / f"{table}.json"
    if table in OPTIONAL_TABLES and not path.exists():
        return []
    try:
        records = json.loads(path.read_bytes())
    except OSError as error:
        raise DataSetError(f"table {table}: got no {path} that can be read ({error.strerror}); wanted a JSON file") from error
    except (ValueError, RecursionError) as error:
        raise DataSetError(
            f"table {table}: got {path} that is no JSON ({_short(str(error))}); wanted a list of records"
        ) from error
    if type(records) is not list or any(type(record) is not dict for record in records):
        raise DataSetError(f"table {table}: got {path} with {_short(records)}; wanted a list of records")
    return records


def _checked(table: str, records: list[Record]) -> list[Record]:
    for name, field in (("token", TOKEN), *SCHEMA[table].items()):
        for record in records:
            if name not in record:
                if not field.optional:
                    raise field_error(table, record, name, field.wanted)
            elif not field.holds(record[name]):
                raise field_error(table, record, name, field.wanted)
    return records


def _by_token(table: str, records: list[Record]) -> dict[str, Record]:
    found = {record["token"]: record for record in records}
    if len(found) != len(records):
        token, times = Counter(record["token"] for record in records).most_common(1)[0]
        raise DataSetError(f"table {table}, record {_short(token)}, field token: got it {times} times; wanted each token once")
    return found
