// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

#include <concepts>
#include <functional>
#include <utility>

#if defined(__SANITIZE_THREAD__)
#define HEPHAESTUS_SEES_THREADS 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define HEPHAESTUS_SEES_THREADS 1
#endif
#endif
#ifdef HEPHAESTUS_SEES_THREADS
#include <sanitizer/tsan_interface.h>
#endif

namespace Hephaestus {

/// Tells ThreadSanitizer that what this thread did up to now comes before the acquiring of the same address. It does
/// not see that for itself: Qt is not instrumented, and its queue of events is guarded by futexes of its own.
inline void releaseTo([[maybe_unused]] const void *address)
{
#ifdef HEPHAESTUS_SEES_THREADS
    __tsan_release(const_cast<void *>(address));
#endif
}

inline void acquireFrom([[maybe_unused]] const void *address)
{
#ifdef HEPHAESTUS_SEES_THREADS
    __tsan_acquire(const_cast<void *>(address));
#endif
}

/// A function on its way to another thread: all that was done before it was last moved comes before its call. It ends
/// with the call, in the thread that was called: the sender may be the last to let go of what is left of it.
template <typename Function>
class Crossing
{
public:
    explicit Crossing(Function function) : m_function(std::move(function)) { releaseTo(this); }
    Crossing(Crossing &&other) : m_function(std::move(other.m_function)) { releaseTo(this); }
    ~Crossing() { acquireFrom(this); }
    Crossing(const Crossing &) = delete;
    Crossing &operator=(const Crossing &) = delete;
    Crossing &operator=(Crossing &&) = delete;

    void operator()()
    {
        acquireFrom(this);
        {
            Function function(std::move(m_function));
            function();
        }
        releaseTo(this);
    }

private:
    Function m_function;
};

/// Calls `function` later, from the event loop of the receiver's thread, and destroys it there; never calls it when the
/// receiver is gone by then. From any thread, as long as the receiver lives meanwhile. Calls of one thread to one
/// receiver keep their order.
///
/// The only way from thread to thread through an event loop, also for whatever else is to be called later.
template <std::invocable Function>
void post(QObject *receiver, Function function)
{
    QMetaObject::invokeMethod(receiver, Crossing<Function>(std::move(function)), Qt::QueuedConnection);
}

/// The same for a slot or signal of the receiver.
template <typename Receiver, typename Class>
requires std::derived_from<Receiver, Class>
void post(Receiver *receiver, void (Class::*method)())
{
    post(receiver, [receiver, method] { (receiver->*method)(); });
}

} // namespace Hephaestus
