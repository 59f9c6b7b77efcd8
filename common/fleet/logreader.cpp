// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/logreader.h"

#include "common/fleet/keptoutput.h"
#include "common/fleet/statepaths.h"

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr int MostPages = 256;            ///< of one service; what it keeps is in fewer
constexpr qsizetype MostBytes = 64 << 20; ///< of all lines

qsizetype sizeOf(const QList<OutputLine> &lines)
{
    qsizetype size = 0;
    for (const OutputLine &line : lines)
        size += line.text.size();
    return size;
}

/// Whether its files would be on this machine.
bool keepsFilesHere(const FleetEntry &entry) { return localAddressOf(entry).has_value(); }

} // namespace

QList<OutputLine> keptLines(const LogState &state, qint64 bytes)
{
    // By its name there is more than the one file.
    const QString name = outputNameOf(state.entry);
    const bool isNamed = state.file == logFileOf(name + u".output"_s, state.stateDirectory) && !state.page;
    return isNamed ? readKeptOutput(name, state.stateDirectory, bytes).lines : readOutputFiles(state.file, bytes);
}

LogReader::LogReader(const FleetEntry &entry, qint64 most, const QString &stateDirectory, QObject *parent)
    : QObject(parent)
    , m_state{entry, stateDirectory}
    , m_most(most)
{
}

LogReader::~LogReader() = default;

void LogReader::start()
{
    const Result<ServiceTarget> target = targetOf(m_state.entry, m_state.stateDirectory);
    if (!target) {
        m_state.failure = target.problem().text();
        return finish();
    }
    m_state.target = *target;
    m_client = std::make_unique<ServiceClient>(*target);
    LogQuery query;
    query.tail = m_most;
    ask(query);
}

void LogReader::ask(LogQuery query)
{
    query.limit = LogQuery::MostLimit;
    m_client->logs(query, [this](const Answer<LogPage> &answer) { take(answer); });
}

void LogReader::take(const Answer<LogPage> &answer)
{
    if (!answer.value) {
        m_state.failure = answer.reply.message;
        return finish();
    }
    const LogPage &page = *answer.value;
    if (m_state.page && !page.lines.isEmpty() && page.lines.last().position >= m_before)
        return refuse(u"the lines before others are none of those"_s);
    m_bytes += sizeOf(page.lines);
    if (++m_pages > MostPages || m_bytes > MostBytes)
        return refuse(u"there are more lines than a service keeps"_s);
    if (!m_state.page)
        m_state.page = page;
    m_state.lines = page.lines + m_state.lines;
    const bool isMoreWanted = m_state.lines.size() < m_most && page.first() > 0 && !page.lines.isEmpty();
    if (isMoreWanted && !page.log.isEmpty() && page.log == m_state.page->log) {
        LogQuery query;
        query.before = m_before = page.first();
        return ask(query);
    }
    if (m_state.lines.size() >= m_most || !keepsFilesHere(m_state.entry))
        return finish();
    m_client->askStatus([this](const Answer<HealthReport> &answer) {
        if (answer.value && answer.value->process)
            m_state.file = answer.value->process->logFile;
        finish();
    });
}

/// Nothing that it told is shown then: what of it is true is not known.
void LogReader::refuse(const QString &why)
{
    m_state.page.reset();
    m_state.lines.clear();
    m_state.failure = u"the answer is not understood: "_s + why;
    finish();
}

void LogReader::finish()
{
    if (m_state.file.isEmpty() && keepsFilesHere(m_state.entry))
        m_state.file = readKeptOutput(outputNameOf(m_state.entry), m_state.stateDirectory, 0).path;
    if (!m_state.file.isEmpty() && m_state.lines.size() < m_most)
        m_state.lines = joined(keptLines(m_state, KeptOutput::MostBytes), m_state.lines);
    if (m_state.lines.size() > m_most)
        m_state.lines = m_state.lines.last(m_most);
    Q_EMIT finished();
}

} // namespace Hephaestus
