// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/supervisor/outputreader.h"

#include <QSocketNotifier>

#include <cerrno>
#include <cstring>

namespace Hephaestus {
namespace {

constexpr qsizetype PipeCapacity = 1 << 20; // the largest an unprivileged process may set (pipe(7))

} // namespace

OutputReader::OutputReader(FileDescriptor descriptor, QObject *parent)
    : QObject(parent)
    , m_descriptor(std::move(descriptor))
    , m_notifier(std::make_unique<QSocketNotifier>(m_descriptor.number(), QSocketNotifier::Read))
{
    connect(m_notifier.get(), &QSocketNotifier::activated, this, &OutputReader::read);
}

OutputReader::~OutputReader() = default;

void OutputReader::read()
{
    if (isOpen() && !readPortion(Portion))
        finish();
}

void OutputReader::finish()
{
    if (!isOpen())
        return;
    readPortion(PipeCapacity); // somebody who still has the other end could go on for ever
    release().reset();
}

FileDescriptor OutputReader::release()
{
    m_notifier.reset();
    FileDescriptor descriptor = std::move(m_descriptor);
    if (!m_partial.isEmpty())
        Q_EMIT linesRead(std::exchange(m_partial, {}) + '\n');
    return descriptor;
}

/// False when the pipe has ended.
bool OutputReader::readPortion(qsizetype most)
{
    char buffer[64 * 1024];
    for (qsizetype total = 0; total < most;) {
        const auto count = ::read(m_descriptor.number(), buffer, sizeof buffer);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return errno == EAGAIN;
        if (count == 0)
            return false;
        take(buffer, count);
        total += count;
    }
    return true;
}

void OutputReader::take(const char *bytes, qsizetype size)
{
    QByteArray lines;
    while (size > 0) {
        const auto *end = static_cast<const char *>(std::memchr(bytes, '\n', std::size_t(size)));
        const qsizetype room = LongestLine - m_partial.size();
        const qsizetype length = std::min(end ? end - bytes : size, room);
        m_partial.append(bytes, length);
        const bool ended = end && bytes + length == end;
        bytes += length + (ended ? 1 : 0);
        size -= length + (ended ? 1 : 0);
        if (ended || m_partial.size() == LongestLine) {
            lines += m_partial;
            lines += '\n';
            m_partial.clear();
        }
    }
    if (!lines.isEmpty())
        Q_EMIT linesRead(lines);
}

} // namespace Hephaestus
