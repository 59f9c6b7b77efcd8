// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <thread>

class QEventLoop;
class QThread;

namespace Hephaestus {

/// A thread with an event loop, for objects that live in it. Its destructor returns when the thread has ended to the
/// last destructor of its thread-local variables.
///
/// QThread::wait() returns before those have run, and cannot do better (its threads are detached). A program that then
/// leaves main() races with them. For example libcrypto cleans up in the thread and in exit(): that is a leak or a
/// crash.
///
/// Used from the thread that made it.
class EventThread
{
public:
    /// `name` as ps and gdb show it, at most 15 characters. Throws std::system_error where the system lets no other
    /// thread begin.
    explicit EventThread(const char *name);
    /// Ends the loop, deletes what deleteLater() was called for there, and waits for the end.
    ~EventThread();
    EventThread(const EventThread &) = delete;
    EventThread &operator=(const EventThread &) = delete;

    /// Calls `function` in the thread and waits for it.
    void call(const std::function<void()> &function) const;
    /// releaseStackPages() in the thread, soon.
    void releaseStack() const;
    /// For QObject::moveToThread().
    QThread *thread() const;

private:
    QEventLoop *m_loop = nullptr; ///< on the thread's stack
    std::thread m_thread;
};

} // namespace Hephaestus
