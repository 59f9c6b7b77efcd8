// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/listandtext.h"

#include "dashboard/ui/linedelegate.h"
#include "dashboard/ui/theme.h"

#include <QLabel>
#include <QListWidget>
#include <QPlainTextEdit>
#include <QSplitter>
#include <QVBoxLayout>

namespace Hephaestus {

namespace {

/// One below the other, but beside each other where each would be a line high.
class TurningSplitter : public QSplitter
{
public:
    TurningSplitter() : QSplitter(Qt::Vertical) {}

protected:
    void resizeEvent(QResizeEvent *event) override
    {
        const bool isLow = height() < spacing(fontMetrics(), 40) && width() > 2 * height();
        const Qt::Orientation wanted = isLow ? Qt::Horizontal : Qt::Vertical;
        const bool isTurned = wanted != orientation();
        setOrientation(wanted);
        QSplitter::resizeEvent(event);
        if (isTurned && isLow)
            setSizes({width() * 2 / 5, width() * 3 / 5});
    }
};

/// Shows whole rows: what is left of its height stays empty.
class WholeRowsList : public QListWidget
{
public:
    WholeRowsList()
    {
        setBackgroundRole(QPalette::Base);
        setAutoFillBackground(true);
    }

protected:
    void resizeEvent(QResizeEvent *event) override
    {
        const int row = listRowHeight(fontMetrics());
        const int room = height() - 2 * frameWidth();
        setViewportMargins(0, 0, 0, room > row ? room % row : 0);
        QListWidget::resizeEvent(event);
    }
};

} // namespace

int listRowHeight(const QFontMetrics &metrics) { return spacing(metrics, 6); }

QListWidget *makeWholeRowsList() { return new WholeRowsList; }

QVBoxLayout *layOutListAndText(QWidget *page, QLabel *note, QListWidget *list, QPlainTextEdit *text, int share)
{
    const int margin = spacing(page->fontMetrics(), 2);
    note->setTextFormat(Qt::PlainText);
    note->setWordWrap(true);
    note->setContentsMargins(margin, 0, margin, 0);
    list->setItemDelegate(new LineDelegate(-1, list));
    list->setFrameShape(QFrame::NoFrame);
    list->setIconSize(QSize(1, 1) * spacing(page->fontMetrics(), 4));
    list->setUniformItemSizes(true);
    list->setTextElideMode(Qt::ElideRight);
    text->setReadOnly(true);
    text->setLayoutDirection(Qt::LeftToRight); // output and labels of programs
    text->setFrameShape(QFrame::NoFrame);
    text->setTabChangesFocus(true);
    auto *const splitter = new TurningSplitter;
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
