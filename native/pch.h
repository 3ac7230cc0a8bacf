// What nearly every source of the core includes, parsed once. torch/torch.h (torch::nn, data) is left out on
// purpose: the core needs tensors and autograd only, and compiles four times faster for it.
#pragma once

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>
