from dataclasses import replace

import pytest
import torch

from engine.diffusion.path import clean
from engine.model.row_mask import RowMask
from engine.model.sizes import SIZES, size
from engine.model.told import Instances
from engine.model.transformer import LEAST, WorldTransformer
from tests.engine.model.clips import COLUMNS, ROWS, B, T, V, clip, network, told

NAMES = ("cameras", "waypoints", "action", "text", "change", "layout", "draft", "valid", "dirty", "gbuffer", "instances")


@torch.no_grad()
def answer(net, x, level, what, **more):
    return net(x, level, what, **more).sample


def test_an_untrained_network_answers_the_draft():
    (x, level), what = clip(), told()
    torch.testing.assert_close(clean(x, answer(network(), x, level, what), level), what.draft, rtol=0, atol=1e-5)


def test_a_shut_gate_lets_some_of_the_correction_through_and_its_gradient():
    (x, level), what, net = clip(), told(), network(zero=False)

    def correction(gate):
        with torch.no_grad():
            net.correct.weight[-1], net.correct.bias[-1] = 0.0, gate
        return clean(x, net(x, level, what).sample, level) - what.draft

    wide, shut = correction(100.0), correction(-100.0)
    assert wide.abs().max() > 1e-2
    torch.testing.assert_close(shut, LEAST * wide, rtol=1e-3, atol=1e-5)
    shut.square().mean().backward()
    assert net.correct.weight.grad[:-1].any()


def test_at_first_layout_and_draft_injection_and_identities_and_gbuffers_change_nothing():
    (x, level), what, net = clip(), told(), network()
    torch.nn.init.normal_(net.out.weight)  # so that anything that reached the tokens would show
    torch.nn.init.normal_(net.reader.modulation.bias)
    full = answer(net, x, level, what)
    assert torch.equal(full, answer(net, x, level, replace(what, layout=None)))
    assert torch.equal(full, answer(net, x, level, what.without("instances")))
    assert torch.equal(full, answer(net, x, level, what.without("gbuffer")))
    for block in net.blocks:
        block.inject = None
    assert torch.equal(full, answer(net, x, level, what))


@pytest.mark.parametrize("name", NAMES)
def test_every_condition_matters_once_trained_and_can_be_left_out(name):
    (x, level), what, net = clip(), told(), network(zero=False)
    without = answer(net, x, level, what.without(name))
    assert torch.isfinite(without).all()
    assert not torch.allclose(answer(net, x, level, what), without, atol=1e-6)


@pytest.mark.parametrize("name", ["cameras", "waypoints", "action", "text", "change", "draft", "gbuffer", "rate"])
def test_leaving_a_condition_out_for_one_clip_of_a_batch_touches_that_clip_alone(name):
    (x, level), what, net = clip(), told(), network(zero=False)
    full = answer(net, x, level, what)
    some = answer(net, x, level, replace(what, present={name: torch.tensor([True, False])}))
    torch.testing.assert_close(some[0], full[0])
    assert not torch.allclose(some[1], full[1], atol=1e-6)


def test_a_clip_alone_is_drawn_as_in_a_batch():
    net = network(zero=False)
    (x, level), what = clip(), told()
    alone = replace(
        what,
        **{name: getattr(what, name)[:1] for name in ("times_s", *NAMES[:-1], "text_mask")},
        instances=Instances.of(*(getattr(what.instances, n)[:1] for n in ("category", "size_lwh", "slot", "members"))),
    )
    torch.testing.assert_close(answer(net, x, level, what)[:1], answer(net, x[:1], level[:1], alone), rtol=1e-4, atol=1e-4)


def test_padding_of_texts_says_nothing():
    (x, level), what, net = clip(), told(), network(zero=False)
    other = what.text.clone()
    other[~what.text_mask] = 9.0
    torch.testing.assert_close(answer(net, x, level, what), answer(net, x, level, replace(what, text=other)))


def test_any_number_of_frames_and_views_and_any_size():
    net = network(zero=False)
    for shape, H, W in (((1, 1, 1), 4, 4), ((1, 5, 3), 6, 10)):
        x = torch.randn((*shape, 16, H, W))
        assert answer(net, x, torch.ones(shape), told(shape=shape).without(*NAMES)).shape == x.shape


def test_a_level_for_each_frame_and_view():
    (x, level), what, net = clip(), told(), network(zero=False)
    other = level.clone()
    other[0, 2, 1] = 0.0
    v = answer(net, x, other, what)
    assert not v[0, 2, 1].any()  # a clean frame stays
    assert not torch.allclose(
        v[0, 0, 0], answer(net, x, level, what)[0, 0, 0], atol=1e-6
    )  # and the others know that it is clean
    torch.testing.assert_close(v[1], answer(net, x, level, what)[1])


@pytest.mark.parametrize("masked", [False, True])
def test_checkpointed_gradients_are_the_gradients(masked):
    (x, level), what = clip(), told()
    net = network(zero=False, mask_reconstruction=True)
    mask = RowMask.draw((B, T, V, ROWS, COLUMNS), 0.25, False, torch.Generator()) if masked else None
    plain = gradients(net, x, level, what, row_mask=mask, noise=noise())
    net.enable_gradient_checkpointing()
    for a, b in zip(plain, gradients(net, x, level, what, row_mask=mask, noise=noise()), strict=True):
        torch.testing.assert_close(a, b)


