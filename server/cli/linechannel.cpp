// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/cli/linechannel.h"

#include "common/base/writewithoutblocking.h"

#include <QSocketNotifier>

#include <array>
#include <cerrno>
#include <poll.h>
#include <unistd.h>

namespace Hephaestus {

LineChannel::LineChannel(FileDescriptor in, FileDescriptor out, QObject *parent)
    : QObject(parent)
    , m_in(std::move(in))
    , m_out(std::move(out))
    , m_readable(std::make_unique<QSocketNotifier>(m_in.number(), QSocketNotifier::Read))
    , m_writable(std::make_unique<QSocketNotifier>(m_out.number(), QSocketNotifier::Write))
{
    m_writable->setEnabled(false);
    connect(m_readable.get(), &QSocketNotifier::activated, this, &LineChannel::read);
    connect(m_writable.get(), &QSocketNotifier::activated, this, &LineChannel::flush);
}

LineChannel::~LineChannel() = default;

void LineChannel::read()
{
    std::array<char, 65'536> portion;
    const auto count = ::read(m_in.number(), portion.data(), portion.size());
    if (count < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (count <= 0)
        return close();
    m_partial.append(portion.data(), count);
    qsizetype begin = 0;
    for (qsizetype end; !m_isClosed && (end = m_partial.indexOf('\n', begin)) >= 0; begin = end + 1) {
        if (!std::exchange(m_isSkipping, false))
            Q_EMIT arrived(m_partial.sliced(begin, end - begin));
    }
    m_partial.remove(0, begin);
    if (m_partial.size() <= LongestLine)
        return;
    m_partial.clear();
    if (!std::exchange(m_isSkipping, true))
        Q_EMIT tooLong();
}

void LineChannel::close()
{
    m_readable->setEnabled(false);
    if (!std::exchange(m_isClosed, true))
        Q_EMIT closed();
}

void LineChannel::write(const QByteArray &line)
{
    m_pending += line;
    flush();
}

void LineChannel::flush()
{
    pollfd output{m_out.number(), POLLOUT, 0};
    if (::poll(&output, 1, 0) == 1 && (output.revents & (POLLERR | POLLNVAL)) != 0) {
        m_pending.clear(); // nobody reads any more
        m_writable->setEnabled(false);
        close();
        Q_EMIT drained();
        return;
    }
    m_pending.remove(0, writeWithoutBlocking(m_out.number(), m_pending));
    m_writable->setEnabled(!m_pending.isEmpty());
    if (m_pending.isEmpty())
        Q_EMIT drained();
}

} // namespace Hephaestus
