"""One step of a recipe in PyTorch: D's updates, then G's, then those of penalties that are due; all on the device, so that it can be
recorded. config["variant"] says how (torch_train.py)."""
import torch
import torch.nn.functional as F

import torch_device
from torch_penalties import PathLength, gradient_penalty, r1


def losses(kind):
    """D's loss on real images, on fakes, and G's."""
    if kind == "wasserstein":
        return (lambda x: -x.mean()), (lambda x: x.mean()), (lambda x: -x.mean())
    towards = lambda target: lambda x: F.binary_cross_entropy_with_logits(x, torch.full_like(x, target))
    return towards(1.0), towards(0.0), towards(1.0)


def adam(network, options, variant, lazy):
    """`lazy`: the penalties of this network that have updates of their own; the official code makes up for these."""
    share = 1 / (1 + sum(1 / penalty["interval"] for penalty in lazy))
    betas = tuple(float(beta) ** share for beta in options["betas"])
    return torch.optim.Adam(network.parameters(), lr=options["learningRate"] * share, betas=betas, eps=options["epsilon"],
                            fused=variant["fusedOptimizer"] or None, capturable=variant["graph"])


class Step:
    def __init__(self, config, G, D, device):
        recipe, variant = config["recipe"], config["variant"]
        self.batch, self.updates, self.latent = recipe["batch"], recipe["discriminatorSteps"], recipe["latentSize"]
        self.form = torch.channels_last if variant["channelsLast"] else torch.contiguous_format
        self.device, self.bfloat16, self.tricks = device, variant["bfloat16"], variant["freezeDiscriminator"]
        self.G, self.D = G.to(memory_format=self.form), D.to(memory_format=self.form)
        of_kind = lambda kind: [penalty for penalty in recipe["penalties"] if penalty["kind"] == kind]
        self.penalties, r1s, lengths = of_kind("gradientPenalty"), of_kind("r1"), of_kind("pathLength")
        if len(self.penalties) + len(r1s) + len(lengths) < len(recipe["penalties"]) or any(
                one.get("interval", 1) == 1 for one in r1s + lengths):
            raise ValueError("only the penalties gradientPenalty, and with an interval r1 and pathLength")
        # Updates of their own, each with the interval of steps after which it is due.
        self.lazy_d = [(one["interval"], lambda real, one=one: self.update_r1(real, one)) for one in r1s]
        paths = [(one["interval"], PathLength(one, device)) for one in lengths]
        self.lazy_g = [(interval, lambda path=path: self.update_path_length(path)) for interval, path in paths]
        self.optimizer_g = adam(G, recipe["optimizers"]["generator"], variant, lengths)
        self.optimizer_d = adam(D, recipe["optimizers"]["discriminator"], variant, r1s)
        self.parameters_d = list(D.parameters())
        if variant["compile"]:
            self.G, self.D = torch.compile(self.G, mode=variant["compile"]), torch.compile(self.D, mode=variant["compile"])
        self.loss_real, self.loss_fake, self.loss_g = losses(recipe["loss"]["kind"])
        self.reuse = self.tricks or self.updates == 1

    def due(self, index):
        """Of each lazy penalty, D's and G's, whether its update is due in the step of this number."""
        return tuple(tuple(index % interval == 0 for interval, _ in lazy) for lazy in (self.lazy_d, self.lazy_g))

    def latents(self):
        return torch.randn(self.batch, self.latent, device=self.device)

    def precision(self):
        return torch_device.autocast(self.device, self.bfloat16)

    def make_fakes(self, gradients):
        with torch.set_grad_enabled(gradients):
            return self.G(self.latents())

    def update_d(self, real, keep):
        self.optimizer_d.zero_grad()
        with self.precision():
            on_real = self.loss_real(self.D(real).float())
            if not self.tricks:
                on_real.backward()
            fake = self.make_fakes(keep)
            total = self.loss_fake(self.D(fake.detach()).float())
            for penalty in self.penalties:
                total = total + gradient_penalty(self.D, real, fake.detach().float(), penalty)
            if self.tricks:
                total = total + on_real
        total.backward()
        self.optimizer_d.step()
        return fake, total.detach() if self.tricks else total.detach() + on_real.detach()

    def update_g(self, fake):
        self.optimizer_g.zero_grad()
        self.freeze(self.tricks)
        with self.precision():
            loss = self.loss_g(self.D(fake).float())
        loss.backward()
        self.optimizer_g.step()
        self.freeze(False)
        return loss.detach()

    def freeze(self, on):
        for parameter in self.parameters_d:
            parameter.requires_grad_(not on)

    def update_r1(self, real, options):
        self.optimizer_d.zero_grad()
        with self.precision():
            loss = r1(self.D, real, options)
        loss.backward()
        self.optimizer_d.step()

    def update_path_length(self, path):
        self.optimizer_g.zero_grad()
        with self.precision():
            loss = path(self.G, self.latents())
        loss.backward()
        self.optimizer_g.step()

    def __call__(self, images, due):
        """`images`: bytes on the device, a batch for each of D's updates. Returns the losses, on the device."""
        told = []
        for update in range(self.updates):
            real = images[update].float().div(127.5).sub(1).contiguous(memory_format=self.form)
            fake, loss = self.update_d(real, self.reuse and update == self.updates - 1)
            told.append(loss)
        for (_, lazy), on in zip(self.lazy_d, due[0]):
            if on:
                lazy(real)
        if not self.reuse:
            with self.precision():
                fake = self.make_fakes(True)
        told.append(self.update_g(fake))
        for (_, lazy), on in zip(self.lazy_g, due[1]):
            if on:
                lazy()
        return torch.stack(told)
