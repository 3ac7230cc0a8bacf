#include "procedure/inspect.h"

#include <algorithm>
#include <deque>

#include "procedure/plan.h"
#include "procedure/refuse.h"
#include "step/options.h"

namespace ganode {

ProcedureReport inspectProcedure(const std::string& recipe) {
  const SessionOptions options = parseSessionOptions(recipe);
  if (!options.procedure) refuseProcedure("expected a recipe with one");
  std::deque<Graph> graphs;
  std::vector<ProcedureNetwork> networks;
  for (const auto& [name, network] : options.networks())
    networks.push_back({name, &graphs.emplace_back(network->graph)});
  const Procedure procedure = makeProcedure(options, networks);
  const Plan plan =
      makePlan(procedure, options.step.accumulation, [](const UpdateSpec&, int64_t) { return true; });
  ProcedureReport report{describe(plan, procedure)};
  const int64_t largest = options.timeline.stages().back().batch;
  const auto batch = static_cast<double>(largest);
  for (const ProcedureValue& value : procedure.values()) {
    const double numbers =
        static_cast<double>(value.type.count(largest)) * static_cast<double>(product(value.type.shape.dims));
    report.largestValue = std::max(report.largestValue, numbers);
  }
  for (size_t i = 0; i < networks.size(); ++i) {
    double forward = 0;
    for (const NodeReport& node : networks[i].graph->reports()) forward += node.multiplyAdds;
    report.multiplyAdds += batch * plan.passes[i] * forward;
  }
  return report;
}

}  // namespace ganode
