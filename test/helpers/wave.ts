/** scale · sin(1.7 i + phase), as scripts/reference/steps.py has it. */
export function wave(n: number, scale: number, phase: number): Float32Array {
  return Float32Array.from({ length: n }, (_, i) => scale * Math.sin(1.7 * i + phase));
}
