"""Opening takes, and changing them one gesture at a time."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

import orjson
from fastapi import APIRouter, Response

from app.anchors import anchor_frames
from app.notices import notices_of
from app.payload import (
    about_json,
    actions_json,
    bank_json,
    categories_json,
    map_json,
    paints_json,
    patch_json,
    ranges_json,
    scene_json,
    take_json,
)
from app.pictures import drawn_json
from app.routes.office import Office, json_answer, streets_for, takes_of
from app.routes.posted import Describing, Editing, GoingTo, Opening, Stepping
from app.session import Document
from app.weights import usual_model, weights_of
from editor.dirty import dirty
from editor.files import edit_from_json
from editor.history import History
from editor.scene import Scene
from editor.take import num_gestures
from editor.text import scene_text
from engine.service.vocabulary import unlearned


def add_documents(router: APIRouter, office: Office) -> None:
    """Everything about takes."""
    _add_opening(router, office)
    _add_editing(router, office)
    _add_describing(router, office)


def _with_drawn(office: Office, document: Document, answer: dict[str, Any]) -> dict[str, Any]:
    """An answer, which of the take's pictures are drawn already, and which of its words the world model never learned."""
    model = usual_model(office.settings, document.stage.scene)
    unknown = unlearned(model.checkpoint, scene_text(document.scenario)) if model is not None else ()
    return answer | {"unlearned": unknown, "drawn": [drawn_json(drawn) for drawn in office.pictures.drawn(document.state)]}


def _model_json(office: Office, scene: Scene) -> dict[str, Any] | None:
    """What the world model can do for a scene; None where there is no checkpoint."""
    model = usual_model(office.settings, scene)
    if model is None:
        return None
    weights = [{"name": each.name, "label": each.label} for each in weights_of(office.settings, scene)]
    return {"weights": weights, "steps": model.steps, "guidance": model.guidance, "anchors": anchor_frames(scene)}


def _add_opening(router: APIRouter, office: Office) -> None:
    desk = office.desk

    @router.get("/start")
    def start() -> Response:
        """The tables that the page is built from."""
        summaries = [asdict(summary) for summary in desk.data_set.summaries()]
        first = office.settings.scene or (summaries[0]["name"] if summaries else None)
        tables = {"actions": actions_json(), "categories": categories_json(), "paints": paints_json(), "bank": bank_json()}
        return json_answer({"scenes": summaries, "first": first, **tables})

    @router.post("/open")
    def open_take(asked: Opening) -> Response:
        """A scene, and a take of it."""
        scene = asked.scene or office.settings.scene or desk.data_set.summaries()[0].name
        document = desk.open(scene, asked.take) if asked.take else desk.begin(scene)
        model = usual_model(office.settings, document.stage.scene)
        office.service.prepare(office.settings.dataroot, document.stage.scene, model=model)
        problems = desk.takes.summaries(scene)[1]
        answer = {
            "scene": scene_json(document.stage.scene),
            "take": _with_drawn(office, document, take_json(document)),
            "takes": takes_of(office, scene),
            "model": _model_json(office, document.stage.scene),
        }
        return json_answer(answer | {"notice": " ".join(problems)})

    @router.get("/take")
    def another_take(scene: str, take: str) -> Response:
        """A take to compare with."""
        document = desk.open(scene, take)
        return json_answer({"take": _with_drawn(office, document, take_json(document))})

    @router.get("/takes/{scene}")
    def takes(scene: str) -> Response:
        """The takes of a scene, whoever made them."""
        return json_answer(takes_of(office, scene))

    @router.get("/map/{scene}")
    def streets(scene: str, take: str | None = None) -> Response:
        """The streets of a scene, also where a take lets it go on; without any, why, where their map is broken."""
        found = streets_for(desk, scene, take)
        notice = f"{scene} is open without its streets: {found.problem}." if found.problem else ""
        return json_answer(map_json(found.known) | {"notice": notice})


def _add_editing(router: APIRouter, office: Office) -> None:
    desk = office.desk

    def patch(before: Document, after: Document, notices: Sequence[str] = ()) -> Response:
        answer = patch_json(before, after) | {"notices": notices}
        if office.settings.checkpoint is not None:
            made_stale = dirty(before.scenario, after.scenario).model
            office.pictures.carry(before.state, after.state, made_stale)
            answer |= {"base": before.state, "made_stale": ranges_json(made_stale)}
        if after.aside is not None:
            answer |= {"takes": takes_of(office, after.stage.scene.name)}
        return json_answer(_with_drawn(office, after, answer))

    def step(asked: Stepping, change: Callable[[History], History]) -> Response:
        return patch(*desk.step(asked.scene, asked.take, asked.base, change))

    @router.post("/edit")
    def edit(asked: Editing) -> Response:
        """One gesture; it is on disk when this answers."""
        edits = [edit_from_json(orjson.dumps(each)) for each in asked.edits]
        before, after = desk.commit(asked.scene, asked.take, asked.base, edits, asked.gesture)
        return patch(before, after, notices_of(after, edits))

    @router.post("/undo")
    def undo(asked: Stepping) -> Response:
        """One gesture back."""
        return step(asked, History.undo)

    @router.post("/redo")
    def redo(asked: Stepping) -> Response:
        """One gesture on again."""
        return step(asked, History.redo)

    @router.post("/goto")
    def go_to(asked: GoingTo) -> Response:
        """Several gestures back, or on again."""
        return step(asked, lambda history: _gone_to(history, asked.position))


def _gone_to(history: History, position: int) -> History:
    """Undo or redo until so many gestures are done, or none are left to go."""

    while num_gestures(history.take.edits) > position and history.can_undo:
        history = history.undo()
    while num_gestures(history.take.edits) < position and history.can_redo:
        history = history.redo()
    return history


def _add_describing(router: APIRouter, office: Office) -> None:
    desk = office.desk

    @router.post("/describe")
    def describe(asked: Describing) -> Response:
        """Name, notes, tags, rating or seed; from another state than the page's `base`, another window has changed the take."""
        changes = asked.model_dump(exclude_unset=True, exclude={"scene", "take"})
        if "tags" in changes:
            changes["tags"] = tuple(dict.fromkeys(changes["tags"]))
        before, document = desk.describe(asked.scene, asked.take, **changes)
        take = _with_drawn(office, document, about_json(document))
        return json_answer({"take": take, "base": before.state, "takes": takes_of(office, asked.scene)})

    @router.post("/remove")
    def remove(asked: Stepping) -> Response:
        """A take moved aside, its file kept."""
        file = desk.remove(asked.scene, asked.take, asked.base)
        return json_answer({"file": file and str(file.resolve()), "takes": takes_of(office, asked.scene)})

    @router.post("/branch")
    def branch(asked: Stepping) -> Response:
        """A new take that goes on from here."""
        document = desk.branch(asked.scene, asked.take, asked.base)
        return json_answer(
            {"take": _with_drawn(office, document, about_json(document)), "takes": takes_of(office, asked.scene)}
        )
