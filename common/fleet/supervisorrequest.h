// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fleet/fleet.h"

#include <QObject>

#include <memory>

namespace Hephaestus {

/// Where the supervisors are asked; empty: where they usually are.
struct SupervisorPlaces
{
    QString
        containerSocket; ///< a path; docker: DOCKER_HOST or /var/run/docker.sock, podman: its user's or the system's
    QString kubectl;     ///< a program
    QString bus;         ///< a D-Bus address, for either of systemd's scopes

    bool operator==(const SupervisorPlaces &) const = default;
};

/// One request to whoever keeps a service running: systemd, a container engine or Kubernetes. After start(), which is
/// called once, exactly one finished() comes from the event loop, when the supervisor says that it is done. Destroying
/// it stops the waiting.
class SupervisorRequest : public QObject
{
    Q_OBJECT

public:
    enum class Verb { Start, Restart };

    virtual void start() = 0;

Q_SIGNALS:
    void finished(const QString &failure); ///< empty: it is done

protected:
    using QObject::QObject;
};

/// Null for methods without a supervisor. `timeout` is given to those that can be told one.
std::unique_ptr<SupervisorRequest> supervisorRequest(const RestartMethod &method, SupervisorRequest::Verb verb,
                                                     std::chrono::milliseconds timeout,
                                                     const SupervisorPlaces &places = {});

} // namespace Hephaestus
