// Whether the compiled addon depends on CUDA: what it read when it was compiled, and what it asks for when it is loaded.
import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { libtorchVersion } from '../libtorch.mjs';
import { exportedSymbols, needed, undefinedSymbols } from '../pack/elf.mjs';
import { cacheDir, projectDir } from '../paths.mjs';
import { headersOf } from './headers.mjs';

/**
 * Headers of libtorch that its build writes or installs for CUDA: of libtorch 2.13.0 for the CPU and 2.14.1 for CUDA, only
 * these are in one but not in the other, or other text, for another reason than the version. The headers of operators
 * (ATen/ops, ATen/*Functions*.h) are those of all devices in both.
 */
const ofCuda = [
  /(^|\/)cuda\//,
  /^THC\//,
  /cuda_cmake_macros\.h$/,
  /CUDAConfig\.h$/,
  /^caffe2\/core\/macros\.h$/,
];

/** Headers that libtorch's build writes from how it is configured: all by which a CUDA build could read otherwise. */
const configured = /(cmake_macros|Config|core\/macros)\.h$/;

/** No object of the addon or of the core read a header that depends on CUDA. */
export function variants(state) {
  const include = join(state.libtorch, 'include');
  const read = headersOf(state.build);
  const inLibtorch = (headers) =>
    [...headers]
      .filter((path) => path.startsWith(`${include}/`))
      .map((path) => relative(include, path));
  const ours = inLibtorch(read.addon);
  const isOfCuda = (header) => ofCuda.some((pattern) => pattern.test(header));
  // Without these, nothing was looked at.
  if (ours.length < 100) throw new Error(`only ${ours.length} headers of libtorch were read`);
  if (!inLibtorch(read.recorder).some(isOfCuda)) {
    throw new Error('native/cuda reads no header of CUDA');
  }
  const wrong = ours.filter(isOfCuda);
  const outside = [...read.addon].filter(
    (path) => !path.startsWith(projectDir) && /\/cuda[\w.]*\.h$|\/nvidia\//.test(path),
  );
  for (const header of [...wrong, ...outside]) {
    throw new Error(`the addon or its core reads ${header}, which depends on CUDA`);
  }
  return `${ours.length} of libtorch's read by ${read.objects} objects, none of CUDA; ${compared(state, ours, include)}`;
}

/** How the headers that were read compare with those of a build for the CPU. */
function compared({ version }, headers, include) {
  const same = [version, libtorchVersion].find((each) =>
    existsSync(join(cacheDir(), `libtorch-${each}-cpu`, 'torch', 'include')),
  );
  if (same === undefined) return 'no libtorch for the CPU is in the cache to compare them with';
  const other = join(cacheDir(), `libtorch-${same}-cpu`, 'torch', 'include');
  const differ = headers.filter((name) => {
    const path = join(other, name);
    return !existsSync(path) || !readFileSync(path).equals(readFileSync(join(include, name)));
  });
  const wrong = differ.filter((name) => same === version || configured.test(name));
  if (wrong.length > 0) throw new Error(`${wrong[0]} is another in libtorch ${same} for the CPU`);
  const settings = headers.filter((name) => configured.test(name));
  if (settings.length === 0) throw new Error('no header was read that libtorch configures');
  return `${headers.length - differ.length} equal, byte for byte, those of libtorch ${same} for the CPU, among them ${settings.join(', ')}`;
}

/** The packed addon is linked against no library of CUDA's, and asks for no symbol that only those have. */
export function symbols({ libtorch, packed, addon }) {
  const libraries = needed(packed);
  const cuda = libraries.filter((name) => /cuda|cudnn|cublas|nv/i.test(name));
  if (cuda.length > 0) throw new Error(`${packed} is linked against ${cuda.join(', ')}`);
  if (!needed(addon).includes('libtorch_cuda.so')) {
    throw new Error(
      `${addon}, which nothing opens libraries for, does not ask for libtorch_cuda.so`,
    );
  }
  const given = (...names) =>
    new Set(names.flatMap((name) => exportedSymbols(join(libtorch, 'lib', name))));
  const common = given('libtorch_cpu.so', 'libc10.so');
  const ofCudaOnly = given('libtorch_cuda.so', 'libc10_cuda.so');
  const asked = undefinedSymbols(packed);
  const fromCommon = asked.filter((name) => common.has(name));
  const wrong = asked.filter((name) => !common.has(name) && ofCudaOnly.has(name));
  if (wrong.length > 0) throw new Error(`${packed} asks for ${wrong[0]}, which only CUDA's have`);
  if (fromCommon.length === 0) throw new Error(`${packed} asks for nothing of libtorch's`);
  return `linked against ${libraries.filter((name) => /torch|c10/.test(name)).join(', ')}; ${fromCommon.length} symbols from those, none from libtorch_cuda or libc10_cuda`;
}
