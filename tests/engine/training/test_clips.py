from dataclasses import replace

import numpy as np
import pytest

from engine.training.batches import Batches, Shape
from engine.training.clips import ClipError, read_clip, write_clip
from engine.training.windows import Window, cut, drawn
from tests.engine.training.made_up import H, T, V, W, clip


def test_a_clip_survives_the_disk(tmp_path):
    made = clip()
    write_clip(tmp_path / "a.clip.npz", made)
    found = read_clip(tmp_path / "a.clip.npz")
    assert (found.kind, found.source) == (made.kind, made.source)
    for name in ("text", "recorded_text", "categories"):
        assert getattr(found.asked, name) == getattr(made.asked, name)
    for name in ("times_s", "cameras", "waypoints", "action", "layout", "size_lwh", "members"):
        assert (getattr(found.asked, name) == getattr(made.asked, name)).all()
    for name in ("pictures", "valid", "dirty", "gbuffer"):
        assert (getattr(found.drafts, name) == getattr(made.drafts, name)).all()
    assert (found.truth == made.truth).all()


@pytest.mark.parametrize("content", [b"", b"not a clip", "cut"])
def test_a_file_that_is_no_clip_is_refused_in_a_sentence(tmp_path, content):
    file = tmp_path / "a.clip.npz"
    write_clip(file, clip())
    file.write_bytes(file.read_bytes()[:2000] if content == "cut" else content)
    with pytest.raises(ClipError, match="cannot be read as a training clip"):
        read_clip(file)


def test_a_window_is_that_part_of_everything():
    made = clip()
    part = cut(made, Window((1, 3), (1,), 16, 32, 48, 32))
    assert (part.truth == made.truth[[1, 3]][:, [1], 32:64, 16:64]).all()
    assert (part.drafts.dirty == made.drafts.dirty[[1, 3]][:, [1], 32:64, 16:64]).all()
    assert (part.drafts.gbuffer == made.drafts.gbuffer[[1, 3]][:, [1], :, 4:8, 2:8]).all()
    assert part.asked.layout.shape[-2:] == (8, 12)
    assert part.asked.times_s.tolist() == [0.0, 0.5]
    assert part.asked.categories == ("vehicle.car",)  # the others' tokens are elsewhere, or nowhere
    assert part.asked.members.shape == (2, 1, 2, 3, 1)


def test_a_window_of_all_is_the_clip():
    made = clip()
    whole = cut(made, Window(tuple(range(T)), tuple(range(V)), 0, 0, W, H))
    np.testing.assert_allclose(whole.asked.cameras, made.asked.cameras, rtol=1e-6)
    assert (whole.truth == made.truth).all()


def test_a_windows_camera_looks_where_the_whole_ones_looks():
    made = clip()
    part = cut(made, Window((0,), (0,), 32, 16, 48, 32))
    (fx, _, cx, _), (gx, _, dx, _) = made.asked.cameras[0, :4], part.asked.cameras[0, :4]
    for column in (0.0, 20.0, 47.0):
        whole = ((column + 32) / W - cx) / fx
        assert (column / 48 - dx) / gx == pytest.approx(whole, rel=1e-5)


def test_windows_fit_and_mostly_show_what_may_change():
    rng, made = np.random.default_rng(0), clip()
    shown = 0
    for _ in range(100):
        window = drawn(made, 2, 1, (32, 32), rng)
        part = cut(made, window)
        assert part.truth.shape == (2, 1, 32, 32, 3)
        assert window.left % 16 == window.top % 16 == 0
        shown += part.drafts.dirty.any()
    assert shown > 80
    with pytest.raises(ValueError, match="wanted no more"):
        drawn(made, 9, 1, (32, 32), rng)


def test_the_nth_batch_is_always_the_same(tmp_path):
    for seed in range(3):
        write_clip(tmp_path / f"{seed}.clip.npz", clip(seed))
    shape = Shape(clips=2, frames=2, views=2, width=48, height=32)
    a, b = Batches(tmp_path, (shape,), 0), Batches(tmp_path, (shape,), 0)
    a.batch(0)
    for x, y in zip(a.batch(5), b.batch(5), strict=True):
        assert (x.truth == y.truth).all()
    assert any((x.truth != y.truth).any() for x, y in zip(a.batch(5), a.batch(6), strict=True))


def test_lights_come_first_and_then_what_would_have_come_anyway(tmp_path):
    for seed, kind in enumerate(("delete", "0-light", "ego_path", "weather")):
        write_clip(tmp_path / f"{seed}-{kind}.clip.npz", replace(clip(seed), source=kind))
    shapes = (Shape(clips=6, frames=2, views=1, width=48, height=32),)
    first, plain = Batches(tmp_path, shapes, 0, lights_first=20), Batches(tmp_path, shapes, 0)

    def sources(batches, steps):
        return [window.source for step in steps for window in batches.batch(step)]

    assert set(sources(first, range(20))) == {"0-light", "weather"}
    assert sources(first, range(20, 40)) == sources(plain, range(20, 40))
    assert set(sources(plain, range(20))) == {"delete", "0-light", "ego_path", "weather"}


def test_where_there_are_no_lights_what_there_is_comes_first(tmp_path):
    write_clip(tmp_path / "0-delete.clip.npz", clip())
    (window,) = Batches(tmp_path, (Shape(1, 2, 1, 48, 32),), 0, lights_first=1).batch(0)
    assert window.kind == "delete"


def test_a_folder_without_clips_is_refused(tmp_path):
    with pytest.raises(ClipError, match="harvest some first"):
        Batches(tmp_path, (Shape(1, 1, 1, 16, 16),), 0)
