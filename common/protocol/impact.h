// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QString>

namespace Hephaestus {

/// Which services a change of a file concerns.
struct Impact
{
    struct Service
    {
        QString name;
        QString kind; ///< what the file is to it, as CodeChange has it

        bool operator==(const Service &) const = default;
    };

    QString path;            ///< absolute
    QList<Service> services; ///< that loaded it

    bool operator==(const Impact &) const = default;
};

} // namespace Hephaestus
