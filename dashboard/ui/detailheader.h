// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/servicerow.h"

#include <QWidget>

class QLabel;

namespace Hephaestus {

class ElidedLabel;

/// Who a service is and how it is, in two lines that stay where they are.
class DetailHeader : public QWidget
{
    Q_OBJECT

public:
    explicit DetailHeader(QWidget *parent = nullptr);

    /// `age`: since it was last seen, for values that are old.
    void show(const ServiceRow &row, std::chrono::duration<double> age);

private:
    QLabel *m_icon;
    ElidedLabel *m_name;
    ElidedLabel *m_state;
    ElidedLabel *m_facts;
    ElidedLabel *m_resources; ///< its line stays, so that what is below does not move
};

} // namespace Hephaestus
