/** The platform at hand, as far as native code is concerned. */
import { familySync, versionSync } from 'detect-libc';
import { invalid } from '../errors.js';

export interface Platform {
  /** `process.platform` and `process.arch`: `'linux-x64'`, as packages are named. */
  name: string;
  /** C library; only on Linux. */
  libc?: 'glibc' | 'musl';
  /** Its version, where it tells. */
  libcVersion?: string;
}

/** Platforms for which there are packages with the addon and with libtorch. */
export const prebuilt = ['linux-x64'];

/** Names of a platform's packages. */
export function packagesOf(name: string): { addon: string; runtime: string } {
  return { addon: `@ganode/${name}`, runtime: `@ganode/libtorch-cpu-${name}` };
}

/**
 * The platform. `GANODE_PLATFORM` replaces what is found, for tests: `linux-x64-musl`, `linux-x64-glibc2.17`, `win32-ia32`.
 */
export function thisPlatform(env: NodeJS.ProcessEnv = process.env): Platform {
  const given = env['GANODE_PLATFORM'];
  if (given) return parsePlatform(given);
  const name = `${process.platform}-${process.arch}`;
  if (process.platform !== 'linux') return { name };
  return withVersion(name, familySync() === 'musl' ? 'musl' : 'glibc', versionSync() ?? undefined);
}

function parsePlatform(text: string): Platform {
  const parts = /^([a-z0-9]+-[a-z0-9]+)(?:-(glibc|musl)(\d+\.\d+)?)?$/.exec(text);
  if (!parts) {
    throw invalid(
      'GANODE_PLATFORM',
      'such as linux-x64, linux-x64-musl or linux-x64-glibc2.17',
      text,
    );
  }
  const [, name = '', libc, libcVersion] = parts;
  return libc ? withVersion(name, libc as 'glibc' | 'musl', libcVersion) : { name };
}

function withVersion(name: string, libc: 'glibc' | 'musl', libcVersion?: string): Platform {
  return libcVersion ? { name, libc, libcVersion } : { name, libc };
}

/** Why there is no prebuilt binary for a platform, and what to do; undefined where there is one. */
export function unsupported({ name, libc }: Platform): [problem: string, mend: string] | undefined {
  if (/-(ia32|arm|mips|mipsel|ppc|s390)$/.test(name)) {
    return [`${name} is a 32-bit platform, for which there is no libtorch`, 'use a 64-bit Node'];
  }
  if (libc === 'musl') {
    const system = 'use a system with glibc, such as Debian or Ubuntu';
    return [
      `${name} with musl (Alpine's C library) is not supported, libtorch is built for glibc`,
      system,
    ];
  }
  if (prebuilt.includes(name)) return undefined;
  return [
    `there is no prebuilt binary for ${name}, only for ${prebuilt.join(', ')}`,
    'build it from source with `npx ganode setup --libtorch DIR`',
  ];
}

/** Whether version `a` is older than `b`, number by number. */
export function isOlder(a: string, b: string): boolean {
  const [left, right] = [a, b].map((text) => text.split('.').map(Number)) as [number[], number[]];
  for (let i = 0; i < Math.max(left.length, right.length); i += 1) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}
