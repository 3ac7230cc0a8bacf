"""The usual PyTorch loop (pytorch/examples, dcgan) at 28x28, width 32: prints images a second.

    python dcgan28.py STEPS BATCH
"""
import sys
import time

import torch
import torch.nn as nn

steps, batch = int(sys.argv[1]), int(sys.argv[2])
W = 32
G = nn.Sequential(
    nn.ConvTranspose2d(100, W * 2, 7, bias=False), nn.BatchNorm2d(W * 2), nn.ReLU(True),
    nn.ConvTranspose2d(W * 2, W, 4, 2, 1, bias=False), nn.BatchNorm2d(W), nn.ReLU(True),
    nn.ConvTranspose2d(W, 1, 4, 2, 1, bias=False), nn.Tanh())
D = nn.Sequential(
    nn.Conv2d(1, W, 4, 2, 1, bias=False), nn.LeakyReLU(0.2, True),
    nn.Conv2d(W, W * 2, 4, 2, 1, bias=False), nn.BatchNorm2d(W * 2), nn.LeakyReLU(0.2, True),
    nn.Conv2d(W * 2, 1, 7, bias=False), nn.Flatten(0))
loss = nn.BCEWithLogitsLoss()
optimizer_d = torch.optim.Adam(D.parameters(), lr=2e-4, betas=(0.5, 0.999))
optimizer_g = torch.optim.Adam(G.parameters(), lr=2e-4, betas=(0.5, 0.999))
data = torch.randint(0, 256, (batch, 1, 28, 28), dtype=torch.uint8)


def step():
    real = data.float().div(127.5).sub(1)
    ones, zeros = torch.ones(batch), torch.zeros(batch)
    D.zero_grad()
    error_real = loss(D(real), ones)
    error_real.backward()
    fake = G(torch.randn(batch, 100, 1, 1))
    error_fake = loss(D(fake.detach()), zeros)
    error_fake.backward()
    (error_real + error_fake).item()
    optimizer_d.step()
    G.zero_grad()
    error_g = loss(D(fake), ones)
    error_g.backward()
    optimizer_g.step()
    error_g.item()


for _ in range(10):
    step()
start = time.perf_counter()
for _ in range(steps):
    step()
print(steps * batch / (time.perf_counter() - start))
