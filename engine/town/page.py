"""`python -m engine.town.page`: the page of pictures in docs/town.md, made anew."""

import argparse
import os
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from editor.datasets.files import write_bytes
from engine.town.description import describe
from engine.town.recipe import Recipe
from engine.town.scene_tables import Recording
from engine.town.sheets import SECONDS, Sheet, actors, front, hours_and_weathers, layers, plans, surround
from engine.town.shooting import jpeg

DOCS = Path(__file__).resolve().parents[2] / "docs"
LOOKED_AT = 51  # the seed of the first picture, of hours and weathers, and of the layers
PORTRAITS = 6
ROUND = (42, 54, 50, 57, 40)  # seeds of the surrounds
FRAME, QUALITY = 20, 80
PLANS = tuple(range(3, 10))


def sheets() -> dict[str, Callable[[], Sheet]]:
    """What the page shows, by the names of its files; the longest work first."""
    return {
        "town-hours": partial(hours_and_weathers, LOOKED_AT, FRAME, (336, 189)),
        "town-actors": partial(actors, PORTRAITS, (264, 198)),
        **{f"town-{seed}": partial(surround, seed, FRAME, (448, 252)) for seed in ROUND},
        "town-layers": partial(layers, LOOKED_AT, "CAM_FRONT", FRAME, (560, 315)),
        "town-front": partial(front, LOOKED_AT, FRAME, (1280, 720)),
        "town-plans": partial(plans, PLANS, 250),
    }


def said() -> dict[int, str]:
    """What the data sets of the surrounds' seeds say of their scenes."""
    recordings = (Recording(seed, Recipe(duration_s=SECONDS)) for seed in ROUND)
    return {recording.seed: describe(recording.plan, recording.drive) for recording in recordings}


def page(descriptions: Mapping[int, str]) -> str:
    """The page's text; `descriptions` by the seeds of the surrounds."""
    rounds = "\n\n".join(
        f"Seed {seed}: {text[0].lower()}{text[1:]}.\n\n![{text}](town-{seed}.jpg)" for seed, text in descriptions.items()
    )
    return f"""# Town in pictures

Everything here follows by rule from a seed: streets, houses, trees, traffic, hour and weather. No files are read and nothing is
photographed. `python -m engine.town.page` makes this page and its pictures anew; `python -m app town --scenes 50 --seed 7 --out
FOLDER` makes data sets like it that nuscenes-devkit opens.

![A street of Town, seen by the front camera](town-front.jpg)

## Six views at an instant

Upper rows: front left, front, front right. Lower rows: back left, back, back right, with the calibration of nuScenes' cars. The
words are those of the scene in a data set.

{rounds}

## Every hour and weather of one place

A take may ask for any of them; "as recorded" is what the seed's dice say.

![Five hours by four weathers](town-hours.jpg)

## Who is there

All of nuScenes' categories; colours, clothes and details follow from the actor's identity.

![Vehicles, people and things](town-actors.jpg)

## What is exact

Per picture: depth, instance, category, surface normal, and optical flow, here to the next frame, with what is hidden there.

![A picture and its layers](town-layers.jpg)

## Plans

A seed's dice choose the kind of town. This is what its map expansion says: lanes, ways through junctions, dividers, crossings,
stop lines, pavements, traffic lights.

![One town of each kind from above](town-plans.jpg)

## Data sets

`python -m app town --out FOLDER` writes tables, pictures, LiDAR, map expansion, map mask and CAN bus. A run that is
broken off leaves no tables; the same command goes on where it ended, and other seeds are added to what is there. The
bytes follow from seeds and options alone, whatever `--processes` says. `--seconds`, `--rate`, `--size`, `--quality`
and `--lidar` say how long, how often, how large and how fine; `--rig FILE` takes any pinhole cameras, in the terms of
nuScenes' calibrated sensors:

```json
{{"cameras": [{{"channel": "CAM_FRONT", "width": 1600, "height": 900,
              "camera_intrinsic": [[1260, 0, 821], [0, 1260, 481], [0, 0, 1]],
              "translation": [1.7, 0, 1.5], "rotation": [0.5, -0.5, 0.5, -0.5]}}]}}
```

Boxes have nuScenes' attributes, counts of LiDAR points, and visibility, which is that of the instance layer. nuscenes-devkit's
map API knows four cities by name; add a scene's location to them:
`nuscenes.map_expansion.map_api.locations.append("town-000051")`. `make bench ONLY=devkit` hands the truth of 20 scenes
to the devkit's benchmarks as a prediction: mAP and AMOTA are 1.
"""


def main() -> int:
    """Make the page."""
    parser = argparse.ArgumentParser(prog="python -m engine.town.page", description=__doc__)
    parser.add_argument("--out", type=Path, default=DOCS, metavar="FOLDER", help="where to; docs without it")
    parser.add_argument("--only", metavar="A,B", help="names of sheets, such as town-hours; all and the text without it")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, metavar="N", help="how many draw at a time")
    options = parser.parse_args()
    every = sheets()
    wanted = list(every) if options.only is None else options.only.split(",")
    if unknown := set(wanted) - set(every):
        parser.error(f"no sheet {', '.join(sorted(unknown))}; there are {', '.join(every)}")
    with ProcessPoolExecutor(options.processes, mp_context=get_context("spawn")) as pool:
        made = {name: pool.submit(every[name]) for name in wanted}
        for name, sheet in made.items():
            content = jpeg(sheet.result(), QUALITY)
            write_bytes(options.out / f"{name}.jpg", content)
            sys.stdout.write(f"{name}.jpg  {len(content) / 1e3:.0f} kB\n")
            sys.stdout.flush()
    if options.only is None:
        write_bytes(options.out / "town.md", page(said()).encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
