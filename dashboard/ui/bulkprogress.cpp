// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/bulkprogress.h"

#include "dashboard/ui/theme.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QToolButton>

namespace Hephaestus {

BulkProgress::BulkProgress(BulkActions &bulk, QWidget *parent)
    : QWidget(parent)
    , m_bulk(bulk)
    , m_text(new QLabel)
    , m_bar(new QProgressBar)
{
    m_text->setTextFormat(Qt::PlainText);
    m_bar->setTextVisible(false);
    m_bar->setFixedSize(spacing(fontMetrics(), 30), spacing(fontMetrics(), 2));
    auto *const cancel = new QToolButton;
    cancel->setText(tr("Cancel the rest"));
    cancel->setAutoRaise(true);
    connect(cancel, &QToolButton::clicked, &bulk, &BulkActions::cancelWaiting);
    auto *const layout = new QHBoxLayout(this);
    layout->setContentsMargins(spacing(fontMetrics(), 2), 0, 0, 0);
    layout->addWidget(m_bar);
    layout->addWidget(m_text);
    layout->addWidget(cancel);
    connect(&bulk, &BulkActions::progressChanged, this, &BulkProgress::update);
    update();
}

void BulkProgress::update()
{
    const BulkActions::Progress &progress = m_bulk.progress();
    setVisible(progress.total > 1);
    m_bar->setRange(0, std::max(progress.total, 1));
    m_bar->setValue(progress.done);
    m_text->setText(progress.failed > 0
                        ? tr("%1 of %2 done, %3 failed").arg(progress.done).arg(progress.total).arg(progress.failed)
                        : tr("%1 of %2 done").arg(progress.done).arg(progress.total));
    m_bar->setAccessibleName(m_text->text());
}

} // namespace Hephaestus
