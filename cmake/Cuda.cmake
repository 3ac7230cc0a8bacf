# `ganode_cuda`: what needs libtorch's CUDA by name, a library beside the addon that is opened at run time. It needs the
# headers of CUDA's runtime and no compiler of CUDA's; where they are not found it is left out, and steps are not recorded.
get_filename_component(site "${GANODE_LIBTORCH}" DIRECTORY)
file(GLOB wheels "${site}/nvidia/cu*/include" "${site}/nvidia/cuda_runtime/include" "${site}/nvidia/cuda_nvcc/include")
file(GLOB toolkits "/usr/local/cuda/include" "/usr/local/cuda-*/include")
set(places ${wheels} "$ENV{CUDA_HOME}/include" ${toolkits})
find_path(GANODE_CUDA_HEADERS cuda_runtime_api.h HINTS ${places})
# The headers of CUDA's runtime include these, which are a package of their own (pip's nvidia-cuda-crt).
find_path(GANODE_CUDA_CRT_HEADERS crt/host_config.h HINTS "${GANODE_CUDA_HEADERS}" ${places})
if(NOT GANODE_CUDA_HEADERS OR NOT GANODE_CUDA_CRT_HEADERS)
  message(WARNING "This libtorch has CUDA, but the headers of CUDA's runtime were not found (GANODE_CUDA_HEADERS and "
    "GANODE_CUDA_CRT_HEADERS, CUDA_HOME, or pip's nvidia-cuda-runtime and nvidia-cuda-crt beside libtorch): steps are not "
    "recorded on a GPU")
  return()
endif()

find_library(GANODE_LIB_c10_cuda c10_cuda PATHS "${GANODE_LIBTORCH}/lib" NO_DEFAULT_PATH NO_CACHE REQUIRED)
add_library(ganode_cuda MODULE native/cuda/recorder.cc)
target_include_directories(ganode_cuda SYSTEM PRIVATE "${GANODE_CUDA_HEADERS}" "${GANODE_CUDA_CRT_HEADERS}")
set_target_properties(ganode_cuda PROPERTIES BUILD_RPATH "${GANODE_LIBTORCH}/lib")

# The library as the package with the addon has it: without run paths, since the loader has opened libtorch's libraries by then.
add_library(packed_cuda MODULE EXCLUDE_FROM_ALL $<TARGET_OBJECTS:ganode_cuda>)
set_target_properties(packed_cuda PROPERTIES
  OUTPUT_NAME ganode_cuda LINKER_LANGUAGE CXX LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/packed" SKIP_BUILD_RPATH ON)

foreach(library ganode_cuda packed_cuda)
  target_link_libraries(${library} PRIVATE ganode_options "${GANODE_LIB_torch_cuda}" "${GANODE_LIB_c10_cuda}")
  set_target_properties(${library} PROPERTIES PREFIX "")
endforeach()
