export { ArrayDataset, type ArrayDatasetOptions, type Dataset } from './dataset.js';
export type { FolderOptions } from './folder.js';
export type { DataKind } from './kind.js';
export type { Layout } from './layout.js';
export { type SequencesOptions, sequences } from './sequences.js';
export { openDataset, type SourceOptions } from './source.js';
