"""Training of what relights drafts, and the clips that it has relit: always those of the weights that are there."""

import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch

from engine.model.checkpoints import RELIGHT
from engine.model.digest import digest
from engine.model.relight import Relight
from engine.model.told import GROUND, MIRRORED
from engine.training import relighting
from engine.training.__main__ import main
from engine.training.clips import ClipError, read_clip, write_clip
from engine.training.recipes import RELIT
from engine.training.relighting import RelightPlan, exposed_mirror, relight_trained, relit_by, relit_clips
from tests.engine.training.made_up import clip

BRIEF = RelightPlan(steps=400, batch=8, brighter=0.0)


def unheard(step, loss):
    """For whom nobody waits."""


def foggy(seed):
    """A clip whose truth is its draft, half swallowed."""
    made = clip(seed)
    asked = replace(made.asked, text="Fog, noon.", recorded_text="Clear weather, noon.")
    truth = (0.5 * made.drafts.pictures + 100).astype(np.uint8)
    return replace(made, kind="light", asked=asked, truth=truth)


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clips")
    for seed in range(3):
        write_clip(folder / f"00100{seed}-{seed}-light.clip.npz", foggy(seed))
    write_clip(folder / "001000-delete.clip.npz", clip())
    return folder


@pytest.fixture(scope="module")
def trained(clips):
    losses = []
    net = relight_trained(clips, BRIEF, lambda step, loss: losses.append(loss))
    return net, losses


@pytest.fixture(scope="module")
def weights(trained, tmp_path_factory):
    return saved(trained[0], tmp_path_factory.mktemp("trained"))


@pytest.fixture(scope="module")
def others(tmp_path_factory):
    """Weights that change nothing."""
    return saved(Relight(), tmp_path_factory.mktemp("untrained"))


def saved(net, folder):
    net.save_pretrained(folder)
    return folder


def error(pictures, truth):
    return float(np.square(pictures.astype(float) - truth).mean())


def test_it_learns_what_all_clips_show(trained):
    net, losses = trained
    assert len(losses) == 2
    assert losses[1] < losses[0] < 0
    new = foggy(7)
    assert error(net.relit(new.asked, new.drafts).pictures, new.truth) < 0.1 * error(new.drafts.pictures, new.truth)


def test_the_same_plan_trains_the_same(clips, trained):
    again = relight_trained(clips, BRIEF, unheard)
    pairs = zip(trained[0].state_dict().values(), again.state_dict().values(), strict=True)
    assert all(torch.equal(a, b) for a, b in pairs)


def test_those_of_other_light_are_relit_and_the_others_are_the_same_files(clips, trained, weights, tmp_path):
    made = list(relit_clips(weights, clips, tmp_path))
    assert len(made) == 4
    assert (tmp_path / "001000-delete.clip.npz").samefile(clips / "001000-delete.clip.npz")
    before, after = (read_clip(folder / "001000-0-light.clip.npz") for folder in (clips, tmp_path))
    assert (after.truth == before.truth).all()
    assert np.abs(after.drafts.pictures.astype(int) - trained[0].relit(before.asked, before.drafts).pictures).max() <= 1
    assert (after.drafts.gbuffer == before.drafts.gbuffer).all()


def test_what_the_same_weights_have_relit_is_left(clips, trained, weights, tmp_path):
    list(relit_clips(weights, clips, tmp_path / "relit"))
    assert not list(relit_clips(saved(trained[0], tmp_path / "again"), clips, tmp_path / "relit"))


def test_what_other_weights_have_relit_is_made_anew(clips, weights, others, tmp_path):
    list(relit_clips(weights, clips, tmp_path))
    made = list(relit_clips(others, clips, tmp_path))
    assert [file.name for file in made] == [f"00100{seed}-{seed}-light.clip.npz" for seed in range(3)]
    assert (read_clip(made[0]).drafts.pictures == read_clip(clips / made[0].name).drafts.pictures).all()
    assert relit_by(tmp_path) == digest(others) != digest(weights)


def test_stale_clips_are_gone_before_the_new_weights_are_noted(clips, weights, others, tmp_path):
    list(relit_clips(weights, clips, tmp_path))
    begun = relit_clips(others, clips, tmp_path)
    next(begun)
    begun.close()
    assert len(list(tmp_path.glob("*-light.clip.npz"))) == 1
    assert len(list(relit_clips(others, clips, tmp_path))) == 3 - 1


