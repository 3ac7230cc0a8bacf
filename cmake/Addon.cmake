# The addons: `ganode`, `preload`, which opens libtorch for it where both are packages, and `packed`: `ganode` again, with run
# paths relative to the places of packages (nested, or hoisted) and nothing of this machine.
file(GLOB GANODE_BINDING CONFIGURE_DEPENDS native/addon.cc native/binding/*.cc)
execute_process(
  COMMAND node -p "require('node-addon-api').include_dir"
  WORKING_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}" OUTPUT_VARIABLE NAPI_DIR OUTPUT_STRIP_TRAILING_WHITESPACE)
get_filename_component(NAPI_DIR "${NAPI_DIR}" ABSOLUTE BASE_DIR "${CMAKE_CURRENT_SOURCE_DIR}")

if(APPLE)
  set(origin "@loader_path")
else()
  set(origin "$ORIGIN")
endif()
set(runtime "@ganode/libtorch-cpu-${GANODE_PLATFORM}/lib")

add_library(ganode SHARED ${GANODE_BINDING})
target_include_directories(ganode SYSTEM PRIVATE "${NAPI_DIR}")
target_compile_definitions(ganode PRIVATE NAPI_CPP_EXCEPTIONS)
target_precompile_headers(ganode PRIVATE native/pch.h)
target_link_libraries(ganode PRIVATE libtorch_cuda)
set_target_properties(ganode PROPERTIES BUILD_RPATH "${GANODE_LIBTORCH}/lib")

add_library(packed SHARED EXCLUDE_FROM_ALL $<TARGET_OBJECTS:ganode>)
set_target_properties(packed PROPERTIES
  OUTPUT_NAME ganode LINKER_LANGUAGE CXX LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/packed"
  BUILD_WITH_INSTALL_RPATH ON INSTALL_RPATH "${origin}/node_modules/${runtime};${origin}/../../${runtime}")

add_library(preload SHARED native/preload/preload.cc)
target_link_libraries(preload PRIVATE ${CMAKE_DL_LIBS})
if(NOT MSVC)
  target_compile_options(preload PRIVATE -fvisibility=hidden -fno-exceptions -fno-rtti)
endif()

foreach(addon ganode packed)
  target_link_libraries(${addon} PRIVATE ganode_core)
  if(UNIX AND NOT APPLE)
    set(exports "${CMAKE_CURRENT_SOURCE_DIR}/native/exports.map")
    set_target_properties(${addon} PROPERTIES LINK_DEPENDS "${exports}")
    target_link_options(${addon} PRIVATE -Wl,--exclude-libs,ALL "-Wl,--version-script=${exports}")
  endif()
endforeach()

foreach(addon ganode packed preload)
  set_target_properties(${addon} PROPERTIES PREFIX "" SUFFIX ".node")
  target_include_directories(${addon} SYSTEM PRIVATE ${CMAKE_JS_INC})
  target_compile_definitions(${addon} PRIVATE NAPI_VERSION=8 BUILDING_NODE_EXTENSION)
  target_sources(${addon} PRIVATE ${CMAKE_JS_SRC})
  target_link_libraries(${addon} PRIVATE ${CMAKE_JS_LIB})
  if(UNIX AND NOT APPLE)
    # OpenMP's threads may outlive the last environment that loaded the addon: it must never be unmapped under them.
    target_link_options(${addon} PRIVATE -Wl,-z,nodelete -Wl,--as-needed)
  endif()
endforeach()

if(MSVC AND CMAKE_JS_NODELIB_DEF AND CMAKE_JS_NODELIB_TARGET)
  execute_process(COMMAND ${CMAKE_AR} /def:${CMAKE_JS_NODELIB_DEF} /out:${CMAKE_JS_NODELIB_TARGET} ${CMAKE_STATIC_LINKER_FLAGS})
endif()
