// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/result.h"

#include <QString>
#include <QUrl>

#include <functional>

namespace Hephaestus {

/// By which HTTP proxy an address is asked; an empty URL: by none.
///
/// `configured` is the dependency's `proxy`: a null string for none written, an empty one for no proxy whatever the
/// environment says. Else the environment decides as for curl: `https_proxy` or `http_proxy`, then `all_proxy`, also in
/// capitals. `no_proxy` names hosts, domains (with or without a dot before them), networks (10.0.0.0/8) and `*`.
/// localhost and loopback addresses are asked directly. A Problem, without a password: the proxy is none of HTTP.
Result<QUrl> proxyFor(const QUrl &target, const QString &configured,
                      const std::function<QString(const QString &name)> &variable);

/// The same with the environment of this process.
Result<QUrl> proxyFor(const QUrl &target, const QString &configured);

} // namespace Hephaestus
