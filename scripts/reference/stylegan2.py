"""Outputs and sizes of StyleGAN2's official networks in double precision, for test/reference/stylegan2.test.ts.

    git clone https://github.com/NVlabs/stylegan2-ada-pytorch
    python scripts/reference/stylegan2.py stylegan2-ada-pytorch      (PyTorch 2.13)

Writes test/reference/fixtures/stylegan2.json. The official modules run with their own reference operators; casts to single
precision in them are turned into double.
"""
import re
import sys
import types
from pathlib import Path

import torch

from networks import case, fill, latent, write

root = Path(sys.argv[1])
sys.path.insert(0, str(root))
sys.modules.setdefault("requests", types.ModuleType("requests"))  # it downloads nothing here
text = (root / "training" / "networks.py").read_text(encoding="utf-8-sig")
text = re.sub(r"torch\.float32", "torch.float64", text)
official = {"__name__": "networks_in_double"}
# Persistence looks for the source of a module that was imported: not needed here.
text = text.replace("@persistence.persistent_class", "").replace("@misc.profiled_function", "")
exec(compile(text, "networks.py", "exec"), official)


def layer(module):
    yield from (module.affine.weight, module.affine.bias, module.weight, module.bias)
    if hasattr(module, "noise_strength"):
        yield module.noise_strength


def plain(*modules):
    for module in modules:
        yield module.weight
        if module.bias is not None:
            yield module.bias


def of_generator(network):
    mapping, synthesis = network.mapping, network.synthesis
    if mapping.c_dim:
        yield from plain(mapping.embed)
    yield from plain(*(getattr(mapping, f"fc{i}") for i in range(mapping.num_layers)))
    yield synthesis.b4.const
    for size in synthesis.block_resolutions:
        block = getattr(synthesis, f"b{size}")
        if size > 4:
            yield from layer(block.conv0)
        yield from layer(block.conv1)
        yield from layer(block.torgb)


def of_discriminator(network):
    for size in network.block_resolutions:
        block = getattr(network, f"b{size}")
        if size == network.img_resolution:
            yield from plain(block.fromrgb)
        yield from plain(block.conv0, block.conv1, block.skip)
    yield from plain(network.b4.conv, network.b4.fc, network.b4.out)


def networks(size, base, most, latent_size, style_size, layers):
    common = {"c_dim": 0, "img_resolution": size, "img_channels": 3}
    synthesis = {"channel_base": base, "channel_max": most}
    generator = official["Generator"](z_dim=latent_size, w_dim=style_size, mapping_kwargs={"num_layers": layers},
                                      synthesis_kwargs=synthesis, **common)
    return generator, official["Discriminator"](**common, **synthesis)


def outputs(size):
    pair = networks(size, 4 * size, 8, 6, 5, 2)  # widths of 4, 8, 8, …
    for network, order in zip(pair, (of_generator, of_discriminator)):
        network.double().eval()  # in training the average of w would move
        tensors = list(order(network))
        assert len(tensors) == len(list(network.parameters()))
        fill(tensors, equalized=True)
    generator, discriminator = pair
    for network in pair:
        for module in network.modules():
            if hasattr(module, "resample_filter"):
                module.resample_filter = module.resample_filter.float()  # as it must be; its values are exact
    for name, buffer in generator.named_buffers():
        if name.endswith("noise_const"):
            buffer.copy_(torch.sin(torch.arange(float(buffer.numel()))).view(buffer.shape))
        if name.endswith("w_avg"):
            buffer.copy_(torch.cos(torch.arange(float(buffer.numel()))))
    z = latent(6)
    made = [generator(z, None, truncation_psi=psi, noise_mode="const", fused_modconv=True) for psi in (1, 0.5)]
    result = case(f"stylegan2 {size}", generator, discriminator, z, None, made[0], discriminator(made[0], None))
    return {**result, "truncated": made[1].detach().flatten()[::53].tolist()}


def sizes(size, base):
    return [sum(p.numel() for p in network.parameters()) for network in networks(size, base, 512, 512, 512, 8)]


write("stylegan2.json", [outputs(16), outputs(32)], official={
    "stylegan2 256": sizes(256, 32768), "stylegan2 256 paper256": sizes(256, 16384)})
