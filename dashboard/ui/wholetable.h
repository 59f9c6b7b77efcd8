// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTableView>

class QScrollArea;

namespace Hephaestus {

/// A table as high as all its rows. It never scrolls itself: the page that it is a part of scrolls as a whole (see
/// scrollingPage()), and follows the current row. Its last column takes the width that is left.
class WholeTable : public QTableView
{
    Q_OBJECT

public:
    explicit WholeTable(QWidget *parent = nullptr);

    void setModel(QAbstractItemModel *model) override;
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void currentChanged(const QModelIndex &current, const QModelIndex &previous) override;
};

/// What scrolls `content` up and down, and gives it all the width. It owns `content`, and Tab goes past it.
QScrollArea *scrollingPage(QWidget *content);

} // namespace Hephaestus
