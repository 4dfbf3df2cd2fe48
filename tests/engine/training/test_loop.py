"""Real networks at their smallest size, on clips that are made up."""

from dataclasses import dataclass, replace

import pytest
import torch
from torch import nn

from engine.model.autoencoder import PictureAutoencoder
from engine.model.checkpoints import load
from engine.model.sizes import size
from engine.model.text import WordEncoder
from engine.model.told import NUM_GBUFFER
from engine.model.transformer import WorldTransformer
from engine.training import loop
from engine.training.batches import Batches, Shape
from engine.training.clips import write_clip
from engine.training.loop import Plan, rate_at, train
from engine.training.objectives import AutoencoderObjective, WorldObjective, loss_of_step
from engine.training.recipes import Recipe, begin
from engine.training.ship import ship, standardised
from tests.engine.training.made_up import clip


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clips")
    for seed in range(4):
        write_clip(folder / f"{seed}.clip.npz", clip(seed))
    return folder


def codec():
    """Untrained, its latents scaled to about unit variance."""
    torch.manual_seed(0)
    return PictureAutoencoder(latent_channels=4, width=8, deep=8, num_residual=1, deviation=0.08)


def world(mask=False, gbuffer_channels=0):
    def build(*_):
        net = WorldTransformer(**size("tiny"), latent_channels=4, mask_reconstruction=mask, gbuffer_channels=gbuffer_channels)
        text = WordEncoder(["rain", "clear"], dim=32)
        return nn.ModuleDict({"transformer": net, "text_encoder": text, "autoencoder": codec().requires_grad_(False)})

    return build


def tiny(steps=50, mask_share=0.0, **plan):
    return Recipe(
        "tiny", world(mask_share > 0), ("transformer", "text_encoder"),
        WorldObjective(mask_share=mask_share, mask_ratio=0.5, picture=0),
        (Shape(clips=2, frames=2, views=1, width=32, height=32), Shape(clips=1, frames=2, views=2, width=32, height=32)),
        Plan(steps, **{"learning_rate": 3e-3, "warmup": 5, "dtype": torch.float32} | plan),
    )  # fmt: skip


def run(what, clips, file, state=None):
    state = state or begin(what, None)
    return state, list(train(state, what.objective, Batches(clips, what.shapes, what.seed), what.plan, file))


@pytest.mark.parametrize("mask_share", [0.0, 0.5])
def test_fifty_steps_bring_the_loss_down(clips, tmp_path, mask_share):
    what = tiny(mask_share=mask_share)
    state, batches = begin(what, None), Batches(clips, what.shapes, what.seed)
    before = judged(what, state, batches)
    _, reports = run(what, clips, tmp_path / "run.pt", state)
    assert len(reports) == 50
    assert judged(what, state, batches) < 0.85 * before


@torch.no_grad()
def judged(what, state, batches):
    """The loss on batches of its own, always the same."""
    state.networks.eval()
    return sum(float(loss_of_step(what.objective, state.networks, batches, step, torch.float32)) for step in range(1000, 1010))


def test_a_run_that_was_broken_off_ends_as_one_that_was_not(clips, tmp_path):
    what = tiny(steps=6)
    whole, _ = run(what, clips, tmp_path / "whole.pt")
    state = begin(what, None)
    reports = train(state, what.objective, Batches(clips, what.shapes, what.seed), what.plan, tmp_path / "parts.pt")
    for _ in range(3):
        next(reports)
    reports.close()
    again = begin(what, None)
    assert again.resume(tmp_path / "parts.pt")
    assert again.step == 3
    run(what, clips, tmp_path / "parts.pt", again)
    for name, weight in whole.networks.state_dict().items():
        assert torch.equal(again.networks.state_dict()[name], weight), name
        assert torch.equal(again.averages[name], whole.averages[name]), name


def test_it_trains_in_bfloat16_with_actors_and_without(clips, tmp_path):
    what = tiny(steps=6, dtype=torch.bfloat16)
    state, reports = run(what, clips, tmp_path / "run.pt")
    assert state.step == len(reports) == 6
    gates = [w for name, w in state.networks.named_parameters() if name.endswith("instances.gate")]
    assert any(bool(gate != 0) for gate in gates)


def test_an_autoencoder_learns_by_the_same_loop(clips, tmp_path):
    what = Recipe(
        "tiny-autoencoder", lambda *_: nn.ModuleDict({"autoencoder": codec()}), ("autoencoder",), AutoencoderObjective(),
        (Shape(clips=2, frames=1, views=1, width=32, height=32),), Plan(90, 5e-3, warmup=5, dtype=torch.float32),
    )  # fmt: skip
    state, reports = run(what, clips, tmp_path / "run.pt")
    losses = [report.loss for report in reports]
    assert sum(losses[-10:]) < 0.8 * sum(losses[:10])
    trained = standardised(state.networks["autoencoder"].eval(), Batches(clips, what.shapes, 1))
    z = trained.latents(torch.from_numpy(clip(9).truth[0]).movedim(-1, 1) / 127.5 - 1)
    assert 0.5 < float(z.detach().std()) < 2.0


def test_what_ships_is_the_averages_in_bf16(clips, tmp_path):
    what = tiny(steps=3)
    state, _ = run(what, clips, tmp_path / "run.pt")
    ship(what, state, "made-up clips", tmp_path / "shipped")
    loaded = load(tmp_path / "shipped")
    assert loaded.transformer.dtype == torch.bfloat16
    assert (loaded.card.steps, loaded.card.data) == (3, "made-up clips")
    weight = state.averages["transformer.out.weight"].to(torch.bfloat16)
    assert torch.equal(loaded.transformer.out.weight, weight)


