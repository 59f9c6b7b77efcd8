// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/http/reply.h"

#include <QHash>

#include <deque>
#include <functional>
#include <memory>

namespace Hephaestus {

/// What answers some methods of one path. The functions are called in the HTTP thread, must not wait, and may throw
/// (500).
struct Route
{
    using Read = std::function<Response(const Request &)>;
    using Handle = std::function<void(const Request &, Reply)>;

    Methods methods; ///< those of `handle`; a `read` answers GET and HEAD
    Read read;
    Handle handle;
    std::function<bool(const Request &)> waits; ///< the reads that `handle` answers, later; null: none
    bool isHealth = false;                      ///< small body, JSON only; reads are served on reserved connections too
    bool isOpen = false;           ///< whoever passes the Host and Origin rules may change state: no token, no user
    bool isPrivate = false;        ///< its reads, too, need the token or the same user
    bool outlastsShutdown = false; ///< still answered when the server closes
    bool takesTurns = false;       ///< making an answer takes long: other requests come in between

    Methods allowed() const { return read ? methods | Method::Get | Method::Head : methods; }
    bool isRead(Method method) const { return read && (method == Method::Get || method == Method::Head); }
    bool isWaiting(const Request &request) const { return isRead(request.method) && waits && waits(request); }
};

/// A path and its routes, each for other methods.
class Resource
{
public:
    /// Null: it does not allow that method.
    const Route *find(Method method) const;
    Methods allowed() const;

private:
    friend class RouteTable;
    std::deque<Route> m_routes; ///< a deque: those that are there never move
};

/// The resources by path. What find() returned stays valid as long as the table.
class RouteTable
{
public:
    /// The resource of `path`, made on first use, with `route` added. Null, and nothing is changed, when it allows one
    /// of the route's methods already.
    const Resource *add(const QByteArray &path, Route route);
    /// Null: there is no such path.
    const Resource *find(const QByteArray &path) const;

private:
    QHash<QByteArray, std::shared_ptr<Resource>> m_resources;
};

/// `GET, HEAD, POST`, as the Allow field has it.
QByteArray allowField(Methods methods);

} // namespace Hephaestus
