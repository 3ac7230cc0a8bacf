// How a device records the kernels that a piece of work queues, to launch them all at once later: CUDA
// graphs, and for tests a device that pretends.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <memory>
#include <string>

namespace ganode {

// Records on a stream of its own. One recorder serves one piece of work, whose recordings share their memory:
// they are to be launched one after the other.
class Recorder {
 public:
  class Recording {
   public:
    Recording() = default;
    Recording(const Recording&) = delete;
    Recording& operator=(const Recording&) = delete;
    virtual ~Recording() = default;
    // Queues what was recorded on the current stream.
    virtual void launch() = 0;
  };
  using Work = std::function<void()>;

  Recorder() = default;
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;
  virtual ~Recorder() = default;

  // Does the work on the recorder's stream, once or more often, and waits for it. Throws what the work
  // throws, and where an operator of it waits for the device. To be called before `record`: such an operator
  // would spoil the recording, and not only that (pytorch #180395: a capture that fails leaves the allocator
  // broken).
  virtual void rehearse(const Work& work) = 0;

  // Records the work, which is not done by it. Throws what the work throws, and where it cannot be recorded.
  virtual std::unique_ptr<Recording> record(const Work& work) = 0;
};

using RecorderFactory = std::function<std::unique_ptr<Recorder>(const at::Device&)>;

// How recorders of a kind of device are made.
struct Recorders {
  RecorderFactory make;  // empty where there are none
  std::string reason;    // why there are none
};

// Sets how recorders of a kind of device are made, for the whole process.
void registerRecorder(at::DeviceType type, RecorderFactory make);

// Why nothing is recorded on a device; empty where recorders are there. For CUDA a library beside the addon
// is opened the first time, which is built where libtorch has CUDA (cuda_library.h); the variable
// GANODE_RECORD set to 0 keeps everything from being recorded.
std::string whyNotRecorded(const at::Device& device);

// A recorder for a device; null where there is none.
std::unique_ptr<Recorder> makeRecorder(const at::Device& device);

}  // namespace ganode
