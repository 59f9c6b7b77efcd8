// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/code/filetable.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace Hephaestus {
namespace {

std::string_view view(QByteArrayView bytes) { return {bytes.data(), size_t(bytes.size())}; }

/// `/usr/lib/libc.so` as `/usr/lib` and `libc.so`; `/file` as `/` and `file`.
std::pair<QByteArrayView, QByteArrayView> split(QByteArrayView path)
{
    const qsizetype slash = path.lastIndexOf('/');
    return {slash <= 0 ? QByteArrayView("/") : path.first(slash), path.sliced(slash + 1)};
}

} // namespace

const char *wireName(CodeKind kind)
{
    switch (kind) {
    case CodeKind::Executable: return "executable";
    case CodeKind::Library: return "library";
    case CodeKind::Configuration: return "configuration";
    case CodeKind::Source: return "source";
    case CodeKind::LockFile: return "lock_file";
    }
    return "";
}

FileTable::Directories::value_type &FileTable::directory(QByteArrayView path)
{
    const auto found = m_directories.find(view(path));
    return found != m_directories.end() ? *found : *m_directories.emplace(view(path), Directory()).first;
}

const FileTable::Directories::value_type *FileTable::findDirectory(QByteArrayView path) const
{
    const auto found = m_directories.find(view(path));
    return found != m_directories.end() ? &*found : nullptr;
}

LoadedFile *FileTable::find(Directory &directory, QByteArrayView name)
{
    const auto place =
        std::lower_bound(directory.files.begin(), directory.files.end(), view(name),
                         [this](const LoadedFile &file, std::string_view wanted) { return this->name(file) < wanted; });
    return place != directory.files.end() && this->name(*place) == view(name) ? &*place : nullptr;
}

std::span<LoadedFile> FileTable::versions(Directory &directory, QByteArrayView name)
{
    LoadedFile *first = find(directory, name);
    if (!first)
        return {};
    LoadedFile *const end = directory.files.data() + directory.files.size();
    LoadedFile *last = first + 1;
    while (last != end && this->name(*last) == view(name))
        ++last;
    return {first, last};
}

std::span<LoadedFile> FileTable::versions(QByteArrayView path)
{
    Directory *const folder = folderOf(path);
    return folder ? versions(*folder, split(path).second) : std::span<LoadedFile>();
}

FileTable::Directory *FileTable::folderOf(QByteArrayView path)
{
    const auto found = m_directories.find(view(split(path).first));
    return found != m_directories.end() ? &found->second : nullptr;
}

quint32 FileTable::addName(QByteArrayView name)
{
    if (const auto free = m_free.find(size_t(name.size())); free != m_free.end() && !free->second.empty()) {
        const quint32 identity = free->second.back();
        free->second.pop_back();
        std::copy(name.begin(), name.end(), m_names.begin() + identity);
        return identity;
    }
    const auto identity = quint32(m_names.size());
    m_names.append(view(name)).push_back('\0');
    return identity;
}

void FileTable::reuseNames()
{
    for (const quint32 identity : std::exchange(m_unused, {}))
        m_free[std::strlen(nameOf(identity))].push_back(identity);
}

QByteArrayList FileTable::dropEmptyDirectories()
{
    QByteArrayList dropped;
    std::erase_if(m_directories, [&](const auto &directory) {
        if (directory.second.files.empty())
            dropped << QByteArray(directory.first.data(), qsizetype(directory.first.size()));
        return directory.second.files.empty();
    });
    return dropped;
}

LoadedFile &FileTable::addVersion(QByteArrayView path, const LoadedFile &file)
{
    const auto [folder, name] = split(path);
    Directory &place = directory(folder).second;
    place.mayDiffer = true;
    std::vector<LoadedFile> &files = place.files;
    const auto behind = std::upper_bound(
        files.begin(), files.end(), view(name),
        [this](std::string_view wanted, const LoadedFile &other) { return wanted < this->name(other); });
    LoadedFile &added = *files.insert(behind, file);
    added.name = addName(name);
    return added;
}

LoadedFile *FileTable::find(QByteArrayView path)
{
    const auto [directory, name] = split(path);
    const auto found = m_directories.find(view(directory));
    return found != m_directories.end() ? find(found->second, name) : nullptr;
}

LoadedFile &FileTable::add(Directory &directory, QByteArrayView name, const LoadedFile &file)
{
    directory.mayDiffer = true;
    const auto place = std::lower_bound(
        directory.files.begin(), directory.files.end(), view(name),
        [this](const LoadedFile &other, std::string_view wanted) { return this->name(other) < wanted; });
    if (place != directory.files.end() && this->name(*place) == view(name)) {
        const quint32 identity = place->name;
        *place = file;
        place->name = identity;
        return *place;
    }
    LoadedFile &added = *directory.files.insert(place, file);
    added.name = addName(name);
    return added;
}

LoadedFile &FileTable::add(QByteArrayView path, const LoadedFile &file)
{
    const auto [folder, name] = split(path);
    return add(directory(folder).second, name, file);
}

QByteArray FileTable::path(const Directories::value_type &directory, const LoadedFile &file) const
{
    QByteArray path(directory.first.data(), qsizetype(directory.first.size()));
    if (path != "/")
        path += '/';
    return path += name(file);
}

qsizetype FileTable::size() const
{
    size_t files = 0;
    for (const auto &[path, directory] : m_directories)
        files += directory.files.size();
    return qsizetype(files);
}

qsizetype FileTable::bytes() const
{
    constexpr size_t Node = 4 * sizeof(void *) + 2 * sizeof(size_t); // of a red-black tree, and malloc's own
    size_t bytes = m_names.capacity() + m_unused.capacity() * sizeof(quint32);
    for (const auto &[length, names] : m_free)
        bytes += Node + names.capacity() * sizeof(quint32);
    for (const auto &[path, directory] : m_directories)
        bytes +=
            sizeof(Directories::value_type) + Node + path.capacity() + directory.files.capacity() * sizeof(LoadedFile);
    return qsizetype(bytes);
}

void FileTable::squeeze()
{
    m_names.shrink_to_fit();
    m_unused.shrink_to_fit();
    for (auto &[path, directory] : m_directories)
        directory.files.shrink_to_fit();
}

void FileTable::clear()
{
    m_directories.clear();
    m_names.clear();
    m_unused.clear();
    m_free.clear();
}

} // namespace Hephaestus
