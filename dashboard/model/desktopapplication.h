// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDBusConnection>
#include <QDBusContext>
#include <QObject>
#include <QVariantMap>

#include <chrono>

namespace Hephaestus {

/// The dashboard as a desktop starts it: org.freedesktop.Application (Desktop Entry Specification 1.5, "D-Bus
/// Activation"), on the session's bus. One instance has the name; a later one hands over what it was asked for.
class DesktopApplication : public QObject, protected QDBusContext
{
    Q_OBJECT
    Q_CLASSINFO("D-Bus Interface", "org.freedesktop.Application")

public:
    static QString busName(); ///< also the name of the desktop entry

    enum class Role {
        First, ///< it has the name, and the signals below come
        Later, ///< another instance has it
        Alone, ///< there is no bus
    };
    /// What somebody asked a start for.
    struct Request
    {
        QStringList files;   ///< absolute paths of fleet files
        QStringList actions; ///< of the desktop entry
        QString activation;  ///< what lets a window come to the front (XDG_ACTIVATION_TOKEN); empty: none
    };

    explicit DesktopApplication(const QDBusConnection &bus = QDBusConnection::sessionBus(), QObject *parent = nullptr);
    ~DesktopApplication() override;

    /// Asks for the name.
    Role claim();
    /// Gives the name up: this instance ends, and the next start is the first again.
    void release();
    /// Gives `request` to the instance that has the name; waits for its answers, each at most `patience`. False: it did
    /// not take it.
    bool handOver(const Request &request, std::chrono::milliseconds patience) const;

Q_SIGNALS:
    /// Somebody asks for the window; the other signals come after it.
    void activated(const QString &activation);
    void openWanted(const QString &file); ///< its absolute path
    void actionWanted(const QString &action);

public Q_SLOTS: // what callers on the bus see, by the specification's names
    void Activate(const QVariantMap &platformData);
    void Open(const QStringList &addresses, const QVariantMap &platformData);
    void ActivateAction(const QString &action, const QVariantList &parameters, const QVariantMap &platformData);

private:
    QDBusConnection m_bus;
    bool m_hasName = false;
};

} // namespace Hephaestus
