// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/probes/probe.h"
#include "tests/support/events.h"

#include <QSignalSpy>
#include <QTest>

namespace Hephaestus {

/// Asks, and waits for the answer in an event loop; a probe that never finishes, or finishes twice, is an answer of its
/// own.
inline Outcome ask(Probe &probe)
{
    QSignalSpy finished(&probe, &Probe::finished);
    probe.start();
    if (finished.isEmpty() && !finished.wait(60'000))
        return Outcome::failure(ErrorClass::BadAnswer, QStringLiteral("the probe never finished"));
    Test::deliverEvents(); // whatever else was under way comes now
    if (finished.size() != 1)
        return Outcome::failure(ErrorClass::BadAnswer, QStringLiteral("the probe finished twice"));
    return finished.first().first().value<Outcome>();
}

} // namespace Hephaestus
