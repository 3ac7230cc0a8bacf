"""Outputs of R3GAN's official networks in double precision, for test/reference/r3gan.test.ts.

    git clone https://github.com/brownvc/R3GAN
    python scripts/reference/r3gan.py R3GAN      (PyTorch 2.13)

Writes test/reference/fixtures/r3gan.json: a latent, labels, G's image and D's logits. Both networks have three stages (16, 16
and 8 channels, two blocks each) for 3×16×16, and weights that a formula gives, in the order in which ganode has them. The
official code's own reference operators take the place of its CUDA ones.
"""
import json
import re
import sys
import types
from pathlib import Path

import torch

WIDTHS, BLOCKS, LATENT, CLASSES = [16, 16, 8], 2, 6, 5


def official(root):
    """The module R3GAN.Networks, without a compiler for CUDA."""
    for name in ("torch_utils", "torch_utils.ops", "torch_utils.ops.upfirdn2d", "torch_utils.ops.bias_act", "R3GAN"):
        sys.modules[name] = types.ModuleType(name)
        sys.modules[name].__path__ = []
    for name in ("upfirdn2d", "bias_act"):
        setattr(sys.modules["torch_utils.ops"], name, sys.modules[f"torch_utils.ops.{name}"])
    for name in ("Resamplers", "FusedOperators", "Networks"):
        module = types.ModuleType(f"R3GAN.{name}")
        sys.modules[module.__name__] = module
        text = (Path(root) / "R3GAN" / f"{name}.py").read_text()
        exec(compile(re.sub(r"= (\w+)CUDA\b", r"= \1Reference", text), name, "exec"), module.__dict__)
    return sys.modules["R3GAN.Networks"]


INSIDE = ["LinearLayer1", "NonLinearity1", "LinearLayer2", "NonLinearity2", "LinearLayer3"]


def rank(name, generator):
    """Place of a parameter among ganode's, which are in the order of use: a bias behind its weight."""
    if name.startswith("Embedding"):
        return (-1 if generator else 100,)
    if name.startswith(("Extraction", "Aggregation")):
        return (99 if generator else -1,)
    stage, layer, part = re.match(r"MainLayers\.(\d+)\.Layers\.(\d+)\.(\w+)", name).groups()
    basis = part == "Basis"  # behind the linear layer in G, before it in D
    return int(stage), int(layer), INSIDE.index(part) if part in INSIDE else int(basis == generator)


def fill(network, generator):
    for stage in network.MainLayers:
        stage.DataType = torch.float64
    names = sorted(network.named_parameters(), key=lambda item: rank(item[0], generator))
    for k, (name, parameter) in enumerate(names):
        turned = name.startswith("Embedding")  # ganode has a row for each class
        shape = parameter.shape[::-1] if turned else parameter.shape
        values = 0.3 * torch.sin(0.7 * torch.arange(parameter.numel()) + k).view(shape)
        parameter.data = values.T.contiguous() if turned else values


def outputs(networks, conditional):
    cardinality = [width * 2 // 16 for width in WIDTHS]
    classes = CLASSES if conditional else None
    blocks = [BLOCKS] * len(WIDTHS)
    generator = networks.Generator(LATENT, WIDTHS, cardinality, blocks, 2, classes, LATENT if conditional else 0)
    discriminator = networks.Discriminator(
        WIDTHS[::-1], cardinality[::-1], blocks, 2, classes, WIDTHS[0] if conditional else 0)
    fill(generator, True)
    fill(discriminator, False)
    z = torch.sin(torch.arange(2.0 * LATENT)).view(2, LATENT)
    labels = torch.tensor([3, 1])
    one_hot = torch.nn.functional.one_hot(labels, CLASSES).double() if conditional else None
    image = generator(z, one_hot)
    return {"z": z.flatten().tolist(), "labels": labels.tolist() if conditional else None,
            "image": image.flatten().tolist(), "logits": discriminator(image, one_hot).tolist()}


torch.set_default_dtype(torch.float64)
modules = official(sys.argv[1])
result = [outputs(modules, conditional) for conditional in (False, True)]
path = Path(__file__).parents[2] / "test" / "reference" / "fixtures" / "r3gan.json"
path.write_text(json.dumps(result, separators=(",", ":")) + "\n")
