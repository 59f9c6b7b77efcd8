// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/desktopapplication.h"

#include <QDBusMessage>
#include <QFileInfo>
#include <QUrl>

#include <utility>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

const QString ApplicationPath = u"/io/hephaestus/Dashboard"_s; // of the name, as the specification says
const QString ApplicationInterface = u"org.freedesktop.Application"_s;

} // namespace

QString DesktopApplication::busName() { return u"io.hephaestus.Dashboard"_s; }

DesktopApplication::DesktopApplication(const QDBusConnection &bus, QObject *parent) : QObject(parent), m_bus(bus) {}

DesktopApplication::~DesktopApplication() { release(); }

DesktopApplication::Role DesktopApplication::claim()
{
    if (!m_bus.isConnected())
        return Role::Alone;
    // Before the name, at which calls come in.
    if (!m_bus.registerObject(ApplicationPath, this, QDBusConnection::ExportAllSlots))
        return Role::Alone;
    m_hasName = m_bus.registerService(busName());
    if (m_hasName)
        return Role::First;
    m_bus.unregisterObject(ApplicationPath);
    return Role::Later;
}

void DesktopApplication::release()
{
    if (!std::exchange(m_hasName, false))
        return;
    m_bus.unregisterService(busName());
    m_bus.unregisterObject(ApplicationPath);
}

bool DesktopApplication::handOver(const Request &request, std::chrono::milliseconds patience) const
{
    QVariantMap platformData;
    if (!request.activation.isEmpty())
        platformData.insert(u"activation-token"_s, request.activation);
    const auto call = [&](const QString &method, const QVariantList &arguments) {
        QDBusMessage message = QDBusMessage::createMethodCall(busName(), ApplicationPath, ApplicationInterface, method);
        message.setArguments(arguments + QVariantList{platformData});
        return m_bus.call(message, QDBus::Block, int(patience.count())).type() == QDBusMessage::ReplyMessage;
    };
    QStringList addresses;
    for (const QString &file : request.files)
        addresses << QUrl::fromLocalFile(QFileInfo(file).absoluteFilePath()).toString(QUrl::FullyEncoded);
    bool taken = addresses.isEmpty() ? call(u"Activate"_s, {}) : call(u"Open"_s, {addresses});
    for (const QString &action : request.actions)
        taken = taken && call(u"ActivateAction"_s, {action, QVariant(QVariantList())});
    return taken;
}

void DesktopApplication::Activate(const QVariantMap &platformData)
{
    Q_EMIT activated(platformData.value(u"activation-token"_s).toString());
}

void DesktopApplication::Open(const QStringList &addresses, const QVariantMap &platformData)
{
    QStringList files;
    for (const QString &address : addresses) {
        const QUrl url(address);
        if (!url.isLocalFile())
            return sendErrorReply(QDBusError::InvalidArgs, address + u" is no file of this machine"_s);
        files << url.toLocalFile();
    }
    Activate(platformData);
    for (const QString &file : std::as_const(files))
        Q_EMIT openWanted(file);
}

void DesktopApplication::ActivateAction(const QString &action, const QVariantList &parameters,
                                        const QVariantMap &platformData)
{
    if (!parameters.isEmpty())
        return sendErrorReply(QDBusError::InvalidArgs, action + u" takes no parameter"_s);
    Activate(platformData);
    Q_EMIT actionWanted(action);
}

} // namespace Hephaestus
