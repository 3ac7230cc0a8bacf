"""Training steps of autoencoders in PyTorch, for test/reference/autoencoders.test.ts.

    python scripts/reference/autoencoders.py      (PyTorch 2.13)

Writes test/reference/fixtures/autoencoders.json: for each case the numbers of every step, a digest of the updated weights, and the
networks' outputs with the first weights. Nothing of ganode is used; networks and algorithms are written anew from the papers.
Weights, latents and images are given by the formulas of steps.py.
"""
import copy
import json
import math
import pathlib

import torch
import torch.nn as nn
import torch.nn.functional as F

from steps import fill, name_of, optimizer, real_batch, wave

torch.set_num_threads(1)
OUT = pathlib.Path(__file__).resolve().parents[2] / "test" / "reference" / "fixtures" / "autoencoders.json"
PIXELS, LATENT = 784, 10


def shaped(half):
    half = half.view(-1, 1, 28, 28)
    return {"image": torch.tanh(half), "logits": 2 * half}


class Frozen(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("weight", torch.zeros(1))


class VaeEncoder(nn.Module):
    def __init__(self, o):
        super().__init__()
        # Frozen, 1 and 0.5 in the recipe; here, as all weights, by the formula.
        self.constant = Frozen()
        self.constant1 = Frozen()
        self.dense = nn.Linear(PIXELS, o["units"])
        self.dense1 = nn.Linear(o["units"], LATENT)
        self.dense2 = nn.Linear(o["units"], LATENT)

    def forward(self, image):
        h = torch.tanh(self.dense((image.flatten(1) + self.constant.weight) * self.constant1.weight))
        return {"mean": self.dense1(h), "logVariance": self.dense2(h)}


class VaeDecoder(nn.Module):
    def __init__(self, o):
        super().__init__()
        self.dense = nn.Linear(LATENT, o["units"])
        self.dense1 = nn.Linear(o["units"], PIXELS)

    def forward(self, z):
        return shaped(self.dense1(torch.tanh(self.dense(z))))


class VaeGanEncoder(nn.Module):
    """Table 1 of the paper at 28x28: two halvings, BN and ReLU behind each, a dense layer of 16 times the width."""

    def __init__(self, o):
        super().__init__()
        w, k = o["width"], o["kernel"]
        self.conv2d = nn.Conv2d(1, w, k, 2, (k - 1) // 2, bias=False)
        self.batchNorm = nn.BatchNorm2d(w)
        self.conv2d1 = nn.Conv2d(w, 2 * w, k, 2, (k - 1) // 2, bias=False)
        self.batchNorm1 = nn.BatchNorm2d(2 * w)
        self.dense = nn.Linear(2 * w * 49, 16 * w, bias=False)
        self.batchNorm2 = nn.BatchNorm1d(16 * w)
        self.dense1 = nn.Linear(16 * w, LATENT)
        self.dense2 = nn.Linear(16 * w, LATENT)

    def forward(self, image):
        h = F.relu(self.batchNorm(self.conv2d(image)))
        h = F.relu(self.batchNorm1(self.conv2d1(h)))
        h = F.relu(self.batchNorm2(self.dense(h.flatten(1))))
        return {"mean": self.dense1(h), "logVariance": self.dense2(h)}


class VaeGanDecoder(nn.Module):
    def __init__(self, o):
        super().__init__()
        w, k = o["width"], o["kernel"]
        extra = {"output_padding": 1} if k == 5 else {}
        self.dense = nn.Linear(LATENT, 4 * w * 49, bias=False)
        self.batchNorm = nn.BatchNorm1d(4 * w * 49)
        self.convTranspose2d = nn.ConvTranspose2d(4 * w, 2 * w, k, 2, (k - 1) // 2, bias=False, **extra)
        self.batchNorm1 = nn.BatchNorm2d(2 * w)
        self.convTranspose2d1 = nn.ConvTranspose2d(2 * w, math.ceil(w / 2), k, 2, (k - 1) // 2, bias=False, **extra)
        self.batchNorm2 = nn.BatchNorm2d(math.ceil(w / 2))
        self.conv2d = nn.Conv2d(math.ceil(w / 2), 1, 5, padding=2)
        self.width = w

    def forward(self, z):
        h = F.relu(self.batchNorm(self.dense(z))).view(-1, 4 * self.width, 7, 7)
        h = F.relu(self.batchNorm1(self.convTranspose2d(h)))
        h = F.relu(self.batchNorm2(self.convTranspose2d1(h)))
        return shaped(self.conv2d(h))


class VaeGanDiscriminator(nn.Module):
    def __init__(self, o):
        super().__init__()
        w, k = o["width"], o["kernel"]
        self.conv2d = nn.Conv2d(1, math.ceil(w / 2), 5, padding=2)
        self.conv2d1 = nn.Conv2d(math.ceil(w / 2), 2 * w, k, 2, (k - 1) // 2, bias=False)
        self.batchNorm = nn.BatchNorm2d(2 * w)
        self.conv2d2 = nn.Conv2d(2 * w, 4 * w, k, 2, (k - 1) // 2, bias=False)
        self.batchNorm1 = nn.BatchNorm2d(4 * w)
        self.dense = nn.Linear(4 * w * 49, 8 * w, bias=False)
        self.batchNorm2 = nn.BatchNorm1d(8 * w)
        self.dense1 = nn.Linear(8 * w, 1)

    def forward(self, image):
        h = F.relu(self.conv2d(image))
        h = F.relu(self.batchNorm(self.conv2d1(h)))
        features = self.conv2d2(h)
        h = F.relu(self.batchNorm1(features)).flatten(1)
        h = F.relu(self.batchNorm2(self.dense(h)))
        return {"logits": self.dense1(h), "features": features}


class Hidden(nn.Module):
    """Two layers of rectifiers."""

    def __init__(self, inputs, units):
        super().__init__()
        self.dense = nn.Linear(inputs, units)
        self.dense1 = nn.Linear(units, units)

    def hidden(self, x):
        return F.relu(self.dense1(F.relu(self.dense(x))))


class AaeEncoder(Hidden):
    def __init__(self, o):
        super().__init__(PIXELS, o["units"])
        self.gaussian = o["posterior"] == "gaussian"
        self.dense2 = nn.Linear(o["units"], LATENT)
        if self.gaussian:
            self.dense3 = nn.Linear(o["units"], LATENT)

    def forward(self, image):
        h = self.hidden(image.flatten(1))
        return {"mean": self.dense2(h), "logVariance": self.dense3(h)} if self.gaussian else {"code": self.dense2(h)}


class AaeDecoder(Hidden):
    def __init__(self, o):
        super().__init__(LATENT, o["units"])
        self.dense2 = nn.Linear(o["units"], PIXELS)

    def forward(self, z):
        return shaped(self.dense2(self.hidden(z)))


class AaeDiscriminator(Hidden):
    def __init__(self, o):
        super().__init__(LATENT, o["units"])
        self.dense2 = nn.Linear(o["units"], 1)

    def forward(self, z):
        return {"logits": self.dense2(self.hidden(z))}


class AvbEncoder(nn.Module):
    def __init__(self, o):
        super().__init__()
        n, u = o["noiseSize"], o["units"]
        self.dense = nn.Linear(n, PIXELS, bias=False)
        self.dense1 = nn.Linear(PIXELS, u)
        self.dense2 = nn.Linear(n, u, bias=False)
        self.dense3 = nn.Linear(u, u)
        self.dense4 = nn.Linear(n, u, bias=False)
        self.dense5 = nn.Linear(u, LATENT)

    def forward(self, image, noise):
        h = image.flatten(1) + self.dense(noise)
        h = F.softplus(self.dense1(h)) + self.dense2(noise)
        h = F.softplus(self.dense3(h)) + self.dense4(noise)
        return {"code": self.dense5(h)}


class AvbDecoder(nn.Module):
    def __init__(self, o):
        super().__init__()
        self.dense = nn.Linear(LATENT, o["decoderUnits"])
        self.dense1 = nn.Linear(o["decoderUnits"], PIXELS)

    def forward(self, z):
        return shaped(self.dense1(F.softplus(self.dense(z))))


class AvbDiscriminator(nn.Module):
    def __init__(self, o):
        super().__init__()
        u = o["discriminatorUnits"]
        self.dense = nn.Linear(PIXELS, u)
        self.dense1 = nn.Linear(u, u)
        self.dense2 = nn.Linear(LATENT, u)
        self.dense3 = nn.Linear(u, u)
        self.dense4 = nn.Linear(u, u)
        self.dense5 = nn.Linear(u, u)
        self.dense6 = nn.Linear(u, 1)
        self.dense7 = nn.Linear(u, 1)
        self.dense8 = nn.Linear(u, 1)

    def forward(self, image, z):
        leaky = lambda x: F.leaky_relu(x, 0.2)
        hx = leaky(self.dense1(leaky(self.dense(image.flatten(1)))))
        hz = leaky(self.dense3(leaky(self.dense2(z))))
        return {"logits": self.dense6(self.dense4(hx) * self.dense5(hz)) + self.dense7(hx) + self.dense8(hz)}


NETWORKS = {
    "vae": (VaeEncoder, VaeDecoder, None),
    "vaeGan": (VaeGanEncoder, VaeGanDecoder, VaeGanDiscriminator),
    "aae": (AaeEncoder, AaeDecoder, AaeDiscriminator),
    "avb": (AvbEncoder, AvbDecoder, AvbDiscriminator),
}


def one(logits):
    return F.binary_cross_entropy_with_logits(logits, torch.ones_like(logits))


def zero(logits):
    return F.binary_cross_entropy_with_logits(logits, torch.zeros_like(logits))


def accuracy(real, fake):
    return ((real > 0).float().mean() + (fake < 0).float().mean()) / 2


def negative_log_likelihood(likelihood, decoded, x):
    if likelihood["kind"] == "bernoulli":
        return F.binary_cross_entropy_with_logits(decoded["logits"], (x + 1) / 2, reduction="none").flatten(1).sum(1).mean()
    normal = torch.distributions.Normal(decoded["image"], likelihood["deviation"])
    return -normal.log_prob(x).flatten(1).sum(1).mean()


def divergence(q):
    """By torch.distributions: nothing of the closed form is repeated here."""
    posterior = torch.distributions.Normal(q["mean"], (q["logVariance"] / 2).exp())
    prior = torch.distributions.Normal(torch.zeros_like(q["mean"]), torch.ones_like(q["mean"]))
    return torch.distributions.kl_divergence(posterior, prior).sum(1).mean()


class Draws:
    """The latents of steps.py, one batch after the other."""

    def __init__(self, batch):
        self.batch = batch
        self.used = 0

    def __call__(self, size=LATENT):
        z = wave(self.batch * LATENT, 1.0, float(self.used)).view(self.batch, LATENT)
        self.used += 1
        return z[:, :size]


def encode(case, encoder, x, draws):
    if case["kind"] == "avb":
        return encoder(x, draws(case["model"]["noiseSize"]))
    q = encoder(x)
    if "mean" in q:
        q["code"] = q["mean"] + (q["logVariance"] / 2).exp() * draws()
    return q


def gather(loss, parameters, share):
    """Adds a loss' gradients of some weights only."""
    parameters = list(parameters)
    for parameter, gradient in zip(parameters, torch.autograd.grad(loss * share, parameters, retain_graph=True)):
        parameter.grad = gradient if parameter.grad is None else parameter.grad + gradient


def train(case):
    kind, batch, accumulation, beta = case["kind"], case["batch"], case["accumulation"], case["beta"]
    encoder, generator, discriminator = [make(case["model"]) if make else None for make in NETWORKS[kind]]
    networks = {"generator": generator, "discriminator": discriminator, "encoder": encoder}
    networks = {name: network for name, network in networks.items() if network}
    for offset, name in ((0.0, "generator"), (100.0, "discriminator"), (200.0, "encoder")):
        if name in networks:
            fill(networks[name], offset)
    before = outputs(case, {name: copy.deepcopy(network) for name, network in networks.items()})
    averages = {"ema": (copy.deepcopy(generator), generator), "ema.encoder": (copy.deepcopy(encoder), encoder)}
    optimizers = {name: optimizer(case["optimizer"], network.parameters()) for name, network in networks.items()}
    draws = Draws(batch)
    share = 1 / accumulation
    used = 0
    rows = []

    def step(*names):
        for name in names:
            optimizers[name].step()
            optimizers[name].zero_grad()

    def ascend(loss):  # what the opponent of D minimizes
        return one(loss) if case["loss"] == "nonSaturating" else -zero(loss)

    for _ in range(case["steps"]):
        terms = []
        parts = []
        for _ in range(accumulation):
            x, _ = real_batch(used, batch, 0)
            used += batch
            parts.append(x)
        for x in parts:
            q = encode(case, encoder, x, draws)
            decoded = generator(q["code"])
            reconstruction = negative_log_likelihood(case["likelihood"], decoded, x)
            if kind == "vae":
                kl = divergence(q)
                gather(reconstruction + beta * kl, [*encoder.parameters(), *generator.parameters()], share)
                terms.append({"kl": kl})
            elif kind == "vaeGan":
                kl = divergence(q)
                fakes = generator(draws())["image"]
                real, again, fake = discriminator(x), discriminator(decoded["image"]), discriminator(fakes)
                features = -torch.distributions.Normal(again["features"], 1.0).log_prob(real["features"]).flatten(1).sum(1).mean()
                d_loss = one(real["logits"]) + zero(again["logits"]) + zero(fake["logits"])
                g_loss = ascend(again["logits"]) + ascend(fake["logits"])
                gather(d_loss, discriminator.parameters(), share)
                gather(case["gamma"] * features + g_loss, generator.parameters(), share)
                gather(features + beta * kl, encoder.parameters(), share)
                terms.append({"kl": kl, "featureReconstruction": features, "discriminatorLoss": d_loss, "generatorLoss": g_loss,
                              "realLogit": real["logits"].mean(), "fakeLogit": fake["logits"].mean(),
                              "discriminatorAccuracy": accuracy(real["logits"], fake["logits"])})
            elif kind == "aae":
                gather(reconstruction, [*encoder.parameters(), *generator.parameters()], share)
                terms.append({})
            else:
                posterior = discriminator(x, q["code"])["logits"]
                prior = discriminator(x, draws())["logits"]
                kl = posterior.mean()
                gather(one(posterior) + zero(prior), discriminator.parameters(), share)
                gather(reconstruction, generator.parameters(), share)
                gather(reconstruction + beta * kl, encoder.parameters(), share)
                terms.append({"kl": kl, "discriminatorLoss": one(posterior) + zero(prior),
                              "discriminatorAccuracy": accuracy(posterior, prior)})
            terms[-1]["reconstruction"] = reconstruction
            if kind != "aae":
                terms[-1]["elbo"] = -(reconstruction + kl)
        if kind == "aae":
            step("encoder", "generator")
            kept = []
            for x, term in zip(parts, terms):
                codes, latents = encode(case, encoder, x, draws)["code"], draws()
                real, fake = discriminator(latents)["logits"], discriminator(codes.detach())["logits"]
                gather(one(real) + zero(fake), discriminator.parameters(), share)
                term.update({"discriminatorLoss": one(real) + zero(fake), "realLogit": real.mean(), "fakeLogit": fake.mean(),
                             "discriminatorAccuracy": accuracy(real, fake)})
                kept.append(codes)
            step("discriminator")
            for codes, term in zip(kept, terms):
                loss = ascend(discriminator(codes)["logits"])
                gather(case["adversarialWeight"] * loss, encoder.parameters(), share)
                term["encoderLoss"] = loss
            step("encoder")
        else:
            step(*networks)
        with torch.no_grad():
            for average, network in averages.values():
                for a, weight in zip(average.parameters(), network.parameters()):
                    a.lerp_(weight, 1 - case["emaDecay"])
                for a, buffer in zip(average.buffers(), network.buffers()):
                    a.copy_(buffer)
        rows.append({name: sum(term[name].item() for term in terms) / len(terms) for name in terms[0]})

    named = {**networks, **{name: average for name, (average, _) in averages.items()}}
    return {**case, "latents": draws.used, "rows": rows, "weights": digests(named), "outputs": before}


def digests(networks):
    """As steps.py: norm, and projections on two waves, of every weight."""
    weights = {}
    for prefix, module in networks.items():
        for key, value in module.state_dict().items():
            if "num_batches" in key:
                continue
            flat = value.reshape(-1).double()
            waves = [wave(flat.numel(), 1.0, phase).double() for phase in (0.0, 1.0)]
            digest = [flat.norm().item(), *[(flat * v).sum().item() for v in waves]]
            weights[f"{prefix}.{name_of(key)}"] = {"digest": digest, "first": flat[:8].tolist()}
    return weights


def outputs(case, networks):
    """Of the first weights in evaluation mode, on two images and two latents: every 53rd value of what is long."""
    for network in networks.values():
        network.eval()
    image, _ = real_batch(0, 2, 0)
    z = wave(2 * LATENT, 1.0, 0.0).view(2, LATENT)
    noise = {"noise": z[:, : case["model"]["noiseSize"]]} if case["kind"] == "avb" else {}
    inputs = {"vaeGan": {"image": image}, "aae": {"z": z}, "avb": {"image": image, "z": z}}
    with torch.no_grad():
        found = {"encoder": networks["encoder"](image=image, **noise), "generator": networks["generator"](z)}
        if "discriminator" in networks:
            found["discriminator"] = networks["discriminator"](**inputs[case["kind"]])
    thin = lambda flat: flat[::53] if len(flat) > 100 else flat
    return {name: {key: thin(value.flatten().tolist()) for key, value in values.items()} for name, values in found.items()}


ADAM = {"kind": "adam", "learningRate": 1e-3}
BASE = {"batch": 4, "steps": 3, "classes": 0, "accumulation": 1, "beta": 1, "gamma": 1, "adversarialWeight": 1,
        "loss": "nonSaturating", "likelihood": {"kind": "bernoulli"}, "optimizer": ADAM, "emaDecay": 0.9}
VAE = {**BASE, "kind": "vae", "model": {"units": 12}}
VAE_GAN = {**BASE, "kind": "vaeGan", "model": {"width": 4, "kernel": 5}, "gamma": 0.01}
AAE = {**BASE, "kind": "aae", "model": {"units": 12, "posterior": "deterministic"}}
AVB = {**BASE, "kind": "avb", "model": {"noiseSize": 7, "units": 12, "decoderUnits": 14, "discriminatorUnits": 9}}
CASES = [
    {"title": "vae", **VAE},
    {"title": "vae, adagrad, accumulation, beta", **VAE, "accumulation": 2, "beta": 4,
     "optimizer": {"kind": "adagrad", "learningRate": 0.01, "weightDecay": 0.01}},
    {"title": "vae, gaussian likelihood", **VAE, "likelihood": {"kind": "gaussian", "deviation": 0.5}},
    {"title": "vae-gan", **VAE_GAN},
    {"title": "vae-gan, minimax, kernel 4, accumulation", **VAE_GAN, "loss": "minimax", "accumulation": 2, "beta": 0.5,
     "model": {"width": 4, "kernel": 4}, "optimizer": {"kind": "rmsprop", "learningRate": 3e-4, "alpha": 0.9}},
    {"title": "aae", **AAE},
    {"title": "aae, gaussian posterior, minimax, accumulation", **AAE, "loss": "minimax", "accumulation": 2, "adversarialWeight": 3,
     "model": {"units": 12, "posterior": "gaussian"}},
    {"title": "avb", **AVB},
    {"title": "avb, accumulation, beta", **AVB, "accumulation": 2, "beta": 0.5},
]

if __name__ == "__main__":
    OUT.write_text(json.dumps({"torch": torch.__version__, "cases": [train(case) for case in CASES]}))
    print(f"{len(CASES)} cases, {OUT.stat().st_size} bytes")