def gradients(net, x, level, what, **more):
    net.zero_grad()
    net(x, level, what, **more).sample.square().mean().backward()
    return [p.grad.clone() for p in net.parameters() if p.grad is not None]


def noise():
    return torch.randn(clip()[0].shape, generator=torch.Generator().manual_seed(4))


@pytest.mark.parametrize(("shared", "used"), [(True, "mask_spatial"), (False, "mask_temporal")])
def test_a_shared_mask_is_filled_in_by_the_spatial_block_and_others_by_the_temporal_one(shared, used):
    (x, level), what, net = clip(), told(), network(zero=False, mask_reconstruction=True)
    mask = RowMask.draw((B, T, V, ROWS, COLUMNS), 0.25, shared, torch.Generator())
    before = answer(net, x, level, what, row_mask=mask, noise=noise())
    assert torch.isfinite(before).all()
    for name in ("mask_spatial", "mask_temporal"):
        other = network(zero=False, mask_reconstruction=True)
        with torch.no_grad():
            for parameter in getattr(other, name).parameters():
                parameter.add_(0.1)
        changed = not torch.allclose(answer(other, x, level, what, row_mask=mask, noise=noise()), before, atol=1e-5)
        assert changed == (name == used)


@pytest.mark.parametrize("shared", [True, False])
def test_what_is_dropped_is_seen_nowhere_but_in_its_draft(shared):
    """By gradients, also between neighbours: convolutions around the blocks reach over several tokens."""
    (x, level), what, net = clip(), told(), network(zero=False, mask_reconstruction=True)
    mask = RowMask.draw((B, T, V, ROWS, COLUMNS), 0.25, shared, torch.Generator().manual_seed(5))
    draft = what.draft.requires_grad_()
    found = clean(x.requires_grad_(), net(x, level, what, row_mask=mask, noise=noise()).sample, level)
    hidden = (~mask.shown(net.config.patch)).expand_as(x)
    weight = torch.randn(x.shape, generator=torch.Generator().manual_seed(6))
    for some in (hidden, ~hidden):
        to_state, to_draft = torch.autograd.grad((found * weight * some).sum(), (x, draft), retain_graph=True)
        assert to_state[hidden].abs().max() < 1e-5
        assert to_state[~hidden].abs().max() > 1e-3
        assert to_draft[hidden].abs().max() > 1e-3  # a condition, as the layout is: it is there, too, when a clip is drawn


def test_mask_tokens_are_made_of_the_noise():
    (x, level), what, net = clip(), told(), network(zero=False, mask_reconstruction=True)
    mask = RowMask.draw((B, T, V, ROWS, COLUMNS), 0.25, True, torch.Generator())
    one, other = (answer(net, x, level, what, row_mask=mask, noise=some) for some in (noise(), -noise()))
    assert not torch.allclose(one, other, atol=1e-5)
    with pytest.raises(ValueError, match="a row mask and no noise; wanted"):
        answer(net, x, level, what, row_mask=mask)


def test_mask_reconstruction_that_drops_nothing_is_the_plain_pass():
    (x, level), what, net = clip(), told(), network(zero=False, mask_reconstruction=True)
    nothing = RowMask.draw((B, T, V, ROWS, COLUMNS), 0.0, False, torch.Generator())
    masked = answer(net, x, level, what, row_mask=nothing, noise=noise())
    torch.testing.assert_close(masked, answer(net, x, level, what), rtol=1e-4, atol=1e-4)


def test_without_a_mask_a_network_with_mask_reconstruction_is_the_one_without():
    (x, level), what, net = clip(), told(), network(zero=False, mask_reconstruction=True)
    plain = network(zero=False)
    weights = {name: w for name, w in net.state_dict().items() if not name.startswith("mask_")}
    plain.load_state_dict(weights, strict=True)
    assert torch.equal(answer(net, x, level, what), answer(plain, x, level, what))


def test_a_mask_for_a_network_without_reconstruction_is_refused():
    (x, level), what = clip(), told()
    mask = RowMask.draw((B, T, V, ROWS, COLUMNS), 0.25, False, torch.Generator())
    with pytest.raises(ValueError, match="wanted"):
        network()(x, level, what, row_mask=mask, noise=noise())


def test_sizes_that_do_not_fit_are_refused_with_what_was_wanted():
    x, level = clip()
    with pytest.raises(ValueError, match=r"latents .* wanted"):
        network()(x[..., :-1], level, told())
    with pytest.raises(ValueError, match=r"levels .* wanted"):
        network()(x, level[:, :1], told())


def test_saving_and_loading_gives_the_same_network(tmp_path):
    (x, level), what, net = clip(), told(), network(zero=False)
    net.save_pretrained(tmp_path)
    assert torch.equal(answer(WorldTransformer.from_pretrained(tmp_path).eval(), x, level, what), answer(net, x, level, what))


def test_bf16_runs_and_is_finite():
    (x, level), what, net = clip(), told(), network(zero=False).to(torch.bfloat16)
    v = answer(net, x.bfloat16(), level, what.to("cpu", torch.bfloat16))
    assert v.dtype == torch.bfloat16
    assert torch.isfinite(v).all()


def test_named_sizes_go_from_tiny_to_two_billion_parameters():
    counts = []
    for name in SIZES:
        with torch.device("meta"):
            counts.append(sum(p.numel() for p in WorldTransformer(**size(name)).parameters()))
    assert counts == sorted(counts)
    assert counts[-1] > 2e9
    with pytest.raises(ValueError, match="wanted one of tiny"):
        size("huge")
