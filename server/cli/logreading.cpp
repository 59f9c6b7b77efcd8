// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/cli/logreading.h"

#include "common/client/httpconnection.h"
#include "common/fleet/keptoutput.h"
#include "common/fleet/launcher.h"

#include <QEventLoop>
#include <QFileInfo>

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype ComparedLines = 8; // of those that were printed last

/// Whether its files would be on this machine.
bool isHere(const FleetEntry &entry)
{
    const Result<HttpPeer> peer = parsePeer(entry.url);
    return peer && (peer->address.kind == ServiceAddress::Kind::Unix || peer->address.isLoopback());
}

/// Reads one service: back from its last lines until there are enough, and then which file it keeps.
class LogReader : public QObject
{
public:
    LogReader(LogState &state, qint64 most, std::function<void()> done)
        : m_state(state)
        , m_most(most)
        , m_client(*state.target)
        , m_done(std::move(done))
    {
        LogQuery query;
        query.tail = most;
        ask(query);
    }

private:
    void ask(LogQuery query)
    {
        query.limit = LogQuery::MostLimit;
        m_client.logs(query, [this](const Answer<LogPage> &answer) { take(answer); });
    }

    void take(const Answer<LogPage> &answer)
    {
        if (!answer.value) {
            m_state.failure = answer.reply.message;
            return m_done();
        }
        const LogPage &page = *answer.value;
        if (!m_state.page)
            m_state.page = page;
        m_state.lines = page.lines + m_state.lines;
        const bool isMoreWanted = m_state.lines.size() < m_most && page.first() > 0 && !page.lines.isEmpty();
        if (isMoreWanted && !page.log.isEmpty() && page.log == m_state.page->log) {
            LogQuery query;
            query.before = page.first();
            return ask(query);
        }
        if (m_state.lines.size() >= m_most || !isHere(m_state.entry))
            return m_done();
        m_client.askStatus([this](const Answer<HealthReport> &answer) {
            if (answer.value && answer.value->process)
                m_state.file = answer.value->process->logFile;
            m_done();
        });
    }

    LogState &m_state;
    const qint64 m_most;
    ServiceClient m_client;
    const std::function<void()> m_done;
};

void addKept(LogState &state, qint64 most)
{
    if (state.file.isEmpty() && isHere(state.entry))
        state.file = readKeptOutput(outputNameOf(state.entry), {}, 0).path;
    if (!state.file.isEmpty() && state.lines.size() < most)
        state.lines = joined(keptLines(state, KeptOutput::MostBytes), state.lines);
    if (state.lines.size() > most)
        state.lines = state.lines.last(most);
}

bool isSameLine(const OutputLine &one, const OutputLine &other)
{
    return one.text == other.text && one.stream == other.stream
        && std::chrono::abs(one.time - other.time) <= std::chrono::seconds(1); // as a file tells it
}

} // namespace

QList<OutputLine> keptLines(const LogState &state, qint64 bytes)
{
    // By its name there is more than the one file.
    const bool isNamed = state.file == logFileOf(outputNameOf(state.entry) + u".output"_s) && !state.page;
    return isNamed ? readKeptOutput(outputNameOf(state.entry), {}, bytes).lines : readOutputFiles(state.file, bytes);
}

QList<LogState> readLogs(const QList<FleetEntry> &entries, qint64 most)
{
    QList<LogState> states;
    for (const FleetEntry &entry : entries)
        states.append({entry, {}, {}, {}, {}, {}});
    std::vector<std::unique_ptr<LogReader>> readers;
    QEventLoop loop;
    qsizetype open = 0;
    const auto done = [&] {
        if (--open == 0)
            loop.quit();
    };
    for (LogState &state : states) {
        const Result<ServiceTarget> target = targetOf(state.entry);
        if (!target) {
            state.failure = target.problem().text();
            continue;
        }
        state.target = *target;
        ++open;
        readers.push_back(std::make_unique<LogReader>(state, most, done));
    }
    if (open > 0)
        loop.exec();
    for (LogState &state : states)
        addKept(state, most);
    return states;
}

std::optional<QList<OutputLine>> linesAfter(const QList<OutputLine> &lines, const QList<OutputLine> &printed)
{
    const QList<OutputLine> last = printed.last(std::min(printed.size(), ComparedLines));
    if (last.isEmpty())
        return lines;
    // The first place: of lines that repeat some come twice rather than not at all.
    const auto found = std::search(lines.begin(), lines.end(), last.begin(), last.end(), isSameLine);
    if (found == lines.end())
        return {};
    return QList<OutputLine>(found + last.size(), lines.end());
}

} // namespace Hephaestus
