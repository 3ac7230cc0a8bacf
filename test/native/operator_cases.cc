#include "operator_cases.h"

namespace ganode::test {
namespace {

constexpr int64_t kConverged = 2000;

ValueShape real(Dims dims) { return {std::move(dims), 0}; }
ValueShape label() { return {{}, 4}; }

}  // namespace

GraphSpec graphOf(const OperatorCase& one) {
  nlohmann::json node = nlohmann::json::parse("{" + one.attributes + "}");
  node["name"] = "n";
  node["op"] = one.op;
  nlohmann::json inputs = nlohmann::json::object();
  for (const ValueShape& input : one.inputs) {
    std::string name = "x";
    name += std::to_string(inputs.size());
    node["inputs"].push_back(name);
    if (input.isLabel())
      inputs[name]["classes"] = input.classes;
    else
      inputs[name]["shape"] = input.dims;
  }
  return parseGraph(
      nlohmann::json{{"version", 1}, {"inputs", inputs}, {"nodes", {node}}, {"outputs", {{"y", "n"}}}});
}

std::vector<OperatorCase> operatorCases() {
  const ValueShape features = real({4});
  const ValueShape image = real({2, 4, 4});
  const std::string spectral = R"(, "spectralNorm": true)";
  const std::string equalized = R"(, "equalized": true, "equalizedGain": 1.5, "learningRateMultiplier": 0.5)";
  const std::string dense = R"("units": 3)";
  const std::string conv = R"("filters": 3, "kernel": 3, "stride": 2, "padding": 1)";
  const std::string same = R"("filters": 2, "kernel": 4, "stride": 2, "padding": "same")";
  std::vector<OperatorCase> all = {
      {"dense", {features}, dense},
      {"dense", {features}, dense + equalized},
      {"dense", {features}, dense + spectral, true, 3, kConverged},
      {"dense", {features}, dense + spectral, false},
      {"conv2d", {image}, conv},
      {"conv2d", {image}, same},
      {"conv2d", {image}, conv + equalized},
      {"conv2d", {image}, conv + spectral, true, 3, kConverged},
      {"conv2d", {image}, conv + spectral, false},
      {"convTranspose2d", {real({2, 2, 3})}, conv},
      {"convTranspose2d", {real({2, 2, 3})}, same},
      {"convTranspose2d", {real({2, 2, 3})}, conv + equalized},
      {"convTranspose2d", {real({2, 2, 3})}, conv + spectral, true, 3, kConverged},
      {"convTranspose2d", {real({2, 2, 3})}, conv + spectral, false},
      // As matrix products (graph/matrix_convolution.h): a kernel over all of the input, one filter, a single
      // position.
      {"conv2d", {image}, R"("filters": 3, "kernel": 4)"},
      {"conv2d", {image}, R"("filters": 1, "kernel": 3, "padding": "same")"},
      {"convTranspose2d", {real({2, 1, 1})}, R"("filters": 3, "kernel": [2, 3])"},
      {"convTranspose2d", {real({2, 2, 3})}, R"("filters": 1, "kernel": 4, "stride": 2, "padding": 1)"},
      {"batchNorm", {image}},
      {"batchNorm", {features}},
      {"batchNorm", {image}, "", false},
      {"layerNorm", {image}},
      {"instanceNorm", {image}},
      {"groupNorm", {real({4, 2, 2})}, R"("groups": 2)"},
      {"virtualBatchNorm", {image}},
      {"virtualBatchNorm", {image}, "", true, 3, 1},
      {"virtualBatchNorm", {features}, "", true, 3, 1},
      {"virtualBatchNorm", {image}, "", false, 3, 1},
      {"conditionalBatchNorm", {image, label()}},
      {"conditionalBatchNorm", {image, features}},
      {"conditionalBatchNorm", {image, features}, R"("spectralNorm": true)", true, 3, kConverged},
      {"conditionalBatchNorm", {features, features}, R"("spectralNorm": true)", false},
      {"pixelNorm", {image}},
      {"pixelNorm", {features}},
      {"dropout", {features}},
      {"projection", {features, label()}},
      {"projection", {features, label()}, R"("spectralNorm": true)", true, 3, kConverged},
      {"selfAttention", {real({8, 2, 4})}, "", true, 2},
      {"selfAttention", {real({8, 2, 2})}, R"("pool": false)", true, 2},
      {"selfAttention", {real({8, 2, 2})}, R"("spectralNorm": true)", true, 2, kConverged},
      {"minibatchStdDev", {image}, "", true, 4},
      {"minibatchStdDev", {features}, R"("groupSize": 2, "features": 2)", true, 4},
      {"minibatchDiscrimination", {features}, R"("kernels": 3, "kernelSize": 2)"},
      {"leakyRelu", {features}},
      {"gelu", {features}},
      {"gelu", {features}, R"("approximate": "tanh")"},
      {"maxout", {image}, R"("pieces": 2)"},
      {"reshape", {image}, R"("shape": [4, 8])"},
      {"flatten", {image}},
      {"repeat", {features}, R"("count": 3)"},
      {"concat", {image, image}},
      {"add", {image, real({4, 4})}},
      {"multiply", {image, real({4, 4})}},
      {"upsample", {image}},
      {"upsample", {image}, R"("mode": "bilinear")"},
      {"downsample", {image}},
      {"downsample", {image}, R"("mode": "nearest")"},
      {"downsample", {image}, R"("mode": "bilinear")"},
      {"avgPool", {image}, R"("kernel": 3, "stride": 2, "padding": 1)"},
      {"maxPool", {image}, R"("kernel": 3, "stride": 2, "padding": 1)"},
      {"globalAvgPool", {image}},
      {"globalSumPool", {image}},
      {"slice", {image}, R"("axis": 1, "start": 1, "length": 2)"},
      {"dense", {real({3, 4})}, dense},
      {"lstm", {real({3, 4})}, R"("units": 2)"},
      {"lstm", {real({3, 2})}, R"("units": 2, "layers": 2, "bidirectional": true, "dropout": 0.3)"},
      {"lstm", {real({3, 2})}, R"("units": 2, "bidirectional": true, "returnSequences": false)"},
      {"gru", {real({3, 4})}, R"("units": 2)"},
      {"gru", {real({3, 2})}, R"("units": 2, "layers": 2, "bidirectional": true, "dropout": 0.3)"},
      {"gru", {real({3, 2})}, R"("units": 2, "returnSequences": false)"},
      {"upfirdn", {image}, R"("filter": [1, 3, 3, 1], "padding": [2, 1], "gain": 2)"},
      {"upfirdn", {image}, R"("filter": [1, 3, 3, 1], "up": 2, "padding": [2, 1], "gain": 4)"},
      {"upfirdn", {image}, R"("filter": [1, 2], "up": 3, "down": 2, "padding": [3, 0])"},
      {"styleMapping", {features}, R"("units": 3, "layers": 2, "styles": 3)"},
      {"styleMapping", {features, real({2})}, R"("units": 3, "layers": 2, "styles": 2, "mixing": 0)"},
      {"styleMapping", {features}, R"("units": 3, "layers": 1, "styles": 1)", false},
      {"modulatedConv2d", {image, real({2})}, R"("filters": 3, "kernel": 3)"},
      {"modulatedConv2d", {image, real({2})}, R"("filters": 3, "kernel": 3, "up": 2, "gain": 1.5)"},
      {"modulatedConv2d", {image, real({2})}, R"("filters": 3, "kernel": 1, "demodulate": false)"},
      {"noise", {image}},
      {"noise", {image}, "", false},
      {"constant", {features}, R"("shape": [2, 3])"},
      {"fade", {image, image}, R"("level": 1)"},
      {"dense", {features}, R"("units": 6, "groups": 2)"},
      {"gate", {features}, R"("kind": "soft", "temperature": 0.7)"},
      {"gate", {features, features}, R"("kind": "soft")"},
      {"mixture", {real({6}), real({3})}},
      {"mixture", {image, real({2})}},
  };
  for (const char* op : {"relu", "tanh", "sigmoid", "silu", "softplus"}) all.push_back({op, {features}});
  return all;
}

}  // namespace ganode::test
