// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/startpage.h"

#include "dashboard/ui/actionbutton.h"
#include "dashboard/ui/theme.h"

#include <QAction>
#include <QGridLayout>
#include <QIcon>
#include <QLabel>

namespace Hephaestus {

namespace {

/// In one line where there is room, else in more.
class Line : public QLabel
{
public:
    explicit Line(const QString &text = {}) : QLabel(text)
    {
        setTextFormat(Qt::PlainText);
        setWordWrap(true);
    }

    QSize sizeHint() const override
    {
        const int width = fontMetrics().horizontalAdvance(text()) + 2 * fontMetrics().averageCharWidth();
        return {width, heightForWidth(width)};
    }
};

} // namespace

StartPage::StartPage(const QList<QAction *> &actions, QWidget *parent) : QWidget(parent), m_warning(new Line)
{
    auto *const picture = new QLabel;
    picture->setPixmap(QIcon(QStringLiteral(":/icons/hephaestus.svg")).pixmap(spacing(fontMetrics(), 16)));
    auto *const title = new QLabel(tr("No services yet"));
    QFont large = font();
    large.setPointSizeF(large.pointSizeF() * 1.8);
    title->setFont(large);
    auto *const text = new Line(tr("Add one you know, or a whole fleet."));

    auto *const inner = new QGridLayout;
    inner->setHorizontalSpacing(spacing(fontMetrics(), 4));
    inner->setVerticalSpacing(spacing(fontMetrics(), 3));
    inner->addWidget(picture, 0, 0, 2, 1, Qt::AlignLeft | Qt::AlignVCenter);
    inner->addWidget(title, 0, 1, Qt::AlignBottom);
    inner->addWidget(text, 1, 1, Qt::AlignTop);
    inner->setRowMinimumHeight(2, spacing(fontMetrics(), 4));
    int row = 3;
    for (QAction *const action : actions) {
        auto *const button = new ActionButton;
        button->setDefaultAction(action);
        button->setMinimumHeight(spacing(fontMetrics(), 8));
        button->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
        auto *const line = new Line(action->statusTip());
        inner->addWidget(button, row, 0);
        inner->addWidget(line, row++, 1);
    }
    m_warning->hide();
    inner->addWidget(m_warning, row, 0, 1, 2);
    auto *const layout = new QGridLayout(this);
    layout->addLayout(inner, 1, 1);
    layout->setRowStretch(0, 2);
    layout->setRowStretch(2, 3);
    layout->setColumnStretch(0, 1);
    layout->setColumnStretch(2, 1);
}

void StartPage::setWarning(const QString &sentence)
{
    m_warning->setText(sentence);
    m_warning->setVisible(!sentence.isEmpty());
}

} // namespace Hephaestus
