"""Training steps of a classifier in PyTorch, for test/reference/classifier.test.ts.

    python scripts/reference/classifier.py      (PyTorch 2.13)

Writes test/reference/fixtures/classifier.json: the cross-entropy of each step under Adam, the trained weights, and features and
logits before and after. Nothing of ganode is used. Weights and images are given by formulas that the test repeats.
"""
import json
import math
import pathlib

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.set_num_threads(1)
OUT = pathlib.Path(__file__).resolve().parents[2] / "test" / "reference" / "fixtures" / "classifier.json"
BATCH, STEPS, CLASSES = 6, 3, 3


def wave(n, scale, phase):
    """scale · sin(1.7 i + phase), in double precision, then rounded: the same numbers in Python and JavaScript."""
    return torch.tensor([scale * math.sin(1.7 * i + phase) for i in range(n)], dtype=torch.float64).float()


class Net(nn.Module):
    """[2, 6, 6] → conv 4 filters of 3×3, stride 2 → 5 features → 3 logits."""

    def __init__(self):
        super().__init__()
        self.conv2d = nn.Conv2d(2, 4, 3, 2, 1)
        self.dense = nn.Linear(4 * 3 * 3, 5)
        self.dense1 = nn.Linear(5, CLASSES)

    def forward(self, x):
        features = F.silu(self.dense(F.relu(self.conv2d(x)).flatten(1)))
        return features, self.dense1(features)


net = Net()
state = sorted(net.state_dict().items())
for phase, (_, value) in enumerate(state):
    value.copy_(wave(value.numel(), 0.3, float(phase)).view(value.shape))
count = BATCH * STEPS
pixels = torch.tensor([(37 * i + 11 * (i // 72)) % 256 for i in range(count * 72)])
images = pixels.float().div(127.5).sub(1).view(count, 2, 6, 6)
labels = torch.tensor([(i * i) % CLASSES for i in range(count)])


def answers():
    with torch.no_grad():
        features, logits = net(images[:2])
    return {"features": features.reshape(-1).tolist(), "logits": logits.reshape(-1).tolist()}


before = answers()
optimizer = torch.optim.Adam(net.parameters(), lr=1e-2)
losses = []
for step in range(STEPS):
    part = slice(step * BATCH, (step + 1) * BATCH)
    loss = F.cross_entropy(net(images[part])[1], labels[part])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
weights = {name: value.reshape(-1).tolist() for name, value in state}
OUT.write_text(json.dumps({
    "torch": torch.__version__, "batch": BATCH, "steps": STEPS, "losses": losses, "weights": weights, "before": before,
    "after": answers(),
}))
print(f"{OUT.stat().st_size} bytes, losses {losses}")
