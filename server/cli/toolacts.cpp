// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/cli/toolacts.h"

#include "common/base/post.h"
#include "common/base/printable.h"
#include "common/fleet/fleetrun.h"

#include <QEventLoop>

#include <algorithm>
#include <cstdio>

namespace Hephaestus {

using namespace Qt::StringLiterals;

ToolActs::ToolActs(QSet<FleetAction> allowed, QObject *parent) : QObject(parent), m_allowed(std::move(allowed)) {}

ToolActs::~ToolActs() = default;

QList<Receipt> ToolActs::run(const ToolOrder &order, const QString &client, const std::shared_ptr<ToolCallState> &state,
                             const RunningTool::Progress &progress)
{
    QEventLoop loop; // of the caller's thread
    QList<Receipt> receipts;
    const auto done = [&loop, &receipts](const QList<Receipt> &all) {
        post(&loop, [&loop, &receipts, all] {
            receipts = all;
            loop.quit();
        });
    };
    post(this, [this, order, client, state, progress, done] { begin(order, client, state, progress, done); });
    loop.exec();
    return receipts;
}

void ToolActs::begin(const ToolOrder &order, const QString &client, const std::shared_ptr<ToolCallState> &state,
                     const RunningTool::Progress &progress, const Done &done)
{
    SequenceOptions options;
    options.client = client;
    options.instance = order.instance;
    const auto place = m_runs.emplace(state, std::make_unique<FleetRun>(order.entries, order.action, options));
    FleetRun *const run = place->second.get();
    connect(run, &FleetRun::serviceStarted, this, [this, progress, client](RestartSequence *sequence) {
        const QString name = printable(sequence->entry().name);
        std::fprintf(stderr, "hephaestus mcp: %s %s%s\n", qPrintable(wireName(sequence->action())), qPrintable(name),
                     client.isEmpty() ? "" : qPrintable(u" for "_s + printable(client)));
        connect(sequence, &RestartSequence::stepFinished, this,
                [progress, name](const ReceiptStep &step) { progress(u"%1: %2"_s.arg(name, step.name.text())); });
    });
    connect(run, &FleetRun::finished, this, [this, place, done](const QList<Receipt> &receipts) {
        done(receipts);
        place->second.release()->deleteLater(); // it is telling us
        m_runs.erase(place);
    });
    if (state->isCancelled)
        run->cancel();
    run->start();
}

void ToolActs::cancel(const std::shared_ptr<ToolCallState> &state)
{
    const auto [begin, end] = m_runs.equal_range(state);
    std::for_each(begin, end, [](const auto &each) { each.second->cancel(); });
}

} // namespace Hephaestus
