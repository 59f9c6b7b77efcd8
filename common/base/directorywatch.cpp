// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/directorywatch.h"

#include <QSocketNotifier>

#include <sys/inotify.h>
#include <sys/ioctl.h>

namespace Hephaestus {

DirectoryWatch::DirectoryWatch(QObject *parent) : QObject(parent), m_inotify(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK))
{
    if (!m_inotify.isOpen())
        return;
    m_notifier = std::make_unique<QSocketNotifier>(m_inotify.number(), QSocketNotifier::Read);
    connect(m_notifier.get(), &QSocketNotifier::activated, this, &DirectoryWatch::catchUp);
}

DirectoryWatch::~DirectoryWatch() = default;

bool DirectoryWatch::watch(const QByteArray &directory)
{
    constexpr uint32_t Events = IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB | IN_CREATE | IN_DELETE | IN_MOVED_FROM
        | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;
    const int watch = ::inotify_add_watch(m_inotify.number(), directory.constData(), Events);
    if (watch < 0)
        return false;
    QByteArrayList &names = m_directories[watch];
    if (!names.contains(directory))
        names << directory;
    return true;
}

void DirectoryWatch::catchUp()
{
    // Only what is there now: whoever writes all the time would keep us here.
    int waiting = 0;
    if (::ioctl(m_inotify.number(), FIONREAD, &waiting) != 0)
        return;
    alignas(inotify_event) char buffer[16 * 1024];
    while (waiting > 0) {
        const ssize_t got = ::read(m_inotify.number(), buffer, sizeof(buffer));
        if (got <= 0)
            return;
        waiting -= int(got);
        for (ssize_t offset = 0; offset < got;) {
            const auto *event = reinterpret_cast<const inotify_event *>(buffer + offset);
            offset += ssize_t(sizeof(inotify_event)) + event->len;
            const bool isItself = event->len == 0 && (event->mask & IN_ATTRIB); // it may not be readable any more
            if (isItself || (event->mask & (IN_Q_OVERFLOW | IN_DELETE_SELF | IN_MOVE_SELF)))
                Q_EMIT lost();
            if (event->mask & IN_IGNORED)
                m_directories.remove(event->wd);
            if (event->len == 0)
                continue;
            const QByteArrayList names = m_directories.value(event->wd); // whoever is told may watch more
            for (const QByteArray &directory : names)
                Q_EMIT noticed(directory, QByteArray(event->name), event->mask & IN_ISDIR);
        }
    }
}

} // namespace Hephaestus
