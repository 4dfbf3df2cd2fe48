import torch

from engine.model.autoencoder import PictureAutoencoder

PICTURES = torch.rand((2, 3, 32, 48), generator=torch.Generator().manual_seed(0)) * 2 - 1


def codec():
    torch.manual_seed(0)
    return PictureAutoencoder(latent_channels=4, width=8, deep=8, num_residual=1, mean=0.1, deviation=2.0).eval()


@torch.no_grad()
def test_shapes_go_there_and_back():
    z = codec().latents(PICTURES)
    assert z.shape == (2, 4, 4, 6)
    assert codec().pictures(z).shape == PICTURES.shape


@torch.no_grad()
def test_a_picture_is_coded_alike_alone_and_among_others():
    torch.testing.assert_close(codec().latents(PICTURES)[:1], codec().latents(PICTURES[:1]))


def trained(net):
    """With a gain that is no longer 1."""
    torch.nn.init.normal_(net.gain.judge.weight, generator=torch.Generator().manual_seed(1))
    return net


@torch.no_grad()
def test_the_latents_of_a_valid_draft_give_it_back():
    net, everywhere = trained(codec()), torch.ones(2, 1, 32, 48)
    torch.testing.assert_close(net.pictures(net.latents(PICTURES), PICTURES, everywhere), PICTURES, rtol=0, atol=1e-5)


@torch.no_grad()
def test_a_draft_of_which_nothing_is_valid_is_not_looked_at():
    net = trained(codec())
    z, nowhere = net.latents(PICTURES), torch.zeros(2, 1, 32, 48)
    torch.testing.assert_close(net.pictures(z, PICTURES.flip(-1), nowhere), net.pictures(z))


@torch.no_grad()
def test_a_drafts_detail_stays_under_other_latents():
    net, everywhere = codec(), torch.ones(2, 1, 32, 48)
    z, draft = net.latents(PICTURES), PICTURES.flip(-1)
    detail = draft - net.pictures(net.latents(draft))
    torch.testing.assert_close(net.pictures(z, draft, everywhere), net.pictures(z) + detail)
    assert not torch.allclose(trained(net).pictures(z, draft, everywhere), net.pictures(z) + detail, atol=1e-2)


@torch.no_grad()
def test_a_drafts_latents_need_not_be_made_twice():
    net, everywhere = trained(codec()), torch.ones(2, 1, 32, 48)
    z, draft = net.latents(PICTURES), PICTURES.flip(-1)
    assert torch.equal(net.pictures(z, draft, everywhere, net.latents(draft)), net.pictures(z, draft, everywhere))
    assert not torch.allclose(net.pictures(z, draft, everywhere, z), net.pictures(z, draft, everywhere))


@torch.no_grad()
def test_saving_and_loading_gives_the_same_codec(tmp_path):
    net = codec()
    net.save_pretrained(tmp_path)
    again = PictureAutoencoder.from_pretrained(tmp_path).eval()
    assert torch.equal(again(PICTURES), net(PICTURES))


def test_it_learns():
    net = codec().train()
    optimizer = torch.optim.AdamW(net.parameters(), 3e-3)
    losses = []
    for _ in range(30):
        loss = (net(PICTURES) - PICTURES).abs().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.8 * losses[0]


def test_with_the_encoder_frozen_the_decoder_learns_and_nothing_else():
    net = codec()
    net.freeze_encoder()
    frozen = {name for name, p in net.named_parameters() if not p.requires_grad}
    assert frozen == {name for name, _ in net.named_parameters() if name.startswith("encoder.")} != set()
