# Options of `npm run test:sanitize`: AddressSanitizer and UndefinedBehaviorSanitizer, float to integer conversions that
# overflow, and the checks of libstdc++'s containers. Little optimization and line numbers only: with more, the loops of
# native/convolution alone take minutes to compile.
set(sanitizers -fsanitize=address,undefined,float-cast-overflow)
target_compile_options(ganode_options INTERFACE ${sanitizers} -fno-sanitize-recover=all -fno-omit-frame-pointer -O0 -g1)
target_compile_definitions(ganode_options INTERFACE _GLIBCXX_ASSERTIONS)
target_link_options(ganode_options INTERFACE ${sanitizers})
set(GANODE_KERNEL_OPTIMIZATION -O1)

# Much of what a source file takes to compile are libtorch's templates, once for each file: several files are compiled as one.
set(CMAKE_UNITY_BUILD ON)
set(CMAKE_UNITY_BUILD_BATCH_SIZE 6)
# It does not matter which files come together: all of the core compiles as one file as well.
