#include "pretended_device.h"

#include <stdexcept>
#include <utility>

#include "device/recorder.h"

namespace {

struct PretendedRecording final : ganode::Recorder::Recording {
  PretendedRecording(std::function<void()> recorded, std::vector<std::function<void()>> operators)
      : kernel(std::move(recorded)), tape(std::move(operators)) {}
  void launch() override {
    ++Pretended::replays;
    if (kernel) return kernel();
    for (const std::function<void()>& one : tape) one();
  }
  std::function<void()> kernel;
  std::vector<std::function<void()>> tape;
};

struct PretendedRecorder final : ganode::Recorder {
  void rehearse(const Work& work) override {
    const int before = Pretended::reads;
    work();
    if (Pretended::waits || Pretended::reads > before)
      throw std::runtime_error("an operator waits for the device");
  }
  std::unique_ptr<Recording> record(const Work& work) override {
    struct While {
      While() { Pretended::recording = true; }
      ~While() { Pretended::recording = false; }
    };
    {
      const While recording;
      Pretended::tape.clear();
      Pretended::undo.clear();
      work();
    }
    for (auto one = Pretended::undo.rbegin(); one != Pretended::undo.rend(); ++one) (*one)();
    Pretended::undo.clear();
    return std::make_unique<PretendedRecording>(Pretended::kernel, std::move(Pretended::tape));
  }
};

const bool registered = [] {
  ganode::registerRecorder(at::kPrivateUse1,
                           [](const at::Device&) { return std::make_unique<PretendedRecorder>(); });
  return true;
}();

}  // namespace
