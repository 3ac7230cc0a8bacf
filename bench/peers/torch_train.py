"""PyTorch's usual loop (pytorch/examples, dcgan), eager or compiled, and the same with what ganode does.

config["variant"]:
  channelsLast         tensors in the layout that oneDNN prefers
  freezeDiscriminator  no gradients of D's weights in the G-step, one backward pass for D's losses, and the last fakes of D's
                       updates serve G too (which they do anyway where D has one update a step)
  fusedOptimizer       Adam(fused=True)
  bfloat16             autocast
  compile              torch.compile of both networks
"""
import contextlib

import torch
import torch.nn.functional as F

from serve import serve, timed
from torch_networks import hello


def adam(network, options, fused):
    return torch.optim.Adam(network.parameters(), lr=options["learningRate"], betas=tuple(map(float, options["betas"])),
                            eps=options["epsilon"], fused=fused or None)


def gradient_penalty(D, real, fake, options):
    """Gulrajani et al. 2017, equation 3, as it is usually written."""
    share = torch.rand(len(real), 1, 1, 1)
    between = torch.lerp(fake, real, share).requires_grad_(True)
    [gradient] = torch.autograd.grad(D(between).float().sum(), between, create_graph=True)
    return options["weight"] * (gradient.flatten(1).norm(2, 1) - options["target"]).square().mean()


def losses(kind):
    """D's loss on real images, on fakes, and G's."""
    if kind == "wasserstein":
        return (lambda x: -x.mean()), (lambda x: x.mean()), (lambda x: -x.mean())
    towards = lambda target: lambda x: F.binary_cross_entropy_with_logits(x, torch.full_like(x, target))
    return towards(1.0), towards(0.0), towards(1.0)


def open_peer(config):
    recipe, variant = config["recipe"], config["variant"]
    batch, updates = recipe["batch"], recipe["discriminatorSteps"]
    G, D, greeting = hello(config, batch * updates)
    form = torch.channels_last if variant["channelsLast"] else torch.contiguous_format
    G, D = G.to(memory_format=form), D.to(memory_format=form)
    optimizers = recipe["optimizers"]
    optimizer_g = adam(G, optimizers["generator"], variant["fusedOptimizer"])
    optimizer_d = adam(D, optimizers["discriminator"], variant["fusedOptimizer"])
    parameters_d = list(D.parameters())
    if variant["compile"]:
        G, D = torch.compile(G), torch.compile(D)
    loss_real, loss_fake, loss_g = losses(recipe["loss"]["kind"])
    penalties = [penalty for penalty in recipe["penalties"] if penalty["kind"] == "gradientPenalty"]
    tricks = variant["freezeDiscriminator"]
    reuse = tricks or updates == 1
    image = config["image"]
    shape = (4, batch, image["channels"], image["height"], image["width"])
    data = torch.randint(0, 256, shape, dtype=torch.uint8)
    turn = 0

    def precision():
        if not variant["bfloat16"]:
            return contextlib.nullcontext()
        return torch.autocast("cpu", dtype=torch.bfloat16)

    def make_fakes(gradients):
        with torch.set_grad_enabled(gradients):
            return G(torch.randn(batch, recipe["latentSize"]))

    def update_d(keep):
        nonlocal turn
        real = data[turn % len(data)].float().div(127.5).sub(1).contiguous(memory_format=form)
        turn += 1
        optimizer_d.zero_grad()
        with precision():
            on_real = loss_real(D(real).float())
            if not tricks:
                on_real.backward()
            fake = make_fakes(keep)
            total = loss_fake(D(fake.detach()).float())
            for penalty in penalties:
                total = total + gradient_penalty(D, real, fake.detach().float(), penalty)
            if tricks:
                total = total + on_real
        total.backward()
        optimizer_d.step()
        (total.detach() + on_real.detach()).item()
        return fake

    def update_g(fake):
        optimizer_g.zero_grad()
        if tricks:
            for parameter in parameters_d:
                parameter.requires_grad_(False)
        with precision():
            loss = loss_g(D(fake).float())
        loss.backward()
        optimizer_g.step()
        if tricks:
            for parameter in parameters_d:
                parameter.requires_grad_(True)
        loss.item()

    def step():
        for update in range(updates):
            fake = update_d(reuse and update == updates - 1)
        if not reuse:
            with precision():
                fake = make_fakes(True)
        update_g(fake)

    return greeting, timed(step, batch * updates)


serve(open_peer)
