// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/systemdjob.h"

#include "common/base/beginthread.h"
#include "common/base/printable.h"

#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QUuid>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr auto Service = "org.freedesktop.systemd1"_L1;
constexpr auto Path = "/org/freedesktop/systemd1"_L1;
constexpr auto Manager = "org.freedesktop.systemd1.Manager"_L1;

/// What a job's result means (systemd's JobRemoved); empty: it is done.
QString meaning(const QString &result)
{
    if (result == "done"_L1)
        return {};
    if (result == "failed"_L1)
        return u"the unit failed"_s;
    if (result == "timeout"_L1)
        return u"it took longer than the unit's file allows"_s;
    if (result == "dependency"_L1)
        return u"a unit it depends on failed"_s;
    if (result == "canceled"_L1)
        return u"another job for the unit came in its place"_s;
    if (result == "skipped"_L1)
        return u"a condition in the unit's file was not met"_s;
    return u"the job ended as \"%1\""_s.arg(printable(result.left(40)));
}

} // namespace

/// A connection of that name, for as long as somebody has this.
class SystemdJob::Bus
{
public:
    Bus(QString scope, QString address)
        : m_name(u"hephaestus-"_s + QUuid::createUuid().toString(QUuid::WithoutBraces))
        , m_scope(std::move(scope))
        , m_address(std::move(address))
    {
    }
    ~Bus() { QDBusConnection::disconnectFromBus(m_name); }
    Q_DISABLE_COPY_MOVE(Bus)

    /// Waits for the bus.
    void connect() const
    {
        if (!m_address.isEmpty())
            QDBusConnection::connectToBus(m_address, m_name);
        else
            QDBusConnection::connectToBus(
                m_scope == "system"_L1 ? QDBusConnection::SystemBus : QDBusConnection::SessionBus, m_name);
    }
    QDBusConnection connection() const { return QDBusConnection(m_name); }

private:
    const QString m_name;
    const QString m_scope;
    const QString m_address;
};

SystemdJob::SystemdJob(SystemdOrder order)
    : m_order(std::move(order))
    , m_bus(std::make_shared<Bus>(m_order.scope, m_order.bus))
    , m_calls(std::make_shared<CallsToOwner>(this))
{
}

SystemdJob::~SystemdJob() { m_calls->close(); }

void SystemdJob::start()
{
    // The thread may outlast this; it owns its part of the connection and of the calls.
    auto thread = beginThread([this, bus = m_bus, calls = m_calls] {
        bus->connect();
        calls->post([this] { connected(); });
    });
    if (thread)
        thread->detach();
    else
        m_calls->post([this] { end(noOtherThread()); });
}

void SystemdJob::connected()
{
    QDBusConnection bus = m_bus->connection();
    if (!bus.isConnected())
        return end(u"there is no D-Bus to ask it by: %1"_s.arg(printable(bus.lastError().message())));
    bus.connect({}, u"/org/freedesktop/DBus/Local"_s, u"org.freedesktop.DBus.Local"_s, u"Disconnected"_s, this,
                SLOT(disconnected()));
    qRegisterMetaType<QDBusObjectPath>(); // without it Qt 6.4 finds the slot only after such a value was used
    if (!bus.connect(Service, Path, Manager, u"JobRemoved"_s, this,
                     SLOT(jobRemoved(uint, QDBusObjectPath, QString, QString))))
        return end(u"its signals cannot be listened to"_s);
    // Without a subscriber systemd sends no signals. It reads this before the call below: messages keep their order.
    bus.asyncCall(QDBusMessage::createMethodCall(Service, Path, Manager, u"Subscribe"_s));
    QDBusMessage message =
        QDBusMessage::createMethodCall(Service, Path, Manager, m_order.isStart ? u"StartUnit"_s : u"RestartUnit"_s);
    message << m_order.unit << u"replace"_s;
    message.setInteractiveAuthorizationAllowed(true);
    auto *call = new QDBusPendingCallWatcher(bus.asyncCall(message, int(m_order.timeout.count())), this);
    connect(call, &QDBusPendingCallWatcher::finished, this, &SystemdJob::jobQueued);
}

void SystemdJob::jobQueued(QDBusPendingCallWatcher *call)
{
    const QDBusPendingReply<QDBusObjectPath> reply = *call;
    call->deleteLater();
    if (reply.isError())
        return end(refusal(reply.error()));
    m_job = reply.value().path();
    judge();
}

void SystemdJob::jobRemoved(uint, const QDBusObjectPath &job, const QString &, const QString &result)
{
    m_removed.insert(job.path(), result);
    judge();
}

void SystemdJob::disconnected() { end(u"the bus went away meanwhile"_s); }

void SystemdJob::judge()
{
    const auto removed = m_removed.constFind(m_job);
    if (removed == m_removed.constEnd())
        return;
    const QString why = meaning(*removed);
    end(why.isEmpty() ? QString() : u"%1; %2 says more"_s.arg(why, journal()));
}

void SystemdJob::end(const QString &failure)
{
    if (std::exchange(m_ended, true))
        return;
    Q_EMIT finished(failure.isEmpty() ? QString()
                                      : u"systemd did not %1 %2: %3"_s.arg(m_order.isStart ? u"start"_s : u"restart"_s,
                                                                           printable(m_order.unit), failure));
}

QString SystemdJob::refusal(const QDBusError &error) const
{
    const QString name = error.name();
    const QString said = printable(error.message().left(300));
    if (name == "org.freedesktop.systemd1.NoSuchUnit"_L1 || name == "org.freedesktop.systemd1.LoadFailed"_L1)
        return u"there is no such unit in scope \"%1\" (%2)"_s.arg(m_order.scope, said);
    if (name == "org.freedesktop.systemd1.UnitMasked"_L1)
        return u"the unit is masked"_s;
    if (name == "org.freedesktop.DBus.Error.AccessDenied"_L1
        || name == "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired"_L1)
        return u"this user is not authorised (%1)"_s.arg(said);
    if (name == "org.freedesktop.DBus.Error.ServiceUnknown"_L1 || name == "org.freedesktop.DBus.Error.NameHasNoOwner"_L1
        || name.startsWith("org.freedesktop.DBus.Error.Spawn."_L1)) // the bus would start it, and could not
        return u"it is not on the bus of scope \"%1\" (%2)"_s.arg(m_order.scope, said);
    if (error.type() == QDBusError::NoReply || error.type() == QDBusError::Timeout
        || error.type() == QDBusError::TimedOut)
        return u"it did not answer (%1)"_s.arg(said);
    return said;
}

QString SystemdJob::journal() const
{
    return (m_order.scope == "user"_L1 ? u"journalctl --user -u "_s : u"journalctl -u "_s) + printable(m_order.unit);
}

/// The module, as it is loaded.
class SystemdByBus : public QObject, public SystemdModule
{
    Q_OBJECT
    Q_PLUGIN_METADATA(IID HEPHAESTUS_SYSTEMD_MODULE)
    Q_INTERFACES(Hephaestus::SystemdModule)

public:
    std::unique_ptr<QObject> ask(const SystemdOrder &order, Finished finished) override
    {
        auto job = std::make_unique<SystemdJob>(order);
        connect(job.get(), &SystemdJob::finished, job.get(), std::move(finished));
        job->start();
        return job;
    }
};

} // namespace Hephaestus

#include "systemdjob.moc"
