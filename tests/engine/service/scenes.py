"""A small made-up scene for tests of the service."""

from editor.geometry import IDENTITY, Rigid
from editor.scene import Actor, ActorId, Fingerprint, Frame, Picture, Pose, Scenario, Scene, View, recorded

VIEWS = ("CAM_FRONT", "CAM_BACK")


def scene(num_frames: int = 4, num_actors: int = 3, num_poses: int = 4) -> Scene:
    """A drive along x with a row of cars beside it."""
    views = tuple(View(name, 32, 18, (20.0, 20.0, 15.5, 8.5, 0.0), IDENTITY) for name in VIEWS)
    ego = tuple(Pose(100_000 * i, Rigid((float(i), 0.0, 0.0), (1.0, 0.0, 0.0, 0.0))) for i in range(max(num_frames, 2)))
    return Scene(
        fingerprint=Fingerprint("v1.0-test", "scene-0001", "0" * 64),
        name="scene-0001",
        description="",
        location="nowhere",
        views=views,
        frames=tuple(_frame(i, ego[i]) for i in range(num_frames)),
        sweeps=(),
        actors=tuple(_car(i, num_poses) for i in range(num_actors)),
        ego=ego,
    )


def scenario(**sizes: int) -> Scenario:
    """The unedited scenario of such a scene."""
    return recorded(scene(**sizes))


def _frame(index: int, ego: Pose) -> Frame:
    pictures = (Picture(f"{index}-{view}", view, ego.t_us, ego.T_world, f"samples/{view}/{index}.jpg", True) for view in VIEWS)
    return Frame(ego.t_us, True, f"sample-{index}", tuple(pictures))


def _car(index: int, num_poses: int) -> Actor:
    stands = Rigid((5.0 + index, 3.0, 1.0), (1.0, 0.0, 0.0, 0.0))
    return Actor(
        ActorId(f"car-{index}"), "vehicle.car", (4.0, 2.0, 1.6), tuple(Pose(100_000 * i, stands) for i in range(num_poses))
    )
