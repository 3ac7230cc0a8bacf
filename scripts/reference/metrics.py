"""Measures of generated images in NumPy and SciPy, for test/reference/metrics.test.ts.

    python scripts/reference/metrics.py      (NumPy, SciPy)

Writes test/reference/fixtures/metrics.json. Straightforward code, loops where they are clearest; the Fréchet distance through
SciPy's square root of a matrix, which ganode does without. Features come from a formula that the test repeats.
"""
import json
import math
import pathlib

import numpy as np
import scipy.linalg

OUT = pathlib.Path(__file__).resolve().parents[2] / "test" / "reference" / "fixtures" / "metrics.json"


def rows(count, size, phase, scale=1.0, shift=0.0):
    """shift + scale · sin(1.7 i + phase) + a slower wave: float32, as extractors give it."""
    i = np.arange(count * size, dtype=np.float64)
    values = shift + scale * np.sin(1.7 * i + phase) + 0.3 * np.cos(0.013 * i * (1 + phase))
    return values.astype(np.float32).reshape(count, size).astype(np.float64)


def frechet(a, b):
    root = scipy.linalg.sqrtm(np.cov(a, rowvar=False) @ np.cov(b, rowvar=False)).real
    difference = a.mean(0) - b.mean(0)
    return difference @ difference + np.trace(np.cov(a, rowvar=False) + np.cov(b, rowvar=False) - 2 * root)


def kernel(x, y):
    """Unbiased, over the whole sets."""

    def k(a, b):
        return (a @ b / len(a) + 1) ** 3

    n, m = len(x), len(y)
    same_x = sum(k(x[i], x[j]) for i in range(n) for j in range(n) if i != j) / (n * (n - 1))
    same_y = sum(k(y[i], y[j]) for i in range(m) for j in range(m) if i != j) / (m * (m - 1))
    return same_x + same_y - 2 * sum(k(a, b) for a in x for b in y) / (n * m)


def inception(logits, splits):
    scores = []
    for part in range(splits):
        some = logits[part * len(logits) // splits:(part + 1) * len(logits) // splits]
        p = np.exp(some) / np.exp(some).sum(1, keepdims=True)
        marginal = p.mean(0)
        scores.append(math.exp(np.mean([sum(q * math.log(q / r) for q, r in zip(row, marginal)) for row in p])))
    return float(np.mean(scores)), float(np.std(scores))


def distance(a, b):
    return math.sqrt(((a - b) ** 2).sum())


def radius(points, i, k):
    return sorted(distance(points[i], points[j]) for j in range(len(points)) if j != i)[k - 1]


def manifold(real, fake, k, dense_k):
    real_balls = [(point, radius(real, i, k), radius(real, i, dense_k)) for i, point in enumerate(real)]
    fake_balls = [(point, radius(fake, i, k)) for i, point in enumerate(fake)]
    precision = np.mean([any(distance(f, r) <= ball for r, ball, _ in real_balls) for f in fake])
    recall = np.mean([any(distance(r, f) <= ball for f, ball in fake_balls) for r in real])
    density = sum(distance(f, r) <= ball for f in fake for r, _, ball in real_balls) / (dense_k * len(fake))
    coverage = np.mean([any(distance(f, r) <= ball for f in fake) for r, _, ball in real_balls])
    return {"precision": precision, "recall": recall, "density": density, "coverage": coverage}


SETS = [
    {"real": [60, 5, 0.0, 1.0, 0.0], "fake": [50, 5, 1.0, 1.2, 0.3]},
    {"real": [40, 12, 0.5, 1.0, 0.0], "fake": [45, 12, 2.0, 0.5, 0.0]},
    {"real": [8, 10, 0.5, 1.0, 0.0], "fake": [7, 10, 2.0, 1.0, 1.0]},
]
cases = []
for one in SETS:
    real, fake = rows(*one["real"]), rows(*one["fake"])
    smallest = min(len(real), len(fake))
    score = inception(rows(*one["fake"][:2], 3.0, 2.0), 3)
    cases.append({**one, "frechet": frechet(real, fake), "kernel": kernel(real[:smallest], fake[:smallest]), "subset": smallest,
                  "inception": {"mean": score[0], "deviation": score[1]}, "manifold": manifold(real, fake, 3, 5)})
OUT.write_text(json.dumps({"scipy": scipy.__version__, "cases": cases}))
print(f"{len(cases)} cases, {OUT.stat().st_size} bytes")
