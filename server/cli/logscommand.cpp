// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/printable.h"
#include "common/client/serviceclient.h"
#include "common/fleet/launcher.h"
#include "server/cli/clientcommandline.h"
#include "server/cli/clientcommands.h"
#include "server/cli/exitcode.h"
#include "server/cli/logtail.h"
#include "server/cli/survey.h"

#include <QEventLoop>
#include <QFile>

#include <cstdio>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr qint64 FileTail = 64 * 1024;

Answer<QByteArray> askLogs(ServiceClient &client, int tail)
{
    Answer<QByteArray> result;
    QEventLoop loop;
    client.logs(tail, [&](const Answer<QByteArray> &answer) {
        result = answer;
        loop.quit();
    });
    loop.exec();
    return result;
}

/// The end of the file that start and restart keep the output in; nothing if there is none.
std::optional<QByteArray> keptOutput(const QString &name, int tail)
{
    QFile file(logFileOf(name));
    if (!file.open(QIODevice::ReadOnly) || !file.seek(std::max<qint64>(0, file.size() - FileTail)))
        return {};
    QByteArray bytes = file.readAll();
    qsizetype from = bytes.size();
    for (int line = 0; line <= tail && from > 0; ++line)
        from = bytes.lastIndexOf('\n', from - 1);
    return from > 0 ? bytes.mid(from + 1) : bytes;
}

/// Another's output on our terminal: escapes would act, so each line is made printable; elsewhere the bytes stay as
/// they are.
void show(const Terminal &terminal, const QByteArray &text)
{
    if (!terminal.width()) {
        std::fwrite(text.constData(), 1, size_t(text.size()), stdout);
        std::fflush(stdout);
        return;
    }
    QStringList lines = QString::fromUtf8(text).split(u'\n');
    for (QString &line : lines)
        line = printable(line.replace(u'\t', u"    "_s));
    terminal.write(lines.join(u'\n'));
}

} // namespace

int logsCommand(const QStringList &arguments)
{
    ClientCommandLine line(
        u"Shows the last lines of a service's output. Of a service that does not answer: what was kept on disk."_s,
        u"logs NAME|URL"_s, ClientCommandLine::Names::Required);
    line.parser().addOption({u"tail"_s, u"How many lines (default: 100)."_s, u"N"_s, u"100"_s});
    line.parser().addOption({u"follow"_s, u"Keeps printing new lines, until interrupted."_s});
    if (const auto exit = line.read(arguments))
        return *exit;
    bool isNumber = false;
    const int tail = line.parser().value(u"tail"_s).toInt(&isNumber);
    if (!isNumber || tail < 1 || tail > 100'000)
        return line.usageError(
            u"--tail: expected a number from 1 to 100000, found \"%1\""_s.arg(line.parser().value(u"tail"_s)));
    if (line.services().size() != 1)
        return line.usageError(u"one service at a time"_s);
    const FleetEntry &entry = line.services().first();
    const Result<ServiceTarget> target = targetOf(entry);
    if (!target)
        return line.usageError(target.problem().text());

    ServiceClient client(*target);
    const bool follow = line.parser().isSet(u"follow"_s);
    QByteArray previous;
    for (bool first = true;; first = false) {
        const Answer<QByteArray> answer = askLogs(client, tail);
        const std::optional<QByteArray> text = answer.value ? answer.value : keptOutput(entry.name, tail);
        if (!text && (first || !follow)) {
            std::fprintf(stderr, "hephaestus logs: %s\n", qPrintable(printable(answer.reply.message)));
            return ExitNotSo;
        }
        if (text) {
            // Whoever follows gets a line once it is whole.
            const QByteArray shown = follow ? text->first(text->lastIndexOf('\n') + 1) : *text;
            show(line.terminal(), newLines(previous, shown));
            previous = shown;
        }
        if (!follow)
            return ExitDone;
        pause(500ms);
    }
}

} // namespace Hephaestus
