// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/code/contenthash.h"

#include <QCryptographicHash>

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

namespace Hephaestus {
namespace {

constexpr auto Algorithm = QCryptographicHash::Blake2b_160;
constexpr size_t BlockSize = 64 * 1024;

ContentHash toHash(const QByteArray &bytes)
{
    ContentHash hash{};
    Q_ASSERT(size_t(bytes.size()) == hash.size());
    std::copy_n(bytes.begin(), hash.size(), hash.begin());
    return hash;
}

} // namespace

ContentHash hashOf(QByteArrayView bytes)
{
    QCryptographicHash hash(Algorithm);
    hash.addData(bytes);
    return toHash(hash.result());
}

std::optional<ContentHash> hashFile(int descriptor, qint64 size, CpuThrottle &throttle)
{
    const auto block = std::make_unique_for_overwrite<char[]>(BlockSize); // what is not filled is no memory
    thread_local QCryptographicHash hash(Algorithm);
    hash.reset();
    for (off_t offset = 0;;) {
        const ssize_t got = ::pread(descriptor, block.get(), BlockSize, offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 || !throttle.step())
            return {};
        hash.addData(QByteArrayView(block.get(), got));
        offset += got;
        if (got == 0 || offset == size) // the usual file is one read
            return toHash(hash.result());
    }
}

} // namespace Hephaestus
