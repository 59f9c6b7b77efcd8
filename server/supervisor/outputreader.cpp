// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/supervisor/outputreader.h"

#include "server/supervisor/outputsink.h"

#include <QSocketNotifier>

#include <cerrno>
#include <fcntl.h>

namespace Hephaestus {
namespace {

/// What a terminal would show of a line: what follows the latest '\r' that is not at its end.
QByteArrayView latestState(QByteArrayView line)
{
    while (line.endsWith('\r'))
        line.chop(1);
    return line.sliced(line.lastIndexOf('\r') + 1);
}

QByteArray withLatestStates(const QByteArray &lines)
{
    QByteArray shown;
    for (qsizetype begin = 0; begin < lines.size();) {
        const qsizetype end = lines.indexOf('\n', begin);
        shown += latestState(QByteArrayView(lines).sliced(begin, end - begin));
        shown += '\n';
        begin = end + 1;
    }
    return shown;
}

QByteArray broken(const QByteArray &lines, qsizetype longest)
{
    QByteArray pieces;
    for (qsizetype begin = 0; begin < lines.size();) {
        const qsizetype end = std::min(lines.indexOf('\n', begin), begin + longest);
        pieces += QByteArrayView(lines).sliced(begin, end - begin);
        pieces += '\n';
        begin = end + (lines[end] == '\n' ? 1 : 0);
    }
    return pieces;
}

} // namespace

OutputReader::OutputReader(FileDescriptor descriptor, OutputSink *sink, QObject *parent)
    : QObject(parent)
    , m_descriptor(std::move(descriptor))
    , m_sink(sink)
    , m_notifier(std::make_unique<QSocketNotifier>(m_descriptor.number(), QSocketNotifier::Read))
{
    connect(m_notifier.get(), &QSocketNotifier::activated, this, &OutputReader::read);
    m_unfinishedTimer.setSingleShot(true);
    connect(&m_unfinishedTimer, &QTimer::timeout, this, &OutputReader::tellUnfinished);
    if (!sink)
        return;
    m_notifier->setEnabled(!sink->isFull());
    connect(sink, &OutputSink::emptied, this, [this] {
        if (m_notifier)
            m_notifier->setEnabled(!m_isPaused);
    });
}

OutputReader::~OutputReader() = default;

void OutputReader::read()
{
    if (isOpen() && !readPortion(Portion, false))
        finish();
}

void OutputReader::pause()
{
    m_isPaused = true;
    if (m_notifier)
        m_notifier->setEnabled(false);
}

void OutputReader::finish()
{
    if (!isOpen())
        return;
    // No more than there can be: somebody who still has the other end could go on for ever.
    readPortion(std::max(::fcntl(m_descriptor.number(), F_GETPIPE_SZ), 64 * 1024), true);
    release().reset();
}

FileDescriptor OutputReader::release()
{
    m_notifier.reset();
    m_unfinishedTimer.stop();
    FileDescriptor descriptor = std::move(m_descriptor);
    if (!m_partial.isEmpty())
        tellLines(std::exchange(m_partial, {}) + '\n');
    return descriptor;
}

/// False when the pipe has ended.
bool OutputReader::readPortion(qsizetype most, bool isLast)
{
    char buffer[64 * 1024];
    for (qsizetype total = 0; total < most;) {
        if (!isLast && m_sink && m_sink->isFull()) {
            m_notifier->setEnabled(false);
            return true;
        }
        const auto count = ::read(m_descriptor.number(), buffer, sizeof buffer);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return errno == EAGAIN;
        if (count == 0)
            return false;
        take({buffer, qsizetype(count)});
        total += count;
    }
    return true;
}

void OutputReader::take(QByteArrayView bytes)
{
    if (m_sink)
        m_sink->write(bytes);
    const qsizetype end = bytes.lastIndexOf('\n') + 1;
    if (end > 0)
        tellLines(std::exchange(m_partial, {}).append(bytes.first(end)));
    m_partial.append(bytes.sliced(end));
    if (const qsizetype again = m_partial.size() > 1 ? m_partial.lastIndexOf('\r', m_partial.size() - 2) : -1;
        again >= 0)
        m_partial.remove(0, again + 1);
    if (m_partial.size() >= LongestLine)
        tellLines(std::exchange(m_partial, {}) + '\n');
    if (!m_partial.isEmpty() && !m_unfinishedTimer.isActive())
        m_unfinishedTimer.start(UnfinishedAfter);
}

void OutputReader::tellUnfinished()
{
    if (!m_partial.isEmpty())
        Q_EMIT unfinishedRead(latestState(m_partial).toByteArray());
}

void OutputReader::tellLines(QByteArray lines)
{
    if (lines.contains('\r'))
        lines = withLatestStates(lines);
    if (lines.size() > LongestLine)
        lines = broken(lines, LongestLine);
    Q_EMIT linesRead(lines);
}

} // namespace Hephaestus
