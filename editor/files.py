"""Take files: JSON that a person can read and compare, one edit to a line, checked strictly and written all or not at all."""

import json
import os
from collections.abc import Callable
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Annotated, Any, get_args

from pydantic import Discriminator, TypeAdapter, ValidationError

from editor.edits import Edit
from editor.scene import Scene
from editor.take import Take, TakeError, validate

CURRENT = 2
MOST_BYTES = 64 * 2**20


class TakeFileError(Exception):
    """A take file that cannot be read, or was made on other data; the sentence says why."""


@cache
def _takes() -> TypeAdapter[Take]:
    return TypeAdapter(Take)


@cache
def _edits() -> TypeAdapter[Edit]:
    return TypeAdapter(Annotated[Edit, Discriminator("kind")])


# --------------------------------------------------------------------------------------------------- older versions


def _with_labels_alone(document: dict[str, Any]) -> dict[str, Any]:
    """In version 1, who was relabelled looked as before."""

    def told(step: dict[str, Any]) -> dict[str, Any]:
        edit = step["edit"]
        if edit.get("kind") != "relabel":
            return step
        if "keeps_look" in edit:
            raise TypeError("'keeps_look' came with version 2")
        return step | {"edit": edit | {"keeps_look": True}}

    return document | {name: [told(step) for step in document[name]] for name in ("edits", "undone") if name in document}


# From each version to the next: a function of the file's dictionary.
MIGRATIONS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {1: _with_labels_alone}


# ------------------------------------------------------------------------------------------------------ writing


def dumps(take: Take) -> str:
    """The take as the text of its file."""
    validate(take)
    document = {"schema_version": CURRENT} | _takes().dump_python(take, mode="json")
    for steps in (document["edits"], document["undone"]):
        steps[:] = [{"gesture": step["gesture"], "edit": _kind_first(step["edit"])} for step in steps]
    lines = [
        f"  {_line(key)}: {_block(value) if key in ('edits', 'undone') else _line(value)}" for key, value in document.items()
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _kind_first(edit: dict[str, Any]) -> dict[str, Any]:
    return {"kind": edit["kind"]} | edit


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _block(values: list[Any]) -> str:
    return "[\n" + ",\n".join(f"    {_line(v)}" for v in values) + "\n  ]" if values else "[]"


def save_take(path: Path, take: Take) -> None:
    """Write a take file, which is on disk, whole, when this returns; a failed write leaves the old file as it was."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with beside.open("w", encoding="utf-8", newline="\n") as file:
            file.write(dumps(take))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


# ------------------------------------------------------------------------------------------------------ reading


def load_take(path: Path) -> Take:
    """Read a take file; TakeFileError, naming the file, where it is not one."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise TakeFileError(f"{path.stat().st_size} bytes; wanted at most {MOST_BYTES}")
        return loads(path.read_text(encoding="utf-8"))
    except TakeFileError as error:
        raise TakeFileError(f"{path}: {error}") from error
    except UnicodeDecodeError as error:
        raise TakeFileError(f"{path}: not UTF-8 text at byte {error.start}") from error
    except OSError as error:
        raise TakeFileError(f"{path} cannot be read: {error.strerror}") from error


def loads(text: str) -> Take:
    """The take that the text of a file says."""
    document = _document(text)
    body = {key: value for key, value in upgraded(document).items() if key != "schema_version"}
    try:
        take = _takes().validate_json(json.dumps(body), strict=True)
        validate(take)
    except ValidationError as error:
        raise TakeFileError(_sentence(error)) from error
    except TakeError as error:
        raise TakeFileError(str(error)) from error
    return take


def _document(text: str) -> dict[str, Any]:
    """The text as a dictionary: JSON without NaN and without a key said twice."""
    try:
        document = json.loads(text, object_pairs_hook=_without_repeats, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise TakeFileError(f"not JSON: {error.msg} at line {error.lineno}, column {error.colno}") from error
    except (ValueError, RecursionError) as error:
        raise TakeFileError(f"not JSON that a take can be: {str(error).splitlines()[0][:200]}") from error
    if not isinstance(document, dict):
        raise TakeFileError(f"a {type(document).__name__}; wanted an object with 'schema_version'")
    return document


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"{twice[:80]!r} is said twice")
    return found


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no number of a take")


def upgraded(document: dict[str, Any]) -> dict[str, Any]:
    """The dictionary of a file of any version, as the current version has it."""
    version = document.get("schema_version")
    if type(version) is not int or not 1 <= version <= CURRENT:
        raise TakeFileError(f"schema_version {str(version)[:40]!r}; this build reads 1 to {CURRENT}")
    while version < CURRENT:
        try:
            document = MIGRATIONS[version](document) | {"schema_version": version + 1}
        except (KeyError, TypeError, AttributeError) as error:
            raise TakeFileError(f"does not hold what version {version} must hold ({error})") from error
        version += 1
    return document


def _sentence(error: ValidationError) -> str:
    """The first complaint, and how many there are."""
    complaints = error.errors(include_url=False, include_input=False)
    first = complaints[0]
    if first["type"] in ("union_tag_invalid", "union_tag_not_found"):
        said = _unknown_kind(first["loc"], first["ctx"].get("tag"))
    else:
        said = f"{'.'.join(str(part) for part in first['loc'])[:200] or 'the file'}: {first['msg'][:300]}"
    more = f" (and {len(complaints) - 1} more)" if len(complaints) > 1 else ""
    return f"{said}{more}".replace("\n", " ")


def _unknown_kind(where: tuple[str | int, ...], kind: str | None) -> str:
    """What is wrong with an edit of no kind that there is; `where` begins with a list of the file and a place in it, from 0."""
    edit = f"{'undone ' if where[0] == 'undone' else ''}edit {where[1] + 1}" if where else "the edit"
    got = "has no kind" if kind is None else f"is of the kind '{kind[:40]}'"
    kinds = (field.default for each in get_args(Edit) for field in fields(each) if field.name == "kind")
    return f"{edit} {got}; wanted one of {', '.join(kinds)}"


# ----------------------------------------------------------------------------------------- edits and fingerprints


def edit_to_json(edit: Edit) -> str:
    """One edit as a line of JSON."""
    return _line(_kind_first(_edits().dump_python(edit, mode="json")))


def edit_from_json(text: str | bytes) -> Edit:
    """The edit that a line of JSON says; TakeFileError where it says none."""
    try:
        return _edits().validate_json(text, strict=True)
    except ValidationError as error:
        raise TakeFileError(_sentence(error)) from error


def check_fingerprint(take: Take, scene: Scene) -> None:
    """Refuse a take that was made on other data than this scene."""
    made, here = take.fingerprint, scene.fingerprint
    if made == here:
        return
    if made.scene != here.scene:
        what = f"on scene {made.scene!r}, and this is scene {here.scene!r}"
    elif made.version != here.version:
        what = f"on version {made.version!r} of the data set, and this is {here.version!r}"
    else:
        what = f"on a scene {made.scene!r} with other samples, instances or annotations than this one has"
    raise TakeFileError(f"take {take.name!r} was made {what}")
