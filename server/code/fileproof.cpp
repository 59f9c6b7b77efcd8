// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/code/fileproof.h"

#include "common/base/fileclock.h"
#include "server/code/changebound.h"

#include <sys/stat.h>

#include <cerrno>

namespace Hephaestus {

FileDescriptor openForReading(const char *path, int directory)
{
    return FileDescriptor(::openat(directory, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
}

bool isMissing(int error) { return error == ENOENT || error == ENOTDIR || error == ELOOP; }

void makeUnverified(LoadedFile &file)
{
    file.evidence = Evidence::Unverified;
    file.stamp = {};
}

void proveFile(int descriptor, LoadedFile &file, qint64 hashLimit, CpuThrottle &throttle)
{
    struct stat status = {};
    if (descriptor < 0 || ::fstat(descriptor, &status) != 0) {
        file.evidence = descriptor < 0 && !isMissing(errno) ? Evidence::Unreadable : Evidence::Unverified;
        return;
    }
    const auto unchanged = [&file](const struct stat &status) {
        FileStamp now = FileStamp::of(status);
        if (file.kind == CodeKind::Executable || status.st_nlink == 0)
            now.changed = file.stamp.changed; // see FamilyMappings::noteFile()
        return now == file.stamp;
    };
    if (!S_ISREG(status.st_mode) || !unchanged(status)) {
        file.evidence = Evidence::Unverified;
        return;
    }
    if (status.st_size > hashLimit) {
        file.evidence = Evidence::StampOnly;
        return;
    }
    const qint64 begun = fileClock().count();
    const auto hash = hashFile(descriptor, status.st_size, throttle);
    if (throttle.stopped())
        return;
    if (!hash) {
        file.evidence = Evidence::Unreadable;
        return;
    }
    if (::fstat(descriptor, &status) != 0 || !unchanged(status)) {
        file.evidence = Evidence::Unverified;
        return;
    }
    file.hash = *hash;
    file.evidence = Evidence::Hashed;
    if (ChangeBound(begun - 2 * FileStamp::Tick).mayPrecede(file.stamp.changed))
        file.stamp.changed = 0; // another write in the same tick would not show
}

} // namespace Hephaestus