def test_what_ships_names_the_runs_that_it_went_on_from(clips, tmp_path):
    what = tiny(steps=3)
    run(what, clips, tmp_path / "first.pt")
    state = begin(what, None)
    state.begin_with(tmp_path / "first.pt")
    state.step, state.seconds = 4, 3600.0
    state.save(tmp_path / "second.pt")
    again = begin(what, None)
    assert again.resume(tmp_path / "second.pt")
    ship(replace(what, name="second"), again, "made-up clips", tmp_path / "shipped")
    card = load(tmp_path / "shipped").card
    assert (card.name, card.recipe, card.steps) == ("second", "first (3 steps), second (4 steps)", 7)
    assert card.hours >= 1


def test_a_run_goes_on_from_one_whose_network_reads_less(clips, tmp_path):
    run(tiny(steps=3), clips, tmp_path / "first.pt")
    seeing = begin(replace(tiny(steps=3), networks=world(gbuffer_channels=NUM_GBUFFER)), None)
    began = {name: weight.clone() for name, weight in seeing.networks["transformer"].gbuffer_in.state_dict().items()}
    seeing.begin_with(tmp_path / "first.pt")
    first = torch.load(tmp_path / "first.pt", weights_only=True)["averages"]
    now = seeing.networks.state_dict()
    assert all(torch.equal(now[name], weight) for name, weight in first.items())
    assert all(torch.equal(now[f"transformer.gbuffer_in.{name}"], weight) for name, weight in began.items())
    fresh = begin(replace(tiny(steps=3), networks=world(gbuffer_channels=NUM_GBUFFER)), None)
    zero = fresh.networks["transformer"].correct.weight.clone()
    fresh.begin_with(tmp_path / "first.pt", ("transformer.correct.",))
    assert torch.equal(fresh.networks["transformer"].correct.weight, zero)
    assert not torch.equal(now["transformer.correct.weight"], zero)
    assert torch.equal(fresh.networks["transformer"].out.weight, now["transformer.out.weight"])
    seeing.save(tmp_path / "second.pt")
    with pytest.raises(ValueError, match="gbuffer_in.*which these networks lack"):
        begin(tiny(steps=3), None).begin_with(tmp_path / "second.pt")


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_device_that_is_not_there_is_refused_in_a_sentence():
    with pytest.raises(ValueError, match="device cuda; wanted cpu"):
        begin(tiny(), None, "cuda")


def test_the_learning_rate_rises_and_then_falls():
    plan = Plan(100, 1.0, warmup=10)
    rates = [rate_at(plan, step) for step in range(100)]
    assert rates[:11] == sorted(rates[:11])
    assert rates[10:] == sorted(rates[10:], reverse=True)
    assert rates[9] == 1.0
    assert rates[-1] == pytest.approx(0.1, abs=0.01)


@dataclass(frozen=True)
class Steep:
    """An objective whose gradient is no number from its n-th step on, though its loss is one: the slope of a root at 0."""

    plain: WorldObjective
    first: int

    def loss(self, networks, clips, step_seed, dtype):
        loss = self.plain.loss(networks, clips, step_seed, dtype)
        return loss if step_seed < self.first else loss + (0 * networks["transformer"].out.weight.sum()).sqrt()


def test_a_gradient_that_is_no_number_reaches_no_weight_and_what_is_saved_can_go_on(clips, tmp_path):
    what = tiny(steps=4)  # whose seed is 0, so that a step's seed is the step
    with pytest.raises(FloatingPointError, match="with a gradient of norm nan at step 2; wanted numbers"):
        run(replace(what, objective=Steep(what.objective, 2)), clips, tmp_path / "run.pt")
    state = begin(what, None)
    assert state.resume(tmp_path / "run.pt")
    assert state.step == 2
    weights = [*state.networks.state_dict().values(), *state.averages.values()]
    moments = [m for of_weight in state.optimizer.state.values() for m in of_weight.values()]
    assert all(torch.isfinite(w).all() for w in (*weights, *moments))
    whole, _ = run(what, clips, tmp_path / "whole.pt")
    run(what, clips, tmp_path / "run.pt", state)
    assert all(torch.equal(w, whole.averages[name]) for name, w in state.averages.items())


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_loss_that_is_no_number_reaches_no_weight(clips, tmp_path, monkeypatch, value):
    monkeypatch.setattr(loop, "loss_of_step", lambda of, networks, *_: networks["transformer"].out.weight.sum() * value)
    what = tiny(steps=2)
    state = begin(what, None)
    before = {name: w.clone() for name, w in state.networks.state_dict().items()}
    with pytest.raises(FloatingPointError, match=f"loss {value:g} .* at step 0; wanted numbers"):
        run(what, clips, tmp_path / "run.pt", state)
    assert all(torch.equal(w, before[name]) for name, w in state.networks.state_dict().items())


def test_networks_learn_at_their_own_share_of_the_rate(clips, tmp_path):
    what = replace(tiny(steps=4), paces={"text_encoder": 0.0, "transformer": 0.5})
    state = begin(what, None)
    before = {name: w.clone() for name, w in state.networks.state_dict().items()}
    for report in train(state, what.objective, Batches(clips, what.shapes, what.seed), what.plan, tmp_path / "run.pt"):
        rates = [group["lr"] for group in state.optimizer.param_groups]
        assert rates == [0.5 * report.learning_rate, 0.0]  # in the order of `trained`
    moved = {name.partition(".")[0] for name, w in state.networks.state_dict().items() if not torch.equal(w, before[name])}
    assert moved == {"transformer"}
