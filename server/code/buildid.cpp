// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/code/buildid.h"

#include "common/base/printable.h"

#include <QByteArray>

#include <elf.h>
#include <link.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <optional>

namespace Hephaestus {
namespace {

constexpr quint32 GoBuildId = 4; // the type of the note that is owned by "Go"
constexpr qsizetype MostRead = 64 * 1024;
constexpr qsizetype LongestId = 256; // of Go's are 83 bytes

/// Less than `size` bytes: the file ends there.
QByteArray readAt(int descriptor, quint64 offset, qsizetype size)
{
    QByteArray bytes(size, Qt::Uninitialized);
    const ssize_t count = offset > quint64(std::numeric_limits<off_t>::max())
        ? 0
        : ::pread(descriptor, bytes.data(), size_t(size), off_t(offset));
    bytes.truncate(std::max<ssize_t>(count, 0));
    return bytes;
}

/// Cuts the first `size` bytes off, and what fills them up to a multiple of 4: so do these notes in segments that are
/// aligned to 8, too. Nothing: there are not so many.
std::optional<QByteArrayView> take(QByteArrayView &rest, quint32 size)
{
    if (size > quint64(rest.size()))
        return {};
    const QByteArrayView taken = rest.first(size);
    rest = rest.sliced(std::min((qsizetype(size) + 3) & ~qsizetype(3), rest.size()));
    return taken;
}

struct FoundIds
{
    QByteArray gnu;
    QByteArray go;
};

void readNotes(QByteArrayView notes, FoundIds &ids)
{
    ElfW(Nhdr) head;
    while (notes.size() >= qsizetype(sizeof head)) {
        std::memcpy(&head, notes.data(), sizeof head);
        notes = notes.sliced(sizeof head);
        const auto owner = take(notes, head.n_namesz);
        const auto content = owner ? take(notes, head.n_descsz) : std::nullopt;
        if (!content)
            return;
        if (content->size() > LongestId)
            continue;
        if (head.n_type == NT_GNU_BUILD_ID && *owner == QByteArrayView("GNU\0", 4))
            ids.gnu = content->toByteArray().toHex();
        else if (head.n_type == GoBuildId && *owner == QByteArrayView("Go\0\0", 4))
            ids.go = content->toByteArray();
    }
}

} // namespace

QString buildIdOf(int descriptor)
{
    ElfW(Ehdr) header{};
    const QByteArray head = readAt(descriptor, 0, sizeof header);
    if (head.size() != qsizetype(sizeof header))
        return {};
    std::memcpy(&header, head.constData(), sizeof header);
    constexpr int Kind = sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32;
    constexpr int Order = Q_BYTE_ORDER == Q_LITTLE_ENDIAN ? ELFDATA2LSB : ELFDATA2MSB;
    if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_ident[EI_CLASS] != Kind
        || header.e_ident[EI_DATA] != Order || header.e_phentsize != sizeof(ElfW(Phdr)))
        return {};
    qsizetype left = MostRead;
    const QByteArray segments =
        readAt(descriptor, header.e_phoff, std::min(left, qsizetype(header.e_phnum) * qsizetype(sizeof(ElfW(Phdr)))));
    left -= segments.size();
    FoundIds ids;
    ElfW(Phdr) segment{};
    for (qsizetype at = 0; at + qsizetype(sizeof segment) <= segments.size(); at += sizeof segment) {
        std::memcpy(&segment, segments.constData() + at, sizeof segment);
        if (segment.p_type != PT_NOTE || segment.p_filesz == 0)
            continue;
        const auto size = qsizetype(std::min(quint64(left), quint64(segment.p_filesz)));
        const QByteArray notes = readAt(descriptor, segment.p_offset, size);
        left -= notes.size();
        readNotes(notes, ids);
    }
    return printable(QString::fromUtf8(ids.go.isEmpty() ? ids.gnu : ids.go));
}

} // namespace Hephaestus
