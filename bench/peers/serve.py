"""A peer in Python: lines of input, answered by lines of JSON. Ends with its input."""
import json
import os
import resource
import sys
import time


def peak_bytes():
    """The most memory that this process had."""
    if sys.platform == "linux":
        # What getrusage tells may be the parent's, from before exec.
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def serve(open_peer):
    """`open_peer(config)` gives what says hello, with `parameters` and `versions`, and a function that runs so many steps and
    returns `{seconds, steps, images}`."""
    # Whatever a library prints goes to the error output.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def answer(value):
        answers.write(json.dumps(value) + "\n")
        answers.flush()

    run = None
    for line in sys.stdin:
        try:
            if run is None:
                hello, run = open_peer(json.loads(line))
                answer(hello)
                continue
            command, *arguments = line.split()
            answer({"bytes": peak_bytes()} if command == "memory" else run(int(arguments[0])))
        except Exception as error:
            answer({"error": f"{type(error).__name__}: {error}".splitlines()[0]})


def timed(step, images, wait=lambda: None):
    """A `run` that calls `step` so many times; `images`: those of one step; `wait` waits for a device that works on by itself."""

    def run(steps):
        wait()
        start = time.perf_counter()
        for _ in range(steps):
            step()
        wait()
        return {"seconds": time.perf_counter() - start, "steps": steps, "images": steps * images}

    return run
