"""Finished parts kept on disk, so that a broken-off run resumes, and the one file that a program reads."""

import hashlib
import json
import math
import os
import platform
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

from engine.benchmark.cases import LISTS
from engine.model.digest import CARD
from engine.model.digest import digest as checkpoint_digest
from engine.service.shipped import SHIPPED, is_checkpoint
from tests.bench.row import Missing, Row

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "build" / "bench"
REPORT = ROOT / "build" / "bench.json"
SHARED_DATA = ROOT.parent / "shared" / "data"
NO_WEIGHTS = "no checkpoint in assets/checkpoint, nor by CHECKPOINT=FOLDER"


def measured_on() -> str:
    """A hash of the code that is measured and of the data that it is measured on (their names and sizes)."""
    digest = hashlib.sha256()
    for folder in ("app", "editor", "engine", "tests/bench"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    for folder in (ROOT / "assets", SHARED_DATA):
        for path in sorted(folder.rglob("*")):
            digest.update(f"{path.relative_to(folder.parent)}\0{path.stat().st_size}\0".encode())
    digest.update(f"{listing_name(False)}\0{weights() and checkpoint_digest(weights())}".encode())
    return digest.hexdigest()


def weights() -> Path | None:
    """The checkpoint that is measured: CHECKPOINT=FOLDER, else the one that ships, or None where that is not there. ValueError
    for a folder without one."""
    named = os.environ.get("CHECKPOINT", "")
    folder = Path(named) if named else SHIPPED
    if is_checkpoint(folder):
        return folder
    if named:
        raise ValueError(f"CHECKPOINT={named}: there is no {CARD}; wanted the folder of a checkpoint")
    return None


def listing_name(quick: bool) -> str:
    """The benchmark's list: LIST=full, else the small one; the quick one in a quick run. ValueError for another."""
    named = os.environ.get("LIST", "") or "small"
    if named not in LISTS:
        raise ValueError(f"LIST={named}: there are {', '.join(LISTS)}")
    return "quick" if quick else named


def writable(row: Row | Missing) -> Row | Missing:
    """The row, or what is missing where its value is no number."""
    if isinstance(row, Row) and not math.isfinite(row.value):
        return Missing(row.name, f"its value is {row.value}")
    if isinstance(row, Row) and row.samples < 1:
        return Missing(row.name, f"it was taken over {row.samples} samples")
    return row


def keep(module: str, quick: bool, measured: str, rows: list[Row | Missing]) -> None:
    """Store what one part gave."""
    _write(_kept_file(module, quick), {"measured_on": measured, "rows": [asdict(row) for row in rows]})


def kept(module: str, quick: bool, measured: str) -> list[Row | Missing] | None:
    """What one part gave, or None where it was never measured on this code and data."""
    path = _kept_file(module, quick)
    if not path.exists():
        return None
    value = json.loads(path.read_text())
    if value["measured_on"] != measured:
        return None
    return [Missing(**row) if "reason" in row else Row(**row) for row in value["rows"]]


def report(rows: list[Row], quick: bool) -> None:
    """Write build/bench.json; a quick run says so in `samples`."""
    machine = machine_facts() | {"quick": quick}
    _write(REPORT, {"machine": machine, "rows": [_shown(row, quick) for row in rows]})


def _shown(row: Row, quick: bool) -> dict[str, str | float | int]:
    """Its fields, an interval only where there is one."""
    fields = {name: value for name, value in asdict(row).items() if value is not None}
    return fields | {"samples": f"{row.samples} (QUICK)" if quick else row.samples}


def machine_facts() -> dict[str, str | int | float]:
    """What the numbers depend on beside the code; nothing that names the machine's owner."""
    cpu = next((line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), "unknown")
    memory_kib = next((int(line.split()[1]) for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0)
    packages = {name: version(name) for name in ("numpy", "opencv-python-headless", "open3d", "torch", "gradio", "av")}
    return {
        "cpu": cpu,
        "cores": os.cpu_count() or 0,
        "memory_gib": round(memory_kib / 2**20, 1),
        "system": platform.system(),
        "python": platform.python_version(),
        **packages,
    }


def _lines(path: str) -> list[str]:
    return Path(path).read_text().splitlines() if Path(path).exists() else []


def _kept_file(module: str, quick: bool) -> Path:
    return KEPT / f"{module}{'-quick' if quick else ''}.json"


def _write(path: Path, value: dict) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".part")
    beside.write_text(json.dumps(value, indent=2, allow_nan=False) + "\n")
    beside.replace(path)
