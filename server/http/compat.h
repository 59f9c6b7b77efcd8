// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHttpServer>
#include <QHttpServerRequest>
#include <QHttpServerResponder>
#include <QTcpServer>

/// The differences between Qt 6.4 and 6.8 that show here, in one place. All that is asked of QHttpServer is to
/// route: what it does with sockets and bytes differs far more (see routingsocket.h).
namespace Hephaestus::Compat {

#if QT_VERSION >= QT_VERSION_CHECK(6, 8, 0)
using Responder = QHttpServerResponder &;
#else
using Responder = QHttpServerResponder &&;
#endif

/// `server` must be listening; it becomes a child of `http`.
inline void bind(QHttpServer &http, QTcpServer *server)
{
#if QT_VERSION >= QT_VERSION_CHECK(6, 8, 0)
    [[maybe_unused]] const bool bound = http.bind(server);
    Q_ASSERT(bound);
#else
    http.bind(server);
#endif
}

/// Calls `handler()` for every request without a route.
template <typename Handler>
void setMissingHandler(QHttpServer &http, Handler handler)
{
    const auto adapted = [handler](const QHttpServerRequest &, Responder) { handler(); };
#if QT_VERSION >= QT_VERSION_CHECK(6, 8, 0)
    http.setMissingHandler(&http, adapted);
#else
    http.setMissingHandler(adapted);
#endif
}

template <typename Handler>
void addRoute(QHttpServer &http, const QString &path, Handler handler)
{
    http.route(path, [handler](const QHttpServerRequest &, Responder) { handler(); });
}

} // namespace Hephaestus::Compat
