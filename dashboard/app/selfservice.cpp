// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/app/selfservice.h"

#include "dashboard/ui/mainwindow.h"

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

/// A restart that has begun is worth waiting for: its service may be down just now.
constexpr auto ActionsDeadline = 60s;
constexpr auto QuickDeadline = 5s;

} // namespace

SelfService::SelfService(MainWindow &window, FleetSession &session, const HttpOptions &http)
    : m_window(window)
    , m_session(session)
    , m_service({.name = QCoreApplication::applicationName(),
                 .version = QCoreApplication::applicationVersion(),
                 .shutdown = {},
                 .http = http})
{
    m_service.addCleanup(
        u"layout"_s, QuickDeadline,
        [this](const CleanupDone &done) {
            m_window.saveState();
            done();
        },
        CleanupStage::Files);
    m_service.addCleanup(u"polling"_s, QuickDeadline, [this](const CleanupDone &done) {
        m_session.stop();
        done();
    });
    m_service.addCleanup(u"restarts under way"_s, ActionsDeadline,
                         [this](const CleanupDone &done) { finishActions(done); });
    connect(&window, &MainWindow::closed, this, [this] { m_service.shutdown().request(ShutdownMode::Immediate); });
}

std::optional<Problem> SelfService::listen(const QStringList &addresses)
{
    if (addresses.isEmpty())
        return {};
    const Result<QList<ServiceAddress>> bound = m_service.listen(addresses);
    return bound ? std::nullopt : std::optional(bound.problem());
}

void SelfService::finishActions(const CleanupDone &done)
{
    m_session.bulk().cancelWaiting();
    const auto check = [this, done] {
        for (const ServiceId id : m_session.fleet().ids()) {
            if (m_session.actions().isRunning(id))
                return;
        }
        done();
    };
    connect(&m_session.actions(), &ServiceActions::finished, this, check);
    check();
}

} // namespace Hephaestus
