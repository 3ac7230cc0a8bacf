"""The average of G's weights, as the official code of StyleGAN2 keeps it."""
import copy

import torch


class Average:
    """`ema`: the recipe's; None keeps no average. `foreach`: all weights in one call, as ganode does."""

    def __init__(self, G, ema, batch, foreach):
        self.ema, self.batch, self.foreach, self.images = ema, batch, foreach, 0
        if ema is None:
            return
        self.average = copy.deepcopy(G).requires_grad_(False)
        self.pairs = [list(self.average.parameters()), [p.detach() for p in G.parameters()]]
        self.buffers = list(zip(self.average.buffers(), G.buffers()))

    def decay(self):
        if "decay" in self.ema:
            return self.ema["decay"]
        life = self.ema["halfLife"]
        if self.ema.get("rampUp") is not None:
            life = min(life, self.images * self.ema["rampUp"])
        return 0.5 ** (self.batch / life) if life > 0 else 0

    @torch.no_grad()
    def update(self):
        if self.ema is None:
            return
        share = 1 - self.decay()
        self.images += self.batch
        if self.foreach:
            torch._foreach_lerp_(*self.pairs, share)
        else:
            for average, weight in zip(*self.pairs):
                average.copy_(average.lerp(weight, share))
        for average, buffer in self.buffers:
            average.copy_(buffer)
