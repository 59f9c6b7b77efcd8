// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/http/routetable.h"

#include <algorithm>

namespace Hephaestus {

const Route *Resource::find(Method method) const
{
    const auto allows = [method](const Route &route) { return route.allowed().testFlag(method); };
    const auto route = std::find_if(m_routes.begin(), m_routes.end(), allows);
    return route == m_routes.end() ? nullptr : &*route;
}

Methods Resource::allowed() const
{
    Methods methods;
    for (const Route &route : m_routes)
        methods |= route.allowed();
    return methods;
}

const Resource *RouteTable::add(const QByteArray &path, Route route)
{
    std::shared_ptr<Resource> &resource = m_resources[path];
    if (!resource)
        resource = std::make_shared<Resource>();
    if (resource->allowed() & route.allowed())
        return nullptr;
    resource->m_routes.push_back(std::move(route));
    return resource.get();
}

const Resource *RouteTable::find(const QByteArray &path) const
{
    const auto found = m_resources.constFind(path);
    return found == m_resources.cend() ? nullptr : found->get();
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
