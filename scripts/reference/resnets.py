"""Outputs and sizes of the residual networks of SNGAN and WGAN-GP in double precision, for test/reference/resnets.test.ts.

    python scripts/reference/resnets.py      (PyTorch 2.13)

Writes test/reference/fixtures/resnets.json. The authors' code is Chainer's (pfnet-research/sngan_projection) and TensorFlow 1's
(igul222/improved_wgan_training); here it is written anew in PyTorch, block for block. Spectral norms are exact ones.
"""
import torch
import torch.nn as nn
import torch.nn.functional as F

from networks import case, fill, latent, write

CLASSES = 5


class Spectral(nn.Module):
    """A layer whose weight is divided by its largest singular value."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, x):
        weight = self.layer.weight
        sigma = torch.linalg.matrix_norm(weight.flatten(1), 2)
        return torch.func.functional_call(self.layer, {"weight": weight / sigma}, x)


def plain(layer):
    return layer


class ConditionalNorm(nn.Module):
    """CategoricalConditionalBatchNormalization; without classes L.BatchNormalization."""

    def __init__(self, channels, classes, eps):
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(classes, channels) if classes else torch.ones(channels))
        self.beta = nn.Parameter(torch.zeros(classes, channels) if classes else torch.zeros(channels))
        self.classes, self.eps = classes, eps

    def forward(self, x, y):
        gamma, beta = (self.gamma[y], self.beta[y]) if self.classes else (self.gamma[None], self.beta[None])
        x = F.batch_norm(x, None, None, training=True, eps=self.eps)
        return x * gamma[:, :, None, None] + beta[:, :, None, None]


class LayerNorm(nn.Module):
    """tflib's: over channels, height and width, a scale and a shift a channel."""

    def __init__(self, channels):
        super().__init__()
        self.scale, self.shift = nn.Parameter(torch.ones(channels)), nn.Parameter(torch.zeros(channels))

    def forward(self, x, _=None):
        mean, var = x.mean((1, 2, 3), True), x.var((1, 2, 3), unbiased=False, keepdim=True)
        return (x - mean) / (var + 1e-5).sqrt() * self.scale[:, None, None] + self.shift[:, None, None]


class Identity(nn.Module):
    def forward(self, x, _=None):
        return x


class Block(nn.Module):
    def __init__(self, channels, resample, norm, wrap=plain, first=False, bias1=True):
        super().__init__()
        inside, hidden, outside = channels
        self.resample, self.first = resample, first
        self.n1 = Identity() if first else norm(inside)
        self.c1 = wrap(nn.Conv2d(inside, hidden, 3, padding=1, bias=bias1))
        self.n2 = norm(hidden)
        self.c2 = wrap(nn.Conv2d(hidden, outside, 3, padding=1))
        self.sc = wrap(nn.Conv2d(inside, outside, 1)) if inside != outside or resample else None

    def forward(self, x, y=None):
        up = lambda v: F.interpolate(v, scale_factor=2) if self.resample == "up" else v
        down = lambda v: F.avg_pool2d(v, 2) if self.resample == "down" else v
        h = x if self.first else F.relu(self.n1(x, y))
        h = F.relu(self.n2(self.c1(up(h)), y))
        h = down(self.c2(h))
        return h + (x if self.sc is None else down(self.sc(up(x))))


class Generator(nn.Module):
    def __init__(self, latent_size, widths, norm, last, bias1=True):
        super().__init__()
        self.l1 = nn.Linear(latent_size, 16 * widths[0])
        self.blocks = nn.ModuleList(Block((a, b, b), "up", norm, bias1=bias1) for a, b in zip(widths, widths[1:]))
        self.norm, self.last = last(widths[-1]), nn.Conv2d(widths[-1], 3, 3, padding=1)

    def forward(self, z, y=None):
        h = self.l1(z)
        h = h.view(len(z), -1, 4, 4)
        for block in self.blocks:
            h = block(h, y)
        return torch.tanh(self.last(F.relu(self.norm(h, y))))


