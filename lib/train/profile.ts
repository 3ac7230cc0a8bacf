/** Where the time of a step goes: what the native side recorded, as tables and as a trace for a viewer. */
import { type ProfileRecording, profileKinds } from '../native.js';
import { ranges, requireInRange } from '../ranges.js';

/** Which steps are recorded. */
export interface ProfileOptions {
  /** Steps before: the first ones are slower than the others. Default 10, or half the run where that is less. */
  warmUp?: number;
  /** Steps recorded, 1 … 1000. Default 10. */
  steps?: number;
}

/** Times are milliseconds a step, the mean over the steps recorded; shares are of the whole step, 0 … 1. */
export interface Profile {
  /** The first step that was recorded, counted from 1 since the very start of training. */
  firstStep: number;
  /** How many were recorded. */
  steps: number;
  /** One step. While it is recorded a step is slower than it is otherwise, by some microseconds for each operator. */
  milliseconds: number;
  /** Time in an operator itself, not in others that it called; longest first. `outside`: in none. */
  operators: OperatorTime[];
  /** In the order in which they first began, each before those inside it. */
  phases: PhaseTime[];
  /** In the order in which they first ran. */
  nodes: NodeTime[];
}

export interface OperatorTime {
  /** ATen's name (`aten::convolution`), autograd's (`ConvolutionBackward0`), or `outside`. */
  name: string;
  milliseconds: number;
  share: number;
  /** Calls a step. */
  calls: number;
}

export interface PhaseTime {
  name: string;
  /** Of phases that this one is inside of. */
  depth: number;
  milliseconds: number;
  share: number;
  /** Times a step. */
  calls: number;
}

export interface NodeTime {
  network: 'generator' | 'discriminator' | 'encoder';
  name: string;
  /** Operator of the graph: `conv2d`. */
  op: string;
  /** Milliseconds of all its forward passes. */
  forward: number;
  /** Milliseconds of the backward functions that its forward passes made, of second order too. */
  backward: number;
  share: number;
}

/** Of `total` steps that are to be done. */
export function profileWindow(
  options: ProfileOptions,
  total: number,
): { skip: number; steps: number } {
  const skip = options.warmUp ?? Math.min(10, Math.floor(total / 2));
  return { skip, steps: options.steps ?? 10 };
}

/** `true` means the defaults. Throws `INVALID_OPTION`. */
export function profileOptions(
  given: boolean | ProfileOptions | undefined,
): ProfileOptions | undefined {
  if (!given) return undefined;
  const options = given === true ? {} : given;
  for (const [name, value, range] of [
    ['warmUp', options.warmUp, ranges.warmUp],
    ['steps', options.steps, ranges.profiledSteps],
  ] as const) {
    if (value !== undefined) requireInRange(`profile.${name}`, value, range);
  }
  return options;
}

/** Adds rows by key, in the order in which keys first come. */
class Rows<Row> {
  private readonly rows = new Map<string, Row>();

  get(key: string, fresh: () => Row): Row {
    let row = this.rows.get(key);
    if (!row) {
      row = fresh();
      this.rows.set(key, row);
    }
    return row;
  }

  list(): Row[] {
    return [...this.rows.values()];
  }
}

