// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/code/contenthash.h"
#include "server/code/filestamp.h"

namespace Hephaestus {

/// What a file is to the process that loaded it.
enum class CodeKind : quint8 { Executable, Library, Configuration, Source, LockFile };

/// What is known of the bytes that were loaded.
enum class Evidence : quint8 {
    Pending,    ///< not hashed yet
    Hashed,     ///< the hash is of the bytes that were loaded
    StampOnly,  ///< too big to hash: size, inode and modification time stand for it
    Absent,     ///< there was no such file
    Vanished,   ///< there is none; there was one shortly before the program began, and perhaps when it did
    Unverified, ///< changed between its loading and its hash: what was loaded is not known
    Doubtful,   ///< what was loaded may be of another state of this source: byte code, or a cache
    Unreadable
};

/// Why a file counts as loaded; several may hold at once, and it is forgotten when none does any more.
/// `Linked`: the name by which a mapped file was found, where that leads through a symbolic link.
enum Origin : quint8 { Mapped = 1, Named = 2, Watched = 4, Reported = 8, Scripted = 16, Linked = 32 };

/// One file as it was when it was loaded; 72 bytes, of which a process may have tens of thousands.
struct LoadedFile
{
    FileStamp stamp; ///< of the loaded bytes: moves along with a file that is rewritten with the same ones
    ContentHash hash{};
    quint32 name = 0; ///< in the FileTable; also the file's identity
    CodeKind kind = CodeKind::Source;
    Evidence evidence = Evidence::Pending;
    bool seen = false;     ///< by the comparison that is under way
    bool compared = false; ///< by any comparison
    quint8 origins = 0;    ///< of Origin
    bool isBuilt = false;  ///< the program is built from it: a change is in it only after a build
    bool isNewer = false;  ///< than that program
    bool isShared = false; ///< it had more than one name when it was last compared: others may write to it by them
};

/// `executable`, `library`, … as CodeChange has them.
const char *wireName(CodeKind kind);

} // namespace Hephaestus
