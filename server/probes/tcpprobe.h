// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/probes/dependencyconfig.h"
#include "server/probes/socketprobe.h"

namespace Hephaestus {

/// Does somebody take a TCP connection?
class TcpProbe : public SocketProbe
{
    Q_OBJECT

public:
    TcpProbe(const TcpSettings &settings, std::chrono::milliseconds timeout, QObject *parent = nullptr)
        : SocketProbe(settings.host, settings.port, timeout, parent)
    {
    }

protected:
    void talk() override { conclude(Outcome::success()); }
};

} // namespace Hephaestus
