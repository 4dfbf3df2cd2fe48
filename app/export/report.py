"""report.json: what a bundle holds, where each picture comes from, and what it was made with."""

import json
import platform
from collections.abc import Iterable
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

from app.export.generated import left_as_drafts
from app.export.order import Exported, Order
from app.version import VERSION
from editor.checks import Finding
from editor.scene import Actor
from engine.requests import SIZE
from engine.service.shipped import weights_sha256

SCHEMA_VERSION = 3  # 1 had no `model`, 2 did not say what of a generated bundle is left as drafts
REPORT = "report.json"
PACKAGES = ("numpy", "opencv-python-headless", "open3d", "av", "pillow", "nuscenes-devkit")
NOTICE = (
    "Made by Retake out of a recorded drive. Pictures whose origin is not 'recorded' were never seen by a camera: a 'draft' is "
    "edited by geometry, a 'generated' one was changed by a world model at 448 x 256 and enlarged with its draft's detail; "
    "boxes of actors marked as edited, and the ego's poses where it says so, were not measured. LiDAR is as it was recorded."
)


def report_of(order: Order, pictures: Iterable[Exported], findings: Iterable[Finding], masks: dict[str, int]) -> dict:
    """The whole report. `masks` are the actors' values in the mask pictures."""
    scene, frames = order.scenario.scene, order.scenario.scene.frames
    pictures = sorted(pictures, key=lambda p: (p.frame, order.views.index(p.view)))
    origins = [picture.origin for picture in pictures]
    return {
        "schema_version": SCHEMA_VERSION,
        "notice": NOTICE,
        "retake": VERSION,
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
        "take": {"id": order.take.id, "name": order.take.name},
        "data_set": {
            "version": scene.fingerprint.version,
            "scene": scene.name,
            "tokens_sha256": scene.fingerprint.tokens_sha256,
        },
        "synthetic": scene.synthetic,
        "seed": order.take.seed,
        "weights_sha256": None if order.model is None else weights_sha256(order.model.checkpoint),
        "model": _model(order),
        "span_us": [frames[order.frames[0]].t_us, frames[order.frames[-1]].t_us],
        "views": list(order.views),
        "edits": [step.edit.kind for step in order.take.edits],
        "recorded_until_us": scene.as_recorded.span[1],
        "ego_edited": order.scenario.ego != scene.ego,
        "pictures": {
            "recorded": origins.count("recorded"),
            "draft": origins.count("draft"),
            "generated": origins.count("generated"),
            "missing": origins.count(None),
            "left_as_drafts": None if order.model is None else len(left_as_drafts(order)),
            "changed_format": order.picture_format,
        },
        "frames": [asdict(picture) for picture in pictures],
        "actors": [_actor(order, actor, masks.get(actor.id)) for actor in order.scenario.actors],
        "removed_actors": sorted({a.id for a in scene.actors} - {a.id for a in order.scenario.actors}),
        "findings": [asdict(finding) for finding in findings],
    }


def write_report(path: Path, report: dict) -> None:
    """As text that a person can read; NaN is refused."""
    path.write_text(json.dumps(report, indent=1, allow_nan=False) + "\n")


def _model(order: Order) -> dict | None:
    """How what is generated was drawn; None for a bundle of drafts."""
    if order.model is None:
        return None
    return {
        "steps": order.model.steps,
        "guidance": order.model.guidance,
        "drawn_size": list(SIZE),
    }


def _actor(order: Order, actor: Actor, mask_value: int | None) -> dict:
    recorded = next((a for a in order.scenario.scene.actors if a.id == actor.id), None)
    return {
        "id": actor.id,
        "category": actor.category,
        "mask_value": mask_value,
        "edited": actor != recorded,
        "added": recorded is None,
    }
