// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/configreader.h"

#include "common/base/duration.h"
#include "common/base/homedirectory.h"
#include "common/base/printable.h"
#include "common/base/regularfile.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QSet>

#include <toml++/toml.h>

#include <algorithm>
#include <numeric>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 LargestFile = 4 * 1024 * 1024;
constexpr qsizetype MostKept = 1000; ///< problems, of which those of the first lines are told
constexpr qsizetype MostTold = 100;

} // namespace

struct ConfigDocument::Content
{
    struct Found
    {
        uint line;
        Problem problem;
    };

    QString fileName;
    QByteArray text;
    QString directory;
    toml::table root;
    QList<Found> found;
    qsizetype notKept = 0;

    bool isFull() const { return found.size() >= MostKept; }

    /// A problem is one line, whatever stands in the file.
    void fail(uint line, const QString &key, const QString &what)
    {
        if (isFull()) {
            ++notKept;
            return;
        }
        QString where = line > 0 ? u"%1:%2"_s.arg(fileName, QString::number(line)) : fileName;
        if (!key.isEmpty())
            where += u": "_s + printable(key);
        found.append({line, {where, printable(what)}});
    }
};

struct ConfigTable::Node
{
    const toml::table *table = nullptr; ///< part of the document's root; nothing: not in the file
    QStringList asked;                  ///< in the order of asking, each once
    QSet<QString> askedSet;
    QSet<QString> wrong; ///< what has been told of

    void ask(const QString &key)
    {
        if (askedSet.contains(key))
            return;
        askedSet.insert(key);
        asked << key;
    }
};

namespace {

const QString ZeroByte = u"must not hold the character U+0000"_s;

std::string utf8(const QString &text) { return text.toStdString(); }

QString typeWord(const toml::node &node)
{
    switch (node.type()) {
    case toml::node_type::table: return u"a table"_s;
    case toml::node_type::array: return u"a list"_s;
    case toml::node_type::string: return u"a string"_s;
    case toml::node_type::integer: return u"a whole number"_s;
    case toml::node_type::floating_point: return u"a number"_s;
    case toml::node_type::boolean: return u"true or false"_s;
    default: return u"a date or time"_s;
    }
}

/// Past the string that begins at `start`, or at the end of what is there; counts the lines in it.
qsizetype pastString(QByteArrayView toml, qsizetype start, qint64 &line)
{
    const char quote = toml[start];
    const QByteArray three(3, quote);
    const bool isLong = toml.sliced(start).startsWith(three);
    qsizetype i = start + (isLong ? 3 : 1);
    while (i < toml.size()) {
        if (toml[i] == '\n' && !isLong)
            return i; // an error that the parser tells
        if (isLong ? toml.sliced(i).startsWith(three) : toml[i] == quote) {
            i += isLong ? 3 : 1;
            while (isLong && i < toml.size() && toml[i] == quote)
                ++i; // up to two of its own before the end
            return i;
        }
        if (toml[i] == '\\' && quote == '"' && i + 1 < toml.size())
            ++i;
        line += toml[i] == '\n';
        ++i;
    }
    return toml.size();
}

/// The line of the first key of more parts than allowed, as in a.b.c; 0: there is none. toml++ bounds how deep values
/// are nested, but not these: each part is a table within another, and enough of them exhaust the stack.
qint64 lineOfDeepKey(QByteArrayView toml)
{
    constexpr int MostDots = 16;
    qint64 line = 1;
    int dots = 0;
    for (qsizetype i = 0; i < toml.size();) {
        const char character = toml[i];
        if (character == '"' || character == '\'') {
            i = pastString(toml, i, line);
            continue;
        }
        if (character == '#') {
            const qsizetype end = toml.indexOf('\n', i);
            i = end < 0 ? toml.size() : end;
            continue;
        }
        if (character == '.' && ++dots > MostDots)
            return line;
        if (QByteArrayView("\n=,[]{}").contains(character)) // not within a key
            dots = 0;
        line += character == '\n';
        ++i;
    }
    return 0;
}

} // namespace

