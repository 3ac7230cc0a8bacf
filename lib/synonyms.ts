/** What other software calls the options and settings of this one. */

/** Names that other software has for an option, by its name here; in small letters, without dashes, underscores and dots. */
const names: Readonly<Record<string, readonly string[]>> = {
  batch: ['batchsize', 'batchsz', 'bs', 'bsz', 'minibatch', 'minibatchsize', 'batches'],
  epochs: ['numepochs', 'nepochs', 'maxepochs', 'numberofepochs', 'epoch', 'niter'],
  'duration.epochs': ['epochs', 'numepochs', 'nepochs', 'maxepochs', 'numberofepochs', 'epoch'],
  count: ['n', 'num', 'number', 'numimages', 'numsamples', 'nsamples', 'samples', 'images'],
  images: ['numimages', 'nimages', 'totalimages', 'maximages', 'kimg', 'totalkimg'],
  'duration.images': ['images', 'numimages', 'totalimages', 'kimg', 'totalkimg'],
  data: ['dataset', 'datadir', 'datapath', 'dataroot', 'traindata', 'input', 'source'],
  out: ['output', 'outdir', 'outputdir', 'savedir', 'savepath', 'logdir', 'resultsdir', 'dir', 'o'],
  device: ['gpu', 'gpus', 'cuda', 'usegpu', 'usecuda', 'accelerator', 'ngpu'],
  threads: ['numthreads', 'nthreads', 'numworkers', 'nworkers', 'workers', 'cores', 'cpus', 'jobs'],
  size: ['imagesize', 'imgsize', 'imsize', 'resolution', 'res', 'height', 'crop', 'cropsize'],
  image: ['imagesize', 'imgsize', 'imsize', 'resolution', 'shape', 'imageshape', 'size'],
  channels: ['numchannels', 'nchannels', 'nc', 'imagechannels'],
  recipe: ['model', 'arch', 'architecture', 'gan', 'network', 'type', 'preset'],
  precision: ['amp', 'fp16', 'bf16', 'dtype', 'mixedprecision', 'half'],
  tf32: ['allowtf32', 'usetf32', 'float32matmulprecision', 'matmulprecision'],
  deterministic: ['usedeterministicalgorithms', 'cudnndeterministic', 'reproducible'],
  resume: ['checkpoint', 'ckpt', 'load', 'continue', 'restore', 'resumefrom', 'pretrained'],
  transfer: ['pretrained', 'finetune', 'init', 'initfrom', 'weights'],
  seed: ['randomseed', 'manualseed', 'rngseed'],
  truncation: ['psi', 'trunc', 'truncationpsi', 'temperature'],
  labels: ['label', 'class', 'classes', 'y'],
  label: ['labels', 'class', 'classes', 'y'],
  frames: ['numframes', 'nframes', 'steps', 'length'],
  metrics: ['metric', 'scores'],
  force: ['overwrite', 'yes', 'y', 'f'],
  extractor: ['inception', 'features', 'featureextractor', 'classifier'],
  config: ['cfg', 'configfile', 'params', 'settings'],
  'memory-limit': ['memory', 'maxmemory', 'cachesize', 'ram'],
  'dry-run': ['dryrun', 'check', 'summary'],
  'model.width': ['width', 'ngf', 'ndf', 'nf', 'featuremaps', 'basechannels', 'filters'],
  width: ['ngf', 'ndf', 'nf', 'featuremaps', 'basechannels', 'filters'],
  'model.latentSize': ['latentsize', 'latentdim', 'latentdims', 'nz', 'zdim', 'zsize', 'noisedim'],
  latentSize: ['latentdim', 'latentdims', 'nz', 'zdim', 'zsize', 'noisedim'],
  'optimizers.generator.learningRate': ['lr', 'learningrate', 'rate', 'glr', 'lrg'],
  'optimizers.discriminator.learningRate': ['dlr', 'lrd'],
  learningRate: ['lr', 'rate', 'alpha'],
  'optimizers.generator.betas': ['beta1', 'beta2', 'betas'],
  betas: ['beta1', 'beta2', 'beta'],
  'optimizers.generator.kind': ['optimizer', 'optim'],
  weightDecay: ['wd', 'decay', 'l2'],
  discriminatorSteps: ['ncritic', 'criticiters', 'dsteps', 'diters', 'nd', 'kdsteps'],
  generatorSteps: ['gsteps', 'giters'],
  accumulation: ['gradientaccumulation', 'accumulate', 'gradaccum', 'accumulationsteps'],
  'checkpoint.every': ['saveevery', 'saveinterval', 'savefreq', 'checkpointinterval', 'snap'],
  'samples.every': ['sampleevery', 'sampleinterval', 'samplefreq'],
  reportEvery: ['logevery', 'loginterval', 'logfreq', 'printevery', 'printfreq'],
  'loss.kind': ['loss', 'lossfn', 'criterion', 'objective', 'ganmode'],
  penalties: ['gp', 'gradientpenalty', 'lambda', 'lambdagp', 'r1', 'r1gamma', 'gamma'],
  augment: ['augmentation', 'aug', 'ada', 'diffaug', 'diffaugment'],
  ema: ['emadecay', 'average', 'averaging', 'usema'],
  flip: ['mirror', 'hflip', 'randomflip', 'xflip'],
  classes: ['numclasses', 'nclasses', 'cond', 'conditional'],
  keep: ['maxtokeep', 'savetotallimit'],
  every: ['interval', 'frequency', 'freq'],
};

/**
 * What a word of other software is here, among `known` names: one of them, or a path (`model.width`) that begins with one.
 * Undefined where nothing is known of it.
 */
export function synonymOf(word: string, known: readonly string[]): string | undefined {
  const plain = word.toLowerCase().replace(/[^a-z0-9]/g, '');
  return Object.keys(names).find(
    (name) =>
      names[name]?.includes(plain) &&
      (known.includes(name) || (name.includes('.') && known.includes(name.split('.')[0] ?? ''))),
  );
}
