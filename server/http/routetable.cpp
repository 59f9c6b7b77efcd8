// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/http/routetable.h"

#include <algorithm>

namespace Hephaestus {

bool RouteTable::add(const QByteArray &path, Route route)
{
    if (methodsAt(path) & route.allowed())
        return false;
    m_routes[path].push_back(std::move(route));
    return true;
}

const Route *RouteTable::find(const QByteArray &path, Method method) const
{
    const auto found = m_routes.constFind(path);
    if (found == m_routes.cend())
        return nullptr;
    const auto takes = [method](const Route &route) { return route.allowed().testFlag(method); };
    const auto route = std::find_if(found->begin(), found->end(), takes);
    return route == found->end() ? nullptr : &*route;
}

Methods RouteTable::methodsAt(const QByteArray &path) const
{
    Methods methods;
    if (const auto found = m_routes.constFind(path); found != m_routes.cend()) {
        for (const Route &route : *found)
            methods |= route.allowed();
    }
    return methods;
}

QByteArray allowField(Methods methods)
{
    static constexpr std::pair<Method, const char *> names[] = {
        {Method::Get, "GET"},       {Method::Head, "HEAD"},   {Method::Post, "POST"},       {Method::Put, "PUT"},
        {Method::Delete, "DELETE"}, {Method::Patch, "PATCH"}, {Method::Options, "OPTIONS"},
    };
    QByteArrayList allowed;
    for (const auto &[method, name] : names) {
        if (methods.testFlag(method))
            allowed << name;
    }
    return allowed.join(", ");
}

} // namespace Hephaestus