ConfigDocument ConfigDocument::fromFile(const QString &path)
{
    const auto refused = [&path](const QString &why) {
        ConfigDocument document = fromText({}, path);
        document.m_content->fail(0, {}, why);
        return document;
    };
    QFile file;
    if (const auto problem = openRegularFile(file, path))
        return refused(problem->what);
    if (const QString why = whyNotTrusted(path); !why.isEmpty())
        return refused(u"is not read, since others could have written it: %1"_s.arg(why));
    const QByteArray text = file.read(LargestFile + 1);
    if (file.error() != QFileDevice::NoError)
        return refused(u"cannot be read: %1"_s.arg(file.errorString()));
    if (text.size() > LargestFile)
        return refused(u"is larger than %1 MiB"_s.arg(LargestFile / 1024 / 1024));
    ConfigDocument document = fromText(text, path);
    document.m_content->directory = QFileInfo(path).absolutePath();
    return document;
}

ConfigDocument ConfigDocument::fromText(const QByteArray &toml, const QString &fileName)
{
    ConfigDocument document;
    document.m_content = std::make_shared<Content>();
    document.m_content->fileName = fileName;
    document.m_content->text = toml;
    if (const qint64 line = lineOfDeepKey(toml)) {
        document.m_content->fail(line, {}, u"a key has too many parts"_s);
        return document;
    }
    try {
        document.m_content->root = toml::parse(std::string_view(toml.constData(), std::size_t(toml.size())));
    } catch (const toml::parse_error &error) {
        document.m_content->fail(error.source().begin.line, {},
                                 u"not valid TOML: %1"_s.arg(QString::fromUtf8(error.description())));
    }
    return document;
}

ConfigTable ConfigDocument::root() const
{
    auto node = std::make_shared<ConfigTable::Node>();
    node->table = &m_content->root;
    return ConfigTable(m_content, {}, node);
}

QList<Problem> ConfigDocument::problems() const
{
    QList<Content::Found> found = m_content->found;
    std::stable_sort(found.begin(), found.end(), [](const auto &a, const auto &b) { return a.line < b.line; });
    QList<Problem> problems;
    for (const Content::Found &one : found.first(std::min(found.size(), MostTold)))
        problems << one.problem;
    if (const qsizetype more = found.size() + m_content->notKept - problems.size(); more > 0)
        problems << Problem{m_content->fileName, u"and %1 more"_s.arg(more)};
    return problems;
}

QByteArray ConfigDocument::text() const { return m_content->text; }

QString ConfigDocument::directory() const { return m_content->directory; }

ConfigTable::ConfigTable(std::shared_ptr<ConfigDocument::Content> content, QString path, std::shared_ptr<Node> node)
    : m_content(std::move(content))
    , m_path(std::move(path))
    , m_node(std::move(node))
{
}

bool ConfigTable::exists() const { return m_node->table != nullptr; }

bool ConfigTable::has(const QString &key) const { return exists() && m_node->table->contains(utf8(key)); }

bool ConfigTable::isText(const QString &key) const
{
    const toml::node *const found = exists() ? m_node->table->get(utf8(key)) : nullptr;
    return found && found->is_string();
}

QStringList ConfigTable::keys() const
{
    QStringList keys;
    if (exists()) {
        for (const auto &[key, node] : *m_node->table)
            keys << QString::fromUtf8(key.str().data(), qsizetype(key.str().size()));
    }
    return keys;
}

/// Fetches `key` if it is there and of toml++ type T; reports another type.
#define HEPHAESTUS_FETCH(Type, target, word)                                                                           \
    m_node->ask(key);                                                                                                  \
    const toml::node *found = exists() ? m_node->table->get(utf8(key)) : nullptr;                                      \
    if (!found)                                                                                                        \
        return fallback;                                                                                               \
    const auto target = found->value_exact<Type>();                                                                    \
    if (!target) {                                                                                                     \
        fail(key, u"expected %1, found %2"_s.arg(word, typeWord(*found)));                                             \
        return fallback;                                                                                               \
    }

