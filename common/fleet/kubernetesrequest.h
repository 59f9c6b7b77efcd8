// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fleet/supervisorrequest.h"

#include <QProcess>

namespace Hephaestus {

/// Restarts a workload: `kubectl rollout restart`, then `rollout status` until its new pods are ready. Never through a
/// shell.
class KubernetesRequest : public SupervisorRequest
{
    Q_OBJECT

public:
    KubernetesRequest(const RestartByKubernetes &method, std::chrono::milliseconds timeout, const QString &kubectl);
    ~KubernetesRequest() override;

    void start() override;

private:
    void run(const QStringList &arguments);
    void ended(int exitCode, QProcess::ExitStatus status);

    RestartByKubernetes m_method;
    std::chrono::milliseconds m_timeout;
    QString m_kubectl;
    QProcess m_process;
    bool m_isAsked = false;
};

} // namespace Hephaestus
