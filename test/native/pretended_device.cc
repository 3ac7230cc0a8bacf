#include "pretended_device.h"

#include <c10/core/impl/DeviceGuardImplInterface.h>

namespace {

struct PretendedStreams final : c10::impl::NoOpDeviceGuardImpl<c10::DeviceType::PrivateUse1> {
  void synchronizeStream(const c10::Stream&) const override {}
};
C10_REGISTER_GUARD_IMPL(PrivateUse1, PretendedStreams);

}  // namespace

// The registry's macro names things of this namespace.
namespace at {
REGISTER_GRAPH_IMPL(PRIVATEUSEONE, PretendedGraph)
}
