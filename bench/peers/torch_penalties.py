"""Penalties on gradients, as they are usually written. Each takes a penalty of the recipe."""
import math

import torch


def gradient_penalty(D, real, fake, options):
    """Gulrajani et al. 2017, equation 3."""
    share = torch.rand(len(real), 1, 1, 1, device=real.device)
    between = torch.lerp(fake, real, share).requires_grad_(True)
    [gradient] = torch.autograd.grad(D(between).float().sum(), between, create_graph=True)
    return options["weight"] * (gradient.flatten(1).norm(2, 1) - options["target"]).square().mean()


def r1(D, real, options):
    """Mescheder et al. 2018, equation 9. A penalty of an interval counts as often as it is left out."""
    real = real.detach().requires_grad_(True)
    [gradient] = torch.autograd.grad(D(real).float().sum(), real, create_graph=True)
    return options["weight"] * options.get("interval", 1) * gradient.square().flatten(1).sum(1).mean() / 2


class PathLength:
    """Karras et al. 2020, as the official PyTorch code has it."""

    def __init__(self, options, device):
        self.weight = options["weight"] * options.get("interval", 1)
        self.decay, self.shrink = options.get("decay", 0.01), options.get("batchShrink", 2)
        self.average = torch.zeros([], device=device)

    def __call__(self, G, z):
        image, styles = G(z[:max(len(z) // self.shrink, 1)], "image", "styles")
        noise = torch.randn_like(image) / math.sqrt(image.shape[2] * image.shape[3])
        [gradient] = torch.autograd.grad((image * noise).sum(), styles, create_graph=True)
        lengths = gradient.square().sum(2).mean(1).sqrt()
        mean = self.average.lerp(lengths.mean(), self.decay)
        self.average.copy_(mean.detach())
        return self.weight * (lengths - mean).square().mean()
