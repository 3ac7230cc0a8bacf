"""Outputs and sizes of BigGAN's and BigGAN-deep's official networks in double precision, for test/reference/biggan.test.ts.

    git clone https://github.com/ajbrock/BigGAN-PyTorch
    python scripts/reference/biggan.py BigGAN-PyTorch      (PyTorch 2.13)

Writes test/reference/fixtures/biggan.json. The official modules are run as they are, but that spectral norms are exact ones.
"""
import sys
import types

import torch

from networks import case, fill, latent, write

sys.path.insert(0, sys.argv[1])
# For several GPUs only.
sys.modules["sync_batchnorm"] = types.ModuleType("sync_batchnorm")
sys.modules["sync_batchnorm"].SynchronizedBatchNorm2d = None
import BigGAN  # noqa: E402
import BigGANdeep  # noqa: E402
import layers  # noqa: E402

layers.power_iteration = lambda weight, u, update, eps: ([torch.linalg.matrix_norm(weight, 2)], u, u)
CLASSES = 5


def weights(*modules):
    for module in modules:
        yield module.weight
        if getattr(module, "bias", None) is not None:
            yield module.bias


def norm(module):
    """Of ccbn the two maps, of bn the scale and the shift."""
    parts = (module.gain, module.bias)
    yield from (part if isinstance(part, torch.nn.Parameter) else part.weight for part in parts)


def block(module):
    if isinstance(module, layers.Attention):
        yield from weights(module.theta, module.phi, module.g, module.o)
        yield module.gamma
        return
    for index in range(1, 5):
        if hasattr(module, f"bn{index}"):
            yield from norm(getattr(module, f"bn{index}"))
        if hasattr(module, f"conv{index}"):
            yield from weights(getattr(module, f"conv{index}"))
    if getattr(module, "learnable_sc", False):
        yield from weights(module.conv_sc)


def ordered(network, generator):
    if generator:
        yield network.shared.weight
        yield from weights(network.linear)
    elif hasattr(network, "input_conv"):
        yield from weights(network.input_conv)
    for stage in network.blocks:
        for module in stage:
            yield from block(module)
    if generator:
        yield from norm(network.output_layer[0])
        yield from weights(network.output_layer[2])
    else:
        yield from weights(network.linear, network.embed)


def networks(code, size, ch, attention, classes, dim_z, shared):
    options = {"resolution": size, "n_classes": classes, "skip_init": True}
    generator = code.Generator(G_ch=ch, dim_z=dim_z, shared_dim=shared, hier=True, G_attn=attention, no_optim=True, **options)
    return generator, code.Discriminator(D_ch=ch, D_attn=attention, **options)


def outputs(code, size, ch, attention):
    pair = networks(code, size, ch, attention, CLASSES, 14, 4)
    for network, is_generator in zip(pair, (True, False)):
        network.double().train()
        tensors = list(ordered(network, is_generator))
        assert len(tensors) == len(list(network.parameters()))
        fill(tensors)
    generator, discriminator = pair
    z = latent(generator.dim_z)
    labels = torch.tensor([3, 1])
    image = generator(z, generator.shared(labels))
    name = "biggan" if code is BigGAN else "biggan-deep"
    return case(f"{name} {size} {ch}", generator, discriminator, z, labels, image, discriminator(image, labels))


def sizes(code, size, ch, attention, dim_z):
    torch.set_default_dtype(torch.float32)
    pair = networks(code, size, ch, attention, 1000, dim_z, 128)
    torch.set_default_dtype(torch.float64)
    return [sum(p.numel() for p in network.parameters()) for network in pair]


CASES = [outputs(BigGAN, 32, 2, "0"), outputs(BigGAN, 64, 8, "32"), outputs(BigGAN, 128, 8, "64"), outputs(BigGAN, 256, 4, "64"),
         outputs(BigGANdeep, 32, 2, "0"), outputs(BigGANdeep, 64, 4, "32"), outputs(BigGANdeep, 128, 4, "64")]
write("biggan.json", CASES, official={
    "biggan 64": sizes(BigGAN, 64, 64, "32", 120), "biggan 128": sizes(BigGAN, 128, 96, "64", 120),
    "biggan 256": sizes(BigGAN, 256, 96, "64", 140), "biggan-deep 128": sizes(BigGANdeep, 128, 128, "64", 128)})
