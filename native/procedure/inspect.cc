#include "procedure/inspect.h"

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
  ProcedureReport report{describe(plan, procedure), 0};
  const auto batch = static_cast<double>(options.timeline.stages().back().batch);
  for (size_t i = 0; i < networks.size(); ++i) {
    double forward = 0;
    for (const NodeReport& node : networks[i].graph->reports()) forward += node.multiplyAdds;
    report.multiplyAdds += batch * plan.passes[i] * forward;
  }
  return report;
}

}  // namespace ganode
