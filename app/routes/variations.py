"""Variations of a take: counted as they are chosen, then made, some at every request, so that whoever asks can stop."""

from time import monotonic
from typing import Any

from fastapi import APIRouter, Response

from app.ranges import numbers, seeds
from app.routes.office import Office, json_answer
from app.routes.posted import Making, OfActor, Varying
from app.session import Document
from app.takes import SaveError, Takes, stamp
from editor import variations
from editor.checks import findings
from editor.edits import EditError
from editor.map import StreetMap
from editor.rules import presence
from editor.scene import Scenario
from editor.take import Take
from editor.variations import AS_IT_IS, Choice, VariationError

NOT_MADE = (EditError, SaveError, VariationError)
AT_ONCE_S = 0.3  # after which a request makes no more


def add_variations(router: APIRouter, office: Office) -> None:
    """Counting and making them."""

    @router.post("/variations/count")
    def count(asked: Varying) -> Response:
        """How many takes a choice makes, before any check."""
        document = office.desk.at(asked.scene, asked.take, asked.base)
        return json_answer({"count": len(choices(document.take, document.scenario, asked))})

    @router.post("/variations")
    def make(asked: Making) -> Response:
        """Make some, from the asked one on: which takes there are then, and how many all are."""
        document = office.desk.at(asked.scene, asked.take, asked.base)
        chosen = choices(document.take, document.scenario, asked)
        if not chosen:
            raise VariationError("nothing is varied; wanted another hour, weather or seed, or something else of an actor")
        streets = document.stage.streets_of(document.scenario.scene).needed() if asked.sound else None
        created = asked.created or stamp()
        made = _made(office.desk.takes, document, chosen[asked.first :], created, streets)
        return json_answer(made | {"total": len(chosen), "created": created})


def choices(take: Take, scenario: Scenario, asked: Varying) -> list[Choice]:
    """Every combination; VariationError for what cannot be read or is too much, SceneError for an actor that is not there."""
    kinds = [
        variations.weathers(scenario, asked.weathers),
        variations.hours(scenario, asked.times_of_day),
        variations.seeds(take, seeds(asked.seeds)) if asked.seeds.strip() else [],
        variations.ego_shifts(take, scenario.scene, _numbers(asked.ego_left, "metres"), _numbers(asked.ego_ahead, "metres")),
        *(_of_actor(scenario, asked.of_actor) if asked.of_actor else []),
    ]
    return variations.combinations(kinds)


def _of_actor(scenario: Scenario, asked: OfActor) -> list[list[Choice]]:
    actor = scenario.actor(asked.actor)
    from_us = presence(actor)[0] if asked.from_us is None else asked.from_us
    kinds = [
        variations.speeds(scenario.scene, actor, _numbers(asked.speeds, "km/h"), from_us),
        variations.shifts(actor, _numbers(asked.left, "metres"), True),
        variations.shifts(actor, _numbers(asked.ahead, "metres"), False),
        [AS_IT_IS if value is None else variations.colours(actor, [value])[0] for value in asked.colours],
        [AS_IT_IS, *variations.categories(actor, [asked.category])] if asked.category else [],
    ]
    return [variations.or_absent(actor, kinds)] if asked.without else kinds


def _numbers(text: str, unit: str) -> list[float]:
    return numbers(text, unit) if text.strip() else []


def _made(takes: Takes, document: Document, chosen: list[Choice], created: str, streets: StreetMap | None) -> dict[str, Any]:
    """For each that was made, which take it is, or none where a check finds something, and whether it is new; and what one
    cannot be, after which none is made. Without streets nothing is checked."""
    there, until = takes.ids(document.stage.scene.name), monotonic() + AT_ONCE_S
    steps: list[dict[str, Any]] = []
    try:
        for variation in variations.variations(document.take, document.scenario, chosen, created):
            take = variation.take
            is_wanted = streets is None or not findings(variation.scenario, streets)
            is_new = is_wanted and take.id not in there and takes.make(take)
            steps.append({"take": take.id if is_wanted else None, "is_new": is_new})
            if monotonic() > until:
                break
    except NOT_MADE as error:
        return {"steps": steps, "problem": str(error)}
    return {"steps": steps, "problem": None}
