// Compares the tensors of two checkpoints, bit by bit.
import { readFileSync } from 'node:fs';
import { split } from '../../test/helpers/safetensors.mjs';

function tensorsOf(path) {
  const { header, data } = split(readFileSync(path));
  const { __metadata__, ...entries } = header;
  return new Map(
    Object.entries(entries).map(
      ([
        name,
        {
          dtype,
          data_offsets: [begin, end],
        },
      ]) => [name, { dtype, bytes: data.subarray(begin, end) }],
    ),
  );
}

/** `{ tensors, different, largest, line }`: how many there are and differ, and the largest difference of float32 ones. */
export function compareCheckpoints(path, other) {
  const [tensors, others] = [tensorsOf(path), tensorsOf(other)];
  const names = new Set([...tensors.keys(), ...others.keys()]);
  const different = [...names].filter((name) => {
    const [a, b] = [tensors.get(name), others.get(name)];
    return !(a && b && a.dtype === b.dtype && a.bytes.equals(b.bytes));
  });
  const largest = Math.max(
    0,
    ...different.map((name) => largestDifference(tensors.get(name), others.get(name))),
  );
  const line =
    different.length === 0
      ? `${names.size} tensors are equal`
      : `${different.length} of ${names.size} tensors differ, by up to ${largest.toPrecision(2)}, the first is ${different[0]}`;
  return { tensors: names.size, different: different.length, largest, line };
}

/** 0 where one is missing, or is not of float32 and of the size of the other. */
function largestDifference(a, b) {
  if (a?.dtype !== 'F32' || b?.dtype !== 'F32' || a.bytes.length !== b.bytes.length) return 0;
  let largest = 0;
  for (let at = 0; at < a.bytes.length; at += 4) {
    largest = Math.max(largest, Math.abs(a.bytes.readFloatLE(at) - b.bytes.readFloatLE(at)));
  }
  return largest;
}
