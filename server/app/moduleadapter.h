// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/filedescriptor.h"
#include "common/base/result.h"

#include <QByteArrayList>
#include <QDir>
#include <QFlags>
#include <QString>
#include <QStringList>

#include <memory>
#include <optional>

namespace Hephaestus {

/// Interpreters that report what they load.
enum class ModuleLanguage : quint8 { Python = 1, Node = 2 };
Q_DECLARE_FLAGS(ModuleLanguages, ModuleLanguage)
Q_DECLARE_OPERATORS_FOR_FLAGS(ModuleLanguages)

/// resources/python and resources/node in a directory of its own, for the programs that are started with environment().
/// They append what they load to report(). A process has one for each of the two programs that it may run at a time;
/// the directory is removed with it.
class ModuleAdapter
{
public:
    /// In `python/NAME.PID` of the first of these places where it can be. A place where the path of a socket in it
    /// would be too long comes last. What processes that are no more left there is removed.
    ModuleAdapter(const QString &name, const QStringList &places);
    ~ModuleAdapter();
    ModuleAdapter(const ModuleAdapter &) = delete;
    ModuleAdapter &operator=(const ModuleAdapter &) = delete;

    /// Goes on with the directory of another, which keepDirectory() left, and its lock.
    static std::unique_ptr<ModuleAdapter> adopt(const QString &directory, FileDescriptor lock);
    const QString &directory() const { return m_directory; }
    int lock() const { return m_lock.number(); } ///< a descriptor; stays this object's
    void keepDirectory() { m_keeps = true; }     ///< whoever adopts it removes it

    /// Why there is none. Then no report will come, and the code of the program stays unknown.
    const std::optional<Problem> &problem() const { return m_problem; }
    /// `NAME=value`, on top of this process' own.
    QByteArrayList environment(ModuleLanguages languages) const;
    QByteArray report() const;
    /// A URL of a Unix-domain socket, where a program with the package hephaestus_service opens its endpoints.
    /// Empty: its path would be too long for one in every place.
    QString endpoints() const;
    /// Nobody who wrote into the report runs any more: begins anew.
    void clearReport() const;

private:
    ModuleAdapter() = default;
    QByteArray nodeImport() const;
    void chooseDirectory(const QDir &base, const QString &name);
    std::optional<Problem> makeIn(const QDir &base);

    QString m_directory;
    FileDescriptor m_lock; ///< while it is held, nobody removes the directory
    bool m_keeps = false;
    std::optional<Problem> m_problem;
};

} // namespace Hephaestus
