"""What the pictures of a clip add up to over a region, and the scores that follow from the sums."""

from dataclasses import dataclass, fields

from engine.metrics.pictures import Mask, Picture8, delta_e_map, laplacian_energy, psnr_of, squared_error, ssim_map


@dataclass(frozen=True, slots=True)
class Sums:
    """Sums over the pixels of a region in any number of pictures; they add."""

    pixels: int = 0
    squared_error: float = 0.0  # over three values a pixel
    ssim: float = 0.0
    delta_e: float = 0.0
    drawn_energy: float = 0.0  # squared Laplacians
    true_energy: float = 0.0

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(Sums)))


@dataclass(frozen=True, slots=True)
class Scores:
    """How a region was drawn, its errors pooled: `sharpness_ratio` is drawn over true, above 1 where more was drawn than is
    there."""

    psnr_db: float
    ssim: float
    sharpness_ratio: float
    delta_e: float

    @classmethod
    def of(cls, sums: Sums) -> "Scores":
        """The scores of a region; ValueError for an empty one."""
        return cls(
            psnr_of(sums.squared_error, 3 * sums.pixels),
            sums.ssim / sums.pixels,
            sums.drawn_energy / max(sums.true_energy, 1.0),
            sums.delta_e / sums.pixels,
        )


def compared(drawn: Picture8, true: Picture8, regions: tuple[Mask, ...]) -> tuple[Sums, ...]:
    """The sums of one picture over each of some regions (H, W)."""
    alike, apart = ssim_map(drawn, true), delta_e_map(drawn, true)
    return tuple(
        Sums(
            int(region.sum()),
            squared_error(drawn, true, region)[0],
            float(alike[region].sum(dtype=float)),
            float(apart[region].sum(dtype=float)),
            laplacian_energy(drawn, region),
            laplacian_energy(true, region),
        )
        for region in regions
    )
