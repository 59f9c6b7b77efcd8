// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/result.h"

#include <QMap>
#include <QStringList>

#include <chrono>
#include <memory>

namespace Hephaestus {

class ConfigTable;

/// A TOML file while it is being read: its tables, and everything found wrong so far. All errors are reported at once,
/// one for each key. Each Problem's `where` is `file:line: dotted.key`. Belongs to one thread.
///
///     ConfigDocument document = ConfigDocument::fromFile(path);
///     ConfigTable service = document.root().table("service");
///     config.name = service.text("name", config.name);
///     service.finish();                     // what was not asked for is unknown: an error
///     if (!document.problems().isEmpty()) …
class ConfigDocument
{
public:
    /// Unreadable, no regular file, larger than 4 MiB or malformed: the root is empty and problems() says why.
    static ConfigDocument fromFile(const QString &path);
    static ConfigDocument fromText(const QByteArray &toml, const QString &fileName);

    ConfigTable root() const;
    /// In the order of their lines: the first hundred, and how many more there are.
    QList<Problem> problems() const;
    /// The bytes that were read.
    QByteArray text() const;
    /// The file's directory, against which the paths in it are resolved; empty for text.
    QString directory() const;

private:
    friend class ConfigTable;
    struct Content;
    std::shared_ptr<Content> m_content;
};

/// One table of a document. Every getter returns the fallback when the key is missing, and when what is there is
/// wrong, which it reports. Cheap to copy; copies share which keys were asked for.
class ConfigTable
{
public:
    bool exists() const; ///< false for a table that is not in the file
    bool has(const QString &key) const;
    bool isText(const QString &key) const; ///< whether a string is there
    QStringList keys() const;
    /// The key of the table itself: `dependencies.database`.
    const QString &path() const { return m_path; }

    /// Without control characters.
    QString text(const QString &key, const QString &fallback = {});
    /// With any character but U+0000, as in texts() and textMap().
    QString anyText(const QString &key, const QString &fallback = {});
    /// A path, absolute or relative to the file; `~/` is the home directory. Empty stays empty.
    QString filePath(const QString &key, const QString &fallback = {});
    QString resolved(const QString &path) const; ///< as filePath() does
    QStringList texts(const QString &key, const QStringList &fallback = {});
    /// Strings and whole numbers, both as text.
    QStringList words(const QString &key);
    QMap<QString, QString> textMap(const QString &key);
    bool flag(const QString &key, bool fallback);
    qint64 integer(const QString &key, qint64 fallback, qint64 least, qint64 most);
    /// Written as a string with a unit (parseDuration()).
    std::chrono::milliseconds duration(const QString &key, std::chrono::milliseconds fallback,
                                       std::chrono::milliseconds least, std::chrono::milliseconds most);
    /// One of `words`, which are all named when it is none of them.
    QString oneOf(const QString &key, const QString &fallback, const QStringList &words);

    ConfigTable table(const QString &key);
    QList<ConfigTable> tables(const QString &key); ///< `[[key]]`

    /// Makes it a known key, though it may not be read: finish() names it to who wrote another.
    void know(const QString &key);
    /// Says that `key` (or this table, if empty) is wrong; of a key, once.
    void fail(const QString &key, const QString &what);
    /// Says of every key that no getter asked for that it is unknown, with the nearest known name.
    void finish();

private:
    friend class ConfigDocument;
    struct Node;
    QStringList list(const QString &key, const QStringList &fallback, bool mayBeNumbers);
    ConfigTable(std::shared_ptr<ConfigDocument::Content> content, QString path, std::shared_ptr<Node> node);

    std::shared_ptr<ConfigDocument::Content> m_content;
    QString m_path;
    std::shared_ptr<Node> m_node;
};

/// The candidate that `word` was most likely meant to be; empty if none is near. Near is a Levenshtein distance of at
/// most half its length, at least 1 and at most 3.
QString nearestName(const QString &word, const QStringList &candidates);

} // namespace Hephaestus
