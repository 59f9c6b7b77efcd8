// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCoreApplication>

namespace Hephaestus::Test {

/// Delivers what is due by now, deletions too, and waits for nothing.
inline void deliverEvents()
{
    QCoreApplication::processEvents();
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
}

} // namespace Hephaestus::Test
