// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

namespace Hephaestus {

/// Why a request is not served. Both texts are literals or hold nothing a client sent.
struct Refusal
{
    int status = 400;
    QByteArray code;    ///< stable, for programs, metrics and logs: `bad_request`, `host_not_allowed`
    QByteArray message; ///< one line for a person

    bool operator==(const Refusal &) const = default;
};

} // namespace Hephaestus
