// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/eventthread.h"

#include "common/base/post.h"
#include "common/base/programpages.h"

#include <QCoreApplication>
#include <QEventLoop>

#include <semaphore>

#include <pthread.h>

namespace Hephaestus {
namespace {

void run(const char *name, QEventLoop **made, std::binary_semaphore *ready)
{
    ::pthread_setname_np(::pthread_self(), name);
    QEventLoop loop; // gives the thread its event dispatcher
    *made = &loop;
    ready->release();
    loop.exec();
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
}

} // namespace

EventThread::EventThread(const char *name)
{
    std::binary_semaphore ready(0);
    m_thread = std::thread(run, name, &m_loop, &ready);
    ready.acquire();
}

EventThread::~EventThread()
{
    post(m_loop, &QEventLoop::quit);
    m_thread.join();
}

void EventThread::call(const std::function<void()> &function) const
{
    std::binary_semaphore returned(0);
    post(m_loop, [&function, &returned] {
        function();
        returned.release();
    });
    returned.acquire();
}

void EventThread::releaseStack() const { post(m_loop, releaseStackPages); }

QThread *EventThread::thread() const { return m_loop->thread(); }

} // namespace Hephaestus
