// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/loglevel.h"

#include <QString>

#include <array>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype SearchedAtMost = 200; // characters from the line's begin

struct KnownLevel
{
    QLatin1StringView word;
    LogLevel level;
};

constexpr std::array KnownLevels{
    KnownLevel{"ERROR"_L1, LogLevel::Error},        KnownLevel{"ERR"_L1, LogLevel::Error},
    KnownLevel{"FATAL"_L1, LogLevel::Error},        KnownLevel{"CRITICAL"_L1, LogLevel::Error},
    KnownLevel{"CRIT"_L1, LogLevel::Error},         KnownLevel{"ALERT"_L1, LogLevel::Error},
    KnownLevel{"EMERG"_L1, LogLevel::Error},        KnownLevel{"PANIC"_L1, LogLevel::Error},
    KnownLevel{"SEVERE"_L1, LogLevel::Error},       KnownLevel{"WARNING"_L1, LogLevel::Warning},
    KnownLevel{"WARN"_L1, LogLevel::Warning},       KnownLevel{"INFO"_L1, LogLevel::Information},
    KnownLevel{"NOTICE"_L1, LogLevel::Information}, KnownLevel{"DEBUG"_L1, LogLevel::Debug},
    KnownLevel{"TRACE"_L1, LogLevel::Debug},        KnownLevel{"VERBOSE"_L1, LogLevel::Debug},
};

bool isWordPart(QChar each) { return each.isLetterOrNumber() || each == u'_'; }

bool isField(QStringView before)
{
    while (before.endsWith(u'"') || before.endsWith(u'\'') || before.endsWith(u' '))
        before.chop(1);
    if (!before.endsWith(u'=') && !before.endsWith(u':'))
        return false;
    before.chop(1);
    while (before.endsWith(u'"') || before.endsWith(u'\''))
        before.chop(1);
    for (const QLatin1StringView name : {"level"_L1, "lvl"_L1, "severity"_L1, "levelname"_L1, "loglevel"_L1}) {
        if (before.endsWith(name, Qt::CaseInsensitive))
            return true;
    }
    return false;
}

/// Whether a word in small letters is meant as a level, by what stands around it.
bool isMarked(QStringView before, QStringView after)
{
    const bool isInBrackets = (before.endsWith(u'[') && after.startsWith(u']'))
        || (before.endsWith(u'<') && after.startsWith(u'>')) || (before.endsWith(u'(') && after.startsWith(u')'));
    return isInBrackets || isField(before) || (before.trimmed().isEmpty() && after.startsWith(u':'));
}

} // namespace

LevelWord levelIn(QStringView line)
{
    const QStringView searched = line.first(std::min(line.size(), SearchedAtMost));
    for (qsizetype begin = 0, end = 0; begin < searched.size(); begin = end + 1) {
        for (end = begin; end < searched.size() && isWordPart(searched[end]);)
            ++end;
        const QStringView word = searched.sliced(begin, end - begin);
        if (word.size() < 3 || word.size() > 8)
            continue;
        for (const KnownLevel &known : KnownLevels) {
            if (word.compare(known.word, Qt::CaseInsensitive) != 0)
                continue;
            if (word == known.word || isMarked(line.first(begin), line.sliced(end)))
                return {known.level, int(begin), int(word.size())};
        }
    }
    return {};
}

} // namespace Hephaestus
