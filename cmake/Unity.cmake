# For builds with CMAKE_UNITY_BUILD. Much of what a source file takes to compile are libtorch's templates, once for each file:
# several files are compiled as one. It does not matter which come together: all of the core compiles as one file as well.
set(CMAKE_UNITY_BUILD_BATCH_SIZE 6)
