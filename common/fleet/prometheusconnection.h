// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/result.h"
#include "common/client/reply.h"
#include "common/fleet/prometheusserver.h"

#include <QObject>

#include <array>
#include <functional>
#include <memory>

namespace Hephaestus {

class HttpConnection;
struct HttpRequest;

/// Asks a server with all that it wants to see: its token, its headers, a certificate. One thread; nothing blocks.
class PrometheusConnection : public QObject
{
public:
    /// So many questions are under way, each on a connection of its own; what more there are wait. Prometheus answers
    /// twenty at once (`--query.max-concurrency`), for all who ask.
    static constexpr std::size_t AtOnce = 3;

    using Done = std::function<void(const ServiceReply &)>;

    /// A Problem: the address is none, or a file with certificates or a key cannot be read.
    static Result<std::unique_ptr<PrometheusConnection>> at(const PrometheusServer &server);
    ~PrometheusConnection() override;

    /// Replaces the headers and the token of `request`. `done` is called once, from the event loop, unless this is
    /// destroyed before.
    void send(HttpRequest request, const Done &done);

    const QString &url() const { return m_server.url; }

private:
    struct Line
    {
        std::unique_ptr<HttpConnection> connection;
        int waiting = 0; ///< questions without an answer
    };

    PrometheusConnection(PrometheusServer server, std::array<Line, AtOnce> lines);

    const PrometheusServer m_server;
    std::array<Line, AtOnce> m_lines;
};

} // namespace Hephaestus
