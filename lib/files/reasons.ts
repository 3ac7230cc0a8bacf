/** What the file system says, in words. */

/** Words for each code of the system's. `native/checkpoint/io_error.cc` has the same for what is written and read there. */
const words: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EBUSY: 'in use',
  EDQUOT: 'the disk quota is used up',
  EEXIST: 'something else is there already',
  EFBIG: 'larger than a file may be',
  EIO: 'the device failed',
  EISDIR: 'is a folder',
  ELOOP: 'a loop of links',
  EMFILE: 'too many open files',
  ENAMETOOLONG: 'name too long',
  ENFILE: 'too many open files',
  ENODEV: 'no such device',
  ENOENT: 'no such file or folder',
  ENOMEM: 'out of memory',
  ENOSPC: 'no space left on the device',
  ENOTDIR: 'a part of the path is not a folder',
  ENOTEMPTY: 'the folder is not empty',
  ENXIO: 'no such device',
  EPERM: 'not permitted',
  EPIPE: 'nobody reads it any more',
  EROFS: 'read-only file system',
  ESTALE: 'the network file system has lost it',
  ETXTBSY: 'in use',
};

/** Why the file system refused an action, in words; of an error that is not its own, the first line of the message. */
export function reasonOfRefusal(action: string, error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  // What is written may be new, so only its folder can be missing.
  if (code === 'ENOENT' && action !== 'read') return 'no such folder';
  return words[code ?? ''] ?? (message.split('\n', 1)[0] as string);
}
