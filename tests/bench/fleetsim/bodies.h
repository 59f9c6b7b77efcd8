// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/bench/fleetsim/fault.h"
#include "tests/bench/fleetsim/movingtext.h"

namespace Hephaestus {

/// What a simulated service is at this moment.
struct SimulatedSelf
{
    std::string name;
    unsigned instance = 0;   ///< grows with every restart
    std::string startTime;   ///< ISO 8601
    double startSeconds = 0; ///< the same in Unix time
    double uptime = 0;       ///< seconds
    bool stale = false;
};

/// The answers of simulated services, sound and broken ones. Bodies are as the real services send them: made by the
/// real codec once, with counts and seconds that move. Cheap to ask for: 2 to 3 microseconds a body.
class Bodies
{
public:
    /// `dependencies`: how many each service has; two more are not used.
    explicit Bodies(int dependencies);

    std::string status(const SimulatedSelf &self) const;
    std::string live(const SimulatedSelf &self) const;
    std::string metrics(const SimulatedSelf &self) const;

    /// A whole answer with its head.
    static std::string response(std::string_view status, std::string_view body,
                                std::string_view type = "application/json", std::string_view more = {});

    /// The whole answer of a broken service, or the beginning of one that never ends.
    std::string broken(Fault fault, const SimulatedSelf &self) const;

private:
    static void fill(const SimulatedSelf &self, int hole, std::string &text);

    MovingText m_status;
    MovingText m_live;
    MovingText m_metrics;
    std::string m_bomb;
};

} // namespace Hephaestus
