"""Variations of a take: what else could have been, in every combination of a few choices, each a take that branched from it."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import product

from editor.apply import apply
from editor.edits import (
    Delete,
    Edit,
    EditError,
    EgoOffset,
    EgoPath,
    Move,
    Path,
    Recolour,
    Relabel,
    SetTimeOfDay,
    SetWeather,
    Waypoint,
)
from editor.files import edit_to_json
from editor.findings import called, sign
from editor.geometry import yaw_of
from editor.paints import PAINTS, paint_word
from editor.rules import clock, presence, time_of
from editor.scene import Actor, ActorId, Scenario, Scene, TimeOfDay, Weather
from editor.take import LONGEST_NAME, Step, Take, TakeError, branched, validate
from editor.tracks import track_at

MOST = 1000
TAG = "variation"
SLOWEST_KMH = 1.0
APART_M = 2.0  # of places along a way; a shorter way has no speed to be given


class VariationError(ValueError):
    """Variations that cannot be made; the sentence says what was got and what was wanted."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What one variation has instead: in words, as edits on top of the take's, or as another seed."""

    words: str = ""
    edits: tuple[Edit, ...] = ()
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class Variation:
    """A take that branched, and the scenario that it asks for."""

    take: Take
    scenario: Scenario


AS_IT_IS = Choice()

# ----------------------------------------------------------------------------------------------------- choices


def hours(scenario: Scenario, values: Sequence[TimeOfDay]) -> list[Choice]:
    """Times of day; the scenario's own is as it is."""
    return [AS_IT_IS if value == scenario.time_of_day else Choice(value, (SetTimeOfDay(value),)) for value in values]


def weathers(scenario: Scenario, values: Sequence[Weather]) -> list[Choice]:
    """Weathers; the scenario's own is as it is."""
    return [AS_IT_IS if value == scenario.weather else Choice(value, (SetWeather(value),)) for value in values]


def seeds(take: Take, values: Sequence[int]) -> list[Choice]:
    """Seeds of what chance draws; the take's own is as it is."""
    return [AS_IT_IS if value == take.seed else Choice(f"seed {value}", seed=value) for value in values]


def shifts(actor: Actor, metres: Sequence[float], to_the_left: bool) -> list[Choice]:
    """An actor's whole track, so many metres to its left or ahead, as it stands where it first shows; 0 is as it is."""
    first = presence(actor)[0]
    heading = yaw_of(track_at(actor.track, first).rotation) + (math.pi / 2 if to_the_left else 0.0)
    way = math.cos(heading), math.sin(heading)

    def one(by: float) -> Choice:
        words = f"{called(actor)} {_by(by, to_the_left)}"
        return Choice(words, (Move(actor.id, first, (by * way[0], by * way[1], 0.0)),))

    return [one(by) if by else AS_IT_IS for by in metres]


def speeds(scene: Scene, actor: Actor, kmh: Sequence[float], t_us: int) -> list[Choice]:
    """The same way from a time on, at other speeds, as far as the category's limits let it. VariationError for one that is
    too slow, and for an actor that stands by then; EditError for one that is not there then."""
    if not kmh:
        return []
    t_us = time_of(scene, actor, t_us)
    places = _way_on(actor, t_us)
    if not places:
        raise VariationError(f"{called(actor)} stands from {clock(scene, t_us)} on; wanted one that drives, to vary its speed")

    def one(speed: float) -> Choice:
        if speed < SLOWEST_KMH:
            raise VariationError(f"{speed:g} km/h for {called(actor)}; wanted {SLOWEST_KMH:g} km/h or more")
        way = tuple(Waypoint(*place, speed_mps=speed / 3.6) for place in places)
        return Choice(f"{called(actor)} at {speed:g} km/h from {clock(scene, t_us)} on", (Path(actor.id, t_us, way),))

    return [one(speed) for speed in kmh]


def _way_on(actor: Actor, t_us: int) -> list[tuple[float, float]]:
    """Places along the rest of an actor's way, some metres apart; the last is where its track ends. None where that is near."""
    places, end = [track_at(actor.track, t_us).translation[:2]], actor.track[-1].T_world.translation[:2]
    for pose in actor.track:
        place = pose.T_world.translation[:2]
        if pose.t_us > t_us and min(math.dist(place, places[-1]), math.dist(place, end)) > APART_M:
            places.append(place)
    return [*places[1:], end] if len(places) > 1 or math.dist(places[0], end) > APART_M else []


