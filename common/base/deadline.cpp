// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/deadline.h"

#include <QTimer>

#include <algorithm>
#include <set>
#include <utility>

namespace Hephaestus {

/// There as long as the thread has a Deadline.
class Deadline::Thread
{
public:
    Thread()
    {
        m_timer.setSingleShot(true);
        QObject::connect(&m_timer, &QTimer::timeout, &m_timer, [this] { tell(); });
    }

    static std::shared_ptr<Thread> current()
    {
        thread_local std::weak_ptr<Thread> threads;
        std::shared_ptr<Thread> found = threads.lock();
        if (!found)
            threads = found = std::make_shared<Thread>();
        return found;
    }

    void add(TimePoint time, Deadline *deadline)
    {
        m_waiting.emplace(time, deadline);
        arm();
    }

    void remove(TimePoint time, Deadline *deadline) { m_waiting.erase({time, deadline}); }

private:
    /// Later than it is to knock, it may knock in vain.
    void arm()
    {
        const TimePoint first = m_waiting.begin()->first;
        if (m_timer.isActive() && m_knocks <= first)
            return;
        using std::chrono::milliseconds;
        const auto wait = std::chrono::ceil<milliseconds>(first - std::chrono::steady_clock::now());
        m_knocks = first;
        m_timer.start(std::max(milliseconds(0), wait));
    }

    /// Those that are set meanwhile wait for the next time.
    void tell()
    {
        const std::shared_ptr<Thread> self = current(); // the last of them may go while it is told
        const auto now = std::chrono::steady_clock::now();
        while (!m_waiting.empty() && m_waiting.begin()->first <= now) {
            Deadline &passed = *m_waiting.begin()->second;
            m_waiting.erase(m_waiting.begin());
            passed.m_time = TimePoint::max();
            const auto call = passed.m_passed; // it may go
            call();
        }
        if (!m_waiting.empty() && !m_timer.isActive())
            arm();
    }

    std::set<std::pair<TimePoint, Deadline *>> m_waiting;
    QTimer m_timer;
    TimePoint m_knocks; ///< when the timer, while it is active
};

Deadline::Deadline(std::function<void()> passed) : m_passed(std::move(passed)) {}

Deadline::~Deadline() { withdraw(); }

void Deadline::set(TimePoint time)
{
    if (time == m_time)
        return;
    withdraw();
    if (!m_thread)
        m_thread = Thread::current();
    m_time = time;
    m_thread->add(time, this);
}

void Deadline::withdraw()
{
    if (isSet())
        m_thread->remove(std::exchange(m_time, TimePoint::max()), this);
}

} // namespace Hephaestus
