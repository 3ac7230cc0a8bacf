import type { GraphSpec } from './spec.js';

/** Number of classes that a network's input `label` takes; 0 for a network without one. */
export function labelClasses(graph: GraphSpec | undefined): number {
  const label = graph?.inputs['label'];
  // A graph may come from a file.
  return label && 'classes' in label && Number.isInteger(label.classes) ? label.classes : 0;
}
