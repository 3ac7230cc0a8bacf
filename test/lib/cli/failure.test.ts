import { describe, expect, it } from 'vitest';
import { exitCodeOf } from '../../../lib/cli/exit.js';
import { failureLine, reasonOf, wantsStack } from '../../../lib/cli/failure.js';
import { type ErrorCode, GanodeError } from '../../../lib/errors.js';

describe('exit codes', () => {
  const codes: Record<ErrorCode, number> = {
    INVALID_OPTION: 2,
    INVALID_GRAPH: 2,
    INVALID_DATA: 3,
    CHECKPOINT_CORRUPT: 4,
    CHECKPOINT_VERSION: 4,
    CHECKPOINT_MISMATCH: 4,
    IO: 5,
    NON_FINITE: 6,
    MEMORY: 8,
    ADDON: 7,
    DEVICE: 7,
    CANCELLED: 130,
    DISPOSED: 1,
    INTERNAL: 1,
  };

  it.each(Object.entries(codes))('%s is %i, as docs/cli.md has it', (code, exit) => {
    expect(exitCodeOf(new GanodeError(code as ErrorCode, 'x'))).toBe(exit);
  });

  it("are 5 for Node's own refusals of the system and 1 for anything else", () => {
    const full = Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', syscall: 'write' });
    expect(exitCodeOf(full)).toBe(5);
    expect(exitCodeOf(new TypeError('x'))).toBe(1);
    expect(exitCodeOf('thrown text')).toBe(1);
  });
});

describe('an error', () => {
  it('is one line', () => {
    expect(reasonOf(new GanodeError('IO', ' could not\n  write \n'))).toBe('could not write');
    expect(reasonOf(new Error('broken\nPossible solutions:\n- pray'))).toBe('broken');
    expect(reasonOf('text')).toBe('text');
    expect(failureLine(new Error('a\nb'), false)).toBe('ganode: a\n');
  });

  it('has its stack when that is asked for', () => {
    expect(failureLine(new TypeError('why'), true)).toMatch(/^ganode: TypeError: why\n +at .+\n/);
    expect(wantsStack(['node', 'ganode', 'info', 'x', '--stack'], {})).toBe(true);
    expect(wantsStack(['node', 'ganode'], { GANODE_DEBUG: '1' })).toBe(true);
    expect(wantsStack(['node', 'ganode'], { GANODE_DEBUG: '0' })).toBe(false);
    expect(wantsStack(['node', 'ganode'], {})).toBe(false);
  });
});
