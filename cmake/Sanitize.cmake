# Options of `npm run test:sanitize`: AddressSanitizer and UndefinedBehaviorSanitizer, float to integer conversions that
# overflow, and the checks of libstdc++'s containers. Little optimization and line numbers only: with more, the loops of
# native/convolution alone take minutes to compile.
set(sanitizers -fsanitize=address,undefined,float-cast-overflow)
target_compile_options(ganode_options INTERFACE ${sanitizers} -fno-sanitize-recover=all -fno-omit-frame-pointer -O0 -g1)
target_compile_definitions(ganode_options INTERFACE _GLIBCXX_ASSERTIONS)
target_link_options(ganode_options INTERFACE ${sanitizers})
set(GANODE_KERNEL_OPTIMIZATION -O1)

set(CMAKE_UNITY_BUILD ON)
