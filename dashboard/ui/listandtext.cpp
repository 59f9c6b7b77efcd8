// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/listandtext.h"

#include "dashboard/ui/theme.h"

#include <QLabel>
#include <QListWidget>
#include <QPlainTextEdit>
#include <QSplitter>
#include <QVBoxLayout>

namespace Hephaestus {

QVBoxLayout *layOutListAndText(QWidget *page, QLabel *note, QListWidget *list, QPlainTextEdit *text, int share)
{
    const int margin = spacing(page->fontMetrics(), 2);
    note->setTextFormat(Qt::PlainText);
    note->setWordWrap(true);
    note->setContentsMargins(margin, 0, margin, 0);
    list->setFrameShape(QFrame::NoFrame);
    list->setUniformItemSizes(true);
    list->setTextElideMode(Qt::ElideRight);
    text->setReadOnly(true);
    text->setFrameShape(QFrame::NoFrame);
    text->setTabChangesFocus(true);
    auto *const splitter = new QSplitter(Qt::Vertical);
    splitter->addWidget(list);
    splitter->addWidget(text);
    splitter->setStretchFactor(0, 1);
    splitter->setStretchFactor(1, share);
    splitter->setChildrenCollapsible(false);
    auto *const layout = new QVBoxLayout(page);
    layout->setContentsMargins(0, margin, 0, 0);
    layout->addWidget(note);
    layout->addWidget(splitter, 1);
    return layout;
}

} // namespace Hephaestus
