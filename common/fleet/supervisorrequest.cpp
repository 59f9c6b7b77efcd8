// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/supervisorrequest.h"

#include "common/fleet/containerrequest.h"
#include "common/fleet/kubernetesrequest.h"
#include "common/fleet/systemdrequest.h"

namespace Hephaestus {

std::unique_ptr<SupervisorRequest> supervisorRequest(const RestartMethod &method, SupervisorRequest::Verb verb,
                                                     std::chrono::milliseconds timeout, const SupervisorPlaces &places)
{
    if (const auto *systemd = std::get_if<RestartBySystemd>(&method))
        return std::make_unique<SystemdRequest>(*systemd, verb, timeout, places.bus);
    if (const auto *container = std::get_if<RestartByContainer>(&method))
        return std::make_unique<ContainerRequest>(*container, verb, timeout, places.containerSocket);
    if (const auto *kubernetes = std::get_if<RestartByKubernetes>(&method))
        return std::make_unique<KubernetesRequest>(*kubernetes, timeout, places.kubectl);
    return nullptr;
}

} // namespace Hephaestus
