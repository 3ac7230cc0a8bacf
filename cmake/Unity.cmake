# For builds with CMAKE_UNITY_BUILD. Much of what a source file takes to compile are libtorch's templates, once for each file:
# several files are compiled as one.
set(CMAKE_UNITY_BUILD_BATCH_SIZE 6)
# Files with names of their own (in unnamed namespaces) that others have as well. Without them all of the core compiles as one
# file, so that it does not matter which files come together.
set_source_files_properties(
  native/checkpoint/input_file.cc native/checkpoint/writer.cc native/graph/style.cc native/graph/weight.cc
  native/objective/adversarial.cc native/step/autoencoding.cc native/step/classifier.cc native/step/network.cc
  native/step/options.cc native/step/sampling.cc PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
