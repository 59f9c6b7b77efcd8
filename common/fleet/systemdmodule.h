// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>

#include <chrono>
#include <functional>
#include <memory>

/// Another number with each change of this file: both sides are built from it.
#define HEPHAESTUS_SYSTEMD_MODULE "hephaestus.SystemdModule/1"

namespace Hephaestus {

/// What systemd is to do with a unit.
struct SystemdOrder
{
    QString unit;
    QString scope;                     ///< `user` or `system`
    QString bus;                       ///< a D-Bus address; empty: that of the scope
    bool isStart = false;              ///< otherwise it is restarted
    std::chrono::milliseconds timeout; ///< for the call alone: somebody may have to type a password
};

/// What the module hephaestus_systemd offers. It is a file of its own, loaded with the first order: other programs do
/// not pay for QtDBus and the libraries it brings.
class SystemdModule
{
public:
    using Finished = std::function<void(const QString &failure)>;

    virtual ~SystemdModule() = default;

    /// Calls `finished` once, later, by the event loop of the calling thread, with why it was not done, or with
    /// nothing. Not any more when the returned object is gone. The job takes what the unit's file allows.
    virtual std::unique_ptr<QObject> ask(const SystemdOrder &order, Finished finished) = 0;
};

} // namespace Hephaestus

Q_DECLARE_INTERFACE(Hephaestus::SystemdModule, HEPHAESTUS_SYSTEMD_MODULE)
