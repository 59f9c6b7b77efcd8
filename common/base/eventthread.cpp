// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/eventthread.h"

#include <QCoreApplication>
#include <QEventLoop>

#include <future>

#include <pthread.h>

namespace Hephaestus {
namespace {

void run(const char *name, std::promise<QEventLoop *> ready)
{
    ::pthread_setname_np(::pthread_self(), name);
    QEventLoop loop; // gives the thread its event dispatcher
    ready.set_value(&loop);
    loop.exec();
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
}

} // namespace

EventThread::EventThread(const char *name)
{
    std::promise<QEventLoop *> promise;
    auto loop = promise.get_future();
    m_thread = std::thread(run, name, std::move(promise));
    m_loop = loop.get();
}

EventThread::~EventThread()
{
    QMetaObject::invokeMethod(m_loop, &QEventLoop::quit, Qt::QueuedConnection);
    m_thread.join();
}

void EventThread::call(const std::function<void()> &function) const
{
    QMetaObject::invokeMethod(m_loop, function, Qt::BlockingQueuedConnection);
}

QThread *EventThread::thread() const { return m_loop->thread(); }

} // namespace Hephaestus
