// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/cli/logfollowing.h"

#include "common/fleet/keptoutput.h"

#include <QFileInfo>
#include <QSocketNotifier>

#include <csignal>
#include <fcntl.h>
#include <unistd.h>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr auto LookEvery = 50ms;
constexpr auto OthersMayBeLate = 200ms; // by their poll
constexpr qsizetype RememberedLines = 64;
constexpr qint64 KeptBytes = 2 << 20; // read of a file

volatile int interrupted = 0;
int wakeUp[2] = {-1, -1};

void interrupt(int)
{
    interrupted = 1;
    [[maybe_unused]] const auto written = ::write(wakeUp[1], "", 1);
}

} // namespace

LogFollowing::LogFollowing(const LogPrinter &printer, const QList<LogState> &states) : m_printer(printer)
{
    for (const LogState &state : states) {
        Followed followed{state, {}, state.lines.last(std::min(state.lines.size(), RememberedLines))};
        followed.latest.removeIf([](const OutputLine &line) { return line.isUnfinished(); });
        m_services.push_back(std::move(followed));
    }
    connect(&m_timer, &QTimer::timeout, this, [this] {
        readFiles();
        flush(false);
        if (LogPrinter::isClosed())
            m_loop.quit();
    });
}

LogFollowing::~LogFollowing() = default;

void LogFollowing::run()
{
    if (::pipe2(wakeUp, O_CLOEXEC | O_NONBLOCK) != 0)
        return;
    struct sigaction action = {};
    action.sa_handler = interrupt; // not restarted: a write that waits for its reader ends, too
    ::sigaction(SIGINT, &action, nullptr);
    ::sigaction(SIGTERM, &action, nullptr);
    QSocketNotifier notifier(wakeUp[0], QSocketNotifier::Read);
    connect(&notifier, &QSocketNotifier::activated, &m_loop, &QEventLoop::quit);
    for (int service = 0; service < int(m_services.size()); ++service)
        connectFeed(service);
    m_timer.start(LookEvery);
    if (!interrupted)
        m_loop.exec();
    flush(true);
}

void LogFollowing::connectFeed(int service)
{
    Followed &followed = m_services[std::size_t(service)];
    if (!followed.state.target)
        return m_printer.tell(service, u" cannot be followed: "_s + followed.state.failure);
    followed.feed = std::make_unique<LogFeed>(*followed.state.target);
    LogFeed *const feed = followed.feed.get();
    connect(feed, &LogFeed::arrived, this, [this, service](const auto &lines) { take(service, lines); });
    connect(feed, &LogFeed::lost, this, [this, service](qint64 lines) {
        if (m_services[std::size_t(service)].isAnew)
            return; // they may be in its file
        flush(true);
        m_printer.tell(service, u": %1 lines are lost: they came faster than they were read"_s.arg(lines));
    });
    connect(feed, &LogFeed::restarted, this, [this, service] {
        m_services[std::size_t(service)].isAnew = true;
        flush(true);
        m_printer.tell(service, u" has restarted"_s);
    });
    connect(feed, &LogFeed::failed, this, [this, service](const ServiceReply &reply) {
        Followed &failing = m_services[std::size_t(service)];
        if (std::exchange(failing.isAway, true))
            return;
        readFile(service);
        flush(true);
        m_printer.tell(service, u" does not answer: "_s + reply.message);
    });
    connect(feed, &LogFeed::recovered, this, [this, service] {
        m_services[std::size_t(service)].isAway = false;
        flush(true);
        m_printer.tell(service, u" answers again"_s);
    });
    if (followed.state.page) {
        feed->startAfter(*followed.state.page);
    } else {
        followed.isAnew = true;
        followed.isAway = true;
        feed->start(std::numeric_limits<int>::max());
    }
}

void LogFollowing::take(int service, const QList<OutputLine> &lines)
{
    Followed &followed = m_services[std::size_t(service)];
    if (followed.isAnew)
        return takeAll(service, lines);
    keep(service, lines);
}

void LogFollowing::keep(int service, const QList<OutputLine> &lines)
{
    Followed &followed = m_services[std::size_t(service)];
    const auto now = std::chrono::steady_clock::now();
    for (const OutputLine &line : lines) {
        if (!line.isUnfinished()) // whoever follows gets a line once it is whole
            m_waiting.append({{service, line}, now});
    }
    for (const OutputLine &line : lines.last(std::min(lines.size(), RememberedLines))) {
        if (!line.isUnfinished())
            followed.latest << line;
    }
    followed.latest.remove(0, std::max<qsizetype>(0, followed.latest.size() - RememberedLines));
    if (m_services.size() == 1)
        flush(true);
}

/// All that a new instance keeps, some of which may have been read from the file.
void LogFollowing::takeAll(int service, const QList<OutputLine> &lines)
{
    Followed &followed = m_services[std::size_t(service)];
    followed.isAnew = false;
    followed.isAway = false;
    const QList<OutputLine> kept =
        followed.state.file.isEmpty() ? QList<OutputLine>() : keptLines(followed.state, KeptBytes);
    const QList<OutputLine> all = joined(kept, lines);
    const auto fresh = linesAfter(all, followed.latest);
    if (!fresh)
        m_printer.tell(service, u": some lines before this may be missing"_s);
    keep(service, fresh.value_or(lines));
}

void LogFollowing::readFiles()
{
    for (int service = 0; service < int(m_services.size()); ++service) {
        if (m_services[std::size_t(service)].isAway)
            readFile(service);
    }
}

/// What a service wrote last, before and while it does not answer.
void LogFollowing::readFile(int service)
{
    Followed &followed = m_services[std::size_t(service)];
    const qint64 size = followed.state.file.isEmpty() ? -1 : QFileInfo(followed.state.file).size();
    if (size < 0 || std::exchange(followed.fileSize, size) == size)
        return;
    if (const auto fresh = linesAfter(keptLines(followed.state, KeptBytes), followed.latest))
        keep(service, *fresh);
}

void LogFollowing::flush(bool all)
{
    if (m_waiting.isEmpty() || m_isEnded)
        return;
    const auto due = std::chrono::steady_clock::now() - OthersMayBeLate;
    QList<NamedLine> lines;
    QList<Waiting> later;
    for (Waiting &waiting : m_waiting) {
        if (all || waiting.arrived <= due)
            lines.append(std::move(waiting.named));
        else
            later.append(std::move(waiting));
    }
    m_waiting = std::move(later);
    if (m_services.size() > 1)
        sortByTime(lines);
    m_isEnded = !m_printer.print(lines, interrupted);
    if (m_isEnded)
        m_loop.quit();
}

} // namespace Hephaestus
