// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/code/codemonitor.h"

#include "common/base/post.h"
#include "server/core/serverstate.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace Hephaestus {
namespace {

// Of ioprio_set(2). The linux/ioprio.h of Debian 12 (linux-libc-dev 6.1.192) names a parameter "class".
constexpr int IoPriorityOfProcess = 1;
constexpr int IdleIoPriority = 3 << 13;

/// Behind what serves, but not last: an edit is to be reported within a second even on a machine that compiles. On
/// Linux each thread has its own nice value, whatever POSIX says. QThread's priorities do nothing for ordinary threads
/// there.
void stepBack()
{
    ::setpriority(PRIO_PROCESS, id_t(::syscall(SYS_gettid)), 5);
    ::syscall(SYS_ioprio_set, IoPriorityOfProcess, 0, IdleIoPriority);
}

} // namespace

CodeMonitor::CodeMonitor(ServerState &state, EventThread &thread, CodeSources sources, const Clock &clock,
                         const CodeTiming &timing, QObject *parent)
    : QObject(parent)
    , m_thread(thread)
    , m_watch(new CodeWatch(std::make_unique<CodeManifest>(std::move(sources)), clock, timing))
{
    connect(m_watch, &CodeWatch::reported, m_watch, [&state](const CodeReport &report) { state.setCode(report); });
    connect(m_watch, &CodeWatch::reported, this, &CodeMonitor::reported, Qt::DirectConnection);
    connect(m_watch, &CodeWatch::rested, this, &CodeMonitor::rested, Qt::DirectConnection);
    state.addCapability(QStringLiteral("code"));
    CodeReport early;
    early.reasons << QStringLiteral("not compared yet");
    state.setCode(early);
}

CodeMonitor::~CodeMonitor()
{
    m_watch->stop();
    if (m_isStarted)
        m_thread.call([this] { delete m_watch; });
    else
        delete m_watch;
}

void CodeMonitor::start()
{
    m_isStarted = true;
    m_watch->moveToThread(m_thread.thread());
    post(m_watch, [watch = m_watch] {
        stepBack();
        watch->start();
    });
    for (auto &question : std::exchange(m_early, {}))
        post(m_watch, std::move(question));
}

void CodeMonitor::compareNow() { post(m_watch, &CodeWatch::compareNow); }

void CodeMonitor::compareAnew(std::function<void()> done)
{
    auto question = [watch = m_watch, done = std::move(done)]() mutable { watch->compareAnew(std::move(done)); };
    if (m_isStarted)
        post(m_watch, std::move(question));
    else
        m_early << std::move(question);
}

void CodeMonitor::setConfiguration(const QByteArray &path, const QByteArray &bytes)
{
    auto change = [watch = m_watch, path, bytes] { watch->setConfiguration(path, bytes); };
    if (m_isStarted)
        post(m_watch, std::move(change));
    else
        m_early << std::move(change);
}

void CodeMonitor::find(const QByteArrayList &paths, std::function<void(const QList<CodeFile> &)> done)
{
    auto question = [watch = m_watch, paths, done = std::move(done)] {
        QList<CodeFile> files;
        for (const QByteArray &path : paths) {
            const auto kind = watch->manifest().find(path);
            files << CodeFile{QString::fromUtf8(path), kind.has_value(),
                              kind ? QLatin1String(wireName(*kind)) : QString()};
        }
        done(files);
    };
    if (m_isStarted)
        post(m_watch, std::move(question));
    else
        m_early << question;
}

} // namespace Hephaestus
