import { GanodeError } from '../errors.js';
import { asOutOfMemory, nativeOutOfMemory } from '../memory.js';

/** Turns the plain errors that the addon makes (`code`, `details`) into `GanodeError`s, on every call and promise. */
export function wrap<T extends object>(target: T): T {
  return new Proxy(target, {
    get(object, key) {
      const value = Reflect.get(object, key, object);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        try {
          const result = value.apply(object, args);
          return result instanceof Promise ? result.then(wrapResult, rethrow) : result;
        } catch (error) {
          return rethrow(error);
        }
      };
    },
  });
}

function wrapResult(result: unknown): unknown {
  const isHandle = typeof result === 'object' && result !== null && 'dispose' in result;
  return isHandle ? wrap(result) : result;
}

function rethrow(error: unknown): never {
  const { code, details, message } = error as {
    code?: unknown;
    details?: Record<string, unknown>;
    message: string;
  };
  if (error instanceof Error && typeof code === 'string' && !(error instanceof GanodeError)) {
    if (code === 'MEMORY') throw nativeOutOfMemory(message, details ?? {});
    throw new GanodeError(code as GanodeError['code'], message, details ? { details } : {});
  }
  throw asOutOfMemory(error);
}
