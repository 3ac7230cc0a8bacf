// Forward passes of the adversarial step: fakes from latents, verdicts on images.
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <utility>

#include "graph/graph.h"
#include "step/augment_control.h"
#include "step/step.h"
#include "step/timeline.h"

namespace ganode {

// A batch of fakes and the labels they were made for.
struct Fakes {
  at::Tensor images;
  at::Tensor labels;
  at::Tensor gate;  // the weights of G's experts, [n, experts]; undefined: it has none
};

struct Verdict {
  at::Tensor logits;
  at::Tensor classLogits;  // undefined: D has no such output
  at::Tensor expertLogits;
};

// What one step is run with.
struct StepRun {
  const StepData& data;
  const LatentSource& latents;
  at::Generator& random;
  const StepPosition& position;

  Mode mode() const {
    Mode mode{true, &random};
    mode.images = position.images;
    return mode;
  }
  at::Tensor labels(int64_t microbatch) const {
    return data.labels.defined() ? data.labels[microbatch] : at::Tensor();
  }
};

class Passes {
 public:
  struct Options {
    int64_t packing = 1;
    bool bfloat16 = false;
  };
  // `augment`: of all that D sees; nullptr: none.
  Passes(Options options, const Graph& generator, const Graph& discriminator, const AugmentControl* augment);

  Values outputsOfGenerator(const StepRun& run, int64_t n, const at::Tensor& labels) const;
  Fakes generate(const StepRun& run, int64_t n, const at::Tensor& labels) const;
  // `packed`: images as D takes them, before augmentation.
  Verdict judge(const StepRun& run, const at::Tensor& packed, const at::Tensor& labels) const;
  // The verdicts on real images and on fakes of the same labels; by one forward pass where that is the same.
  std::pair<Verdict, Verdict> judgeBoth(const StepRun& run, const at::Tensor& real, const at::Tensor& fake,
                                        const at::Tensor& labels) const;
  at::Tensor packed(const at::Tensor& images) const;
  at::Tensor unpacked(const at::Tensor& images) const;

 private:
  Options options_;
  const Graph& generator_;
  const Graph& discriminator_;
  const AugmentControl* augment_;
  // No operator of D mixes the samples of a batch or moves state with each pass (spectral normalization), so
  // that one pass over both halves is the same as two.
  bool merges_;
};

}  // namespace ganode
