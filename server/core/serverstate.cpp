// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/core/serverstate.h"

#include <algorithm>

#include "server/core/processusage.h"

#include <QRandomGenerator>

#include <unistd.h>

namespace Hephaestus {
namespace {

QString newInstanceId()
{
    const auto high = QRandomGenerator::system()->generate64();
    const auto low = QRandomGenerator::system()->generate64();
    return QStringLiteral("%1%2").arg(high, 16, 16, QLatin1Char('0')).arg(low, 16, 16, QLatin1Char('0'));
}

} // namespace

ServerState::ServerState(QString service, QString version, const Clock &clock)
    : m_clock(clock)
    , m_service(std::move(service))
    , m_version(std::move(version))
    , m_instanceId(newInstanceId())
    , m_startTime(QDateTime::currentDateTimeUtc())
    , m_started(clock.now())
{
}

ServerState::~ServerState() = default;

ServerState &ServerState::instance()
{
    static ServerState state;
    return state;
}

void ServerState::setIdentity(QString service, QString version)
{
    m_service = std::move(service);
    m_version = std::move(version);
}

Seconds ServerState::uptime() const { return m_clock.now() - m_started; }

bool ServerState::enter(Phase next)
{
    Phase current = m_phase.load();
    do {
        if (!canFollow(current, next))
            return false;
    } while (!m_phase.compare_exchange_weak(current, next));
    if (next == Phase::Draining || current == Phase::Draining) {
        const std::lock_guard lock(m_mutex);
        (next == Phase::Draining ? m_drainBegan : m_drainEnded) = m_clock.now();
    }
    ++m_revision;
    return true;
}

void ServerState::announceShutdown(ShutdownMode mode, std::optional<std::chrono::milliseconds> notice) noexcept
{
    const bool isNotice = mode == ShutdownMode::Scheduled && m_phase.load() == Phase::Running;
    if (const std::lock_guard lock(m_mutex); !m_shutdown) {
        m_shutdown = ShutdownProgress{mode, wireName(isNotice ? Phase::Notice : Phase::Draining), {}, 0, {}};
        m_shutdownDeadline = m_clock.now() + (isNotice ? notice.value_or(m_notice.load()) : m_drain.load());
    }
    m_announced = true;
    if (mode != ShutdownMode::Scheduled)
        m_refusing = true;
    ++m_revision;
}

void ServerState::withdrawShutdown() noexcept
{
    m_announced = false;
    ++m_revision;
}

Dependency &ServerState::dependency(const QString &name)
{
    const std::lock_guard lock(m_mutex);
    for (Dependency &known : m_dependencies) {
        if (known.name() == name)
            return known;
    }
    ++m_revision;
    return m_dependencies.emplace_back(name, m_clock);
}

std::vector<Dependency *> ServerState::dependencies() const
{
    const std::lock_guard lock(m_mutex);
    std::vector<Dependency *> all;
    all.reserve(m_dependencies.size());
    for (const Dependency &dependency : m_dependencies)
        all.push_back(const_cast<Dependency *>(&dependency));
    return all;
}

bool ServerState::beginRequest() noexcept
{
    // Counted before the look at the phase: a drain that begins in between sees this request, or this
    // request sees the drain; never neither.
    ++m_inFlight;
    if (acceptsWork(m_phase.load()) && !m_refusing.load())
        return true;
    endRequest();
    return false;
}

void ServerState::endRequest()
{
    if (--m_inFlight > 0)
        return;
    std::function<void()> listener;
    {
        const std::lock_guard lock(m_mutex);
        listener = m_idleListener;
    }
    if (listener)
        listener();
}

void ServerState::setIdleListener(std::function<void()> listener)
{
    const std::lock_guard lock(m_mutex);
    m_idleListener = std::move(listener);
}

void ServerState::setIdentity(const ServiceIdentity &identity)
{
    const std::lock_guard lock(m_mutex);
    m_identity = identity;
    ++m_revision;
}

void ServerState::addCapability(const QString &capability)
{
    const std::lock_guard lock(m_mutex);
    if (!m_capabilities.contains(capability))
        m_capabilities << capability;
    ++m_revision;
}

void ServerState::setCode(const CodeReport &code)
{
    const std::lock_guard lock(m_mutex);
    m_code = code;
    m_codeChecked.reset();
    if (code.checked)
        m_codeChecked = m_clock.now() - std::chrono::duration_cast<Clock::TimePoint::duration>(*code.checked);
    ++m_revision;
}

void ServerState::setProcess(const WrappedProcess &process)
{
    const std::lock_guard lock(m_mutex);
    m_process = process;
    ++m_revision;
}

void ServerState::setObstacle(const QString &why)
{
    const std::lock_guard lock(m_mutex);
    m_obstacle = why;
    ++m_revision;
}

QString ServerState::whyNotReady() const
{
    const Phase phase = this->phase();
    if (m_announced.load() || isShuttingDown(phase))
        return QStringLiteral("it is shutting down");
    if (phase == Phase::Starting)
        return QStringLiteral("it is starting");
    const std::lock_guard lock(m_mutex);
    return m_obstacle;
}

void ServerState::setOutputLines(qint64 count)
{
    const std::lock_guard lock(m_mutex);
    if (!m_process)
        return;
    m_process->outputLines = count;
    ++m_revision;
}

void ServerState::countDeath(const QString &reason)
{
    const std::lock_guard lock(m_mutex);
    ++m_deaths[reason];
}

QMap<QString, qint64> ServerState::deaths() const
{
    const std::lock_guard lock(m_mutex);
    return m_deaths;
}

std::optional<Seconds> ServerState::drained() const
{
    const std::lock_guard lock(m_mutex);
    if (!m_drainBegan)
        return {};
    return m_drainEnded.value_or(m_clock.now()) - *m_drainBegan;
}

void ServerState::setUpstream(const std::optional<HealthReport> &upstream)
{
    const std::lock_guard lock(m_mutex);
    m_upstream = upstream;
    ++m_revision;
}

void ServerState::setShutdownTimes(std::chrono::milliseconds notice, std::chrono::milliseconds drain) noexcept
{
    m_notice = notice;
    m_drain = drain;
}

void ServerState::setShutdown(const std::optional<ShutdownProgress> &progress, Clock::TimePoint deadline)
{
    const std::lock_guard lock(m_mutex);
    m_shutdown = progress;
    m_shutdownDeadline = deadline;
    ++m_revision;
}

BasicHealth ServerState::basic() const
{
    BasicHealth health;
    health.status =
        m_announced.load() || isShuttingDown(phase()) ? ServiceStatus::ShuttingDown : ServiceStatus::Healthy;
    health.uptime = uptime();
    health.startTime = m_startTime;
    health.version = m_version;
    health.service = m_service;
    health.instanceId = m_instanceId;
    health.pid = ::getpid();
    return health;
}

HealthReport ServerState::report() const
{
    HealthReport report;
    static_cast<BasicHealth &>(report) = basic();
    report.shouldShutdown = report.status == ServiceStatus::ShuttingDown;
    report.ready = whyNotReady().isEmpty();
    report.resources = m_readResources ? m_readResources() : resources();
    std::optional<Wrapper> wrapper;
    if (m_readResources) {
        const ProcessUsage own = ProcessUsage::now();
        wrapper = Wrapper{report.pid, own.residentBytes, own.cpuSeconds};
    }
    const std::lock_guard lock(m_mutex);
    for (const Dependency &dependency : m_dependencies)
        report.dependencies << dependency.report();
    report.capabilities = m_capabilities;
    report.implementation = QStringLiteral("hephaestus " HEPHAESTUS_VERSION);
    report.identity = m_identity;
    report.code = m_code;
    if (report.code && m_codeChecked)
        report.code->checked = m_clock.now() - *m_codeChecked;
    report.process = m_process;
    if (report.process && m_readResources)
        report.process->wrapper = wrapper;
    if (m_upstream)
        mergeUpstream(report, *m_upstream);
    report.shutdown = m_shutdown;
    if (report.shutdown) {
        report.shutdown->inFlight = m_inFlight.load();
        if (m_shutdownDeadline != Clock::TimePoint())
            report.shutdown->left = std::max(Seconds(0), Seconds(m_shutdownDeadline - m_clock.now()));
    }
    return report;
}

qint64 ServerState::revision() const
{
    qint64 revision = m_revision.load();
    const std::lock_guard lock(m_mutex);
    for (const Dependency &dependency : m_dependencies)
        revision += dependency.operations();
    return revision;
}

Resources ServerState::resources() const
{
    const ProcessUsage usage = ProcessUsage::now();
    Resources resources;
    resources.openConnections = m_openConnections.load();
    resources.backgroundTasks = m_backgroundTasks.load();
    resources.inFlightRequests = m_inFlight.load();
    resources.openFiles = usage.openFiles;
    resources.threads = usage.threads;
    resources.residentBytes = usage.residentBytes;
    resources.cpuSeconds = usage.cpuSeconds;
    return resources;
}

void mergeUpstream(HealthReport &report, const HealthReport &upstream)
{
    for (const DependencyReport &theirs : upstream.dependencies) {
        const auto ours =
            std::find_if(report.dependencies.begin(), report.dependencies.end(),
                         [&](const DependencyReport &dependency) { return dependency.name == theirs.name; });
        if (ours == report.dependencies.end())
            report.dependencies << theirs;
        else if (ours->status == DependencyStatus::NotUsed)
            *ours = theirs;
    }
    const auto prefer = [](auto &ours, const auto &theirs) {
        if (theirs)
            ours = theirs;
    };
    const auto fill = [](auto &ours, const auto &theirs) {
        if (!ours)
            ours = theirs;
    };
    prefer(report.resources.openConnections, upstream.resources.openConnections);
    prefer(report.resources.backgroundTasks, upstream.resources.backgroundTasks);
    prefer(report.resources.inFlightRequests, upstream.resources.inFlightRequests);
    // What it says of one process is less than what its wrapper knows of its whole family.
    fill(report.resources.openFiles, upstream.resources.openFiles);
    fill(report.resources.threads, upstream.resources.threads);
    fill(report.resources.residentBytes, upstream.resources.residentBytes);
    fill(report.resources.cpuSeconds, upstream.resources.cpuSeconds);
    fill(report.resources.peakBytes, upstream.resources.peakBytes);
    fill(report.resources.oomKills, upstream.resources.oomKills);
    const bool isNamed = report.code && !report.code->changed.isEmpty(); // what one of them has seen is so
    if (!isNamed || (upstream.code && upstream.code->verdict == CodeVerdict::Stale))
        prefer(report.code, upstream.code);
}

} // namespace Hephaestus
