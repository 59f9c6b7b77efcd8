// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/kubernetesrequest.h"

#include "common/base/post.h"
#include "common/base/printable.h"

namespace Hephaestus {

using namespace Qt::StringLiterals;

KubernetesRequest::KubernetesRequest(const RestartByKubernetes &method, std::chrono::milliseconds timeout,
                                     const QString &kubectl)
    : m_method(method)
    , m_timeout(timeout)
    , m_kubectl(kubectl.isEmpty() ? u"kubectl"_s : kubectl)
{
    m_process.setProcessChannelMode(QProcess::MergedChannels);
    m_process.setStandardInputFile(QProcess::nullDevice());
    connect(&m_process, &QProcess::finished, this, &KubernetesRequest::ended);
    connect(&m_process, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart) {
            // From the event loop: QProcess tells this from within its start().
            post(this,
                 [this] { Q_EMIT finished(u"%1 cannot be started: %2"_s.arg(m_kubectl, m_process.errorString())); });
        }
    });
}

KubernetesRequest::~KubernetesRequest()
{
    m_process.disconnect(this);
    m_process.kill();
    m_process.waitForFinished(1000);
}

void KubernetesRequest::start() { run({u"rollout"_s, u"restart"_s}); }

void KubernetesRequest::run(const QStringList &arguments)
{
    QStringList all = arguments;
    if (!m_method.nameSpace.isEmpty())
        all << u"--namespace=%1"_s.arg(m_method.nameSpace);
    all << u"--"_s << m_method.workload; // a name is never taken for an option
    m_process.start(m_kubectl, all);
}

void KubernetesRequest::ended(int exitCode, QProcess::ExitStatus status)
{
    const QString output = printable(QString::fromUtf8(m_process.readAll().trimmed().right(300)));
    if (status != QProcess::NormalExit || exitCode != 0) {
        Q_EMIT finished(u"kubectl did not restart %1: %2"_s.arg(
            m_method.workload, output.isEmpty() ? u"it exited with code %1"_s.arg(exitCode) : output));
    } else if (m_isAsked) {
        Q_EMIT finished({});
    } else {
        m_isAsked = true;
        run({u"rollout"_s, u"status"_s,
             u"--timeout=%1s"_s.arg(std::chrono::ceil<std::chrono::seconds>(m_timeout).count())});
    }
}

} // namespace Hephaestus
