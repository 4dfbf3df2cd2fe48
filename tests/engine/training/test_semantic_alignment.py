import numpy as np
import pytest
import torch
from torch import nn

from engine.training.collate import Pictures, pictures
from engine.training.objectives import WorldObjective
from engine.training.semantic_alignment import (
    DinoFeatures,
    EncoderFeatures,
    SemanticAlignment,
    alignment_error,
    dynamic_patches,
)
from engine.training.state import RunState
from tests.engine.training.made_up import H, T, V, W, clip
from tests.engine.training.test_loop import codec, world


@pytest.fixture
def frozen():
    return codec().requires_grad_(False)


def aligned(of, shown: Pictures, clips, level, **how):
    """The loss of the drawn pictures that a frozen codec makes of the latents of grey."""
    z = torch.zeros(len(clips), T, V, 4, H // 8, W // 8, requires_grad=True)
    loss = SemanticAlignment(**how).loss(of, z, level.expand(z.shape[:3]), shown, clips, torch.Generator().manual_seed(0))
    return loss, z


def value(*given, **how):
    return float(aligned(*given, **how)[0].detach())


def test_what_is_in_a_box_counts_by_the_square_of_alpha():
    true, drawn = torch.zeros(2, 3, 4, 4), torch.zeros(2, 3, 4, 4)
    dynamic = torch.zeros(2, 4, 4, dtype=torch.bool)
    dynamic[:, 0, 0] = True
    drawn[0, :, 0, 0], drawn[1, :, 2, 2] = 1.0, 1.0
    inside, outside = alignment_error(drawn, true, dynamic, 10.0)
    assert float(inside / outside) == pytest.approx(100.0)


def test_the_error_is_a_mean_whatever_the_size():
    small, large = torch.ones(1, 2, 2, 2), torch.ones(1, 8, 5, 7)
    for features in (small, large):
        nobody = torch.zeros(1, *features.shape[2:], dtype=torch.bool)
        assert float(alignment_error(features, torch.zeros_like(features), nobody, 10.0)) == 1.0


def test_patches_that_a_box_overlaps_at_all_are_dynamic():
    made = clip()  # the car in tokens (1..2, 2..3) of 4 x 6, the walker in token (0, 0) of all frames but the first
    cells = dynamic_patches([made], (H, W), (H // 8, W // 8))[0]
    assert cells[0, 0].nonzero().amin(0).tolist() == [2, 4]
    assert cells[0, 0].sum() == 16
    assert cells[1, 0, :2, :2].all()
    coarse = dynamic_patches([made], (H, W), (3, 4))[0]  # patches that tokens do not fit into
    assert coarse[0, 0].tolist() == [[False, True, True, False], [False, True, True, False], [False, True, True, False]]


def test_what_stands_for_itself_is_not_dynamic():
    made = clip()
    asked = type(made.asked)(
        **{name: getattr(made.asked, name) for name in made.asked.__dataclass_fields__ if name != "categories"},
        categories=("movable_object.barrier",) * 3,
    )
    still = type(made)(made.kind, made.source, asked, made.drafts, made.truth)
    assert not dynamic_patches([still], (H, W), (8, 12)).any()


def test_features_of_equal_pictures_are_aligned_and_others_are_not(frozen):
    of = EncoderFeatures(frozen)
    some, other = (torch.from_numpy(clip(seed).truth[0]).movedim(-1, 1) / 127.5 - 1 for seed in (0, 1))
    nobody = torch.zeros(V, H // 8, W // 8, dtype=torch.bool)
    assert not alignment_error(of(some), of(some), nobody, 10.0).any()
    assert (alignment_error(of(some), of(other), nobody, 10.0) > 0.1).all()
    torch.testing.assert_close(of(some).mean(1), torch.zeros(V, H // 8, W // 8), atol=1e-4, rtol=0)


def test_high_levels_count_less_and_pure_noise_nothing(frozen):
    clips = [clip()]
    shown = pictures(clips)
    losses = [value(frozen, shown, clips, torch.tensor(level)) for level in (0.0, 0.5, 1.0)]
    assert losses[0] > 0
    assert losses[1] == pytest.approx(0.25 * losses[0], rel=1e-5)
    assert losses[2] == 0
    ungated = value(frozen, shown, clips, torch.tensor(1.0), gated=False)
    assert ungated == pytest.approx(losses[0], rel=1e-5)


def test_the_loss_reaches_the_latents_and_no_frozen_weight(frozen):
    clips = [clip()]
    loss, z = aligned(frozen, pictures(clips), clips, torch.tensor(0.2))
    loss.backward()
    assert z.grad.abs().sum() > 0
    assert all(p.grad is None for p in frozen.parameters())


def test_an_encoder_that_learns_is_refused():
    with pytest.raises(ValueError, match="wanted a frozen one"):
        EncoderFeatures(codec())


def test_a_second_stage_joins_both_losses(frozen):
    networks = world()(None)
    clips = [clip(0), clip(1)]

    def loss(alignment):
        return float(WorldObjective(alignment=alignment).loss(networks, clips, 7, torch.float32).detach())

    plain = loss(None)
    assert loss(SemanticAlignment(weight=0.0, flow_share=1.0)) == pytest.approx(plain, rel=1e-6)
    one, two = (loss(SemanticAlignment(weight=weight)) for weight in (1.0, 2.0))
    feature = two - one
    assert feature > 0
    assert one - feature == pytest.approx(loss(SemanticAlignment(weight=0.0)), rel=1e-4)


def test_a_second_stage_begins_with_what_the_first_has_learned(tmp_path):
    first, second = (RunState(world()(None), torch.optim.AdamW([nn.Parameter(torch.zeros(1))]), 0.9) for _ in range(2))
    with torch.no_grad():
        first.averages["transformer.out.weight"] += 1
    first.step = 5
    first.save(tmp_path / "first.pt")
    second.begin_with(tmp_path / "first.pt")
    assert second.step == 0
    assert torch.equal(second.networks["transformer"].out.weight, first.averages["transformer.out.weight"])
    assert torch.equal(second.averages["transformer.out.weight"], first.averages["transformer.out.weight"])
    assert second.before == (("first", 5, 0.0),)


def test_dino_features_come_from_a_local_folder_by_patches_of_the_resized_picture(tmp_path):
    transformers = pytest.importorskip("transformers")
    config = transformers.Dinov2Config(
        hidden_size=16, num_hidden_layers=1, num_attention_heads=2, image_size=56, patch_size=14, mlp_ratio=2
    )
    torch.manual_seed(0)
    transformers.Dinov2Model(config).save_pretrained(tmp_path)
    of = DinoFeatures.from_folder(tmp_path)
    some = torch.from_numpy(np.ascontiguousarray(clip().truth[0])).movedim(-1, 1).float() / 127.5 - 1
    some.requires_grad_(True)
    found = of(some)
    assert found.shape == (V, 16, round(H / 14), round(W / 14))
    found.square().sum().backward()
    assert some.grad.abs().sum() > 0
    assert all(p.grad is None for p in of.model.parameters())
