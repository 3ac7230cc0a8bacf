// Pictures made worse, step by step, as in figure 3 of Heusel et al. 2017 (the paper of FID), and in the ways in which GANs fail.

/** Numbers from 0 to 1 by a seed (mulberry32). */
export function randomOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const each = (set, change) => {
  const { shape, data } = set;
  const size = data.length / shape[0];
  const out = new Uint8Array(data.length);
  for (let i = 0; i < shape[0]; i += 1) {
    out.set(change(data.subarray(i * size, (i + 1) * size), i), i * size);
  }
  return { ...set, data: out };
};

const clip = (value) => Math.max(0, Math.min(255, Math.round(value)));

function noise(set, level) {
  const random = randomOf(1);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return each(set, (pixels) => pixels.map((value) => clip(value + 255 * level * normal())));
}

function saltAndPepper(set, level) {
  const random = randomOf(2);
  const [, channels, height, width] = set.shape;
  return each(set, (pixels) => {
    const out = pixels.slice();
    for (let at = 0; at < height * width; at += 1) {
      if (random() >= level) continue;
      const value = random() < 0.5 ? 0 : 255;
      for (let c = 0; c < channels; c += 1) out[c * height * width + at] = value;
    }
    return out;
  });
}

/** Gaussian, σ in pixels. */
function blur(set, sigma) {
  const [, channels, height, width] = set.shape;
  const reach = Math.ceil(3 * sigma);
  const weights = Array.from({ length: 2 * reach + 1 }, (_, i) =>
    Math.exp(-((i - reach) ** 2) / (2 * sigma ** 2)),
  );
  const total = weights.reduce((a, b) => a + b);
  const inside = (i, side) => Math.max(0, Math.min(side - 1, i));
  return each(set, (pixels) => {
    const out = new Uint8Array(pixels.length);
    const rows = new Float64Array(height * width);
    for (let c = 0; c < channels; c += 1) {
      const plane = pixels.subarray(c * height * width, (c + 1) * height * width);
      for (let y = 0; y < height; y += 1) {
        for (let x = 0; x < width; x += 1) {
          let sum = 0;
          for (let k = -reach; k <= reach; k += 1) {
            sum += weights[k + reach] * plane[y * width + inside(x + k, width)];
          }
          rows[y * width + x] = sum / total;
        }
      }
      for (let y = 0; y < height; y += 1) {
        for (let x = 0; x < width; x += 1) {
          let sum = 0;
          for (let k = -reach; k <= reach; k += 1) {
            sum += weights[k + reach] * rows[inside(y + k, height) * width + x];
          }
          out[c * height * width + y * width + x] = clip(sum / total);
        }
      }
    }
    return out;
  });
}

/** Five black rectangles, whose sides are a share of the picture's. */
function rectangles(set, level) {
  const random = randomOf(3);
  const [, channels, height, width] = set.shape;
  const [h, w] = [Math.max(1, Math.round(level * height)), Math.max(1, Math.round(level * width))];
  return each(set, (pixels) => {
    const out = pixels.slice();
    for (let n = 0; n < 5; n += 1) {
      const top = Math.floor(random() * (height - h + 1));
      const left = Math.floor(random() * (width - w + 1));
      for (let c = 0; c < channels; c += 1) {
        for (let y = top; y < top + h; y += 1) {
          const start = (c * height + y) * width + left;
          out.fill(0, start, start + w);
        }
      }
    }
    return out;
  });
}

/** Turned about a random point, by an angle that is `turn` radians there and falls with the distance. */
function swirl(set, turn) {
  const random = randomOf(4);
  const [, channels, height, width] = set.shape;
  const reach = 0.4 * Math.min(height, width);
  return each(set, (pixels) => {
    const out = new Uint8Array(pixels.length);
    const cy = height * (0.35 + 0.3 * random());
    const cx = width * (0.35 + 0.3 * random());
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1) {
        const [dy, dx] = [y - cy, x - cx];
        const angle = turn * Math.exp(-((Math.hypot(dy, dx) / reach) ** 2));
        const [sin, cos] = [Math.sin(angle), Math.cos(angle)];
        const fy = Math.max(0, Math.min(height - 1.001, cy + cos * dy + sin * dx));
        const fx = Math.max(0, Math.min(width - 1.001, cx - sin * dy + cos * dx));
        const [y0, x0] = [Math.floor(fy), Math.floor(fx)];
        const [ty, tx] = [fy - y0, fx - x0];
        for (let c = 0; c < channels; c += 1) {
          const at = (c * height + y0) * width + x0;
          const low = pixels[at] * (1 - tx) + pixels[at + 1] * tx;
          const high = pixels[at + width] * (1 - tx) + pixels[at + width + 1] * tx;
          out[(c * height + y) * width + x] = clip(low * (1 - ty) + high * ty);
        }
      }
    }
    return out;
  });
}

/** A data set of the same number of pictures, which are drawn from some members only. */
function redrawn(set, members, random) {
  const { shape, data, labels } = set;
  const size = data.length / shape[0];
  const chosen = Array.from({ length: shape[0] }, () => members(random));
  const out = new Uint8Array(data.length);
  chosen.forEach((from, to) => {
    out.set(data.subarray(from * size, (from + 1) * size), to * size);
  });
  return { shape, data: out, labels: Int32Array.from(chosen, (from) => labels[from]) };
}

const membersOf = (set, kept) => {
  const indices = [...set.labels.keys()].filter((i) => kept(set.labels[i]));
  if (indices.length === 0) throw new Error('no picture of these classes');
  return indices;
};

/** Without the last share of the classes. */
function missing(set, share) {
  const kept = membersOf(set, (label) => label < set.classes * (1 - share) - 1e-9);
  return redrawn(set, (random) => kept[Math.floor(random() * kept.length)], randomOf(5));
}

/** The first half of the classes with a share of all pictures, in place of about one half. */
function imbalance(set, share) {
  const low = membersOf(set, (label) => label < set.classes / 2);
  const high = membersOf(set, (label) => label >= set.classes / 2);
  return redrawn(
    set,
    (random) => {
      const from = random() < share ? low : high;
      return from[Math.floor(random() * from.length)];
    },
    randomOf(6),
  );
}

/** A share of the pictures, repeated. */
function repeated(set, share) {
  const few = Math.max(1, Math.round(share * set.shape[0]));
  return redrawn(set, (random) => Math.floor(random() * few), randomOf(7));
}

/** Each with its strengths, from weak to strong. */
export const degradations = {
  noise: { apply: noise, levels: [0.05, 0.1, 0.2, 0.4] },
  blur: { apply: blur, levels: [0.5, 0.75, 1.25, 2] },
  rectangles: { apply: rectangles, levels: [0.1, 0.2, 0.3, 0.45] },
  saltAndPepper: { apply: saltAndPepper, levels: [0.01, 0.03, 0.1, 0.3] },
  swirl: { apply: swirl, levels: [0.4, 0.8, 1.6, 3.2] },
  missing: { apply: missing, levels: [0.1, 0.3, 0.5, 0.8] },
  imbalance: { apply: imbalance, levels: [0.65, 0.75, 0.85, 0.95] },
  repeated: { apply: repeated, levels: [0.3, 0.1, 0.04, 0.02] },
};
