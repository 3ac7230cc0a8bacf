#include "pretended_device.h"

#include <stdexcept>

#include "device/recorder.h"

namespace {

struct PretendedRecording final : ganode::Recorder::Recording {
  explicit PretendedRecording(std::function<void()> recorded) : kernel(std::move(recorded)) {}
  void launch() override {
    ++Pretended::replays;
    kernel();
  }
  std::function<void()> kernel;
};

struct PretendedRecorder final : ganode::Recorder {
  void rehearse(const Work& work) override {
    work();
    if (Pretended::waits) throw std::runtime_error("an operator waits for the device");
  }
  std::unique_ptr<Recording> record(const Work& work) override {
    struct While {
      While() { Pretended::recording = true; }
      ~While() { Pretended::recording = false; }
    };
    {
      const While recording;
      work();
    }
    return std::make_unique<PretendedRecording>(Pretended::kernel);
  }
};

const bool registered = [] {
  ganode::registerRecorder(at::kPrivateUse1,
                           [](const at::Device&) { return std::make_unique<PretendedRecorder>(); });
  return true;
}();

}  // namespace
