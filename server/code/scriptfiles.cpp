// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/code/scriptfiles.h"

#include "server/code/interpreters.h"

#include <QFile>

#include <fcntl.h>
#include <sys/stat.h>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 LargestScript = 1024 * 1024; ///< bytes that are read for what a script includes
constexpr qsizetype MostIncluded = 100;

/// By its bytes: not every name is UTF-8.
bool openByName(const QByteArray &path, QFile &file)
{
    const int descriptor = ::open(path.constData(), O_RDONLY | O_CLOEXEC);
    return descriptor >= 0 && file.open(descriptor, QIODevice::ReadOnly, QFileDevice::AutoCloseHandle);
}

} // namespace

QByteArray absolute(const QByteArray &path, const QByteArray &directory)
{
    return path.startsWith('/') ? path : directory + '/' + path;
}

bool isRegularFile(const QByteArray &path)
{
    struct stat status = {};
    return ::stat(path.constData(), &status) == 0 && S_ISREG(status.st_mode);
}

bool isOther(const QByteArray &path)
{
    struct stat status = {};
    return ::stat(path.constData(), &status) == 0 && !S_ISREG(status.st_mode);
}

std::optional<QByteArray> withEnding(const QByteArray &path, std::initializer_list<const char *> endings)
{
    for (const char *ending : endings) {
        if (isRegularFile(path + ending))
            return path + ending;
    }
    return {};
}

std::optional<QString> textOf(const QByteArray &path)
{
    if (!isRegularFile(path)) // the opening of a pipe would wait for who writes it
        return {};
    QFile file;
    return openByName(path, file) && file.size() <= LargestScript
        ? std::optional(QString::fromUtf8(file.read(LargestScript)))
        : std::nullopt;
}

QString withoutComments(QString text, QLatin1StringView signs)
{
    const QRegularExpression comments(u"(^|\\n)[ \\t]*(%1)[^\\n]*"_s.arg(signs));
    return text.replace(comments, u"\\1"_s);
}

bool addIncluded(const std::optional<QString> &text, const QRegularExpression &includes, const QByteArray &directory,
                 QByteArrayList &files)
{
    static const QRegularExpression computed(u"[$`*?~]"_s);
    bool isWhole = text.has_value();
    for (auto match = includes.globalMatch(withoutComments(text.value_or(QString()), "#"_L1)); match.hasNext();) {
        QString name = match.next().captured(1);
        if (name.size() > 1 && (name.startsWith(u'"') || name.startsWith(u'\'')))
            name = name.mid(1, name.size() - 2);
        const QByteArray path = absolute(QFile::encodeName(name), directory);
        const bool isWritten = !name.isEmpty() && !name.contains(computed) && !path.startsWith("/dev/");
        if (!isWritten || !isRegularFile(path) || files.size() >= MostIncluded) {
            isWhole = false;
        } else if (!files.contains(path)) {
            files << path;
            isWhole = addIncluded(textOf(path), includes, directory, files) && isWhole;
        }
    }
    return isWhole;
}

QByteArray namedInterpreter(const QByteArray &path)
{
    QFile file;
    if (!openByName(path, file))
        return {};
    const QByteArray line = file.readLine(256).simplified();
    if (!line.startsWith("#!"))
        return {};
    QByteArrayList words = line.mid(2).trimmed().split(' ');
    if (lastName(words.value(0)) == "env") {
        words.removeFirst();
        while (!words.isEmpty() && (words.first().startsWith('-') || words.first().contains('=')))
            words.removeFirst();
    }
    return lastName(words.value(0));
}

} // namespace Hephaestus
