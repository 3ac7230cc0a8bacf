// Opens libtorch's libraries by their paths, before the addon that needs them: wherever a package manager has
// put them, the linker then finds them loaded. An addon of its own, which needs neither libtorch nor the C++
// library.
#include <node_api.h>

#include <cstddef>

#ifdef _WIN32
#include <windows.h>
#else
#include <dlfcn.h>
#endif

namespace {

constexpr size_t kLongestPath = 4096;

// Null where it went well. What is open stays open.
const char* openLibrary(const char* path) {
#ifdef _WIN32
  wchar_t wide[kLongestPath];
  if (MultiByteToWideChar(CP_UTF8, 0, path, -1, wide, kLongestPath) == 0) return "the path is too long";
  return LoadLibraryExW(wide, nullptr, LOAD_WITH_ALTERED_SEARCH_PATH) ? nullptr : "LoadLibraryExW refused it";
#else
  return dlopen(path, RTLD_LAZY | RTLD_LOCAL) ? nullptr : dlerror();
#endif
}

// (path: string) => void. Throws what the linker says.
napi_value preload(napi_env env, napi_callback_info info) {
  napi_value argument = nullptr;
  size_t count = 1;
  char path[kLongestPath];
  size_t length = 0;
  if (napi_get_cb_info(env, info, &count, &argument, nullptr, nullptr) != napi_ok || count != 1 ||
      napi_get_value_string_utf8(env, argument, path, sizeof path, &length) != napi_ok ||
      length + 1 >= sizeof path) {
    napi_throw_type_error(env, nullptr, "expected a path");
    return nullptr;
  }
  if (const char* problem = openLibrary(path)) napi_throw_error(env, nullptr, problem);
  return nullptr;
}

napi_value init(napi_env env, napi_value exports) {
  napi_value function = nullptr;
  if (napi_create_function(env, "preload", NAPI_AUTO_LENGTH, preload, nullptr, &function) != napi_ok)
    return nullptr;
  napi_set_named_property(env, exports, "preload", function);
  return exports;
}

}  // namespace

NAPI_MODULE_INIT() { return init(env, exports); }
