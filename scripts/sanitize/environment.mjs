// The environment in which programs with sanitizers run, and the files into which these write what they find.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';

const compiler = process.env.CXX ?? 'c++';

/** The path of a library of the compiler's; undefined where it has none of that name. */
function library(name) {
  const path = execFileSync(compiler, [`-print-file-name=${name}`], { encoding: 'utf8' }).trim();
  return isAbsolute(path) ? path : undefined;
}

/** One line that says what is missing for a build with sanitizers; undefined where nothing is. */
export function missingLibraries() {
  if (process.platform !== 'linux') return 'Expected Linux: elsewhere this was never tried';
  const absent = ['libasan.so', 'libubsan.so'].filter((name) => !library(name));
  if (absent.length === 0) return undefined;
  return `Expected ${absent.join(' and ')} of the compiler ${compiler}: g++ comes with them`;
}

/** A folder for what sanitizers find, in any process; `take` gives the texts and removes it. */
export function reports() {
  const dir = mkdtempSync(join(tmpdir(), 'ganode-sanitize-'));
  const take = () => {
    try {
      const texts = readdirSync(dir).map((name) => readFileSync(join(dir, name), 'utf8'));
      // A warning about an allocation that was refused is no finding.
      return texts.filter((text) => /ERROR: |runtime error: /.test(text));
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  };
  return { dir, take };
}

/** Variables under which a program with sanitizers runs; with `addon`, under which Node loads that one. */
export function sanitized(reportDir, addon) {
  const log = `log_path=${join(reportDir, 'report')}`;
  const address = [
    log,
    // What libtorch, V8 and Node make for the life of the process is never freed. Memory that grows has a test of its own,
    // test/standalone/memory.test.ts.
    'detect_leaks=0',
    'detect_stack_use_after_return=1',
    'strict_string_checks=1',
    // A failed check of libstdc++'s ends in abort().
    'handle_abort=1',
    // An allocation that is too large fails, as it does without the sanitizer; tests ask for one.
    'allocator_may_return_null=1',
  ];
  return {
    ...process.env,
    ASAN_OPTIONS: address.join(':'),
    UBSAN_OPTIONS: `${log}:print_stacktrace=1`,
    ...(addon && {
      GANODE_ADDON: addon,
      // Node is not linked with them. The sanitizer looks for the C++ library's functions as the process starts, and Node has
      // those inside itself, where it cannot see them.
      LD_PRELOAD: [library('libasan.so'), library('libstdc++.so.6')].join(' '),
    }),
  };
}
