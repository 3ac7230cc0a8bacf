"""Outputs and sizes of Progressive GAN's networks in double precision, for test/reference/progan.test.ts.

    python scripts/reference/progan.py      (PyTorch 2.13)

Writes test/reference/fixtures/progan.json. The networks are those of the official code (tkarras/progressive_growing_of_gans,
networks.py: G_paper and D_paper, structure 'linear', fused_scale), written anew: its TensorFlow 1 runs nowhere any more. `lod` is
the level of detail as there: 0 is the whole network, 1.5 a fade half way two doublings before the end.
"""
import math

import torch
import torch.nn.functional as F
from torch import nn

from networks import case, fill, latent, write


class Official(nn.Module):
    """Weights in the order in which ganode has them, in PyTorch's layouts."""

    def __init__(self, resolution, fmap_base, fmap_max):
        super().__init__()
        self.log2 = int(math.log2(resolution))
        self.nf = lambda stage: min(int(fmap_base / 2.0 ** stage), fmap_max)
        self.weights = nn.ParameterList()
        self.names = {}

    def declare(self, name, shape, filters):
        self.names[name] = len(self.weights)
        self.weights.append(nn.Parameter(torch.empty(shape)))
        self.weights.append(nn.Parameter(torch.empty(filters)))

    def conv_weights(self, name, into, filters, kernel=3):
        self.declare(name, (filters, into, kernel, kernel), filters)

    def get(self, name, gain=math.sqrt(2), fan_in=None):
        index = self.names[name]
        weight = self.weights[index]
        fan_in = fan_in or math.prod(weight.shape[1:])
        return weight * (gain / math.sqrt(fan_in)), self.weights[index + 1]


def act(x):
    return torch.maximum(x * 0.2, x)


def biased(x, bias):
    return x + bias.view(1, -1, *[1] * (x.dim() - 2))


def pixel_norm(x):
    return x * torch.rsqrt(x.square().mean(1, keepdim=True) + 1e-8)


