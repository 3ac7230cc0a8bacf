# The target `libtorch`: headers, and the libraries that the addon links. Not find_package(Torch): that asks for a CUDA
# toolkit where libtorch has CUDA, which compiling and linking the addon does not need, and brings MKL's run paths.
if(NOT EXISTS "${GANODE_LIBTORCH}/include/ATen/ATen.h")
  message(FATAL_ERROR "GANODE_LIBTORCH is '${GANODE_LIBTORCH}', and no libtorch is there (include/ATen/ATen.h is absent)")
endif()

add_library(libtorch INTERFACE)
target_include_directories(libtorch SYSTEM INTERFACE
  "${GANODE_LIBTORCH}/include" "${GANODE_LIBTORCH}/include/torch/csrc/api/include")
foreach(name torch_cpu c10)
  find_library(GANODE_LIB_${name} ${name} PATHS "${GANODE_LIBTORCH}/lib" NO_DEFAULT_PATH NO_CACHE REQUIRED)
  target_link_libraries(libtorch INTERFACE "${GANODE_LIB_${name}}")
endforeach()

# `libtorch_cuda`: for programs and addons that nothing opens libtorch's libraries for. Nothing refers to libtorch_cuda by
# name: its operators register themselves when it is loaded. It needs libraries that may lie elsewhere (cuBLAS, cuDNN); they
# are found when it is loaded, by its own run path. The addon of packages is linked without it, so that the same file goes
# with builds of libtorch for the CPU and for CUDA.
add_library(libtorch_cuda INTERFACE)
find_library(GANODE_LIB_torch_cuda torch_cuda PATHS "${GANODE_LIBTORCH}/lib" NO_DEFAULT_PATH NO_CACHE)
if(GANODE_LIB_torch_cuda AND UNIX)
  target_link_libraries(libtorch_cuda INTERFACE
    "-Wl,--no-as-needed,${GANODE_LIB_torch_cuda},--as-needed")
elseif(GANODE_LIB_torch_cuda)
  target_link_libraries(libtorch_cuda INTERFACE "${GANODE_LIB_torch_cuda}" "-INCLUDE:?warp_size@cuda@at@@YAHXZ")
endif()
