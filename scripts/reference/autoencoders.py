"""Training steps of autoencoders in PyTorch, for test/reference/autoencoders.test.ts.

    python scripts/reference/autoencoders.py      (PyTorch 2.13)

Writes test/reference/fixtures/autoencoders.json: for each case the numbers of every step, a digest of the updated weights, and the
networks' outputs with the first weights. Nothing of ganode is used; networks and algorithms are written anew from the papers.
Weights, latents and images are given by the formulas of steps.py.
"""
import copy
import json
import pathlib

import torch
import torch.nn.functional as F

from autoencoder_networks import LATENT, NETWORKS
from steps import fill, name_of, optimizer, real_batch, wave

torch.set_num_threads(1)
OUT = pathlib.Path(__file__).resolve().parents[2] / "test" / "reference" / "fixtures" / "autoencoders.json"


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
