import { cut, GanodeError, showJson, showValue } from '../errors.js';
import { requirePlain } from '../json.js';
import type { RecipeConfig } from './resolve.js';
import { isObject } from './validate.js';

/** Characters of a setting in a message. */
const mostOfSetting = 80;

/** What networks are built from: without effect on a config that carries them. */
const builds = new Set(['model', 'image', 'classes']);

/**
 * Applies `path=value` settings, as `--set` takes them: `optimizers.generator.learningRate=1e-4`, `model.width=32`,
 * `ema={"decay":0.999}`. Values are JSON where they parse as JSON, and text otherwise.
 *
 * @returns A new config.
 * @throws GanodeError `INVALID_OPTION` for a setting without `=`, a path through something that is no object, and what would
 *   change the networks of a config that carries them (a run's config.json).
 */
export function applySettings(config: RecipeConfig, settings: readonly string[]): RecipeConfig {
  requirePlain(config, '');
  const result = structuredClone(config) as Record<string, unknown>;
  for (const setting of settings) {
    const equals = setting.indexOf('=');
    const path = setting.slice(0, equals).split('.');
    if (equals < 1 || path.some((key) => key === '' || key === '__proto__')) {
      throw new GanodeError(
        'INVALID_OPTION',
        `Expected path=value for --set but received ${showValue(setting)}`,
      );
    }
    if (builds.has(path[0] as string) && carriesNetworks(result)) {
      throw new GanodeError(
        'INVALID_OPTION',
        `--set ${shortly(setting)}: the config carries its networks (models); take them out to have them built anew`,
      );
    }
    assign(result, path, parseValue(setting.slice(equals + 1)), setting);
  }
  return result;
}

function carriesNetworks({ models }: { models?: unknown }): boolean {
  if (!isObject(models) || !isObject(models['generator'])) return false;
  return isObject(models['discriminator']) || isObject(models['encoder']);
}

function assign(
  target: Record<string, unknown>,
  path: string[],
  value: unknown,
  setting: string,
): void {
  let at = target;
  for (const key of path.slice(0, -1)) {
    // What every object inherits, such as `toString`, is no setting.
    const next = (Object.hasOwn(at, key) ? at[key] : undefined) ?? {};
    if (!isObject(next)) {
      throw new GanodeError(
        'INVALID_OPTION',
        `Expected an object at ${showValue(key)} for --set ${shortly(setting)} but received ${showJson(next)}`,
      );
    }
    at[key] = next;
    at = next;
  }
  at[path.at(-1) as string] = value;
}

/** A setting as messages show it. */
function shortly(setting: string): string {
  return cut(setting, mostOfSetting);
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
