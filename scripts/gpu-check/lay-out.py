"""Lays out what the check runs on: the project's sources, and what prepare.mjs packed. Python's own modules only.

    python3 lay-out.py PACKED WORK

A source that is there with the same content stays as it is, so that a second build does only what is new.
"""

import filecmp
import lzma
import os
import shutil
import sys
import tarfile

packed, work = sys.argv[1:]
sources = [
    *["CMakeLists.txt", "package.json", "cmake", "native", "scripts", "bench"],
    *["test/native", "test/reference/fixtures", "test/helpers/safetensors.mjs"],
]


def copy(source, target):
    os.makedirs(os.path.dirname(target), exist_ok=True)
    if not (os.path.exists(target) and filecmp.cmp(source, target, shallow=False)):
        shutil.copy(source, target)


for name in sources:
    if os.path.isdir(name):
        shutil.copytree(name, os.path.join(work, name), copy_function=copy, dirs_exist_ok=True)
    else:
        copy(name, os.path.join(work, name))

for name in sorted(os.listdir(packed)):
    path = os.path.join(packed, name)
    if name.endswith(".tar.xz"):
        with tarfile.open(path) as archive:
            archive.extractall(work)
    elif name.startswith("node-"):
        node = os.path.join(work, "bin", "node")
        os.makedirs(os.path.dirname(node), exist_ok=True)
        with lzma.open(path) as source, open(node, "wb") as target:
            shutil.copyfileobj(source, target)
        os.chmod(node, 0o755)
    print(f"{name}: {os.path.getsize(path) / 2**20:.1f} MiB")