def conv(x, weight):
    return F.conv2d(x, weight, padding=weight.shape[2] // 2)


def shifts(weight):
    """3×3 weights as the 4×4 ones of a layer that also resamples."""
    w = F.pad(weight, (1, 1, 1, 1))
    return w[:, :, 1:, 1:] + w[:, :, :-1, 1:] + w[:, :, 1:, :-1] + w[:, :, :-1, :-1]


def upscale2d_conv2d(x, weight):
    # TensorFlow's transposed convolution turns the kernel around; ours stands as that of an ordinary one.
    turned = weight.flip(2, 3).transpose(0, 1)
    return F.conv_transpose2d(x, shifts(turned), stride=2, padding=1)


def conv2d_downscale2d(x, weight):
    return F.conv2d(x, shifts(weight) * 0.25, stride=2, padding=1)


def upscale2d(x):
    return x.repeat_interleave(2, 2).repeat_interleave(2, 3)


def downscale2d(x):
    n, c, h, w = x.shape
    return x.view(n, c, h // 2, 2, w // 2, 2).mean((3, 5))


def lerp_clip(a, b, t):
    return a + (b - a) * min(max(t, 0.0), 1.0)


def minibatch_stddev_layer(x, group_size=4):
    group_size = min(group_size, x.shape[0])
    y = x.view(group_size, -1, *x.shape[1:])
    y = ((y - y.mean(0, keepdim=True)).square().mean(0) + 1e-8).sqrt().mean((1, 2, 3), keepdim=True)
    return torch.cat([x, y.repeat(group_size, 1, *x.shape[2:])], 1)


class Generator(Official):
    def __init__(self, resolution, fmap_base, fmap_max, latent_size, label_size=0, channels=3):
        super().__init__(resolution, fmap_base, fmap_max)
        self.latent_size = latent_size
        into, nf = latent_size + label_size, self.nf
        self.declare("dense", (into, nf(1), 4, 4), nf(1))  # into × nf(1)·16
        self.conv_weights("conv2", nf(1), nf(1))
        self.conv_weights("rgb2", nf(1), channels, 1)
        for res in range(3, self.log2 + 1):
            self.conv_weights(f"up{res}", nf(res - 2), nf(res - 1))
            self.conv_weights(f"conv{res}", nf(res - 1), nf(res - 1))
            self.conv_weights(f"rgb{res}", nf(res - 1), channels, 1)

    def torgb(self, x, res):
        weight, bias = self.get(f"rgb{res}", gain=1)
        return biased(conv(x, weight), bias)

    def forward(self, z, one_hot=None, lod=0.0):
        x = pixel_norm(z if one_hot is None else torch.cat([z, one_hot], 1))
        weight, bias = self.get("dense", gain=math.sqrt(2) / 4, fan_in=x.shape[1])
        x = (x @ weight.flatten(1)).view(-1, self.nf(1), 4, 4)
        x = pixel_norm(act(biased(x, bias)))
        weight, bias = self.get("conv2")
        x = pixel_norm(act(biased(conv(x, weight), bias)))
        images = self.torgb(x, 2)
        for res in range(3, self.log2 + 1):
            weight, bias = self.get(f"up{res}")
            x = pixel_norm(act(biased(upscale2d_conv2d(x, weight), bias)))
            weight, bias = self.get(f"conv{res}")
            x = pixel_norm(act(biased(conv(x, weight), bias)))
            images = lerp_clip(self.torgb(x, res), upscale2d(images), lod - (self.log2 - res))
        return images


class Discriminator(Official):
    def __init__(self, resolution, fmap_base, fmap_max, label_size=0, channels=3):
        super().__init__(resolution, fmap_base, fmap_max)
        nf = self.nf
        self.conv_weights(f"rgb{self.log2}", channels, nf(self.log2 - 1), 1)
        for res in range(self.log2, 2, -1):
            self.conv_weights(f"conv{res}", nf(res - 1), nf(res - 1))
            self.conv_weights(f"down{res}", nf(res - 1), nf(res - 2))
            self.conv_weights(f"rgb{res - 1}", channels, nf(res - 2), 1)
        self.conv_weights("conv2", nf(1) + 1, nf(1))
        self.declare("dense0", (nf(0), nf(1) * 16), nf(0))
        self.declare("scores", (1, nf(0)), 1)
        if label_size:
            self.declare("labels", (label_size, nf(0)), label_size)

    def fromrgb(self, x, res):
        weight, bias = self.get(f"rgb{res}")
        return act(biased(conv(x, weight), bias))

    def forward(self, images, lod=0.0):
        x = self.fromrgb(images, self.log2)
        for res in range(self.log2, 2, -1):
            weight, bias = self.get(f"conv{res}")
            x = act(biased(conv(x, weight), bias))
            weight, bias = self.get(f"down{res}")
            x = act(biased(conv2d_downscale2d(x, weight), bias))
            images = downscale2d(images)
            x = lerp_clip(x, self.fromrgb(images, res - 1), lod - (self.log2 - res))
        weight, bias = self.get("conv2")
        x = act(biased(conv(minibatch_stddev_layer(x), weight), bias))
        weight, bias = self.get("dense0")
        x = act(biased(F.linear(x.flatten(1), weight), bias))
        outputs = []
        for name in [name for name in ("scores", "labels") if name in self.names]:
            weight, bias = self.get(name, gain=1)
            outputs.append(biased(F.linear(x, weight), bias))
        return outputs


def outputs(lod, labelled=False):
    resolution, fmap_base, fmap_max, latent_size, classes = 32, 64, 12, 6, 5
    label_size = classes if labelled else 0
    generator = Generator(resolution, fmap_base, fmap_max, latent_size, label_size)
    discriminator = Discriminator(resolution, fmap_base, fmap_max, label_size)
    for network in (generator, discriminator):
        fill(network.weights, equalized=True)
    z = latent(latent_size)
    labels = torch.tensor([3, 1]) if labelled else None
    one_hot = F.one_hot(labels, classes).to(z.dtype) if labelled else None
    image = generator(z, one_hot, lod)
    scores, *others = discriminator(image, lod)
    made = case(f"lod {lod}{' labelled' if labelled else ''}", generator, discriminator, z, labels, image, scores)
    return {**made, "lod": lod, **({"classLogits": others[0].detach().flatten().tolist()} if labelled else {})}


def count(network):
    return sum(weight.numel() for weight in network.weights)


def official(resolution):
    """fmap_base 8192 and fmap_max 512, as in the paper."""
    with torch.device("meta"):
        return [count(Generator(resolution, 8192, 512, 512)), count(Discriminator(resolution, 8192, 512))]


write(
    "progan.json",
    [outputs(lod) for lod in (0.0, 0.3, 1.0, 1.75, 2.5, 3.0)] + [outputs(0.5, labelled=True)],
    official={str(resolution): official(resolution) for resolution in (128, 256, 1024)},
)
