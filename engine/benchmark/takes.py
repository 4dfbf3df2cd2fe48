"""The take files of a world: which actors its front views show, and so which edits are made to them."""

from dataclasses import replace

from editor.boxes import seen_boxes
from editor.dirty import changes, dirty
from editor.files import save_take
from editor.masks import hull_masks
from editor.scene import Actor, ActorId, Scenario
from editor.take import Step, Take
from engine.benchmark.cases import FRONTS, KINDS, VERSION, judged_frames
from engine.benchmark.edits import Sight, edit_of
from engine.benchmark.worlds import AS_RECORDED, World, differs, keep_picture
from engine.town.truth import render_truth

CREATED = "2026-11-21T00:00:00Z"  # of all takes, so that their files are the same everywhere
SEEN_SHARE = 0.004  # of a picture that an actor must fill somewhere, and that its edit must change


def write_takes(world: World) -> None:
    """An edit of each kind, as a take file."""
    streets, sights = world.data_set.street_map(world.scene), seen(world)
    for kind in KINDS:
        edit = edit_of(kind, world.scene, streets, sights, lambda scenario: shows(world, scenario))
        take = Take(
            f"benchmark-{world.seed}-{kind}", f"{kind} in world {world.seed}", world.scene.fingerprint, CREATED,
            seed=world.seed, notes=f"Version {VERSION} of the counterfactual benchmark.", edits=(Step(edit),),
        )  # fmt: skip
        (world.root / "takes").mkdir(exist_ok=True)
        save_take(world.root / "takes" / f"{kind}.take.json", take)


def seen(world: World) -> tuple[Sight, ...]:
    """The actors of which some front picture shows enough."""
    counts: dict[Actor, list[int]] = {actor: [] for actor in world.scene.actors}
    for view, frame in _fronts(world):
        truth = render_truth(world.as_recorded, view, frame)
        if not world.kept(AS_RECORDED, view, frame).is_file():
            keep_picture(world.kept(AS_RECORDED, view, frame), truth.picture)
        for actor, pixels in counts.items():
            pixels.append(int(truth.mask(actor.id).sum()))
    enough = SEEN_SHARE * world.size[0] * world.size[1]
    return tuple(Sight(actor, sum(pixels)) for actor, pixels in counts.items() if max(pixels) >= enough)


def shows(world: World, scenario: Scenario) -> bool:
    """Whether one of the two front pictures that show most of what is edited is another one in a scenario."""
    stale = dirty(world.as_recorded, scenario).model
    edited = {a.id for change in changes(world.as_recorded, scenario) for a in (change.was, change.now) if a is not None}
    places = [(view, frame) for view, frame in _fronts(world) if frame in stale[view]]
    places.sort(key=lambda place: -sum(_area(world, s, edited, *place) for s in (world.as_recorded, scenario)))
    for view, frame in places[:2]:
        before = world.truth(world.as_recorded, AS_RECORDED, view, frame)
        if differs(before, render_truth(scenario, view, frame).picture).mean() >= SEEN_SHARE:
            return True
    return False


def _fronts(world: World) -> list[tuple[str, int]]:
    return [(view, frame) for frame in judged_frames(world.scene, 1.0) for view in FRONTS]


def _area(world: World, scenario: Scenario, edited: set[ActorId], view: str, frame: int) -> float:
    """Pixels of a picture that the boxes of some actors cover."""
    picture, camera = world.scene.frames[frame].picture(view), world.scene.view(view)
    boxes = seen_boxes(replace(scenario, actors=tuple(a for a in scenario.actors if a.id in edited)), picture, camera)
    return float(hull_masks(boxes, camera).any(axis=0).sum()) if boxes else 0.0
