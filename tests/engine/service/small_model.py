"""Requests to a tiny world model with random weights, on the small drive."""

from dataclasses import replace
from pathlib import Path

from editor.apply import apply
from editor.datasets.nuscenes import open_data_set
from editor.scene import recorded
from engine.diffusion.scheduler import FrameFlowScheduler
from engine.model.checkpoints import Card, Checkpoint, save
from engine.model.told import NUM_GBUFFER
from engine.requests import Model, Request
from tests.engine.test_pipeline import pipeline

VIEWS = ("CAM_FRONT", "CAM_BACK")
SIZE = 96, 64
ANCHORS = (0, 5, 10)


def write_checkpoint(folder: Path) -> Path:
    """A checkpoint as training ships one, but for what it has learned."""
    pipe = pipeline(gbuffer_channels=NUM_GBUFFER, relights=True)
    card = Card("tiny", recipe="none", data="none", seed=0, steps=0, hours=0.0)
    save(Checkpoint(pipe.transformer, pipe.autoencoder, pipe.text_encoder, FrameFlowScheduler(), card, pipe.relight), folder)
    return folder


def anchors_of(dataroot: Path, checkpoint: Path, **changes) -> Request:
    """The anchors of the small drive as it was recorded, in two steps."""
    scenario = recorded(open_data_set(dataroot).scene("scene-0001"))
    request = Request(dataroot, scenario, VIEWS, ANCHORS, SIZE, "anchor", model=Model(checkpoint, steps=2))
    return replace(request, **changes)


def after(request: Request, *edits) -> Request:
    """The request for what further edits make of its scenario."""
    scenario = request.scenario
    for edit in edits:
        scenario = apply(scenario, edit)
    return replace(request, scenario=scenario)


def final(chunks) -> dict:
    """The finished pictures by place."""
    return {(c.frame, c.view): c for c in chunks if c is not None and not c.preview}
