// Training state: the players, weight averages, random state, a step counter; what runs steps, samples, saves
// and loads.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "checkpoint/safetensors.h"
#include "optimizer/average.h"
#include "profile/profiler.h"
#include "step/adversarial.h"
#include "step/options.h"
#include "step/sampling.h"
#include "step/transfer.h"

namespace ganode {

// Real data for `steps` steps, as JavaScript gives it (RunRequest in lib/native.ts); the memory is the
// caller's.
struct RunData {
  int64_t steps = 0;
  at::Tensor images;   // uint8 or float32, flat
  at::Tensor labels;   // int32, flat; may be undefined
  at::Tensor latents;  // float32, flat; may be undefined
};

struct RunResult {
  int64_t completed = 0;
  std::vector<std::string> columns;
  std::vector<double> values;  // completed × columns; NaN where a step has no such number
};

class Session {
 public:
  static constexpr const char* kNoun = "session";  // for messages

  // Called on the thread that will train: threads of ATen are set for it.
  explicit Session(SessionOptions options);
  // A session that goes on from a checkpoint, whose weights are compared with the networks before any of
  // these is made. Throws what `load` throws.
  static std::unique_ptr<Session> resumed(SessionOptions options, const std::string& path);

  // Stops early, between steps, when `cancelled` says so. On a GPU the numbers of a step are read when the
  // next one is launched, so that the device never waits for the host, and those of the last one before this
  // returns.
  // Throws Error("NON_FINITE") with the step and the term, on a GPU one step late: by then the next step has
  // moved the weights too, and `save` refuses them. Error("INVALID_DATA") for data of the wrong size.
  RunResult run(const RunData& data, const std::function<bool()>& cancelled);

  at::Tensor sample(SampleOptions options) const;

  // Records `steps` of the coming steps, after `skip` others. Throws Error("INVALID_OPTION") for fewer than
  // one.
  void startProfile(int64_t skip, int64_t steps);
  // Ends recording. Empty where no step was recorded.
  profile::Profile takeProfile() { return profiler_.take(); }

  // Everything that training needs to go on. Throws Error("NON_FINITE") rather than write weights that are
  // not finite.
  uint64_t save(const std::string& path, Metadata metadata) const;
  // The session stays as it was when the file does not fit.
  Checkpoint load(const std::string& path);
  // Weights of another training as a start.
  TransferReport transfer(const std::string& path);

  // Live tensors by name, as checkpoints name them.
  NamedTensors tensors() const;
  uint64_t bytes() const;

 private:
  void restore(const Checkpoint& file, const std::string& path);
  at::Tensor nextLatents(int64_t n);
  at::Tensor nextNoise(int64_t n, int64_t size);
  std::optional<at::Tensor> nextGiven(int64_t n);
  Player makePlayer(const SessionOptions::Network& network, const std::string& name, double lazyRatio = 1);
  std::unique_ptr<Step> makeStep();
  std::unique_ptr<Step> makeProcedureStep();
  // The images and labels of a run on the device, where all of them are brought at once.
  RunData sent(const RunData& data) const;
  // `skipped`: images of earlier steps in `data`.
  StepData stepData(const RunData& data, double skipped, const StepPosition& position) const;
  // Both networks grow by as many doublings as the recipe says.
  void requireGrowth() const;
  // To where training stands.
  void grow() const;
  void check(const RunData& data) const;

  SessionOptions options_;
  at::Device device_;
  bool bfloat16_;
  at::Generator random_;
  Player generator_;
  std::optional<Player> discriminator_;
  std::optional<Player> encoder_;
  std::optional<WeightAverage> average_;
  std::optional<WeightAverage> encoderAverage_;
  std::unique_ptr<Step> step_;
  mutable SamplingRecordings sampling_;
  profile::Profiler profiler_;
  int64_t stepsDone_ = 0;
  at::Tensor givenLatents_;  // [n, latentSize] in place of drawn ones
  int64_t givenLatentsUsed_ = 0;
};

}  // namespace ganode
