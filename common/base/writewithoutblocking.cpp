// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/writewithoutblocking.h"

#include <climits>
#include <poll.h>
#include <unistd.h>

namespace Hephaestus {

qsizetype writeWithoutBlocking(int descriptor, QByteArrayView bytes)
{
    qsizetype total = 0;
    while (total < bytes.size()) {
        // A pipe that polls writable takes PIPE_BUF bytes at once (pipe(7)); a file always does.
        pollfd writable{descriptor, POLLOUT, 0};
        if (::poll(&writable, 1, 0) != 1 || !(writable.revents & POLLOUT))
            break;
        const auto portion = std::min<qsizetype>(bytes.size() - total, PIPE_BUF);
        const auto written = ::write(descriptor, bytes.data() + total, std::size_t(portion));
        if (written <= 0)
            break;
        total += written;
    }
    return total;
}

} // namespace Hephaestus
