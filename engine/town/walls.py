"""The rule that shades façades: masonry, the boards of shops, and where there are openings, windows."""

import torch

from engine.town.columns import index_of, some
from engine.town.finish import Finish
from engine.town.light import Light
from engine.town.masonry import masonry
from engine.town.openings import opening
from engine.town.shop_fronts import sign_band
from engine.town.stage import Spots
from engine.town.windows import with_windows


def wall(spots: Spots, light: Light) -> Finish:
    """Shade points on façades."""
    o = opening(spots)
    albedo = sign_band(spots, masonry(spots, o), o)
    out = Finish.dull(albedo, spots.normal, open=1 - 0.45 * torch.exp(-o.h.clamp(min=0) / 0.8))
    index = index_of(o.distance < 0.5 * spots.footprint.clamp(min=1e-3))
    if not len(index):
        return out
    return out.but(index, with_windows(spots[index], o[index], light, some(albedo, index), some(out.open, index)))
