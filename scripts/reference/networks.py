"""What the reference scripts of whole networks share: weights that a formula gives (test/reference/official.ts has the same), and
the fixture: a part of an image, and the logits of the whole of it.
"""
import json
import math
from pathlib import Path

import torch

torch.set_default_dtype(torch.float64)
FIXTURES = Path(__file__).resolve().parents[2] / "test" / "reference" / "fixtures"
STRIDE = 53


def values(shape, k, equalized):
    """Of the k-th tensor: pseudo-random numbers of about the size that first weights have. Their mean is not 0, so that the largest
    singular value of a matrix stands apart, and the power method is soon at its end."""
    n = math.prod(shape)
    i = torch.arange(n, dtype=torch.int64)
    uniform = ((31 * i * i + 1021 * i + 7919 * k + 17) % 65521).to(torch.float64) / 65521 * 2 - 1
    rest = n // shape[0] if len(shape) > 0 else 1
    scale = 0.3 if len(shape) < 2 else math.sqrt(3) if equalized else math.sqrt(3 / rest)
    shift = 0 if len(shape) < 2 or equalized else 0.5
    return ((uniform + shift) * scale).view(shape)


def fill(tensors, equalized=False):
    """In the order in which ganode has them: node by node, and in a node weights before biases."""
    for k, tensor in enumerate(tensors):
        tensor.data = values(tuple(tensor.shape), k, equalized)


def latent(size):
    return torch.sin(torch.arange(2.0 * size)).view(2, size)


def case(title, generator, discriminator, z, labels, image, logits):
    count = lambda network: sum(p.numel() for p in network.parameters())
    return {"title": title, "latentSize": z.shape[1], "labels": None if labels is None else labels.tolist(),
            "image": image.detach().flatten()[::STRIDE].tolist(), "logits": logits.detach().flatten().tolist(),
            "parameters": [count(generator), count(discriminator)]}


def write(name, cases, **counts):
    path = FIXTURES / name
    path.write_text(json.dumps({"cases": cases, **counts}, separators=(",", ":")) + "\n")
    print(f"{len(cases)} cases, {path.stat().st_size} bytes", counts)