def test_clips_that_were_harvested_anew_are_taken_anew(clips, weights, tmp_path):
    mine = tmp_path / "clips"
    shutil.copytree(clips, mine)
    list(relit_clips(weights, mine, tmp_path / "relit"))
    for name, made in (("001000-0-light.clip.npz", foggy(5)), ("001000-delete.clip.npz", clip(6))):
        write_clip(mine / name, made)
    again = {file.name: read_clip(file).truth for file in relit_clips(weights, mine, tmp_path / "relit")}
    assert (again.pop("001000-0-light.clip.npz") == foggy(5).truth).all()
    assert (again.pop("001000-delete.clip.npz") == clip(6).truth).all()
    assert not again


def run(out, *arguments):
    return main([*arguments, "--out", str(out)])


def test_the_command_trains_once_and_relights_what_is_not_there_yet(clips, tmp_path, capsys):
    shutil.copytree(clips, tmp_path / "clips")
    assert run(tmp_path, "relight", "--steps", "2") == 0
    made = tmp_path / "relit" / "001000-0-light.clip.npz"
    before = made.stat().st_mtime_ns
    assert run(tmp_path, "relight") == 0
    assert made.stat().st_mtime_ns == before
    assert run(tmp_path, "relight", "--steps", "3") == 2
    assert "3 steps for what is trained already" in capsys.readouterr().err


def test_a_run_refuses_clips_that_other_weights_have_relit(clips, weights, others, tmp_path, capsys):
    assert run(tmp_path, "run", "relit-cpu") == 2
    assert "nothing that relights drafts" in capsys.readouterr().err
    shutil.copytree(weights, tmp_path / "runs" / RELIGHT)
    list(relit_clips(others, clips, tmp_path / RELIT))
    assert run(tmp_path, "run", "relit-cpu") == 2
    assert "other weights have relit" in capsys.readouterr().err
    list(relit_clips(weights, clips, tmp_path / RELIT))
    assert run(tmp_path, "run", "relit-cpu") == 2
    assert "without an autoencoder" in capsys.readouterr().err


def test_a_folder_without_other_light_is_refused(tmp_path):
    write_clip(tmp_path / "001000-delete.clip.npz", clip())
    with pytest.raises(ClipError, match="no training clips of other hours and weathers"):
        relight_trained(tmp_path, BRIEF, unheard)


def test_clips_of_several_sizes_are_refused(clips, tmp_path):
    shutil.copytree(clips, tmp_path, dirs_exist_ok=True)
    longer = foggy(3)
    longer = replace(longer, drafts=replace(longer.drafts, gbuffer=longer.drafts.gbuffer.repeat(2, axis=0)))
    write_clip(tmp_path / "001003-0-light.clip.npz", longer)
    with pytest.raises(ClipError, match="pictures with G-buffers .* as the first has"):
        relight_trained(tmp_path, BRIEF, unheard)


def steep(net, *_):
    """A loss that is a number and whose gradient is none."""
    return (0 * net.mix.weight.sum()).sqrt()


def test_weights_that_are_no_numbers_are_never_kept(clips, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(relighting, "_loss", steep)
    shutil.copytree(clips, tmp_path / "clips")
    assert run(tmp_path, "relight", "--steps", "2") == 2
    said = capsys.readouterr().err
    assert "loss 0 with a gradient of norm nan at step 0; wanted numbers" in said
    assert said.count("\n") == 1
    assert not (tmp_path / "runs").exists()


def test_most_notes_say_nothing_of_the_light_and_it_learns_with_those_too(clips):
    net = relight_trained(clips, replace(BRIEF, untold=1.0), unheard)
    new = foggy(7)
    untold = replace(new.asked, text="Fog.", recorded_text="Driving.")
    assert error(net.relit(untold, new.drafts).pictures, new.truth) < 0.1 * error(new.drafts.pictures, new.truth)


def test_what_the_ground_mirrors_is_exposed_as_the_picture_is():
    """A G-buffer of a brighter picture; half a cell of ground mirrors half as much, none nothing."""
    ground, picture = torch.tensor([1.0, 0.5, 0.0]), torch.tensor([-0.6, 0.2, 0.9])
    exposure = torch.tensor([1.5, 1.0, 0.7]).reshape(1, 3, 1, 1)

    def gbuffer(shown):
        made = torch.zeros(1, 8, 1, 3)
        made[:, GROUND], made[:, MIRRORED] = ground, shown * ground
        return made

    brighter = ((picture + 1) * exposure - 1).clamp(max=1)
    assert torch.allclose(exposed_mirror(gbuffer(picture), exposure), brighter * ground)
