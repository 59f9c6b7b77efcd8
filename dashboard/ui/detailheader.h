// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/servicerow.h"

#include <QWidget>

class QBoxLayout;
class QGridLayout;
class QLabel;

namespace Hephaestus {

class ElidedLabel;

/// Who a service is and how it is, in lines that stay where they are: three, or one where there is little height.
class DetailHeader : public QWidget
{
    Q_OBJECT

public:
    explicit DetailHeader(QWidget *parent = nullptr);

    /// `age`: since it was last seen, for values that are old. `others`: names of whom the page shows beside it.
    void show(const ServiceRow &row, std::chrono::duration<double> age, const QStringList &others = {});

    /// One line: the facts go to the end of `row`, and what it uses is told by a tool tip alone. Null: all lines again.
    /// What is shown now changes with the next show().
    void setFlat(QBoxLayout *row);

protected:
    void resizeEvent(QResizeEvent *event) override;

private:
    void keepName();

    QGridLayout *m_lines;
    QLabel *m_icon;
    ElidedLabel *m_name;
    ElidedLabel *m_state;
    ElidedLabel *m_facts;
    bool m_isFlat = false;
    ElidedLabel *m_resources; ///< its line stays, so that what is below does not move
};

} // namespace Hephaestus
