// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/cli/question.h"

#include <QDir>
#include <QFileInfo>
#include <QSaveFile>

#include <cstdio>
#include <unistd.h>

namespace Hephaestus {

using namespace Qt::StringLiterals;

bool isAgreed(const QString &question)
{
    if (!::isatty(STDIN_FILENO))
        return false;
    std::printf("%s [y/N] ", qPrintable(question));
    std::fflush(stdout);
    char answer[16] = {};
    return std::fgets(answer, sizeof answer, stdin) && (answer[0] == 'y' || answer[0] == 'Y');
}

QString writeWhole(const QString &path, const QByteArray &text)
{
    if (!QDir().mkpath(QFileInfo(path).absolutePath()))
        return u"%1 cannot be made"_s.arg(QFileInfo(path).absolutePath());
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size() || !file.commit())
        return u"%1 cannot be written: %2"_s.arg(path, file.errorString());
    return {};
}

} // namespace Hephaestus