QString ConfigTable::text(const QString &key, const QString &fallback)
{
    const QString value = anyText(key, fallback);
    const auto control =
        std::find_if(value.begin(), value.end(), [](QChar c) { return c.category() == QChar::Other_Control; });
    if (control == value.end())
        return value;
    fail(key, u"must not hold control characters, found U+%1"_s.arg(control->unicode(), 4, 16, QLatin1Char('0')));
    return fallback;
}

QString ConfigTable::anyText(const QString &key, const QString &fallback)
{
    HEPHAESTUS_FETCH(std::string, value, u"a string"_s)
    if (value->find('\0') != std::string::npos) {
        fail(key, ZeroByte);
        return fallback;
    }
    return QString::fromStdString(*value);
}

bool ConfigTable::flag(const QString &key, bool fallback)
{
    HEPHAESTUS_FETCH(bool, value, u"true or false"_s)
    return *value;
}

qint64 ConfigTable::integer(const QString &key, qint64 fallback, qint64 least, qint64 most)
{
    HEPHAESTUS_FETCH(int64_t, value, u"a whole number"_s)
    if (*value < least || *value > most) {
        fail(key, u"expected a whole number from %1 to %2, found %3"_s.arg(least).arg(most).arg(*value));
        return fallback;
    }
    return *value;
}

#undef HEPHAESTUS_FETCH

QString ConfigTable::filePath(const QString &key, const QString &fallback) { return resolved(text(key, fallback)); }

QString ConfigTable::resolved(const QString &path) const
{
    if (path.isEmpty())
        return path;
    if (path == "~"_L1 || path.startsWith("~/"_L1))
        return homeDirectory() + path.mid(1);
    return m_content->directory.isEmpty() ? path : QDir::cleanPath(QDir(m_content->directory).absoluteFilePath(path));
}

QStringList ConfigTable::texts(const QString &key, const QStringList &fallback) { return list(key, fallback, false); }

QStringList ConfigTable::words(const QString &key) { return list(key, {}, true); }

QStringList ConfigTable::list(const QString &key, const QStringList &fallback, bool mayBeNumbers)
{
    m_node->ask(key);
    const toml::node *found = exists() ? m_node->table->get(utf8(key)) : nullptr;
    if (!found)
        return fallback;
    const toml::array *array = found->as_array();
    QStringList values;
    for (std::size_t i = 0; array && i < array->size(); ++i) {
        const auto value = array->get(i)->value_exact<std::string>();
        const auto number = mayBeNumbers ? array->get(i)->value_exact<int64_t>() : std::nullopt;
        if (!value && !number) {
            array = nullptr;
            break;
        }
        values << (value ? QString::fromStdString(*value) : QString::number(*number));
    }
    if (!array) {
        fail(key, mayBeNumbers ? u"expected a list of strings and whole numbers"_s : u"expected a list of strings"_s);
        return fallback;
    }
    if (values.join(QString()).contains(QChar(0))) {
        fail(key, ZeroByte);
        return fallback;
    }
    return values;
}

QMap<QString, QString> ConfigTable::textMap(const QString &key)
{
    ConfigTable map = table(key);
    QMap<QString, QString> values;
    const QStringList names = map.keys();
    for (const QString &name : names)
        values.insert(name, map.anyText(name));
    return values;
}

std::chrono::milliseconds ConfigTable::duration(const QString &key, std::chrono::milliseconds fallback,
                                                std::chrono::milliseconds least, std::chrono::milliseconds most)
{
    if (!has(key)) {
        m_node->ask(key);
        return fallback;
    }
    const QString written = text(key);
    if (m_node->wrong.contains(key))
        return fallback;
    const Result<std::chrono::milliseconds> value = parseDuration(written);
    if (!value) {
        fail(key, value.problem().what);
        return fallback;
    }
    if (*value < least || *value > most) {
        fail(key,
             u"expected a duration from %1 to %2, found \"%3\""_s.arg(writeDuration(least), writeDuration(most),
                                                                      written));
        return fallback;
    }
    return *value;
}

