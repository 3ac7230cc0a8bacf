import type { GraphSpec } from './spec.js';

/** Number of classes that a network's input `label` takes; 0 for a network without one. */
export function labelClasses(graph: GraphSpec | undefined): number {
  const label = graph?.inputs['label'];
  return label && 'classes' in label ? label.classes : 0;
}
