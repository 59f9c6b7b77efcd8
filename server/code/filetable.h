// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/code/loadedfile.h"

#include <QByteArrayList>

#include <map>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace Hephaestus {

/// The files a program's processes loaded, by path, in under 200 bytes each. Directories are kept once, names in one
/// block of text, and the files of a directory sorted in one vector. The room of a forgotten name goes to another of
/// its length: programs start jobs without end. Belongs to one thread.
class FileTable
{
public:
    struct Directory
    {
        std::vector<LoadedFile> files; ///< by name
        /// One of them may differ, or was not compared yet. Set for every file that is added; CodeComparison takes it
        /// back.
        bool mayDiffer = false;
    };
    using Directories = std::map<std::string, Directory, std::less<>>;

    /// The directory of this absolute path, made on first use; the reference stays valid.
    Directories::value_type &directory(QByteArrayView path);
    const Directories::value_type *findDirectory(QByteArrayView path) const;
    Directories &directories() { return m_directories; }
    const Directories &directories() const { return m_directories; }

    /// The file of this name, or null. A pointer stays valid until a file is added to or removed from its directory.
    LoadedFile *find(Directory &directory, QByteArrayView name);
    LoadedFile *find(QByteArrayView path);
    const LoadedFile *find(QByteArrayView path) const { return const_cast<FileTable *>(this)->find(path); }
    /// The file of this name as different processes loaded it, each with its own LoadedFile::name; valid as above.
    std::span<LoadedFile> versions(Directory &directory, QByteArrayView name);
    std::span<LoadedFile> versions(QByteArrayView path);
    /// The directory that the file of this path would be in, or null.
    Directory *folderOf(QByteArrayView path);
    /// Adds another version of a file, whether there is one or not.
    LoadedFile &addVersion(QByteArrayView path, const LoadedFile &file);
    /// Adds a file; what was there of that name is replaced.
    LoadedFile &add(Directory &directory, QByteArrayView name, const LoadedFile &file);
    LoadedFile &add(QByteArrayView path, const LoadedFile &file);
    /// Takes `origin` from the files for which `gone(path, file)`, and forgets those that have no other.
    template <typename Predicate>
    void forget(Origin origin, Predicate gone)
    {
        for (auto &directory : m_directories) {
            std::erase_if(directory.second.files, [&](LoadedFile &file) {
                if ((file.origins & origin) && gone(path(directory, file), file))
                    file.origins &= quint8(~origin);
                if (file.origins == 0)
                    m_unused.push_back(file.name);
                return file.origins == 0;
            });
        }
    }

    const char *name(const LoadedFile &file) const { return nameOf(file.name); }
    /// Of LoadedFile::name.
    const char *nameOf(quint32 identity) const { return m_names.data() + identity; }
    QByteArray path(const Directories::value_type &directory, const LoadedFile &file) const;

    qsizetype size() const;
    /// All memory held, for the budget.
    qsizetype bytes() const;
    /// Whoever kept the identity of a file that was forgotten has dropped it: new files may get it, and its room.
    void reuseNames();
    /// Forgets the directories without files, and returns their paths. References to them end.
    QByteArrayList dropEmptyDirectories();
    /// Gives back what growing left over.
    void squeeze();
    void clear();

private:
    quint32 addName(QByteArrayView name);

    Directories m_directories;
    std::string m_names;                                          ///< each ends with a zero
    std::vector<quint32> m_unused;                                ///< identities of what was forgotten,
    std::unordered_map<std::size_t, std::vector<quint32>> m_free; ///< and of what may be used again, by length
};

} // namespace Hephaestus