QString ConfigTable::oneOf(const QString &key, const QString &fallback, const QStringList &words)
{
    const QString value = text(key, fallback);
    if (!has(key) || words.contains(value))
        return value;
    const QString near = nearestName(value, words);
    const QString hint = near.isEmpty() ? QString() : u"; did you mean \"%1\"?"_s.arg(near);
    fail(key, u"expected one of %1, found \"%2\"%3"_s.arg(words.join(u", "_s), value, hint));
    return fallback;
}

ConfigTable ConfigTable::table(const QString &key)
{
    m_node->ask(key);
    auto node = std::make_shared<Node>();
    if (const toml::node *found = exists() ? m_node->table->get(utf8(key)) : nullptr) {
        node->table = found->as_table();
        if (!node->table)
            fail(key, u"expected a table, found %1"_s.arg(typeWord(*found)));
    }
    return ConfigTable(m_content, m_path.isEmpty() ? key : m_path + u'.' + key, node);
}

QList<ConfigTable> ConfigTable::tables(const QString &key)
{
    m_node->ask(key);
    QList<ConfigTable> all;
    const toml::node *found = exists() ? m_node->table->get(utf8(key)) : nullptr;
    if (!found)
        return all;
    const toml::array *array = found->as_array();
    if (!array || !array->is_homogeneous<toml::table>()) {
        if (!array || !array->empty())
            fail(key, u"expected tables, each headed [[%1]]"_s.arg(key));
        return all;
    }
    for (std::size_t i = 0; i < array->size(); ++i) {
        auto node = std::make_shared<Node>();
        node->table = array->get(i)->as_table();
        const QString path = u"%1[%2]"_s.arg(m_path.isEmpty() ? key : m_path + u'.' + key, QString::number(i));
        all << ConfigTable(m_content, path, node);
    }
    return all;
}

void ConfigTable::know(const QString &key) { m_node->ask(key); }

void ConfigTable::fail(const QString &key, const QString &what)
{
    if (!key.isEmpty() && m_node->wrong.contains(key))
        return; // one reason is enough
    m_node->wrong.insert(key);
    uint line = exists() ? m_node->table->source().begin.line : 0;
    if (!key.isEmpty() && has(key)) {
        const auto found = m_node->table->find(utf8(key));
        // The key's own place, where this toml++ knows it: a value may begin on a later line.
        const uint ofKey = found->first.source().begin.line;
        line = ofKey > 0 ? ofKey : found->second.source().begin.line;
    }
    const QString path = key.isEmpty() ? m_path : m_path.isEmpty() ? key : m_path + u'.' + key;
    m_content->fail(line, path, what);
}

void ConfigTable::finish()
{
    const QStringList present = keys();
    for (const QString &key : present) {
        if (m_node->askedSet.contains(key))
            continue;
        const QString near = m_content->isFull() ? QString() : nearestName(key, m_node->asked);
        fail(key,
             near.isEmpty() ? u"unknown key; expected one of %1"_s.arg(m_node->asked.join(u", "_s))
                            : u"unknown key; did you mean \"%1\"?"_s.arg(near));
    }
}

QString nearestName(const QString &word, const QStringList &candidates)
{
    const auto distance = [](const QString &a, const QString &b) {
        std::vector<qsizetype> row(std::size_t(b.size()) + 1);
        std::iota(row.begin(), row.end(), 0);
        for (qsizetype i = 1; i <= a.size(); ++i) {
            qsizetype diagonal = std::exchange(row[0], i);
            for (qsizetype j = 1; j <= b.size(); ++j) {
                const qsizetype cost = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[std::size_t(j)];
                row[std::size_t(j)] = std::min({row[std::size_t(j)] + 1, row[std::size_t(j) - 1] + 1, cost});
            }
        }
        return row.back();
    };
    QString best;
    qsizetype bestDistance = std::clamp<qsizetype>(word.size() / 2, 1, 3) + 1;
    for (const QString &candidate : candidates) {
        if (const qsizetype d = distance(word.left(64), candidate); d < bestDistance) {
            best = candidate;
            bestDistance = d;
        }
    }
    return best;
}

} // namespace Hephaestus
