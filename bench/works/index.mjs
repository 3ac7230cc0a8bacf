// All works, by the name that `--only` takes. `places`: one that takes a device and a batch; `named`: one that runs only by name on
// the CPU.
import { busy } from './busy.mjs';
import { data } from './data.mjs';
import { dcgan28 } from './dcgan28.mjs';
import { dcgan64 } from './dcgan64.mjs';
import { gradientPenalty } from './gradient-penalty.mjs';
import { kerasMnist } from './keras-mnist.mjs';
import { limit } from './limit.mjs';
import { memory } from './memory.mjs';
import { oneStage } from './one-stage.mjs';
import { overhead } from './overhead.mjs';
import { sampling } from './sampling.mjs';
import { start } from './start.mjs';
import { stylegan2 } from './stylegan2.mjs';

export const works = {
  'keras-mnist': kerasMnist,
  dcgan28,
  dcgan64,
  'one-stage': oneStage,
  'gradient-penalty': gradientPenalty,
  stylegan2,
  sampling,
  busy,
  data,
  start,
  memory,
  overhead,
  limit,
};