/** Means over the steps of a recording. */
export function summarize(recording: ProfileRecording): Profile {
  const { kind, name, detail, texts, parent, node, duration, self, steps } = recording;
  const text = (index: number | undefined): string => texts[index as number] as string;
  const kindOf = (event: number): string => profileKinds[kind[event] as number] as string;
  const perStep = 1 / Math.max(steps, 1);
  let total = 0;
  for (const [event, micros] of duration.entries()) if (kindOf(event) === 'step') total += micros;

  const operators = new Rows<OperatorTime>();
  const phases = phaseTree(recording);
  const nodes = new Rows<NodeTime>();
  const rowOfNode = (event: number): NodeTime => {
    const network = text(name[ancestor(recording, event, 'network')]) as NodeTime['network'];
    const fresh = { network, name: text(name[event]), op: text(detail[event]) };
    return nodes.get(`${network} ${fresh.name}`, () => ({
      ...fresh,
      forward: 0,
      backward: 0,
      share: 0,
    }));
  };
  for (const [event, micros] of self.entries()) {
    const own = kindOf(event);
    const isOperator = own === 'operator' || own === 'backward';
    const called = isOperator ? text(name[event]) : 'outside';
    const row = operators.get(called, () => ({
      name: called,
      milliseconds: 0,
      share: 0,
      calls: 0,
    }));
    row.milliseconds += (micros / 1000) * perStep;
    row.share += micros / total;
    if (isOperator) row.calls += perStep;

    const owner = node[event] as number;
    const whole = duration[event] as number;
    if (owner < 0 || (own !== 'node' && own !== 'backward')) continue;
    // A backward function in another is in its time already.
    if (own === 'backward' && kindOf(parent[event] as number) === 'backward') continue;
    const nodeRow = rowOfNode(owner);
    nodeRow[own === 'node' ? 'forward' : 'backward'] += (whole / 1000) * perStep;
    nodeRow.share += whole / total;
  }
  return {
    firstStep: recording.firstStep,
    steps,
    milliseconds: (total / 1000) * perStep,
    operators: operators.list().sort((a, b) => b.milliseconds - a.milliseconds),
    phases: phases.map(({ name, depth, micros, count }) => ({
      name,
      depth,
      milliseconds: (micros / 1000) * perStep,
      share: micros / total,
      calls: count * perStep,
    })),
    nodes: nodes.list(),
  };
}

/** The innermost event of a kind around this one; -1: there is none. */
function ancestor({ kind, parent }: ProfileRecording, event: number, wanted: string): number {
  let at = parent[event] as number;
  while (at >= 0 && profileKinds[kind[at] as number] !== wanted) at = parent[at] as number;
  return at;
}

interface Phase {
  name: string;
  depth: number;
  micros: number;
  count: number;
  inside: Rows<Phase>;
}

/** Phases of the same name in the same phase are one; in the order of a table. */
function phaseTree(recording: ProfileRecording): Phase[] {
  const { kind, name, texts, duration } = recording;
  const top = new Rows<Phase>();
  const phaseOf = new Map<number, Phase>();
  for (const [event, own] of kind.entries()) {
    if (profileKinds[own] !== 'phase') continue;
    const around = phaseOf.get(ancestor(recording, event, 'phase'));
    const called = texts[name[event] as number] as string;
    const phase = (around?.inside ?? top).get(called, () => ({
      name: called,
      depth: (around?.depth ?? -1) + 1,
      micros: 0,
      count: 0,
      inside: new Rows<Phase>(),
    }));
    phase.micros += duration[event] as number;
    phase.count += 1;
    phaseOf.set(event, phase);
  }
  const flat = (rows: Rows<Phase>): Phase[] =>
    rows.list().flatMap((phase) => [phase, ...flat(phase.inside)]);
  return flat(top);
}

/**
 * The recording as Chrome's trace events (JSON object format), for chrome://tracing, https://ui.perfetto.dev and speedscope:
 * a complete event (`ph: "X"`) for each step, phase, network, node, operator and backward function, times in microseconds.
 * @param about Versions and the like, for `otherData`.
 */
export function chromeTrace(recording: ProfileRecording, about: Record<string, string>): string {
  const { kind, name, detail, texts, thread, node, start, duration } = recording;
  const { pid } = process;
  const lines = [
    { ph: 'M', name: 'process_name', pid, tid: 0, args: { name: 'ganode' } },
    ...[...new Set(thread)].map((tid) => ({
      ...{ ph: 'M', name: 'thread_name', pid, tid },
      args: { name: tid === thread[0] ? 'training' : `autograd ${tid}` },
    })),
  ].map((event) => JSON.stringify(event));
  for (const [event, own] of kind.entries()) {
    const cat = profileKinds[own] as string;
    const owner = node[event] as number;
    const more = texts[detail[event] as number];
    lines.push(
      JSON.stringify({
        ...{ ph: 'X', cat, name: texts[name[event] as number] },
        ...{ ts: start[event], dur: duration[event], pid, tid: thread[event] },
        args: {
          ...(more && { [cat === 'operator' ? 'inputs' : 'op']: more }),
          ...(owner >= 0 && owner !== event && { node: texts[name[owner] as number] }),
        },
      }),
    );
  }
  const other = JSON.stringify({
    ...about,
    firstStep: recording.firstStep,
    steps: recording.steps,
  });
  return `{"displayTimeUnit":"ms","otherData":${other},"traceEvents":[\n${lines.join(',\n')}\n]}\n`;
}
