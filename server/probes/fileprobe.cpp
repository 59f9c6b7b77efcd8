// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/probes/fileprobe.h"

#include "common/base/beginthread.h"
#include "common/base/filedescriptor.h"

#include <QFileInfo>

#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

namespace Hephaestus {
namespace {

using namespace Qt::StringLiterals;

QString nameOf(const FileSettings &settings) { return QFileInfo(settings.path).fileName(); }

} // namespace

FileProbe::FileProbe(const FileSettings &settings, Busy busy, std::chrono::milliseconds timeout, QObject *parent)
    : Probe(timeout, parent)
    , m_settings(settings)
    , m_busy(std::move(busy))
    , m_ownerCalls(std::make_shared<CallsToOwner>(this))
{
}

FileProbe::~FileProbe() { m_ownerCalls->close(); }

QString FileProbe::target() const { return nameOf(m_settings); }

void FileProbe::ask()
{
    if (m_busy->exchange(true)) {
        finish(Outcome::failure(ErrorClass::Unreachable,
                                u"the file system has not answered the check before (%1)"_s.arg(target())));
        return;
    }
    auto thread = beginThread([this, settings = m_settings, busy = m_busy, ownerCalls = m_ownerCalls] {
        const Outcome outcome = look(settings);
        *busy = false;
        ownerCalls->post([this, outcome] { finish(outcome); }); // read only if we still are
    });
    if (thread)
        return thread->detach();
    *m_busy = false;
    finish(Outcome::failure(ErrorClass::Unreachable, u"could not be asked: %1 (%2)"_s.arg(noOtherThread(), target())));
}

Outcome FileProbe::look(const FileSettings &settings)
{
    const auto unreadable = [&settings](int error) {
        return Outcome::failure(
            ErrorClass::Unreachable,
            u"cannot be read: %1 (%2)"_s.arg(QString::fromLocal8Bit(std::strerror(error)), nameOf(settings)));
    };
    // Without O_NONBLOCK opening a pipe waits for its other end.
    const FileDescriptor file(
        ::open(settings.path.toLocal8Bit().constData(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    struct stat status = {};
    struct statvfs space = {};
    char byte = 0;
    if (!file.isOpen() || ::fstat(file.number(), &status) != 0 || ::fstatvfs(file.number(), &space) != 0)
        return unreadable(errno);
    if (S_ISREG(status.st_mode) && ::read(file.number(), &byte, 1) < 0)
        return unreadable(errno);
    const qint64 free = qint64(space.f_bavail) * qint64(space.f_frsize);
    Outcome outcome = Outcome::success();
    if (free < settings.freeBytes) {
        outcome = Outcome::failure(
            ErrorClass::Overloaded,
            u"%1 bytes free, at least %2 expected (%3)"_s.arg(free).arg(settings.freeBytes).arg(nameOf(settings)));
    }
    outcome.details.insert(u"free_bytes"_s, free);
    return outcome;
}

} // namespace Hephaestus