def ego_shifts(take: Take, scene: Scene, to_the_left: Sequence[float], ahead: Sequence[float]) -> list[Choice]:
    """The ego's whole path, so many metres from where the take has it, in every combination; 0 and 0 is as it is.

    No choices where neither is said.
    """
    if not to_the_left and not ahead:
        return []
    bends = [step.edit.offsets for step in take.edits if isinstance(step.edit, EgoPath)]
    now = (bends and bends[-1]) or tuple(EgoOffset(t_us, 0.0) for t_us in dict.fromkeys(scene.span))

    def one(left: float, ahead: float) -> Choice:
        ways = [_by(by, is_left) for by, is_left in ((left, True), (ahead, False)) if by]
        offsets = tuple(replace(o, left=o.left + left, ahead=o.ahead + ahead) for o in now)
        return Choice(f"ego {', '.join(ways)}", (EgoPath(offsets),))

    return [one(*by) if any(by) else AS_IT_IS for by in product(to_the_left or (0.0,), ahead or (0.0,))]


def _by(metres: float, to_the_left: bool) -> str:
    """ "0.5 m to the right" of -0.5 to the left."""
    onward, backward = ("to the left", "to the right") if to_the_left else ("ahead", "back")
    return f"{abs(metres):g} m {onward if metres > 0 else backward}"


def colours(actor: Actor, values: Sequence[str]) -> list[Choice]:
    """An actor's paint: #rrggbb, or a name of `editor.paints`."""
    paints = [PAINTS.get(value, value) for value in values]
    return [Choice(f"{called(actor)} in {paint_word(paint)}", (Recolour(actor.id, paint),)) for paint in paints]


def categories(actor: Actor, values: Sequence[str]) -> list[Choice]:
    """What an actor is."""
    return [Choice(f"{called(actor)} as {value}", (Relabel(actor.id, value),)) for value in values]


def or_absent(actor: Actor, kinds: Sequence[Sequence[Choice]]) -> list[Choice]:
    """Every combination of what else varies of an actor, and its absence: who is not there has no place or paint to vary."""
    return [*_combined(kinds), Choice(f"without {called(actor)}", (Delete(actor.id),))]


def actor_called(scenario: Scenario, name: str) -> Actor:
    """The actor of this identity, or whose sign (`editor.findings`) is this; VariationError where none or several are."""
    found = [a for a in scenario.actors if name in (a.id, sign(ActorId(a.id)))]
    if len(found) != 1:
        raise VariationError(
            f"{len(found) or 'no'} actors of scene {scenario.scene.name} are called {name[:80]!r}; wanted an actor's identity, "
            f"or how the window calls it, such as 3fa2c1 or A1"
        )
    return found[0]


# -------------------------------------------------------------------------------------------------- variations


def combinations(kinds: Sequence[Sequence[Choice]]) -> list[Choice]:
    """Every combination of one choice of each kind, but for the one that changes nothing; VariationError for too many."""
    return [choice for choice in _combined(kinds) if choice != AS_IT_IS]


def variations(take: Take, scenario: Scenario, choices: Sequence[Choice], created: str) -> Iterator[Variation]:
    """A take for each choice. `scenario` is what the take asks for.

    The same choices on the same edits give the same takes, by identity. EditError, naming the variation, where the scenario
    cannot take it.
    """
    for choice in choices:
        varied = _varied(take, choice, created)
        yield Variation(varied, _replayed(take, scenario, varied))


def _combined(kinds: Sequence[Sequence[Choice]]) -> list[Choice]:
    different = [tuple(dict.fromkeys(kind)) for kind in kinds if kind]  # a kind without choices varies nothing
    count = math.prod(map(len, different))
    if count > MOST:
        raise VariationError(f"{count} variations; wanted at most {MOST}")
    return [_merged(choices) for choices in product(*different)]


def _merged(choices: Sequence[Choice]) -> Choice:
    words = ", ".join(choice.words for choice in choices if choice.words)
    edits = tuple(edit for choice in choices for edit in choice.edits)
    return Choice(words, edits, next((choice.seed for choice in choices if choice.seed is not None), None))


def _varied(take: Take, choice: Choice, created: str) -> Take:
    seed = take.seed if choice.seed is None else choice.seed
    edits = [*(step.edit for step in take.edits), *choice.edits]
    key = sha256("\n".join((take.id, str(seed), *map(edit_to_json, edits))).encode()).hexdigest()[:12]
    name = f"{take.name[: max(LONGEST_NAME - len(choice.words) - 2, 0)]}: {choice.words}"[:LONGEST_NAME]
    branch = branched(take, id=f"{take.id[:50]}-{key}", name=name, created=created)
    steps = (*take.edits, *(Step(edit, f"{TAG}-{key}") for edit in choice.edits))
    varied = replace(branch, seed=seed, edits=steps, tags=tuple(dict.fromkeys((*take.tags, TAG))))
    try:
        validate(varied)
    except TakeError as error:
        raise VariationError(f"{varied.name}: {error}") from error
    return varied


def _replayed(take: Take, scenario: Scenario, varied: Take) -> Scenario:
    done = [step.edit for step in take.edits]
    for step in varied.edits[len(take.edits) :]:
        try:
            scenario = apply(scenario, step.edit, done)
        except EditError as error:
            raise EditError(f"{varied.name}: {error}") from error
        done.append(step.edit)
    return scenario
