/** Where networks run. */
import { native } from './native.js';

/** `cpu`; `cuda`, the first GPU; `cuda:1`, a GPU by its number; `auto`, the first GPU where one answers, else the CPU. */
export type DeviceName = 'cpu' | 'cuda' | `cuda:${number}` | 'auto';

/** What a device is called, for messages. */
export const deviceForms = 'cpu, cuda, cuda:1 (a GPU by its number) or auto';

/** Where training, sampling and evaluation run unless they are told. */
export const defaultDevice: DeviceName = 'auto';

export function isDeviceName(value: unknown): value is DeviceName {
  return typeof value === 'string' && /^(cpu|auto|cuda(:\d{1,2})?)$/.test(value);
}

/** The device that a name means on this machine: `auto` is settled. */
export function settled(name: DeviceName): Exclude<DeviceName, 'auto'> {
  if (name !== 'auto') return name;
  return native().info().cuda.available ? 'cuda' : 'cpu';
}
