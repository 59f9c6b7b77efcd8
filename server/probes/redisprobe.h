// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/probes/dependencyconfig.h"
#include "server/probes/socketprobe.h"

namespace Hephaestus {

/// PING, after AUTH if there is a password, in Redis' protocol (RESP).
class RedisProbe : public SocketProbe
{
    Q_OBJECT

public:
    RedisProbe(const RedisSettings &settings, std::chrono::milliseconds timeout, QObject *parent = nullptr);

protected:
    void ask() override;
    void talk() override;

private:
    void read();
    void judge(const QByteArray &line);

    const RedisSettings m_settings;
    bool m_authenticating = false; ///< the answer to AUTH comes first
};

} // namespace Hephaestus
