"""Outputs and sizes of RCGAN's networks in double precision, for test/reference/rcgan.test.ts.

    python scripts/reference/rcgan.py      (PyTorch 2.13)

Writes test/reference/fixtures/rcgan.json. The authors' code is TensorFlow 1's (ratschlab/RGAN, model.py); here it is written anew in
PyTorch, whose LSTM has two biases where TensorFlow's has one.
"""
import torch
import torch.nn as nn
import torch.nn.functional as F

from networks import case, fill, latent, write

CLASSES = 5


class Recurrent(nn.Module):
    """Both networks: every step reads its input and the class, and gives `out` numbers."""

    def __init__(self, read, units, out, classes, layers=1, bidirectional=False, cell=nn.LSTM):
        super().__init__()
        self.rnn = cell(read + classes, units, layers, batch_first=True, bidirectional=bidirectional)
        self.out = nn.Linear(units * (2 if bidirectional else 1), out)
        self.classes = classes

    def forward(self, x, y):
        if self.classes:
            one_hot = F.one_hot(y, self.classes).to(x.dtype)
            x = torch.cat([x, torch.stack([one_hot] * x.shape[1], dim=1)], dim=2)
        return self.out(self.rnn(x)[0])

    def ordered(self):
        """As ganode has them: of each layer and direction the weights of the input, of the state, and their biases."""
        directions = ("", "_reverse") if self.rnn.bidirectional else ("",)
        for layer in range(self.rnn.num_layers):
            for end in directions:
                for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
                    yield getattr(self.rnn, f"{kind}_l{layer}{end}")
        yield self.out.weight
        yield self.out.bias


cases = []
for title, steps, features, noise, classes, options in (
    ("lstm", 9, 7, 5, 0, {}),
    ("lstm with classes", 6, 11, 3, CLASSES, {}),
    ("gru of two layers, in both directions", 8, 8, 2, 0, {"layers": 2, "cell": nn.GRU}),
):
    generator = Recurrent(noise, 6, features, classes, **options)
    discriminator = Recurrent(features, 4, 1, classes, bidirectional="both" in title, **options)
    fill(generator.ordered())
    fill(discriminator.ordered())
    labels = torch.tensor([3, 1]) if classes else None
    z = latent(steps * noise)
    image = torch.tanh(generator(z.view(2, steps, noise), labels))
    logits = discriminator(image, labels)
    cases.append({**case(title, generator, discriminator, z, labels, image, logits),
                  "steps": steps, "features": features})

count = lambda network: sum(p.numel() for p in network.parameters())
write("rcgan.json", cases, official={"rcgan 28": [count(Recurrent(5, 100, 28, 0)), count(Recurrent(28, 100, 1, 0))]})
