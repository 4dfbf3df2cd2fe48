"""Variations of a take: counted as they are chosen, then made, one message each."""

from collections.abc import Iterator

from fastapi import APIRouter, Response
from fastapi.responses import StreamingResponse

from app.ranges import metres, seeds
from app.routes.office import Office, json_answer
from app.routes.posted import OfActor, Varying
from app.session import Document
from app.streaming import Message, streamed
from app.takes import ChangedFileError, SaveError, stamp
from editor import variations
from editor.checks import findings
from editor.edits import EditError
from editor.files import TakeFileError
from editor.scene import Actor, Scenario
from editor.take import Take
from editor.variations import AS_IT_IS, Choice, VariationError, num_variations

NOT_MADE = (ChangedFileError, EditError, SaveError, TakeFileError, VariationError)


def add_variations(router: APIRouter, office: Office) -> None:
    """Counting and making them."""

    @router.post("/variations/count")
    def count(asked: Varying) -> Response:
        """How many takes a choice makes, before any check."""
        document = office.desk.at(asked.scene, asked.take, asked.base)
        return json_answer({"count": num_variations(document.take, choices(document.take, document.scenario, asked))})

    @router.post("/variations")
    def make(asked: Varying) -> StreamingResponse:
        """Make them; what was made stays when the browser goes away."""
        document = office.desk.at(asked.scene, asked.take, asked.base)
        chosen = choices(document.take, document.scenario, asked)
        if not num_variations(document.take, chosen):
            raise VariationError(
                "nothing is varied; wanted another hour, weather, seed, or something else of the selected actor"
            )
        return streamed(_made(office, document, chosen, asked.sound), lambda: None)


def choices(take: Take, scenario: Scenario, asked: Varying) -> list[list[Choice]]:
    """What varies; VariationError for what cannot be read, EditError for an actor that is not there."""
    kinds = [
        variations.weathers(scenario, list(dict.fromkeys(asked.weathers))),
        variations.hours(scenario, list(dict.fromkeys(asked.times_of_day))),
        variations.seeds(seeds(asked.seeds)) if asked.seeds.strip() else [],
        variations.ego_shifts(take, scenario.scene, _metres(asked.ego_left), _metres(asked.ego_ahead)),
        *(_of_actor(scenario, asked.of_actor) if asked.of_actor else []),
    ]
    return [kind for kind in kinds if kind]


def _of_actor(scenario: Scenario, asked: OfActor) -> list[list[Choice]]:
    actor = scenario.actor(asked.actor)
    return [
        variations.shifts(actor, _metres(asked.left), True),
        variations.shifts(actor, _metres(asked.ahead), False),
        _colours(actor, list(dict.fromkeys(asked.colours))),
        [AS_IT_IS, *variations.categories(actor, [asked.category])] if asked.category else [],
        variations.with_and_without(actor) if asked.without else [],
    ]


def _metres(text: str) -> list[float]:
    return metres(text) if text.strip() else []


def _colours(actor: Actor, values: list[str | None]) -> list[Choice]:
    return [AS_IT_IS if value is None else variations.colours(actor, [value])[0] for value in values]


def _made(office: Office, document: Document, chosen: list[list[Choice]], sound: bool) -> Iterator[Message]:
    """How far it is after each; at last which were made, after what went wrong."""
    streets = document.stage.streets_of(document.scenario.scene).known if sound else None
    made, left_out, total = [], 0, num_variations(document.take, chosen)
    try:
        for done, variation in enumerate(variations.variations(document.take, document.scenario, chosen, stamp()), 1):
            if streets is None or not findings(variation.scenario, streets):
                office.desk.takes.keep(variation.take)
                made.append(variation.take.id)
            else:
                left_out += 1
            yield {"kind": "step", "done": done, "total": total}
    except NOT_MADE as error:
        yield {"kind": "problem", "sentence": str(error)}
    yield {"kind": "end", "made": made, "left_out": left_out}
