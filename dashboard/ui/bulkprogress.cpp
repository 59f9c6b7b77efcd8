// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/bulkprogress.h"

#include "dashboard/model/displaytext.h"
#include "dashboard/ui/elidedlabel.h"
#include "dashboard/ui/theme.h"

#include <QHBoxLayout>
#include <QProgressBar>
#include <QToolButton>

namespace Hephaestus {

using namespace Qt::StringLiterals;

BulkProgress::BulkProgress(BulkActions &bulk, QWidget *parent)
    : QWidget(parent)
    , m_bulk(bulk)
    , m_text(new ElidedLabel)
    , m_bar(new QProgressBar)
    , m_button(new QToolButton)
{
    m_bar->setTextVisible(false);
    m_bar->setFixedSize(spacing(fontMetrics(), 30), spacing(fontMetrics(), 2));
    m_button->setAutoRaise(true);
    connect(m_button, &QToolButton::clicked, this, [this] {
        if (m_bulk.progress().total > 0)
            m_bulk.cancelWaiting();
        else
            m_bulk.dismissSummary();
    });
    setFixedHeight(spacing(fontMetrics(), 6)); // as a line of the events, whose place it takes
    auto *const layout = new QHBoxLayout(this);
    layout->setContentsMargins(spacing(fontMetrics(), 2), 0, 0, 0);
    layout->addWidget(m_bar);
    layout->addWidget(m_text, 1);
    layout->addWidget(m_button);
    connect(&bulk, &BulkActions::progressChanged, this, &BulkProgress::update);
    update();
}

void BulkProgress::update()
{
    const BulkActions::Progress &progress = m_bulk.progress();
    const bool isRunning = progress.total > 1;
    const QString summary = progress.total == 0 ? visibleText(m_bulk.summary(), 1000) : QString();
    setVisible(isRunning || !summary.isEmpty());
    m_bar->setVisible(isRunning);
    m_bar->setRange(0, std::max(progress.total, 1));
    m_bar->setValue(progress.done);
    m_button->setText(isRunning ? tr("Cancel the rest") : tr("Dismiss"));
    const QString text = !isRunning ? summary
        : progress.failed > 0
        ? tr("%1 of %2 done, %3 failed").arg(progress.done).arg(progress.total).arg(progress.failed)
        : tr("%1 of %2 done").arg(progress.done).arg(progress.total);
    m_text->setText(text);
    m_bar->setAccessibleName(text);
}

} // namespace Hephaestus
