// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/http/reply.h"

#include <QHash>

#include <functional>
#include <vector>

namespace Hephaestus {

/// What answers one path. The functions are called in the HTTP thread, must not wait, and may throw (500).
struct Route
{
    using Read = std::function<Response(const Request &)>;
    using Handle = std::function<void(const Request &, Reply)>;

    Methods methods; ///< those of `handle`; GET and HEAD are `read`'s where there is one
    Read read;
    Handle handle;
    bool isHealth = false; ///< small body, JSON only; reads are served on reserved connections too
    bool isOpen =
        false; ///< its requests that change state need no token and no same user, but the Host and Origin rules
    bool outlastsShutdown = false; ///< still answered when the server closes

    Methods allowed() const { return read ? methods | Method::Get | Method::Head : methods; }
    bool isRead(Method method) const { return read && (method == Method::Get || method == Method::Head); }
};

/// The routes by path. A path may have several, for different methods.
class RouteTable
{
public:
    /// False, and the table stays as it was, when the path takes one of these methods already.
    bool add(const QByteArray &path, Route route);
    /// Nothing: there is no such path, or it does not take that method. Valid until the next add().
    const Route *find(const QByteArray &path, Method method) const;
    /// None: there is no such path.
    Methods methodsAt(const QByteArray &path) const;

private:
    QHash<QByteArray, std::vector<Route>> m_routes;
};

/// `GET, HEAD, POST`, as the Allow field has it.
QByteArray allowField(Methods methods);

} // namespace Hephaestus
