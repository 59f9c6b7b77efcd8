// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>

namespace Hephaestus {

/// What people or their programs are told of services, wherever it goes.
struct Notification
{
    QString kind;  ///< a word for programs: `trouble`, `down`, …
    QString title; ///< plain text, made visible, as is `text`
    QString text;
    QStringList services; ///< names, made visible
    QString fleet{};      ///< the fleet file whose hook this is; empty: it is not a hook's
    QString hook{};       ///< and the hook's name
    bool isUrgent = false;

    bool operator==(const Notification &) const = default;
};

} // namespace Hephaestus
