#!/usr/bin/env bash
# Finds out whether ganode works on the GPU of a bare machine: no Node, no network; python3 with torch, g++, cmake, ninja. It
# needs what `npm run gpu-check:prepare` packed. docs/gpu.md says how it is run.
#
#   OUT=DIR bash scripts/gpu-check/run.sh
#
# OUT: the folder for results
# GANODE_CHECK_DEVICE: cuda (default), or cpu, with small networks, to try the check itself
# GANODE_CHECK_TORCH: the folder of torch (default: that of python3)
# GANODE_CHECK_PACKED: what was packed (default: dist-gpu-check)
# GANODE_CHECK_WORK: where it is built; kept, so that a second run builds only what is new (default: build/gpu-check)
# GANODE_CHECK_CMAKE: more options of CMake's
# GANODE_PYTHON: the Python with the PyTorch to compare with (default: python3)
# and those of stage.sh
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
: "${OUT:?OUT: expected the folder for results}"
packed=$(realpath "${GANODE_CHECK_PACKED:-dist-gpu-check}")
work=${GANODE_CHECK_WORK:-build/gpu-check}
mkdir -p "$OUT" "$work" || exit 1
OUT=$(realpath "$OUT")
work=$(realpath "$work")
export OUT GANODE_CHECK_DEVICE=${GANODE_CHECK_DEVICE:-cuda}
find_torch='import importlib.util as u; print(u.find_spec("torch").submodule_search_locations[0])'
torch=$(realpath "${GANODE_CHECK_TORCH:-$(python3 -c "$find_torch")}")
export PATH=$work/bin:$PATH:/usr/local/cuda/bin
check=scripts/gpu-check
. $check/stage.sh

stage lay-out 60 python3 $check/lay-out.py "$packed" "$work"
cd "$work" || exit 1
stage machine 30 bash $check/machine.sh "$torch"

build() { stage "$1" "$2" cmake --build build --target "${@:3}" --parallel "$(nproc)" -- -k 0; }
# shellcheck disable=SC2086
stage configure 60 cmake -S . -B build -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_FLAGS=-fmax-errors=5 \
  "-DGANODE_LIBTORCH=$torch" "-DCMAKE_JS_INC=$work/node_modules/node-api-headers/include" \
  "-DCMAKE_LIBRARY_OUTPUT_DIRECTORY=$work/build/Release" ${GANODE_CHECK_CMAKE:-}
build addon 200 all
stage manifest 10 node $check/manifest.mjs "$torch"
build core-build 150 ganode_core_test
# The addon finds it beside itself; the tests lie elsewhere.
recorder=$work/build/Release/ganode_cuda.so
[ ! -e "$recorder" ] || export GANODE_CUDA_LIBRARY=$recorder
GANODE_TEST_DEVICE=$GANODE_CHECK_DEVICE stage core-tests 90 build/ganode_core_test

stage doctor 30 node dist/cli/main.js doctor
stage train 100 node $check/train.mjs
stage resume 60 node $check/resume.mjs
stage sample 60 node $check/sample.mjs
# What is left, less the end of the last turn.
left=$((GANODE_CHECK_SECONDS - SECONDS - 20))
((left > 1)) || left=1
GANODE_PYTHON=${GANODE_PYTHON:-python3} stage speed $((left + 20)) node $check/speed.mjs $left
summarize
