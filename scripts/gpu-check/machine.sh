# What machine this is, and what it has. Fails where a GPU is asked for and none answers.
#
#   bash machine.sh TORCH    the folder of torch

show() {
  echo "\$ $*"
  "$@" 2>&1 || echo "(exit $?)"
}
show uname -srm
show head -2 /etc/os-release
show ldd --version
show nproc
show free -m
show df -h .
for tool in python3 g++ cmake ninja node nvcc; do show "$tool" --version; done
show cat "$1/version.py"
show ls "$1/lib" "$1/.." "$1/../nvidia"
[ "$GANODE_CHECK_DEVICE" != cuda ] || nvidia-smi
