// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/systemdrequest.h"

#include "common/base/post.h"

#include <QCoreApplication>
#include <QDir>
#include <QPluginLoader>

namespace Hephaestus {

using namespace Qt::StringLiterals;

SystemdRequest::SystemdRequest(const RestartBySystemd &method, Verb verb, std::chrono::milliseconds timeout,
                               const QString &busAddress)
    : m_order{method.unit, method.scope, busAddress, verb == Verb::Start, timeout}
{
}

void SystemdRequest::start()
{
    QPluginLoader loader(QDir(QCoreApplication::applicationDirPath())
                             .absoluteFilePath(u"" HEPHAESTUS_MODULES "/hephaestus_systemd.so"_s));
    if (auto *module = qobject_cast<SystemdModule *>(loader.instance())) {
        m_job = module->ask(m_order, [this](const QString &failure) { Q_EMIT finished(failure); });
        return;
    }
    const QString failure =
        u"systemd cannot be asked, a part of Hephaestus is not there: %1"_s.arg(loader.errorString());
    post(this, [this, failure] { Q_EMIT finished(failure); });
}

} // namespace Hephaestus
