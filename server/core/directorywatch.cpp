// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/core/directorywatch.h"

#include <QSocketNotifier>

#include <sys/inotify.h>
#include <unistd.h>

namespace Hephaestus {

DirectoryWatch::DirectoryWatch(QObject *parent)
    : QObject(parent)
    , m_descriptor(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK))
{
    if (m_descriptor < 0)
        return;
    m_notifier = new QSocketNotifier(m_descriptor, QSocketNotifier::Read, this);
    connect(m_notifier, &QSocketNotifier::activated, this, &DirectoryWatch::catchUp);
}

DirectoryWatch::~DirectoryWatch()
{
    delete m_notifier; // before what it watches is closed
    if (m_descriptor >= 0)
        ::close(m_descriptor);
}

bool DirectoryWatch::watch(const QByteArray &directory)
{
    constexpr uint32_t Events = IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO
        | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;
    const int watch = m_descriptor < 0 ? -1 : ::inotify_add_watch(m_descriptor, directory.constData(), Events);
    if (watch < 0)
        return false;
    m_directories.insert(watch, directory);
    return true;
}

void DirectoryWatch::catchUp()
{
    alignas(inotify_event) char buffer[16 * 1024];
    for (;;) {
        const ssize_t got = ::read(m_descriptor, buffer, sizeof(buffer));
        if (got <= 0)
            return;
        for (ssize_t offset = 0; offset < got;) {
            const auto *event = reinterpret_cast<const inotify_event *>(buffer + offset);
            offset += ssize_t(sizeof(inotify_event)) + event->len;
            if (event->mask & (IN_Q_OVERFLOW | IN_DELETE_SELF | IN_MOVE_SELF))
                Q_EMIT lost();
            if (event->mask & IN_IGNORED)
                m_directories.remove(event->wd);
            else if (event->len > 0)
                Q_EMIT noticed(m_directories.value(event->wd), QByteArray(event->name), event->mask & IN_ISDIR);
        }
    }
}

} // namespace Hephaestus
