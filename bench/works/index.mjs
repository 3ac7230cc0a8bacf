// All works, by the name that `--only` takes.
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

export const works = {
  'keras-mnist': kerasMnist,
  dcgan28,
  dcgan64,
  'one-stage': oneStage,
  'gradient-penalty': gradientPenalty,
  sampling,
  busy,
  data,
  start,
  memory,
  overhead,
  limit,
};
