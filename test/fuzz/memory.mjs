// Memory of this process, as Linux tells it; elsewhere as it stands at the moment.
import { readFileSync, writeFileSync } from 'node:fs';

/** Makes the peak what is held now, in bytes. */
export function resetPeak() {
  try {
    writeFileSync('/proc/self/clear_refs', '5');
  } catch {
    // Not Linux, or not allowed: peaks are those of the whole life of the process.
  }
  return peakMemory();
}

/** The most bytes that were held since. */
export function peakMemory() {
  try {
    const kilobytes = /^VmHWM:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1];
    return Number(kilobytes) * 1024;
  } catch {
    return process.memoryUsage.rss();
  }
}
