// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/configreader.h"
#include "tests/fuzz/property.h"

#include <cstdint>

/// A configuration file of anybody's making, read the way the service reads its own: known keys by their type, then
/// every other table likewise. Whatever it holds, values are within their bounds and every problem has a place and a
/// reason.

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

void read(ConfigTable table, int depth)
{
    (void)table.text(u"name"_s, u"fallback"_s);
    (void)table.filePath(u"path"_s);
    (void)table.texts(u"listen"_s);
    (void)table.textMap(u"headers"_s);
    (void)table.flag(u"insecure"_s, false);
    const qint64 connections = table.integer(u"connections"_s, 1024, 1, 1'000'000);
    mustHold(connections >= 1 && connections <= 1'000'000, "a number is within its bounds");
    const auto timeout = table.duration(u"timeout"_s, 5s, 10ms, 24h);
    mustHold(timeout >= 10ms && timeout <= 24h, "a duration is within its bounds");
    const QStringList words{u"debug"_s, u"info"_s};
    mustHold(words.contains(table.oneOf(u"level"_s, u"info"_s, words)), "a word is one of those known");
    if (depth < 4) {
        for (const ConfigTable &each : table.tables(u"probe"_s))
            read(each, depth + 1);
        for (const QString &key : table.keys())
            read(table.table(key), depth + 1);
    }
    table.finish();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const ConfigDocument document =
        ConfigDocument::fromText(QByteArray(reinterpret_cast<const char *>(data), qsizetype(size)), u"f"_s);
    read(document.root(), 0);
    for (const Problem &problem : document.problems()) {
        mustHold(problem.where.startsWith(u'f'), "a problem names the file");
        mustHold(!problem.what.isEmpty(), "a problem says what is wrong");
    }
    return 0;
}