class Projection(nn.Module):
    """SNResNetProjectionDiscriminator."""

    def __init__(self, blocks, classes, bias):
        super().__init__()
        channels = 3
        self.blocks = nn.ModuleList()
        for index, (to, down) in enumerate(blocks):
            hidden = to if index == 0 else channels
            self.blocks.append(Block((channels, hidden, to), "down" if down else None, lambda _: Identity(), Spectral, index == 0))
            channels = to
        self.out = Spectral(nn.Linear(channels, 1, bias=bias))
        self.l_y = Spectral(nn.Embedding(classes, channels)) if classes else None

    def forward(self, x, y=None):
        for block in self.blocks:
            x = block(x)
        h = F.relu(x).sum((2, 3))
        return self.out(h) + ((self.l_y(y) * h).sum(1, True) if self.l_y else 0)


class Critic32(nn.Module):
    def __init__(self, width):
        super().__init__()
        none = lambda _: Identity()
        self.blocks = nn.ModuleList([Block((3, width, width), "down", none, first=True)])
        self.blocks.extend(Block((width,) * 3, resample, none) for resample in ("down", None, None))
        self.out = nn.Linear(width, 1)

    def forward(self, x, _=None):
        for block in self.blocks:
            x = block(x)
        return self.out(F.relu(x).mean((2, 3)))


class GoodDiscriminator(nn.Module):
    def __init__(self, dim):
        super().__init__()
        widths = [dim, 2 * dim, 4 * dim, 8 * dim, 8 * dim]
        self.input = nn.Conv2d(3, dim, 3, padding=1)
        self.blocks = nn.ModuleList(Block((a, a, b), "down", LayerNorm, bias1=False) for a, b in zip(widths, widths[1:]))
        self.out = nn.Linear(16 * 8 * dim, 1)

    def forward(self, x, _=None):
        x = self.input(x)
        for block in self.blocks:
            x = block(x)
        return self.out(x.flatten(1))


def sngan(size, ch, classes):
    conditional = lambda c: ConditionalNorm(c, classes, 2e-5)
    last = lambda c: ConditionalNorm(c, 0, 2e-5)
    if size == 32:  # resnet_32 and snresnet_32, whose widths are 256 and 128 for ch = 64
        widths, blocks = [4 * ch] * 4, [(2 * ch, down) for down in (True, True, False, False)]
    else:
        widths = {64: [16, 8, 4, 2, 1], 128: [16, 16, 8, 4, 2, 1], 256: [16, 16, 8, 8, 4, 2, 1]}[size]
        blocks = {64: [1, 2, 4, 8, 16], 128: [1, 2, 4, 8, 16, 16], 256: [1, 2, 4, 8, 8, 16, 16]}[size]
        widths = [ch * w for w in widths]
        blocks = [(ch * w, size == 64 or index < len(blocks) - 1) for index, w in enumerate(blocks)]
    return Generator(128 if ch == 64 else 8, widths, conditional, last), Projection(blocks, classes, bias=size > 32)


def wgan_gp(size, ch):
    norm = lambda c: ConditionalNorm(c, 0, 1e-5)
    z = 128 if ch == 64 else 8
    if size == 32:
        return Generator(z, [2 * ch] * 4, norm, norm), Critic32(2 * ch)
    return Generator(z, [8 * ch, 8 * ch, 4 * ch, 2 * ch, ch], norm, norm, bias1=False), GoodDiscriminator(ch)


def outputs(title, networks, classes=0):
    generator, discriminator = networks
    for network in networks:
        fill(list(network.parameters()))
    z = latent(8)
    labels = torch.tensor([3, 1]) if classes else None
    image = generator(z, labels)
    return case(title, generator, discriminator, z, labels, image, discriminator(image, labels))


def sizes(networks):
    return [sum(p.numel() for p in network.parameters()) for network in networks]


CASES = [outputs(f"sngan-resnet {size} {classes}", sngan(size, 2, classes), classes)
         for size, classes in ((32, 0), (32, CLASSES), (64, CLASSES), (128, 0), (256, 0))]
CASES += [outputs(f"wgan-gp-resnet {size} 0", wgan_gp(size, 2)) for size in (32, 64)]
write("resnets.json", CASES, official={
    "sngan-resnet 32": sizes(sngan(32, 64, 0)), "sngan-resnet 64": sizes(sngan(64, 64, 1000)),
    "sngan-resnet 128": sizes(sngan(128, 64, 1000)),
    "wgan-gp-resnet 32": sizes(wgan_gp(32, 64)), "wgan-gp-resnet 64": sizes(wgan_gp(64, 64))})
