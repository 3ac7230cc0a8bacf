export { ArrayDataset, type ArrayDatasetOptions, type Dataset } from './dataset.js';
export type { FolderOptions } from './folder.js';
export { openDataset, type SourceOptions } from './source.js';
