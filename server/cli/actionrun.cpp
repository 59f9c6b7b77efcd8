// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/cli/actionrun.h"

#include "common/base/duration.h"
#include "common/base/printable.h"
#include "common/protocol/commandcodec.h"
#include "common/protocol/receiptcodec.h"
#include "server/cli/exitcode.h"
#include "server/cli/interruptwatch.h"

#include <QEventLoop>
#include <QHash>

#include <algorithm>
#include <cstdio>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr int NameWidth = 18; ///< of the longest step, `successor accepts`, and a blank

QString doneWord(const Receipt &receipt)
{
    if (receipt.steps.isEmpty())
        return receipt.action == FleetAction::Stop ? u"was not running"_s : u"is running already"_s;
    const QString time = (receipt.host.isEmpty() ? QString() : u" on "_s + printable(receipt.host))
        + u" in %1"_s.arg(formatDuration(receipt.total));
    return (receipt.action == FleetAction::Stop        ? u"stopped"_s
                : receipt.action == FleetAction::Start ? u"started"_s
                                                       : u"restarted"_s)
        + time;
}

/// `before → after`; only one of them where the other is not known or the same.
QString change(const QString &before, const QString &after)
{
    return after.isEmpty() || after == before ? before : before.isEmpty() ? after : before + u" → "_s + after;
}

QString pidText(const std::optional<qint64> &pid) { return pid ? QString::number(*pid) : QString(); }

QString stepLine(const ReceiptStep &step, const Terminal &terminal)
{
    const bool ok = step.outcome == StepOutcome::Ok;
    const QString name = step.name.text().leftJustified(NameWidth);
    const QString time = formatDuration(step.duration).rightJustified(9);
    const QString said =
        step.message.isEmpty() && step.name == RestartStep::CodeCompared ? u"not counted in the total"_s : step.message;
    const QString message = said.isEmpty() ? QString() : u"  "_s + printable(said);
    QString output;
    for (const QString &line : step.output)
        output += u"      "_s + terminal.painted(printable(line), Paint::Faint) + u'\n';
    return u"  "_s + terminal.painted(ok ? u"✓ "_s : u"✗ "_s, ok ? Paint::Good : Paint::Bad) + name + time
        + terminal.painted(message, ok ? Paint::Faint : Paint::Bad) + u'\n' + output;
}

/// As JSON, a line each.
void printNews(RestartSequence *sequence, const Terminal &terminal, const QString &fleet)
{
    const QString name = sequence->entry().name;
    const auto print = [terminal, fleet](const ActNews &news) {
        terminal.write(QString::fromUtf8(withFleet(encode(news), fleet)) + u'\n');
    };
    QObject::connect(sequence, &RestartSequence::stepStarted, sequence, [print, name](RestartStep step) {
        print({name, ReceiptStep{step, StepOutcome::Running, Seconds(0), {}}, {}});
    });
    QObject::connect(sequence, &RestartSequence::stepFinished, sequence, [print, name](const ReceiptStep &step) {
        print({name, step, {}});
    });
    QObject::connect(sequence, &RestartSequence::progressed, sequence, [print, name](const QString &text) {
        print({name, {}, text});
    });
}

} // namespace

QString receiptLine(const Receipt &receipt)
{
    const QString note = receipt.note.isEmpty() ? QString() : u" ("_s + printable(receipt.note) + u')';
    if (!receipt.ok)
        return printable(receipt.failure) + note;
    QStringList facts;
    if (const QString pids = change(pidText(receipt.oldPid), pidText(receipt.newPid)); !pids.isEmpty())
        facts << u"pid "_s + pids;
    if (const QString instances = change(receipt.oldInstance.left(8), receipt.newInstance.left(8));
        !instances.isEmpty())
        facts << u"instance "_s + printable(instances);
    if (receipt.code != CodeVerdict::Unknown)
        facts << u"code "_s + wireName(receipt.code);
    return doneWord(receipt) + (facts.isEmpty() ? QString() : u": "_s + facts.join(u", "_s)) + note;
}

int runAction(const QList<FleetEntry> &services, FleetAction action, const Terminal &terminal, const ActOutput &output)
{
    int interrupt = 0;
    const QList<Receipt> receipts = runForReceipts(services, action, terminal, output, &interrupt);
    if (interrupt != 0)
        return ExitInterrupted + interrupt;
    const bool allOk = std::all_of(receipts.begin(), receipts.end(), [](const Receipt &receipt) { return receipt.ok; });
    return allOk ? ExitDone : ExitNotSo;
}

QList<Receipt> runForReceipts(const QList<FleetEntry> &services, FleetAction action, const Terminal &terminal,
                              const ActOutput &output, int *interrupt)
{
    FleetRun run(services, action);
    QEventLoop loop;
    QHash<QString, QString> failures; // what a host kept from being done, and of which service that was told
    QObject::connect(&run, &FleetRun::serviceStarted, &loop, [&](RestartSequence *sequence) {
        if (output.form == ActOutput::Form::Receipts)
            return;
        if (output.form == ActOutput::Form::Steps)
            return printNews(sequence, terminal, output.fleet);
        const FleetEntry &entry = sequence->entry();
        const QString place = entry.host.isHere() ? QString() : u" on "_s + printable(entry.host.name);
        terminal.write(terminal.painted(u"%1 %2%3"_s.arg(wireName(action), printable(entry.name), place), Paint::Strong)
                       + u'\n');
        QObject::connect(sequence, &RestartSequence::stepFinished, &loop,
                         [&](const ReceiptStep &step) { terminal.write(stepLine(step, terminal)); });
        QObject::connect(sequence, &RestartSequence::progressed, &loop, [&](const QString &text) {
            if (terminal.width()) // a line that the next one replaces
                terminal.write(u"    "_s + terminal.painted(text.left(*terminal.width() - 5), Paint::Faint)
                               + u"\x1b[K\r"_s);
        });
    });
    QObject::connect(&run, &FleetRun::serviceFinished, &loop, [&](const Receipt &receipt) {
        if (output.form != ActOutput::Form::Text)
            return terminal.write(QString::fromUtf8(withFleet(encode(receipt), output.fleet)) + u'\n');
        const bool isTold = !receipt.host.isEmpty() && !receipt.ok && failures.contains(receipt.failure);
        const QString said =
            isTold ? u"failed as %1 did"_s.arg(printable(failures[receipt.failure])) : receiptLine(receipt);
        failures.insert(receipt.failure, isTold ? failures[receipt.failure] : receipt.service);
        terminal.write(terminal.painted(printable(receipt.service), Paint::Strong) + u": "_s
                       + terminal.painted(said, receipt.ok ? Paint::None : Paint::Bad) + u'\n');
    });
    QObject::connect(&run, &FleetRun::finished, &loop, &QEventLoop::quit);
    InterruptWatch interrupts;
    QObject::connect(&interrupts, &InterruptWatch::interrupted, &run, [&] {
        std::fprintf(stderr, "hephaestus: interrupted; what has begun is brought to a safe end. Once more: at once\n");
        run.cancel();
    });
    run.start();
    loop.exec();
    if (interrupt)
        *interrupt = interrupts.signalNumber();
    return run.receipts();
}

} // namespace Hephaestus
