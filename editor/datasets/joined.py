"""Several bundles as one data set, a scene each.

    join({"left": Path("exports/left"), "right": Path("exports/right")}, out)

Bundles of takes of one scene share that scene's tokens, and its name. So what belongs to a scene gets tokens of its own, the
scene its bundle's name, and its files a folder of that name; categories, attributes, visibilities, sensors, logs and maps stay
what all have in common. What else a bundle holds (films, masks, its take and its report) goes to `bundles/NAME/`.
"""

import filecmp
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePath, PurePosixPath
from typing import Any

from editor.datasets.bundle import MARKS, NOTICE, VERSION
from editor.datasets.files import write_json
from editor.datasets.records import SCHEMA, DataSetError, Record, Tables, field_error

BUNDLES = "bundles"
SHARED = {  # tables whose records are for all, and the field that says which are the same
    "category": "name",
    "attribute": "name",
    "visibility": "token",
    "sensor": "channel",
    "log": "token",
    "map": "filename",
}


def join(bundles: Mapping[str, Path], out: Path) -> Iterator[str]:
    """Write the data set below `out`, saying the name of each bundle once its files are there.

    Files are linked where the disk can do that, and copied elsewhere. DataSetError for a folder that is no bundle, and where
    two bundles have another log or map under one name.
    """
    gathered = _Gathered()
    for name, folder in bundles.items():
        gathered.add(name, _tables(name, folder), _marks(folder))
        for file in sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file()):
            if file.parts[0] != VERSION:
                _place(folder / file, out / _file(name, file), name)
        yield name
    for table, records in gathered.records.items():
        write_json(out / VERSION / f"{table}.json", list(records.values()))
    write_json(out / VERSION / MARKS, gathered.marks)


class _Gathered:
    """The tables of all bundles so far."""

    def __init__(self) -> None:
        self.records: dict[str, dict[str, Record]] = {table: {} for table in SCHEMA}  # by what tells two records apart
        self.marks: dict[str, Any] = {"schema_version": 1, "notice": NOTICE, "scenes": {}}
        self.marks |= {"sample_data": {}, "sample_annotation": {}}

    def add(self, name: str, tables: Tables, marks: Record) -> None:
        """A bundle's records, under their new tokens."""
        tokens = {table: self._tokens(name, table, records) for table, records in tables.records.items()}
        for table, records in tables.records.items():
            for record in records:
                self._add(name, table, _renamed(table, record, tokens))
        of_scene = dict(marks)
        for table in ("sample_data", "sample_annotation"):
            self.marks[table] |= {tokens[table][token]: origin for token, origin in of_scene.pop(table).items()}
        self.marks["scenes"][name] = {key: value for key, value in of_scene.items() if key not in ("schema_version", "notice")}

    def _tokens(self, name: str, table: str, records: list[Record]) -> dict[str, str]:
        """New tokens by old ones."""
        if table not in SHARED:
            return {record["token"]: _own_token(name, record["token"]) for record in records}
        known = self.records[table]
        return {record["token"]: known.get(record[SHARED[table]], record)["token"] for record in records}

    def _add(self, name: str, table: str, record: Record) -> None:
        if table == "scene":
            record["name"] = name
        if table == "sample_data":
            record["filename"] = str(_file(name, PurePosixPath(record["filename"])))
        known = self.records[table].setdefault(record[SHARED.get(table, "token")], record)
        if table == "map":
            known["log_tokens"] = list(dict.fromkeys([*known["log_tokens"], *record["log_tokens"]]))
        elif known != record:
            other = next(field for field in record if record[field] != known.get(field))
            raise field_error(table, record, other, f"{known.get(other)!r}, as in the bundles before {name}")


def _renamed(table: str, record: Record, tokens: Mapping[str, Mapping[str, str]]) -> Record:
    """A record with the new tokens, its own and those that it refers to."""
    changed = {"token": tokens[table][record["token"]]}
    for name, field in SCHEMA[table].items():
        if field.refers is not None and name in record:
            known, value = tokens[field.refers], record[name]
            changed[name] = [known[token] for token in value] if isinstance(value, list) else known.get(value, "")
    return record | changed


def _own_token(name: str, token: str) -> str:
    return hashlib.md5(f"{name}/{token}".encode(), usedforsecurity=False).hexdigest()


# --------------------------------------------------------------------------------------------------------- files


def _tables(name: str, folder: Path) -> Tables:
    if not (folder / VERSION / MARKS).is_file():
        raise DataSetError(f"{folder} holds no {VERSION}/{MARKS}; wanted a bundle that Retake has exported")
    tables = Tables.read(folder / VERSION)
    if len(tables.records["scene"]) != 1:
        raise DataSetError(f"bundle {name}: got {len(tables.records['scene'])} scenes; wanted one, as an export has it")
    return tables


def _marks(folder: Path) -> Record:
    path = folder / VERSION / MARKS
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise DataSetError(f"{path} cannot be read ({error}); wanted it as an export wrote it") from error


def _file(name: str, file: PurePath) -> Path:
    """Where a bundle's file goes, below the root."""
    match file.parts:
        case ("samples" | "sweeps" as kind, channel, *rest):
            return Path(kind, channel, name, *rest)
        case ("maps", *_):
            return Path(file)
    return Path(BUNDLES, name, file)


def _place(source: Path, target: Path, name: str) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        if not filecmp.cmp(source, target, shallow=False):
            raise DataSetError(
                f"bundle {name}: its {source.name} is another than that of the bundles before it; wanted the same"
            )
        return
    try:
        os.link(source, target)
    except OSError:  # another disk, or one that has no links
        shutil.copyfile(source, target)
